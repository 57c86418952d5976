#!/usr/bin/env python3
"""Writes tests/data/printing_golden.json: what Python's PyTorch prints for well over a hundred tensors.

Needs PyTorch 1.13 (Debian's python3-torch). Run from anywhere: python3 scripts/goldens/printing.py

A case has a name, a dtype and a shape; `values`, which fill the shape in row-major order and start over when they run
out (floats as hexadecimal strings, so that they are exact); and, where they matter:
  views          [["transpose", 0, 1], ...], applied in turn: transpose, permute, expand, select, slice, unsqueeze
  requires_grad  true
  grad_fn        the name of the node that made the tensor
  options        [{"precision": 2}, ...]: the calls of set_printoptions, in turn, before printing
  default_dtype  "float64"
  text           what repr() gave
"""

import json
import math
import pathlib

import torch

INF, NAN = math.inf, math.nan
OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "printing_golden.json"

VIEWS = {
    "transpose": lambda t, a, b: t.transpose(a, b),
    "permute": lambda t, *order: t.permute(order),
    "expand": lambda t, *sizes: t.expand(sizes),
    "select": lambda t, dim, index: t.select(dim, index),
    "slice": lambda t, dim, start, end, step: t[(slice(None),) * dim + (slice(start, end, step),)],
    "unsqueeze": lambda t, dim: t.unsqueeze(dim),
}

# Ops that leave every value as it is, by the name of their node.
IDENTITIES = {
    "CloneBackward0": lambda t: t.clone(),
    "MulBackward0": lambda t: t * 1,
    "AliasBackward0": lambda t: torch.ops.aten.alias(t),
    "ViewBackward0": lambda t: t.view(t.shape),
    "AddmmBackward0": lambda t: torch.addmm(t, t.new_zeros(t.size(0), 1), t.new_zeros(1, t.size(1))),
}


def own_function(name):
    """An identity whose node is called `name`, which ends in "Backward" as all nodes of Python functions do."""
    functions = {
        "forward": staticmethod(lambda ctx, t: t.clone()),
        "backward": staticmethod(lambda ctx, g: g),
    }
    return type(name.removesuffix("Backward"), (torch.autograd.Function,), functions).apply


def tensor_of(case):
    dtype = getattr(torch, case["dtype"])
    read = float.fromhex if dtype.is_floating_point else int
    values = [read(v) for v in case["values"]]
    count = math.prod(case["shape"])
    values = (values * (count // max(1, len(values)) + 1))[:count]
    t = torch.tensor(values, dtype=dtype).reshape(case["shape"])
    for name, *arguments in case.get("views", []):
        t = VIEWS[name](t, *arguments)
    if "grad_fn" in case:
        name = case["grad_fn"]
        t = (IDENTITIES.get(name) or own_function(name))(t.requires_grad_())
        assert type(t.grad_fn).__name__ == name, t.grad_fn
    return t.requires_grad_() if case.get("requires_grad") else t


def text_of(case):
    try:
        for options in case.get("options", []):
            torch.set_printoptions(**{k: float(v) if v == "inf" else v for k, v in options.items()})
        torch.set_default_dtype(getattr(torch, case.get("default_dtype", "float32")))
        return repr(tensor_of(case))
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")


def make_case(name, values, dtype="float32", shape=None, views=None, options=None, **rest):
    """Fills in what can be told from the rest; `options` may be one call or a list of calls."""
    if not isinstance(values, (list, tuple, range)):
        values, shape = [values], [] if shape is None else shape
    values = list(values)
    case = {"name": name, "dtype": dtype, "shape": list(shape if shape is not None else [len(values)])}
    case["values"] = [float(v).hex() if dtype.startswith("float") else int(v) for v in values]
    if views:
        case["views"] = views
    if options:
        case["options"] = options if isinstance(options, list) else [options]
    case.update(rest)
    case["text"] = text_of(case)
    return case


def cases():
    c = make_case

    # No dimensions
    yield c("scalar_float", 3.14159)
    yield c("scalar_whole_float", 3.0)
    yield c("scalar_zero", 0.0)
    yield c("scalar_negative_zero", -0.0)
    yield c("scalar_negative", -2.5)
    yield c("scalar_small_is_scientific", 1e-5)
    yield c("scalar_large_is_scientific", 123456789.0)
    yield c("scalar_1e8_is_not_scientific", 1e8)
    yield c("scalar_double", 0.1, "float64")
    yield c("scalar_int64", -7, "int64")
    yield c("scalar_int32", 7, "int32")
    yield c("scalar_bool", True, "bool")
    yield c("scalar_nan", NAN)
    yield c("scalar_inf", -INF)
    yield c("scalar_loss", 2.302585, grad_fn="CloneBackward0")

    # Integers and bools
    yield c("int64_row", [1, -20, 300], "int64")
    yield c("int64_limits", [-(2**63), 2**63 - 1, 0], "int64")
    yield c("int32_matrix", range(-3, 3), "int32", [2, 3])
    yield c("int16_row", [-32768, 32767], "int16")
    yield c("int8_row", [-128, 127, 5], "int8")
    yield c("uint8_row", [0, 255, 17], "uint8")
    yield c("bool_row", [True, False, True], "bool")
    yield c("bool_all_true", [True, True], "bool")
    yield c("bool_matrix", [True, False, False, False], "bool", [2, 2])
    yield c("uint8_image", [0, 0, 12, 255, 128], "uint8", [5, 28])
    yield c("int64_labels_wrap", [5, 0, 4, 1, 9, 2], "int64", [64])

    # Integers held in floats
    yield c("whole_row", [1.0, 2.0, 3.0])
    yield c("whole_negative_row", [-1.0, 10.0, 0.0])
    yield c("whole_zeros", [0.0], shape=[2, 3])
    yield c("whole_ones_double", [1.0], "float64", [3])
    yield c("whole_negative_zeros", [0.0, -0.0, 0.0])
    yield c("whole_ratio_1000_stays", [1.0, 1000.0])
    yield c("whole_ratio_1001_is_scientific", [1.0, 1001.0])
    yield c("whole_over_1e8_is_scientific", [2e8, 3e8])
    yield c("whole_with_nan_and_inf", [1.0, NAN, INF, -INF])
    yield c("whole_huge", [1e30, -1e30])

    # Fractions
    yield c("fixed_row", [0.1, 0.25, 0.5])
    yield c("fixed_mixed_signs", [-0.5, 1.5, -123.25])
    yield c("fixed_rounds_to_even_digit", [0.00005 + 2**-20, 0.03125, 0.09375, 2.5])
    yield c("fixed_float32_is_seen_through_double", [0.1, 1.00005, 16777.216])
    yield c("fixed_double", [0.1, 1.00005, 67.2161], "float64")
    yield c("fixed_rounds_up_in_width", [9.99999, 1.0])
    yield c("fixed_with_whole", [1.0, 2.5, 3.0])
    yield c("fixed_with_zero", [0.0, -0.0, 0.5])
    yield c("fixed_with_nan_and_inf", [0.5, NAN, INF, -INF])
    yield c("fixed_least_1e-4", [0.0001, 0.05], "float64")
    yield c("fixed_ratio_exactly_1000", [0.5, 500.0])
    yield c("logits", [-0.1172, 0.0581, 0.2031, -0.0419, 0.0907], shape=[1, 10])

    # Scientific notation
    yield c("scientific_mixed_magnitudes", [1e-3, 1.0, 12345.678])
    yield c("scientific_small", [0.00009, 0.00005])
    yield c("scientific_large", [1.5e9, 2.5e8])
    yield c("scientific_negative", [-1e-10, 1e10])
    yield c("scientific_three_digit_exponent", [1e-300, 1.0, 1e300], "float64")
    yield c("scientific_denormals", [5e-324, 2.5e-310], "float64")
    yield c("scientific_denormals_float32", [1e-45, 1e-40])
    yield c("scientific_extremes_float32", [3.4028234663852886e38, 1.1754943508222875e-38])
    yield c("scientific_extremes_double", [1.7976931348623157e308, -1.0], "float64")
    yield c("scientific_with_zero_nan_inf", [0.0, -0.0, NAN, INF, -INF, 1e-7])
    yield c("scientific_rounds_up", [9.99999e-6, 1.0])
    yield c("scientific_matrix", [1e-6, 1.0, -3.5, 2e4], shape=[2, 2])

    # Nothing finite to measure
    yield c("only_nan", [NAN, NAN])
    yield c("only_infinities", [INF, -INF, 0.0])
    yield c("nan_and_zeros_matrix", [NAN, 0.0, -0.0, INF], shape=[2, 2])

    # Dimensions
    yield c("matrix", [0.1, 0.2, 0.3, 0.4], shape=[2, 2])
    yield c("column", [1.5, 2.5, 3.5], shape=[3, 1])
    yield c("cube", range(12), "int64", [2, 3, 2])
    yield c("cube_of_floats", [0.5, -1.25, 3.0], shape=[2, 2, 3])
    yield c("four_dimensions", range(16), "int64", [2, 2, 2, 2])
    yield c("five_dimensions", [0.5, 1.5], shape=[2, 1, 2, 1, 2])
    yield c("six_dimensions", [1.0, 2.0], shape=[1, 2, 1, 1, 2, 1])
    yield c("all_ones_shape", [1.0], shape=[1, 1, 1])

    # Empty
    yield c("empty", [])
    yield c("empty_matrix", [], shape=[0, 3])
    yield c("empty_cube", [], shape=[2, 0, 3])
    yield c("empty_int64", [], "int64")
    yield c("empty_bool_matrix", [], "bool", [3, 0])
    yield c("empty_double", [], "float64", [0, 0])
    yield c("empty_requires_grad", [], shape=[0, 3], requires_grad=True)
    yield c("empty_grad_fn", [], "float64", [0, 3], grad_fn="MulBackward0")
    yield c("empty_default_double", [], default_dtype="float64")

    # Wide rows
    yield c("wide_row", range(100), "int64")
    yield c("wide_floats", [0.125, -1.5, 20.75], shape=[20])
    yield c("wide_matrix", [0.125, -1.5, 2.75], shape=[2, 10])
    yield c("wide_scientific", [1e-6, 1.0], shape=[15])
    yield c("wide_exactly_one_line", [0.5], shape=[9])
    yield c("wide_one_too_many", [0.5], shape=[10])
    yield c("wide_cube", range(60), "int64", [2, 1, 30])
    yield c("wide_bools", [True, False, True], "bool", [30])

    # Summaries
    yield c("summary_row", range(-5, 90), "int64", [1001])
    yield c("summary_not_at_threshold", range(7), "int64", [1000])
    yield c("summary_matrix", range(200), "int64", [50, 40])
    yield c("summary_floats", [0.5, -1.25, 3.0, 17.125], shape=[100, 11])
    yield c("summary_few_long_rows", [0.5, -1.25, 3.0], shape=[2, 600])
    yield c("summary_many_short_rows", [0.5, -1.25, 3.0], shape=[600, 2])
    yield c("summary_cube", range(-9, 10), "int64", [7, 8, 20])
    yield c("summary_batch_of_images", [0.0, 0.25, 1.0], shape=[64, 1, 28, 28])
    yield c("summary_all_sides_short", [1.0, 2.0], shape=[6, 6, 6, 6])
    yield c("summary_five_dimensions", [0.5], shape=[7, 1, 7, 3, 7])
    yield c("summary_ignores_hidden_values", [0.5] * 3 + [1e9] + [0.5] * 3, shape=[1204])
    yield c("summary_hidden_fraction", [1.0] * 3 + [0.5] + [1.0] * 3, shape=[1204])
    yield c("summary_wide_row", [1e-20, 1.0, -1.0], "float64", shape=[2000])
    yield c("summary_grad_fn", [0.5, 1.5], shape=[2000], grad_fn="MulBackward0")

    # What follows the elements
    yield c("suffix_requires_grad", [1.0, 2.0], requires_grad=True)
    yield c("suffix_double", [1.5, 2.5], "float64")
    yield c("suffix_double_requires_grad", [1.5, 2.5], "float64", requires_grad=True)
    yield c("suffix_double_grad_fn", [1.5, 2.5], "float64", [1, 2], grad_fn="AddmmBackward0")
    yield c("suffix_addmm", [0.01, -0.5], shape=[1, 10], grad_fn="AddmmBackward0")
    yield c("suffix_own_function", [1.0], grad_fn="MyOwnFunctionBackward")
    yield c("suffix_default_double", [1.5, 2.5], "float64", default_dtype="float64")
    yield c("suffix_float_when_default_is_double", [1.5, 2.5], default_dtype="float64")
    yield c("suffix_int32_when_default_is_double", [1, 2], "int32", default_dtype="float64")
    for length in (33, 34, 35, 36):  # of the node's name; the second suffix fits up to 34
        name = "N" * (length - len("Backward")) + "Backward"
        yield c(f"suffix_line_break_{length}", [1.0], "float64", grad_fn=name)
    yield c("suffix_both_break", [0.5], "float64", [8], grad_fn="MyOwnFunctionBackward")
    for length in (42, 43):  # of the node's name; it fits behind the dtype on the second line up to 42
        name = "N" * (length - len("Backward")) + "Backward"
        yield c(f"suffix_second_break_{length}", [0.5], "float64", [8], grad_fn=name)
    yield c("suffix_fits_after_break", [0.5], "float64", [9], requires_grad=True)
    yield c("suffix_longer_than_line", [0.5], grad_fn="Very" * 25 + "LongBackward")
    yield c("suffix_after_matrix", [0.25], "float64", [2, 7], grad_fn="CloneBackward0")

    # Views
    yield c("view_transpose", range(6), "int64", [2, 3], views=[["transpose", 0, 1]])
    yield c("view_permute", [0.5, 1.5, 2.5], shape=[2, 3, 2], views=[["permute", 2, 0, 1]])
    yield c("view_expand", [1.5, -2.5], shape=[2, 1], views=[["expand", 2, 4]])
    yield c("view_expand_scalar", 3.0, views=[["expand", 2, 2]])
    yield c("view_expand_summary", 0.5, views=[["expand", 100, 100]])
    yield c("view_slice", range(10), "int64", views=[["slice", 0, 1, 9, 3]])
    yield c("view_slice_columns", range(20), "int32", [4, 5], views=[["slice", 1, 1, 4, 2]])
    yield c("view_select", [0.1, 0.2, 0.3, 0.4], shape=[2, 2], views=[["select", 1, 1]])
    yield c("view_select_to_scalar", [True, False], "bool", views=[["select", 0, 1]])
    yield c("view_slice_to_empty", [0.5], shape=[4, 3], views=[["slice", 0, 2, 2, 1]])
    yield c("view_transposed_summary", range(100), "int64", [1000, 3], views=[["transpose", 0, 1]])
    yield c("view_unsqueezed_grad_fn", [1.5], shape=[3], views=[["unsqueeze", 0]], grad_fn="ViewBackward0")

    # set_printoptions
    yield c("precision_2", [1.12345, 2.5], options={"precision": 2})
    yield c("precision_0", [1.75, 2.5, 0.5], options={"precision": 0})
    yield c("precision_10", [0.1, 1.0 / 3], options={"precision": 10})
    yield c("precision_20_double", [0.1, 1.0 / 3], "float64", options={"precision": 20})
    yield c("precision_60", [0.1], "float64", options={"precision": 60})
    yield c("precision_scientific", [1e-6, 1.0], options={"precision": 1})
    yield c("precision_0_scientific", [1e-6, 2.5], options={"precision": 0})
    yield c("precision_leaves_whole", [1.0, 2.0], options={"precision": 8})
    yield c("threshold_5", range(10), "int64", options={"threshold": 5})
    yield c("threshold_0_short_row", range(6), "int64", options={"threshold": 0})
    yield c("threshold_infinite", [5], "int64", [1200], options={"threshold": "inf"})
    yield c("threshold_matrix", range(64), "int64", [8, 8], options={"threshold": 10})
    yield c("edgeitems_1", range(100), "int64", [1001], options={"edgeitems": 1})
    yield c("edgeitems_5_matrix", [0.5, 0.25], shape=[40, 40], options={"edgeitems": 5})
    yield c("edgeitems_10_wraps", range(99), "int64", [2000], options={"edgeitems": 10})
    yield c("edgeitems_0_row", range(12), "int64", options={"edgeitems": 0, "threshold": 10})
    yield c("linewidth_40", [0.5, 1.5], shape=[10], options={"linewidth": 40})
    yield c("linewidth_200", range(60), "int64", options={"linewidth": 200})
    yield c("linewidth_1", [0.5, 1.5], shape=[2, 2], options={"linewidth": 1}, requires_grad=True)
    yield c("linewidth_120_suffix", [0.5], "float64", [12], options={"linewidth": 120}, grad_fn="MulBackward0")
    yield c("sci_mode_on", [0.5, 1.5], options={"sci_mode": True})
    yield c("sci_mode_on_whole", [1.0, 200.0], options={"sci_mode": True})
    yield c("sci_mode_on_matrix_width", [1.0, 2.0], shape=[2, 8], options={"sci_mode": True})
    yield c("sci_mode_on_zeros", [0.0, 0.0], options={"sci_mode": True})
    yield c("sci_mode_on_nan", [NAN, 1.0, INF], options={"sci_mode": True})
    yield c("sci_mode_on_integers", [1, 2], "int64", options={"sci_mode": True})
    yield c("sci_mode_off", [1e-5, 1.0, 12345.5], options={"sci_mode": False})
    yield c("sci_mode_off_scalar_keeps_width", 1e-5, options={"sci_mode": False})
    yield c("sci_mode_off_whole", [1.0, 1e10], options={"sci_mode": False})
    yield c("sci_mode_off_huge", [1e300], "float64", options={"sci_mode": False})
    yield c("profile_short", [0.1234, 1.5], options={"profile": "short"})
    yield c("profile_short_summary", range(99), "int64", [1200], options={"profile": "short"})
    yield c("profile_full", range(99), "int64", [22, 50], options={"profile": "full"})
    yield c("profile_default_undoes", [0.1234], options=[{"precision": 1, "linewidth": 10}, {"profile": "default"}])
    yield c("profile_with_precision", [0.1234], shape=[1001], options={"profile": "short", "precision": 3})
    yield c("options_add_up", [0.1234], shape=[20], options=[{"precision": 2}, {"linewidth": 40}])
    yield c("sci_mode_is_forgotten", [0.5], options=[{"sci_mode": True}, {"precision": 6}])
    yield c("options_all", [1.5], shape=[30], options={
        "precision": 3, "threshold": 10, "edgeitems": 2, "linewidth": 30, "sci_mode": True})  # fmt: skip


def write(path, all_cases):
    """One case a line, so that a changed one shows in a diff."""
    lines = ",\n".join(json.dumps(case) for case in all_cases)
    path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    all_cases = list(cases())
    names = [case["name"] for case in all_cases]
    assert len(names) == len(set(names)), "two cases share a name"
    write(OUTPUT, all_cases)
    print(f"{len(all_cases)} cases from PyTorch {torch.__version__} in {OUTPUT.name}")
