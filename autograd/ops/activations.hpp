/// Activations beyond relu, sigmoid, tanh and softmax (nonlinear.hpp).
///
/// All take floating tensors (threshold, hardtanh and relu6 integers too) and throw NotImplementedError for others.
/// A trailing underscore changes the first argument in place.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <string_view>

namespace xgrad {

/// y = min(max(x, 0), 6)             dx = g where 0 < x < 6
Tensor relu6(const Tensor& x);
Tensor& relu6_(Tensor& x);
/// y = min(max(x, min_val), max_val) dx = g where min_val < x < max_val
Tensor hardtanh(const Tensor& x, Scalar min_val = -1, Scalar max_val = 1);
Tensor& hardtanh_(Tensor& x, Scalar min_val = -1, Scalar max_val = 1);
/// y = x > 0 ? x : slope·x           dx = x > 0 ? g : slope·g
Tensor leaky_relu(const Tensor& x, Scalar negative_slope = 0.01);
Tensor& leaky_relu_(Tensor& x, Scalar negative_slope = 0.01);
/// y = x > 0 ? x : w·x, where w has one number, or one for each channel (dimension 1)
///     dx = x > 0 ? g : w·g,  dw = Σ (x > 0 ? 0 : x·g)
Tensor prelu(const Tensor& x, const Tensor& weight);
/// leaky_relu with a slope drawn for every x ≤ 0, uniform on [lower, upper); outside of training, their mean.
Tensor rrelu(const Tensor& x, Scalar lower = 1. / 8, Scalar upper = 1. / 3, bool training = false,
             std::optional<Generator> generator = std::nullopt);
Tensor& rrelu_(Tensor& x, Scalar lower = 1. / 8, Scalar upper = 1. / 3, bool training = false,
               std::optional<Generator> generator = std::nullopt);
/// y = scale·(x > 0 ? x : alpha·(e^(input_scale·x) − 1))
Tensor elu(const Tensor& x, Scalar alpha = 1, Scalar scale = 1, Scalar input_scale = 1);
Tensor& elu_(Tensor& x, Scalar alpha = 1, Scalar scale = 1, Scalar input_scale = 1);
/// elu with alpha = 1.6732632423543772 and scale = 1.0507009873554805, which keep mean 0 and variance 1.
Tensor selu(const Tensor& x);
Tensor& selu_(Tensor& x);
/// y = x > 0 ? x : alpha·(e^(x/alpha) − 1)
Tensor celu(const Tensor& x, Scalar alpha = 1);
Tensor& celu_(Tensor& x, Scalar alpha = 1);
/// y = x·Φ(x), Φ the normal distribution function; with approximate = "tanh",
/// y = x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
Tensor gelu(const Tensor& x, std::string_view approximate = "none");
Tensor& gelu_(Tensor& x, std::string_view approximate = "none");
/// y = x·σ(x)                        dx = g·σ·(1 + x·(1 − σ))
Tensor silu(const Tensor& x);
Tensor& silu_(Tensor& x);
/// y = x·tanh(ln(1 + e^x))
Tensor mish(const Tensor& x);
Tensor& mish_(Tensor& x);
/// y = ln(1 + e^(beta·x)) / beta, and x where beta·x > threshold      dx = g·σ(beta·x)
Tensor softplus(const Tensor& x, Scalar beta = 1, Scalar threshold = 20);
/// y = ln σ(x)                       dx = g·σ(−x)
Tensor log_sigmoid(const Tensor& x);
/// y = x − lambd above lambd, x + lambd below −lambd, 0 between       dx = g outside
Tensor softshrink(const Tensor& x, Scalar lambd = 0.5);
/// y = |x| ≤ lambd ? 0 : x           dx = g outside
Tensor hardshrink(const Tensor& x, Scalar lambd = 0.5);
/// y = min(max(x + 3, 0), 6) / 6     dx = g/6 where −3 < x < 3
Tensor hardsigmoid(const Tensor& x);
Tensor& hardsigmoid_(Tensor& x);
/// y = x·min(max(x + 3, 0), 6) / 6   dx = g·(x/3 + 1/2) where −3 ≤ x < 3, g above
Tensor hardswish(const Tensor& x);
Tensor& hardswish_(Tensor& x);
/// y = x ≤ threshold ? value : x     dx = x ≤ threshold ? 0 : g
Tensor threshold(const Tensor& x, Scalar threshold, Scalar value);
Tensor& threshold_(Tensor& x, Scalar threshold, Scalar value);
/// y = a·σ(b) for the two halves a and b of x along `dim`
Tensor glu(const Tensor& x, std::int64_t dim = -1);

}  // namespace xgrad
