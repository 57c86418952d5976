/// Draws into arrays: PyTorch's CPU algorithms, equal to it in every bit and in what they take from the stream.
///
/// All of them lock the generator, write non-contiguous arrays in the order of their memory (PyTorch's order), and
/// throw PyTorch's errors for dtypes and arguments. An array whose elements share memory (an expanded one) is refused.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/generator.hpp>

#include <cstdint>
#include <optional>

namespace xgrad::kernels {

/// u · (to - from) + from with u uniform in [0, 1): 24 bits of one draw for float32, 53 bits of two for float64.
void uniform_(Array& out, double from, double to, Generator& generator);

/// Box-Muller: sqrt(-2 log(1 - u)) · cos or sin (2 pi v), times `std` plus `mean`. From 16 contiguous elements on it is
/// done in blocks of 16 in the array's own precision; otherwise one by one in double, where the generator keeps the
/// sine for the next call.
void normal_(Array& out, double mean, double std, Generator& generator);

/// Integers from 0 to the dtype's largest; to 2^24 for float32, 2^53 for float64; both values for bool.
void random_(Array& out, Generator& generator);

/// Integers from `from` up to, not including, `to` (for float types narrowed to what they can hold exactly). Without
/// `to`, up to the dtype's largest integer.
void random_from_to(Array& out, std::int64_t from, std::optional<std::int64_t> to, Generator& generator);

/// 1 with probability p, else 0, in any dtype.
void bernoulli_(Array& out, double p, Generator& generator);
/// The same with a probability for each element: `p` is float32 or float64 and broadcasts to `out`.
void bernoulli_(Array& out, const Array& p, Generator& generator);

/// -log(1 - u) / lambda.
void exponential_(Array& out, double lambda, Generator& generator);

/// 0 ... n - 1 shuffled, in any dtype but bool.
Array randperm(std::int64_t n, ScalarType dtype, Generator& generator);

/// `samples` draws of 0 ... n - 1 with replacement, each with the probability that w gives it (once divided by the
/// sum); w is a packed vector of n weights, or a matrix with such rows. int64.
Array multinomial(const Array& w, std::int64_t samples, Generator& generator);

}  // namespace xgrad::kernels
