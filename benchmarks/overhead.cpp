// What the graph costs: nanoseconds an operation on one element, and the notebook network's training step against the
// same step written by hand. One thread.
#include "hand_network.hpp"
#include "harness.hpp"

#include <xgrad/autograd/print.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/optim/optim.hpp>

#include <cmath>
#include <cstdlib>

using namespace xgrad;
using namespace xgrad::kwargs;

namespace {

struct Network : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(784, 50));
  nn::Linear layer2 = register_module("layer2", nn::Linear(50, 20));
  nn::Linear layer3 = register_module("layer3", nn::Linear(20, 10));
  Tensor forward(Tensor x) override { return layer3(relu(layer2(relu(layer1(x))))); }
};

/// y = y * c a thousand times on one element, forward, backward and freed.
void scalar_chain() {
  const Tensor x = ones({1}, requires_grad = true), c = full({1}, 0.999);
  bench::run("y = y * c on one element, forward + backward + freed (time an operation)", {{"xgrad",
                                                                                           [&] {
                                                                                             Tensor y = x;
                                                                                             for (int i = 0; i < 1000;
                                                                                                  ++i)
                                                                                               y = y * c;
                                                                                             y.backward();
                                                                                             x.mutable_grad().reset();
                                                                                           },
                                                                                           1000}});
  const double exact = std::pow(double(0.999f), 1000);
  Tensor y = x;
  for (int i = 0; i < 1000; ++i) y = y * c;
  y.backward();
  if (std::abs(double(x.grad()) / exact - 1) > 1e-3) std::exit((std::puts("wrong gradient"), 1));
}

void training_step(std::int64_t batch) {
  manual_seed(0);
  Network model;
  const Tensor images = rand({batch, 784}), labels = randint(10, {batch});
  optim::SGD optimizer(model.parameters(), lr = 0.01, momentum = 0.9);
  nn::CrossEntropyLoss criterion;
  bench::HandNetwork hand({784, 50, 20, 10}, batch, 0.01f, 0.9f);
  const auto parameters = model.parameters();
  for (std::size_t l = 0; l < 3; ++l) {
    std::copy_n(parameters[2 * l].data_ptr<float>(), hand.weight(l).size(), hand.weight(l).data());
    std::copy_n(parameters[2 * l + 1].data_ptr<float>(), hand.bias(l).size(), hand.bias(l).data());
  }
  float ours = 0, by_hand = 0;
  const auto step = [&] {
    Tensor loss = criterion(model(images), labels);
    loss.backward();
    optimizer.step();
    optimizer.zero_grad();
    ours = float(loss);
  };
  const auto hand_step = [&] { by_hand = hand.step(images.data_ptr<float>(), labels.data_ptr<std::int64_t>()); };
  for (int i = 0; i < 20; ++i) {
    step();
    hand_step();
    if (std::abs(ours - by_hand) > 1e-4f) std::exit((std::printf("losses differ: %g and %g\n", ours, by_hand), 1));
  }
  bench::run("training step of the network 784-50-20-10, batch " + std::to_string(batch),
             {{"by hand", hand_step}, {"xgrad", step}});
}

}  // namespace

int main() {
  scalar_chain();
  for (std::int64_t batch : {1, 64, 512}) training_step(batch);
}
