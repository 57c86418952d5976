#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/search.hpp>
#include <xgrad/autograd/kernels/sort_keys.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <bit>
#include <vector>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;

/// to[i]: how many elements stand before v[i]: those less than it, or, if `Right`, not greater. NaN is after all
/// numbers. Which half is left to search is nothing to be guessed, and a search waits for memory at each step, so some
/// go side by side, without branches.
template <bool Right, class T, class R, class At>
void places_of(R* to, const T* v, Int count, Int n, At at) {
  constexpr Int kSide = 16;
  const int steps = std::bit_width(static_cast<std::uint64_t>(n));
  for (Int first = 0; first < count; first += kSide) {
    const Int m = std::min(kSide, count - first);
    T value[kSide] = {};
    Int low[kSide] = {}, left[kSide];
    std::copy_n(v + first, m, value);
    std::fill_n(left, kSide, n);
    for (int step = 0; step < steps; ++step) {
      for (Int k = 0; k < kSide; ++k) {
        const Int half = left[k] >> 1, middle = low[k] + half;
        const T x = at(std::min(middle, n - 1));
        const Int before = static_cast<Int>(Right ? !(x > value[k]) : !(x >= value[k])) & static_cast<Int>(left[k] > 0);
        low[k] += before * (half + 1);
        left[k] = half - before * (2 * half + 1 - left[k]);
      }
    }
    for (Int k = 0; k < m; ++k) to[first + k] = static_cast<R>(low[k]);
  }
}

template <bool Right, class T, class R>
void search_rows(const Array& sorted, const Array& values, const Array& out, const Array* sorter) {
  const Int n = sorted.sizes().back(), count = values.numel();
  const Int rows = sorted.dim() == 1 ? 1 : sorted.numel() / std::max<Int>(n, 1);
  if (count == 0) return;
  if (n == 0) {
    std::fill_n(out.data<R>(), count, R(0));
    return;
  }
  const Int each = count / rows, step = std::bit_width(static_cast<std::uint64_t>(n));
  split(rows, each * step * 2, 1, [&](Int first, Int last) {
    for (Int row = first; row < last; ++row) {
      const T* const x = sorted.data<T>() + row * n;
      const T* const v = values.data<T>() + row * each;
      R* const to = out.data<R>() + row * each;
      if (sorter) {
        const Int* const order = sorter->data<Int>() + row * n;
        places_of<Right>(to, v, each, n, [=](Int k) { return x[order[k]]; });
      } else {
        places_of<Right>(to, v, each, n, [=](Int k) { return x[k]; });
      }
    }
  });
}

}  // namespace

Array search_sorted(const Array& sorted, const Array& values, bool right, ScalarType result, const Array* sorter) {
  const Array out = Array::empty(values.sizes(), result);
  dispatch(sorted.dtype(), [&]<class T>() {
    const auto search = [&]<class R>() {
      right ? search_rows<true, T, R>(sorted, values, out, sorter)
            : search_rows<false, T, R>(sorted, values, out, sorter);
    };
    result == kInt32 ? search.template operator()<std::int32_t>() : search.template operator()<Int>();
  });
  return out;
}

namespace {

/// The keys (sort_keys.hpp) of a set. Open addressing in a table that is so empty that the first place looked at nearly
/// always decides, and whether it does is nothing to be guessed.
template <class T>
class KeySet {
 public:
  explicit KeySet(const Array& packed) {
    const Int n = packed.numel();
    std::size_t size = 16;
    const std::size_t wanted = static_cast<std::size_t>(n) * (n <= 2048 ? 8 : 3);
    while (size < wanted) size *= 2, --shift_;
    places_.resize(size);
    for (Int i = 0; i < n; ++i) {
      const T v = packed.data<T>()[i];
      if (v != v) continue;  // NaN is equal to nothing
      const Key key = sort_key(v);
      if (key == 0) has_zero_ = true;  // which stands for an empty place
      std::size_t at = start(key);
      while (places_[at] != 0 && places_[at] != key) at = (at + 1) & (size - 1);
      places_[at] = key;
    }
  }
  bool has(T v) const {
    const Key key = sort_key(v);
    std::size_t at = start(key);
    Key held = places_[at];
    while ((held != 0) & (held != key)) held = places_[at = (at + 1) & (places_.size() - 1)];
    return (held == key) & ((key != 0) | has_zero_) & (v == v);
  }

 private:
  using Key = KeyOf<sizeof(T)>;
  std::size_t start(Key key) const {
    return static_cast<std::size_t>(key * std::uint64_t{0x9E3779B97F4A7C15} >> shift_);
  }

  std::vector<Key> places_;
  int shift_ = 60;
  bool has_zero_ = false;
};

}  // namespace

Array is_among(const Array& x, const Array& set, bool invert) {
  const Array out = Array::empty(x.sizes(), kBool);
  dispatch(x.dtype(), [&]<class T>() {
    const KeySet<T> known(contiguous_copy(set));
    constexpr Int kCost = 16;
    map_unary<bool, T>(
        out, x, [&](T v) { return known.has(v) != invert; }, kCost);
  });
  return out;
}

}  // namespace xgrad::kernels
