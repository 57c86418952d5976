#!/usr/bin/env python3
"""Writes the files that tests/serialize reads, with real PyTorch (1.13; Debian's python3-torch).

    python3 scripts/goldens/state_dict.py [folder]        default: tests/data beside this script's repository

The same PyTorch writes the same bytes every time, but for torch_legacy.pt, which holds memory addresses, and
torch_script.pt.
tests/serialize/golden_test.cpp knows the values below by heart.
"""

import io
import pathlib
import sys
import zipfile
from collections import OrderedDict

import torch
from torch import nn

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2] / "tests/data"


def save(name, value, **options):
    torch.save(value, str(FOLDER / f"torch_{name}.pt"), **options)


def dtypes():
    special = torch.tensor([float("inf"), float("-inf"), float("nan"), -0.0, 1e-45, 3.4e38])
    return OrderedDict(
        uint8=torch.tensor([0, 1, 255], dtype=torch.uint8),
        int8=torch.tensor([-128, 0, 127], dtype=torch.int8),
        int16=torch.tensor([-(2**15), 0, 2**15 - 1], dtype=torch.int16),
        int32=torch.tensor([-(2**31), 0, 2**31 - 1], dtype=torch.int32),
        int64=torch.tensor([-(2**63), 0, 2**63 - 1], dtype=torch.int64),
        float32=torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
        float64=torch.arange(6, dtype=torch.float64).reshape(2, 3) / 3,
        bool=torch.tensor([True, False, True]),
        special=special,
    )


def shapes():
    return OrderedDict(
        scalar=torch.tensor(1.5),
        scalar_int=torch.tensor(-7),
        empty=torch.empty(0),
        empty_rows=torch.empty(0, 3, dtype=torch.int64),
        ones=torch.ones(1, 1, 1, 1),
        six=torch.arange(64.0).reshape(2, 2, 2, 2, 2, 2),
        eight=torch.arange(256.0).reshape(2, 2, 2, 2, 2, 2, 2, 2),
    )


def views():
    base = torch.arange(12.0)
    table = base.view(3, 4)
    return OrderedDict(
        base=base,
        row=table[1],
        transposed=table.t(),
        step=base[1::2],
        expanded=base[2:3].expand(5),
        empty_tail=table[3:],
        other=torch.arange(3.0),
        fortran=torch.arange(6.0).reshape(3, 2).t(),
    )


def module():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.BatchNorm1d(2))


def parameters():
    shared = nn.Parameter(torch.tensor([1.0, 2.0]))
    return [
        shared,
        nn.Parameter(torch.tensor([3.0]), requires_grad=False),
        torch.tensor([4.0], requires_grad=True),
        shared,
    ]


def nested():
    losses = [0.9, 0.5]
    return {
        "none": None,
        "flags": [True, False],
        "ints": [0, 255, 256, 65535, 65536, -1, -(2**31), 2**31, -(2**31) - 1, 2**63 - 1, -(2**63), 2**40, -129],
        "floats": (0.0, -0.0, 1.5, float("inf"), 5e-324),
        "text": "Grüße, 世界 🌍",
        "empty_text": "",
        "bytes": b"\x00\xff\x80abc",
        "empty_bytes": b"",
        "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        "empty": [[], {}, OrderedDict()],
        "losses": losses,
        "losses_again": losses,
        "ordered": OrderedDict([("z", 1), ("a", 2)]),
        3: "int key",
        "model": OrderedDict(weight=torch.tensor([[1.0, 2.0]])),
        "many": list(range(2001)),
        "table": {f"key{i}": i for i in range(1001)},
        "ordered_table": OrderedDict((f"key{i}", i) for i in range(1001)),
    }


def optimizer():
    model = module()
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(4, 3)).sum().backward()
    adam.step()
    sgd.step()
    return {"epoch": 3, "model": model.state_dict(), "adam": adam.state_dict(), "sgd": sgd.state_dict()}


def script():
    """A TorchScript archive, without the places in PyTorch's source that it carries for debugging."""
    whole = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.Linear(1, 1)), whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(FOLDER / "torch_script.pt", "w") as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                copy = zipfile.ZipInfo(entry.filename)
                copy.compress_type = entry.compress_type
                target.writestr(copy, source.read(entry))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    save("dtypes", dtypes())
    save("shapes", shapes())
    save("views", views())
    save("module", module().state_dict())
    save("parameters", parameters())
    save("nested", nested())
    save("optimizer", optimizer())
    save("others", {"dtype": torch.float64, "size": torch.Size([2, 3]), "beyond": views()["base"].view(3, 4)[3:, 2:]})
    save("protocol4", nested(), pickle_protocol=4)
    # What must be refused, each with its reason.
    save("legacy", views(), _use_new_zipfile_serialization=False)
    save("half", {"x": torch.ones(2, dtype=torch.float16)})
    save("whole_module", module())
    script()


if __name__ == "__main__":
    main()
