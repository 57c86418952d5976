#!/usr/bin/env python3
"""Writes the .npz files that tests/serialize reads, with real NumPy (1.24; Debian's python3-numpy).

    python3 scripts/goldens/numpy_files.py [folder]        default: tests/data beside this script's repository

An entry of an archive is a .npy file, so that a few archives hold many files. Every NumPy since 1.23 writes the same bytes.
"""

import io
import pathlib
import struct
import sys
import zipfile

import numpy as np

import numpy_arrays

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2] / "tests/data"


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asanyarray(array), version=version)
    return out.getvalue()


def by_hand(header, data=b"", version=(1, 0)):
    length = struct.pack("<H" if version[0] == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header.encode() + data


def archive(name, files):
    with zipfile.ZipFile(FOLDER / f"numpy_{name}.npz", "w") as out:
        for key, content in files.items():
            out.writestr(zipfile.ZipInfo(f"{key}.npy"), content)


def arrays():
    """What save_npy has to write."""
    return numpy_arrays.without("columns")


def versions():
    """What load_npy has to read besides."""
    table = numpy_arrays.ARRAYS["float32"]
    return {
        "v2": npy(table, (2, 0)),
        "v3": npy(table, (3, 0)),
        "big_int16": npy(np.array([-(2**15), 0, 2**15 - 1], ">i2")),
        "big_int64": npy(np.array([-(2**63), 0, 2**63 - 1], ">i8")),
        "big_float32": npy(table.astype(">f4")),
        "big_float64": npy(np.asfortranarray(np.arange(6).reshape(2, 3) / 3).astype(">f8")),
        # Python 2's long numbers, other quotes, another order of keys, no padding.
        "python2": by_hand("{'shape': (2L, 3L), \"fortran_order\": False, 'descr': '<f4'}", table.tobytes()),
        "native": by_hand("{'descr':'=f4','fortran_order':False,'shape':(6),}".replace("(6)", "(6,)"), table.tobytes()),
        "bools": by_hand("{'descr': '|b1', 'fortran_order': False, 'shape': (4,), }\n", b"\x00\x01\x02\xff"),
    }


def refused():
    objects = io.BytesIO()
    np.save(objects, np.array([None, "x"], object), allow_pickle=True)
    return {
        "objects": objects.getvalue(),
        "float16": npy(np.ones(2, np.float16)),
        "uint16": npy(np.ones(2, np.uint16)),
        "uint64": npy(np.ones(2, np.uint64)),
        "complex": npy(np.ones(2, np.complex64)),
        "texts": npy(np.array(["a", "bc"])),
        "records": npy(np.zeros(2, [("a", "<f4"), ("b", "<i2", (2,))])),
        "dates": npy(np.array(["2024-01-01"], "datetime64[D]")),
    }


archive("arrays", {name: npy(a) for name, a in arrays().items()})
archive("versions", versions())
archive("refused", refused())
with open(FOLDER / "numpy_deflated.npz", "wb") as out:
    np.savez_compressed(out, **arrays(), zeros=np.zeros(100_000))
