#include <xgrad/autograd/kernels/creation.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

namespace xgrad::kernels {

Array arange(Scalar start, Scalar step, std::int64_t n, ScalarType dtype) {
  const Array result = Array::empty({n}, dtype);
  dispatch(dtype, [&]<class T>() {
    T* p = result.data<T>();
    if constexpr (std::is_floating_point_v<T>) {
      const double s = start.toDouble(), d = step.toDouble();
      for_numbers(n, [=](auto i) { p[i] = static_cast<T>(s + d * static_cast<double>(i)); });
    } else {
      const std::int64_t s = start.toLong(), d = step.toLong();
      for (std::int64_t i = 0; i < n; ++i) p[i] = static_cast<T>(s + d * i);
    }
  });
  return result;
}

Array linspace(Scalar start, Scalar end, std::int64_t n, ScalarType dtype) {
  const Array result = Array::empty({n}, dtype);
  if (n == 0) return result;
  dispatch(dtype, [&]<class T>() {
    using Step = std::conditional_t<std::is_floating_point_v<T>, T, float>;
    const T first = start.to<T>(), last = n > 1 ? end.to<T>() : first;
    const Step step = n > 1 ? (static_cast<Step>(last) - static_cast<Step>(first)) / static_cast<Step>(n - 1) : Step(0);
    // By value, as p might point to what is referred to.
    const auto fill = [](auto* __restrict p, T from, Step each, auto direction, std::int64_t count) {
      const auto set = [=](auto i) {
        p[direction * i] = static_cast<T>(static_cast<Step>(from) + each * static_cast<Step>(i));
      };
      if constexpr (std::is_floating_point_v<T>)
        for_numbers(count, set);
      else
        for (std::int64_t i = 0; i < count; ++i) set(i);
    };
    constexpr std::integral_constant<int, 1> kUp;
    constexpr std::integral_constant<int, -1> kDown;
    T* const p = result.data<T>();
    fill(p, first, step, kUp, n / 2);
    fill(p + n - 1, last, -step, kDown, n - n / 2);
    if (n == 1) p[0] = first;
  });
  return result;
}

}  // namespace xgrad::kernels
