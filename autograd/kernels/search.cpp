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

/// Whether x stands before v: it is less than it or, if `right`, not greater. NaN is after all numbers.
template <class T>
inline bool is_before(T x, T v, bool right) {
  return right ? !(x > v) : !(x >= v);
}

/// How many of n elements stand before v, by the same steps as everywhere, which decide where there is more than one
/// answer: elements that are not in order, or NaN.
template <class T, class At>
Int place_by_halves(T v, Int n, bool right, At at) {
  Int low = 0;
  while (low < n) {
    const Int middle = low + ((n - low) >> 1);
    if (is_before(at(middle), v, right))
      low = middle + 1;
    else
      n = middle;
  }
  return low;
}

constexpr Int kSide = 16;

/// place[k] += how many of the n elements from x[place[k]] on stand before v[k]. Which half is left to search is
/// nothing to be guessed, and a search waits for memory at each step, so all go side by side, without branches.
template <bool right, class T>
void search_side_by_side(Int* place, const T* v, const T* x, Int n) {
  for (; n > 1; n -= n / 2) {
    const Int half = n / 2;
    for (Int k = 0; k < kSide; ++k) place[k] += is_before(x[place[k] + half - 1], v[k], right) ? half : 0;
  }
  for (Int k = 0; k < kSide && n == 1; ++k) place[k] += is_before(x[place[k]], v[k], right);
}

/// The places of numbers among others in order. What is searched for is often in order too: then it is not far from
/// what was searched for before.
template <bool right, class T, class Put>
void places_of(const T* v, Int count, const T* x, Int n, Put put) {
  Int from = 0;
  for (Int first = 0; first < count; first += kSide) {
    const Int m = std::min(kSide, count - first);
    T value[kSide];
    for (Int k = 0; k < kSide; ++k) value[k] = v[first + std::min(k, m - 1)];
    const auto [least, most] = std::minmax_element(value, value + kSide);
    Int low = 0, length = n;
    if (from > 0 ? is_before(x[from - 1], *least, right) : true) {
      for (Int near = kSide; near < n / 4; near *= 8) {
        if (from + near < n && is_before(x[from + near], *most, right)) continue;
        low = from;
        length = std::min(near, n - from);
        break;
      }
    }
    Int place[kSide];
    std::fill_n(place, kSide, low);
    search_side_by_side<right>(place, value, x, length);
    for (Int k = 0; k < m; ++k) put(first + k, place[k]);
    from = place[m - 1];
  }
}

template <class T>
void search_rows(const Array& sorted, const Array& values, const Array& out, bool right, const Array* sorter) {
  const Int n = sorted.sizes().back(), count = values.numel();
  const Int rows = sorted.dim() == 1 ? 1 : sorted.numel() / std::max<Int>(n, 1);
  if (count == 0) return;
  if (n == 0) return fill(out, 0);
  const Int each = count / rows, step = std::bit_width(static_cast<std::uint64_t>(n));
  const auto search = [&](Int row, Int from, Int to) {
    const T* const x = sorted.data<T>() + row * n;
    const T* const v = values.data<T>() + row * each + from;
    const auto put = [&, start = row * each + from, narrow = out.dtype() == kInt32](Int i, Int place) {
      if (narrow)
        out.data<std::int32_t>()[start + i] = static_cast<std::int32_t>(place);
      else
        out.data<Int>()[start + i] = place;
    };
    const auto numbers = [](const T* p, Int size) { return std::none_of(p, p + size, [](T y) { return y != y; }); };
    if (sorter) {
      const Int* const order = sorter->data<Int>() + row * n;
      for (Int i = 0; i < to - from; ++i) put(i, place_by_halves(v[i], n, right, [=](Int k) { return x[order[k]]; }));
    } else if (x[n - 1] != x[n - 1] || !numbers(v, to - from)) {
      for (Int i = 0; i < to - from; ++i) put(i, place_by_halves(v[i], n, right, [=](Int k) { return x[k]; }));
    } else if (right) {
      places_of<true>(v, to - from, x, n, put);
    } else {
      places_of<false>(v, to - from, x, n, put);
    }
  };
  split_matrix(rows, each, step * 2, kSide, [&](Int first, Int last, Int from, Int to) {
    for (Int row = first; row < last; ++row) search(row, from, to);
  });
}

}  // namespace

Array search_sorted(const Array& sorted, const Array& values, bool right, ScalarType result, const Array* sorter) {
  const Array out = Array::empty(values.sizes(), result);
  dispatch(sorted.dtype(), [&]<class Element>() {
    using T = std::conditional_t<std::is_same_v<Element, bool>, std::uint8_t, Element>;  // bools order as their bytes
    search_rows<T>(sorted, values, out, right, sorter);
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
