#!/usr/bin/env python3
"""Writes tests/data/recurrent_golden.json: recurrent layers from seed 0, their weights, outputs and states.

Needs PyTorch (on Debian: python3-torch). Run from the top of the repository.
"""
import json

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def flat(t):
    return [float(x) for x in t.detach().double().flatten()]


def states(s):
    return [flat(t) for t in (s if isinstance(s, tuple) else (s,))]


def layer(kind, **options):
    torch.manual_seed(0)
    m = getattr(torch.nn, kind)(3, 4, **options)
    x = torch.linspace(-1, 1, 5 * 2 * 3).view(5, 2, 3)
    y, s = m(x)
    packed, t = m(pack_padded_sequence(x, torch.tensor([3, 5]), batch_first=m.batch_first, enforce_sorted=False)) \
        if not m.batch_first else (None, None)
    y.sum().backward()
    out = {
        "repr": str(m),
        "names": [n for n, _ in m.named_parameters()],
        "weights": [flat(p) for p in m.parameters()],
        "output": flat(y),
        "states": states(s),
        "gradients": [flat(p.grad) for p in m.parameters()],
    }
    if packed is not None:
        out["packed"] = flat(pad_packed_sequence(packed)[0])
        out["packed_states"] = states(t)
    return out


def cell(kind, **options):
    torch.manual_seed(0)
    m = getattr(torch.nn, kind)(3, 4, **options)
    s = m(torch.linspace(-1, 1, 6).view(2, 3))
    return {"repr": str(m), "weights": [flat(p) for p in m.parameters()], "states": states(s)}


golden = {
    "LSTM": layer("LSTM", num_layers=2, bidirectional=True),
    "LSTM.projected": layer("LSTM", proj_size=2),
    "LSTM.batch_first": layer("LSTM", batch_first=True, bias=False),
    "GRU": layer("GRU", num_layers=2, bidirectional=True),
    "RNN": layer("RNN", num_layers=2),
    "RNN.relu": layer("RNN", nonlinearity="relu"),
    "LSTMCell": cell("LSTMCell"),
    "GRUCell": cell("GRUCell", bias=False),
    "RNNCell": cell("RNNCell", nonlinearity="relu"),
}
with open("tests/data/recurrent_golden.json", "w") as file:
    json.dump(golden, file, indent=None, separators=(",", ":"))
    file.write("\n")
