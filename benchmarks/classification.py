#!/usr/bin/python3
"""The notebook's two trainings with Python's PyTorch on the digits in this repository: what examples/classification.cpp
does, without its pictures. One thread, as there. Prints the final accuracies, which must be the same."""
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scripts/goldens"))
import notebook  # noqa: E402  (scripts/goldens/notebook.py, which holds the notebook's functions)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    notebook.Model(30)
    digits = notebook.shipped_digits()
    mnist_train, mnist_val = digits[:4096], digits[4096:5120]
    notebook.MNISTClassifier()
    for data, epochs in ((mnist_train[:64], 100), (mnist_train, 5)):
        record = notebook.train(notebook.MNISTClassifier(), data, mnist_train, mnist_val, num_epochs=epochs)
        print(f"Final Training Accuracy: {record['train_acc'][-1]}")
        print(f"Final Validation Accuracy: {record['val_acc'][-1]}")


main()
