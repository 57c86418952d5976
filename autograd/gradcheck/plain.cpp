#include <xgrad/autograd/gradcheck/plain.hpp>

#include <xgrad/autograd/gradcheck/check.hpp>

#include <cmath>

namespace xgrad::autograd::detail {
namespace {

GradcheckResult check_plain(const PlainFunction& f, const PlainFunction& gradient, const GradcheckPoint& at,
                            const GradcheckOptions& options) {
  Numbers x = at.values;
  Measured m;
  for (double element : x) {
    if (!std::isfinite(element)) {
      return refusal(fmt::format("x has an element that is {:g}, and no step can be made from there",
                                 std::isnan(element) ? std::abs(element) : element));
    }
  }
  m.here = f(x);
  m.f = [&] {
    Numbers values = f(x);
    check<ValueError>(values.size() == m.here.size(), "gradcheck: f gives {} numbers, and {} when x changes a little",
                      m.here.size(), values.size());
    return values;
  };
  if (!same_numbers(m.here, f(x), options.nondet_tol())) {
    return refusal("the function is nondeterministic: it gives two answers for the same x");
  }
  if (x.empty()) return refusal("x is empty, so there is no slope to measure");
  const auto size = [](const Numbers& numbers) { return static_cast<std::int64_t>(numbers.size()); };
  Variable v{"x", at.scalar ? Dims{} : Dims{size(x)}, kFloat64, {}, 0};
  for (double& element : x) {
    v.places.push_back(&element);
    v.scale = std::max(v.scale, std::abs(element));
  }
  m.variables.push_back(std::move(v));
  m.outputs.push_back({"f", m.here.size() == 1 ? Dims{} : Dims{size(m.here)}, 0, m.here.size()});

  std::vector<Block> blocks = make_blocks(m, options.elementwise());
  Block& block = blocks.front();
  block.analytic = gradient(x);
  if (block.analytic.size() != block.numeric.size()) {
    return refusal(fmt::format("the gradient has {} numbers where f has {} slopes ({} outputs, {} inputs{})",
                               block.analytic.size(), block.numeric.size(), m.here.size(), x.size(),
                               block.diagonal ? ", the diagonal of them" : ""));
  }
  if (!same_numbers(block.analytic, gradient(x), options.nondet_tol())) {
    return refusal("the gradient is nondeterministic: it gives two answers for the same x");
  }
  measure(blocks, m, options);
  return judge(blocks, options);
}

}  // namespace

GradcheckResult gradcheck_plain(const PlainFunction& f, const PlainFunction& gradient, const GradcheckPoint& at,
                                const GradcheckOptions& options) {
  GradcheckResult result = check_plain(f, gradient, at, options);
  if (!result.ok && options.raise_exception()) throw GradcheckError(result.report);
  return result;
}

}  // namespace xgrad::autograd::detail
