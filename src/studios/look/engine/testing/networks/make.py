"""Writes ResNet-50s with seeded random weights, in torchvision's and in Keras's names and layout, and what torchvision's
and Keras's own code make of 32 pictures.

    python -m venv venv && venv/bin/pip install torch==2.13.0 torchvision==0.28.0 keras==3.15.1 h5py==3.16.0
    venv/bin/python make.py DIR            # a sixteenth of the width: the files that lie here
    venv/bin/python make.py DIR --full     # ResNet-50 itself, about 200 MB

Batch norm's scales, shifts, means and variances are random too, and so are Keras's biases. The pictures are squares of
random colour by Mulberry32, so that a test can make the same ones without a file.
"""

import argparse
import json
import os
import struct
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import h5py
import keras
import numpy as np
import torch
from keras.src.applications import resnet as keras_resnet

try:
    import torchvision
except RuntimeError:
    # Its compiled operators are for another build of PyTorch, as where one is for the CPU only; the networks need none of them.
    for operator in ("nms", "qnms"):
        torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

PICTURES = 32
SIDE = 224
TILE = 16
BLOCKS = [3, 4, 6, 3]


def mulberry32(seed):
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = state
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & 0xFFFFFFFF)) & 0xFFFFFFFF
        yield (t ^ (t >> 14)) / 4294967296


def picture(index):
    """[224, 224, 3] uint8, RGB: a base colour, and tiles that differ from it by at most 64."""
    rng = mulberry32(1000 + index)
    base = [int(next(rng) * 192) for _ in range(3)]
    tiles = SIDE // TILE
    small = np.array([base[i % 3] + int(next(rng) * 64) for i in range(tiles * tiles * 3)], np.uint8)
    return small.reshape(tiles, tiles, 3).repeat(TILE, 0).repeat(TILE, 1)


def torch_network(width):
    net = torchvision.models.resnet50(weights=None, num_classes=10)
    if width != 64:
        net.inplanes = width
        net.conv1 = torch.nn.Conv2d(3, width, 7, 2, 3, bias=False)
        net.bn1 = torch.nn.BatchNorm2d(width)
        for stage, blocks in enumerate(BLOCKS):
            layer = net._make_layer(
                torchvision.models.resnet.Bottleneck, width * 2**stage, blocks, stride=1 if stage == 0 else 2
            )
            setattr(net, f"layer{stage + 1}", layer)
        net.fc = torch.nn.Linear(width * 32, 10)
    rng = np.random.default_rng(1)
    state = {}
    for name, value in net.state_dict().items():
        shape = tuple(value.shape)
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(7)
        elif name.endswith("running_var"):
            state[name] = draw(rng.uniform(0.5, 2, shape))
        elif name.endswith("running_mean"):
            state[name] = draw(rng.normal(0, 0.3, shape))
        elif len(shape) == 4:
            state[name] = draw(rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape))
        elif name.endswith("weight") and len(shape) == 1:
            state[name] = draw(rng.uniform(0.3, 1.2, shape))
        else:
            state[name] = draw(rng.normal(0, 0.2, shape))
    net.load_state_dict(state)
    return net.eval(), state


def draw(values):
    return torch.tensor(np.asarray(values, np.float32))


def write_safetensors(path, state):
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in state.items():
        blob = tensor.numpy().tobytes()
        dtype = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def torch_features(net, pictures):
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    x = torch.tensor(((pictures / 255 - mean) / std).astype(np.float32).transpose(0, 3, 1, 2))
    pooled = torch.nn.Sequential(*list(net.children())[:-1])
    with torch.no_grad():
        return torch.cat([pooled(some).flatten(1) for some in x.split(8)]).numpy()


def keras_network(width):
    def stages(x):
        for stage, blocks in enumerate(BLOCKS):
            stride = {"stride1": 1} if stage == 0 else {}
            x = keras_resnet.stack_residual_blocks_v1(x, width * 2**stage, blocks, name=f"conv{stage + 2}", **stride)
        return x

    net = keras_resnet.ResNet(
        stages, False, True, name="resnet50", weights_name="resnet50", weights=None, include_top=False, pooling="avg"
    )
    rng = np.random.default_rng(2)
    for layer in net.layers:
        drawn = []
        for weight in layer.weights:
            shape, name = tuple(weight.shape), weight.name
            if name == "kernel":
                drawn.append(rng.normal(0, np.sqrt(2 / np.prod(shape[:3])), shape))
            elif name == "gamma":
                drawn.append(rng.uniform(0.3, 1.2, shape))
            elif name == "moving_variance":
                drawn.append(rng.uniform(0.5, 2, shape))
            else:
                drawn.append(rng.normal(0, 0.2, shape))
        if drawn:
            layer.set_weights([each.astype(np.float32) for each in drawn])
    return net


def write_h5(path, net):
    """As the files of keras.applications are laid out: <layer>/<layer>/<weight>:0."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in net.layers]
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"2.2.4"
        for layer in net.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights):
                group.create_dataset(name, data=weight.numpy())


def keras_features(net, pictures):
    x = keras_resnet.preprocess_input(pictures.astype(np.float32), data_format="channels_last")
    return net.predict(x, batch_size=8, verbose=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--full", action="store_true")
    args = parser.parse_args()
    args.dir.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    width = 64 if args.full else 4
    pictures = np.stack([picture(index) for index in range(PICTURES)])
    net, state = torch_network(width)
    write_safetensors(args.dir / "resnet-torchvision.safetensors", state)
    torch_features(net, pictures).astype("<f4").tofile(args.dir / "torchvision.f32.bin")
    net = keras_network(width)
    write_h5(args.dir / "resnet-keras.h5", net)
    keras_features(net, pictures).astype("<f4").tofile(args.dir / "keras.f32.bin")
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, keras {keras.__version__}")


main()
