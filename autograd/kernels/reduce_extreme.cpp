#include <xgrad/autograd/kernels/reduce_loops.hpp>

namespace xgrad::kernels {
namespace {

template <class T, bool largest>
struct Extreme {
  using Input = T;
  using Output = T;
  using Total = T;
  static T none() { return extreme_start<largest, T>(); }
  static T step(T best, T x) { return beyond<largest>(x, best) ? x : best; }
  static T row(T best, const T* p, std::int64_t n, std::int64_t stride) {
    if (stride == 1) return extreme_row<largest>(p, n, best);
    for (std::int64_t i = 0; i < n; ++i) best = step(best, p[i * stride]);
    return best;
  }
  static T merge(T a, T b) { return step(a, b); }
  static bool decided(T) { return false; }
  static T finish(T best) { return best; }
  using Columns = StepColumns<Extreme, T>;
};

/// PyTorch's errors for an extreme of nothing. `name` is the operation's without the parentheses.
void check_not_empty(const Array& x, std::uint64_t mask, std::string_view name) {
  if (x.numel() != 0) return;
  check(static_cast<std::size_t>(std::popcount(mask)) < x.sizes().size(),
        "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' "
        "argument.",
        name);
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    check<IndexError>(!(mask >> d & 1) || x.sizes()[d] != 0, "{}(): Expected reduction dim {} to have non-zero size.",
                      name, d);
  }
}

}  // namespace

Array reduce_extreme(bool largest, const Array& x, std::uint64_t mask, bool keepdim) {
  check_not_empty(x, mask, largest ? "max" : "min");
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), x.dtype());
  dispatch(x.dtype(), [&]<class T>() {
    if (largest)
      run_reduction<Extreme<T, true>>(x, mask, out);
    else
      run_reduction<Extreme<T, false>>(x, mask, out);
  });
  return out;
}

}  // namespace xgrad::kernels
