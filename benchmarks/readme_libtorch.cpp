// README's program with libtorch, for the time and memory that compiling takes. Its words differ where libtorch has no
// keyword arguments, no Python loader and another home for MNIST.
#include <torch/torch.h>

#include <iostream>

using namespace torch;
namespace F = nn::functional;

struct Classifier : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(28 * 28, 50));
  nn::Linear layer2 = register_module("layer2", nn::Linear(50, 10));

  Tensor forward(Tensor img) { return layer2(F::relu(layer1(img.view({-1, 28 * 28})))); }
};

int main() {
  manual_seed(0);
  auto digits = data::datasets::MNIST("data").map(data::transforms::Stack<>());
  Classifier model;
  nn::CrossEntropyLoss criterion;
  optim::SGD optimizer(model.parameters(), optim::SGDOptions(0.05).momentum(0.9));

  for (auto& batch : *data::make_data_loader(digits, data::DataLoaderOptions(32))) {
    auto loss = criterion(model.forward(batch.data), batch.target);
    loss.backward();
    optimizer.step();
    optimizer.zero_grad();
  }
  NoGradGuard no_grad;
  for (auto& batch : *data::make_data_loader(digits, data::DataLoaderOptions(1024)))
    std::cout << "accuracy " << model.forward(batch.data).argmax(1).eq(batch.target).to(kFloat32).mean().item<double>()
              << '\n';
}
