#!/usr/bin/env python3
"""Writes files that PyTorch opens though its own torch.save of today writes them only on request, with real PyTorch
(1.13; Debian's python3-torch), for tests/serialize/odd_files_test.cpp.

    python3 scripts/goldens/odd_files.py [folder]        default: tests/data beside this script's repository

The legacy ones hold memory addresses, so their bytes differ from run to run. Each is loaded with torch.load here.
"""

import io
import pathlib
import pickletools
import struct
import sys
from collections import OrderedDict

import torch

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2] / "tests/data"

VALUE = {"a": [1, (2, 3), -4, 2**40, True, False, None, 0.5, "Grüße €"], "t": torch.arange(3.0), "b": b"x\xff",
         "o": OrderedDict(k=1)}


def write(name, data):
    (FOLDER / f"torch_{name}.pt").write_bytes(data)
    torch.load(FOLDER / f"torch_{name}.pt")


def saved(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return out.getvalue()


def legacy(value, **options):
    return saved(value, _use_new_zipfile_serialization=False, **options)


def without_crcs(data):
    """As torch.serialization.set_crc32_options(False) of PyTorch 2.6 leaves them: 0, in the directory and behind the
    entries."""
    data = bytearray(data)
    for mark, place in ((b"PK\1\2", 16), (b"PK\7\10", 4)):
        at = data.find(mark)
        while at >= 0:
            data[at + place : at + place + 4] = bytes(4)
            at = data.find(mark, at + 4)
    return bytes(data)


def as_python2(data):
    """The five pickles of a legacy file with Python 2's opcodes for its strings, SHORT_BINSTRING and BINSTRING."""
    stream, out = io.BytesIO(data), b""
    for _ in range(5):
        start = stream.tell()
        ops = [(op.name, arg, at) for op, arg, at in pickletools.genops(stream)]
        ends = [at for _, _, at in ops[1:]] + [stream.tell()]
        for (name, arg, at), end in zip(ops, ends):
            raw = data[at:end]
            if name == "BINUNICODE" and arg.isascii():
                text = arg.encode()
                raw = b"T" + struct.pack("<i", len(text)) + text if len(text) > 5 else b"U" + bytes([len(text)]) + text
            out += raw
        assert stream.tell() > start
    return out + data[stream.tell() :]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    write("no_crc", without_crcs(saved(VALUE)))
    write("odd_bytes", saved({"x": torch.arange(10, dtype=torch.uint8)[4:8].view(torch.int32)}))
    for protocol in (1, 3, 4, 5):
        write(f"legacy_protocol{protocol}", legacy(VALUE, pickle_protocol=protocol))
    # Tensors in protocol 0 are beyond PyTorch itself.
    plain = {key: value for key, value in VALUE.items() if key != "t"}
    write("legacy_protocol0", legacy(plain, pickle_protocol=0))
    write("python2", as_python2(legacy({"a": [1, 2], "t": torch.arange(3.0), "longer text": "x"})))
    write("tuple_keys", saved({(1, "a"): torch.ones(2), (2, (3, None)): "nested", (): 1}))
    write("large_int", saved({"small": 1, "large": [1, 2**70]}))
    write("complex", saved({"z": 1 + 2j}))


if __name__ == "__main__":
    main()
