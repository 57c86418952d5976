// Recurrent cells and layers.
#include <xgrad/autograd/ops/recurrent.hpp>

#include "samples.hpp"

namespace xgrad::op_table {
namespace {

using L = TensorList;
using B = bool;
using N = std::int64_t;

constexpr const char* kFixedDims = "the numbers of dimensions are fixed";

/// w_ih, w_hh, b_ih, b_hh, (w_hr) of every layer and direction.
std::vector<Tensor> weights(N gates, N in, N hidden, N layers, N directions, bool biases, N projection = 0,
                            ScalarType dtype = kFloat64) {
  std::vector<Tensor> out;
  const N state = projection ? projection : hidden;
  std::int64_t seed = 1;
  for (N layer = 0; layer < layers; ++layer) {
    for (N d = 0; d < directions; ++d) {
      out.push_back(t({gates * hidden, layer ? state * directions : in}, dtype, seed++));
      out.push_back(t({gates * hidden, state}, dtype, seed++));
      if (biases) {
        out.push_back(t({gates * hidden}, dtype, seed++));
        out.push_back(t({gates * hidden}, dtype, seed++));
      }
      if (projection) out.push_back(t({projection, hidden}, dtype, seed++));
    }
  }
  return out;
}

/// Samples of a cell: x, state (a list for the LSTM), w_ih, w_hh, and with or without biases.
Samples cell_samples(N gates, bool two_states) {
  const auto sample = [&](N batch, N in, N hidden, bool biases, ScalarType dtype) {
    const std::vector<Tensor> w = weights(gates, in, hidden, 1, 1, biases, 0, dtype);
    Values v{t({batch, in}, dtype, 5)};
    const Tensor h = t({batch, hidden}, dtype, 6);
    v.push_back(two_states ? list({h, t({batch, hidden}, dtype, 7)}) : Value(h));
    for (const Tensor& x : w) v.push_back(x);
    return Sample(v);
  };
  Samples out{sample(2, 3, 2, true, kFloat64), sample(1, 1, 1, true, kFloat64), sample(2, 3, 2, false, kFloat64),
              sample(2, 3, 2, true, kFloat32), sample(0, 3, 2, true, kFloat64)};
  out.push_back(rough(sample(33, 31, 37, true, kFloat64)));
  Sample bad = sample(2, 3, 2, true, kFloat64);
  bad.in[0] = t({2, 4});
  out.push_back(bad);
  Sample nan = rough(sample(2, 3, 2, true, kFloat64));
  nan.in[0] = m({{kNaN, 1, 2}, {kInf, 0.5, 1}});
  out.push_back(nan);
  return out;
}

/// Samples of a whole layer: x, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first.
Samples layer_samples(N gates, bool two_states) {
  const auto sample = [&](D x, N hidden, N layers, bool both, bool biases, bool batch_first, N projection,
                          ScalarType dtype) {
    const N directions = both ? 2 : 1, batch = x[batch_first ? 0 : 1], state = projection ? projection : hidden;
    const Tensor h = t({layers * directions, batch, state}, dtype, 6);
    return Sample(Values{t(x, dtype, 5),
                         two_states ? list({h, t({layers * directions, batch, hidden}, dtype, 7)}) : Value(h),
                         list(weights(gates, x[2], hidden, layers, directions, biases, projection, dtype)), biases,
                         layers, 0.0, false, both, batch_first});
  };
  Samples out{
      sample({3, 2, 2}, 2, 1, false, true, false, 0, kFloat64), sample({3, 2, 2}, 2, 2, true, true, false, 0, kFloat64),
      sample({2, 3, 2}, 2, 2, false, false, true, 0, kFloat64), sample({1, 1, 1}, 1, 1, true, true, true, 0, kFloat64),
      sample({3, 2, 2}, 2, 1, false, true, false, 0, kFloat32)};
  if (two_states) {
    out.push_back(sample({3, 2, 2}, 3, 2, true, true, false, 2, kFloat64));
    // A mistake of 0.1 % in one of several steps is less than slopes can tell; PyTorch's derivatives can.
    out = rough(std::move(out)) + Samples{sample({1, 2, 2}, 2, 1, false, true, false, 0, kFloat64)};
  }
  out.push_back(rough(sample({5, 31, 13}, 11, 2, true, true, false, 0, kFloat64)));
  // Smaller, or every step is saturated and its derivative lost.
  for (Sample& s : out) {
    const double scale = s.in[0].get<Tensor>().numel() > 100 ? 0.2 : 0.5;
    each_tensor(s.in, [scale](Tensor& x) { x = x * scale; });
  }
  return out;
}

/// Samples over packed sequences: data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional.
Samples packed_samples(N gates, bool two_states) {
  const auto sample = [&](std::vector<std::int64_t> sizes, N in, N hidden, N layers, bool both, bool biases) {
    N rows = 0;
    for (const N n : sizes) rows += n;
    const N directions = both ? 2 : 1;
    const Tensor h = t({layers * directions, sizes[0], hidden}, kFloat64, 6);
    return Sample(Values{t({rows, in}, kFloat64, 5), tensor(sizes, kInt64),
                         two_states ? list({h, t({layers * directions, sizes[0], hidden}, kFloat64, 7)}) : Value(h),
                         list(weights(gates, in, hidden, layers, directions, biases)), biases, layers, 0.0, false,
                         both});
  };
  Samples out{sample({3, 2, 2, 1}, 2, 2, 1, false, true), sample({3, 1}, 2, 2, 2, true, true),
              sample({2, 2}, 2, 2, 1, true, false)};
  if (two_states) out = rough(std::move(out)) + Samples{sample({2}, 2, 2, 1, false, true)};  // as above
  return out;
}

bool has_nan(const Sample& s) { return isnan(s.in[0].get<Tensor>()).any().item<bool>(); }

constexpr unsigned kNoLayers = kEmpty | kZeroDim | kBig | kSpecial | kSingle | kIntegers | kBools | kError | kMixed;
constexpr const char* kElsewhere = "the cells and the dense layers show it";

}  // namespace

OP_FAMILY(recurrent) {
  const unsigned fixed = kZeroDim | kIntegers | kBools | kMixed;
  return {
      row(
          "rnn_tanh_cell", [](T x, T h, T a, T b, T c, T d) { return rnn_tanh_cell(x, h, a, b, c, d); },
          cell_samples(1, false))
          .without(fixed, kFixedDims),
      row(
          "rnn_relu_cell", [](T x, T h, T a, T b, T c, T d) { return rnn_relu_cell(x, h, a, b, c, d); },
          differ_where(has_nan, cell_samples(1, false), "Second derivatives at NaN", Compared::FirstDerivatives))
          .without(fixed, kFixedDims),
      row(
          "lstm_cell", [](T x, L h, T a, T b, T c, T d) { return lstm_cell(x, h, a, b, c, d); }, cell_samples(4, true))
          .without(fixed, kFixedDims),
      row(
          "gru_cell", [](T x, T h, T a, T b, T c, T d) { return gru_cell(x, h, a, b, c, d); }, cell_samples(3, false))
          .without(fixed, kFixedDims),
      row(
          "lstm.input",
          [](T x, L h, L w, B b, N n, double p, B train, B both, B first) {
            return lstm(x, h, w, b, n, p, train, both, first);
          },
          layer_samples(4, true))
          .tolerance(1e-12, 1e-5)  // so that a mistake in one step shows
          .without(kEmpty | kZeroDim | kSpecial | kIntegers | kBools | kError | kMixed, kElsewhere),
      row(
          "gru.input",
          [](T x, T h, L w, B b, N n, double p, B train, B both, B first) {
            return gru(x, h, w, b, n, p, train, both, first);
          },
          layer_samples(3, false))
          .tolerance(1e-12, 1e-5)  // so that a mistake in one step shows
          .without(kEmpty | kZeroDim | kSpecial | kIntegers | kBools | kError | kMixed, kElsewhere),
      row(
          "rnn_tanh.input",
          [](T x, T h, L w, B b, N n, double p, B train, B both, B first) {
            return rnn_tanh(x, h, w, b, n, p, train, both, first);
          },
          layer_samples(1, false))
          .tolerance(1e-12, 1e-5)  // so that a mistake in one step shows
          .without(kEmpty | kZeroDim | kSpecial | kIntegers | kBools | kError | kMixed, kElsewhere),
      row(
          "rnn_relu.input",
          [](T x, T h, L w, B b, N n, double p, B train, B both, B first) {
            return rnn_relu(x, h, w, b, n, p, train, both, first);
          },
          layer_samples(1, false))
          .tolerance(1e-12, 1e-5)  // so that a mistake in one step shows
          .without(kEmpty | kZeroDim | kSpecial | kIntegers | kBools | kError | kMixed, kElsewhere),
      row(
          "lstm.data",
          [](T x, T s, L h, L w, B b, N n, double p, B train, B both) {
            return lstm(x, s, h, w, b, n, p, train, both);
          },
          packed_samples(4, true))
          .without(kNoLayers & ~(kIntegers | kMixed), kElsewhere),
      row(
          "gru.data",
          [](T x, T s, T h, L w, B b, N n, double p, B train, B both) { return gru(x, s, h, w, b, n, p, train, both); },
          packed_samples(3, false))
          .without(kNoLayers & ~(kIntegers | kMixed), kElsewhere),
      row(
          "rnn_tanh.data",
          [](T x, T s, T h, L w, B b, N n, double p, B train, B both) {
            return rnn_tanh(x, s, h, w, b, n, p, train, both);
          },
          packed_samples(1, false))
          .without(kNoLayers & ~(kIntegers | kMixed), kElsewhere),
      row(
          "rnn_relu.data",
          [](T x, T s, T h, L w, B b, N n, double p, B train, B both) {
            return rnn_relu(x, s, h, w, b, n, p, train, both);
          },
          packed_samples(1, false))
          .without(kNoLayers & ~(kIntegers | kMixed), kElsewhere),
  };
}

}  // namespace xgrad::op_table
