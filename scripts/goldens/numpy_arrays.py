"""The arrays that xgrad writes as NumPy's files: what the goldens have and what NumPy is shown."""

import numpy as np

_TABLE = np.arange(6, dtype=np.float32).reshape(2, 3) / 4

ARRAYS = {
    "uint8": np.array([0, 1, 255], np.uint8),
    "int8": np.array([-128, 0, 127], np.int8),
    "int16": np.array([-(2**15), 0, 2**15 - 1], np.int16),
    "int32": np.array([-(2**31), 0, 2**31 - 1], np.int32),
    "int64": np.array([-(2**63), 0, 2**63 - 1], np.int64),
    "float32": _TABLE,
    "float64": np.arange(6, dtype=np.float64).reshape(2, 3) / 3,
    "bool": np.array([True, False, True]),
    "special": np.array([np.inf, -np.inf, np.nan, -0.0, 1e-45, 3.4e38], np.float32),
    "fortran": _TABLE.T,
    "fortran3": np.asfortranarray(np.arange(24, dtype=np.int16).reshape(2, 3, 4)),
    "columns": _TABLE[:, ::2],
    "scalar": np.array(1.5),
    "empty": np.zeros((0, 3), np.int64),
    "row": np.arange(4, dtype=np.int32).reshape(1, 4),
    "long": np.ones((1,) * 30, np.uint8),
}


def without(*names):
    """All of them in their order but these."""
    return {name: array for name, array in ARRAYS.items() if name not in names}
