#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/resample.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <optional>
#include <type_traits>

namespace xgrad::kernels {
namespace {

/// Neighbours in the result of a line that have as many taps each. In a regular stretch every `period`-th of them has
/// the same weights, and sources that are `advance` further on: of those only the first ones' taps are kept. Taps stand
/// tap by tap.
template <class T>
struct Stretch {
  std::int64_t first, count, taps;
  std::int64_t period = 0, advance = 0;  ///< no period: irregular
  std::vector<std::int64_t> source;
  std::vector<T> weight;
  bool copies() const { return period == 1 && advance == 1 && taps == 1 && weight[0] == 1; }
};

/// The taps of a map, one element of the result after the other.
class TapReader {
 public:
  explicit TapReader(const Taps& map) : map_(map) {}
  std::size_t begin(std::int64_t i) const { return static_cast<std::size_t>(map_.start[static_cast<std::size_t>(i)]); }
  std::int64_t taps(std::int64_t i) const { return static_cast<std::int64_t>(begin(i + 1) - begin(i)); }
  /// How far on i's sources are from those of j, if they are as many, with the same weights and distances.
  std::optional<std::int64_t> advance(std::int64_t j, std::int64_t i) const {
    const std::size_t a = begin(j), b = begin(i);
    if (taps(i) != taps(j) || taps(i) == 0) return std::nullopt;
    const std::int64_t by = map_.source[b] - map_.source[a];
    for (std::size_t k = 0; k < static_cast<std::size_t>(taps(i)); ++k) {
      if (map_.source[b + k] - map_.source[a + k] != by || map_.weight[b + k] != map_.weight[a + k])
        return std::nullopt;
    }
    return by;
  }
  /// Where the regular stretch ends that begins at i, with this period.
  std::int64_t end_of_regular(std::int64_t i, std::int64_t period) const {
    if (i + period >= map_.out() || (period == 2 && taps(i + 1) != taps(i))) return i;
    const auto by = advance(i, i + period);
    std::int64_t last = i + period;
    while (by && last < map_.out() && advance(last - period, last) == by) ++last;
    return last;
  }

 private:
  const Taps& map_;
};

template <class T>
std::vector<Stretch<T>> stretches_of(const Taps& map) {
  constexpr std::int64_t kLeastRegular = 8;
  const TapReader reader(map);
  std::vector<Stretch<T>> all;
  const auto add = [&](Stretch<T> s) {
    const std::int64_t kept = s.period ? s.period : s.count;
    for (std::int64_t k = 0; k < s.taps; ++k) {
      for (std::int64_t j = s.first; j < s.first + kept; ++j) {
        s.source.push_back(map.source[reader.begin(j) + static_cast<std::size_t>(k)]);
        s.weight.push_back(static_cast<T>(map.weight[reader.begin(j) + static_cast<std::size_t>(k)]));
      }
    }
    all.push_back(std::move(s));
  };
  for (std::int64_t i = 0; i < map.out();) {
    const std::int64_t one = reader.end_of_regular(i, 1), two = reader.end_of_regular(i, 2);
    const std::int64_t period = one >= two ? 1 : 2, last = std::max(one, two);
    if (last - i >= kLeastRegular) {
      const std::int64_t count = (last - i) / period * period;
      add({i, count, reader.taps(i), period, *reader.advance(i, i + period), {}, {}});
      i += count;
    } else if (!all.empty() && !all.back().period && all.back().taps == reader.taps(i)) {
      const std::int64_t first = all.back().first;
      all.pop_back();
      add({first, i + 1 - first, reader.taps(i), 0, 0, {}, {}});
      ++i;
    } else {
      add({i, 1, reader.taps(i), 0, 0, {}, {}});
      ++i;
    }
  }
  return all;
}

template <int taps, int period, class T>
void weigh_regular(T* __restrict to, const T* __restrict from, const Stretch<T>& s) {
  const std::int64_t n = s.count / period;
  const T* at[taps][period];
  T w[taps][period];
  for (int k = 0; k < taps; ++k) {
    for (int p = 0; p < period; ++p) {
      at[k][p] = from + s.source[static_cast<std::size_t>(k * period + p)];
      w[k][p] = s.weight[static_cast<std::size_t>(k * period + p)];
    }
  }
  const auto all = [&](auto step) {
    for (std::int64_t i = 0; i < n; ++i) {
      for (int p = 0; p < period; ++p) {
        T sum = w[0][p] * at[0][p][i * step];
        for (int k = 1; k < taps; ++k) sum += w[k][p] * at[k][p][i * step];
        to[i * period + p] = sum;
      }
    }
  };
  if (s.advance == 1)
    all(std::integral_constant<std::int64_t, 1>());
  else if (s.advance == 2)
    all(std::integral_constant<std::int64_t, 2>());
  else
    all(s.advance);
}

template <int taps, class T>
void weigh(T* __restrict to, const T* __restrict from, const Stretch<T>& s) {
  if (s.period == 1) return weigh_regular<taps, 1>(to, from, s);
  if (s.period == 2) return weigh_regular<taps, 2>(to, from, s);
  const std::int64_t n = s.count;
  const std::int64_t* const at = s.source.data();
  const T* const w = s.weight.data();
  for (std::int64_t i = 0; i < n; ++i) {
    T sum = w[i] * from[at[i]];
    for (int k = 1; k < taps; ++k) sum += w[k * n + i] * from[at[k * n + i]];
    to[i] = sum;
  }
}

/// Of any number of taps.
template <class T>
void weigh_many(T* to, const T* from, const Stretch<T>& s) {
  const std::int64_t kept = s.period ? s.period : s.count;
  for (std::int64_t i = 0; i < s.count; ++i) {
    const T* const at = from + i / kept * s.advance;
    T sum = 0;
    for (auto t = static_cast<std::size_t>(i % kept); t < s.source.size(); t += static_cast<std::size_t>(kept))
      sum += s.weight[t] * at[s.source[t]];
    to[i] = sum;
  }
}

template <class T>
void weigh(T* to, const T* from, const Stretch<T>& s) {
  if (s.copies()) return static_cast<void>(std::copy_n(from + s.source[0], s.count, to));
  switch (s.taps) {
    case 0:
      return static_cast<void>(std::fill_n(to, s.count, T(0)));
    case 1:
      return weigh<1>(to, from, s);
    case 2:
      return weigh<2>(to, from, s);
    case 3:
      return weigh<3>(to, from, s);
    case 4:
      return weigh<4>(to, from, s);
    default:
      return weigh_many(to, from, s);
  }
}

/// to [outer, map.out(), inner] from [outer, map.in, inner].
template <class T>
void along(T* to, const T* from, const Taps& map, std::int64_t outer, std::int64_t inner) {
  const std::vector<T> weight(map.weight.begin(), map.weight.end());
  const std::int64_t out = map.out();
  for (std::int64_t o = 0; o < outer; ++o, from += map.in * inner) {
    for (std::int64_t i = 0; i < out; ++i, to += inner) {
      const auto first = static_cast<std::size_t>(map.start[static_cast<std::size_t>(i)]),
                 last = static_cast<std::size_t>(map.start[static_cast<std::size_t>(i) + 1]);
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
    of_floating(x.dtype(), [&]<class T>() {
      T* const to = next.data<T>();
      const T* const from = now.data<T>();
      const auto stretches = inner == 1 ? stretches_of<T>(*map) : std::vector<Stretch<T>>();
      split(outer, std::max(taps * inner, of_next), 1, [&](std::int64_t first, std::int64_t last) {
        if (inner != 1) return along(to + first * of_next, from + first * of_now, *map, last - first, inner);
        for (std::int64_t o = first; o < last; ++o) {
          for (const Stretch<T>& s : stretches) weigh(to + o * of_next + s.first, from + o * of_now, s);
        }
      });
    });
    now = next;
    changed = true;
  }
  return changed || now.raw() != x.raw() ? now : contiguous_copy(x);
}

}  // namespace xgrad::kernels
