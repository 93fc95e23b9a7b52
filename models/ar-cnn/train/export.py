"""Makes weights.safetensors, manifest.json and the fixtures from a checkpoint of train.py.

    python export.py --checkpoint DIR/checkpoint.pt --data Jsb16thSeparated.json

The moving average is what ships: batch norm folded in float64, every number rounded to float16 once, kernels in
TensorFlow's order. The fixtures are the answers of `forward` below, which reads the file as it ships and shares no
code with model.py; the largest difference from the network as it was trained is printed and kept in fixtures.json.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors
from torch import Tensor

import data
from model import NORM_EPSILON, Conv, Network, Shape

MODEL_FOLDER = Path(__file__).resolve().parent.parent
FIXTURES = {"aws": 6, "melody": 4, "session": 5, "wrong": 5}  # 20 rolls of the valid split
FIXTURE_SEED = 20

Tensors = dict[str, np.ndarray]


def fold(state: dict[str, Tensor], name: str, conv: Conv) -> tuple[np.ndarray, np.ndarray]:
    """Convolution + batch norm -> kernel [h, w, in, out] and bias [out], float64."""

    def number(key: str) -> np.ndarray:
        return state[f"{name}.{key}"].double().numpy()

    scale = number("norm.weight") / np.sqrt(number("norm.running_var") + NORM_EPSILON)
    kernel = number("weight").reshape(conv.outputs, conv.inputs, conv.size, conv.size) * scale[:, None, None, None]
    return kernel.transpose(2, 3, 1, 0), number("norm.bias") - number("norm.running_mean") * scale


def half(name: str, values: np.ndarray) -> np.ndarray:
    """float64 -> float16, refusing what float16 cannot hold."""
    with np.errstate(over="ignore"):
        rounded = np.ascontiguousarray(values.astype(np.float16))
    if not np.isfinite(rounded).all():
        raise ValueError(f"{name}: a value is outside the range of float16")
    return rounded


def tensors_of(network: Network) -> Tensors:
    """Every tensor of the file. A Pitched layer's parts are NAME.weight, NAME.bias and NAME.place [rows, columns, out]."""
    state = network.state_dict()
    tensors: Tensors = {}
    for path, module in network.named_modules():
        if isinstance(module, Conv):
            name = path.removesuffix(".conv")
            tensors[f"{name}.weight"], tensors[f"{name}.bias"] = fold(state, path, module)
    for path, values in state.items():
        if path.endswith(".place"):
            tensors[path] = values[0].double().numpy().transpose(1, 2, 0)
    tensors["head.weight"] = state["head.weight"].double().numpy().transpose(2, 3, 1, 0)
    tensors["head.bias"] = state["head.bias"].double().numpy()
    return {name: half(name, values) for name, values in tensors.items()}


def forward(tensors: Tensors, shape: Shape, rolls: np.ndarray) -> np.ndarray:
    """uint8 [B, 128, 48] -> logits float32 [B, 128, 48], by the shipped tensors: the reference of the browser's."""
    weights = {name: torch.from_numpy(values.astype(np.float32)) for name, values in tensors.items()}

    def conv(x: Tensor, name: str, stride: int = 1, dilation: int = 1) -> Tensor:
        kernel = weights[f"{name}.weight"].permute(3, 2, 0, 1)
        reach = kernel.shape[-1] // 2
        if stride == 2:
            x = F.pad(x, (0, 1, 0, 1))
            return F.conv2d(x, kernel, weights[f"{name}.bias"], stride=2)
        padding = (reach * dilation, reach)
        return F.conv2d(x, kernel, weights[f"{name}.bias"], padding=padding, dilation=(dilation, 1))

    def pitched(x: Tensor, name: str, stride: int) -> Tensor:
        x = conv(x, name, stride)
        place = weights[f"{name}.place"].permute(2, 0, 1)
        return F.relu(x + place.repeat(1, x.shape[2] // place.shape[1], 1))

    def blocks(x: Tensor, name: str, count: int, dilations: tuple[int, ...] = ()) -> Tensor:
        for i in range(count):
            inner = F.relu(conv(x, f"{name}.{i}.first", dilation=dilations[i] if dilations else 1))
            x = F.relu(x + conv(inner, f"{name}.{i}.second"))
        return x

    def up(x: Tensor, name: str, skip: Tensor) -> Tensor:
        x = conv(x, name)
        count, depth, rows, columns = x.shape
        x = x.view(count, 2, 2, depth // 4, rows, columns).permute(0, 3, 4, 1, 5, 2)
        return F.relu(x.reshape(count, depth // 4, 2 * rows, 2 * columns) + skip)

    steps, semitones = shape.patch
    rows, columns = data.STEPS // steps, data.PITCHES // semitones
    x = torch.from_numpy(rolls.astype(np.float32)).view(-1, rows, steps, columns, semitones)
    x = x.permute(0, 2, 4, 1, 3).reshape(-1, steps * semitones, rows, columns)
    with torch.no_grad():
        level_1 = blocks(pitched(x, "stem", 1), "down_1", shape.blocks[0])
        level_2 = blocks(pitched(level_1, "to_2", 2), "down_2", shape.blocks[1])
        x = blocks(pitched(level_2, "to_3", 2), "bottom", shape.blocks[2], shape.dilations)
        x = blocks(up(x, "from_3", level_2), "up_2", shape.blocks[3])
        x = conv(blocks(up(x, "from_2", level_1), "up_1", shape.blocks[4]), "head")
    x = x.view(-1, steps, semitones, rows, columns).permute(0, 3, 1, 4, 2)
    return x.reshape(-1, data.STEPS, data.PITCHES).numpy()


def fixture_rolls(valid: list[np.ndarray]) -> np.ndarray:
    """uint8 [20, 128, 48]: damaged windows of the valid split."""
    rng = np.random.default_rng(FIXTURE_SEED)
    kinds = [kind for kind, count in FIXTURES.items() for _ in range(count)]
    return np.stack([data.example(rng, data.random_window(rng, valid), kind)[0] for kind in kinds])


def layers_of(network: Network) -> list[dict]:
    """The table of convolutions in the order of the pass, for people who read the manifest."""
    rows: list[dict] = []

    def note(name: str):
        def hook(module: torch.nn.Module, _inputs: tuple, output: Tensor) -> None:
            size = module.size if isinstance(module, Conv) else module.kernel_size[0]
            inputs = module.inputs if isinstance(module, Conv) else module.in_channels
            stride = module.stride if isinstance(module, Conv) else 1
            out = [*output.shape[2:], output.shape[1]]
            mac = size * size * inputs * output[0].numel()
            rows.append({"name": name, "kernel": size, "stride": stride, "in": inputs, "out": out, "mac": mac})

        return hook

    handles = [
        module.register_forward_hook(note(path.removesuffix(".conv")))
        for path, module in network.named_modules()
        if isinstance(module, (Conv, torch.nn.Conv2d))
    ]
    with torch.no_grad():
        network(torch.zeros(1, data.STEPS, data.PITCHES))
    for handle in handles:
        handle.remove()
    return rows


def make_manifest(network: Network, weights: bytes, version: str, trained: dict) -> bytes:
    layers = layers_of(network)
    manifest = {
        "name": "ar-cnn",
        "version": version,
        "title": "AR-CNN (Bach chorales)",
        "licence": "Apache-2.0",
        "source": ["https://arxiv.org/abs/2008.08927", "https://github.com/czhuang/JSB-Chorales-dataset"],
        "attribution": "Trained for Atelier on J. S. Bach's chorales (public domain), after AWS DeepComposer's AR-CNN.",
        "pitchLowMidi": data.LOW,
        "P": data.PITCHES,
        "T": data.STEPS,
        "stepsPerBeat": data.BEAT,
        "network": network.shape.as_dict(),
        "parameters": sum(int(np.prod(values.shape)) for values in load_tensors(weights).values()),
        "multiplyAdds": sum(layer["mac"] for layer in layers),
        "layers": layers,
        "trained": trained,
        "files": [
            {"path": "weights.safetensors", "bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}
        ],
    }
    text = json.dumps(manifest, indent=2)
    for layer in layers:  # one line each
        text = text.replace(json.dumps(layer, indent=2).replace("\n", "\n    "), json.dumps(layer))
    return (text + "\n").encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="Jsb16thSeparated.json, for the fixtures")
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER)
    parser.add_argument("--version", default="1.0.0")
    arguments = parser.parse_args()
    state = torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)
    network = Network(Shape.of(state["plan"]["shape"])).eval()
    network.load_state_dict(state["average"])
    # No metadata: safetensors would write several keys in an order that changes from run to run.
    weights = save_tensors(tensors_of(network))
    trained = {"steps": state["done"], "of": state["plan"]["steps"], "batch": state["plan"]["batch"]}
    trained |= {name: state["plan"][name] for name in ("seed", "dropout") if name in state["plan"]}
    fixtures = arguments.out / "fixtures"
    fixtures.mkdir(parents=True, exist_ok=True)
    (arguments.out / "weights.safetensors").write_bytes(weights)
    (arguments.out / "manifest.json").write_bytes(make_manifest(network, weights, arguments.version, trained))
    rolls = fixture_rolls(data.load(arguments.data)["valid"])
    # Each alone, as the browser runs them: a batch may round differently.
    logits = np.concatenate([forward(load_tensors(weights), network.shape, roll[None]) for roll in rolls])
    with torch.no_grad():
        unrounded = network(torch.from_numpy(rolls).float()).numpy()
    difference = float(np.abs(logits - unrounded).max())
    same = int((logits.reshape(len(rolls), -1).argmax(1) == unrounded.reshape(len(rolls), -1).argmax(1)).sum())
    rolls.tofile(fixtures / "rolls.u8.bin")
    logits.astype("<f4").tofile(fixtures / "logits.f32.bin")
    described = {
        "weights": hashlib.sha256(weights).hexdigest(),
        "rolls": [kind for kind, count in FIXTURES.items() for _ in range(count)],
        "shape": list(rolls.shape),
        "torch": torch.__version__,
        "differenceFromUnrounded": round(difference, 5),
        "argmaxEqual": same,
    }
    (fixtures / "fixtures.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({**trained, "bytes": len(weights), "difference": difference, "argmax equal": same}))


if __name__ == "__main__":
    main()
