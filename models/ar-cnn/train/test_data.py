"""pytest: what the damages may and may not do. Needs no chorale: the voices here are made up."""

import json

import numpy as np
import pytest

import data


def made_up(seed: int = 0, steps: int = 200) -> np.ndarray:
    """int16 [steps, 4]: notes of 2 to 8 steps, voices apart from each other."""
    rng = np.random.default_rng(seed)
    voices = np.empty((steps, 4), np.int16)
    for part, low in enumerate((66, 59, 52, 42)):
        t = 0
        while t < steps:
            length = int(rng.integers(2, 9))
            voices[t : t + length, part] = low + int(rng.integers(0, 6))
            t += length
    return voices


WINDOW = data.window(made_up(), 0)
ROLL = data.roll_of(WINDOW)


def test_a_roll_has_a_cell_for_each_note() -> None:
    voices = np.array([[72, 67, 64, 48], [72, 67, 64, data.REST]], np.int16)
    roll = data.roll_of(voices)
    assert roll.shape == (2, 48)
    assert np.flatnonzero(roll[0]).tolist() == [12, 28, 31, 36]
    assert np.flatnonzero(roll[1]).tolist() == [28, 31, 36]


def test_a_note_outside_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match="range"):
        data.roll_of(np.array([[84, 67, 64, 48]], np.int16))


def test_a_window_is_transposed_and_padded_with_rests() -> None:
    cut = data.window(made_up(), 120, 3)
    assert (cut[:80] == made_up()[120:] + 3).all()
    assert (cut[80:] == data.REST).all()


def test_random_windows_stay_in_range_and_begin_on_beats() -> None:
    whole = made_up()
    for seed in range(50):
        cut = data.random_window(np.random.default_rng(seed), [whole])
        assert data.roll_of(cut).sum() == 4 * data.STEPS
        fits = []
        for start in range(0, len(whole) - data.STEPS + 1, data.BEAT):
            shifts = np.unique(cut - whole[start : start + data.STEPS])
            fits.append(shifts.size == 1 and abs(int(shifts[0])) <= data.TRANSPOSE)
        assert any(fits)


def test_cells_of_one_note_share_a_number() -> None:
    voices = np.array([[60, 50], [60, 50], [62, 50], [60, 48]], np.int16)
    assert data.note_ids(voices).tolist() == [[0, 3], [0, 3], [1, 3], [2, 4]]


def test_aws_removes_all_shares_and_adds_at_most_its_part() -> None:
    shares, added = [], []
    for seed in range(400):
        damaged = data.damage_aws(np.random.default_rng(seed), ROLL)
        shares.append(1 - (damaged & ROLL).sum() / ROLL.sum())
        added.append(int((damaged & ~ROLL & 1).sum()))
    assert min(shares) < 0.02 and max(shares) > 0.98
    assert abs(np.mean(shares) - 0.5) < 0.05
    assert min(added) == 0
    assert 85 < max(added) <= data.WRONG_CELLS * ROLL.size


def test_the_melody_alone_is_left() -> None:
    damaged = data.damage_melody(WINDOW)
    assert (damaged.sum(1) == 1).all()
    assert (np.argmax(damaged, 1) + data.LOW == WINDOW[:, 0]).all()


def test_dropped_voices_are_gone_whole() -> None:
    for seed in range(30):
        damaged = data.damage_voices(np.random.default_rng(seed), WINDOW)
        left = [bool(damaged[np.arange(data.STEPS), WINDOW[:, part] - data.LOW].all()) for part in range(4)]
        assert 1 <= sum(left) <= 3
        assert damaged.sum() == sum(left) * data.STEPS


def test_dropped_notes_are_gone_whole() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        keep = data.keep_notes(rng, WINDOW, 0.5)
        ids = data.note_ids(WINDOW)
        for note in range(int(ids.max()) + 1):
            assert np.unique(keep[ids == note]).size == 1


def test_blocks_leave_something_and_take_whole_beats() -> None:
    for seed in range(30):
        keep = data.keep_blocks(np.random.default_rng(seed))
        beats = keep.reshape(-1, data.BEAT, 4)
        assert (beats.all(1) | ~beats.any(1)).all()


def test_slips_only_add() -> None:
    for seed in range(30):
        damaged = data.damage_slips(np.random.default_rng(seed), WINDOW)
        assert (damaged & ROLL == ROLL).all()


def test_a_session_keeps_the_melody() -> None:
    for seed in range(30):
        damaged = data.damage_session(np.random.default_rng(seed), WINDOW)
        assert damaged[np.arange(data.STEPS), WINDOW[:, 0] - data.LOW].all()


@pytest.mark.parametrize("kind", sorted(data.DAMAGES))
def test_flipping_the_target_mends_the_damage(kind: str) -> None:
    for seed in range(20):
        damaged, target = data.example(np.random.default_rng(seed), WINDOW, kind)
        assert target.any()
        assert (damaged ^ target == ROLL).all()


def test_the_same_seed_gives_the_same_batch_and_another_another() -> None:
    shares = {kind: 1.0 for kind in data.DAMAGES}
    one = data.batch([made_up()], [7, 3], 6, shares)
    again = data.batch([made_up()], [7, 3], 6, shares)
    other = data.batch([made_up()], [7, 4], 6, shares)
    assert (one[0] == again[0]).all() and (one[1] == again[1]).all()
    assert (one[0] != other[0]).any()


def test_a_transposed_soprano_leaks_and_another_does_not() -> None:
    train = [made_up(1), made_up(2)]
    lower = made_up(3)
    lower[:, 0] = train[1][:, 0] - 5
    changed = lower.copy()
    changed[30, 0] += 1
    late = lower.copy()
    late[data.LEAK_STEPS + 1, 0] += 1
    assert data.leaks(lower, train)
    assert data.leaks(late, train)
    assert not data.leaks(changed, train)
    chorales = {"train": train, "valid": [], "test": [lower, changed]}
    assert [voices is changed for voices in data.clean_test(chorales)] == [True]


def test_shares_of_the_mix_are_whole() -> None:
    assert sum(data.MIX.values()) == 1
    assert set(data.MIX) <= set(data.DAMAGES)


def test_another_file_is_refused_by_name(tmp_path) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"train": []}))
    with pytest.raises(ValueError, match="other.json"):
        data.load(path)
