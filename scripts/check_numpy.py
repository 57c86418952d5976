#!/usr/bin/env python3
"""Checks with real NumPy the files that xgrad wrote, and writes some for xgrad.

    python3 scripts/check_numpy.py FOLDER

FOLDER holds what tests/serialize/numpy_test.cpp saved: `all.npz`, its arrays as .npy files, and a table as text. Leaves
`np_*.npy`, `np.npz`, `np_deflated.npz` and `np.csv` there, with the same values. Exits with 77 without NumPy.
"""

import pathlib
import sys

try:
    import numpy as np
except ImportError as error:
    print(f"no NumPy here: {error}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "goldens"))
import numpy_arrays  # noqa: E402

FOLDER = pathlib.Path(sys.argv[1])


def same(a, b, what):
    assert a.dtype == b.dtype, f"{what}: {a.dtype} and {b.dtype}"
    assert a.shape == b.shape, f"{what}: {a.shape} and {b.shape}"
    assert np.array_equal(a, b), f"{what}: {a} and {b}"


def main():
    arrays = numpy_arrays.without("special", "fortran3", "row", "long")
    archive = np.load(FOLDER / "all.npz")
    assert archive.files == list(arrays), archive.files
    for name, array in arrays.items():
        same(archive[name], array, f"all.npz[{name}]")
        same(np.load(FOLDER / f"{name}.npy"), array, f"{name}.npy")
        np.save(FOLDER / f"np_{name}.npy", array)
        ours, theirs = (FOLDER / f"{name}.npy").read_bytes(), (FOLDER / f"np_{name}.npy").read_bytes()
        assert ours == theirs, f"{name}.npy has other bytes than NumPy's"
    np.savez(FOLDER / "np.npz", **arrays)
    np.savez_compressed(FOLDER / "np_deflated.npz", **arrays)

    table = np.loadtxt(FOLDER / "table.csv", delimiter=",", dtype=np.float32, skiprows=1)
    same(table, arrays["float32"], "table.csv")
    np.savetxt(FOLDER / "np.csv", arrays["float64"], delimiter=",", header="a,b,c")
    print("NumPy", np.__version__, "reads what xgrad writes")


main()
