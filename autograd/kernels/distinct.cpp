/// Distinct elements and counts.
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/rows.hpp>
#include <xgrad/autograd/kernels/sort.hpp>
#include <xgrad/autograd/kernels/sort_items.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace xgrad::kernels {
namespace {

/// Groups neighbours of an order: `order(i)` is the index at place i, `same(a, b)` whether two indices are of one
/// group.
struct Groups {
  std::vector<std::int64_t> first, counts;  // of each group, the index that stands first in the order
  Array inverse;

  template <class Order, class Same>
  Groups(std::int64_t n, IntArrayRef sizes, Order order, Same same) : inverse(Array::empty(sizes, kInt64)) {
    auto* const group = inverse.data<std::int64_t>();
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t at = order(i);
      if (i == 0 || !same(order(i - 1), at)) {
        first.push_back(at);
        counts.push_back(0);
      }
      ++counts.back();
      group[at] = static_cast<std::int64_t>(counts.size()) - 1;
    }
  }
};

Array vector_of(const std::vector<std::int64_t>& values) {
  Array out = Array::empty({static_cast<std::int64_t>(values.size())}, kInt64);
  std::copy(values.begin(), values.end(), out.data<std::int64_t>());
  return out;
}

}  // namespace

namespace {

/// Each element that differs from the one before it.
template <class T>
Array without_repeats(const T* p, std::int64_t n, ScalarType dtype) {
  std::int64_t count = n > 0;
  for (std::int64_t i = 1; i < n; ++i) count += p[i] != p[i - 1];
  const Array values = Array::empty({count + 1}, dtype);  // room for one more, so that writing needs no branch
  T* const to = values.data<T>();
  std::int64_t at = n > 0;
  if (n > 0) to[0] = p[0];
  for (std::int64_t i = 1; i < n; ++i) {
    to[at] = p[i];
    at += p[i] != p[i - 1];
  }
  return values.slice(0, 0, count, 1);
}

/// Distinct integers that lie close together, by a table of how often each stands there, or only whether. Nothing if
/// the table would be larger than x.
template <class T>
std::optional<Distinct> distinct_by_table(const Array& x, bool details) {
  const T* const p = x.data<T>();
  const std::int64_t n = x.numel();
  const T low = extreme_row<false>(p, n), high = extreme_row<true>(p, n);
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  if (range >= static_cast<std::uint64_t>(n)) return std::nullopt;
  const auto place = [low](T v) { return static_cast<std::uint64_t>(v) - static_cast<std::uint64_t>(low); };
  std::vector<std::uint8_t> there(details ? 0 : range + 1);
  std::vector<std::int64_t> counts(details ? range + 1 : 0);
  if (details) {
    for (std::int64_t i = 0; i < n; ++i) ++counts[place(p[i])];
  } else {
    for (std::int64_t i = 0; i < n; ++i) there[place(p[i])] = 1;
  }
  std::vector<std::int64_t> which;  // of the places that have any
  for (std::uint64_t k = 0; k <= range; ++k) {
    if (details ? counts[k] != 0 : there[k] != 0) which.push_back(static_cast<std::int64_t>(k));
  }
  const auto size = static_cast<std::int64_t>(which.size());
  const Array values = Array::empty({size}, x.dtype());
  std::transform(which.begin(), which.end(), values.data<T>(), [low](std::int64_t k) {
    return static_cast<T>(static_cast<std::uint64_t>(low) + static_cast<std::uint64_t>(k));
  });
  if (!details) return Distinct{values, {}, {}};
  const Array often = Array::empty({size}, kInt64), inverse = Array::empty(x.sizes(), kInt64);
  for (std::int64_t r = 0; r < size; ++r)
    often.data<std::int64_t>()[r] =
        std::exchange(counts[static_cast<std::size_t>(which[static_cast<std::size_t>(r)])], r);
  for (std::int64_t i = 0; i < n; ++i) inverse.data<std::int64_t>()[i] = counts[place(p[i])];
  return Distinct{values, inverse, often};
}

}  // namespace

Distinct distinct(const Array& given, bool consecutive, bool details) {
  const Array x = given.is_contiguous() ? given : contiguous_copy(given);
  const std::int64_t n = x.numel();
  return dispatch(x.dtype(), [&]<class T>() -> Distinct {
    const T* const p = x.data<T>();
    if (consecutive && !details) return {without_repeats(p, n, x.dtype()), {}, {}};
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (!consecutive && n > 0) {
        if (auto found = distinct_by_table<T>(x, details)) return *found;
      }
    }
    const auto same = [p](std::int64_t a, std::int64_t b) { return p[a] == p[b]; };
    const auto finish = [&](const Groups& groups) -> Distinct {
      Array values = Array::empty({static_cast<std::int64_t>(groups.first.size())}, x.dtype());
      T* to = values.data<T>();
      for (const std::int64_t at : groups.first) *to++ = p[at];
      return {values, groups.inverse, vector_of(groups.counts)};
    };
    if (consecutive || n == 0)
      return finish(Groups(
          n, x.sizes(), [](std::int64_t i) { return i; }, same));
    ItemBuffer<ItemOf<T>> buffer(n);
    for (std::int64_t i = 0; i < n; ++i) buffer.items()[i] = item_for(p[i], i, false);
    const auto* const items = sort_items<T>(buffer, n);
    return finish(Groups(
        n, x.sizes(), [items](std::int64_t i) { return index_of(items[i]); }, same));
  });
}

Distinct distinct_rows(const Array& x, bool consecutive) {
  const std::int64_t n = x.size(0), width = x.size(1);
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  const auto groups = dispatch(x.dtype(), [&]<class T>() {
    const T* const p = x.data<T>();
    if (!consecutive) {
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return std::lexicographical_compare(p + a * width, p + (a + 1) * width, p + b * width, p + (b + 1) * width,
                                            [](T u, T v) { return sort_key(u) < sort_key(v); });
      });
    }
    return Groups(
        n, IntArrayRef(n), [&](std::int64_t i) { return order[static_cast<std::size_t>(i)]; },
        [&](std::int64_t a, std::int64_t b) { return std::equal(p + a * width, p + (a + 1) * width, p + b * width); });
  });
  return {vector_of(groups.first), groups.inverse, vector_of(groups.counts)};
}

Array bincount(const Array& given, const Array* weights, std::int64_t size) {
  const Array x = given.is_contiguous() ? given : contiguous_copy(given);
  Array out = Array::empty({size}, weights ? weights->dtype() : kInt64);
  fill(out, 0);
  const auto* const at = x.data<std::int64_t>();
  if (!weights) {
    for (std::int64_t i = 0; i < x.numel(); ++i) ++out.data<std::int64_t>()[at[i]];
    return out;
  }
  const Array w = weights->is_contiguous() ? *weights : contiguous_copy(*weights);
  dispatch_floating(w.dtype(), "bincount", [&]<class T>() {
    for (std::int64_t i = 0; i < x.numel(); ++i) out.data<T>()[at[i]] += w.data<T>()[i];
  });
  return out;
}

Array histc(const Array& given, std::int64_t bins, double low, double high) {
  const Array x = given.is_contiguous() ? given : contiguous_copy(given);
  Array out = Array::empty({bins}, x.dtype());
  fill(out, 0);
  dispatch_floating(x.dtype(), "histogram_cpu", [&]<class T>() {
    const T from = static_cast<T>(low), to = static_cast<T>(high);
    std::vector<std::int64_t> counts(static_cast<std::size_t>(bins));
    const T* const p = x.data<T>();
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      if (!(p[i] >= from && p[i] <= to)) continue;
      const auto part = static_cast<std::int64_t>((p[i] - from) * static_cast<T>(bins) / (to - from));
      ++counts[static_cast<std::size_t>(std::min(part, bins - 1))];
    }
    std::transform(counts.begin(), counts.end(), out.data<T>(), [](std::int64_t c) { return static_cast<T>(c); });
  });
  return out;
}

}  // namespace xgrad::kernels
