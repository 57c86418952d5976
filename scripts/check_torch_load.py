#!/usr/bin/env python3
"""Checks with real PyTorch the files that xgrad wrote, and writes files for xgrad to read.

    python3 scripts/check_torch_load.py --write FOLDER
    python3 scripts/check_torch_load.py FOLDER

The first fills FOLDER with python_*.pt: the goldens in the format before PyTorch 1.6, the states of all optimisers and
schedules, what training with each optimiser comes to two steps later, parameters with attributes. The second compares: for each of those there is a resaved_*.pt that went through
xgrad's load() and save(). Beside them FOLDER holds, from tests/serialize/torch_load_test.cpp, `made.pt` and copies of the goldens torch_*.pt that went through
xgrad's load() and save(). torch.load must give the same values, types, strides and sharing as it does for the goldens,
with weights_only wherever it takes the golden so; and models must take the state_dicts. Exits with 77 without PyTorch.
"""

import copy
import pathlib
import pickle
import sys
import warnings
from collections import Counter, OrderedDict

try:
    import torch
    from torch import nn
except ImportError as error:
    print(f"no PyTorch here: {error}")
    sys.exit(77)

GOLDENS = pathlib.Path(__file__).resolve().parents[1] / "tests/data"


class Comparison:
    """Deep equality that also follows which objects and which memory are the same one."""

    def __init__(self):
        self.storages, self.objects = {}, {}

    def same(self, a, b, where):
        if isinstance(a, Counter):  # which arrives as the dict that it is
            a = dict(a)
        assert type(a) is type(b), f"{where}: {type(a)} and {type(b)}"
        if isinstance(a, (list, dict)):
            assert self.objects.setdefault(id(a), id(b)) == id(b), f"{where}: shared differently"
        if isinstance(a, torch.Tensor):
            self.same_tensor(a, b, where)
        elif isinstance(a, (list, tuple)):
            assert len(a) == len(b), f"{where}: {len(a)} and {len(b)} elements"
            for i, (x, y) in enumerate(zip(a, b)):
                self.same(x, y, f"{where}[{i}]")
        elif isinstance(a, dict):
            assert list(a) == list(b), f"{where}: keys {list(a)} and {list(b)}"
            for key in a:
                self.same(a[key], b[key], f"{where}[{key!r}]")
            if isinstance(a, OrderedDict):
                self.same(vars(a), vars(b), f"{where}.__dict__")
        else:
            assert repr(a) == repr(b), f"{where}: {a!r} and {b!r}"

    def same_tensor(self, a, b, where):
        for what in ("dtype", "shape", "requires_grad", "is_leaf", "device"):
            assert getattr(a, what) == getattr(b, what), f"{where}.{what}: {getattr(a, what)} and {getattr(b, what)}"
        assert a.stride() == b.stride(), f"{where}: strides {a.stride()} and {b.stride()}"
        if a.numel():
            assert a.storage_offset() == b.storage_offset(), f"{where}: offsets differ"
            first, second = a.storage().data_ptr(), b.storage().data_ptr()
            assert self.storages.setdefault(first, second) == second, f"{where}: storages shared differently"
        assert torch.equal(a.detach(), b.detach()) or torch.equal(a.isnan(), b.isnan()), f"{where}: {a} and {b}"
        assert a.detach().numpy().tobytes() == b.detach().numpy().tobytes(), f"{where}: bits differ"


def check_made(folder):
    """What torch_load_test.cpp made of nothing."""
    made = torch.load(folder / "made.pt")
    weight = torch.arange(6.0).reshape(2, 3)
    assert torch.equal(made["weight"], weight) and type(made["weight"]) is nn.Parameter
    assert torch.equal(made["transposed"], weight.t()) and made["transposed"].stride() == (1, 3)
    assert made["transposed"].storage().data_ptr() == made["weight"].storage().data_ptr()
    assert made["scalar"].dtype == torch.int64 and made["scalar"].item() == 7 and made["scalar"].dim() == 0
    assert made["mask"].tolist() == [True, False] and made["mask"].dtype == torch.bool
    assert made["epoch"] == 3 and made["losses"] == [0.5, 0.25] and made["pair"] == (None, "Grüße")
    assert made["raw"] == b"\x00\xff" and made["big"] == 2**40 and made["dtype"] is torch.float64


def check_models(folder):
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.BatchNorm1d(2))
    model.load_state_dict(torch.load(folder / "torch_module.pt"), strict=True)
    plain = torch.load(folder / "plain", weights_only=True)
    assert type(plain) is OrderedDict and list(plain) == ["weight", "bias"]
    linear = nn.Linear(3, 2)
    linear.load_state_dict(plain, strict=True)
    assert linear.weight.tolist() == [[0, 1, 2], [3, 4, 5]] and linear.bias.tolist() == [0, 1]
    state = torch.load(folder / "torch_optimizer.pt")
    model.load_state_dict(state["model"])
    for name, kind in (("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)):
        optimizer = kind(model.parameters(), lr=1)
        optimizer.load_state_dict(state[name])
        model(torch.ones(4, 3)).sum().backward()
        optimizer.step()


def steps(optimizer, model):
    def closure():
        optimizer.zero_grad()
        loss = model(torch.ones(1, 2)).sum()
        loss.backward()
        return loss

    for _ in range(2):
        optimizer.step(closure)
    return optimizer.state_dict()


def schedules():
    """The state of each schedule whose state is plain data (OneCycleLR's holds itself, CyclicLR's cannot be saved)."""
    from torch.optim import lr_scheduler as s

    optimizer = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1, momentum=0.9)
    yield "StepLR", s.StepLR(optimizer, 2)
    yield "MultiStepLR", s.MultiStepLR(optimizer, [1, 3, 3])
    yield "ConstantLR", s.ConstantLR(optimizer)
    yield "LinearLR", s.LinearLR(optimizer)
    yield "ExponentialLR", s.ExponentialLR(optimizer, 0.9)
    yield "PolynomialLR", s.PolynomialLR(optimizer)
    yield "CosineAnnealingLR", s.CosineAnnealingLR(optimizer, 5)
    yield "CosineAnnealingWarmRestarts", s.CosineAnnealingWarmRestarts(optimizer, 3)
    yield "LambdaLR", s.LambdaLR(optimizer, lambda epoch: 0.9**epoch)
    yield "ReduceLROnPlateau", s.ReduceLROnPlateau(optimizer)
    yield "SequentialLR", s.SequentialLR(optimizer, [s.ConstantLR(optimizer), s.StepLR(optimizer, 2)], [2])
    yield "ChainedScheduler", s.ChainedScheduler([s.ConstantLR(optimizer), s.StepLR(optimizer, 2)])


def write(folder):
    def save(name, value, **options):
        torch.save(value, folder / f"python_{name}.pt", **options)

    warnings.simplefilter("ignore")
    for name in ("dtypes", "shapes", "views", "module", "parameters", "nested", "optimizer"):
        save(f"legacy_{name}", torch.load(GOLDENS / f"torch_{name}.pt"), _use_new_zipfile_serialization=False)
    for name in "SGD Adam AdamW Adamax Adagrad Adadelta ASGD NAdam RAdam RMSprop Rprop LBFGS".split():
        model = nn.Linear(2, 2)
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.1)
        save(name, steps(optimizer, model))
        # The test loads this and takes two more steps too.
        run = copy.deepcopy({"model": model.state_dict(), "optimizer": optimizer.state_dict()})
        steps(optimizer, model)
        save(f"run_{name}", {**run, "after": model.state_dict()})
    for name, schedule in schedules():
        save(name, schedule.state_dict())
    parameter = nn.Parameter(torch.ones(2))
    parameter.tag = "an attribute, which is left out"
    save("attributes", [parameter])
    save("rng_state", torch.get_rng_state())


def check_resaved(folder):
    compared = safe = 0
    for theirs in sorted(folder.glob("python_*.pt")):
        ours = folder / theirs.name.replace("python_", "resaved_")
        Comparison().same(torch.load(theirs), torch.load(ours), theirs.stem)
        compared += 1
        try:
            torch.load(theirs, weights_only=True)
        except pickle.UnpicklingError:  # floats, which PyTorch 1.13 does not take so
            continue
        torch.load(ours, weights_only=True)
        safe += 1
    assert compared >= 30 and safe >= 3, f"only {compared} files of Python's went through xgrad, {safe} safely"


def check_checkpoint(folder):
    """save_checkpoint's file, and libtorch's archive of the same model."""
    checkpoint = torch.load(folder / "checkpoint.pt")  # not weights_only: PyTorch 1.13's knows no floats
    assert list(checkpoint) == ["model", "optimizer", "scheduler", "loader", "epoch", "rng_state"], list(checkpoint)
    assert checkpoint["epoch"] == 3 and checkpoint["loader"]["batches"] == 1
    torch.set_rng_state(checkpoint["rng_state"])
    assert torch.equal(torch.rand(4), checkpoint["model"]["weight"][0]), "the generator is elsewhere"
    model = nn.Linear(4, 1)
    model.load_state_dict(checkpoint["model"])
    optimizer = torch.optim.Adam(model.parameters(), lr=1)
    optimizer.load_state_dict(checkpoint["optimizer"])
    assert optimizer.param_groups[0]["lr"] == 0.25
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    schedule.load_state_dict(checkpoint["scheduler"])
    script = torch.jit.load(folder / "archive.pt")
    assert [name for name, _ in script.named_parameters()] == ["weight", "bias"]
    model.load_state_dict(script.state_dict(), strict=True)
    assert torch.equal(model.weight, checkpoint["model"]["weight"])


def main():
    if sys.argv[1] == "--write":
        return write(pathlib.Path(sys.argv[2]))
    folder = pathlib.Path(sys.argv[1])
    check_made(folder)
    check_models(folder)
    check_checkpoint(folder)
    check_resaved(folder)
    compared = 0
    for ours in sorted(folder.glob("torch_*.pt")):
        golden = GOLDENS / ours.name
        Comparison().same(torch.load(golden), torch.load(ours), ours.stem)
        try:
            safe = torch.load(golden, weights_only=True)
        except pickle.UnpicklingError:
            continue
        Comparison().same(safe, torch.load(ours, weights_only=True), ours.stem)
        compared += 1
    assert compared >= 5, f"only {compared} files were loaded with weights_only"
    print(f"PyTorch {torch.__version__} reads what xgrad writes ({compared} files with weights_only)")


if __name__ == "__main__":
    main()
