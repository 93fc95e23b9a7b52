"""Leave-one-out retrieval over a folder of class folders, by the reference network.

    python eval.py --dir DIR

P@k: of the k nearest by cosine (ties by order of the sorted paths), the part of the query's class, mean over all
queries. mAP@10: mean over queries of sum_i(P@i * rel_i, i <= 10) / min(10, other pictures of the class).
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from reference import features_and_logits, load_network, normalise, to_square

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".avif"}
BATCH = 16
MAP_AT = 10


def embed_folder(files: list[Path]) -> np.ndarray:
    network = load_network()
    rows = []
    for start in range(0, len(files), BATCH):
        squares = []
        for path in files[start : start + BATCH]:
            with Image.open(path) as image:
                squares.append(to_square(image))
        rows.append(features_and_logits(network, normalise(np.stack(squares)))[0])
        print(f"\r{min(start + BATCH, len(files))}/{len(files)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return np.concatenate(rows)


def scores(vectors: np.ndarray, classes: np.ndarray) -> dict[str, np.ndarray]:
    """Per query: P@1, P@5, AP@10."""
    unit = vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -np.inf)
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :MAP_AT]
    hits = (classes[order] == classes[:, None]).astype(np.float64)
    relevant = np.array([(classes == c).sum() - 1 for c in classes])
    precision = np.cumsum(hits, axis=1) / np.arange(1, MAP_AT + 1)
    average = (precision * hits).sum(axis=1) / np.maximum(1, np.minimum(MAP_AT, relevant))
    return {"P@1": hits[:, 0], "P@5": hits[:, :5].mean(axis=1), f"mAP@{MAP_AT}": average}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    files = sorted(p for p in arguments.dir.glob("*/*") if p.suffix.lower() in SUFFIXES)
    if len(files) <= MAP_AT:
        raise SystemExit(f"{arguments.dir}: {len(files)} pictures in class folders, more than {MAP_AT} needed")
    classes = np.array([p.parent.name for p in files])
    result = scores(embed_folder(files), classes)
    print(f"{'class':<12}" + "".join(f"{name:>9}" for name in result))
    for name in sorted(set(classes)):
        print(f"{name:<12}" + "".join(f"{v[classes == name].mean():9.4f}" for v in result.values()))
    print(f"{'all':<12}" + "".join(f"{v.mean():9.4f}" for v in result.values()))


if __name__ == "__main__":
    main()
