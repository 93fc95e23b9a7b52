"""Bach's chorales as piano rolls, and the damage that the network learns to undo.

Voices are int16 [steps, 4], soprano to bass, MIDI pitch or REST; a roll is uint8 [128, 48], all voices in one,
first axis sixteenth steps, second axis pitch - LOW. The file does not tell a held note from a repeated one, so
neither does anything here: a note is a run of equal pitches in one voice.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

STEPS = 128  # 8 bars of 4/4 in sixteenths
PITCHES = 48
LOW = 36  # MIDI C2; the highest is 83, B5
REST = -1
BEAT = 4  # sixteenths; windows begin on a beat, so that the position inside a beat is always known
TRANSPOSE = 6  # semitones up or down, as far as the notes stay inside the range
WRONG_CELLS = 0.015  # of all cells of the roll, at most (AWS DeepComposer's figure)
LEAK_STEPS = 64

Chorales = dict[str, list[np.ndarray]]


def load(path: Path) -> Chorales:
    """{train, valid, test}: lists of voices. Raises ValueError naming the file if it is something else."""
    splits = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(splits, dict) or {"train", "valid", "test"} - set(splits):
        raise ValueError(f"{path}: not Jsb16thSeparated.json: no train, valid and test in it")
    return {name: [np.array(voices, dtype=np.int16) for voices in splits[name]] for name in ("train", "valid", "test")}


def leaks(voices: np.ndarray, train: list[np.ndarray]) -> bool:
    """Whether the soprano is also, transposed, in train: the first 64 steps differ by one constant, rests alike."""
    ours = voices[:LEAK_STEPS, 0]
    for other in train:
        theirs = other[:LEAK_STEPS, 0]
        if len(ours) != len(theirs) or ((ours == REST) != (theirs == REST)).any():
            continue
        sounding = ours != REST
        if np.unique(ours[sounding] - theirs[sounding]).size <= 1:
            return True
    return False


def clean_test(chorales: Chorales) -> list[np.ndarray]:
    """The test chorales whose soprano is not in train."""
    return [voices for voices in chorales["test"] if not leaks(voices, chorales["train"])]


def window(voices: np.ndarray, start: int, shift: int = 0) -> np.ndarray:
    """int16 [128, 4] from a step on, transposed; rests after the end."""
    cut = voices[start : start + STEPS]
    cut = np.pad(cut, ((0, STEPS - len(cut)), (0, 0)), constant_values=REST)
    return np.where(cut == REST, REST, cut + shift).astype(np.int16)


def roll_of(voices: np.ndarray, keep: np.ndarray | None = None) -> np.ndarray:
    """uint8 [steps, 48] of the voices; `keep`, bool of the voices' shape, leaves cells out. Notes outside: ValueError."""
    sounding = voices != REST
    if ((voices[sounding] < LOW) | (voices[sounding] >= LOW + PITCHES)).any():
        raise ValueError("a note is outside the range of the roll")
    if keep is not None:
        sounding = sounding & keep
    roll = np.zeros((len(voices), PITCHES), np.uint8)
    steps, parts = np.nonzero(sounding)
    roll[steps, voices[steps, parts] - LOW] = 1
    return roll


def random_window(rng: np.random.Generator, train: list[np.ndarray]) -> np.ndarray:
    """int16 [128, 4]: any chorale, any beat, any transposition within TRANSPOSE and the range."""
    voices = train[rng.integers(len(train))]
    starts = max(0, len(voices) - STEPS) // BEAT + 1
    cut = window(voices, BEAT * int(rng.integers(starts)))
    pitches = cut[cut != REST]
    low = max(-TRANSPOSE, LOW - int(pitches.min()))
    high = min(TRANSPOSE, LOW + PITCHES - 1 - int(pitches.max()))
    return window(cut, 0, int(rng.integers(low, high + 1)))


def note_ids(voices: np.ndarray) -> np.ndarray:
    """int [steps, 4]: cells of the same note have the same number, 0 to one less than the number of runs."""
    begins = np.ones(voices.shape, bool)
    begins[1:] = voices[1:] != voices[:-1]
    return (np.cumsum(begins.T.ravel()) - 1).reshape(voices.shape[::-1]).T


def damage_aws(rng: np.random.Generator, roll: np.ndarray) -> np.ndarray:
    """AWS's: removes a share of the cells drawn from 0 to 100 %, adds up to 1.5 % of all cells as wrong ones."""
    damaged = roll.copy()
    on, off = np.flatnonzero(roll), np.flatnonzero(roll == 0)
    removed = rng.choice(on, int(round(rng.random() * on.size)), replace=False)
    added = rng.choice(off, int(rng.random() * (WRONG_CELLS * roll.size + 1)), replace=False)
    damaged.flat[removed] = 0
    damaged.flat[added] = 1
    return damaged


def damage_melody(voices: np.ndarray) -> np.ndarray:
    """Only the soprano is left."""
    return roll_of(voices[:, :1])


def keep_notes(rng: np.random.Generator, voices: np.ndarray, share: float) -> np.ndarray:
    """bool [steps, 4]: each note kept whole with probability `share`."""
    ids = note_ids(voices)
    return (rng.random(int(ids.max()) + 1) < share)[ids]


def add_wrong_notes(rng: np.random.Generator, roll: np.ndarray, voices: np.ndarray, most: int) -> None:
    """1 to `most` notes in place: a moved copy of a note of the music, so that length and place are plausible."""
    ids = note_ids(voices)
    for _ in range(int(rng.integers(1, most + 1))):
        steps, parts = np.nonzero(ids == rng.integers(int(ids.max()) + 1))
        pitch = int(voices[steps[0], parts[0]]) - LOW + int(rng.integers(-7, 8))
        if voices[steps[0], parts[0]] != REST and 0 <= pitch < PITCHES:
            roll[steps, pitch] = 1


def keep_blocks(rng: np.random.Generator) -> np.ndarray:
    """bool [128, 4]: one to three spans of 1 to 16 beats gone, in all voices or in some."""
    keep = np.ones((STEPS, 4), bool)
    for _ in range(int(rng.integers(1, 4))):
        beats = int(rng.integers(1, 17))
        start = BEAT * int(rng.integers(0, STEPS // BEAT - beats + 1))
        parts = np.ones(4, bool) if rng.random() < 0.5 else rng.random(4) < 0.5
        keep[start : start + BEAT * beats, parts] = False
    return keep


def damage_voices(rng: np.random.Generator, voices: np.ndarray) -> np.ndarray:
    """One to three of the voices dropped."""
    keep = np.ones(voices.shape, bool)
    keep[:, rng.permutation(4)[: int(rng.integers(1, 4))]] = False
    return roll_of(voices, keep)


def damage_wrong(rng: np.random.Generator, voices: np.ndarray) -> np.ndarray:
    """A share of the notes dropped, up to 16 plausible wrong ones added."""
    roll = roll_of(voices, keep_notes(rng, voices, rng.random()))
    add_wrong_notes(rng, roll, voices, 16)
    return roll


def damage_slips(rng: np.random.Generator, voices: np.ndarray) -> np.ndarray:
    """Up to 16 plausible wrong notes added, nothing dropped."""
    roll = roll_of(voices)
    add_wrong_notes(rng, roll, voices, 16)
    return roll


def damage_session(rng: np.random.Generator, voices: np.ndarray) -> np.ndarray:
    """What a sampler meets while it harmonises: the soprano whole, of the rest a share of cells, a few wrong notes."""
    keep = rng.random(voices.shape) < rng.random()
    keep[:, 0] = True
    roll = roll_of(voices, keep)
    if rng.random() < 0.5:
        add_wrong_notes(rng, roll, voices, 6)
    return roll


def xor_target(roll: np.ndarray, damaged: np.ndarray) -> np.ndarray:
    """uint8 like the rolls: the cells to flip."""
    return roll ^ damaged


DAMAGES: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "aws": lambda rng, voices: damage_aws(rng, roll_of(voices)),
    "melody": lambda _rng, voices: damage_melody(voices),
    "voices": damage_voices,
    "notes": lambda rng, voices: roll_of(voices, keep_notes(rng, voices, rng.random())),
    "blocks": lambda rng, voices: roll_of(voices, keep_blocks(rng)),
    "wrong": damage_wrong,
    "slips": damage_slips,
    "session": damage_session,
}

# What "mix" means in every figure: half cell noise, half one of the other four.
MIX = {"aws": 0.5, "voices": 0.125, "notes": 0.125, "blocks": 0.125, "slips": 0.125}


def example(rng: np.random.Generator, voices: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """(damaged roll, target), `kind` a key of DAMAGES. Never an empty target."""
    roll = roll_of(voices)
    while True:
        damaged = DAMAGES[kind](rng, voices)
        target = xor_target(roll, damaged)
        if target.any():
            return damaged, target


def batch(
    train: list[np.ndarray], seed: list[int], size: int, shares: dict[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Damaged rolls and targets, uint8 [size, 128, 48]; the same for the same seed."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(list(shares), size=size, p=np.array(list(shares.values())) / sum(shares.values()))
    pairs = [example(rng, random_window(rng, train), str(kind)) for kind in kinds]
    return np.stack([damaged for damaged, _ in pairs]), np.stack([target for _, target in pairs])


def held_out(chorales: list[np.ndarray], kind: str, draws: int = 1, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """The fixed examples of a split: windows at every 64th step, each damaged `draws` times, seeded by chorale, window
    and draw."""
    pairs = []
    for index, voices in enumerate(chorales):
        for start in range(0, max(1, len(voices) - STEPS + 1), STEPS // 2):
            for draw in range(draws):
                rng = np.random.default_rng([seed, index, start, draw])
                pairs.append(example(rng, window(voices, start), kind))
    return np.stack([damaged for damaged, _ in pairs]), np.stack([target for _, target in pairs])
