#include "evaluate.hpp"

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include <cmath>
#include <cstring>
#include <limits>

#include "../../oracle/torch_oracle.hpp"

namespace xgrad::op_table {
namespace {

/// Runs f; returns the first line of the error it threw.
template <class F>
std::optional<std::string> caught(F f) {
  try {
    f();
  } catch (const Error& e) {
    return first_line(e.what());
  }
  return std::nullopt;
}

bool shares_memory(const Tensor& result, const Values& in) {
  bool shared = false;
  each_tensor(in, [&](const Tensor& x) { shared |= x.numel() > 0 && result.array().same_storage(x.array()); });
  return shared;
}

void derive(const std::vector<Tensor>& results, const std::vector<Tensor>& leaves, Order order, Signs signs,
            Outcome& out) {
  std::vector<Tensor> roots, gradients;
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!results[k].requires_grad()) continue;
    roots.push_back(results[k]);
    gradients.push_back(incoming(results[k], k, signs));
    if (results[k].is_floating_point()) gradients.back().requires_grad_();
  }
  if (roots.empty() || leaves.empty()) return;
  out.first_error = caught([&] { out.first = autograd::grad(roots, leaves, gradients, true, true, true); });
  if (out.first_error || order != Order::Second) return;
  std::vector<Tensor> again, weights, wanted = leaves;
  wanted.insert(wanted.end(), gradients.begin(), gradients.end());
  for (std::size_t k = 0; k < out.first.size(); ++k) {
    if (!out.first[k].defined() || !out.first[k].requires_grad()) continue;
    again.push_back(out.first[k]);
    weights.push_back(incoming(out.first[k], k + 1, signs));
  }
  if (again.empty()) return;
  out.second_error = caught([&] { out.second = autograd::grad(again, wanted, weights, false, false, true); });
}

/// How far a is from b, as a part of b or of `scale`, which is what a and b are sums of, without signs.
double relative_difference(double a, double b, double scale) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  if (!std::isfinite(a) || !std::isfinite(b)) return std::numeric_limits<double>::infinity();
  // The absolute part is for differences of numbers near one.
  return std::abs(a - b) / (std::max(std::abs(b), std::isfinite(scale) ? scale : 0) + 0.1);
}

std::string tensor_difference(const Tensor& ours, const Tensor& theirs, const Tolerance& how, const Tensor& scale) {
  if (ours.dtype() != theirs.dtype()) return fmt::format("dtype {} instead of {}", ours.dtype(), theirs.dtype());
  if (!(ours.sizes() == theirs.sizes())) return fmt::format("shape {} instead of {}", ours.sizes(), theirs.sizes());
  const NoGradGuard no_grad;
  const Tensor a = ours.detach().contiguous(), b = theirs.detach().contiguous();
  std::vector<double> sizes(static_cast<std::size_t>(a.numel()));
  if (scale.defined() && scale.sizes() == a.sizes()) sizes = scale.to_vector<double>();
  return dispatch(a.dtype(), [&]<class E>() -> std::string {
    const bool single = how.single || a.dtype() == kFloat32;
    const double rtol = how.bits ? 0 : single ? how.rtol32 : how.rtol;
    double largest = 0, largest_alone = 0;
    for (std::int64_t i = 0; i < a.numel(); ++i) {
      const E x = a.data_ptr<E>()[i], y = b.data_ptr<E>()[i];
      bool same = x == y;  // integers as they are: int64 beyond 2^53 does not fit a double
      if (std::is_floating_point_v<E>) {
        const auto p = static_cast<double>(x), q = static_cast<double>(y);
        const double part = relative_difference(p, q, sizes[static_cast<std::size_t>(i)]);
        largest = std::max(largest, part);
        largest_alone = std::max(largest_alone, relative_difference(p, q, 0));
        same = part <= rtol;
      }
      if (!same) return fmt::format("element {}: {} instead of {}", i, x, y);
    }
    if (how.measured)
      how.measured->add(single ? Measured{0, largest, 0, largest_alone} : Measured{largest, 0, largest_alone, 0});
    return "";
  });
}

bool all_zero(const Tensor& x) {
  const NoGradGuard no_grad;
  return x.numel() == 0 || !x.detach().any().item<bool>();
}

std::string or_none(const std::optional<std::string>& error) { return error ? "\"" + *error + "\"" : "no error"; }

std::string values_difference(const Outcome& ours, const Outcome& theirs, const Tolerance& how) {
  if (ours.error != theirs.error) return fmt::format("{} instead of {}", or_none(ours.error), or_none(theirs.error));
  const std::string what =
      op_table::difference(ours.results, theirs.results, how, false, how.scale ? &how.scale->results : nullptr);
  if (!what.empty()) return "result " + what;
  for (std::size_t k = 0; k < ours.results.size(); ++k) {
    const Tensor &a = ours.results[k], &b = theirs.results[k];
    if (!how.strides || a.numel() == 0) continue;
    if (ours.shares[k] != theirs.shares[k]) {
      return fmt::format("result {} is {} of an argument", k, ours.shares[k] ? "a view" : "no view");
    }
    if (!(a.strides() == b.strides()) || (ours.shares[k] && a.storage_offset() != b.storage_offset())) {
      return fmt::format("result {} has strides {} and offset {} instead of {} and {}", k, a.strides(),
                         a.storage_offset(), b.strides(), b.storage_offset());
    }
  }
  return "";
}

std::string gradients_difference(const char* which, const std::vector<Tensor>& ours,
                                 const std::optional<std::string>& our_error, const std::vector<Tensor>& theirs,
                                 const std::optional<std::string>& their_error, const Tolerance& how,
                                 const std::vector<Tensor>* scale) {
  if (our_error != their_error) {
    return fmt::format("{}: {} instead of {}", which, or_none(our_error), or_none(their_error));
  }
  const std::string what = op_table::difference(ours, theirs, how, true, scale);
  return what.empty() ? what : which + what;
}

}  // namespace

void Measured::add(const Measured& other) {
  wide = std::max(wide, other.wide);
  single = std::max(single, other.single);
  wide_alone = std::max(wide_alone, other.wide_alone);
  single_alone = std::max(single_alone, other.single_alone);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Values leaves_of(const Row& row, const Values& in) {
  Values out = in;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto leaf = [&](Tensor& x) {
      if (!x.defined()) return;
      const bool constant = !x.is_floating_point() || row.constant.contains(i);
      x = constant ? x.detach() : x.detach().requires_grad_();
    };
    if (out[i].is<Tensor>()) leaf(out[i].get<Tensor>());
    if (out[i].is<std::vector<Tensor>>()) {
      for (Tensor& x : out[i].get<std::vector<Tensor>>()) leaf(x);
    }
  }
  return out;
}

std::vector<Tensor> leaf_list(const Values& leaves) {
  std::vector<Tensor> out;
  each_tensor(leaves, [&](const Tensor& x) {
    if (x.requires_grad()) out.push_back(x);
  });
  return out;
}

std::function<std::vector<Tensor>(const std::vector<Tensor>&)> function_of_leaves(const Row& row, const Values& in) {
  return [&row, in](const std::vector<Tensor>& leaves) {
    Values arguments = leaves_of(row, in);
    std::size_t next = 0;
    each_tensor(arguments, [&](Tensor& x) {
      if (x.requires_grad()) x = leaves.at(next++);
    });
    manual_seed(kSeed);
    return row.call(arguments);
  };
}

Outcome evaluate(const Row& row, const Values& in, Twin twin, Order order, Signs signs) {
  Outcome out;
  Values leaves = leaves_of(row, in);
  const std::vector<Tensor> wanted = leaf_list(leaves);
  std::vector<Tensor> results;
  out.error = caught([&] {
    manual_seed(kSeed);
    if (twin == Twin::InPlace) {
      Values changed = leaves;
      changed.at(0) = leaves[0].get<Tensor>().clone();
      row.in_place(changed);
      results.push_back(changed[0].get<Tensor>());
    } else {
      results = row.call(leaves);
    }
  });
  if (out.error) return out;
  for (const Tensor& r : results) {
    out.results.push_back(r.detach());
    out.shares.push_back(shares_memory(r, leaves));
    out.differentiable.push_back(r.requires_grad());
  }
  if (order != Order::Values) derive(results, wanted, order, signs, out);
  return out;
}

Outcome magnitudes(const Row& row, const Values& in) {
  Values sizes = in;
  each_tensor(sizes, [](Tensor& x) {
    if (x.is_floating_point()) x = x.detach().abs();
  });
  for (Value& v : sizes) {
    if (v.is<double>()) v = std::abs(v.get<double>());
    if (v.is<std::int64_t>()) v = std::abs(v.get<std::int64_t>());
  }
  return evaluate(row, sizes, Twin::OutOfPlace, Order::Second, Signs::Dropped);
}

std::vector<Tensor> gradients(const std::vector<Tensor>& results, const std::vector<Tensor>& leaves) {
  std::vector<Tensor> roots, incoming_ones;
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!results[k].requires_grad()) continue;
    roots.push_back(results[k]);
    incoming_ones.push_back(incoming(results[k], k));
  }
  if (roots.empty() || leaves.empty()) return {};
  return autograd::grad(roots, leaves, incoming_ones, true, false, true);
}

Tensor incoming(const Tensor& result, std::size_t k, Signs signs) {
  std::vector<double> values(static_cast<std::size_t>(result.numel()));
  for (std::size_t e = 0; e < values.size(); ++e)
    values[e] = signs == Signs::Kept ? oracle::incoming(k, e) : std::abs(oracle::incoming(k, e));
  return tensor(values, TensorOptions(result.dtype())).view(result.sizes());
}

bool single_precision(const Values& in, const Outcome& outcome) {
  bool single = false;
  each_tensor(in, [&](const Tensor& x) { single |= x.dtype() == kFloat32; });
  for (const Tensor& x : outcome.results) single |= x.dtype() == kFloat32;
  return single;
}

std::string difference(const std::vector<Tensor>& ours, const std::vector<Tensor>& theirs, const Tolerance& how,
                       bool zeros, const std::vector<Tensor>* scale) {
  // Nothing at all is as good as nothing for every one.
  const std::size_t n = zeros ? std::max(ours.size(), theirs.size()) : ours.size();
  if (!zeros && n != theirs.size()) return fmt::format("{} instead of {}", n, theirs.size());
  for (std::size_t i = 0; i < n; ++i) {
    const Tensor a = i < ours.size() ? ours[i] : Tensor(), b = i < theirs.size() ? theirs[i] : Tensor();
    std::string what;
    if (a.defined() && b.defined()) {
      what = tensor_difference(a, b, how, scale && i < scale->size() ? (*scale)[i] : Tensor());
    } else if (a.defined() != b.defined() && !(zeros && all_zero(a.defined() ? a : b))) {
      what = a.defined() ? "one, where there is none" : "none, where there is one";
    }
    if (!what.empty()) return fmt::format("number {}: {}", i, what);
  }
  return "";
}

Difference compare(const Outcome& ours, const Outcome& theirs, const Tolerance& how) {
  std::string what = values_difference(ours, theirs, how);
  if (!what.empty()) return {Compared::Nothing, what};
  for (std::size_t k = 0; k < ours.results.size(); ++k) {
    if (ours.differentiable[k] == theirs.differentiable[k]) continue;
    return {Compared::Values,
            fmt::format("result {} {} grad", k, ours.differentiable[k] ? "requires" : "does not require")};
  }
  what = gradients_difference("first derivative ", ours.first, ours.first_error, theirs.first, theirs.first_error, how,
                              how.scale ? &how.scale->first : nullptr);
  if (!what.empty()) return {Compared::Values, what};
  what = gradients_difference("second derivative ", ours.second, ours.second_error, theirs.second, theirs.second_error,
                              how, how.scale ? &how.scale->second : nullptr);
  if (!what.empty()) return {Compared::FirstDerivatives, what};
  return {};
}

bool differentiable_at(const Row& row, const Sample& sample) {
  if (sample.rough) return false;
  for (const Value& v : sample.in) {
    if (v.is<ScalarType>() && v.get<ScalarType>() == kFloat32) return false;
  }
  bool floating = false, all_double = true;
  std::int64_t count = 0;
  each_tensor(sample.in, [&](const Tensor& x) {
    floating |= x.is_floating_point();
    all_double &= !x.is_floating_point() || x.dtype() == kFloat64;
    count += x.numel();
  });
  if (!floating || !all_double || count > 64) return false;
  const Outcome plain = evaluate(row, sample.in, Twin::OutOfPlace, Order::Values);
  if (plain.error) return false;
  bool any = false;
  for (std::size_t k = 0; k < plain.results.size(); ++k) {
    any |= plain.differentiable[k];
    if (plain.differentiable[k] && !isfinite(plain.results[k]).all().item<bool>()) return false;
  }
  return any;
}

std::string describe(const Row& row, const Sample& sample) {
  std::string text;
  for (const Value& v : sample.in) text += (text.empty() ? "" : ", ") + v.str();
  return row.name + "(" + text + ")";
}

}  // namespace xgrad::op_table
