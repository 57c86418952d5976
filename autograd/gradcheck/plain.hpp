/// Plain C++ functions of numbers, brought to one form. Internal.
#pragma once

#include <xgrad/autograd/gradcheck/callable.hpp>

#include <initializer_list>

namespace xgrad::autograd {

/// Where a plain function is checked: a number, or several.
struct GradcheckPoint {
  GradcheckPoint(double x) : values{x}, scalar(true) {}
  GradcheckPoint(std::vector<double> x) : values(std::move(x)) {}
  GradcheckPoint(std::initializer_list<double> x) : values(x) {}
  std::vector<double> values;
  bool scalar = false;
};

namespace detail {

using Numbers = std::vector<double>;
using PlainFunction = std::function<Numbers(const Numbers&)>;

template <class T>
concept Number = std::is_arithmetic_v<std::remove_cvref_t<T>>;

/// Numbers in any nesting (a Jacobian is a list of rows), one after another.
template <class T>
void flatten(const T& value, Numbers& into) {
  if constexpr (Number<T>) {
    into.push_back(static_cast<double>(value));
  } else if constexpr (requires { std::begin(value); }) {
    for (const auto& v : value) flatten(v, into);
  } else {
    std::apply([&](const auto&... v) { (flatten(v, into), ...); }, value);
  }
}

struct ToNumbers {
  template <class R>
  Numbers operator()(const R& result) const {
    Numbers list;
    flatten(result, list);
    return list;
  }
  Numbers failed() const { return {}; }
  const char* what() const { return "numbers"; }
};

/// A function of N numbers or of one std::vector<double>; of a number or several, or a Jacobian's rows. It refers to
/// `f`.
template <class F>
PlainFunction plain(F& f) {
  if constexpr (takes_some<F, double>()) {
    return [&f](const Numbers& x) { return spread<double>(f, x, x.size(), ToNumbers()); };
  } else {
    static_assert(std::is_invocable_v<F&, const Numbers&>,
                  "gradcheck wants a function of up to eight doubles, or of one std::vector<double>");
    return [&f](const Numbers& x) { return ToNumbers()(f(x)); };
  }
}

/// Satisfied by functions that gradcheck can call without tensors.
template <class F>
concept PlainCallable = takes_some<F, double>() || std::is_invocable_v<F&, const Numbers&>;

GradcheckResult gradcheck_plain(const PlainFunction& f, const PlainFunction& gradient, const GradcheckPoint& at,
                                const GradcheckOptions& options);

}  // namespace detail
}  // namespace xgrad::autograd
