#!/usr/bin/env python3
"""Writes tests/data/ops_golden.json: what PyTorch makes of every operation in autograd/ops/, on small samples.

Needs PyTorch 1.13 (Debian's python3-torch). Run from anywhere: python3 scripts/goldens/ops.py

The file maps the name of a row to its cases. tests/autograd/ops/ holds a C++ function for each row, and a row on one
side without the other fails the tests. A case has
  in       the arguments: {"t": dtype, "s": shape, "v": values in row-major order}; NaN and infinities are strings
  out      the results in the same form; {"t", "s"} and "v" as for arguments
  error    true when PyTorch throws (then there is no "out")
  grad     for floating results: the gradients of the floating arguments, null where there is none, when result number
           k receives the gradient GRADIENTS[(element + k) % 5]; only of cases in float64 and float32
  smooth   true when numeric slopes at these arguments mean something
  inplace  for rows with an in-place twin: whether PyTorch accepts it for these arguments
"""

import json
import math
import pathlib
import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
INF, NAN = math.inf, math.nan
OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "ops_golden.json"
GRADIENTS = [1.0, -0.5, 2.0, 0.75, -1.25]  # also in tests/autograd/ops/op_table.cpp

f64, f32, i64, i32, i16, i8, u8, b = (
    torch.float64, torch.float32, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
DTYPES = [f64, f32, i64, i32, i16, i8, u8, b]

ROWS = {}


def row(name, function, samples, inplace=None):
    assert name not in ROWS, name
    ROWS[name] = (function, samples, inplace)


# --- samples


def numbers(count, seed, low, high):
    """Distinct short numbers, well apart and none of them whole, in a scrambled order."""
    step = (high - low) / (count + 1)
    values = [round(low + step * (k + 1) + 0.001 * ((k * 7 + seed) % 5) + 0.0003, 4) for k in range(count)]
    stride = next(s for s in (7, 5, 11, 3, 13, 1) if count % s or count == 1) if count else 1
    return [values[(k * stride + seed) % count] for k in range(count)]


def t(*shape, dtype=f64, seed=1, low=-2.0, high=2.0):
    count = math.prod(shape)
    if dtype == b:
        return torch.tensor([(k * 5 + seed) % 3 > 0 for k in range(count)]).reshape(shape)
    if not dtype.is_floating_point:
        low = max(low, 0) if dtype == u8 else low
        values = [int(math.floor(low * 2)) + (k * 5 + seed * 3) % int(high * 2 - low * 2 + 1) for k in range(count)]
        return torch.tensor(values, dtype=dtype).reshape(shape)
    return torch.tensor(numbers(count, seed, low, high), dtype=dtype).reshape(shape)


def v(*values, dtype=f64):
    return torch.tensor(values, dtype=dtype)


class Rough(list):
    """Arguments at which numeric slopes mean nothing (kinks, ties, the edge of a domain)."""


class Value(Rough):
    """Arguments at which PyTorch's gradient is no model either."""


def unary_samples(low=-2.0, high=2.0, special=(0.0, -0.0, INF, -INF, NAN, 1e-300, 100.0, -100.0, 800.0)):
    samples = [[t(2, 3, low=low, high=high)], [t(low=low, high=high)], [t(0, 2)], [t(1, 3, 2, low=low, high=high, seed=2)]]
    samples.append(Rough([v(*special)]))
    samples.append(Rough([v(*special, dtype=f32)]))
    samples.append([t(37, dtype=f32, low=low, high=high)])
    samples += [[t(3, dtype=d)] for d in DTYPES[2:]]
    return samples


PAIRS = [([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1], [1, 3]), ([2, 3], []), ([], [3]), ([], []), ([0, 3], [3]),
         ([2, 1, 2], [3, 1])]


def binary_samples(low=-2.0, high=2.0, special=True, dtypes=True):
    samples = [[t(*a, low=low, high=high), t(*c, seed=2, low=low, high=high)] for a, c in PAIRS]
    if special:
        x = [0.0, -0.0, 1.0, INF, -INF, NAN, 2.0]
        y = [0.0, 1.0, 0.0, INF, 1.0, 1.0, NAN]
        samples += [Rough([v(*x), v(*y)]), Rough([v(*x, dtype=f32), v(*y, dtype=f32)])]
    samples.append([t(2, 3), t(3, 2)])  # does not broadcast
    samples.append([t(2, 17, dtype=f32), t(17, dtype=f32, seed=2)])
    if dtypes:
        for d in DTYPES:
            samples += [[t(3, dtype=d), t(3, dtype=e, seed=2)] for e in (d, f32, i64, u8)]
            samples += [[t(3, dtype=d), t(dtype=e, seed=2)] for e in (f64, i32, b)]  # 0-dim promotes by category
    return samples


def scalar_samples(low=-2.0, high=2.0):
    return [[t(2, 3, low=low, high=high)], [t(low=low, high=high)], [t(0)]] + [[t(3, dtype=d)] for d in DTYPES[1:]]


# --- elementwise

for name, low, high in [("neg", -2, 2), ("abs", -2, 2), ("sign", -2, 2), ("square", -2, 2), ("sqrt", 0.1, 3),
                        ("reciprocal", 0.3, 3), ("exp", -2, 2), ("log", 0.1, 3), ("log1p", -0.8, 2), ("sin", -3, 3),
                        ("cos", -3, 3), ("relu", -2, 2), ("sigmoid", -3, 3), ("tanh", -2, 2)]:
    row(name, getattr(torch, name), unary_samples(low, high), getattr(torch.Tensor, name + "_"))

for name in ["add", "sub", "mul", "div"]:
    low, high = (0.3, 2.0) if name == "div" else (-2.0, 2.0)
    row(name, getattr(torch, name), binary_samples(low, high), getattr(torch.Tensor, name + "_"))
for name in ["maximum", "minimum"]:
    row(name, getattr(torch, name), binary_samples() + [Rough([v(1., 2., 2.), v(2., 2., 1.)])])

few = [[t(2, 3), t(3, seed=2)], [t(3, dtype=f32), t(3, dtype=f32, seed=2)], [t(3, dtype=i64), t(3, dtype=i64, seed=2)],
       [t(3, dtype=b), t(3, dtype=b, seed=2)], [t(3, dtype=b), t(3, dtype=i64)]]
row("add.alpha", lambda x, y: torch.add(x, y, alpha=2.5), few, lambda x, y: x.add_(y, alpha=2.5))
row("add.int_alpha", lambda x, y: torch.add(x, y, alpha=3), few, lambda x, y: x.add_(y, alpha=3))
row("sub.alpha", lambda x, y: torch.sub(x, y, alpha=0.5), few, lambda x, y: x.sub_(y, alpha=0.5))
row("sub.int_alpha", lambda x, y: torch.sub(x, y, alpha=-3), few, lambda x, y: x.sub_(y, alpha=-3))

for suffix, c in [("float", 1.5), ("int", 3), ("bool", True)]:
    for name in ["add", "sub", "mul", "div"]:
        row(f"{name}.{suffix}", lambda x, n=name, c=c: getattr(torch, n)(x, c), scalar_samples(),
            lambda x, n=name, c=c: getattr(x, n + "_")(c))
row("rsub.float", lambda x: torch.rsub(x, 1.5), scalar_samples())
row("rsub.int", lambda x: 3 - x, scalar_samples())
row("rdiv.float", lambda x: 1.5 / x, scalar_samples(0.3, 2))
row("rdiv.int", lambda x: 3 / x, scalar_samples(0.3, 2))
row("operators", lambda x, y: -(x + y) * 2 - x / (y * y + 2) + (1 - x) * (3 / (y * y + 1)), binary_samples(dtypes=False))

for label, p in [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("7", 7), ("0.5", 0.5), ("1.5", 1.5), ("2.0", 2.0), ("-1", -1),
                 ("-2", -2), ("-0.5", -0.5)]:
    row(f"pow.{label}", lambda x, p=p: torch.pow(x, p), unary_samples(0.2, 2, (0.0, -0.0, INF, -INF, NAN, -2.0, 1e200)),
        lambda x, p=p: x.pow_(p))

clamp_x = unary_samples(-2, 2)[:-6] + [Rough([v(-1., -0.5, 0.5, 1., NAN, INF, -INF)])]
clamp_x += [[t(5, dtype=d)] for d in DTYPES[1:]]
row("clamp", lambda x: torch.clamp(x, -0.5, 1.0), clamp_x, lambda x: x.clamp_(-0.5, 1.0))
row("clamp.int", lambda x: torch.clamp(x, -1, 1), clamp_x[-9:], lambda x: x.clamp_(-1, 1))
row("clamp.min", lambda x: torch.clamp(x, min=-0.5), clamp_x, lambda x: x.clamp_(min=-0.5))
row("clamp.max", lambda x: torch.clamp(x, max=0.5), clamp_x, lambda x: x.clamp_(max=0.5))
row("clamp.crossed", lambda x: torch.clamp(x, 1.0, -1.0), [[t(2, 3)]], lambda x: x.clamp_(1.0, -1.0))

where_x = [[t(*c, dtype=b), t(*x), t(*y, seed=2)] for c, x, y in
           [([2, 3], [2, 3], [2, 3]), ([3], [2, 3], [1]), ([2, 1], [3], [2, 3]), ([], [], []), ([0], [0], [0]), ([2], [], [])]]
where_x += [[t(3, dtype=b), t(3, dtype=d), t(3, dtype=e)] for d, e in [(f32, f32), (f32, f64), (i64, f32), (i8, u8), (b, b)]]
where_x += [[t(3, dtype=i64), t(3), t(3)], [t(2, dtype=b), t(3), t(3)]]
row("where", torch.where, where_x)
row("where.scalar_self", lambda c, y: torch.where(c, 1.5, y), [[t(2, 3, dtype=b), t(3)]])
row("where.scalar_other", lambda c, x: torch.where(c, x, 1.5), [[t(2, 3, dtype=b), t(3)], [t(3, dtype=b), t(dtype=f64)]])

row("fill_", lambda x: x.clone().fill_(2.5), scalar_samples(), lambda x: x.fill_(2.5))
row("zero_", lambda x: x.clone().zero_(), scalar_samples(), lambda x: x.zero_())
row("copy_", lambda x, y: x.clone().copy_(y),
    [[t(2, 3), t(2, 3, seed=2)], [t(2, 3), t(3)], [t(2, 3), t()], [t(3), t(2, 3)], [t(3), t(3, dtype=f32)],
     [t(3, dtype=i64), t(3)], [t(3, dtype=b), v(0., 0.5, NAN)], [t(2), v(300, -1, dtype=i64)], [t(2, dtype=u8), v(300, -1, dtype=i64)],
     [t(2, dtype=i8), v(200, 3, dtype=i64)], [t(0, 3), t(3)]])

# --- comparison

for name in ["eq", "ne", "lt", "le", "gt", "ge"]:
    row(name, getattr(torch, name), binary_samples() + [[v(1., 2., 3.), v(1., 3., 2.)]])
    row(f"{name}.float", lambda x, n=name: getattr(torch, n)(x, 0.5), scalar_samples())
    row(f"{name}.int", lambda x, n=name: getattr(torch, n)(x, 1), scalar_samples())
for name in ["logical_and", "logical_or", "logical_xor"]:
    row(name, getattr(torch, name), binary_samples())
row("logical_not", torch.logical_not, unary_samples())
for name in ["isnan", "isinf", "isfinite"]:
    row(name, getattr(torch, name), unary_samples())
row("equal", lambda x, y: torch.tensor(torch.equal(x, y)),
    [[t(3), t(3)], [t(3), t(3, seed=2)], [t(3), t(1, 3)], [v(NAN), v(NAN)], [t(0), t(0)], [t(3), t(3, dtype=f32)]])
close_pairs = [[v(1., 2.), v(1., 2. + 1e-6)], [v(1., 2.), v(1., 2.1)], [v(INF, 1.), v(INF, 1.)], [v(INF), v(-INF)],
               [v(NAN), v(NAN)], [v(INF), v(1.)], [v(1.), v(INF)], [t(0), t(0)], [t(2, 3), t(3)], [v(1., dtype=f32), v(1.)]]
row("allclose", lambda x, y: torch.tensor(torch.allclose(x, y)), close_pairs)
row("allclose.nan", lambda x, y: torch.tensor(torch.allclose(x, y, 0.2, 0.0, True)), close_pairs)

# --- softmax

soft_x = [[t(2, 3)], [t(3, 4, dtype=f32)], Rough([v([1000., 0., -1000.], [1., INF, 0.], [-INF, -INF, -INF], [NAN, 0., 1.])]),
          [t(2, 0)], [t(0, 3)], [t(3, dtype=i64).reshape(1, 3)], [t(2, 3, 4)]]
for name in ["softmax", "log_softmax"]:
    f = getattr(torch, name)
    row(f"{name}.0", lambda x, f=f: f(x, 0), soft_x + [[t()], [t(4)]])
    row(f"{name}.1", lambda x, f=f: f(x, 1), soft_x + [[t(4)]])
    row(f"{name}.-1", lambda x, f=f: f(x, -1), soft_x + [[t()]])
    row(f"{name}.dtype", lambda x, f=f: f(x, 0, dtype=f64), [[t(2, 3, dtype=f32)], [t(3, dtype=i64)]])
aten = torch.ops.aten
pairs = [[t(2, 3), t(2, 3, seed=2, low=0.1, high=0.9)], [t(), t(low=0.1, high=0.9)], [t(0), t(0)]]
row("sigmoid_backward", aten.sigmoid_backward, pairs)
row("tanh_backward", aten.tanh_backward, pairs)
row("relu_backward", lambda g, y: aten.threshold_backward(g, y, 0), pairs + [Rough([v(1., 2., 3., 4.), v(0., -1., NAN, INF)])])
row("softmax_backward", lambda g, y: aten._softmax_backward_data(g, y, 1, y.dtype), pairs[:1])
row("log_softmax_backward", lambda g, y: aten._log_softmax_backward_data(g, y, 1, y.dtype), pairs[:1])

# --- reductions

reduce_x = [[t(2, 3)], [t(2, 3, 2, seed=2)], [t(3, 4, dtype=f32)], [t(0, 3)], [t(3, 0)], [t(2, 3, dtype=i64)],
            [t(2, 3, dtype=b)], [t(2, 3, dtype=u8)], Rough([v([1., NAN, 3.], [INF, -INF, 2.])]),
            Rough([v([2., 2., 1.], [0., 1., 1.])]), Rough([v([2, 2, 1], [0, 1, 1], dtype=i64)])]
zero_dim = [[t()], [t(dtype=i32)]]
for name in ["sum", "mean"]:
    f = getattr(torch, name)
    row(f"{name}", f, reduce_x + zero_dim)
    row(f"{name}.0", lambda x, f=f: f(x, 0), reduce_x + zero_dim)
    row(f"{name}.-1.keepdim", lambda x, f=f: f(x, -1, keepdim=True), reduce_x + zero_dim)
    row(f"{name}.0,1", lambda x, f=f: f(x, (0, 1)), reduce_x + zero_dim)
    row(f"{name}.0,-1.keepdim", lambda x, f=f: f(x, (0, -1), keepdim=True), reduce_x)
    row(f"{name}.dtype", lambda x, f=f: f(x, dtype=f64), reduce_x)
    row(f"{name}.1.dtype", lambda x, f=f: f(x, 1, dtype=f32), reduce_x)
    row(f"{name}.7", lambda x, f=f: f(x, 7), [[t(2, 3)], [t()]])
row("sum.0,0", lambda x: torch.sum(x, (0, 0)), [[t(2, 3)]])
row("sum_to_size", lambda x: x.sum_to_size(3, 1), [[t(2, 3, 4)], [t(3, 4)], [t(3, 1)], [t(2, 4)], [t(3)]])
for name in ["max", "min"]:
    f = getattr(torch, name)
    row(name, f, reduce_x + zero_dim)
    row(f"{name}.0", lambda x, f=f: tuple(f(x, 0)), reduce_x + zero_dim)
    row(f"{name}.1", lambda x, f=f: tuple(f(x, 1)), reduce_x + zero_dim)
    row(f"{name}.-1.keepdim", lambda x, f=f: tuple(f(x, -1, keepdim=True)), reduce_x + zero_dim)
    row(f"{name}.other", lambda x, y, f=f: f(x, y), [[t(2, 3), t(3)]])
    f = getattr(torch, "a" + name)
    row(f"a{name}", lambda x, f=f: f(x), reduce_x + zero_dim)
    row(f"a{name}.0", lambda x, f=f: f(x, 0), reduce_x + zero_dim)
    row(f"a{name}.0,1.keepdim", lambda x, f=f: f(x, (0, 1), keepdim=True), reduce_x)
    f = getattr(torch, "arg" + name)
    row(f"arg{name}", f, reduce_x + zero_dim)
    row(f"arg{name}.0", lambda x, f=f: f(x, 0), reduce_x + zero_dim)
    row(f"arg{name}.1.keepdim", lambda x, f=f: f(x, 1, keepdim=True), reduce_x)
    row(f"arg{name}.keepdim", lambda x, f=f: f(x, dim=None, keepdim=True), reduce_x[:2])
for name in ["all", "any"]:
    f = getattr(torch, name)
    row(name, f, reduce_x + zero_dim)
    row(f"{name}.1", lambda x, f=f: f(x, 1), reduce_x)
    row(f"{name}.0.keepdim", lambda x, f=f: f(x, 0, keepdim=True), reduce_x + zero_dim)

# --- matrix products


def products(*shapes):
    out = [[t(*s, seed=k + 1) for k, s in enumerate(shape)] for shape in shapes]
    out += [[x.to(f32) for x in sample] for sample in out[:2]]
    return out


row("mm", torch.mm, products(([2, 3], [3, 4]), ([1, 1], [1, 2]), ([2, 0], [0, 3]), ([0, 2], [2, 3]), ([2, 3], [2, 3]), ([3], [3, 2]))
    + [[t(2, 2, dtype=i64), t(2, 2, dtype=i64, seed=2)], [t(2, 2), t(2, 2, dtype=f32)]])
row("mv", torch.mv, products(([2, 3], [3]), ([2, 0], [0]), ([0, 2], [2]), ([2, 3], [2])))
row("dot", torch.dot, products(([3], [3]), ([0], [0]), ([3], [2]), ([2, 2], [2])) + [[t(3, dtype=i64), t(3, dtype=i64)]])
row("outer", torch.outer, products(([2], [3]), ([0], [3]), ([2, 2], [2])) + [[t(2, dtype=i64), t(3, dtype=i64)]])
row("bmm", torch.bmm, products(([2, 2, 3], [2, 3, 2]), ([2, 3, 0], [2, 0, 2]), ([0, 3, 2], [0, 2, 2]), ([1, 2, 3], [2, 3, 2]), ([2, 3], [3, 2])))
addmm_x = products(([2, 4], [2, 3], [3, 4]), ([4], [2, 3], [3, 4]), ([], [2, 3], [3, 4]), ([2, 1], [2, 3], [3, 4]),
                   ([2, 4], [2, 0], [0, 4]), ([3], [2, 3], [3, 4]), ([4], [2, 3], [2, 4]))
row("addmm", torch.addmm, addmm_x)
row("addmm.beta.alpha", lambda c, x, y: torch.addmm(c, x, y, beta=0.5, alpha=-2), addmm_x)
row("matmul", torch.matmul, products(([2, 3], [3, 4]), ([3], [3]), ([2, 3], [3]), ([3], [3, 2]), ([2, 2, 3], [3, 2]),
                                     ([2, 2, 3], [2, 3, 2]), ([2, 1, 2, 3], [3, 3, 1]), ([3], [2, 3, 2]), ([2, 2, 3], [3]),
                                     ([2, 3], [2, 3, 2]), ([0, 2, 3], [3, 2]), ([2, 2, 0], [2, 0, 3]), ([], [3]), ([2, 3], [2, 4]),
                                     ([2, 2, 3], [3, 3, 2]), ([2, 2, 3], [2, 2]))
    + [[t(2, 2, dtype=i64), t(2, 2, dtype=i64, seed=2)]])
row("linear", F.linear, products(([2, 3], [4, 3], [4]), ([3], [4, 3], [4]), ([2, 2, 3], [4, 3], [4]), ([0, 3], [4, 3], [4]),
                                 ([2, 3], [4, 2], [4])))
row("linear.no_bias", lambda x, w: F.linear(x, w), products(([2, 3], [4, 3]), ([3], [4, 3]), ([2, 2, 3], [4, 3]), ([2, 3], [4, 2])))

# --- shapes

shape_x = [[t(2, 3, 2)], [t(2, 6)], [t(12, dtype=f32)], [t(12, dtype=i64)], [t(12, dtype=b)], [t(0)], [t(5)], [t()]]
small = [[t(2, 3, 2)], [t(2, 3, dtype=i64)], [t(2, 1, 3)], [t(1, 1)], [t()], [t(0, 2)], [t(3, dtype=b)]]
row("view", lambda x: x.view(3, -1), shape_x)
row("view.scalar", lambda x: x.view(()), [[t(1)], [t(1, 1)], [t(2)]])
row("view_as", lambda x, y: x.view_as(y), [[t(2, 3), t(3, 2)], [t(2, 3), t(2, 2)]])
row("reshape", lambda x: x.reshape(3, 4), shape_x)
row("reshape_as", lambda x, y: x.reshape_as(y), [[t(2, 3), t(3, 2)]])
row("flatten", torch.flatten, small)
row("flatten.1", lambda x: torch.flatten(x, 1), small)
row("flatten.0.1", lambda x: torch.flatten(x, 0, 1), small)
row("flatten.1.0", lambda x: torch.flatten(x, 1, 0), [[t(2, 3)]])
row("squeeze", torch.squeeze, small)
row("squeeze.1", lambda x: torch.squeeze(x, 1), small)
row("unsqueeze.1", lambda x: torch.unsqueeze(x, 1), small)
row("unsqueeze.-1", lambda x: torch.unsqueeze(x, -1), small)
row("permute", lambda x: x.permute(2, 0, 1), small)
row("permute.repeated", lambda x: x.permute(0, 0, 1), small[:1])
row("transpose", lambda x: x.transpose(0, -1), small)
row("t", torch.t, small + [[t(4)]])
row("expand", lambda x: x.expand(2, 3, -1), [[t(3, 1)], [t(3, 2)], [t(1, 3, 2)], [t(1)], [t(2, 2)], [t(3, 2, dtype=i64)]])
row("expand_as", lambda x, y: x.expand_as(y), [[t(3), t(2, 3)], [t(2), t(2, 3)]])
row("broadcast_to", lambda x: x.broadcast_to((2, 3)), [[t(3)], [t()], [t(2, 1)], [t(2)]])
row("contiguous", lambda x: x.t().contiguous(), [[t(2, 3)], [t(3)], [t(2, 3, dtype=i32)]])
row("clone", torch.clone, small)
row("to.float64", lambda x: x.to(f64), [[t(3, dtype=d)] for d in DTYPES])
row("to.float32", lambda x: x.to(f32), [[t(3, dtype=d)] for d in DTYPES[1:]])
row("to.int64", lambda x: x.to(i64), [[t(3, dtype=d)] for d in DTYPES])
row("to.int8", lambda x: x.to(i8), [[t(3, dtype=d)] for d in DTYPES] + [[v(300, -200, 127, dtype=i64)]])
row("to.uint8", lambda x: x.to(u8), [[t(3, dtype=i64)], [v(300, -1, 255, dtype=i64)], [v(1.9, 200.5)]])
row("to.bool", lambda x: x.to(b), [[t(3, dtype=d)] for d in DTYPES] + [[v(0., -0., NAN, 0.1)]])
row("select", lambda x: x.select(0, 1), small)
row("select.-1", lambda x: x.select(-1, -1), small)
row("slice", lambda x: x[1:], small)
row("slice.step", lambda x: x[:, -3:10:2], [[t(2, 5)], [t(2, 1)], [t(2, 0)], [t(3)]])
row("narrow", lambda x: x.narrow(1, 1, 2), small)
row("as_strided", lambda x: x.as_strided((2, 2), (3, 1), 1), [[t(2, 3)], [t(6)], [t(7)], [t(2)]])
row("as_strided.overlapping", lambda x: x.as_strided((3, 2), (1, 1)), [[t(5)], [t(2, 2)]])
row("as_strided.expanded", lambda x: x.as_strided((3, 2), (0, 1)), [[t(4)]])
row("unbind", lambda x: torch.unbind(x, 1), small)
row("split", lambda x: torch.split(x, 2), small + [[t(5, 2)]])
row("split.1", lambda x: torch.split(x, 2, 1), [[t(2, 3)], [t(2, 4)]])
row("chunk", lambda x: torch.chunk(x, 2), small + [[t(5, 2)]])
row("chunk.3.1", lambda x: torch.chunk(x, 3, 1), [[t(2, 5)], [t(2, 2)], [t(2, 7)]])
lists = [[t(2, 3), t(1, 3, seed=2), t(2, 3, seed=3)], [t(2, 3), t(3, 3, dtype=f32)], [t(2, dtype=i64), t(3)], [t(0), t(2, 3)],
         [t(2, 3), t(2, 2)], [t(), t()], [t(3, dtype=b), t(2, dtype=u8)], [t(2, 0), t(2, 0)]]
row("cat", lambda *x: torch.cat(x), lists)
row("cat.1", lambda *x: torch.cat(x, 1), [[t(2, 3), t(2, 1)], [t(2, 3), t(1, 3)]])
row("cat.-1", lambda *x: torch.cat(x, -1), [[t(2, 3), t(2, 1)]])
same = [[t(2, 3), t(2, 3, seed=2)], [t(), t(seed=2)], [t(3), t(2)], [t(2, dtype=f32), t(2)], [t(0, 2), t(0, 2)], [t(2, dtype=i64), t(2)]]
row("stack", lambda *x: torch.stack(x), same)
row("stack.1", lambda *x: torch.stack(x, 1), same)
row("stack.-1", lambda *x: torch.stack(x, -1), same)

# --- indexing

index_x = [[t(3, 4)], [t(3, 4, 2)], [t(3, 4, dtype=i64)], [t(5)], [t()]]
INDICES = {"int": (1,), "negative": (-1,), "slice": (slice(0, 2),), "slice.step": (slice(None, None, 2),), "none": (None,),
           "ellipsis": (Ellipsis,), "int.int": (1, 2), "slice.int": (slice(None), 1), "ellipsis.int": (Ellipsis, 0),
           "none.slice.none": (None, slice(1, None), None), "ellipsis.none.int": (Ellipsis, None, 1), "bool": (True,),
           "false": (False,), "empty": (slice(2, 1),), "last": (slice(-1, None),), "too_far": (7,)}
for label, index in INDICES.items():
    row(f"index.{label}", lambda x, i=index: x[i], index_x)


def assigned(x, index, value):
    y = x.clone()
    y[index] = value
    return y


row("index_put_.tensor", lambda x, y: assigned(x, (slice(None), slice(1, 3)), y),
    [[t(3, 4), t(3, 2, seed=2)], [t(3, 4), t(2)], [t(3, 4), t()], [t(3, 4), t(3)], [t(3, 4, dtype=i64), t(2)]])
row("index_put_.scalar", lambda x: assigned(x, (1, Ellipsis), 2.5), [[t(3, 4)], [t(3)], [t(3, dtype=i64)], [t(3, dtype=b)]])

# --- losses

logits = [t(4, 3), t(4, 3, dtype=f32)]
labels = v(2, 0, 1, 2, dtype=i64)
weights = v(0.5, 2., 1.)
nll_x = [[logits[0], labels], [logits[1], labels], [t(3), torch.tensor(1)], [t(2, 3, 2), v([0, 2], [1, 1], dtype=i64)],
         [t(0, 3), torch.zeros(0, dtype=i64)], [logits[0], v(2, 3, 1, 0, dtype=i64)], [logits[0], v(2, -1, 1, 0, dtype=i64)],
         [logits[0], v(2, 0, dtype=i64)], [logits[0], labels.to(f32)], [logits[0], v(-100, 0, -100, 1, dtype=i64)]]
nll_w = [[x, y, weights.to(x.dtype)] for x, y in nll_x[:5]] + [[logits[0], labels, t(2)], [logits[0], v(-100, 0, -100, 1, dtype=i64), weights]]
for reduction in ["mean", "sum", "none"]:
    row(f"nll_loss.{reduction}", lambda x, y, r=reduction: F.nll_loss(x, y, reduction=r), nll_x)
    row(f"nll_loss.{reduction}.weight", lambda x, y, w, r=reduction: F.nll_loss(x, y, w.detach(), reduction=r), nll_w)
    row(f"cross_entropy_loss.{reduction}", lambda x, y, r=reduction: F.cross_entropy(x, y, reduction=r), nll_x)
    row(f"cross_entropy_loss.{reduction}.weight", lambda x, y, w, r=reduction: F.cross_entropy(x, y, w.detach(), reduction=r), nll_w)
    row(f"cross_entropy_loss.{reduction}.smoothing", lambda x, y, r=reduction: F.cross_entropy(x, y, reduction=r, label_smoothing=0.2), nll_x)
    row(f"cross_entropy_loss.{reduction}.weight.smoothing",
        lambda x, y, w, r=reduction: F.cross_entropy(x, y, w.detach(), reduction=r, label_smoothing=0.2), nll_w)
    soft = torch.softmax(t(4, 3, seed=2), 1)
    row(f"cross_entropy_loss.{reduction}.probabilities", lambda x, y, r=reduction: F.cross_entropy(x, y, reduction=r),
        [[logits[0], soft], [t(2, 3, 2), torch.softmax(t(2, 3, 2, seed=2), 1)]])
    row(f"cross_entropy_loss.{reduction}.probabilities.weight.smoothing",
        lambda x, y, w, r=reduction: F.cross_entropy(x, y, w, reduction=r, label_smoothing=0.2), [[logits[0], soft, weights]])
    unit = [[t(2, 3, low=0.1, high=0.9), t(2, 3, seed=2, low=0.1, high=0.9)], [t(low=0.1, high=0.9), t(low=0.1, high=0.9)],
            [t(0, low=0.1, high=0.9), t(0)], [t(3, low=0.1, high=0.9, dtype=f32), v(0., 1., 1., dtype=f32)],
            Value([v(0., 1., 0., 1.), v(0., 0., 1., 1.)]), [t(3), t(3)], [t(2, 3, low=0.1, high=0.9), t(3, low=0.1, high=0.9)]]
    row(f"binary_cross_entropy.{reduction}", lambda x, y, r=reduction: F.binary_cross_entropy(x, y, reduction=r), unit)
    row(f"binary_cross_entropy.{reduction}.weight", lambda x, y, w, r=reduction: F.binary_cross_entropy(x, y, w.detach(), reduction=r),
        [[x, y, t(3, low=0.5, high=2)] for x, y in unit[:1]])
    any_x = [[t(2, 3, low=-3, high=3), t(2, 3, seed=2, low=0.1, high=0.9)], [t(), t(low=0.1, high=0.9)], [t(0), t(0)],
             [t(3, dtype=f32), v(0., 1., 1., dtype=f32)], Rough([v(1000., -1000., 0.), v(1., 1., 0.)]), [t(2, 3), t(3)]]
    row(f"binary_cross_entropy_with_logits.{reduction}", lambda x, y, r=reduction: F.binary_cross_entropy_with_logits(x, y, reduction=r), any_x)
    row(f"binary_cross_entropy_with_logits.{reduction}.weight.pos_weight",
        lambda x, y, w, p, r=reduction: F.binary_cross_entropy_with_logits(x, y, w.detach(), reduction=r, pos_weight=p.detach()),
        [[any_x[0][0], any_x[0][1], t(3, low=0.5, high=2), t(3, low=0.5, high=2, seed=2)]])
    two = [[t(2, 3), t(2, 3, seed=2)], [t(), t(seed=2)], [t(0), t(0)], [t(3, dtype=f32), t(3, dtype=f32, seed=2)],
           [t(3, dtype=f32), t(3, seed=2)], Rough([v(1., NAN, INF), v(1., 1., 1.)])]
    row(f"mse_loss.{reduction}", lambda x, y, r=reduction: F.mse_loss(x, y, reduction=r), two)
    row(f"l1_loss.{reduction}", lambda x, y, r=reduction: F.l1_loss(x, y, reduction=r), two)


def seeded(f):
    def call(*x):
        torch.manual_seed(5)
        return f(*x)
    return call


row("dropout", seeded(lambda x: F.dropout(x, 0.4, True)), [[t(4, 5)], [t(20, dtype=f32)], [t(0)]])
row("dropout.0", lambda x: F.dropout(x, 0.0, True), [[t(3)]])
row("dropout.1", lambda x: F.dropout(x, 1.0, True), [[t(3)]])
row("dropout.eval", lambda x: F.dropout(x, 0.4, False), [[t(3)]])

# --- creation and random numbers: no arguments, or one to be like

NOTHING = [[]]
row("arange.int", lambda: torch.arange(5), NOTHING)
row("arange.int.step", lambda: torch.arange(10, -3, -4), NOTHING)
row("arange.float", lambda: torch.arange(0.0, 1.0, 0.3), NOTHING)
row("arange.mixed", lambda: torch.arange(1, 2.5, 0.5, dtype=f64), NOTHING)
row("arange.empty", lambda: torch.arange(2, 2), NOTHING)
row("arange.wrong", lambda: torch.arange(2, 5, -1), NOTHING)
row("arange.zero_step", lambda: torch.arange(2, 5, 0), NOTHING)
row("linspace", lambda: torch.linspace(-1, 1, 7), NOTHING)
row("linspace.double", lambda: torch.linspace(0, 1, 10, dtype=f64), NOTHING)
row("linspace.1", lambda: torch.linspace(3, 4, 1), NOTHING)
row("linspace.0", lambda: torch.linspace(3, 4, 0), NOTHING)
row("linspace.int", lambda: torch.linspace(0, 10, 4, dtype=i64), NOTHING)
row("eye", lambda: torch.eye(3), NOTHING)
row("eye.rectangle", lambda: torch.eye(2, 4, dtype=i64), NOTHING)
row("eye.empty", lambda: torch.eye(0), NOTHING)
row("zeros", lambda: torch.zeros(2, 3), NOTHING)
row("ones", lambda: torch.ones(2, 0, dtype=b), NOTHING)
row("full.int", lambda: torch.full((2,), 3), NOTHING)
row("full.float", lambda: torch.full((2, 2), 2.5), NOTHING)
row("full.bool", lambda: torch.full((), True), NOTHING)
row("full.negative", lambda: torch.full((-1,), 1), NOTHING)
row("tensor.mixed", lambda: torch.tensor([[1, 2.5], [3, 4]]), NOTHING)
row("tensor.bool_int", lambda: torch.tensor([True, 3]), NOTHING)
row("tensor.empty", lambda: torch.tensor([]), NOTHING)
row("zeros_like", torch.zeros_like, [[t(2, 3)], [t(3, dtype=i64)], [t()]])
row("ones_like", lambda x: torch.ones_like(x, dtype=f32), [[t(2, 3)], [t(3, dtype=i64)]])
row("full_like", lambda x: torch.full_like(x, 2.5), [[t(2, 3)], [t(3, dtype=i64)], [t(3, dtype=b)]])
row("rand", seeded(lambda: torch.rand(3, 7)), NOTHING)
row("randn", seeded(lambda: torch.randn(5, dtype=f64)), NOTHING)
row("randn.16", seeded(lambda: torch.randn(4, 5)), NOTHING)
row("randint", seeded(lambda: torch.randint(-3, 10, (4, 3))), NOTHING)
row("randint.high", seeded(lambda: torch.randint(7, (5,), dtype=f32)), NOTHING)
row("randperm", seeded(lambda: torch.randperm(9)), NOTHING)
row("normal", seeded(lambda: torch.normal(2.0, 3.0, (3, 2))), NOTHING)
row("rand_like", seeded(torch.rand_like), [[t(3)], [t(2, 2, dtype=f32)]])
row("randn_like", seeded(torch.randn_like), [[t(3)], [t(2, 2, dtype=f32)]])
row("bernoulli", seeded(torch.bernoulli), [[t(2, 5, low=0, high=1)]])
for name, arguments in [("uniform_", (-1, 3)), ("normal_", (1, 2)), ("random_", (3, 9)), ("bernoulli_", (0.3,)), ("exponential_", (2,))]:
    def draw(x, n=name, a=arguments):
        torch.manual_seed(5)
        return getattr(x, n)(*a)
    row(name, lambda x, d=draw: d(x.clone()), [[t(2, 3)], [t(5, dtype=f32)], [t(0)]] + ([[t(4, dtype=i64)]] if name in ("random_", "bernoulli_") else []), draw)


# --- writing


def number(x, dtype):
    if not dtype.is_floating_point:
        return int(x)
    if not math.isfinite(x):
        return repr(x)
    if dtype == f32:
        x = next(y for d in range(1, 18) for y in [float(f"{x:.{d}g}")] if torch.tensor(y, dtype=f32).item() == x)
    return int(x) if x == int(x) and abs(x) < 1e15 and math.copysign(1, x) == math.copysign(1, int(x)) else x


def stored(x):
    name = str(x.dtype).removeprefix("torch.")
    return {"t": name, "s": list(x.shape), "v": values(x)}


def values(x):
    return [number(y, x.dtype) for y in x.detach().reshape(-1).tolist()]


def results(function, arguments):
    out = function(*arguments)
    return list(out) if isinstance(out, (tuple, list)) else [out]


def gradients(function, arguments):
    leaves = [x.clone().requires_grad_() if x.dtype.is_floating_point else x for x in arguments]
    try:
        out = [(k, y) for k, y in enumerate(results(function, leaves)) if y.requires_grad]
    except (RuntimeError, ValueError, IndexError, TypeError):  # what only has a value, such as equal()
        return None
    if not out:
        return None
    g = [torch.tensor([GRADIENTS[(e + k) % 5] for e in range(y.numel())], dtype=y.dtype).reshape(y.shape) for k, y in out]
    wanted = [x for x in leaves if x.requires_grad]
    try:
        found = iter(torch.autograd.grad([y for _, y in out], wanted, g, allow_unused=True))
    except RuntimeError:  # PyTorch 1.13 has no derivative of mse_loss between two dtypes
        return None
    return [None if x is None else values(x) for x in (next(found) if y.requires_grad else None for y in leaves)]


def case(function, inplace, arguments):
    out = {"in": [stored(x) for x in arguments]}
    try:
        out["out"] = [stored(x) for x in results(function, [x.clone() for x in arguments])]
    except (RuntimeError, ValueError, IndexError, TypeError):
        out["error"] = True
    if "out" in out and not isinstance(arguments, Value) and any(x.dtype.is_floating_point for x in arguments):
        grad = gradients(function, arguments)
        if grad is not None:
            out["grad"] = grad
            out["smooth"] = not isinstance(arguments, Rough) and all(
                x.dtype == f64 for x in [*arguments, *results(function, arguments)] if x.dtype.is_floating_point)
    if inplace is not None:
        try:
            inplace(*[x.clone() for x in arguments])
            out["inplace"] = True
        except (RuntimeError, ValueError, IndexError, TypeError):
            out["inplace"] = False
    return out


def main():
    lines = []
    for name, (function, samples, inplace) in ROWS.items():
        cases = ",\n".join(json.dumps(case(function, inplace, s), separators=(",", ":"), allow_nan=False) for s in samples)
        lines.append(f"{json.dumps(name)}:[\n{cases}]")
    OUTPUT.write_text("{\n" + ",\n".join(lines) + "}\n")
    print(f"{OUTPUT.name}: {len(ROWS)} operations, {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
