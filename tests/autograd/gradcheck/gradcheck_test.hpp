// What the tests of gradcheck share.
#pragma once

#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/engine.hpp>

#include <string>

namespace xgrad::gradcheck_test {

using autograd::gradcheck;
using autograd::GradcheckCause;
using autograd::GradcheckOptions;
using autograd::GradcheckResult;
using autograd::gradgradcheck;

inline Tensor input(IntArrayRef size, std::uint64_t seed = 1) {
  return randn(size, TensorOptions(kFloat64), Generator(seed)).requires_grad_();
}
inline Tensor at(std::vector<double> values) { return tensor(values, TensorOptions(kFloat64)).requires_grad_(); }

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The check failed (or refused), and its report says `part`.
#define EXPECT_REPORT(result, part)                          \
  do {                                                       \
    const GradcheckResult found = result;                    \
    EXPECT_FALSE(found.ok);                                  \
    EXPECT_PRED2(contains, found.report, std::string(part)); \
  } while (false)

/// Its first finding is this cause, and its report says `part`.
#define EXPECT_CAUSE(result, expected, part)                                                   \
  do {                                                                                         \
    const GradcheckResult found = result;                                                      \
    EXPECT_FALSE(found.ok);                                                                    \
    EXPECT_EQ(found.findings.empty() ? GradcheckCause::Unknown : found.findings.front().cause, \
              GradcheckCause::expected)                                                        \
        << found.report;                                                                       \
    EXPECT_PRED2(contains, found.report, std::string(part));                                   \
  } while (false)

#define EXPECT_REFUSED(result, part) EXPECT_CAUSE(result, Refused, part)

/// f(x) with `derivative(x, g)` in the place of the right one.
template <class F, class Derivative>
auto with_derivative(F f, Derivative derivative) {
  return [f, derivative](const Tensor& x) {
    return differentiable<"TestBackward0">(
        inputs(x), {}, [&](const Array*) { return f(x.detach()).array(); }, [](Save& s) { s.input(0); },
        [derivative](const Saved& s, const Tensor& g) -> Grads { return {derivative(s.input(0), g)}; });
  };
}

/// y = a·b + sin(a)·b, with `derivative` in the place of the right one.
template <class Derivative>
Tensor op_with(const Tensor& a, const Tensor& b, Derivative derivative) {
  return differentiable<"TestBackward0">(
      inputs(a, b), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        return (a * b + a.sin() * b).array();
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      derivative);
}

inline Tensor da(const Saved& s, const Tensor& g) { return g * (s.input(1) + s.input(0).cos() * s.input(1)); }
inline Tensor db(const Saved& s, const Tensor& g) { return g * (s.input(0) + s.input(0).sin()); }

/// The same op with one part of its derivative scaled.
inline auto scaled_op(double by) {
  return [by](const Tensor& a, const Tensor& b) {
    return op_with(a, b, [by](const Saved& s, const Tensor& g) -> Grads { return {da(s, g) * by, db(s, g)}; });
  };
}

}  // namespace xgrad::gradcheck_test
