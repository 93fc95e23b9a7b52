"""Trains the network; stop it whenever you like, the same command goes on from the last checkpoint.

    python train.py --data Jsb16thSeparated.json --out DIR --minutes 95

DIR receives checkpoint.pt (network, average, optimizers, step), log.jsonl (loss and valid KL) and pid. The number of
steps is fixed at the first start, from --steps or from --minutes and the measured speed; --steps on a later start
stretches or shortens the rest. Each batch depends on the seed and the number of the step alone, so a run that was
stopped gives the same numbers as one that was not.
"""

import argparse
import copy
import json
import math
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import data
from model import Conv, Network, Shape, divergences, multiplications

SHARES = {
    "aws": 0.55,
    "melody": 0.09,
    "voices": 0.06,
    "notes": 0.06,
    "blocks": 0.06,
    "wrong": 0.03,
    "slips": 0.05,
    "session": 0.1,
}
VALID_KINDS = ("melody", *data.MIX)
WARM_UP = 500
SAVE_SECONDS = 180
MEASURED_STEPS = 40
EVAL_BATCH = 46


@dataclass(frozen=True)
class Plan:
    """Everything that decides the numbers of a run, beside the data."""

    shape: Shape
    steps: int
    seed: int = 7
    batch: int = 24
    optimizer: str = "muon"
    rate: float = 3e-3
    decay: float = 0.05
    average: float = 0.999
    shards: int = 2  # parts of a batch, each on a thread of its own; batch norm sees a part
    dropout: float = 0.0  # see Network
    half: bool = True  # bfloat16 inside the convolutions while training


def rate_at(step: int, plan: Plan) -> float:
    """Warm-up from 0, then one cosine down to 0 at the last step."""
    warm_up = min(WARM_UP, plan.steps // 10)
    if step < warm_up:
        return plan.rate * (step + 1) / warm_up
    return plan.rate * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, plan.steps - warm_up)))


def parameter_groups(network: Network, plan: Plan) -> tuple[list[dict], list[nn.Parameter]]:
    """(AdamW's groups, what is Muon's): all is AdamW's, or Muon has the kernels between the stem and the head."""
    kernels = [module.weight for module in network.modules() if isinstance(module, Conv)]
    head = [network.head.weight]
    others = [p for p in network.parameters() if all(p is not known for known in kernels + head)]
    inner: list[nn.Parameter] = []
    if plan.optimizer == "muon":
        inner = [kernel for kernel in kernels if kernel is not network.stem.conv.weight]
        kernels = [network.stem.conv.weight]
    return [{"params": kernels + head, "weight_decay": plan.decay}, {"params": others, "weight_decay": 0.0}], inner


def make_optimizers(network: Network, plan: Plan) -> list[torch.optim.Optimizer]:
    """AdamW, and Muon where the plan has it."""
    groups, inner = parameter_groups(network, plan)
    optimizers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))]
    if inner:
        muon = torch.optim.Muon(inner, lr=plan.rate, weight_decay=plan.decay, adjust_lr_fn="match_rms_adamw")
        optimizers.append(muon)
    return optimizers


def quiet_thread() -> None:
    """One core a thread: threads that wait for each other inside every operation crawl when a core is taken away."""
    torch.set_num_threads(1)
    # The blocks start at nothing, so their first gradients are denormal, and ten times as slow.
    torch.set_flush_denormal(True)


class Run:
    """One training run in memory: network, its moving average, optimizers and the number of steps done."""

    def __init__(self, plan: Plan, train: list[np.ndarray]):
        torch.manual_seed(plan.seed)
        self.plan, self.train = plan, train
        self.network = Network(plan.shape, plan.dropout).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        # The parts share the parameters; the statistics of batch norm that are kept are those of the first.
        shared = {id(p): p for p in self.network.parameters()}
        copies = [copy.deepcopy(self.network, dict(shared)) for _ in range(plan.shards - 1)]
        self.parts = [self.network, *copies]
        self.threads = ThreadPoolExecutor(plan.shards, initializer=quiet_thread)
        self.optimizers = make_optimizers(self.network, plan)
        self.done = 0

    def part(self, index: int) -> tuple[float, tuple[Tensor, ...]]:
        """Mean KL and gradients of one part of the batch."""
        network = self.parts[index].train()
        size = self.plan.batch // self.plan.shards
        damaged, target = data.batch(self.train, [self.plan.seed, self.done, index], size, SHARES)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.plan.half):
            logits = network(torch.from_numpy(damaged).float())
        loss = divergences(logits, torch.from_numpy(target).float()).mean()
        return loss.item(), torch.autograd.grad(loss, list(network.parameters()))

    def step(self) -> float:
        """One batch; returns its mean KL."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate_at(self.done, self.plan)
        results = list(self.threads.map(self.part, range(self.plan.shards)))
        loss = sum(value for value, _ in results) / len(results)
        if not math.isfinite(loss):
            raise FloatingPointError(f"step {self.done}: the loss is {loss}")
        for index, parameter in enumerate(self.network.parameters()):
            parameter.grad = torch.stack([gradients[index] for _, gradients in results]).mean(0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.done += 1
        self.follow()
        return loss

    @torch.no_grad()
    def follow(self) -> None:
        """Moves the average towards the network: weights and the statistics of batch norm alike."""
        keep = min(self.plan.average, (1 + self.done) / (10 + self.done))
        ours = [t for t in self.average.state_dict().values() if t.is_floating_point()]
        theirs = [t for t in self.network.state_dict().values() if t.is_floating_point()]
        torch._foreach_lerp_(ours, theirs, 1 - keep)

    def state(self) -> dict:
        return {
            "plan": {**vars(self.plan), "shape": self.plan.shape.as_dict()},
            "done": self.done,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    @staticmethod
    def of(state: dict, train: list[np.ndarray], steps: int | None = None) -> "Run":
        values = {**state["plan"], "shape": Shape.of(state["plan"]["shape"])}
        run = Run(Plan(**{**values, "steps": steps or values["steps"]}), train)
        run.done = state["done"]
        run.network.load_state_dict(state["network"])
        run.average.load_state_dict(state["average"])
        for optimizer, saved in zip(run.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        return run


@torch.no_grad()
def mean_divergence(network: nn.Module, damaged: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Mean KL over examples in float32, and its standard error."""
    network.eval()
    parts: list[Tensor] = []
    for start in range(0, len(damaged), EVAL_BATCH):
        chosen = slice(start, start + EVAL_BATCH)
        logits = network(torch.from_numpy(damaged[chosen]).float())
        parts.append(divergences(logits, torch.from_numpy(target[chosen]).float()))
    values = torch.cat(parts)
    return values.mean().item(), (values.std() / len(values) ** 0.5).item()


def save(path: Path, state: dict) -> None:
    """All or nothing: a stop in the middle leaves the last one."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def steps_in(minutes: float, plan: Plan, train: list[np.ndarray]) -> int:
    """How many steps fit, by the speed of a few on a network that is thrown away."""
    trial = Run(plan, train)
    for _ in range(5):
        trial.step()
    begin = time.monotonic()
    for _ in range(MEASURED_STEPS):
        trial.step()
    return int(minutes * 60 * MEASURED_STEPS / (time.monotonic() - begin))


def start(arguments: argparse.Namespace, train: list[np.ndarray]) -> Run:
    checkpoint = arguments.out / "checkpoint.pt"
    if checkpoint.is_file():
        return Run.of(torch.load(checkpoint, weights_only=True), train, arguments.steps)
    shape = Shape.of(json.loads(arguments.shape)) if arguments.shape else Shape()
    given = {"seed": arguments.seed, "batch": arguments.batch, "shards": arguments.shards}
    given |= {"optimizer": arguments.optimizer, "rate": arguments.rate, "dropout": arguments.dropout}
    plan = Plan(shape=shape, steps=arguments.steps or 1000, half=not arguments.full, **given)
    if not arguments.steps:
        plan = Plan(**{**vars(plan), "steps": steps_in(arguments.minutes, plan, train)})
    return Run(plan, train)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="Jsb16thSeparated.json")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run, outside the project")
    parser.add_argument("--minutes", type=float, default=95)
    parser.add_argument("--steps", type=int, help="instead of --minutes")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--dropout", type=float, default=0.05, help="share of channels left out inside the blocks")
    parser.add_argument("--full", action="store_true", help="float32 where bfloat16 is slow")
    parser.add_argument("--shape", help='JSON, e.g. {"patch":[4,2],"widths":[48,96,160]}')
    parser.add_argument("--eval-every", type=int, default=2000, help="steps")
    parser.add_argument("--shards", type=int, default=2, help="threads; part of what decides the numbers")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    quiet_thread()
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "pid").write_text(f"{os.getpid()}\n")
    chorales = data.load(arguments.data)
    fixed = {kind: data.held_out(chorales["valid"], kind) for kind in VALID_KINDS}
    # The same damage to as many chorales that it learns from: the distance between both is what it knows by heart.
    some = chorales["train"][: len(chorales["valid"])]
    fixed |= {f"train_{kind}": data.held_out(some, kind) for kind in ("aws", "melody")}
    run = start(arguments, chorales["train"])
    stopping = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.append(True))
    numbers = {"parameters": sum(p.numel() for p in run.network.parameters()), "mac": multiplications(run.network)}
    log = (arguments.out / "log.jsonl").open("a", buffering=1)
    log.write(json.dumps({"step": run.done, **numbers, "plan": run.state()["plan"]}) + "\n")
    saved = begin = time.monotonic()
    losses: list[float] = []
    while run.done < run.plan.steps and not stopping:
        losses.append(run.step())
        if run.done % arguments.eval_every == 0 or run.done == run.plan.steps:
            scores = {kind: round(mean_divergence(run.average, *examples)[0], 4) for kind, examples in fixed.items()}
            scores["mix"] = round(sum(share * scores[kind] for kind, share in data.MIX.items()), 4)
            row = {"step": run.done, "of": run.plan.steps, "seconds": round(time.monotonic() - begin, 1)}
            row |= {"rate": rate_at(run.done, run.plan), "loss": round(float(np.mean(losses)), 4), **scores}
            log.write(json.dumps(row) + "\n")
            print(json.dumps(row), flush=True)
            losses.clear()
        if time.monotonic() - saved > SAVE_SECONDS:
            save(arguments.out / "checkpoint.pt", run.state())
            saved = time.monotonic()
    save(arguments.out / "checkpoint.pt", run.state())


if __name__ == "__main__":
    main()
