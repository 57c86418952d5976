/// Elements in another order.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/scalar.hpp>

#include <span>

namespace xgrad::kernels {

/// x with the dimensions `reversed[d]` backwards, as a view.
Array backwards(const Array& x, const std::vector<bool>& reversed);
/// x moved by `shift` along `dim`, around the end; a new packed array.
Array roll(const Array& x, std::int64_t shift, std::int64_t dim);
/// Writes arrays, which have out's sizes but along `dim`, one after another along that. They may be of other dtypes.
void concatenate(const Array& out, std::span<const Array* const> parts, std::int64_t dim);
/// x with pad[2k] elements of `value` before and pad[2k + 1] after the k-th dimension from the end; negative numbers
/// cut off.
Array frame(const Array& x, IntArrayRef pad, Scalar value);
/// The matrices of x with zeros above (`lower`) or below the diagonal.
Array triangle(const Array& x, std::int64_t diagonal, bool lower, const Array* out);
/// The diagonal of the dimensions a and b as a view, last.
Array diagonal(const Array& x, std::int64_t offset, std::int64_t a, std::int64_t b);
/// Windows as a view, in a new last dimension.
Array windows(const Array& x, std::int64_t dim, std::int64_t size, std::int64_t step);

}  // namespace xgrad::kernels
