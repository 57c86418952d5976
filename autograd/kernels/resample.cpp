#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/resample.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>

namespace xgrad::kernels {
namespace {

/// to [outer, map.out(), inner] from [outer, map.in, inner].
template <class T>
void along(T* to, const T* from, const Taps& map, std::int64_t outer, std::int64_t inner) {
  const std::vector<T> weight(map.weight.begin(), map.weight.end());
  const std::int64_t out = map.out();
  for (std::int64_t o = 0; o < outer; ++o, from += map.in * inner) {
    for (std::int64_t i = 0; i < out; ++i, to += inner) {
      const auto first = static_cast<std::size_t>(map.start[static_cast<std::size_t>(i)]),
                 last = static_cast<std::size_t>(map.start[static_cast<std::size_t>(i) + 1]);
      if (inner == 1) {
        T sum = 0;
        for (std::size_t t = first; t < last; ++t) sum += weight[t] * from[map.source[t]];
        *to = sum;
        continue;
      }
      if (first == last) std::fill_n(to, inner, T(0));
      for (std::size_t t = first; t < last; ++t) {
        const T* const row = from + map.source[t] * inner;
        const T w = weight[t];
        if (t == first) {
          XGRAD_INDEPENDENT
          for (std::int64_t j = 0; j < inner; ++j) to[j] = w * row[j];
        } else {
          XGRAD_INDEPENDENT
          for (std::int64_t j = 0; j < inner; ++j) to[j] += w * row[j];
        }
      }
    }
  }
}

}  // namespace

Taps Taps::transposed() const {
  Taps back;
  back.in = out();
  std::vector<std::vector<std::pair<std::int64_t, double>>> to(static_cast<std::size_t>(in));
  for (std::int64_t i = 0; i < out(); ++i) {
    for (auto t = static_cast<std::size_t>(start[static_cast<std::size_t>(i)]);
         t < static_cast<std::size_t>(start[static_cast<std::size_t>(i) + 1]); ++t) {
      to[static_cast<std::size_t>(source[t])].emplace_back(i, weight[t]);
    }
  }
  for (const auto& taps : to) {
    for (const auto& [i, w] : taps) back.tap(i, w);
    back.next();
  }
  return back;
}

Array resample(const Array& x, const std::vector<const Taps*>& maps) {
  Array now = x.is_contiguous() ? x : contiguous_copy(x);
  const auto dims = static_cast<std::int64_t>(maps.size());
  bool changed = false;
  // The last dimension first: downsampling shrinks what the other passes read.
  for (std::int64_t k = dims - 1; k >= 0; --k) {
    const Taps* const map = maps[static_cast<std::size_t>(k)];
    if (!map) continue;
    const auto d = static_cast<std::size_t>(x.dim() - dims + k);
    std::int64_t outer = 1, inner = 1;
    for (std::size_t i = 0; i < d; ++i) outer *= now.sizes()[i];
    for (std::size_t i = d + 1; i < now.sizes().size(); ++i) inner *= now.sizes()[i];
    Dims sizes = now.sizes();
    sizes[d] = map->out();
    const Array next = Array::empty(sizes, x.dtype());
    const std::int64_t of_next = map->out() * inner, of_now = map->in * inner,
                       taps = static_cast<std::int64_t>(map->weight.size());
    split(outer, std::max(taps * inner, of_next), 1, [&](std::int64_t first, std::int64_t last) {
      const auto some = [&]<class T>(T* to, const T* from) {
        along(to + first * of_next, from + first * of_now, *map, last - first, inner);
      };
      if (x.dtype() == kFloat32)
        some(next.data<float>(), static_cast<const float*>(now.data<float>()));
      else
        some(next.data<double>(), static_cast<const double*>(now.data<double>()));
    });
    now = next;
    changed = true;
  }
  return changed || now.raw() != x.raw() ? now : contiguous_copy(x);
}

}  // namespace xgrad::kernels
