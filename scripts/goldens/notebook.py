#!/usr/bin/python3
"""What real PyTorch makes of the notebook, from seed 0, on the digits that ship with the repository.

Writes tests/data/notebook_golden.json: every loss of both trainings, the accuracies after each iteration, and the first
outputs. Run with PyTorch 1.13: scripts/goldens/notebook.py
"""
import gzip
import json
import pathlib

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

ROOT = pathlib.Path(__file__).resolve().parents[2]


def read_idx(name, header):
    raw = gzip.decompress((ROOT / "data/MNIST/raw" / name).read_bytes())
    return numpy.frombuffer(raw, numpy.uint8, offset=header)


def shipped_digits():
    images = read_idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    labels = read_idx("train-labels-idx1-ubyte.gz", 8)
    return [(torch.from_numpy(i.copy()).float().div(255), int(l)) for i, l in zip(images, labels)]


class Model(nn.Module):
    def __init__(self, num_hidden):
        super().__init__()
        self.layer1 = nn.Linear(28 * 28, num_hidden)
        self.layer2 = nn.Linear(num_hidden, 1)


class MNISTClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(28 * 28, 50)
        self.layer2 = nn.Linear(50, 20)
        self.layer3 = nn.Linear(20, 10)

    def forward(self, img):
        flattened = img.view(-1, 28 * 28)
        activation1 = F.relu(self.layer1(flattened))
        activation2 = F.relu(self.layer2(activation1))
        return self.layer3(activation2)


def get_accuracy(model, data):
    correct = total = 0
    for imgs, labels in torch.utils.data.DataLoader(data, batch_size=64):
        pred = model(imgs).max(1, keepdim=True)[1]
        correct += pred.eq(labels.view_as(pred)).sum().item()
        total += imgs.shape[0]
    return correct / total


def train(model, data, mnist_train, mnist_val, batch_size=64, num_epochs=1):
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    record = {"losses": [], "train_acc": [], "val_acc": []}
    for _ in range(num_epochs):
        for imgs, labels in loader:
            loss = criterion(model(imgs), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            record["losses"].append(float(loss))
            record["train_acc"].append(get_accuracy(model, mnist_train))
            record["val_acc"].append(get_accuracy(model, mnist_val))
    return record


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    Model(30)
    data = shipped_digits()
    mnist_train, mnist_val = data[:4096], data[4096:5120]
    model = MNISTClassifier()
    output = model(mnist_train[0][0])
    golden = {"torch": torch.__version__, "label": mnist_train[0][1], "output": str(output),
              "probabilities": str(F.softmax(output, dim=1))}
    golden["overfit"] = train(MNISTClassifier(), mnist_train[:64], mnist_train, mnist_val, num_epochs=100)
    golden["full"] = train(MNISTClassifier(), mnist_train, mnist_train, mnist_val, num_epochs=5)
    path = ROOT / "tests/data/notebook_golden.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")
    print(path.name, golden["full"]["train_acc"][-1], golden["full"]["val_acc"][-1])


if __name__ == "__main__":
    main()
