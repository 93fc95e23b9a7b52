"""Makes ../fixtures: what the reference answers, for the tests of the TypeScript network.

    python fixtures.py

Only the sample collection of the project (public/samples/clothing) is needed beside the pinned packages.
"""

import json
from pathlib import Path

import numpy as np
import PIL
import torch
from PIL import Image

from reference import crop_box, features_and_logits, load_network, normalise, to_rgb, to_square
from variants import VARIANTS

PROJECT = Path(__file__).resolve().parents[3]
SAMPLE = PROJECT / "public" / "samples" / "clothing"
TARGET = Path(__file__).resolve().parent.parent / "fixtures"
# Sizes (width, height) whose crop is enlarged, kept, and reduced by up to 7; odd and even, wide and high.
RESIZE_SIZES = [(100, 80), (272, 275), (401, 300), (640, 853), (1500, 1101), (2001, 1999)]
ROW_STEP = 5  # of a resized square only every fifth row is kept


def photograph(folder: str, index: int) -> Image.Image:
    path = sorted((SAMPLE / folder).glob("*.jpg"))[index]
    with Image.open(path) as image:
        return image.convert("RGB")


def pattern(width: int, height: int) -> np.ndarray:
    """uint8 [height, width, 3]: waves, edges and fine texture, by a formula that the tests repeat."""
    y, x = np.mgrid[0:height, 0:width]
    red = (x * 255 // (width - 1) + (x * y >> 4)) & 255
    green = ((x // 7 + y // 5) % 2) * 200 + (x * 13 + y * 7) % 56
    blue = (x * x + y * y >> 6) & 255
    return np.dstack([red, green, blue]).astype(np.uint8)


def tensors(network) -> None:
    """inputs.u8.bin [3, 240, 240, 3] uint8; features.f32.bin [3, 1280]; logits.f32.bin [3, 1000]."""
    square = pattern(240, 240)
    squares = np.stack([to_square(photograph("shoes", 3)), to_square(photograph("dress", 5)), square])
    # Each alone, as the tests run them: a batch may round differently.
    answers = [features_and_logits(network, normalise(one[None])) for one in squares]
    squares.tofile(TARGET / "inputs.u8.bin")
    np.concatenate([features for features, _ in answers]).astype("<f4").tofile(TARGET / "features.f32.bin")
    np.concatenate([logits for _, logits in answers]).astype("<f4").tofile(TARGET / "logits.f32.bin")


def resizes() -> list[dict]:
    """resized.u8.bin: every fifth row [48, 240, 3] uint8 of each pattern's crop, as Pillow resizes it."""
    rows, sizes = [], []
    for width, height in RESIZE_SIZES:
        square = to_square(Image.fromarray(pattern(width, height)))
        rows.append(square[::ROW_STEP])
        x, y, size = crop_box(width, height)
        sizes.append({"width": width, "height": height, "crop": {"x": x, "y": y, "size": size}})
    np.stack(rows).tofile(TARGET / "resized.u8.bin")
    return sizes


def pictures(network) -> list[dict]:
    """The picture files, and pictures.f32.bin [16, 1280]: their embeddings in this order."""
    folder = TARGET / "pictures"
    folder.mkdir(exist_ok=True)
    described, embeddings = [], []
    for index, variant in enumerate(VARIANTS):
        path = folder / variant.name
        path.write_bytes(variant.encode(photograph(variant.photograph_of, index % 16)))
        with Image.open(path) as image:
            stored, upright, square = image.size, to_rgb(image).size, to_square(image)
        embeddings.append(features_and_logits(network, normalise(square[None]))[0])
        described.append(
            {"name": variant.name, "what": variant.what, "stored": stored, "upright": upright, "bytes": path.stat().st_size}
        )
    np.concatenate(embeddings).astype("<f4").tofile(TARGET / "pictures.f32.bin")
    return described


def main() -> None:
    torch.set_num_threads(1)
    TARGET.mkdir(exist_ok=True)
    network = load_network()
    tensors(network)
    index = {
        "madeBy": "models/efficientnet-lite1/convert/fixtures.py",
        "with": {"torch": torch.__version__, "pillow": PIL.__version__, "numpy": np.__version__},
        "tensors": 3,
        "rowStep": ROW_STEP,
        "resizes": resizes(),
        "pictures": pictures(network),
    }
    (TARGET / "fixtures.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    print(f"{sum(p.stat().st_size for p in TARGET.rglob('*') if p.is_file()):,} bytes in {TARGET.name}")


if __name__ == "__main__":
    main()
