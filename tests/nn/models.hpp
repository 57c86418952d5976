// The modules that scripts/goldens/modules.py defines in Python.
#pragma once

#include <xgrad/nn/nn.hpp>

namespace xgrad::test {

struct MNISTClassifier : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(28 * 28, 50));
  nn::Linear layer2 = register_module("layer2", nn::Linear(50, 20));
  nn::Linear layer3 = register_module("layer3", nn::Linear(20, 10));

  Tensor forward(Tensor img) override {
    auto flattened = img.view({-1, 28 * 28});
    auto activation1 = nn::functional::relu(layer1(flattened));
    auto activation2 = nn::functional::relu(layer2(activation1));
    return layer3(activation2);
  }
};

// Registers in its constructor's initialiser list.
struct Block : nn::Module {
  explicit Block(int width)
      : norm(register_module("norm", nn::Identity())),
        body(register_module("body",
                             nn::Sequential{nn::Linear(width, 2 * width), nn::ReLU(), nn::Linear(2 * width, width)})) {}
  Tensor forward(Tensor x) override { return x + body(norm(x)); }

  nn::Identity norm;
  nn::Sequential body;
};

struct Network : nn::Module {
  Tensor scale = register_parameter("scale", ones({}));
  Tensor steps = register_buffer("steps", zeros({}, kInt64));
  Tensor scratch = register_buffer("scratch", zeros({3}), /*persistent=*/false);
  nn::Flatten flatten = register_module("flatten", nn::Flatten());
  nn::ModuleList blocks = register_module("blocks", nn::ModuleList{Block(4), Block(4)});
  nn::Sequential head = register_module(
      "head", nn::Sequential({{"drop", nn::Dropout(0.2)}, {"fc", nn::Linear(nn::LinearOptions(4, 2).bias(false))}}));

  Tensor forward(Tensor x) override {
    x = flatten(x);
    for (auto& block : blocks) x = (*block->as<Block>())(x);
    return head(x) * scale;
  }
};

struct Empty : nn::Module {};

}  // namespace xgrad::test
