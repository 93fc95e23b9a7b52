"""pytest: what train_gpu.py adds, as far as it runs without a card."""

import dataclasses

import numpy as np
import pytest
import torch

import data
import train
import train_gpu
from model import Conv, Network
from test_train import MUSIC, PLAN


def test_muon_is_that_of_torch() -> None:
    torch.manual_seed(0)
    theirs = [torch.nn.Parameter(torch.randn(size)) for size in ((6, 20), (20, 6))]
    ours = [torch.nn.Parameter(p.detach().clone()) for p in theirs]
    reference = torch.optim.Muon(theirs, lr=0.01, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
    muon = train_gpu.Muon(ours, torch.tensor(0.01), 0.05)
    for _ in range(5):
        for a, b in zip(theirs, ours, strict=True):
            a.grad = torch.randn_like(a)
            b.grad = a.grad.clone()
        reference.step()
        muon.step()
    for a, b in zip(theirs, ours, strict=True):
        assert (a - b).abs().max() < 1e-3 * a.abs().max()


def test_batches_travel_whole_and_are_those_of_train() -> None:
    packed = train_gpu.packed_batches(MUSIC, 7, 2, 3, 4)
    damaged, target = train_gpu.unpack(torch.from_numpy(packed[1])).unbind(0)
    expected = data.batch(MUSIC, [7, 3, 0], 4, train.SHARES)
    assert np.array_equal(damaged.numpy(), expected[0])
    assert np.array_equal(target.numpy(), expected[1])


@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_steps_mend_and_the_file_is_read(tmp_path, dropout: float) -> None:
    plan = dataclasses.replace(PLAN, steps=80, rate=1e-2, average=0.9, dropout=dropout)
    run = train_gpu.GpuRun("a", plan, torch.device("cpu"))
    examples = data.held_out(MUSIC, "aws")
    before, _ = train.mean_divergence(run.average, *examples)
    for packed in torch.from_numpy(train_gpu.packed_batches(MUSIC, 7, 0, 80, 4)):
        run.step(packed)
    after, _ = train.mean_divergence(run.average, *examples)
    assert after < before - 0.2
    train.save(tmp_path / "a.pt", run.state())
    state = torch.load(tmp_path / "a.pt", weights_only=True)
    assert state["done"] == 80
    assert state["plan"]["dropout"] == dropout
    for name, tensor in run.average.state_dict().items():
        assert torch.equal(tensor, state["average"][name]), name


def test_channels_are_left_out_while_training_only() -> None:
    torch.manual_seed(1)
    network = Network(PLAN.shape, 0.5)
    for module in network.modules():
        if isinstance(module, Conv):
            torch.nn.init.constant_(module.norm.weight, 1.0)
    rolls = torch.from_numpy(data.held_out(MUSIC, "aws")[0]).float()
    with torch.no_grad():
        network.train()
        assert not torch.equal(network(rolls), network(rolls))
        network.eval()
        assert torch.equal(network(rolls), network(rolls))
