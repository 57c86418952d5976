#include <xgrad/autograd/kernels/sort.hpp>

#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/sort_items.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

namespace xgrad::kernels {

Lines::Lines(const Array& given, std::int64_t dim) : dim_(dim), ndim_(given.dim()) {
  const Array all = ndim_ == 0 ? given.unsqueeze(0) : given.transpose(dim, -1);
  x = all.is_contiguous() ? all : contiguous_copy(all);
  n = x.size(-1);
  count = n == 0 ? 0 : x.numel() / n;
}

Array Lines::empty(std::int64_t size, ScalarType dtype) const {
  Dims sizes = x.sizes();
  sizes.back() = size;
  return Array::empty(sizes, dtype);
}

Array Lines::placed_back(const Array& result) const {
  if (ndim_ == 0) return result.squeeze(0);
  const Array back = result.transpose(dim_, -1);
  if (!back.is_contiguous()) return contiguous_copy(back);
  return back.as_strided(back.sizes(), contiguous_strides(back.sizes()), back.offset());
}

namespace {

/// Calls f(line of x, its values, its indices) for every line; `size` elements of each come out.
template <class F>
Sorted for_lines(const Array& given, std::int64_t dim, std::int64_t size, F f) {
  const Lines lines(given, dim);
  const Array values = lines.empty(size, given.dtype()), indices = lines.empty(size, kInt64);
  dispatch(given.dtype(), [&]<class T>() {
    ItemBuffer<ItemOf<T>> buffer(lines.n);
    for (std::int64_t l = 0; l < lines.count; ++l) {
      f(lines.x.data<T>() + l * lines.n, lines.n, values.data<T>() + l * size, indices.data<std::int64_t>() + l * size,
        buffer);
    }
  });
  return {lines.placed_back(values), lines.placed_back(indices)};
}

template <class T, class Item>
void fill_items(Item* items, const T* x, std::int64_t n, bool descending) {
  if (descending) {
    for (std::int64_t i = 0; i < n; ++i) items[i] = item_for(x[i], i, true);
  } else {
    for (std::int64_t i = 0; i < n; ++i) items[i] = item_for(x[i], i, false);
  }
}

template <class T, class Item>
void take_items(const Item* items, std::int64_t n, const T* x, T* values, std::int64_t* indices) {
  for (std::int64_t i = 0; i < n; ++i) {
    indices[i] = index_of(items[i]);
    values[i] = x[indices[i]];
  }
}

/// Keys in the order of a line: descending ones are flipped.
template <class T>
struct OrderedKey {
  using Key = KeyOf<sizeof(T)>;
  Key flip;
  explicit OrderedKey(bool descending) : flip(descending ? static_cast<Key>(~Key{0}) : Key{0}) {}
  Key operator()(T x) const { return static_cast<Key>(sort_key(x) ^ flip); }
  /// Whether a key of these is below the limit: at the speed of memory.
  bool any_below(Key limit, const T* x, std::int64_t n) const {
    int any = 0;
    for (std::int64_t j = 0; j < n; ++j) any |= (*this)(x[j]) < limit;
    return any != 0;
  }
};

/// The k first items of a line, sorted, for a k so small that each can be put in its place at once.
constexpr std::int64_t kFewSelected = 16;
template <class T, class Item>
void select_few(Item* kept, const T* x, std::int64_t n, std::int64_t k, bool descending) {
  constexpr std::int64_t kBlock = 16;  // short, since one candidate makes a block slow
  const OrderedKey<T> key(descending);
  std::int64_t count = 0;
  const auto take = [&](std::int64_t i) {
    const Item item = item_for(x[i], i, descending);
    std::int64_t at = count < k ? count++ : k - 1;
    for (; at > 0 && item < kept[at - 1]; --at) kept[at] = kept[at - 1];
    kept[at] = item;
  };
  std::int64_t i = 0;
  for (; i < k; ++i) take(i);
  typename OrderedKey<T>::Key limit = key(x[index_of(kept[k - 1])]);
  for (; i < n; i += kBlock) {
    const std::int64_t m = std::min(kBlock, n - i);
    if (!key.any_below(limit, x + i, m)) continue;
    for (std::int64_t j = i; j < i + m; ++j) {
      if (key(x[j]) >= limit) continue;
      take(j);
      limit = key(x[index_of(kept[k - 1])]);
    }
  }
}

/// The k first items of a line in no order. Items beyond the k-th of those seen so far need not be kept: blocks without
/// any others are passed over at the speed of memory.
template <class T, class Item>
void select_first(Item* kept, const T* x, std::int64_t n, std::int64_t k, bool descending) {
  constexpr std::int64_t kBlock = 32;
  const OrderedKey<T> key(descending);
  const std::int64_t room = std::min(n, 2 * k + 64);  // little, so that there is a limit soon
  std::int64_t count = 0;
  typename OrderedKey<T>::Key limit = 0;  // keys at or beyond it are of no use
  bool limited = false;
  for (std::int64_t i = 0; i < n; i += kBlock) {
    const std::int64_t m = std::min(kBlock, n - i);
    if (limited && !key.any_below(limit, x + i, m)) continue;
    for (std::int64_t j = i; j < i + m; ++j) {
      if (limited && key(x[j]) >= limit) continue;
      if (count == room) {
        std::nth_element(kept, kept + (k - 1), kept + count);
        limit = key(x[index_of(kept[k - 1])]);
        limited = true;
        count = k;
        if (key(x[j]) >= limit) continue;
      }
      kept[count++] = item_for(x[j], j, descending);
    }
  }
  if (k < count) std::nth_element(kept, kept + (k - 1), kept + count);
}

/// Which value of a line is the most frequent, the least of several, by counting: for integers that are not far apart.
template <class T>
std::optional<T> mode_by_counting(const T* line, std::int64_t n, std::vector<std::int64_t>& counts) {
  const auto [low, high] = std::minmax_element(line, line + n);
  const auto first = static_cast<std::uint64_t>(*low), range = static_cast<std::uint64_t>(*high) - first;
  constexpr std::uint64_t kFew = 256;
  if (range > std::max(kFew, 4 * static_cast<std::uint64_t>(n))) return std::nullopt;
  counts.assign(range + 1, 0);
  for (std::int64_t i = 0; i < n; ++i) ++counts[static_cast<std::uint64_t>(line[i]) - first];
  const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  return static_cast<T>(first + static_cast<std::uint64_t>(most));
}

}  // namespace

Sorted sort(const Array& x, std::int64_t dim, bool descending) {
  if (!x.is_contiguous() && x.is_dense()) {  // results lie as x does: sorted in the order of memory
    Dims order(x.sizes().size(), 0), back = order;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return x.strides()[a] > x.strides()[b]; });
    for (std::size_t i = 0; i < order.size(); ++i) back[order[i]] = static_cast<std::int64_t>(i);
    const Array packed = x.permute(order);
    const auto [values, indices] =
        sort(packed.is_contiguous() ? packed : contiguous_copy(packed), back[dim], descending);
    return {values.permute(back), indices.permute(back)};
  }
  return for_lines(x, dim, x.dim() == 0 ? 1 : x.size(dim),
                   [&]<class T>(const T* line, std::int64_t n, T* values, std::int64_t* indices, auto& buffer) {
                     fill_items(buffer.items(), line, n, descending);
                     take_items(sort_items<T>(buffer, n), n, line, values, indices);
                   });
}

Sorted topk(const Array& x, std::int64_t k, std::int64_t dim, bool largest) {
  return for_lines(x, dim, k,
                   [&]<class T>(const T* line, std::int64_t n, T* values, std::int64_t* indices, auto& buffer) {
                     if (k == 0) return;
                     if (k <= kFewSelected) {
                       select_few(buffer.items(), line, n, k, largest);
                       take_items(buffer.items(), k, line, values, indices);
                       return;
                     }
                     select_first(buffer.items(), line, n, k, largest);
                     take_items(sort_items<T>(buffer, k), k, line, values, indices);
                   });
}

Sorted kth_value(const Array& x, std::int64_t k, std::int64_t dim) {
  return for_lines(x, dim, 1,
                   [&]<class T>(const T* line, std::int64_t n, T* values, std::int64_t* indices, auto& buffer) {
                     auto* const items = buffer.items();
                     fill_items(items, line, n, false);
                     std::nth_element(items, items + k, items + n);
                     take_items(items + k, 1, line, values, indices);
                   });
}

Sorted median(const Array& x, std::int64_t dim, bool ignore_nan) {
  return for_lines(x, dim, 1,
                   [&]<class T>(const T* line, std::int64_t n, T* values, std::int64_t* indices, auto& buffer) {
                     auto* const items = buffer.items();
                     fill_items(items, line, n, false);
                     const std::int64_t nans = std::count_if(line, line + n, [](T v) { return v != v; });
                     const std::int64_t numbers = n - nans;  // which come first
                     const bool none = nans > 0 && (!ignore_nan || numbers == 0);
                     const std::int64_t k = none ? numbers : (numbers - 1) / 2;
                     std::nth_element(items, items + k, items + n);
                     take_items(items + k, 1, line, values, indices);
                   });
}

Sorted mode(const Array& x, std::int64_t dim) {
  std::vector<std::int64_t> counts;
  return for_lines(x, dim, 1,
                   [&]<class T>(const T* line, std::int64_t n, T* values, std::int64_t* indices, auto& buffer) {
                     if constexpr (std::is_integral_v<T>) {
                       if (const auto found = mode_by_counting(line, n, counts)) {
                         *values = *found;
                         for (*indices = n - 1; line[*indices] != *found;) --*indices;
                         return;
                       }
                     }
                     fill_items(buffer.items(), line, n, false);
                     const auto* const items = sort_items<T>(buffer, n);
                     std::int64_t best = 0, most = 0;
                     for (std::int64_t i = 0, start = 0; i < n; ++i) {
                       if (i + 1 < n && line[index_of(items[i])] == line[index_of(items[i + 1])]) continue;
                       if (i + 1 - start > most) most = i + 1 - start, best = i;
                       start = i + 1;
                     }
                     take_items(items + best, 1, line, values, indices);
                   });
}

}  // namespace xgrad::kernels
