/// Activations of one tensor with up to three numbers, and their slopes.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/generator.hpp>

namespace xgrad::kernels {

/// The formulas stand in autograd/ops/activations.hpp; a, b, c are their parameters in PyTorch's order.
enum class Activation {
  Gelu,
  GeluTanh,
  Silu,
  Mish,
  Softplus,  // beta, threshold
  LogSigmoid,
  Elu,        // alpha, scale, input_scale
  LeakyRelu,  // negative slope
  Hardtanh,   // low, high
  Hardsigmoid,
  Hardswish,
  Hardshrink,  // lambda
  Softshrink,  // lambda
  Square,      // and the next are losses of a difference
  Bowl,        // curvature, width, slope: curvature/2·x² where |x| < width, slope·(|x| − width/2) beyond
  Threshold    // threshold, value
};

struct ActivationCall {
  Activation f;
  double a = 0, b = 0, c = 0;
};

/// f(x) for floating x.
Array activation(const ActivationCall& call, const Array& x, const Array* out = nullptr);
/// g·f'(x). Hardtanh, and LeakyRelu with a slope that is not negative, give the same for f(x) instead of x.
Array activation_backward(const ActivationCall& call, const Array& g, const Array& x);
/// f(a − b), which may broadcast, and g·f'(a − b); all of one floating dtype.
Array activation_of_difference(const ActivationCall& call, const Array& a, const Array& b);
Array slope_of_difference(const ActivationCall& call, const Array& g, const Array& a, const Array& b);
/// x ≤ threshold ? value : x, for integers.
Array threshold_integers(const Array& x, std::int64_t threshold, std::int64_t value, const Array* out = nullptr);
/// Uniform on [low, high) where x ≤ 0, else 1: one draw of 53 bits each, in the order of indices. Floating x.
Array rrelu_slopes(const Array& x, double low, double high, Generator& generator);

}  // namespace xgrad::kernels
