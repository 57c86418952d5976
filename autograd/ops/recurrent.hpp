/// Recurrent cells and layers.
///
/// Shapes: input x [B, in], state h [B, H], weights w_ih [gates·H, in] and w_hh [gates·H, H (or the projection)],
/// biases [gates·H] or undefined. Floating dtypes only. https://pytorch.org/docs/1.13/nn.html#recurrent-layers
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <tuple>
#include <vector>

namespace xgrad {

/// h' = tanh (or relu) of x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh
Tensor rnn_tanh_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
                     const Tensor& b_hh = {});
Tensor rnn_relu_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
                     const Tensor& b_hh = {});
/// (h', c') of (h, c): with i, f, g, o = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh, c' = σ(f)·c + σ(i)·tanh(g), h' =
/// σ(o)·tanh(c').
std::tuple<Tensor, Tensor> lstm_cell(const Tensor& x, TensorList hx, const Tensor& w_ih, const Tensor& w_hh,
                                     const Tensor& b_ih = {}, const Tensor& b_hh = {});
/// h' of h: with r, z, n of both products, h' = n + σ(z)·(h − n), n = tanh(x_n + σ(r)·h_n).
Tensor gru_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih = {},
                const Tensor& b_hh = {});

/// Whole layers over x [T, B, in] ([B, T, in] when batch_first) from states [layers·directions, B, H]. `params` holds,
/// for each layer and direction, w_ih, w_hh, (with has_biases) b_ih, b_hh, (with a projection) w_hr. Between layers,
/// while training, dropout. Returns the outputs of the last layer at every step, and the last states.
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& x, TensorList hx, TensorList params, bool has_biases,
                                        std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                                        bool batch_first);
std::tuple<Tensor, Tensor> gru(const Tensor& x, const Tensor& hx, TensorList params, bool has_biases,
                               std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                               bool batch_first);
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& x, const Tensor& hx, TensorList params, bool has_biases,
                                    std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first);
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& x, const Tensor& hx, TensorList params, bool has_biases,
                                    std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first);

/// The same over packed sequences: data [Σ lengths, in], step by step, the longest sequences first; `batch_sizes`
/// (int64) has the number of sequences that reach each step.
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes, TensorList hx, TensorList params,
                                        bool has_biases, std::int64_t num_layers, double dropout, bool train,
                                        bool bidirectional);
std::tuple<Tensor, Tensor> gru(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorList params,
                               bool has_biases, std::int64_t num_layers, double dropout, bool train,
                               bool bidirectional);
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorList params,
                                    bool has_biases, std::int64_t num_layers, double dropout, bool train,
                                    bool bidirectional);
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorList params,
                                    bool has_biases, std::int64_t num_layers, double dropout, bool train,
                                    bool bidirectional);

}  // namespace xgrad
