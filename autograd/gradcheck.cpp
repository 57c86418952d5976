#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/gradcheck_diagnosis.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include <cmath>

namespace xgrad::autograd::detail {
namespace {

/// The elements of a tensor as doubles, in order.
std::vector<double> values_of(const Tensor& t) {
  const NoGradGuard no_grad;
  const Tensor packed = t.detach().to(kFloat64).contiguous();
  const double* p = packed.data_ptr<double>();
  return {p, p + packed.numel()};
}

/// Element `flat` (in row-major order) of a tensor, to read and to change behind autograd's back.
class Element {
 public:
  Element(const Tensor& t, std::int64_t flat) : array_(t.array()) {
    for (std::size_t d = array_.sizes().size(); d-- > 0;) {
      at_ += flat % array_.sizes()[d] * array_.strides()[d];
      flat /= array_.sizes()[d];
    }
    value_ = get();
  }
  ~Element() { set(value_); }
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;
  /// Makes it `value + step`; returns the step that rounding left of it.
  double shift(double step) {
    set(value_ + step);
    return get() - value_;
  }

 private:
  double get() const {
    return dispatch_floating(array_.dtype(), "gradcheck",
                             [&]<class T>() { return static_cast<double>(array_.data<T>()[at_]); });
  }
  void set(double v) {
    dispatch_floating(array_.dtype(), "gradcheck", [&]<class T>() { array_.data<T>()[at_] = static_cast<T>(v); });
  }
  Array array_;
  std::int64_t at_ = 0;
  double value_ = 0;
};

bool same_number(double a, double b, double tolerance) {
  return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance;
}

bool same_numbers(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_number(a[i], b[i], tolerance)) return false;
  }
  return true;
}

struct Check {
  const GradcheckFunction& f;
  const std::vector<Tensor>& inputs;
  const GradcheckOptions& options;
  std::vector<std::size_t> checked;        // positions of the inputs that require grad
  std::vector<std::size_t> floating;       // positions of the outputs that can have a derivative
  std::vector<std::vector<double>> value;  // of those outputs, at the inputs as given

  std::vector<Tensor> evaluate() const {
    const EnableGradGuard grad;
    std::vector<Tensor> all = f(inputs), out;
    for (std::size_t i : floating) out.push_back(all.at(i));
    return out;
  }

  /// A reason not to check at all; empty when there is none.
  std::string refuse() {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Tensor& x = inputs[i];
      if (!x.defined() || !x.requires_grad()) continue;
      if (x.dtype() != kFloat64 && !options.tolerances_given()) {
        return fmt::format(
            "input {} is {}, whose rounding alone makes slopes over steps of {:g} wrong. Use float64 "
            "(x.to(kFloat64)), or give steps and tolerances that float32 can meet, such as "
            "GradcheckOptions().eps(1e-2).atol(1e-2).rtol(1e-2)",
            i, info(x.dtype()).name, options.eps());
      }
      if (x.array().overlaps_itself()) {
        return fmt::format(
            "several elements of input {} share memory (shape {}, strides {}; an expanded tensor?), so one cannot be "
            "changed without the others. Pass x.clone(), or expand inside the function",
            i, to_string(x.sizes()), to_string(x.strides()));
      }
      checked.push_back(i);
    }
    if (checked.empty()) {
      return "gradcheck expects at least one input tensor to require gradient, but none of the them have "
             "requires_grad=True.";
    }
    return {};
  }

  std::string refuse_function() {
    const EnableGradGuard grad;
    const std::vector<Tensor> first = f(inputs), second = f(inputs);
    if (first.size() != second.size()) return "the function returned lists of two lengths for the same inputs";
    for (std::size_t o = 0; o < first.size(); ++o) {
      if (!first[o].defined() || !second[o].defined()) return fmt::format("output {} is an undefined tensor", o);
      if (!first[o].is_floating_point()) continue;
      floating.push_back(o);
      value.push_back(values_of(first[o]));
      if (!same_numbers(value.back(), values_of(second[o]), options.nondet_tol())) {
        return fmt::format(
            "the function is nondeterministic: output {} differs between two calls with the same inputs. If it draws "
            "random numbers, seed the generator inside it",
            o);
      }
    }
    return {};
  }

  /// d(output)/d(input) for every pair, by running backward once for every element of every output.
  std::vector<JacobianPair> analytic() const {
    const std::vector<Tensor> outputs = evaluate();
    std::vector<Tensor> wanted;
    for (std::size_t i : checked) wanted.push_back(inputs[i]);
    std::vector<JacobianPair> pairs;
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const Tensor& out = outputs[o];
      const std::size_t first = pairs.size();
      for (std::size_t i : checked) {
        pairs.emplace_back(i, inputs[i], floating[o], out);
        pairs.back().connected = false;
      }
      for (std::int64_t row = 0; out.requires_grad() && row < out.numel(); ++row) {
        Tensor one_hot = zeros({out.numel()}, TensorOptions(out.dtype()));
        one_hot.select(0, row).fill_(1);
        const auto grads = grad({out}, wanted, {one_hot.view(out.sizes())}, true, false, true);
        for (std::size_t k = 0; k < grads.size(); ++k) {
          if (!grads[k].defined()) continue;
          pairs[first + k].connected = true;
          const auto numbers = values_of(grads[k]);
          std::copy(numbers.begin(), numbers.end(), pairs[first + k].analytic.begin() + row * wanted[k].numel());
        }
      }
    }
    return pairs;
  }

  /// The same by central differences, into `pairs`; and how far the slopes of both sides are apart.
  void measure(std::vector<JacobianPair>& pairs) const {
    const std::size_t inputs_checked = checked.size();
    for (std::size_t k = 0; k < inputs_checked; ++k) {
      const Tensor& x = inputs[checked[k]];
      for (std::int64_t at = 0; at < x.numel(); ++at) {
        std::vector<std::vector<double>> above, below;
        double up = 0, down = 0;
        {
          Element element(x, at);
          up = element.shift(options.eps());
          for (const Tensor& t : evaluate()) above.push_back(values_of(t));
          down = element.shift(-options.eps());
          for (const Tensor& t : evaluate()) below.push_back(values_of(t));
        }
        for (std::size_t o = 0; o < floating.size(); ++o) {
          JacobianPair& pair = pairs[o * inputs_checked + k];
          for (std::size_t row = 0; row < value[o].size(); ++row) {
            const std::size_t entry = row * static_cast<std::size_t>(x.numel()) + static_cast<std::size_t>(at);
            pair.numeric[entry] = (above[o].at(row) - below[o].at(row)) / (up - down);
            pair.above[entry] = (above[o][row] - value[o][row]) / up;
            pair.below[entry] = (below[o][row] - value[o][row]) / down;
          }
        }
      }
    }
  }
};

}  // namespace

GradcheckResult gradcheck(const GradcheckFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  Check check{f, inputs, options, {}, {}, {}};
  if (auto reason = check.refuse(); !reason.empty()) return {false, "gradcheck refused: " + reason};
  if (auto reason = check.refuse_function(); !reason.empty()) return {false, "gradcheck refused: " + reason};
  if (check.floating.empty()) {
    return {false, "gradcheck refused: the function has no floating-point output, so there is no derivative to check"};
  }
  auto pairs = check.analytic();
  const auto again = check.analytic();
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    if (same_numbers(pairs[p].analytic, again[p].analytic, options.nondet_tol())) continue;
    return {false,
            fmt::format("gradcheck refused: backward is nondeterministic: the gradient of input {} through output "
                        "{} differs between two runs with the same inputs",
                        pairs[p].input, pairs[p].output)};
  }
  check.measure(pairs);
  return judge(pairs, options);
}

GradcheckResult gradgradcheck(const GradcheckFunction& f, const std::vector<Tensor>& inputs,
                              const std::vector<Tensor>& given, const GradcheckOptions& options) {
  const EnableGradGuard grad_mode;
  std::vector<std::size_t> differentiable;
  std::vector<Tensor> all(inputs);
  Generator generator(20231001);
  const std::vector<Tensor> outputs = f(inputs);
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    if (!outputs[o].defined() || !outputs[o].requires_grad()) continue;
    if (given.empty()) {
      all.push_back(randn(outputs[o].sizes(), TensorOptions(outputs[o].dtype()), generator).requires_grad_());
    } else {
      check<ValueError>(differentiable.size() < given.size(), "gradgradcheck: {} gradients are too few for the outputs",
                        given.size());
      all.push_back(given[differentiable.size()].detach().clone().requires_grad_());
    }
    differentiable.push_back(o);
  }
  if (differentiable.empty()) {
    return {false, "gradgradcheck refused: no output of the function requires grad, so it has no gradient to check"};
  }
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined() && inputs[i].requires_grad()) wanted.push_back(i);
  }
  const GradcheckFunction gradient = [&](const std::vector<Tensor>& in) {
    const std::vector<Tensor> own(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(inputs.size()));
    const std::vector<Tensor> g(in.begin() + static_cast<std::ptrdiff_t>(inputs.size()), in.end());
    const std::vector<Tensor> out = f(own);
    std::vector<Tensor> roots, x;
    for (std::size_t o : differentiable) roots.push_back(out.at(o));
    for (std::size_t i : wanted) x.push_back(own[i]);
    auto grads = grad(roots, x, g, true, true, true);
    for (std::size_t i = 0; i < grads.size(); ++i) {
      if (!grads[i].defined()) grads[i] = zeros_like(x[i]);
    }
    return grads;
  };
  GradcheckResult result = gradcheck(gradient, all, options);
  result.report = fmt::format(
      "second derivatives (\"output\" i is the gradient of the function's i-th input that requires grad; inputs from "
      "{} "
      "on are the gradients that come in): {}",
      inputs.size(), result.report);
  return result;
}

}  // namespace xgrad::autograd::detail
