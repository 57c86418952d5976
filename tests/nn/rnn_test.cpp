// Recurrent layers against PyTorch's, from one seed: scripts/goldens/recurrent.py wrote the numbers.
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace xgrad {
namespace {

using namespace kwargs;
using nlohmann::json;

const json& golden(const std::string& name) {
  static const json all = json::parse(std::ifstream(XGRAD_SOURCE_DIR "/tests/data/recurrent_golden.json"));
  return all.at(name);
}

void expect_near(const Tensor& x, const json& expected, const std::string& what, double tolerance = 1e-6) {
  const std::vector<double> values = x.to(kFloat64).contiguous().to_vector<double>();
  ASSERT_EQ(values.size(), expected.size()) << what;
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], expected[i].get<double>(), tolerance) << what << " " << i;
}

/// Weights to the bit, and how the module prints.
template <class M>
void expect_same_module(M& module, const json& g) {
  std::ostringstream text;
  text << module;
  EXPECT_EQ(text.str(), g.at("repr").get<std::string>());
  const auto parameters = module->parameters();
  ASSERT_EQ(parameters.size(), g.at("weights").size());
  for (std::size_t i = 0; i < parameters.size(); ++i) expect_near(parameters[i], g["weights"][i], "weight", 0);
}

std::vector<Tensor> list_of(const Tensor& h) { return {h}; }
std::vector<Tensor> list_of(const std::tuple<Tensor, Tensor>& s) { return {std::get<0>(s), std::get<1>(s)}; }

template <class S>
void expect_states(const S& states, const json& expected, const char* what) {
  const std::vector<Tensor> all = list_of(states);
  ASSERT_EQ(all.size(), expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) expect_near(all[i], expected[i], what);
}

template <class M>
void check_layer(const std::string& name, M module, bool packs = true) {
  SCOPED_TRACE(name);
  const json& g = golden(name);
  expect_same_module(module, g);
  const Tensor x = linspace(-1, 1, 30).view({5, 2, 3});
  auto [y, states] = module(x);
  expect_near(y, g.at("output"), "output");
  expect_states(states, g.at("states"), "state");
  y.sum().backward();
  const auto named = module->named_parameters();
  std::size_t i = 0;
  for (const auto& [key, p] : named) {
    EXPECT_EQ(key, g["names"][i].template get<std::string>());
    expect_near(p.grad(), g["gradients"][i++], "gradient of " + key, 2e-5);
  }
  if (!packs) return;
  using namespace nn::utils::rnn;
  auto [packed, last] =
      module->forward_with_packed_input(pack_padded_sequence(x, tensor({3, 5}, kInt64), false, false));
  expect_near(std::get<0>(pad_packed_sequence(packed)), g.at("packed"), "packed output");
  expect_states(last, g.at("packed_states"), "packed state");
}

template <class M, class... A>
M seeded(A... arguments) {
  manual_seed(0);
  return M(arguments...);
}

TEST(Recurrent, LayersEqualPyTorchs) {
  check_layer("LSTM", seeded<nn::LSTM>(3, 4, num_layers = 2, bidirectional = true));
  check_layer("LSTM.projected", seeded<nn::LSTM>(3, 4, proj_size = 2));
  check_layer("LSTM.batch_first", seeded<nn::LSTM>(nn::LSTMOptions(3, 4).batch_first(true).bias(false)), false);
  check_layer("GRU", seeded<nn::GRU>(3, 4, num_layers = 2, bidirectional = true));
  check_layer("RNN", seeded<nn::RNN>(3, 4, num_layers = 2));
  check_layer("RNN.relu", seeded<nn::RNN>(nn::RNNOptions(3, 4).nonlinearity(kReLU)));
}

TEST(Recurrent, CellsEqualPyTorchs) {
  const Tensor x = linspace(-1, 1, 6).view({2, 3});
  const auto check = [&](const char* name, auto cell) {
    SCOPED_TRACE(name);
    expect_same_module(cell, golden(name));
    expect_states(cell(x), golden(name).at("states"), "state");
    EXPECT_EQ(list_of(cell(x[0]))[0].sizes(), Dims{4});
  };
  check("LSTMCell", seeded<nn::LSTMCell>(3, 4));
  check("GRUCell", seeded<nn::GRUCell>(3, 4, bias = false));
  check("RNNCell", seeded<nn::RNNCell>(3, 4, true, nonlinearity = "relu"));
}

TEST(Recurrent, OneSequenceNeedsNoBatch) {
  nn::LSTM lstm(3, 4);
  const Tensor x = randn({5, 3});
  auto [y, states] = lstm(x);
  auto [batched, more] = lstm(x.unsqueeze(1));
  EXPECT_TRUE(equal(y, batched.squeeze(1)));
  EXPECT_EQ(std::get<0>(states).sizes(), (Dims{1, 4}));
}

TEST(Recurrent, Errors) {
  const auto message = [](auto f) -> std::string {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  };
  nn::GRU gru(3, 4);
  EXPECT_EQ(message([&] {
              gru(randn({5, 2, 7}));
            }).find("input.size(-1) must be equal to input_size. Expected 3, got 7"),
            0u);
  EXPECT_EQ(message([&] { gru(randn({5})); }).find("GRU: Expected input to be 2-D or 3-D but received 1-D tensor"), 0u);
  const auto states = [](Tensor h, Tensor c) { return std::tuple(h, c); };
  nn::LSTM lstm(3, 4);
  const Tensor x = randn({5, 3, 3}), right = zeros({1, 3, 4}), wrong = zeros({1, 2, 4});
  const nn::utils::rnn::PackedSequence packed = nn::utils::rnn::pack_padded_sequence(x, tensor({5, 3, 1}, kInt64));
  const auto first_line = [&](auto f) {
    const std::string text = message(f);
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(first_line([&] { lstm(x, states(wrong, right)); }), "Expected hidden[0] size (1, 3, 4), got [1, 2, 4]");
  EXPECT_EQ(first_line([&] { lstm(x, states(right, wrong)); }), "Expected hidden[1] size (1, 3, 4), got [1, 2, 4]");
  EXPECT_EQ(first_line([&] { lstm(packed, states(wrong, right)); }),
            "Expected hidden[0] size (1, 3, 4), got [1, 2, 4]");
  EXPECT_EQ(first_line([&] { gru(x, wrong); }), "Expected hidden size (1, 3, 4), got [1, 2, 4]");
  EXPECT_EQ(first_line([&] { gru(packed, wrong); }), "Expected hidden size (1, 3, 4), got [1, 2, 4]");
  EXPECT_EQ(first_line([&] { lstm(x[0], states(right, right)); }),
            "For unbatched 2-D input, hx and cx should also be 2-D but got (3-D, 3-D) tensors");
  EXPECT_EQ(first_line([&] { lstm(x, states(right[0], right)); }),
            "For batched 3-D input, hx and cx should also be 3-D but got (2-D, 3-D) tensors");
  EXPECT_EQ(message([] { nn::LSTM(3, 4, proj_size = 5); }), "proj_size has to be smaller than hidden_size");
  EXPECT_EQ(message([] {
              nn::utils::rnn::pack_padded_sequence(zeros({5, 2, 3}), tensor({3, 5}, kInt64));
            }).find("`lengths` array must be sorted in decreasing order"),
            0u);
}

TEST(Recurrent, PackingIsUndoneByPadding) {
  using namespace nn::utils::rnn;
  const std::vector<Tensor> sequences{arange(2).to(kFloat32), arange(4).to(kFloat32), arange(3).to(kFloat32)};
  const PackedSequence packed = pack_sequence(sequences, false);
  EXPECT_EQ(packed.batch_sizes().to_vector<std::int64_t>(), (std::vector<std::int64_t>{3, 3, 2, 1}));
  auto [padded, lengths] = pad_packed_sequence(packed, true, -1);
  EXPECT_EQ(lengths.to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 4, 3}));
  EXPECT_TRUE(equal(padded, pad_sequence(sequences, true, -1)));
}

}  // namespace
}  // namespace xgrad
