#!/usr/bin/env python3
"""Writes tests/data/modules_golden.json: how Python's PyTorch prints modules, starts their weights, computes their
losses, names their state and words their errors.

Needs PyTorch 1.13 (Debian's python3-torch). Run from anywhere: python3 scripts/goldens/modules.py

  prints        text of print(module) by name
  keys          the keys of state_dict() by name
  init          weights drawn after manual_seed(seed), as hexadecimal floats: first and last elements and their sum
  losses        values (or their sum and first element) by name, on the inputs made by `loss_inputs`
  errors        the text of errors by name
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "modules_golden.json"


class MNISTClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(28 * 28, 50)
        self.layer2 = nn.Linear(50, 20)
        self.layer3 = nn.Linear(20, 10)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.Identity()
        self.body = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.head = nn.Sequential()
        self.head.add_module("drop", nn.Dropout(0.2))
        self.head.add_module("fc", nn.Linear(4, 2, bias=False))
        self.scale = nn.Parameter(torch.ones(()))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("scratch", torch.zeros(3), persistent=False)


class Empty(nn.Module):
    pass


class WithRepr(nn.Module):
    def __init__(self, with_child):
        super().__init__()
        if with_child:
            self.fc = nn.Linear(1, 1)

    def extra_repr(self):
        return "gain=2, mode=soft"


class TwoLines(nn.Module):
    def extra_repr(self):
        return "first=1\nsecond=2"


def shared_twice():
    act = nn.ReLU()
    return nn.Sequential(nn.Linear(2, 2), act, nn.Linear(2, 2), act)


MODULES = {
    "MNISTClassifier": MNISTClassifier,
    "Network": Network,
    "Empty": Empty,
    "WithRepr": lambda: WithRepr(False),
    "WithReprAndChild": lambda: WithRepr(True),
    "TwoLines": TwoLines,
    "shared_twice": shared_twice,
    "Linear": lambda: nn.Linear(3, 4),
    "Linear_no_bias": lambda: nn.Linear(3, 4, bias=False),
    "Identity": nn.Identity,
    "Flatten": nn.Flatten,
    "Flatten_0": lambda: nn.Flatten(0, -2),
    "ReLU": nn.ReLU,
    "ReLU_inplace": lambda: nn.ReLU(inplace=True),
    "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh,
    "Softmax": lambda: nn.Softmax(dim=1),
    "Softmax_none": nn.Softmax,
    "LogSoftmax": lambda: nn.LogSoftmax(dim=-1),
    "Dropout": nn.Dropout,
    "Dropout_inplace": lambda: nn.Dropout(0.25, inplace=True),
    "Dropout_small": lambda: nn.Dropout(1e-07),
    "Dropout_one": lambda: nn.Dropout(1.0),
    "Sequential_empty": nn.Sequential,
    "Sequential_nested": lambda: nn.Sequential(nn.Sequential(nn.ReLU(), nn.Sequential()), nn.Tanh()),
    "ModuleList_empty": nn.ModuleList,
    "ModuleList": lambda: nn.ModuleList([nn.Linear(1, 2), nn.ReLU()]),
    "CrossEntropyLoss": nn.CrossEntropyLoss,
    "CrossEntropyLoss_weight": lambda: nn.CrossEntropyLoss(weight=torch.ones(3)),
    "NLLLoss": nn.NLLLoss,
    "BCELoss": nn.BCELoss,
    "BCEWithLogitsLoss": nn.BCEWithLogitsLoss,
    "BCEWithLogitsLoss_weights": lambda: nn.BCEWithLogitsLoss(weight=torch.ones(3), pos_weight=torch.ones(3)),
    "MSELoss": nn.MSELoss,
    "L1Loss": nn.L1Loss,
}


def bits(t):
    flat = t.detach().flatten().tolist()
    return {"shape": list(t.shape), "head": [v.hex() for v in flat[:8]], "tail": [v.hex() for v in flat[-8:]],
            "sum": math.fsum(flat).hex()}


def linear_bits(*args, **kwargs):
    layer = nn.Linear(*args, **kwargs)
    return [bits(p) for p in layer.parameters()]


INIT = {
    "uniform": lambda w: nn.init.uniform_(w, -2, 3),
    "normal": lambda w: nn.init.normal_(w, 1, 0.5),
    "xavier_uniform": lambda w: nn.init.xavier_uniform_(w, nn.init.calculate_gain("relu")),
    "xavier_normal": lambda w: nn.init.xavier_normal_(w),
    "kaiming_uniform": lambda w: nn.init.kaiming_uniform_(w, mode="fan_out", nonlinearity="relu"),
    "kaiming_normal": lambda w: nn.init.kaiming_normal_(w, a=0.2),
    "eye": lambda w: nn.init.eye_(w),
}


def init_goldens():
    result = {}
    for name, f in INIT.items():
        for dtype in (torch.float32, torch.float64):
            torch.manual_seed(1)
            result[f"{name}_{str(dtype).removeprefix('torch.')}"] = [bits(f(torch.empty(6, 5, dtype=dtype)))]
    torch.manual_seed(1)
    result["kaiming_uniform_4d"] = [bits(nn.init.kaiming_uniform_(torch.empty(3, 4, 2, 2), a=math.sqrt(5)))]
    for name, args, kwargs in (("linear", (784, 50), {}), ("linear_small", (3, 2), {}),
                               ("linear_float64", (20, 10), {"dtype": torch.float64}),
                               ("linear_no_bias", (50, 20), {"bias": False})):
        torch.manual_seed(0)
        result[name] = linear_bits(*args, **kwargs)
    torch.manual_seed(0)
    result["MNISTClassifier"] = [bits(p) for p in MNISTClassifier().parameters()]
    return result


def loss_inputs():
    """Small numbers that are exact in float32, made by the same formulas in the test."""
    scores = (torch.arange(12.0) * 7 % 11 / 4 - 1).reshape(4, 3)
    labels = torch.tensor([0, 2, 1, 2])
    probabilities = torch.tensor([[0.5, 0.25, 0.25], [0, 1, 0], [0.125, 0.125, 0.75], [1, 0, 0]])
    weight = torch.tensor([0.5, 1.0, 2.0])
    return scores, labels, probabilities, weight


def loss_goldens():
    x, labels, q, w = loss_inputs()
    s, logp = torch.sigmoid(x), F.log_softmax(x, 1)
    cases = {
        "CrossEntropyLoss": nn.CrossEntropyLoss()(x, labels),
        "CrossEntropyLoss_sum": nn.CrossEntropyLoss(reduction="sum")(x, labels),
        "CrossEntropyLoss_none": nn.CrossEntropyLoss(reduction="none")(x, labels),
        "CrossEntropyLoss_weight": nn.CrossEntropyLoss(weight=w)(x, labels),
        "CrossEntropyLoss_ignore": nn.CrossEntropyLoss(ignore_index=2)(x, labels),
        "CrossEntropyLoss_smoothing": nn.CrossEntropyLoss(label_smoothing=0.25)(x, labels),
        "CrossEntropyLoss_all": nn.CrossEntropyLoss(w, ignore_index=1, label_smoothing=0.25)(x, labels),
        "CrossEntropyLoss_probabilities": nn.CrossEntropyLoss()(x, q),
        "CrossEntropyLoss_probabilities_all": nn.CrossEntropyLoss(w, label_smoothing=0.25)(x, q),
        "NLLLoss": nn.NLLLoss()(logp, labels),
        "NLLLoss_weight_sum": nn.NLLLoss(weight=w, reduction="sum")(logp, labels),
        "BCELoss": nn.BCELoss()(s, q),
        "BCELoss_weight": nn.BCELoss(weight=w)(s, q),
        "BCEWithLogitsLoss": nn.BCEWithLogitsLoss()(x, q),
        "BCEWithLogitsLoss_all": nn.BCEWithLogitsLoss(w, pos_weight=w * 3, reduction="sum")(x, q),
        "MSELoss": nn.MSELoss()(x, q),
        "MSELoss_none": nn.MSELoss(reduction="none")(x, q),
        "L1Loss": nn.L1Loss()(x, q),
        "L1Loss_sum": nn.L1Loss(reduction="sum")(x, q),
    }
    return {name: value.flatten().tolist() for name, value in cases.items()}


def message(f):
    try:
        f()
    except Exception as error:
        return str(error)
    raise AssertionError("no error")


def error_goldens():
    wrong = Network().state_dict()
    del wrong["scale"], wrong["blocks.1.body.0.bias"]
    wrong["extra"] = torch.zeros(1)
    wrong["blocks.0.body.9.weight"] = torch.zeros(1)
    wrong["head.fc.weight"] = torch.zeros(3, 4)
    wrong["steps"] = torch.zeros(1)  # as old files keep numbers: accepted
    return {
        "load_state_dict": message(lambda: Network().load_state_dict(wrong)),
        "load_state_dict_not_strict": message(lambda: Network().load_state_dict(wrong, strict=False)),
        "no_forward": message(lambda: Empty()(torch.zeros(1))),
        "linear_width": message(lambda: nn.Linear(100, 50)(torch.zeros(64, 784))),
        "label_out_of_range": message(lambda: nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0, 3]))),
        "dropout_p": message(lambda: nn.Dropout(1.5)),
        "reduction": message(lambda: nn.MSELoss(reduction="average")(torch.zeros(1), torch.zeros(1))),
        "to_int": message(lambda: nn.Linear(1, 1).to(torch.int64)),
        "fan": message(lambda: nn.init.kaiming_uniform_(torch.zeros(3))),
        "eye": message(lambda: nn.init.eye_(torch.zeros(3))),
        "mode": message(lambda: nn.init.kaiming_uniform_(torch.zeros(3, 3), mode="fan_inn")),
        "nonlinearity": message(lambda: nn.init.calculate_gain("swish")),
        "bce_logits_shape": message(lambda: nn.BCEWithLogitsLoss()(torch.zeros(2, 1), torch.zeros(2))),
    }


def main():
    golden = {
        "torch": torch.__version__.split("+")[0],
        "prints": {name: repr(make()) for name, make in MODULES.items()},
        "keys": {name: list(make().state_dict()) for name, make in MODULES.items()},
        "init": init_goldens(),
        "losses": loss_goldens(),
        "errors": error_goldens(),
    }
    OUTPUT.write_text(json.dumps(golden, indent=1) + "\n")
    print(f"{OUTPUT.name}: {len(golden['prints'])} modules, {len(golden['losses'])} losses")


if __name__ == "__main__":
    main()
