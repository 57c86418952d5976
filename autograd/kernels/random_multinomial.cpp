#include <xgrad/autograd/kernels/random.hpp>
#include <xgrad/autograd/kernels/random_draw.hpp>

#include <vector>

namespace xgrad::kernels {
namespace {

/// Running sums of a row of weights, divided by the last: PyTorch's, in the weights' own precision.
template <class T>
void distribution(std::vector<T>& cumulative, const T* w) {
  T sum = 0;
  for (std::size_t j = 0; j < cumulative.size(); ++j) {
    check(w[j] >= 0, "invalid multinomial distribution (encountering probability entry < 0)");
    check(std::isfinite(w[j]), "invalid multinomial distribution (encountering probability entry = infinity or NaN)");
    cumulative[j] = sum += w[j];
  }
  check(sum > 0, "invalid multinomial distribution (sum of probabilities <= 0)");
  for (T& c : cumulative) c /= sum;
  cumulative.back() = 1;
}

}  // namespace

Array multinomial(const Array& w, std::int64_t samples, Generator& generator) {
  Dims sizes = w.sizes();
  const std::int64_t n = sizes.back(), rows = w.numel() / n;
  sizes.back() = samples;
  Array out = Array::empty(sizes, kInt64);
  dispatch_floating(w.dtype(), "multinomial_with_replacement_kernel_impl", [&]<class T>() {
    const std::lock_guard lock(generator.mutex());
    std::vector<T> cumulative(static_cast<std::size_t>(n));
    auto* to = out.data<std::int64_t>();
    for (std::int64_t i = 0; i < rows; ++i) {
      distribution(cumulative, w.data<T>() + i * n);
      for (std::int64_t j = 0; j < samples; ++j) {
        const double u = unit(generator->random64());
        const auto place =
            std::partition_point(cumulative.begin(), cumulative.end(), [u](T c) { return static_cast<double>(c) < u; });
        *to++ = place - cumulative.begin();
      }
    }
  });
  return out;
}

}  // namespace xgrad::kernels
