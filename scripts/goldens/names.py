#!/usr/bin/env python3
"""Writes tests/data/pytorch_names.txt: the public names of torch.nn, its functional, init and utils, of nn.Module, and
of torch.optim. tests/repository/pytorch_names_test.sh asks docs/pytorch_names.md for each.

Needs PyTorch 1.13 (Debian's python3-torch). Run from anywhere: python3 scripts/goldens/names.py
With --check it writes nothing and fails if the file is not what it would write.

A line a name: the module of PyTorch, the name, and "module" if it is one. What a module only imports for itself (math,
typing.Optional, torch) is left out, and so are constants.
"""

import inspect
import pathlib
import sys

try:
    import torch
except ImportError:
    sys.exit(77)  # as tests say that they were skipped

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "pytorch_names.txt"
HEADER = """\
# The public names of PyTorch 1.13's torch.nn and torch.optim, by scripts/goldens/names.py.
"""
PLACES = {
    "nn": torch.nn,
    "nn.Module": torch.nn.Module,
    "nn.functional": torch.nn.functional,
    "nn.init": torch.nn.init,
    "nn.utils": torch.nn.utils,
    "nn.utils.rnn": torch.nn.utils.rnn,
    "optim": torch.optim,
    "optim.lr_scheduler": torch.optim.lr_scheduler,
    "optim.swa_utils": torch.optim.swa_utils,
}


def is_of_pytorch(value):
    if inspect.ismodule(value):
        return value.__name__.startswith("torch.")
    if value in (torch.Tensor, torch.dtype) or not callable(value):
        return False
    return (getattr(value, "__module__", None) or "torch").startswith("torch")


def names_of(place):
    public = [name for name in dir(place) if not name.startswith("_")]
    if inspect.isclass(place):
        return public
    imported = {"Module", "Optimizer", "BroadcastingList1", "BroadcastingList2", "BroadcastingList3"}
    if place in (torch.nn, torch.optim):
        imported = set()
    if place is torch.nn.functional:
        imported |= {"grad", "utils"}
    if place is torch.nn.utils:
        imported |= {"init"}
    return [name for name in public if name not in imported and is_of_pytorch(getattr(place, name))]


text = HEADER
for title, place in PLACES.items():
    for name in names_of(place):
        text += f"{title} {name}" + (" module" if inspect.ismodule(getattr(place, name)) else "") + "\n"
if "--check" not in sys.argv:
    OUTPUT.write_text(text)
elif OUTPUT.read_text() != text:
    sys.exit(f"{OUTPUT} is not what PyTorch {torch.__version__} has: scripts/goldens/names.py")
