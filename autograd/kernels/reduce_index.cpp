#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/reduce_plan.hpp>
#include <xgrad/autograd/kernels/rows.hpp>

#include <tuple>
#include <type_traits>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t kShortRow = 32;  // from where on a row has vectors of its own

/// Where the first of at most 64 elements is that is `value`, without branches: nobody could guess which it is.
template <class T>
std::int64_t first_equal(const T* p, std::int64_t n, T value) {
  using Mask = decltype(Lanes<T>() == Lanes<T>());
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Mask) / sizeof(T));
  using Lane = std::remove_cvref_t<decltype(Mask()[0])>;
  constexpr Lane kNone = 64;
  Mask at = {}, first = {};
  for (std::int64_t k = 0; k < kLanes; ++k) at[k] = static_cast<Lane>(k);
  first += kNone;
  const std::int64_t whole = n - n % kLanes;
  for (std::int64_t i = whole - kLanes; i >= 0; i -= kLanes) {
    const Mask there = at + static_cast<Lane>(i);
    first = load_lanes(p + i) == value ? there : first;
  }
  std::int64_t least = kNone;
  for (std::int64_t k = 0; k < kLanes; ++k) least = std::min<std::int64_t>(least, first[k]);
  for (std::int64_t i = whole; i < n && least == kNone; ++i) least = p[i] == value ? i : least;
  return least;
}

/// The first extreme of a row and where it is; NaN is the most extreme.
template <bool largest, class T>
[[gnu::noinline]] std::pair<T, std::int64_t> find_extreme(const T* p, std::int64_t n, std::int64_t stride) {
  T best = p[0];
  if (stride == 1 && n >= kShortRow) {
    best = extreme_row<largest>(p, n);
    std::int64_t i = 0;
    if (best != best) {
      while (p[i] == p[i]) ++i;
      return {best, i};
    }
    for (; i + 64 <= n; i += 64) {
      int found = 0;
      for (std::int64_t j = i; j < i + 64; ++j) found |= p[j] == best;
      if (found) break;
    }
    return {best, i + first_equal(p + i, std::min<std::int64_t>(64, n - i), best)};
  }
  std::int64_t index = 0;
  for (std::int64_t i = 1; i < n && best == best; ++i) {
    const T x = p[i * stride];
    if (beyond<largest>(x, best)) {
      best = x;
      index = i;
    }
  }
  return {best, index};
}

/// The same of packed rows that are short: some side by side in the lanes of a vector, without branches, which nobody
/// could guess.
template <bool largest, class T>
void find_extremes(const T* p, std::int64_t rows, std::int64_t n, T* values, std::int64_t* indices) {
  using Side = Lanes<T>;
  using Mask = decltype(Side() == Side());
  constexpr auto kSide = static_cast<std::int64_t>(sizeof(Side) / sizeof(T));
  std::int64_t r = 0;
  for (; r + kSide <= rows; r += kSide, p += kSide * n) {
    const auto read_column = [&](Side& x, std::int64_t i) {
      for (std::int64_t k = 0; k < kSide; ++k) x[k] = p[k * n + i];
    };
    Side best = {}, x = {};
    read_column(best, 0);
    Mask index = {}, at = {};
    for (std::int64_t i = 1; i < n; ++i) {
      read_column(x, i);
      const Mask takes = ((largest ? x > best : x < best) | (x != x)) & (best == best);
      at += 1;
      best = takes ? x : best;
      index = takes ? at : index;
    }
    for (std::int64_t k = 0; k < kSide; ++k) {
      values[r + k] = best[k];
      indices[r + k] = index[k];
    }
  }
  for (; r < rows; ++r, p += n) std::tie(values[r], indices[r]) = find_extreme<largest>(p, n, 1);
}

template <bool largest, class T>
void run_with_index(const Array& x, std::uint64_t mask, const Array& values, const Array& indices) {
  const T* const p = x.data<T>();
  T* const v = values.data<T>();
  auto* const ix = indices.data<std::int64_t>();
  const auto rows = [&](const T* from, std::int64_t n, std::int64_t stride, std::int64_t at) {
    const auto [best, index] = find_extreme<largest>(from, n, stride);
    v[at] = best;
    ix[at] = index;
  };
  if (x.is_contiguous() && mask != 0 && mask >> (x.sizes().size() - 1)) {
    const std::int64_t n = x.sizes().back();
    split(values.numel(), n, 1, [&](std::int64_t first, std::int64_t last) {
      if (n < kShortRow) return find_extremes<largest>(p + first * n, last - first, n, v + first, ix + first);
      for (std::int64_t i = first; i < last; ++i) rows(p + i * n, n, 1, i);
    });
    return;
  }
  const ReducePlan plan(x, mask);
  const std::int64_t kept = plan.kept.count(), each = x.numel() / (kept * plan.column.size);
  constexpr std::int64_t kLine = 16;  // columns that are not parted
  const auto part = [&](std::int64_t begin, std::int64_t end, std::int64_t left, std::int64_t right) {
    plan.kept.for_range(begin, end, [&](std::int64_t in_at, std::int64_t out_at) {
      const T* const from = p + in_at;
      if (plan.along_rows()) return rows(from, plan.row.size, plan.row.in, out_at);
      const std::int64_t in = plan.column.in, out = plan.column.out;
      T* const best = v + out_at;
      std::int64_t* const index = ix + out_at;
      for (std::int64_t j = left; j < right; ++j) {
        best[j * out] = from[j * in];
        index[j * out] = 0;
      }
      for (std::int64_t i = 1; i < plan.row.size; ++i) {
        const T* const row = from + i * plan.row.in;
        for (std::int64_t j = left; j < right; ++j) {
          const T b = best[j * out], y = row[j * in];
          const bool takes = beyond<largest>(y, b) && b == b;
          best[j * out] = takes ? y : b;
          index[j * out] = takes ? i : index[j * out];
        }
      }
    });
  };
  split_matrix(kept, plan.column.size, each, kLine, part);
}

}  // namespace

std::pair<Array, Array> extreme_with_index(bool largest, const Array& x, std::int64_t dim, bool keepdim) {
  const std::uint64_t mask = dimension_mask(x, dim);
  const Dims sizes = reduced_sizes(x, mask, keepdim);
  check<IndexError>(mask == 0 || x.sizes()[static_cast<std::size_t>(dim)] != 0,
                    "{}(): Expected reduction dim {} to have non-zero size.", largest ? "max" : "min", dim);
  std::pair<Array, Array> result{Array::empty(sizes, x.dtype()), Array::empty(sizes, kInt64)};
  if (x.numel() == 0) return result;
  dispatch(x.dtype(), [&]<class Element>() {
    using T = std::conditional_t<std::is_same_v<Element, bool>, std::uint8_t, Element>;  // bools order as their bytes
    if (largest)
      run_with_index<true, T>(x, mask, result.first, result.second);
    else
      run_with_index<false, T>(x, mask, result.first, result.second);
  });
  return result;
}

}  // namespace xgrad::kernels
