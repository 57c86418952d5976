/// gradcheck: are the derivatives right? Compares what backward computes with slopes measured by small steps.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <array>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::autograd {

/// What counts as equal, and how numeric slopes are taken. The defaults are for float64, and ten times tighter than
/// PyTorch's (atol 1e-5, rtol 1e-3), under which a derivative that is wrong by 0.1 % passes.
class GradcheckOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::atol, kwargs::key::rtol>;
  /// Half the distance between the two points of a central difference.
  GradcheckOptions& eps(double v) { return eps_ = v, *this; }
  /// An entry passes when |analytic − numeric| ≤ atol + rtol·|numeric|. Setting either allows float32 inputs.
  GradcheckOptions& atol(double v) { return atol_ = v, tolerances_given_ = true, *this; }
  GradcheckOptions& rtol(double v) { return rtol_ = v, tolerances_given_ = true, *this; }
  /// How far two evaluations at one point may differ before the function counts as nondeterministic.
  GradcheckOptions& nondet_tol(double v) { return nondet_tol_ = v, *this; }
  /// How many of the worst entries a report shows.
  GradcheckOptions& max_entries(std::size_t n) { return max_entries_ = n, *this; }

  double eps() const { return eps_; }
  double atol() const { return atol_; }
  double rtol() const { return rtol_; }
  double nondet_tol() const { return nondet_tol_; }
  std::size_t max_entries() const { return max_entries_; }
  bool tolerances_given() const { return tolerances_given_; }

 private:
  double eps_ = 1e-6, atol_ = 1e-6, rtol_ = 1e-4, nondet_tol_ = 0;
  std::size_t max_entries_ = 8;
  bool tolerances_given_ = false;
};

/// What gradcheck found.
struct GradcheckResult {
  bool ok = false;
  /// Why it failed: the worst entries of the Jacobian as a table, and the suspected cause. One line when all is well.
  std::string report;
  explicit operator bool() const { return ok; }
};

/// The function under test, whatever its signature: several tensors in, several out.
using GradcheckFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

namespace detail {

inline std::vector<Tensor> as_list(Tensor t) {
  std::vector<Tensor> list;
  list.push_back(std::move(t));
  return list;
}
inline std::vector<Tensor> as_list(std::vector<Tensor> list) { return list; }
template <class... T>
std::vector<Tensor> as_list(const std::tuple<T...>& tensors) {
  return std::apply([](const auto&... t) { return std::vector<Tensor>{t...}; }, tensors);
}
template <class A, class B>
std::vector<Tensor> as_list(const std::pair<A, B>& tensors) {
  return {tensors.first, tensors.second};
}
template <std::size_t N>
std::vector<Tensor> as_list(const std::array<Tensor, N>& tensors) {
  return {tensors.begin(), tensors.end()};
}

template <std::size_t>
using TensorAt = const Tensor&;

template <class F, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return std::is_invocable_v<F&, TensorAt<I>...>;
}
template <class F, std::size_t N>
inline constexpr bool takes_tensors = takes<F>(std::make_index_sequence<N>{});

inline constexpr std::size_t kMaxArguments = 8;

template <class F, std::size_t N = 1>
constexpr bool takes_some_tensors() {
  if constexpr (N > kMaxArguments)
    return false;
  else if constexpr (takes_tensors<F, N>)
    return true;
  else
    return takes_some_tensors<F, N + 1>();
}

/// Calls f with the list's tensors as N separate arguments, for the N that is the list's length.
template <std::size_t N, class F>
std::vector<Tensor> spread(F& f, const std::vector<Tensor>& in) {
  if constexpr (N > kMaxArguments) {
    fail<TypeError>("gradcheck: the function does not take {} tensors", in.size());
  } else {
    if constexpr (takes_tensors<F, N>) {
      if (in.size() == N) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) { return as_list(f(in[I]...)); }
        (std::make_index_sequence<N>{});
      }
    }
    return spread<N + 1>(f, in);
  }
}

GradcheckResult gradcheck(const GradcheckFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options);
GradcheckResult gradgradcheck(const GradcheckFunction& f, const std::vector<Tensor>& inputs,
                              const std::vector<Tensor>& grad_outputs, const GradcheckOptions& options);

/// A callable of N tensors, or of one list of tensors, as a GradcheckFunction. It refers to `f`.
template <class F>
GradcheckFunction as_function(F& f) {
  if constexpr (takes_some_tensors<F>()) {
    return [&f](const std::vector<Tensor>& in) { return spread<1>(f, in); };
  } else {
    static_assert(std::is_invocable_v<F&, const std::vector<Tensor>&>,
                  "gradcheck wants a function of up to eight Tensors, or of one std::vector<Tensor>");
    return [&f](const std::vector<Tensor>& in) { return as_list(f(in)); };
  }
}

}  // namespace detail

/// Compares the derivatives that backward computes for `f` with central differences, entry by entry of every Jacobian.
///
/// `f` takes as many Tensors as there are inputs, or one std::vector<Tensor>, and returns a Tensor or several. Inputs
/// that require grad are checked; they should be float64. The others (integers, bools, constants) are passed along.
/// An undefined gradient counts as zero. During the check the inputs' elements are changed a little and put back.
///
///     Tensor x = randn({3, 4}, dtype(kFloat64).requires_grad(true));
///     GradcheckResult result = autograd::gradcheck([](const Tensor& x) { return x.tanh().sum(1); }, {x});
///     if (!result) print("{}", result.report);
///
/// What cannot be checked is refused, with the reason in the report: no input that requires grad, float32 without
/// tolerances of its own, inputs whose elements share memory, and functions that give two answers for one question.
/// What `f` throws passes through.
template <class F>
GradcheckResult gradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {}) {
  return detail::gradcheck(detail::as_function(f), inputs, options);
}
/// With keywords: `gradcheck(f, {x}, atol = 1e-4, rtol = 1e-2)`.
template <class F, kwargs::Keyworded... K>
requires(sizeof...(K) > 0) GradcheckResult gradcheck(F&& f, const std::vector<Tensor>& inputs, K... k) {
  return detail::gradcheck(detail::as_function(f), inputs, kwargs::apply(GradcheckOptions(), k...));
}

/// The same for second derivatives: gradcheck of the gradient of `f`, as a function of the inputs and of the gradients
/// that come in. Those are drawn from a generator of its own, so that the check repeats exactly.
template <class F>
GradcheckResult gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::as_function(f), inputs, {}, options);
}
/// With gradients of your own, one for each output of `f` that requires grad.
template <class F>
GradcheckResult gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& grad_outputs,
                              const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::as_function(f), inputs, grad_outputs, options);
}
template <class F, kwargs::Keyworded... K>
requires(sizeof...(K) > 0) GradcheckResult gradgradcheck(F&& f, const std::vector<Tensor>& inputs, K... k) {
  return detail::gradgradcheck(detail::as_function(f), inputs, {}, kwargs::apply(GradcheckOptions(), k...));
}

}  // namespace xgrad::autograd
