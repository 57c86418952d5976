// Activations and softmax.
#include <xgrad/serialize/onnx_numbers.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace xgrad::onnx::detail {
namespace activation {  // files are compiled together
namespace {

using std::numbers::sqrt2;

std::string half(Call& c, const std::string& x) { return c.node("Mul", {x, c.number(0.5, c.dtype(0))}); }

std::string above(Call& c, const std::string& x, double limit) {
  return c.node("Greater", {x, c.number(limit, c.dtype(0))});
}

/// scale·(x, or alpha·(e^(x·input_scale) − 1) below 0); the difference through tanh, which loses no digits near 0.
std::string exponential_unit(Call& c, double alpha, double scale, double input_scale) {
  const ScalarType t = c.dtype(0);
  const std::string x = c.in(0), z = input_scale == 1 ? x : c.node("Mul", {x, c.number(input_scale, t)});
  const std::string tanh = c.node("Tanh", {half(c, z)});
  const std::string less = c.node("Mul", {tanh, c.node("Add", {c.node("Exp", {z}), c.number(1, t)})});
  const std::string low = c.node("Mul", {less, c.number(alpha * scale, t)});
  const std::string high = scale == 1 ? x : c.node("Mul", {x, c.number(scale, t)});
  return where(c, c.node("LessOrEqual", {x, c.number(0, t)}), low, high);
}

void gelu(Call& c) {
  const ScalarType t = c.dtype(0);
  const std::string x = c.in(0);
  std::string inner;
  if (c.text(0) == "none") {
    inner = c.node("Erf", {c.node("Mul", {x, c.number(1 / sqrt2, t)})});
  } else {
    const std::string cube = c.node("Mul", {c.node("Mul", {x, x}), x});
    const std::string sum = c.node("Add", {x, c.node("Mul", {cube, c.number(0.044715, t)})});
    inner = c.node("Tanh", {c.node("Mul", {sum, c.number(std::sqrt(2 / std::numbers::pi), t)})});
  }
  c.result(c.node("Mul", {half(c, x), c.node("Add", {inner, c.number(1, t)})}));
}

/// max(x, 0) + ln(1 + e^−|x|)
std::string softplus_of(Call& c, const std::string& x) {
  const ScalarType t = c.dtype(0);
  const std::string tail = c.node("Exp", {c.node("Neg", {c.node("Abs", {x})})});
  return c.node("Add", {c.node("Relu", {x}), c.node("Log", {c.node("Add", {tail, c.number(1, t)})})});
}

void softplus(Call& c) {
  const ScalarType t = c.dtype(0);
  const double beta = c.real(0), threshold = c.real(1);
  const std::string x = c.in(0), z = beta == 1 ? x : c.node("Mul", {x, c.number(beta, t)});
  std::string y = softplus_of(c, z);
  if (beta != 1) y = c.node("Div", {y, c.number(beta, t)});
  c.result(where(c, above(c, z, threshold), x, y));
}

void clipped(Call& c, double low, double high) {
  const ScalarType t = working_type(c.dtype(0));
  if (!is_floating_point(t)) low = std::trunc(low), high = std::trunc(high);
  const std::string x = c.in(0, t);
  // By comparisons, which leave NaN as it is.
  const std::string up = where(c, c.node("Less", {x, c.number(low, t)}), c.number(low, t), x);
  c.result_from(t, where(c, c.node("Greater", {x, c.number(high, t)}), c.number(high, t), up));
}

void hard_sigmoid(Call& c) { c.result(c.node("HardSigmoid", {c.in(0)}, {{"alpha", 1.0F / 6}, {"beta", 0.5F}})); }

void hard_swish(Call& c) {
  const ScalarType t = c.dtype(0);
  const std::string x = c.in(0), shifted = c.node("Add", {x, c.number(3, t)});
  const std::string six = c.node("Clip", {shifted, c.number(0, t), c.number(6, t)});
  c.result(c.node("Div", {c.node("Mul", {x, six}), c.number(6, t)}));
}

void shrink(Call& c, bool soft) {
  const ScalarType t = c.dtype(0);
  const double limit = c.real(0);
  const std::string x = c.in(0), zero = c.number(0, t);
  const std::string high = soft ? c.node("Sub", {x, c.number(limit, t)}) : x;
  const std::string low = soft ? c.node("Add", {x, c.number(limit, t)}) : x;
  const std::string under = where(c, c.node("Less", {x, c.number(-limit, t)}), low, zero);
  const std::string y = where(c, above(c, x, limit), high, under);
  c.result(soft ? y : where(c, c.node("IsNaN", {x}), x, y));
}

void prelu(Call& c) {
  std::string slope = c.in(1);
  const Ints weight = c.sizes(1);
  if (weight.size() == 1 && weight[0] != 1) {
    Ints along(static_cast<std::size_t>(c.rank(0)), 1);
    along[1] = weight[0];
    slope = c.node("Reshape", {slope, c.ints(along)});
  }
  const std::string x = c.in(0), scaled = c.node("Mul", {x, slope});
  c.result(c.node("Reshape", {where(c, above(c, x, 0), x, scaled), c.shape_of_result()}));
}

void softmax(Call& c, const char* op) {
  if (c.rank(0) == 0) {
    // Of one number: 1, or its logarithm.
    const std::string nothing = c.node("Sub", {c.in(0), c.in(0)});
    return c.result(std::string_view(op) == "Softmax" ? c.node("Exp", {nothing}) : nothing);
  }
  c.result(c.node(op, {c.in(0)}, {{"axis", c.integer(0)}}));
}

constexpr Row kRows[] = {
    {"relu",
     [](Call& c) {
       const ScalarType t = working_type(c.dtype(0));
       // Runtimes have the node for floats.
       const bool real = is_floating_point(t);
       c.result_from(t, real ? c.node("Relu", {c.in(0, t)}) : c.node("Max", {c.in(0, t), c.number(0, t)}));
     }},
    {"sigmoid", [](Call& c) { c.result(c.node("Sigmoid", {c.in(0, c.result_dtype())})); }},
    {"tanh", [](Call& c) { c.result(c.node("Tanh", {c.in(0, c.result_dtype())})); }},
    {"hardtanh",
     [](Call& c) {
       const double low = c.real(0), high = c.real(1);
       // A limit that is NaN is what comes out. Of crossed limits the upper one holds; runtimes differ there.
       if (std::isnan(low) || std::isnan(high))
         return c.result(c.node("Mul", {c.in(0), c.number(std::nan(""), c.dtype(0))}));
       clipped(c, std::min(low, high), high);
     }},
    {"threshold",
     [](Call& c) {
       const ScalarType t = working_type(c.dtype(0));
       double limit = c.real(0), value = c.real(1);
       for (double* v : {&limit, &value}) {
         // In the tensor's own dtype, which wraps.
         if (!is_floating_point(t)) *v = full({}, Scalar(static_cast<std::int64_t>(*v)), c.dtype(0)).item<double>();
       }
       const std::string x = c.in(0, t), stays = c.node("LessOrEqual", {x, c.number(limit, t)});
       c.result_from(t, where(c, stays, c.number(value, t), x));
     }},
    {"leaky_relu",
     [](Call& c) {
       const std::string x = c.in(0), low = c.node("Mul", {x, c.number(c.real(0), c.dtype(0))});
       c.result(where(c, above(c, x, 0), x, low));
     }},
    {"elu", [](Call& c) { c.result(exponential_unit(c, c.real(0), c.real(1), c.real(2))); }},
    {"celu", [](Call& c) { c.result(exponential_unit(c, c.real(0), 1, 1 / c.real(0))); }},
    {"gelu", gelu},
    {"silu",
     [](Call& c) {
       c.result(c.node("Mul", {c.in(0), c.node("Sigmoid", {c.in(0)})}));
     }},
    {"mish",
     [](Call& c) {
       c.result(c.node("Mul", {c.in(0), c.node("Tanh", {softplus_of(c, c.in(0))})}));
     }},
    {"hardsigmoid", hard_sigmoid},
    {"hardswish", hard_swish},
    {"softplus", softplus},
    {"log_sigmoid", [](Call& c) { c.result(c.node("Neg", {softplus_of(c, c.node("Neg", {c.in(0)}))})); }},
    {"softshrink", [](Call& c) { shrink(c, true); }},
    {"hardshrink", [](Call& c) { shrink(c, false); }},
    {"prelu", prelu},
    {"softmax", [](Call& c) { softmax(c, "Softmax"); }},
    {"log_softmax", [](Call& c) { softmax(c, "LogSoftmax"); }},
};

}  // namespace
}  // namespace activation

std::span<const Row> activation_rows() { return activation::kRows; }

}  // namespace xgrad::onnx::detail
