"""Makes public/samples/clothing, the sample collection of Look, from the photographs of clothing-dataset-small.

    pip install pillow==13.0.0
    python scripts/make-sample.py --dir DIR      DIR holds one folder a class, 80 photographs in each

Every fifth photograph of a class by file name, so nobody chose the pretty ones; longest side 400 px.
"""

import argparse
import hashlib
import io
import json
import shutil
from pathlib import Path

from PIL import Image, ImageOps

TARGET = Path(__file__).resolve().parent.parent / "public" / "samples" / "clothing"
A_CLASS = 16
LONGEST_SIDE = 400
QUALITY = 72


def shrink(path: Path) -> bytes:
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dir", type=Path, required=True)
    source: Path = parser.parse_args().dir
    classes = sorted(folder for folder in source.iterdir() if folder.is_dir())
    if not classes:
        raise SystemExit(f"{source}: no class folders")
    pictures = []
    for folder in classes:
        files = sorted(folder.glob("*.jpg"))
        step = len(files) // A_CLASS
        if step == 0:
            raise SystemExit(f"{folder}: {len(files)} photographs, at least {A_CLASS} needed")
        shutil.rmtree(TARGET / folder.name, ignore_errors=True)
        (TARGET / folder.name).mkdir(parents=True)
        for path in files[: step * A_CLASS : step]:
            data = shrink(path)
            name = f"{folder.name}/{path.name}"
            (TARGET / name).write_bytes(data)
            pictures.append({"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    index = {
        "title": "Clothing",
        "licence": "CC0-1.0",
        "source": "https://github.com/alexeygrigorev/clothing-dataset-small",
        "pictures": pictures,
    }
    (TARGET / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    print(f"{len(pictures)} pictures, {sum(p['bytes'] for p in pictures):,} bytes")


if __name__ == "__main__":
    main()
