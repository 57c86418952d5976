#!/usr/bin/env python3
"""Writes tests/data/random_golden.txt: what PyTorch's CPU generator draws, for tests/autograd/kernels/random_test.cpp.

Needs PyTorch 1.13 built without MKL, on a processor with AVX2 (Debian's python3-torch). Run from the repository's root:

    python3 scripts/goldens/random_draws.py

Each line is one call, and all calls after a `seed` line draw from one stream, so that a draw too many shows in all that
follow. Floating-point arguments are hexadecimal. A call that fills an array reads

    <call> <dtype> <sizes> <strides> <arguments...> : <hash> <state> <first values...>

<sizes>/<strides> describe the view that is filled ("-" for no dimensions) in memory that was zero; <hash> is the FNV-1a
hash of all that memory, <state> that of torch.get_rng_state() after the call, the values are bit patterns. The calls
rand, randn, torch_randint and torch_randperm make a tensor, and nn.Linear two: what people call after torch.manual_seed.
"""

import math
import os
import random
import warnings

import torch
from torch import nn

DTYPES = {"u8": torch.uint8, "i8": torch.int8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64,
          "f32": torch.float32, "f64": torch.float64, "bool": torch.bool}
SIZES = (0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 100, 1000)
SEEDS = (0, 42, 67280421310721, 2**32 + 7, 2**64 - 1)
OUT = os.path.join("tests", "data", "random_golden.txt")

lines = []


def bytes_of(tensor):
    return tensor.contiguous().numpy().tobytes()


def fnv(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def record(call, *results):
    """One line: the hash of the results' bytes, of the generator's state, and the first four values."""
    data = b"".join(bytes_of(r) for r in results)
    width = results[0].element_size()
    first = [data[i * width:(i + 1) * width][::-1].hex() for i in range(min(4, len(data) // width))]
    lines.append(" ".join([call, ":", fnv(data), fnv(bytes_of(torch.get_rng_state())), *first]))


def packed(sizes):
    return [math.prod(sizes[i + 1:]) for i in range(len(sizes))]


def numbers(values):
    return ",".join(map(str, values)) or "-"


def text(argument):
    return argument.hex() if isinstance(argument, float) else str(argument)


def fill(call, dtype, sizes, strides, method, *arguments):
    """Calls tensor.method(*arguments) on a strided view of zeros."""
    sizes = [sizes] if isinstance(sizes, int) else list(sizes)
    strides = packed(sizes) if strides is None else list(strides)
    extent = 0 if 0 in sizes else 1 + sum((n - 1) * s for n, s in zip(sizes, strides))
    memory = torch.zeros(extent, dtype=DTYPES[dtype])
    getattr(memory.as_strided(sizes, strides), method)(*arguments)
    shown = [text(a) for a in arguments if not isinstance(a, torch.Tensor)]
    record(" ".join([call, dtype, numbers(sizes), numbers(strides), *shown]), memory)


def probabilities(sizes, dtype):
    """What the test makes too: (7 k mod 11) / 10 for element k, in double, then narrowed."""
    n = math.prod(sizes)
    return torch.tensor([(7 * k % 11) / 10 for k in range(n)], dtype=torch.float64).to(DTYPES[dtype]).reshape(sizes)


def seed(value):
    torch.manual_seed(value)
    lines.append(f"seed {value}")


def sizes_of_both_precisions(rng):
    for n in SIZES:
        for dtype in ("f32", "f64"):
            fill("uniform", dtype, n, None, "uniform_", 0.0, 1.0)
            fill("normal", dtype, n, None, "normal_", 0.0, 1.0)
    for n in SIZES:
        for dtype in ("f64", "f32"):
            low = rng.uniform(-3, 3)
            fill("normal", dtype, n, None, "normal_", rng.uniform(-3, 3), rng.uniform(0, 3))
            fill("uniform", dtype, n, None, "uniform_", low, low + rng.uniform(0, 5))
            fill("exponential", dtype, n, None, "exponential_", rng.uniform(0.01, 3))


def long_ones():
    for dtype in ("f32", "f64"):
        fill("normal", dtype, 10007, None, "normal_", 0.0, 1.0)
        fill("normal", dtype, 4096, None, "normal_", -0.25, 0.001)
        fill("uniform", dtype, 10007, None, "uniform_", -0.1, 0.1)
        fill("uniform", dtype, 10007, None, "uniform_", 1e-3, 1e30)
        fill("exponential", dtype, 5000, None, "exponential_", 1.0)
        fill("bernoulli", dtype, 5000, None, "bernoulli_", 0.5)


def layouts():
    """Transposed, permuted, sliced and strided outputs, below and above 16 elements."""
    views = [((3, 4), (1, 3)), ((8, 9), (1, 8)), ((2, 3, 4), (1, 8, 2)), ((4, 5, 6), (6, 24, 1)), ((40,), (2,)),
             ((7,), (3,)), ((6, 5), (10, 2)), ((5, 6), (2, 10)), ((1, 6, 1, 3), (99, 1, 5, 6)), ((3, 4), (8, 1)), ((), ()),
             ((2, 0, 3), (3, 3, 1)), ((16,), (1,)), ((4, 1, 4), (4, 1, 1)), ((4, 1, 4), (1, 0, 4)), ((3, 4), (1, 1)),
             ((4, 3), (1, 1)), ((600, 3), (1, 600))]
    for sizes, strides in views:
        for dtype in ("f32", "f64"):
            fill("uniform", dtype, sizes, strides, "uniform_", -1.0, 2.0)
            fill("normal", dtype, sizes, strides, "normal_", 0.5, 2.0)
        fill("randint", "i64", sizes, strides, "random_", 0, 1000)
        fill("random", "u8", sizes, strides, "random_")
        fill("bernoulli", "bool", sizes, strides, "bernoulli_", 0.3)
        fill("exponential", "f64", sizes, strides, "exponential_", 0.5)


def integers():
    for dtype in DTYPES:
        fill("random", dtype, 33, None, "random_")
        fill("random", dtype, 1300, None, "random_")
    spans = [(0, 1), (0, 2), (0, 10), (-5, 5), (0, 100), (-100, 127), (0, 256), (-30000, 30000), (0, 2**24), (0, 2**24 + 1),
             (-(2**24) - 3, 5), (0, 2**31), (-(2**31), 2**31), (0, 2**32 - 1), (0, 2**32), (5, 2**32 + 7), (0, 2**53 + 2),
             (-(2**62) - 1, 2**62 + 3), (-(2**63), 2**63 - 1), (1, None), (-100, None), (-(2**63) + 1, None), (-(2**63), None)]
    for dtype, torch_dtype in DTYPES.items():
        for low, high in spans:
            try:
                torch.zeros(0, dtype=torch_dtype).random_(low, high)
            except RuntimeError:
                continue  # out of the dtype's range
            fill("randint", dtype, 40, None, "random_", low, high)


def bernoullis():
    for dtype in DTYPES:
        for p in (0.0, 0.1, 0.5, 0.9999, 1.0):
            fill("bernoulli", dtype, 50, None, "bernoulli_", p)
    views = [((4, 6), None, (4, 6)), ((4, 6), None, (6,)), ((4, 6), None, (4, 1)), ((4, 6), None, ()), ((6, 4), (1, 6), (6, 4)),
             ((700,), None, (700,)), ((3, 5), (10, 2), (5,)), ((0, 3), None, (3,)), ((), None, ())]
    for dtype in DTYPES:
        for p_dtype in ("f32", "f64"):
            for sizes, strides, p_sizes in views:
                fill(f"bernoulli_each {p_dtype} {numbers(p_sizes)}", dtype, sizes, strides, "bernoulli_",
                     probabilities(p_sizes, p_dtype))


def permutations():
    for n in (*SIZES, 120):
        for dtype, torch_dtype in DTYPES.items():
            if dtype != "bool" and not (n > 128 and dtype in ("u8", "i8")):
                record(f"randperm {dtype} {n}", torch.randperm(n, dtype=torch_dtype))
    record("randperm i64 20000", torch.randperm(20000))


def layers():
    for dtype in ("f32", "f64"):
        for features in ((784, 50), (50, 20), (20, 10), (1, 1), (3, 7), (1000, 3)):
            layer = nn.Linear(*features, dtype=DTYPES[dtype])
            record(f"linear {dtype} {features[0]} {features[1]}", layer.weight.detach(), layer.bias.detach())


def functions():
    """By the names that people call, where the generator is not mentioned."""
    for dtype, torch_dtype in (("f32", torch.float32), ("f64", torch.float64)):
        for sizes in ((), (3,), (15,), (16,), (2, 3, 5), (0, 4)):
            record(f"rand {dtype} {numbers(sizes)}", torch.rand(sizes, dtype=torch_dtype))
            record(f"randn {dtype} {numbers(sizes)}", torch.randn(sizes, dtype=torch_dtype))
        for features in ((784, 50), (3, 2)):
            layer = nn.Linear(*features, dtype=torch_dtype)
            record(f"nn.Linear {dtype} {features[0]} {features[1]}", layer.weight.detach(), layer.bias.detach())
    for low, high, sizes in ((0, 10, (4, 6)), (-7, 8, (40,)), (0, 2**40, (3,)), (5, 6, ())):
        record(f"torch_randint {low} {high} {numbers(sizes)}", torch.randint(low, high, sizes))
    for n in (0, 1, 10, 1000):
        record(f"torch_randperm {n}", torch.randperm(n))
    for dtype, torch_dtype in (("f32", torch.float32), ("f64", torch.float64)):
        for sizes in ((7,), (4, 5)):
            x = torch.zeros(sizes, dtype=torch_dtype)
            record(f"x.normal_ {dtype} {numbers(sizes)}", x.normal_())
            record(f"x.uniform_ {dtype} {numbers(sizes)}", x.uniform_())


def main():
    warnings.simplefilter("ignore")  # of integers that float32 cannot hold, which are asked for on purpose
    rng = random.Random(1)
    for value in SEEDS:
        seed(value)
        sizes_of_both_precisions(rng)
    for part in (long_ones, layouts, integers, bernoullis, permutations, layers, functions):
        seed(0)
        part()
    with open(OUT, "w", encoding="ascii") as out:
        out.write("\n".join([f"# By scripts/goldens/random_draws.py, PyTorch {torch.__version__}", *lines]) + "\n")


if __name__ == "__main__":
    main()
