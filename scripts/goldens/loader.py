#!/usr/bin/env python3
"""Writes tests/data/loader_golden.txt: in which order PyTorch's loaders and samplers take examples, for
tests/data_module/loader_order_test.cpp.

Needs PyTorch 1.13 (Debian's python3-torch). Run from the repository's root:

    python3 scripts/goldens/loader.py

Each line is one case: its name, a colon, the sizes of the batches of all epochs, a bar, the examples in order, a bar,
and the next torch.rand(1) of the default generator as bits, which shows a draw too many or too few.
"""

import os
import struct

import torch
from torch.utils import data

OUT = os.path.join("tests", "data", "loader_golden.txt")
lines = []


def bits(generator=None):
    return struct.pack(">f", torch.rand(1, generator=generator).item()).hex()


def record(name, batches, *after):
    sizes = " ".join(str(len(b)) for b in batches)
    order = " ".join(str(int(i)) for b in batches for i in b)
    lines.append(f"{name} : {sizes} | {order} | {' '.join(after)}")


def numbers(n):
    return data.TensorDataset(torch.arange(n))


def loader(name, n, epochs=1, **arguments):
    """Loops `epochs` times over one loader after manual_seed(0)."""
    torch.manual_seed(0)
    made = data.DataLoader(numbers(n), **arguments)
    record(name, [b for _ in range(epochs) for (b,) in made], bits())


def with_generator(name, n, **arguments):
    """A generator for the loader: its own stream and the default one are both looked at afterwards."""
    torch.manual_seed(0)
    g = torch.Generator()
    g.manual_seed(7)
    made = data.DataLoader(numbers(n), generator=g, **arguments)
    record(name, [b for _ in range(2) for (b,) in made], bits(), bits(g))


def sampler(name, n, make):
    torch.manual_seed(0)
    made = data.DataLoader(numbers(n), batch_size=16, sampler=make(numbers(n)))
    record(name, [b for _ in range(2) for (b,) in made], bits())


def split():
    torch.manual_seed(0)
    parts = data.random_split(numbers(50), [30, 20])
    record("random_split", [[part.dataset[i][0] for i in part.indices] for part in parts], bits())


def main():
    loader("in_order", 100, 3, batch_size=32)
    loader("shuffled", 100, 3, batch_size=32, shuffle=True)
    loader("shuffled_even", 96, 2, batch_size=32, shuffle=True)
    loader("shuffled_drop_last", 100, 2, batch_size=32, shuffle=True, drop_last=True)
    loader("shuffled_workers", 100, 2, batch_size=8, shuffle=True, num_workers=2)
    loader("shuffled_long", 5000, 1, batch_size=640, shuffle=True)
    loader("batch_of_one", 5, 2, shuffle=True)
    with_generator("generator", 100, batch_size=32, shuffle=True)
    with_generator("generator_even", 96, batch_size=32, shuffle=True)
    with_generator("generator_drop_last", 100, batch_size=32, shuffle=True, drop_last=True)
    with_generator("generator_in_order", 100, batch_size=32)
    sampler("replacement", 10, lambda d: data.RandomSampler(d, replacement=True, num_samples=70))
    sampler("replacement_64", 10, lambda d: data.RandomSampler(d, replacement=True, num_samples=64))
    sampler("more_samples", 10, lambda d: data.RandomSampler(d, num_samples=25))
    sampler("subset_random", 30, lambda d: data.SubsetRandomSampler(range(5, 30)))
    split()
    with open(OUT, "w", encoding="ascii") as out:
        out.write("\n".join([f"# By scripts/goldens/loader.py, PyTorch {torch.__version__}", *lines]) + "\n")


if __name__ == "__main__":
    main()
