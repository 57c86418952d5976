/// A weight as direction and length.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// (Σ |v|^p)^(1/p) over all dimensions but `dim`, which stay with length 1; with dim = −1 over all, to one number.
Tensor norm_except_dim(const Tensor& v, std::int64_t p = 2, std::int64_t dim = 0);
/// g·v/|v| with the lengths of `norm_except_dim`
Tensor _weight_norm(const Tensor& v, const Tensor& g, std::int64_t dim = 0);

}  // namespace xgrad
