/// A product of two vectors through a stack of matrices.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// y[..., o] = Σ_{i, j} a[..., i]·weight[o, i, j]·b[..., j] + bias[o], for a and b of the same leading sizes.
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {});

}  // namespace xgrad
