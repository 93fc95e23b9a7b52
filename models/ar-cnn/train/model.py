"""The network: damaged roll in, one logit a cell out. A three-level U-Net of residual 3 x 3 convolutions.

The roll is cut into patches (some steps x some semitones, one patch = one place with a channel for each cell), so a
beat is one row when the patch is four steps high. At every level a learned bias for each absolute pitch is added:
what a voice sings depends on where its range lies, which a convolution alone cannot know.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import BEAT, PITCHES, STEPS

NORM_EPSILON = 1e-5


@dataclass(frozen=True)
class Shape:
    """Sizes of a network; `blocks` of residual blocks: down 1, down 2, bottom, up 2, up 1."""

    patch: tuple[int, int] = (2, 2)
    widths: tuple[int, int, int] = (32, 56, 96)
    blocks: tuple[int, int, int, int, int] = (0, 0, 2, 1, 1)
    dilations: tuple[int, ...] = (1, 1)

    def as_dict(self) -> dict:
        return asdict(self)

    @staticmethod
    def of(values: dict) -> "Shape":
        return Shape(**{name: tuple(value) for name, value in values.items()})


class Conv(nn.Module):
    """Convolution without bias + batch norm. Zero padding as TensorFlow's SAME: at stride 2 only below and right.

    The kernel is kept [out, in * size * size]: a matrix, as the optimizer wants it.
    """

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, dilation: int = 1, gain: float = 1.0):
        super().__init__()
        self.inputs, self.outputs, self.size, self.stride, self.dilation = inputs, outputs, size, stride, dilation
        fan_in = inputs * size * size
        self.weight = nn.Parameter(torch.randn(outputs, fan_in) * (2 / fan_in) ** 0.5)
        self.norm = nn.BatchNorm2d(outputs, eps=NORM_EPSILON)
        nn.init.constant_(self.norm.weight, gain)

    def kernel(self) -> Tensor:
        return self.weight.view(self.outputs, self.inputs, self.size, self.size)

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 2:
            x = F.conv2d(F.pad(x, (0, 1, 0, 1)), self.kernel(), stride=2)
        else:
            reach = self.size // 2
            padding = (reach * self.dilation, reach)
            x = F.conv2d(x, self.kernel(), padding=padding, dilation=(self.dilation, 1))
        return self.norm(x)


class Block(nn.Module):
    """x + two convolutions; the second one starts at zero, so that the block starts as nothing."""

    def __init__(self, width: int, dilation: int = 1, dropout: float = 0.0):
        super().__init__()
        self.first = Conv(width, width, 3, dilation=dilation)
        self.second = Conv(width, width, 3, gain=0.0)
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu(self.first(x))
        if self.dropout and self.training:
            inner = F.dropout2d(inner, self.dropout)
        return F.relu(x + self.second(inner))


class Pitched(nn.Module):
    """Convolution + bias by absolute pitch (and by place in the beat where a beat has several rows) + relu."""

    def __init__(self, inputs: int, outputs: int, stride: int, rows: int, columns: int, phases: int):
        super().__init__()
        self.conv = Conv(inputs, outputs, 3, stride=stride)
        self.rows = rows
        self.place = nn.Parameter(torch.zeros(1, outputs, phases, columns))

    def forward(self, x: Tensor) -> Tensor:
        phases = self.place.shape[2]
        place = self.place if phases == 1 else self.place.repeat(1, 1, self.rows // phases, 1)
        return F.relu(self.conv(x) + place)


def depth_to_space(x: Tensor) -> Tensor:
    """[B, 4 C, H, W] -> [B, C, 2 H, 2 W], channels ordered as tf.depthToSpace has them: (row, column, C)."""
    count, depth, height, width = x.shape
    x = x.view(count, 2, 2, depth // 4, height, width).permute(0, 3, 4, 1, 5, 2)
    return x.reshape(count, depth // 4, 2 * height, 2 * width)


class Up(nn.Module):
    """1 x 1 convolution, depth to space, plus the skip."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.conv = Conv(inputs, 4 * outputs, 1)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return F.relu(depth_to_space(self.conv(x)) + skip)


class Network(nn.Module):
    """roll [B, 128, 48] float32 {0, 1} -> logits [B, 128, 48]: of flipping each cell."""

    def __init__(self, shape: Shape, dropout: float = 0.0):
        """`dropout`: share of channels left out, while training, inside the blocks of the bottom and of up 2."""
        super().__init__()
        self.shape = shape
        steps, semitones = shape.patch
        cells = steps * semitones
        one, two, three = shape.widths
        rows, columns = STEPS // steps, PITCHES // semitones
        phases = [max(1, BEAT // (steps * scale)) for scale in (1, 2, 4)]
        self.stem = Pitched(cells, one, 1, rows, columns, phases[0])
        self.down_1 = nn.ModuleList(Block(one) for _ in range(shape.blocks[0]))
        self.to_2 = Pitched(one, two, 2, rows // 2, columns // 2, phases[1])
        self.down_2 = nn.ModuleList(Block(two) for _ in range(shape.blocks[1]))
        self.to_3 = Pitched(two, three, 2, rows // 4, columns // 4, phases[2])
        self.bottom = nn.ModuleList(Block(three, shape.dilations[i], dropout) for i in range(shape.blocks[2]))
        self.from_3 = Up(three, two)
        self.up_2 = nn.ModuleList(Block(two, 1, dropout) for _ in range(shape.blocks[3]))
        self.from_2 = Up(two, one)
        self.up_1 = nn.ModuleList(Block(one) for _ in range(shape.blocks[4]))
        self.head = nn.Conv2d(one, cells, 3, padding=1)

    def patches(self, roll: Tensor) -> Tensor:
        """[B, 128, 48] -> [B, cells, rows, columns], channel = step in patch * semitones + semitone in patch."""
        steps, semitones = self.shape.patch
        x = roll.view(-1, STEPS // steps, steps, PITCHES // semitones, semitones).permute(0, 2, 4, 1, 3)
        return x.reshape(-1, steps * semitones, STEPS // steps, PITCHES // semitones)

    def cells(self, x: Tensor) -> Tensor:
        """The way back: [B, cells, rows, columns] -> [B, 128, 48]."""
        steps, semitones = self.shape.patch
        x = x.view(-1, steps, semitones, STEPS // steps, PITCHES // semitones).permute(0, 3, 1, 4, 2)
        return x.reshape(-1, STEPS, PITCHES)

    def forward(self, roll: Tensor) -> Tensor:
        x = self.stem(self.patches(roll))
        for block in self.down_1:
            x = block(x)
        skip_1 = x
        x = self.to_2(x)
        for block in self.down_2:
            x = block(x)
        skip_2 = x
        x = self.to_3(x)
        for block in self.bottom:
            x = block(x)
        x = self.from_3(x, skip_2)
        for block in self.up_2:
            x = block(x)
        x = self.from_2(x, skip_1)
        for block in self.up_1:
            x = block(x)
        return self.cells(self.head(x))


def divergences(logits: Tensor, target: Tensor) -> Tensor:
    """KL of the target, spread evenly over its cells, from softmax(logits) over all cells, for each roll [B].

    KL = cross-entropy - entropy of the target = -mean over its n cells of log softmax - log n.
    """
    target = target.flatten(1)
    count = target.sum(1)
    chosen = (F.log_softmax(logits.flatten(1).float(), 1) * target).sum(1)
    return -chosen / count - count.log()


def multiplications(network: Network) -> int:
    """Multiply-adds of one pass over one roll."""
    total = 0
    handles = []

    def count(module: nn.Module, _inputs: tuple, output: Tensor) -> None:
        nonlocal total
        per_place = module.weight.numel()
        total += per_place * output.shape[-1] * output.shape[-2]

    for module in network.modules():
        if isinstance(module, (Conv, nn.Conv2d)):
            handles.append(module.register_forward_hook(count))
    training = network.training
    network.eval()
    with torch.no_grad():
        network(torch.zeros(1, STEPS, PITCHES))
    network.train(training)
    for handle in handles:
        handle.remove()
    return total
