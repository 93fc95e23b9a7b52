"""What the shipped network and what a sampler made with it are worth, beside Bach.

    python eval.py --data Jsb16thSeparated.json                       the network: valid and test KL, bits
    python eval.py --data Jsb16thSeparated.json --rolls SAMPLES.json  samples, by the formulas of metrics.py
    python eval.py --data Jsb16thSeparated.json --checkpoint FILE     the network of a checkpoint of train.py instead

The network:
    KL     for each kind of damage (data.py) the mean over held-out examples of KL(target spread evenly over its cells
           || softmax of the logits over all 6,144 cells), in nats; "mix" is the mean by the shares of data.MIX;
           the figure after +- is the standard error over the examples
    bits   an upper bound on -log2 of the probability that Bach's own three lower voices are drawn, cell by cell in
           any order, given the melody, for each step: with n cells under the melody, m of them missing drawn evenly
           from 1 to n and a state s with m random ones missing, n / T * mean over m and s of KL(s) / ln 2. (Jensen over
           orders; it assumes that cells are only added.) `even` is the same for a network that knows nothing.

Samples are JSON: {"pieces": [{"name", "steps", "notes": [[first step, step after the last, MIDI pitch], ...],
"voices": optional, [[S, A, T, B] of every step, -1 a rest]}]}. Notes outside MIDI 36-83 are refused. Bach's row is his
first 8 bars of the clean test chorales; the baselines are his melody alone, and his melody over three random notes of the
lower voices' ranges on every beat.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

import data
from export import MODEL_FOLDER, forward
from metrics import RANGES, Piece, compare, half_distances
from model import Network, Shape, divergences

Answer = Callable[[np.ndarray], np.ndarray]  # uint8 [B, 128, 48] -> float32 logits, the same shape

BATCH = 46
KINDS = ("melody", *data.MIX, "wrong", "session")
DRAWS = 4  # damages of each window: the error of one draw alone is 5 %; the melody is left in one way only
BIT_STATES = 8  # missing shares tried for each window
BIT_SEED = 11


def shipped(folder: Path) -> Answer:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    shape, tensors = Shape.of(manifest["network"]), load_file(folder / "weights.safetensors")
    return lambda rolls: forward(tensors, shape, rolls)


def of_checkpoint(path: Path) -> Answer:
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = Network(Shape.of(state["plan"]["shape"])).eval().requires_grad_(False)
    network.load_state_dict(state["average"])
    return lambda rolls: network(torch.from_numpy(rolls).float()).numpy()


def kl_of(answer: Answer, damaged: np.ndarray, target: np.ndarray) -> np.ndarray:
    """KL of each example, float [B]."""
    parts = []
    for start in range(0, len(damaged), BATCH):
        chosen = slice(start, start + BATCH)
        logits = torch.from_numpy(answer(damaged[chosen]))
        parts.append(divergences(logits, torch.from_numpy(target[chosen]).float()).numpy())
    return np.concatenate(parts)


def divergence_table(answer: Answer, chorales: list[np.ndarray]) -> dict[str, tuple[float, float]]:
    """Kind -> (mean KL, standard error)."""
    table = {}
    for kind in KINDS:
        values = kl_of(answer, *data.held_out(chorales, kind, 1 if kind == "melody" else DRAWS))
        table[kind] = (float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5))
    mean = sum(share * table[kind][0] for kind, share in data.MIX.items())
    error = sum((share * table[kind][1]) ** 2 for kind, share in data.MIX.items()) ** 0.5
    return {**table, "mix": (mean, error)}


def bits(answer: Answer, chorales: list[np.ndarray]) -> dict[str, float]:
    """Bits a step for the lower voices given the melody, as the module's text says."""
    rng = np.random.default_rng(BIT_SEED)
    damaged, targets, counts = [], [], []
    for voices in chorales:
        whole = data.roll_of(data.window(voices, 0))
        melody = data.damage_melody(data.window(voices, 0))
        under = np.flatnonzero(whole & ~melody & 1)
        for share in rng.random(BIT_STATES):
            state = whole.copy()
            state.flat[rng.choice(under, 1 + int(share * under.size), replace=False)] = 0
            damaged.append(state)
            targets.append(data.xor_target(whole, state))
            counts.append(under.size)
    rolls, cells = np.stack(damaged), np.stack(targets)
    values = kl_of(answer, rolls, cells)
    ignorant = np.log(cells[0].size) - np.log(cells.sum((1, 2)))
    scale = np.array(counts) / data.STEPS / np.log(2)
    return {"network": float((values * scale).mean()), "even": float((ignorant * scale).mean())}


def read_pieces(path: Path) -> list[Piece]:
    """Samples, see the module's text. Raises ValueError naming the file and the piece."""
    pieces = []
    for index, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))["pieces"]):
        roll = np.zeros((entry["steps"], data.PITCHES), np.uint8)
        for first, after, pitch in entry["notes"]:
            if not (0 <= first < after <= entry["steps"] and 0 <= pitch - data.LOW < data.PITCHES):
                raise ValueError(f"{path}: piece {index}: a note of {first}-{after} at pitch {pitch} does not fit")
            roll[first:after, pitch - data.LOW] = 1
        voices = np.array(entry["voices"], np.int16) if "voices" in entry else None
        if voices is not None and (roll_of_parts := data.roll_of(voices)).tolist() != roll.tolist():
            extra = int((roll_of_parts != roll).sum())
            raise ValueError(f"{path}: piece {index}: voices and notes differ in {extra} cells")
        pieces.append(Piece(roll, voices))
    return pieces


def random_under(rng: np.random.Generator, voices: np.ndarray) -> Piece:
    """The melody over three random notes of the lower voices' ranges on every beat."""
    made = voices.copy()
    for start in range(0, len(made), data.BEAT):
        for part in (1, 2, 3):
            low, high = RANGES[part]
            made[start : start + data.BEAT, part] = rng.integers(low, high + 1)
    return Piece(data.roll_of(made))


def sample_table(pieces: list[Piece] | None, clean: list[np.ndarray]) -> dict[str, dict[str, float]]:
    """Rows of figures: the samples, Bach, the baselines, and what two halves of Bach differ by."""
    windows = [data.window(voices, 0) for voices in clean]
    bach = [Piece.of_voices(voices) for voices in windows]
    rng = np.random.default_rng(BIT_SEED)
    rows = {"samples": compare(pieces, bach)} if pieces else {}
    rows["Bach"] = compare(bach, bach)
    # As a sampler's roll shows it: voices by order.
    rows["Bach, voices unknown"] = compare([Piece(piece.roll) for piece in bach], bach)
    rows["melody alone"] = compare([Piece(data.damage_melody(voices)) for voices in windows], bach)
    rows["random"] = compare([random_under(rng, voices) for voices in windows], bach)
    rows["halves of Bach"] = half_distances(bach)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="Jsb16thSeparated.json")
    parser.add_argument("--model", type=Path, default=MODEL_FOLDER)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--rolls", type=Path, help="samples")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    chorales = data.load(arguments.data)
    clean = data.clean_test(chorales)
    if arguments.rolls:
        result: dict = sample_table(read_pieces(arguments.rolls), clean)
    else:
        answer = of_checkpoint(arguments.checkpoint) if arguments.checkpoint else shipped(arguments.model)
        splits = {"valid": chorales["valid"], f"test, {len(clean)} clean": clean}
        result = {name: divergence_table(answer, split) for name, split in splits.items()}
        result |= {f"bits, {name}": bits(answer, split) for name, split in splits.items()}
        result |= sample_table(None, clean)
    if arguments.json:
        print(json.dumps(result, indent=2))
        return
    for name, row in result.items():
        cells = [f"{v[0]:.3f} +- {v[1]:.3f}" if isinstance(v, tuple) else f"{v:.4g}" for v in row.values()]
        print(name, *(f"  {key:<14} {cell}" for key, cell in zip(row, cells, strict=True)), sep="\n")


if __name__ == "__main__":
    main()
