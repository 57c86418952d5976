// Hooks of modules: what they see, what they may change, and that they go away.
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

namespace xgrad {
namespace {

using namespace kwargs;

Tensor vec(std::vector<double> values) { return tensor(values, kFloat64); }

nn::Linear doubling() {
  nn::Linear layer(2, 2, bias = false, dtype = kFloat64);
  nn::init::eye_(layer->weight);
  const NoGradGuard no_grad;
  layer->weight.mul_(2);
  return layer;
}

TEST(ModuleHooks, BeforeForwardSeesAndReplacesInputs) {
  nn::Linear layer = doubling();
  std::vector<Tensor> seen;
  auto handle = layer->register_forward_pre_hook([&](nn::ModuleBase& m, std::vector<Tensor>& inputs) {
    EXPECT_EQ(&m, layer.get());
    seen = inputs;
    inputs[0] = inputs[0] + 1;
  });
  const Tensor x = vec({1, 2});
  EXPECT_TRUE(equal(layer(x), vec({4, 6})));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(equal(seen[0], vec({1, 2})));
  EXPECT_TRUE(equal(x, vec({1, 2}))) << "the caller's tensor stays";
  handle.remove();
  handle.remove();
  EXPECT_TRUE(equal(layer(x), vec({2, 4})));
  EXPECT_FALSE(layer->has_hooks());
}

TEST(ModuleHooks, BehindForwardSeesBothAndReplacesOutputs) {
  nn::Linear layer = doubling();
  std::string order;
  auto first = layer->register_forward_hook(
      [&](nn::ModuleBase&, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
        order += "a";
        EXPECT_TRUE(equal(inputs.at(0), vec({1, 2})));
        outputs.at(0) = outputs[0] * 10;
      });
  layer->register_forward_hook([&](nn::ModuleBase&, const std::vector<Tensor>&, std::vector<Tensor>& outputs) {
    order += "b";
    EXPECT_TRUE(equal(outputs.at(0), vec({20, 40}))) << "what the first one left";
  });
  EXPECT_TRUE(equal(layer(vec({1, 2})), vec({20, 40})));
  EXPECT_EQ(order, "ab");
  first.remove();
  EXPECT_TRUE(layer->has_hooks());
}

TEST(ModuleHooks, ForwardByNameRunsNone) {
  nn::Linear layer = doubling();
  int calls = 0;
  layer->register_forward_pre_hook([&](nn::ModuleBase&, std::vector<Tensor>&) { ++calls; });
  layer->forward(vec({1, 2}));
  EXPECT_EQ(calls, 0);
  layer(vec({1, 2}));
  EXPECT_EQ(calls, 1);
}

TEST(ModuleHooks, InBackwardSeeAndReplaceGradients) {
  nn::Linear layer = doubling();
  std::vector<Tensor> of_inputs, of_outputs;
  layer->register_full_backward_hook(
      [&](nn::ModuleBase& m, std::vector<Tensor>& grad_input, const std::vector<Tensor>& grad_output) {
        EXPECT_EQ(&m, layer.get());
        of_inputs = grad_input;
        of_outputs = grad_output;
        grad_input[0] = grad_input[0] * 100;
      });
  const Tensor x = vec({1, 2}).requires_grad_();
  const Tensor y = layer(x * 1);
  y.backward(vec({1, 3}));
  ASSERT_EQ(of_outputs.size(), 1u);
  ASSERT_EQ(of_inputs.size(), 1u);
  EXPECT_TRUE(equal(of_outputs[0], vec({1, 3})));
  EXPECT_TRUE(equal(of_inputs[0], vec({2, 6})));
  EXPECT_TRUE(equal(x.grad(), vec({200, 600})));
  EXPECT_TRUE(equal(layer->weight.grad(), tensor({{1., 2.}, {3., 6.}}, kFloat64))) << "the weights' gradients stay";
}

TEST(ModuleHooks, InBackwardWithoutInputsThatTakeGradients) {
  nn::Linear layer = doubling();
  int calls = 0;
  layer->register_full_backward_hook(
      [&](nn::ModuleBase&, std::vector<Tensor>& grad_input, const std::vector<Tensor>& grad_output) {
        ++calls;
        EXPECT_FALSE(grad_input.at(0).defined());
        EXPECT_TRUE(equal(grad_output.at(0), vec({1, 1})));
      });
  layer(vec({1, 2})).sum().backward();
  EXPECT_EQ(calls, 1);
  const NoGradGuard no_grad;
  layer(vec({1, 2}));
  EXPECT_EQ(calls, 1);
}

TEST(ModuleHooks, WrongNumberOfGradientsThrows) {
  nn::Linear layer = doubling();
  layer->register_full_backward_hook(
      [&](nn::ModuleBase&, std::vector<Tensor>& grad_input, const std::vector<Tensor>&) { grad_input.clear(); });
  const Tensor y = layer(vec({1, 2}).requires_grad_() * 1).sum();
  EXPECT_THROW(y.backward(), Error);
}

TEST(ModuleHooks, OfSeveralInputsAndResults) {
  nn::MultiheadAttention attention(2, 1);
  std::size_t inputs_seen = 0, outputs_seen = 0, gradients_seen = 0;
  attention->register_forward_hook(
      [&](nn::ModuleBase&, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
        inputs_seen = inputs.size();
        outputs_seen = outputs.size();
      });
  attention->register_full_backward_hook(
      [&](nn::ModuleBase&, std::vector<Tensor>& grad_input, const std::vector<Tensor>&) {
        for (const Tensor& g : grad_input) gradients_seen += g.defined();
      });
  const Tensor q = randn({3, 1, 2}).requires_grad_(), k = randn({3, 1, 2}).requires_grad_();
  auto [y, weights] = attention(q * 1, k * 1, k * 2);
  y.sum().backward();
  EXPECT_EQ(inputs_seen, 3u);
  EXPECT_EQ(outputs_seen, 2u);
  EXPECT_EQ(gradients_seen, 3u);
  EXPECT_TRUE(k.grad().defined());
}

struct Net : nn::Module {
  nn::Linear layer = register_module("layer", doubling());
  Tensor forward(Tensor x) override { return layer(x); }
};

TEST(ModuleHooks, OfModelsTheirPartsAndContainers) {
  Net net;
  std::string order;
  net.register_forward_pre_hook([&](nn::ModuleBase&, std::vector<Tensor>&) { order += "net "; });
  net.layer->register_forward_hook(
      [&](nn::ModuleBase&, const std::vector<Tensor>&, std::vector<Tensor>&) { order += "layer "; });
  net(vec({1, 2}));
  EXPECT_EQ(order, "net layer ");

  order.clear();
  nn::Linear inner = doubling();
  nn::Sequential sequence(inner, nn::ReLU());
  inner->register_forward_hook([&](nn::ModuleBase&, const std::vector<Tensor>&, std::vector<Tensor>& outputs) {
    order += "inner ";
    outputs[0] = -outputs[0];
  });
  sequence->register_forward_hook(
      [&](nn::ModuleBase&, const std::vector<Tensor>&, std::vector<Tensor>&) { order += "sequence "; });
  EXPECT_TRUE(equal(sequence(vec({1, -2})), vec({0, 4})));
  EXPECT_EQ(order, "inner sequence ");
}

TEST(ModuleHooks, ACloneHasThemToo) {
  nn::Linear layer = doubling();
  int calls = 0;
  auto handle = layer->register_forward_pre_hook([&](nn::ModuleBase&, std::vector<Tensor>&) { ++calls; });
  const nn::Linear copy(std::dynamic_pointer_cast<nn::LinearImpl>(layer->clone()));
  handle.remove();
  layer(vec({1, 2}));
  EXPECT_EQ(calls, 0);
  copy(vec({1, 2}));
  EXPECT_EQ(calls, 1);
}

TEST(ModuleHooks, EmptyOnesAreRefused) {
  nn::Linear layer = doubling();
  EXPECT_THROW(layer->register_forward_pre_hook(nullptr), ValueError);
}

TEST(ModuleHooks, SeePackedSequencesAndStates) {
  using namespace nn::utils::rnn;
  const PackedSequence packed = pack_padded_sequence(randn({4, 2, 2}), tensor({4, 2}, kInt64));
  const Tensor h = zeros({1, 2, 3});
  nn::LSTM lstm(2, 3);
  std::vector<std::size_t> counts;
  lstm->register_forward_pre_hook([&](nn::ModuleBase&, std::vector<Tensor>& inputs) {
    counts.push_back(inputs.size());
    inputs[0] = zeros({6, 2});
  });
  lstm->register_forward_hook([&](nn::ModuleBase&, const std::vector<Tensor>&, std::vector<Tensor>& outputs) {
    counts.push_back(outputs.size());
    outputs[0] = outputs[0] + 1;
  });
  const PackedSequence y = std::get<0>(lstm(packed)), z = std::get<0>(lstm(packed, {h, h}));
  EXPECT_EQ(counts, (std::vector<std::size_t>{1, 3, 3, 3})) << "data; outputs, h, c; data, h, c";
  const Tensor first = std::get<0>(lstm->forward(zeros({1, 2, 2}))).squeeze(0) + 1;
  EXPECT_TRUE(allclose(y.data().narrow(0, 0, 2), first));
  EXPECT_TRUE(allclose(z.data().narrow(0, 0, 2), first));
}

}  // namespace
}  // namespace xgrad
