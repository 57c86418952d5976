/// Attention without the matrix of weights: a block of rows of it exists at a time.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/generator.hpp>

#include <vector>

namespace xgrad::kernels {

/// softmax(scale·q·kᵀ + mask)·v for q [B, L, E], k [B, S, E], v [B, S, F] of one floating dtype, whose rows are packed.
struct Attention {
  const Array &q, &k, &v;
  const Array* mask = nullptr;  ///< of their dtype, [..., L, S] with B matrices or strides of 0; or null
  bool causal = false;          ///< row i sees columns up to i only
  double scale = 1;
  double dropout = 0;  ///< the probability of a weight to be zero

  std::int64_t batch() const { return q.size(0); }
  std::int64_t rows() const { return q.size(1); }
  std::int64_t columns() const { return k.size(1); }
};

/// Where each batch's draws of dropout begin; empty without dropout.
using DropoutDraws = std::vector<Intrusive<CPUGeneratorImpl>>;

struct AttentionForward {
  Array out;  ///< [B, L, F]
  Array lse;  ///< [B, L]: the logarithm of what the softmax divides by
  DropoutDraws draws;
};

/// Draws of dropout are those of a packed [B, L, S].
AttentionForward attention(const Attention& call, Generator& generator);

struct AttentionGrads {
  Array q, k, v;
};

AttentionGrads attention_backward(const Array& g, const Attention& call, const AttentionForward& forward);

/// 1/(1 − p) or 0 for each weight, packed [B, L, S]: what the two above drew.
Array attention_noise(const Attention& call, const DropoutDraws& draws);

}  // namespace xgrad::kernels
