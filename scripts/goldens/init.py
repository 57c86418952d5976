#!/usr/bin/env python3
"""Writes tests/data/init_golden.json: what torch.nn.init draws from seed 0, for tests/nn/init_more_test.cpp.

Needs PyTorch 1.13 (Debian's python3-torch). Run from anywhere: python3 scripts/goldens/init.py
"""

import json
import pathlib

import torch
from torch.nn import init

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "init_golden.json"

CASES = {
    "trunc_normal": ((4, 5), lambda w: init.trunc_normal_(w)),
    "trunc_normal_narrow": ((4, 5), lambda w: init.trunc_normal_(w, mean=1.0, std=0.5, a=0.5, b=2.0)),
    "trunc_normal_tails": ((6, 8), lambda w: init.trunc_normal_(w, a=-4.0, b=5.0)),
    "trunc_normal_double": ((6, 8), lambda w: init.trunc_normal_(w, mean=-1.0, std=3.0, a=-9.0, b=7.0), torch.float64),
    "orthogonal_wide": ((3, 5), lambda w: init.orthogonal_(w)),
    "orthogonal_tall": ((4, 2, 1), lambda w: init.orthogonal_(w, gain=2.0)),
    "sparse": ((7, 3), lambda w: init.sparse_(w, 0.3)),
    "dirac": ((4, 3, 3), lambda w: init.dirac_(w)),
    "dirac_groups": ((4, 1, 2, 3), lambda w: init.dirac_(w, 2)),
}


def numbers(shape, fill, dtype=torch.float32):
    torch.manual_seed(0)
    w = torch.empty(shape, dtype=dtype)
    fill(w)
    return [float(x) for x in w.flatten()]


OUTPUT.write_text(json.dumps({name: numbers(*case) for name, case in CASES.items()}, separators=(",", ":")) + "\n")
