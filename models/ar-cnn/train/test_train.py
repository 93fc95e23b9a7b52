"""pytest: the network, a run that was stopped, the exported file, the figures."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest
import torch

import data
import eval as evaluation
import export
import metrics
import train
from metrics import Piece
from model import Network, Shape, divergences
from test_data import ROLL, WINDOW, made_up

SMALL = Shape(patch=(2, 2), widths=(4, 6, 8), blocks=(1, 0, 2, 1, 1), dilations=(1, 2))
PLAN = train.Plan(shape=SMALL, steps=8, batch=4, half=False)
MUSIC = [made_up(seed) for seed in range(3)]


def lively(shape: Shape) -> Network:
    """A network whose every number matters: statistics and gains of batch norm away from where they start."""
    torch.manual_seed(3)
    network = Network(shape).eval()
    for name, tensor in network.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        elif tensor.is_floating_point() and "weight" not in name:
            tensor.normal_(0, 0.2)
        elif name.endswith("norm.weight"):
            tensor.uniform_(0.5, 1.5)
    return network


def test_a_stopped_run_gives_the_same_numbers(tmp_path) -> None:
    whole = train.Run(PLAN, MUSIC)
    losses = [whole.step() for _ in range(PLAN.steps)]
    first = train.Run(PLAN, MUSIC)
    before = [first.step() for _ in range(3)]
    train.save(tmp_path / "checkpoint.pt", first.state())
    torch.rand(5)  # what happens between must not matter
    second = train.Run.of(torch.load(tmp_path / "checkpoint.pt", weights_only=True), MUSIC)
    after = [second.step() for _ in range(PLAN.steps - 3)]
    assert before + after == losses
    for name, tensor in whole.average.state_dict().items():
        assert torch.equal(tensor, second.average.state_dict()[name]), name


def test_an_interrupted_save_leaves_the_last(tmp_path, monkeypatch) -> None:
    path = tmp_path / "checkpoint.pt"
    train.save(path, {"done": 1})

    def broken(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", broken)
    with pytest.raises(OSError, match="disk full"):
        train.save(path, {"done": 2})
    assert torch.load(path, weights_only=True) == {"done": 1}


def test_the_rate_rises_once_and_ends_at_nothing() -> None:
    plan = dataclasses.replace(PLAN, steps=2000)
    rates = [train.rate_at(step, plan) for step in range(plan.steps + 1)]
    top = int(np.argmax(rates))
    assert rates[top] == plan.rate
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] == pytest.approx(0, abs=1e-12)


def test_training_mends_better_than_before() -> None:
    run = train.Run(dataclasses.replace(PLAN, steps=80, rate=1e-2, average=0.9), MUSIC)
    examples = data.held_out(MUSIC, "aws")
    before, _ = train.mean_divergence(run.average, *examples)
    for _ in range(80):
        run.step()
    after, _ = train.mean_divergence(run.average, *examples)
    assert after < before - 0.2


def test_knowing_nothing_costs_the_logarithm() -> None:
    target = torch.zeros(2, 128, 48)
    target[0, 0, :10] = 1
    target[1, 5, 5] = 1
    values = divergences(torch.zeros(2, 128, 48), target)
    assert values.tolist() == pytest.approx([np.log(6144 / 10), np.log(6144)], rel=1e-5)
    sure = divergences(1000 * target, target)
    assert sure.tolist() == pytest.approx([0, 0], abs=1e-4)


@pytest.mark.parametrize("shape", [SMALL, dataclasses.replace(SMALL, patch=(4, 2), blocks=(0, 1, 1, 0, 0))])
def test_the_exported_network_answers_as_the_trained_one(shape: Shape) -> None:
    network = lively(shape)
    rolls = np.stack([ROLL, data.damage_melody(WINDOW)])
    tensors = export.tensors_of(network)
    with torch.no_grad():
        ours = network(torch.from_numpy(rolls).float()).numpy()
    assert np.abs(ours).max() > 0.1
    assert np.abs(export.forward(tensors, shape, rolls) - ours).max() < 0.01 * np.abs(ours).max()
    assert all(values.dtype == np.float16 for values in tensors.values())


def test_a_number_beyond_half_precision_is_refused() -> None:
    with pytest.raises(ValueError, match="stem"):
        export.half("stem", np.array([1e6]))


def test_figures_of_four_known_steps() -> None:
    # C major, C major, then all up a tone into D minor's third and fifth kept apart: parallels everywhere.
    voices = np.array([[72, 67, 64, 48], [72, 67, 64, 48], [74, 69, 65, 50], [74, 69, 65, data.REST]], np.int16)
    figures = metrics.measure([Piece.of_voices(voices)])
    assert figures["notesPerStep"] == 15 / 4
    assert figures["fourNotes"] == 3 / 4
    assert figures["triads"] == 1
    assert figures["dissonant"] == 0
    assert figures["hold"] == 7 / 11
    assert figures["repeated"] == 0
    assert figures["inRange"] == 1
    assert figures["crossings"] == 0
    # Six moves: soprano with bass is an octave both times, alto with bass a fifth.
    assert figures["octaves"] == pytest.approx(1000 / 6)
    assert figures["fifths"] == pytest.approx(1000 / 6)


def test_dissonance_repetition_and_crossing() -> None:
    voices = np.array([[60, 61, 50, 40], [62, 61, 50, 40], [60, 61, 50, 40]], np.int16)
    figures = metrics.measure([Piece.of_voices(voices)])
    assert figures["crossings"] == 2 / 3
    # Four of six at each step: 60-61 (62-61), 60-50 (62-40), 61-50, 50-40.
    assert figures["dissonant"] == 12 / 18
    # 62 at step 1 was never heard before, 60 at step 2 was at step 0; only onsets from step 2 count.
    assert figures["repeated"] == 1


def test_a_cadence_is_a_dominant_then_its_tonic() -> None:
    dominant, tonic, inverted = [71, 67, 62, 55], [72, 67, 64, 48], [72, 67, 60, 52]

    def music(last: list[int], length: int) -> Piece:
        return Piece.of_voices(np.array([dominant] * 4 + [last] * length, np.int16))

    assert metrics.cadences(music(tonic, 4)) == 1
    assert metrics.cadences(music(tonic, 3)) == 0
    assert metrics.cadences(music(inverted, 4)) == 0


def test_distances_are_nothing_to_oneself_and_one_to_strangers() -> None:
    assert metrics.distance(Counter(a=3, b=1), Counter(a=6, b=2)) == pytest.approx(0)
    assert metrics.distance(Counter(a=3), Counter(b=2)) == pytest.approx(1)


def test_samples_are_read_and_broken_ones_named(tmp_path) -> None:
    path = tmp_path / "samples.json"
    path.write_text(json.dumps({"pieces": [{"name": "one", "steps": 4, "notes": [[0, 2, 60], [1, 4, 64]]}]}))
    (piece,) = evaluation.read_pieces(path)
    assert [len(pitches) for pitches in piece.sounding()] == [1, 2, 1, 1]
    path.write_text(json.dumps({"pieces": [{"name": "one", "steps": 4, "notes": [[0, 5, 60]]}]}))
    with pytest.raises(ValueError, match="samples.json: piece 0"):
        evaluation.read_pieces(path)


def test_bits_of_a_network_that_knows_nothing_are_the_even_ones() -> None:
    result = evaluation.bits(lambda rolls: np.zeros(rolls.shape, np.float32), MUSIC)
    assert result["network"] == pytest.approx(result["even"], rel=1e-5)
