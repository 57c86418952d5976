#!/usr/bin/env python3
"""Writes the seeds of the fuzzers: small files of each format, tests/fuzz/corpus/<parser>/.

    python3 scripts/goldens/fuzz_seeds.py [folder]         default: tests/fuzz/corpus beside this script's repository

Needs NumPy, and the other goldens in tests/data, from which it takes what other programs wrote. Files in the folders
that it does not name were found by the fuzzers.
"""

import gzip
import io
import pathlib
import pickle
import struct
import sys
import zipfile

import numpy as np

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "tests/data"
FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "tests/fuzz/corpus"


# _rebuild_tensor_v2(('storage', FloatStorage, '0', 'cpu', 24), 1, (2, 3), (3, 1), False, OrderedDict())
TENSOR = (
    b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n",
    b"X\x01\0\0\x000X\x03\0\0\0cpuK\x18tQK\x01K\x02K\x03\x86K\x03K\x01\x86\x89ccollections\nOrderedDict\n)RtR.",
)


def torch2_pickles():
    """The same tensor with an attribute, and from a device whose storages PyTorch does not save."""
    tensor = b"".join(TENSOR)[2:-1]
    arguments = tensor[tensor.index(b"((") : -1]
    return {
        "torch2_attribute": b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\n"
        b"ctorch.nn.parameter\nParameter\n" + arguments + b"}tR.",
        "torch2_device": b"\x80\x02ctorch._utils\n_rebuild_device_tensor_from_cpu_tensor\n(" + tensor
        + b"ctorch\nfloat32\nX\x05\0\0\0xla:0\x89tR.",
    }


def big_endian(archive):
    """What PyTorch 2 writes on a big-endian machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(DATA / archive) as little, zipfile.ZipFile(out, "w") as big:
        for name in little.namelist():
            content = little.read(name)
            if "/data/" in name:
                content = np.frombuffer(content, "<u4").astype(">u4").tobytes()
            big.writestr(zipfile.ZipInfo(name), content)
        big.writestr(zipfile.ZipInfo(name.split("/")[0] + "/byteorder"), b"big")
    return out.getvalue()


def nested():
    shared = [1, 2.5, "text"]
    return {"list": [shared, shared, (), (1,), (1, 2), None], 7: True, "big": -(2**40), "bytes": b"\x00\xff", "é": {}}


def idx(array, code):
    header = struct.pack(">BBBB", 0, 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def npz(files, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in files.items():
            entry = io.BytesIO()
            np.save(entry, array)
            info = zipfile.ZipInfo(f"{name}.npy")
            info.compress_type = method
            archive.writestr(info, entry.getvalue())
    return out.getvalue()


def entries(archive):
    with zipfile.ZipFile(DATA / archive) as file:
        return {name.removesuffix(".npy"): file.read(name) for name in file.namelist()}


def seeds():
    arrays, versions, refused = (entries(f"numpy_{name}.npz") for name in ("arrays", "versions", "refused"))
    small = np.arange(6, dtype=np.float32).reshape(2, 3)
    images = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    return {
        "pt": {name: (DATA / f"torch_{name}.pt").read_bytes() for name in ("shapes", "views", "parameters", "legacy", "script")}
        | {"libtorch": (DATA / "libtorch_tensor.pt").read_bytes()}
        | {f"pickle_{protocol}": pickle.dumps(nested(), protocol) for protocol in (2, 3, 4)}
        # Six elements of memory are there for a pickle that comes alone.
        | {"pickle_tensor": b"".join(TENSOR)}
        | torch2_pickles()
        | {"big_endian": big_endian("torch_views.pt")},
        "safetensors": {name: (DATA / f"{name}.safetensors").read_bytes() for name in ("dtypes", "names", "empty", "odd")}
        | {"bad_half": (DATA / "half.safetensors").read_bytes()},
        "npy": {name: arrays[name] for name in ("float32", "fortran3", "scalar", "empty", "bool")}
        | {name: versions[name] for name in ("v2", "v3", "big_int16", "python2")}
        | {"bad_" + name: refused[name] for name in ("objects", "records", "float16")},
        "npz": {
            "stored": npz({"a": small, "b.c": np.array(1)}),
            "deflated": npz({"a": small, "zeros": np.zeros(300)}, zipfile.ZIP_DEFLATED),
            "empty": npz({}),
        },
        "idx": {
            "images": idx(images, 0x08),
            "labels": idx(np.array([1, 2, 3], np.int32), 0x0C),
            "doubles": idx(np.array([[1.5, -2.0]]), 0x0E),
            "images.gz": gzip.compress(idx(images, 0x08), mtime=0),
            "two.gz": gzip.compress(idx(images, 0x08)[:9], mtime=0) + gzip.compress(idx(images, 0x08)[9:], mtime=0),
        },
        "csv": {
            "numbers": b"1,2.5,-3e-2\n4,nan,inf\n",
            "integers": b"1,2\r\n-3,4\r\n",
            "comments": b"# a, b\n\n 1 , 2 # more\n",
            "one": b"7",
            "quoted": b'"1","-2.5"\r\n3,"4e1"\r\n',
            "bad_ragged": b"1,2\n3\n",
            "bad_text": b"a,b\n1,2\n",
        },
    }


for parser, files in seeds().items():
    (FOLDER / parser).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (FOLDER / parser / name).write_bytes(content)
