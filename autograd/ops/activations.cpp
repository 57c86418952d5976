#include <xgrad/autograd/kernels/activation.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/activations.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <cmath>
#include <limits>

namespace xgrad {

using kernels::Activation;
using kernels::ActivationCall;

namespace {

constexpr double kSeluAlpha = 1.6732632423543772848170429916717, kSeluScale = 1.0507009873554804934193349852946;

void check_floating(const char* op, const Tensor& x) {
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", op, x.dtype());
}

/// f''(x) of gelu: with φ the normal density, φ·(2 − x²)
Tensor gelu_curvature(const Tensor& x) {
  const Tensor square = x * x;
  return exp(square * -0.5) * 0.39894228040143267794 * (2 - square);
}

/// With u the argument of the hyperbolic tangent and t its value: (1 − t²)·(u' + x/2·(u'' − 2·t·u'²))
Tensor gelu_tanh_curvature(const Tensor& x) {
  constexpr double kInner = 0.79788456080286535588, kCubic = 0.044715;
  const Tensor t = tanh((x + x * x * x * kCubic) * kInner), rise = (x * x * (3 * kCubic) + 1) * kInner;
  return (1 - t * t) * (rise + x * 0.5 * (x * (6 * kCubic * kInner) - t * rise * rise * 2));
}

/// With s = σ(x): s·(1 − s)·(2 + x·(1 − 2s))
Tensor silu_curvature(const Tensor& x) {
  const Tensor s = sigmoid(x);
  return s * (1 - s) * (x * (1 - s * 2) + 2);
}

/// With t = tanh(ln(1 + e^x)) and s = σ(x): (1 − t²)·s·(2 + x·(1 − s − 2·t·s))
Tensor mish_curvature(const Tensor& x) {
  const Tensor t = tanh(log1p(exp(x))), s = sigmoid(x);
  return (1 - t * t) * s * (x * (1 - s - t * s * 2) + 2);
}

/// f''(x); undefined where f is made of straight lines.
Tensor curvature(const ActivationCall& call, const Tensor& x) {
  switch (call.f) {
    case Activation::Gelu:
      return gelu_curvature(x);
    case Activation::GeluTanh:
      return gelu_tanh_curvature(x);
    case Activation::Silu:
      return silu_curvature(x);
    case Activation::Mish:
      return mish_curvature(x);
    case Activation::Softplus: {
      const Tensor z = x * call.a, s = sigmoid(z);
      return where(z > call.b, 0., s * (1 - s) * call.a);
    }
    case Activation::LogSigmoid: {
      const Tensor s = sigmoid(x);
      return s * (s - 1);
    }
    case Activation::Elu:
      return where(x >= 0, 0., exp(x * call.c) * (call.a * call.b * call.c * call.c));
    case Activation::Hardswish:
      return where(logical_and(x > -3, x < 3), Scalar(1. / 3), Scalar(0.)).to(x.dtype());
    default:
      return {};
  }
}

/// g·f'(x)                           dg = h·f'(x), dx = h·g·f''(x)
Tensor activation_backward(const ActivationCall& call, const Tensor& g, const Tensor& x) {
  return differentiable<"ActivationBackwardBackward0">(
      inputs(g, x), {}, [&](const Array*) { return kernels::activation_backward(call, g.array(), x.array()); },
      [](Save& s) {
        s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [call](const Saved& s, const Tensor& h) -> Grads {
        const Tensor bend = s.needs(1) ? curvature(call, s.input(1)) : Tensor();
        return {s.needs(0) ? activation_backward(call, h, s.input(1)) : Tensor(),
                bend.defined() ? h * s.input(0) * bend : Tensor()};
      });
}

/// f(x) in x's dtype; `kernel` is PyTorch's name of it.
template <FixedString Name>
Tensor activate(const char* kernel, const ActivationCall& call, const Tensor& x, Into into) {
  check_floating(kernel, x);
  for (const double number : {call.a, call.b, call.c}) kernels::check_held(number, x.dtype());
  // What can be had from the result is: an in-place operation then needs no copy of x.
  const bool from_result =
      into.self() && (call.f == Activation::Hardtanh || (call.f == Activation::LeakyRelu && call.a >= 0));
  return differentiable<Name>(
      inputs(x), into, [&](const Array* out) { return kernels::activation(call, x.array(), out); },
      [from_result](Save& s) { from_result ? s.output() : s.input(0); },
      [call, from_result](const Saved& s, const Tensor& g) -> Grads {
        return {activation_backward(call, g, from_result ? s.output() : s.input(0))};
      });
}

ActivationCall call_of(Activation f, Scalar a = 0, Scalar b = 0, Scalar c = 0) {
  return {f, a.toDouble(), b.toDouble(), c.toDouble()};
}

Tensor hardtanh(const Tensor& x, Scalar low, Scalar high, Into into) {
  check(x.dtype() != kBool, "Bool inputs not supported for hardtanh");
  told(low, high);
  if (x.is_floating_point()) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(),
                     kInfinity = std::numeric_limits<double>::infinity();
    const bool unordered = std::isnan(low.toDouble()) || std::isnan(high.toDouble());  // then nothing is within
    const ActivationCall call =
        unordered ? call_of(Activation::Threshold, kInfinity, kNaN) : call_of(Activation::Hardtanh, low, high);
    return activate<"HardtanhBackward0">("hardtanh", call, x, into);
  }
  check(x.dtype() != kUInt8 || (low.toLong() >= 0 && high.toLong() >= 0),
        "cannot do hardtanh on an unsigned type with negative limits");
  return differentiable<"HardtanhBackward0">(
      inputs(x), into,
      [&](const Array* out) { return kernels::clamp(x.array(), Scalar(low.toLong()), Scalar(high.toLong()), out); },
      no_save, [](const Saved&, const Tensor& g) -> Grads { return {g}; });
}

Tensor threshold(const Tensor& x, Scalar limit, Scalar value, Into into) {
  told(limit, value);
  if (x.is_floating_point() || x.dtype() == kBool) {
    return activate<"ThresholdBackward0">("threshold_cpu", call_of(Activation::Threshold, limit, value), x, into);
  }
  for (const Scalar& number : {limit, value}) kernels::check_held(number, x.dtype());
  return differentiable<"ThresholdBackward0">(
      inputs(x), into,
      [&](const Array* out) { return kernels::threshold_integers(x.array(), limit.toLong(), value.toLong(), out); },
      no_save, [](const Saved&, const Tensor& g) -> Grads { return {g}; });
}

Tensor leaky_relu(const Tensor& x, Scalar slope, Into into) {
  told(slope);
  return activate<"LeakyReluBackward0">("leaky_relu_cpu", call_of(Activation::LeakyRelu, slope), x, into);
}

Tensor elu(const Tensor& x, Scalar alpha, Scalar scale, Scalar input_scale, Into into) {
  told(alpha, scale, input_scale);
  return activate<"EluBackward0">("elu_cpu", call_of(Activation::Elu, alpha, scale, input_scale), x, into);
}

Tensor celu(const Tensor& x, Scalar alpha, Into into) {
  check(alpha.toDouble() != 0, "ZeroDivisionError: alpha cannot be 0 for CELU");
  told(alpha);
  return activate<"CeluBackward0">("elu_cpu", call_of(Activation::Elu, alpha, 1, 1 / alpha.toDouble()), x, into);
}

Tensor gelu(const Tensor& x, std::string_view approximate, Into into) {
  check(approximate == "none" || approximate == "tanh", "approximate argument must be either none or tanh.");
  const Activation f = approximate == "tanh" ? Activation::GeluTanh : Activation::Gelu;
  told(approximate);
  return activate<"GeluBackward0">("GeluKernelImpl", {f}, x, into);
}

/// x > 0 ? x : w·x                   dx = x > 0 ? g : w·g, dw = x > 0 ? 0 : x·g
Tensor sloped(const Tensor& x, const Tensor& w) {
  return differentiable<"PreluBackward0">(
      inputs(x, w), {},
      [&](const Array*) { return kernels::binary(kernels::Binary::Prelu, x.array(), w.array(), x.dtype()); },
      [](Save& s) {
        s.input(0);
        if (s.needed(0)) s.input(1);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        return {s.needs(0) ? where(x > 0, g, s.input(1) * g) : Tensor(),
                s.needs(1) ? where(x > 0, 0., x * g) : Tensor()};
      });
}

Tensor rrelu(const Tensor& x, Scalar lower, Scalar upper, bool training, const std::optional<Generator>& generator,
             Into into) {
  check(lower.toDouble() <= upper.toDouble(), "Lower bound should be less than or equal to the upper bound");
  if (!training) return leaky_relu(x, (lower.toDouble() + upper.toDouble()) / 2, into);
  check_floating("rrelu_with_noise_out_cpu", x);
  for (const Scalar& bound : {lower, upper}) kernels::check_held(bound, x.dtype());
  check(upper.toDouble() - lower.toDouble() <= std::numeric_limits<double>::max(),
        "rrelu draws from [lower, upper), which is too wide: [{}, {})", lower.toDouble(), upper.toDouble());
  Generator stream = generator.value_or(default_generator());
  const Tensor slopes(kernels::rrelu_slopes(x.array(), lower.toDouble(), upper.toDouble(), stream));
  return differentiable<"RreluWithNoiseBackward0">(
      inputs(x), into,
      [&](const Array* out) {
        // In the order of the draws, which is that of the result.
        return kernels::binary(kernels::Binary::Mul, slopes.array(), x.array(), x.dtype(), out);
      },
      [&](Save& s) { s.tensor(slopes); }, [](const Saved& s, const Tensor& g) -> Grads { return {g * s.tensor(0)}; });
}

}  // namespace

#define XGRAD_FORMS(NAME, PARAMETERS, ...)                                        \
  Tensor NAME(const Tensor& x PARAMETERS) { return NAME(x, __VA_ARGS__ Into()); } \
  Tensor& NAME##_(Tensor& x PARAMETERS) { return NAME(x, __VA_ARGS__ Into::in_place(x)), x; }
#define XGRAD_SIMPLE(NAME, NODE, KERNEL, FORMULA)                                       \
  Tensor NAME(const Tensor& x) { return activate<NODE>(KERNEL, {FORMULA}, x, Into()); } \
  Tensor& NAME##_(Tensor& x) { return activate<NODE>(KERNEL, {FORMULA}, x, Into::in_place(x)), x; }
#define XGRAD_COMMA ,

XGRAD_FORMS(hardtanh, XGRAD_COMMA Scalar low XGRAD_COMMA Scalar high, low, high, )
XGRAD_FORMS(leaky_relu, XGRAD_COMMA Scalar slope, slope, )
XGRAD_FORMS(elu, XGRAD_COMMA Scalar alpha XGRAD_COMMA Scalar scale XGRAD_COMMA Scalar input_scale, alpha, scale,
            input_scale, )
XGRAD_FORMS(celu, XGRAD_COMMA Scalar alpha, alpha, )
XGRAD_FORMS(gelu, XGRAD_COMMA std::string_view approximate, approximate, )
XGRAD_FORMS(threshold, XGRAD_COMMA Scalar limit XGRAD_COMMA Scalar value, limit, value, )
XGRAD_SIMPLE(silu, "SiluBackward0", "silu_cpu", Activation::Silu)
XGRAD_SIMPLE(mish, "MishBackward0", "mish_cpu", Activation::Mish)
XGRAD_SIMPLE(hardsigmoid, "HardsigmoidBackward0", "hardsigmoid_cpu", Activation::Hardsigmoid)
XGRAD_SIMPLE(hardswish, "HardswishBackward0", "hardswish_cpu", Activation::Hardswish)

#undef XGRAD_COMMA
#undef XGRAD_SIMPLE
#undef XGRAD_FORMS

Tensor relu6(const Tensor& x) { return hardtanh(x, 0, 6); }
Tensor& relu6_(Tensor& x) { return hardtanh_(x, 0, 6); }
Tensor selu(const Tensor& x) { return elu(x, kSeluAlpha, kSeluScale); }
Tensor& selu_(Tensor& x) { return elu_(x, kSeluAlpha, kSeluScale); }

Tensor rrelu(const Tensor& x, Scalar lower, Scalar upper, bool training, std::optional<Generator> generator) {
  return rrelu(x, lower, upper, training, generator, Into());
}
Tensor& rrelu_(Tensor& x, Scalar lower, Scalar upper, bool training, std::optional<Generator> generator) {
  return rrelu(x, lower, upper, training, generator, Into::in_place(x)), x;
}

Tensor softplus(const Tensor& x, Scalar beta, Scalar threshold) {
  told(beta, threshold);
  return activate<"SoftplusBackward0">("softplus_cpu", call_of(Activation::Softplus, beta, threshold), x, Into());
}
Tensor log_sigmoid(const Tensor& x) {
  return activate<"LogSigmoidBackward0">("log_sigmoid_cpu", {Activation::LogSigmoid}, x, Into());
}
Tensor softshrink(const Tensor& x, Scalar lambd) {
  check(lambd.toDouble() >= 0, "lambda must be greater or equal to 0, but found to be {}.", lambd.toDouble());
  told(lambd);
  return activate<"SoftshrinkBackward0">("softshrink_cpu", call_of(Activation::Softshrink, lambd), x, Into());
}
Tensor hardshrink(const Tensor& x, Scalar lambd) {
  told(lambd);
  return activate<"HardshrinkBackward0">("hardshrink_cpu", call_of(Activation::Hardshrink, lambd), x, Into());
}

Tensor prelu(const Tensor& x, const Tensor& weight) {
  check_floating("prelu_cpu", x);
  check(weight.dim() <= 1, "prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = {}", weight.dim());
  check(x.dtype() == weight.dtype(), "Found dtype {} but expected {}", weight.dtype(), x.dtype());
  Tensor slopes = weight;
  if (weight.numel() != 1) {
    check(x.dim() > 0, "Not allow zero-dim input tensor.");
    const std::int64_t channels = x.dim() > 1 ? x.size(1) : 1;
    check(channels == weight.numel(),
          "Mismatch of parameter numbers and input channel size. Found parameter numbers = {} and channel size = {}.",
          weight.numel(), channels);
    Dims along(static_cast<std::size_t>(x.dim()), 1);
    along[1] = channels;
    slopes = weight.view(along);
  } else {
    slopes = weight.view(Dims{});
  }
  return as_one("prelu", {&x, &weight}, [&] { return sloped(x, slopes); });
}

Tensor glu(const Tensor& x, std::int64_t dim) {
  check(x.dim() > 0, "glu does not support 0-dimensional tensors");
  const std::int64_t d = wrap_dim(dim, x.dim()), size = x.size(d);
  check(size % 2 == 0, "Halving dimension must be even, but dimension {} is size {}", d, size);
  check_floating("glu_cpu", x);
  // One after the other, so that every compiler makes the same graph.
  const Tensor half = x.narrow(d, 0, size / 2), gate = sigmoid(x.narrow(d, size / 2, size / 2));
  return half * gate;
}

}  // namespace xgrad
