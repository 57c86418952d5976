#!/usr/bin/env python3
"""Writes the safetensors files that tests/serialize reads, and checks the way they are written.

    python3 scripts/goldens/safetensors.py [folder]        default: tests/data beside this script's repository

Needs NumPy. The format is written here once more from its description, so that the files owe nothing to the library
they test. Where Python's safetensors are installed, they must write the same bytes, but for files with several pieces of metadata, whose
order they leave to chance.
"""

import json
import pathlib
import struct
import sys

import numpy as np

try:
    from safetensors.numpy import save as reference
except ImportError:
    reference = None

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2] / "tests/data"

# In the order of alignment; what is later here is written earlier.
NAMES = {"bool": "BOOL", "uint8": "U8", "int8": "I8", "int16": "I16", "float16": "F16", "int32": "I32",
         "float32": "F32", "float64": "F64", "int64": "I64"}  # fmt: skip
ORDER = list(NAMES)


def serialize(tensors, metadata=None, align=8):
    header = {} if metadata is None else {"__metadata__": metadata}
    data = b""
    for name, t in sorted(tensors.items(), key=lambda item: (-ORDER.index(str(item[1].dtype)), item[0])):
        raw = t.astype(t.dtype.newbyteorder("<")).tobytes()
        header[name] = {"dtype": NAMES[str(t.dtype)], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % align)
    return struct.pack("<Q", len(text)) + text + data


def write(name, tensors, metadata=None, align=8):
    content = serialize(tensors, metadata, align)
    if reference and align == 8 and len(metadata or {}) < 2:
        assert reference(tensors, metadata) == content, f"the reference writes another {name}"
    (FOLDER / f"{name}.safetensors").write_bytes(content)


def dtypes():
    return {
        "uint8": np.array([0, 1, 255], np.uint8),
        "int8": np.array([-128, 0, 127], np.int8),
        "int16": np.array([-(2**15), 0, 2**15 - 1], np.int16),
        "int32": np.array([-(2**31), 0, 2**31 - 1], np.int32),
        "int64": np.array([-(2**63), 0, 2**63 - 1], np.int64),
        "float32": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "float64": np.arange(6, dtype=np.float64).reshape(2, 3) / 3,
        "bool": np.array([True, False, True]),
        "special": np.array([np.inf, -np.inf, np.nan, -0.0, 1e-45, 3.4e38], np.float32),
    }


def names():
    shapes = {
        'quote " and \\': np.array(1.5, np.float32),
        "tab\tnewline\n\x01\x7f": np.array([1, 2], np.int16),
        "Grüße 模型 🦊": np.zeros((0, 3), np.int64),
        "": np.ones((1, 1, 1, 1), np.uint8),
        "b": np.array([1, 2], np.int16),
        "a": np.array([3, 4], np.int16),
    }
    return shapes


def main():
    write("dtypes", dtypes(), {"format": "pt"})
    write("names", names(), {"a": 'say "so"', "b": "Zürich\n"})
    write("empty", {})
    # One byte of header too many for alignment: what libraries wrote before the format asked for padding.
    odd = serialize({"x": np.arange(6, dtype=np.float32), "y": np.array([True, False])}, align=1)
    length = struct.unpack("<Q", odd[:8])[0]
    odd = struct.pack("<Q", length + (length % 2 == 0)) + odd[8 : 8 + length] + b" " * (length % 2 == 0) + odd[8 + length :]
    (FOLDER / "odd.safetensors").write_bytes(odd)
    write("half", {"half": np.array([1, 2], np.float16), "x": np.array([1.0, 2.0], np.float32)})


main()
