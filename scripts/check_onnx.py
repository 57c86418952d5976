#!/usr/bin/python3
"""Checks what tests/onnx/ wrote with onnx's own checker: the rules of the format, and shapes and dtypes as it infers them.

    scripts/check_onnx.py FOLDER/models     FOLDER/models.jsonl and .bin

Needs python3-onnx. Fails when a model breaks a rule, or when none was checked.
"""
import json
import sys

import onnx


def main(base):
    checked = failed = 0
    with open(base + ".bin", "rb") as data, open(base + ".jsonl", encoding="utf-8") as index:
        for line in index:
            one = json.loads(line)
            data.seek(one["model"]["at"])
            model = onnx.load_model_from_string(data.read(one["model"]["bytes"]))
            try:
                onnx.checker.check_model(model, full_check=True)
                onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
                checked += 1
            except Exception as error:  # each of onnx's modules has errors of its own
                failed += 1
                print(f"{one['name']}: {error}")
    print(f"{checked} models pass onnx {onnx.__version__}'s checker, {failed} do not")
    return 0 if checked and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
