#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/search.hpp>
#include <xgrad/autograd/kernels/sort_keys.hpp>

#include <vector>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;

/// How many elements stand before v: those less than it, or, if `Right`, not greater. NaN is after all numbers.
template <bool Right, class T, class At>
Int place_of(T v, Int n, At at) {
  Int low = 0;
  while (n > 0) {
    const Int half = n / 2;
    const T x = at(low + half);
    const bool before = Right ? !(x > v) : !(x >= v);
    low = before ? low + half + 1 : low;
    n = before ? n - half - 1 : half;
  }
  return low;
}

template <bool Right, class T, class R>
void search_rows(const Array& sorted, const Array& values, const Array& out, const Array* sorter) {
  const Int n = sorted.sizes().back(), count = values.numel();
  const Int rows = sorted.dim() == 1 ? 1 : sorted.numel() / std::max<Int>(n, 1);
  const Int per_row = rows ? count / rows : 0;
  const T* const v = values.data<T>();
  R* const to = out.data<R>();
  for (Int i = 0; i < count; ++i) {
    const Int row = per_row ? i / per_row : 0;
    const T* const x = sorted.data<T>() + row * n;
    if (sorter) {
      const Int* const order = sorter->data<Int>() + row * n;
      to[i] = static_cast<R>(place_of<Right>(v[i], n, [&](Int k) { return x[order[k]]; }));
    } else {
      to[i] = static_cast<R>(place_of<Right>(v[i], n, [&](Int k) { return x[k]; }));
    }
  }
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
