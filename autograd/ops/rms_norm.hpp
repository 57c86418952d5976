/// Normalisation by the root of the mean square.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <optional>

namespace xgrad {

/// y = x/√(mean of x² + eps)·weight over the last dimensions, which have this shape; weight has it too, or is
/// undefined. Without eps, that of x's dtype: the distance from 1 to the next number. Floating x. (PyTorch 2.4.)
Tensor rms_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight = {},
                std::optional<double> eps = std::nullopt);

}  // namespace xgrad
