#include <xgrad/autograd/kernels/reduce_loops.hpp>

namespace xgrad::kernels {
namespace {

template <class T, class Out, bool all>
struct Logical {
  using Input = T;
  using Output = Out;
  using Total = std::uint8_t;
  static Total none() { return all; }
  static Total step(Total state, T x) {
    const auto is = static_cast<Total>(x != T(0));
    return all ? state & is : state | is;
  }
  static Total row(Total state, const T* p, std::int64_t n, std::int64_t stride) {
    constexpr std::int64_t kBlock = 512;  // decided or not is asked once a block, so that the loop inside vectorises
    for (std::int64_t i = 0; i < n && state == none(); i += kBlock) {
      const std::int64_t end = std::min(n, i + kBlock);
      if (stride == 1) {
        for (std::int64_t j = i; j < end; ++j) state = step(state, p[j]);
      } else {
        for (std::int64_t j = i; j < end; ++j) state = step(state, p[j * stride]);
      }
    }
    return state;
  }
  static Total merge(Total a, Total b) { return all ? a & b : a | b; }
  static bool decided(Total state) { return state != none(); }
  static Out finish(Total state) { return static_cast<Out>(state); }
  using Columns = StepColumns<Logical, Total>;
};

}  // namespace

Array reduce_logical(bool all, const Array& x, std::uint64_t mask, bool keepdim) {
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), x.dtype() == kUInt8 ? kUInt8 : kBool);
  dispatch(x.dtype(), [&]<class T>() {
    using Out = std::conditional_t<std::is_same_v<T, std::uint8_t>, std::uint8_t, bool>;
    if (all)
      run_reduction<Logical<T, Out, true>>(x, mask, out);
    else
      run_reduction<Logical<T, Out, false>>(x, mask, out);
  });
  return out;
}

}  // namespace xgrad::kernels
