/// What TensorCheck looks at before it compares anything.
#include <xgrad/autograd/gradcheck/check.hpp>

#include <xgrad/autograd/graph/grad_mode.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace xgrad::autograd::detail {
namespace {

/// The tensor as something to measure by.
Variable variable(const Tensor& x, std::string name) {
  const Array& a = x.array();
  Variable v{std::move(name), Dims(x.sizes()), x.dtype(), {}, 0};
  for (std::int64_t flat = 0; flat < a.numel(); ++flat) {
    std::int64_t rest = flat, at = 0;
    for (std::size_t d = a.sizes().size(); d-- > 0;) {
      at += rest % a.sizes()[d] * a.strides()[d];
      rest /= a.sizes()[d];
    }
    v.places.push_back(static_cast<char*>(a.raw()) + at * static_cast<std::int64_t>(a.itemsize()));
  }
  for (double value : values_of(x)) {
    if (std::isfinite(value)) v.scale = std::max(v.scale, std::abs(value));
  }
  return v;
}

}  // namespace

std::string TensorCheck::refuse_input(std::size_t i) const {
  const Tensor& x = target_.inputs[i];
  if (x.dtype() != kFloat64 && !options_.tolerances_given()) {
    return fmt::format(
        "{} is {}, whose rounding alone makes measured slopes wrong in the third digit. Use float64 ({}), or give "
        "tolerances that float32 can meet, such as kw::atol = 1e-2, rtol = 1e-2",
        name(i), info(x.dtype()).name, target_.is_module ? "model.to(kFloat64)" : "x.to(kFloat64)");
  }
  if (x.array().overlaps_itself()) {
    return fmt::format(
        "several elements of {} share memory (shape {}, strides {}; an expanded tensor?), so one cannot be changed "
        "without the others. Pass x.clone(), or expand inside the function",
        name(i), to_string(x.sizes()), to_string(x.strides()));
  }
  for (double value : values_of(x)) {
    if (std::isfinite(value)) continue;
    return fmt::format("{} has an element that is {:g}, and no step can be made from there", name(i),
                       std::isnan(value) ? std::abs(value) : value);
  }
  return {};
}

std::string TensorCheck::shared_memory() const {
  // A step in one input must not move another, unless both are one tensor.
  for (std::size_t k = 0; k < checked_.size(); ++k) {
    const Tensor& x = target_.inputs[checked_[k]];
    std::unordered_set<void*> mine;
    for (std::size_t j = 0; j < target_.inputs.size(); ++j) {
      const Tensor& other = target_.inputs[j];
      if (j == checked_[k] || !other.defined() || other.is_same(x) || !other.array().same_storage(x.array())) continue;
      if (mine.empty()) mine.insert(measured_.variables[k].places.begin(), measured_.variables[k].places.end());
      const auto theirs = variable(other, {}).places;
      if (std::none_of(theirs.begin(), theirs.end(), [&](void* p) { return mine.contains(p); })) continue;
      return fmt::format(
          "{} and {} share memory, so that one cannot be changed without the other. Pass a clone() of one, or the same "
          "tensor twice",
          name(std::min(j, checked_[k])), name(std::max(j, checked_[k])));
    }
  }
  return {};
}

std::string TensorCheck::look_at_inputs() {
  for (std::size_t i = 0; i < target_.inputs.size(); ++i) {
    const Tensor& x = target_.inputs[i];
    if (!x.defined() || !x.requires_grad()) continue;
    if (auto reason = refuse_input(i); !reason.empty()) return reason;
    checked_.push_back(i);
  }
  if (checked_.empty()) {
    return "gradcheck expects at least one input tensor to require gradient, but none of the them have "
           "requires_grad=True.";
  }
  for (std::size_t i : checked_) measured_.variables.push_back(variable(target_.inputs[i], name(i)));
  return shared_memory();
}

std::string TensorCheck::look_at_function() {
  std::vector<Tensor> before;
  for (const Tensor& x : target_.inputs) before.push_back(x.defined() ? x.detach().clone() : Tensor());
  const std::vector<Tensor> first = call();
  std::vector<Values> values;
  for (const Tensor& t : first) values.push_back(t.defined() && t.is_floating_point() ? values_of(t) : Values());
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!before[i].defined() || same_numbers(values_of(before[i]), values_of(target_.inputs[i]), 0)) continue;
    target_.inputs[i].data().copy_(before[i]);
    return fmt::format(
        "the function changes {}, so that a second call would not see the same. Let it work on a clone(): "
        "[](const Tensor& x) {{ return x.clone().mul_(2); }}",
        name(i));
  }
  const std::vector<Tensor> second = call();
  if (first.size() != second.size()) return "the function returned lists of two lengths for the same inputs";
  for (std::size_t o = 0; o < first.size(); ++o) {
    const std::string output = o < target_.output_names.size() ? target_.output_names[o] : fmt::format("output {}", o);
    if (!first[o].defined() || !second[o].defined()) {
      return fmt::format("{} is an undefined tensor. Return only outputs that exist", output);
    }
    if (!first[o].is_floating_point()) continue;
    if (first[o].dtype() != kFloat64 && !options_.tolerances_given()) {
      return fmt::format(
          "{} is {}, whose rounding alone makes measured slopes wrong. Compute in float64 throughout, or give "
          "tolerances "
          "that float32 can meet, such as kw::atol = 1e-2, rtol = 1e-2",
          output, info(first[o].dtype()).name);
    }
    if (!same_numbers(values[o], values_of(second[o]), options_.nondet_tol())) {
      return fmt::format(
          "the function is nondeterministic: {} differs between two calls with the same inputs (by more than "
          "nondet_tol "
          "= {:g}). {}",
          output, options_.nondet_tol(), advice_on_chance());
    }
    floating_.push_back(o);
    measured_.outputs.push_back({output, Dims(first[o].sizes()), measured_.here.size(), values[o].size()});
    measured_.here.insert(measured_.here.end(), values[o].begin(), values[o].end());
  }
  if (floating_.empty()) return "the function has no floating-point output, so there is no derivative to check";
  return {};
}

}  // namespace xgrad::autograd::detail
