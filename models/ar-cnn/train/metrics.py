"""How a piano roll compares with Bach's: every figure by formula.

x is a roll, uint8 [T, 48]; S_t the pitches that sound at step t, n_t how many, p_t(1) > p_t(2) > ... from the top. Where
voices are known, p_t(k) is voice k's pitch instead. Steps where nothing sounds count. Sums run over all pieces of a set
before the division, so long pieces weigh more. A fraction without anything below the line is 0.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log2, sqrt

import numpy as np

from data import BEAT, LOW, REST, STEPS, roll_of

DISSONANT = {1, 2, 6, 10, 11}  # seconds, tritone, sevenths, modulo the octave
TRIADS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6), "augmented": (0, 4, 8)}
SEVENTHS = {"dominant": (0, 4, 7, 10), "minor7": (0, 3, 7, 10), "half": (0, 3, 6, 10), "major7": (0, 4, 7, 11)}
RANGES = ((60, 81), (52, 74), (46, 69), (36, 66))  # MIDI, S A T B: the lowest and highest notes of the train split


@dataclass(frozen=True)
class Piece:
    """A roll and, where they are known, its voices: int16 [T, 4], top first, REST where silent."""

    roll: np.ndarray
    voices: np.ndarray | None = None

    @staticmethod
    def of_voices(voices: np.ndarray) -> "Piece":
        return Piece(roll_of(voices), voices)

    def sounding(self) -> list[tuple[int, ...]]:
        """MIDI pitches of each step, from the top."""
        return [tuple(int(p) + LOW for p in np.flatnonzero(row)[::-1]) for row in self.roll]

    def parts(self) -> list[tuple[int, ...] | None]:
        """The four voices of each step, by order in the roll where they are not known; None where not all four sound."""
        if self.voices is None:
            return [pitches if len(pitches) == 4 else None for pitches in self.sounding()]
        return [None if REST in row else tuple(int(p) for p in row) for row in self.voices]


def chord_names() -> dict[frozenset[int], tuple[str, int]]:
    """Set of pitch classes -> (quality, root). Of the augmented triad's three roots the lowest class."""
    names: dict[frozenset[int], tuple[str, int]] = {}
    for quality, shape in {**TRIADS, **SEVENTHS}.items():
        for root in range(12):
            names.setdefault(frozenset((root + interval) % 12 for interval in shape), (quality, root))
    return names


CHORDS = chord_names()


def classes(pitches: Sequence[int]) -> frozenset[int]:
    return frozenset(pitch % 12 for pitch in pitches)


def divide(above: float, below: float) -> float:
    return above / below if below else 0.0


def cadences(piece: Piece) -> int:
    """Authentic cadences: a chord inside the dominant seventh of r (with its root and third), then at once a major or
    minor triad on r with r in the bass that stays, unchanged, for a beat or longer."""
    runs: list[tuple[tuple[int, ...], int]] = []
    for pitches in piece.sounding():
        if runs and runs[-1][0] == pitches:
            runs[-1] = (pitches, runs[-1][1] + 1)
        else:
            runs.append((pitches, 1))
    count = 0
    for (before, _), (after, length) in pairwise(runs):
        quality, root = CHORDS.get(classes(after), ("", 0))
        if quality not in ("major", "minor") or length < BEAT or after[-1] % 12 != root:
            continue
        dominant = {(root + 7) % 12, (root + 11) % 12, (root + 2) % 12, (root + 5) % 12}
        heard = classes(before)
        count += {(root + 7) % 12, (root + 11) % 12} <= heard <= dominant
    return count


def parallels(piece: Piece) -> tuple[int, int, int]:
    """(moves, parallel fifths, parallel octaves). From one step to the next, all four voices sounding in both and at
    least one moving, each of the six pairs of voices makes a move; it is a parallel one if both move and the interval
    is, modulo the octave, a fifth (or a unison) before and after."""
    moves = fifths = octaves = 0
    for before, after in pairwise(piece.parts()):
        if before is None or after is None or before == after:
            continue
        for i, j in combinations(range(4), 2):
            moves += 1
            if before[i] == after[i] or before[j] == after[j]:
                continue
            intervals = (before[i] - before[j]) % 12, (after[i] - after[j]) % 12
            fifths += intervals == (7, 7)
            octaves += intervals == (0, 0)
    return moves, fifths, octaves


def transitions(pieces: Sequence[Piece]) -> Counter:
    """Chords on successive beats, where they differ: (quality, steps from root to root, quality), "other" for chords
    that are no triad or seventh."""
    counts: Counter = Counter()
    for piece in pieces:
        names = [CHORDS.get(classes(pitches), ("other", 0)) for pitches in piece.sounding()[::BEAT]]
        for before, after in pairwise(names):
            if before != after:
                known = before[0] != "other" and after[0] != "other"
                counts[(before[0], (after[1] - before[1]) % 12 if known else 0, after[0])] += 1
    return counts


def pitch_classes(pieces: Sequence[Piece]) -> Counter:
    """How often each pitch class sounds, in cells."""
    counts: Counter = Counter()
    for piece in pieces:
        for pitch in np.flatnonzero(piece.roll.sum(0)):
            counts[(int(pitch) + LOW) % 12] += int(piece.roll[:, pitch].sum())
    return counts


def distance(one: Counter, other: Counter) -> float:
    """Jensen-Shannon distance, 0 to 1: the root of the mean, over both, of the KL in bits from their average."""
    total = 0.0
    for key in one.keys() | other.keys():
        p, q = divide(one[key], one.total()), divide(other[key], other.total())
        for share in (p, q):
            if share:
                total += share * log2(2 * share / (p + q)) / 2
    return sqrt(max(0.0, total))


def measure(pieces: Sequence[Piece]) -> dict[str, float]:
    """All figures of a set of pieces.

    notesPerStep         sum of n_t / sum of T
    fourNotes            steps with n_t = 4 / steps
    dissonant            pairs in S_t whose interval modulo 12 is in DISSONANT / pairs in S_t, all t
    triads               steps whose pitch classes are exactly a major, minor, diminished or augmented triad / steps
    hold                 cells on at t and t - 1 / cells on at t, t from 1
    repeated             onsets at t (on at t, off at t - 1) that were on at t - 2 / onsets, t from 2
    inRange              notes of four-voice steps inside the RANGES of their voice / such notes
    crossings            steps with p_t(k) < p_t(k + 1) for a k / four-voice steps; 0 by definition where voices are not known
    fifths, octaves      1,000 * parallel ones / moves
    parallels            both
    cadences             authentic cadences for every 128 steps
    """
    sums: Counter = Counter()
    for piece in pieces:
        x = piece.roll.astype(np.int64)
        sums["steps"] += len(x)
        sums["cells"] += int(x.sum())
        sums["four"] += int((x.sum(1) == 4).sum())
        for pitches in piece.sounding():
            for high, low in combinations(pitches, 2):
                sums["pairs"] += 1
                sums["dissonant"] += (high - low) % 12 in DISSONANT
            sums["triads"] += CHORDS.get(classes(pitches), ("", 0))[0] in TRIADS
        sums["later"] += int(x[1:].sum())
        sums["held"] += int((x[1:] & x[:-1]).sum())
        onsets = (x[2:] == 1) & (x[1:-1] == 0)
        sums["onsets"] += int(onsets.sum())
        sums["repeated"] += int((onsets & (x[:-2] == 1)).sum())
        for parts in piece.parts():
            if parts is not None:
                sums["full"] += 1
                sums["inside"] += sum(low <= p <= high for p, (low, high) in zip(parts, RANGES, strict=True))
                sums["crossed"] += any(upper < lower for upper, lower in pairwise(parts))
        moves, fifths, octaves = parallels(piece)
        sums.update({"moves": moves, "fifths": fifths, "octaves": octaves, "cadences": cadences(piece)})
    return {
        "notesPerStep": divide(sums["cells"], sums["steps"]),
        "fourNotes": divide(sums["four"], sums["steps"]),
        "dissonant": divide(sums["dissonant"], sums["pairs"]),
        "triads": divide(sums["triads"], sums["steps"]),
        "hold": divide(sums["held"], sums["later"]),
        "repeated": divide(sums["repeated"], sums["onsets"]),
        "inRange": divide(sums["inside"], 4 * sums["full"]),
        "crossings": divide(sums["crossed"], sums["full"]),
        "fifths": divide(1000 * sums["fifths"], sums["moves"]),
        "octaves": divide(1000 * sums["octaves"], sums["moves"]),
        "parallels": divide(1000 * (sums["fifths"] + sums["octaves"]), sums["moves"]),
        "cadences": divide(STEPS * sums["cadences"], sums["steps"]),
    }


def compare(pieces: Sequence[Piece], bach: Sequence[Piece]) -> dict[str, float]:
    """measure, and the two distances to Bach."""
    return {
        **measure(pieces),
        "chordDistance": distance(transitions(pieces), transitions(bach)),
        "classDistance": distance(pitch_classes(pieces), pitch_classes(bach)),
    }


def half_distances(bach: Sequence[Piece], seed: int = 7, times: int = 100) -> dict[str, float]:
    """The two distances between halves of a set, drawn `times` times: the mean."""
    rng = np.random.default_rng(seed)
    chords, pitches = [], []
    for _ in range(times):
        order = rng.permutation(len(bach))
        one, two = ([bach[i] for i in part] for part in np.array_split(order, 2))
        chords.append(distance(transitions(one), transitions(two)))
        pitches.append(distance(pitch_classes(one), pitch_classes(two)))
    return {"chordDistance": float(np.mean(chords)), "classDistance": float(np.mean(pitches))}
