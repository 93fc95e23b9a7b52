"""The recipe of train.py on one CUDA card, for several networks side by side.

    python train_gpu.py --data Jsb16thSeparated.json --out DIR --steps 60000 --runs runs.json

runs.json is a list of {"name", "seed", "shape", "dropout"}; each network gets its own stream of batches, seeded like
train.py's, and DIR/NAME.pt, which export.py and eval.py read as they read train.py's checkpoint. A whole step of a
network (damage unpacked, forward, backward, both optimizers, moving average) is one CUDA graph; the networks' graphs
run beside each other. Processes make the batches ahead. DIR/log.jsonl has the valid KL of all of them.
"""

import argparse
import copy
import json
import os
import time
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import data
from model import Network, Shape, divergences, multiplications
from train import EVAL_BATCH, SHARES, VALID_KINDS, Plan, parameter_groups, rate_at, save

CHUNK = 40  # steps whose batches travel together
AHEAD = 2  # chunks a process is ahead
CELLS = data.STEPS * data.PITCHES
NEWTON_SCHULZ = (3.4445, -4.775, 2.0315)
MOMENTUM = 0.95

chorales_of_process: list[np.ndarray] = []


def begin_process(path: Path) -> None:
    """Each process reads the chorales once."""
    chorales_of_process.extend(data.load(path)["train"])


def packed_batches(chorales: list[np.ndarray], seed: int, first: int, count: int, size: int) -> np.ndarray:
    """uint8 [count, 2, size, CELLS / 8]: damaged rolls and targets of some steps, eight cells a byte, lowest bit first."""
    steps = [data.batch(chorales, [seed, step, 0], size, SHARES) for step in range(first, first + count)]
    cells = np.stack([np.stack(pair) for pair in steps]).reshape(count, 2, size, CELLS)
    return np.packbits(cells, axis=-1, bitorder="little")


def chunk_of_process(seed: int, first: int, count: int, size: int) -> np.ndarray:
    return packed_batches(chorales_of_process, seed, first, count, size)


def unpack(packed: Tensor) -> Tensor:
    """uint8 [..., CELLS / 8] -> float32 [..., 128, 48]."""
    bits = packed.unsqueeze(-1) >> torch.arange(8, dtype=torch.uint8, device=packed.device) & 1
    return bits.flatten(-2).unflatten(-1, (data.STEPS, data.PITCHES)).float()


class Muon:
    """torch.optim.Muon with adjust_lr_fn="match_rms_adamw", its rate a tensor, so that a CUDA graph can hold it."""

    def __init__(self, parameters: list[Tensor], rate: Tensor, decay: float):
        self.parameters, self.rate, self.decay = parameters, rate, decay
        self.buffers = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self) -> None:
        a, b, c = NEWTON_SCHULZ
        for parameter, buffer in zip(self.parameters, self.buffers, strict=True):
            gradient = parameter.grad
            assert gradient is not None
            buffer.lerp_(gradient, 1 - MOMENTUM)
            x = gradient.lerp(buffer, MOMENTUM).bfloat16()
            tall = x.shape[0] > x.shape[1]
            x = x.T if tall else x
            x = x / x.norm().clamp(min=1e-7)
            for _ in range(5):
                gram = x @ x.T
                x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
            x = x.T if tall else x
            parameter.mul_(1 - self.rate * self.decay)
            parameter.sub_(x * (self.rate * 0.2 * max(parameter.shape) ** 0.5))


class GpuRun:
    """One network in training, its step captured as a graph where the device is CUDA."""

    def __init__(self, name: str, plan: Plan, device: torch.device):
        torch.manual_seed(plan.seed)
        self.name, self.plan, self.device, self.done = name, plan, device, 0
        self.network = Network(plan.shape, plan.dropout).to(device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.parameters = list(self.network.parameters())
        self.rate = torch.zeros((), device=device)
        self.keep = torch.zeros((), device=device)
        self.loss = torch.zeros((), device=device)
        self.packed = torch.zeros((2, plan.batch, CELLS // 8), dtype=torch.uint8, device=device)
        groups, inner = parameter_groups(self.network, plan)
        cuda = device.type == "cuda"
        adamw = torch.optim.AdamW(groups, lr=self.rate, betas=(0.9, 0.98), capturable=cuda, foreach=cuda)
        self.optimizers = [adamw, Muon(inner, self.rate, plan.decay)]
        ours, theirs = self.average.state_dict().values(), self.network.state_dict().values()
        self.followers = [t for t in ours if t.is_floating_point()]
        self.followed = [t for t in theirs if t.is_floating_point()]
        self.stream = torch.cuda.Stream() if cuda else None
        self.graph: torch.cuda.CUDAGraph | None = None

    def work(self) -> None:
        """One step on what lies in `packed`, `rate` and `keep`."""
        damaged, target = unpack(self.packed).unbind(0)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.plan.half, cache_enabled=False):
            logits = self.network(damaged)
        loss = divergences(logits, target).mean()
        for parameter, gradient in zip(self.parameters, torch.autograd.grad(loss, self.parameters), strict=True):
            parameter.grad = gradient
        for optimizer in self.optimizers:
            optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(self.followers, self.keep)
            torch._foreach_add_(self.followers, torch._foreach_mul(self.followed, 1 - self.keep))
            self.loss.add_(loss.detach())

    def capture(self) -> None:
        """Records the step; rate 0 and keep 1 in the trials before it, the batch norm's statistics put back."""
        before = copy.deepcopy(self.network.state_dict())
        self.network.train()
        self.keep.fill_(1)
        self.packed.random_(0, 256)
        assert self.stream is not None
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            for _ in range(3):
                self.work()
        torch.cuda.synchronize()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=self.stream):
            self.work()
        self.network.load_state_dict(before)
        self.loss.zero_()
        for optimizer in self.optimizers:
            buffers = optimizer.buffers if isinstance(optimizer, Muon) else []
            states = [] if isinstance(optimizer, Muon) else optimizer.state.values()
            for tensor in [*buffers, *(t for state in states for t in state.values())]:
                tensor.zero_()

    def step(self, packed: Tensor) -> None:
        """`packed`, uint8 [2, batch, CELLS / 8] on the device."""
        self.packed.copy_(packed)
        self.rate.fill_(rate_at(self.done, self.plan))
        self.keep.fill_(min(self.plan.average, (1 + self.done) / (10 + self.done)))
        if self.graph:
            self.graph.replay()
        else:
            self.network.train()
            self.work()
        self.done += 1

    def state(self) -> dict:
        plan = {**vars(self.plan), "shape": self.plan.shape.as_dict()}
        both = {"network": self.network, "average": self.average}
        networks = {name: {k: t.cpu() for k, t in net.state_dict().items()} for name, net in both.items()}
        return {"plan": plan, "done": self.done, **networks}


@torch.no_grad()
def valid_scores(run: GpuRun, fixed: dict[str, tuple[Tensor, Tensor]]) -> dict[str, float]:
    """KL of the moving average for each kind of damage, in float32."""
    scores = {}
    for kind, (damaged, target) in fixed.items():
        parts = zip(damaged.split(EVAL_BATCH), target.split(EVAL_BATCH), strict=True)
        values = [divergences(run.average(rolls), cells) for rolls, cells in parts]
        scores[kind] = round(torch.cat(values).mean().item(), 4)
    return scores | {"mix": round(sum(share * scores[kind] for kind, share in data.MIX.items()), 4)}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="Jsb16thSeparated.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for the results, outside the project")
    parser.add_argument("--runs", type=Path, required=True, help="what to train, see above")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--eval-every", type=int, default=5000, help="steps")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="gives up (for a trial of the speed)")
    return parser.parse_args()


def make_runs(arguments: argparse.Namespace, given: list[dict]) -> list[GpuRun]:
    """The networks, captured, ready for their first step."""
    runs = []
    for values in given:
        plan = Plan(
            shape=Shape.of(values["shape"]),
            steps=arguments.steps,
            seed=values["seed"],
            batch=arguments.batch,
            rate=arguments.rate,
            decay=values.get("decay", 0.05),
            dropout=values.get("dropout", 0.0),
            shards=1,
        )
        runs.append(GpuRun(values["name"], plan, torch.device("cuda")))
        runs[-1].capture()
    return runs


def examples(chorales: dict[str, list[np.ndarray]]) -> dict[str, tuple[Tensor, Tensor]]:
    """The fixed examples of valid, and of as many chorales of train, on the card."""
    some = {"": chorales["valid"], "train_": chorales["train"][: len(chorales["valid"])]}
    sets = [("", kind) for kind in VALID_KINDS] + [("train_", "aws"), ("train_", "melody")]
    fixed = {}
    for part, kind in sets:
        damaged, target = (torch.from_numpy(cells).float().cuda() for cells in data.held_out(some[part], kind))
        fixed[part + kind] = (damaged, target)
    return fixed


def main() -> None:
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    given = json.loads(arguments.runs.read_text())
    seeds = sorted({values["seed"] for values in given})
    firsts = range(0, arguments.steps, CHUNK)
    workers = max(1, (os.cpu_count() or 2) - 2)
    with ProcessPoolExecutor(workers, initializer=begin_process, initargs=(arguments.data,)) as pool:

        def ask(first: int) -> list:
            count = min(CHUNK, arguments.steps - first)
            return [pool.submit(chunk_of_process, seed, first, count, arguments.batch) for seed in seeds]

        # The processes begin before CUDA does: it does not survive a fork.
        waiting = deque(ask(first) for first in firsts[: AHEAD * workers])
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = False
        fixed = examples(data.load(arguments.data))
        runs = make_runs(arguments, given)
        mac = {run.name: multiplications(Network(run.plan.shape)) for run in runs}
        log = (arguments.out / "log.jsonl").open("a", buffering=1)
        begin = time.monotonic()
        for index, first in enumerate(firsts):
            if index + AHEAD * workers < len(firsts):
                waiting.append(ask(firsts[index + AHEAD * workers]))
            made = (torch.from_numpy(future.result()).cuda() for future in waiting.popleft())
            chunks = dict(zip(seeds, made, strict=True))
            torch.cuda.synchronize()
            for step in range(len(chunks[seeds[0]])):
                for run in runs:
                    with torch.cuda.stream(run.stream):
                        run.step(chunks[run.plan.seed][step])
            torch.cuda.synchronize()
            done, seconds = runs[0].done, time.monotonic() - begin
            late = seconds > arguments.seconds
            if done // arguments.eval_every > first // arguments.eval_every or done == arguments.steps or late:
                for run in runs:
                    row = {"name": run.name, "step": done, "seconds": round(seconds, 1), "mac": mac[run.name]}
                    row |= {"rate": rate_at(done, run.plan), "loss": round(run.loss.item() / done, 4)}
                    row |= valid_scores(run, fixed)
                    log.write(json.dumps(row) + "\n")
                    print(json.dumps(row), flush=True)
                    save(arguments.out / f"{run.name}.pt", run.state())
            if late:
                pool.shutdown(cancel_futures=True)
                break


if __name__ == "__main__":
    main()
