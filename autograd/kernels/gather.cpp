#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/indexed_rows.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/rows.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>

namespace xgrad::kernels {
namespace {

/// `x` in index's shape, standing still along `dim`: where each element's place is counted from.
Array origin(const Array& x, std::int64_t dim, const Array& index) {
  Dims strides(x.strides());
  strides.resize(index.sizes().size());  // a number under a vector of indices, or the other way round
  if (!strides.empty()) strides[static_cast<std::size_t>(dim)] = 0;
  return Array(x.storage(), x.dtype(), index.sizes(), std::move(strides), x.offset());
}

std::int64_t stride_along(const Array& x, std::int64_t dim) { return x.dim() == 0 ? 0 : x.stride(dim); }

/// Calls f with an unsigned integer of the array's element size: what a copy moves.
template <class F>
void with_word(const Array& x, F f) {
  switch (x.itemsize()) {
    case 1:
      return f.template operator()<std::uint8_t>();
    case 2:
      return f.template operator()<std::uint16_t>();
    case 4:
      return f.template operator()<std::uint32_t>();
    default:
      return f.template operator()<std::uint64_t>();
  }
}

/// One row of to[i] = from[i]; strides in bytes.
template <class W>
void copy_row(char* to, std::int64_t to_stride, const char* from, std::int64_t from_stride, std::int64_t n) {
  if (to_stride == sizeof(W) && from_stride == sizeof(W))
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(W));
  else
    for (std::int64_t i = 0; i < n; ++i)
      *reinterpret_cast<W*>(to + i * to_stride) = *reinterpret_cast<const W*>(from + i * from_stride);
}

std::int64_t index_at(const char* p) { return *reinterpret_cast<const std::int64_t*>(p); }

/// Calls f(i) for i from 0 to n−1. Four at a time, which places named by an index gain from: no vector loads those.
template <class F>
[[gnu::always_inline]] inline void by_fours(std::int64_t n, F f) {
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4) f(i), f(i + 1), f(i + 2), f(i + 3);
  for (std::int64_t rest = n % 4; rest > 0; --rest) f(i++);
}

/// Packed indices are checked, and used, so many at a time: few enough that the processor begins with the next ones
/// before it is done with these, so that it waits less for memory (docs/performance.md).
constexpr std::int64_t kChunk = 64;
constexpr std::int64_t kIndicesAhead = 1024;  // 8 kB

/// Asks for the memory of a chunk that comes later.
inline void prefetch_indices(const std::int64_t* index) {
  for (std::int64_t i = 0; i < kChunk; i += 8) __builtin_prefetch(index + kIndicesAhead + i);
}

/// Whether one of n indices, `stride` bytes apart, is outside 0 … size−1.
bool some_outside(const char* index, std::int64_t stride, std::int64_t n, std::int64_t size) {
  if (stride == 8) return any_outside(reinterpret_cast<const std::int64_t*>(index), n, size);
  if (stride == 0) n = std::min<std::int64_t>(n, 1);
  bool outside = false;
  for (std::int64_t i = 0; i < n; ++i)
    outside |= index_at(index + i * stride) < 0 || index_at(index + i * stride) >= size;
  return outside;
}

/// Calls f(i, n) for chunks of indices, after a check unless size is kKnown. False, and no more calls, after one that
/// is outside.
template <class F>
[[gnu::always_inline]] inline bool by_chunks(const std::int64_t* index, std::int64_t n, std::int64_t size, F f) {
  std::int64_t i = 0;
  for (; i + kChunk <= n; i += kChunk) {
    if (size != kKnown && any_outside(index + i, kChunk, size)) return false;
    prefetch_indices(index + i);
    f(i, kChunk);
  }
  if (i == n) return true;
  if (size != kKnown && any_outside(index + i, n - i, size)) return false;
  f(i, n - i);
  return true;
}

/// A row of an operation with an index: strides and steps count bytes.
struct TakenRow {
  std::int64_t to_stride, index_stride, from_stride;
  std::int64_t step;   ///< what an index counts
  std::int64_t size;   ///< that indices are checked against, or kKnown
  std::int64_t ahead;  ///< from where this row is read to where the next one is
};

/// to[i] = from[index[i]] for n elements; false if an index is outside.
template <class W>
bool take_row(char* to, const char* index, const char* from, const TakenRow& r, std::int64_t n) {
  constexpr auto w = static_cast<std::int64_t>(sizeof(W));
  if (r.index_stride == 8 && r.to_stride == w && r.from_stride == 0 && r.step == w) {
    auto* __restrict out = reinterpret_cast<W*>(to);
    const auto* __restrict at = reinterpret_cast<const std::int64_t*>(index);
    const auto* __restrict x = reinterpret_cast<const W*>(from);
    return by_chunks(at, n, r.size, [=](std::int64_t i, std::int64_t m) {
      for (std::int64_t k = 0; k < kChunk * w; k += 64) __builtin_prefetch(from + r.ahead + i * w + k);
      by_fours(m, [=](std::int64_t k) { out[i + k] = x[at[i + k]]; });
    });
  }
  if (r.size != kKnown && some_outside(index, r.index_stride, n, r.size)) return false;
  if (r.index_stride == 0) {
    copy_row<W>(to, r.to_stride, from + index_at(index) * r.step, r.from_stride, n);
    return true;
  }
  by_fours(n, [=](std::int64_t i) {
    *reinterpret_cast<W*>(to + i * r.to_stride) =
        *reinterpret_cast<const W*>(from + i * r.from_stride + index_at(index + i * r.index_stride) * r.step);
  });
  return true;
}

/// From one row of operand k to the next.
template <std::size_t N>
std::int64_t row_distance(const RowPlan<N>& plan, std::size_t k) {
  return plan.ndim == 0 ? 0 : plan.stride[k][plan.ndim - 1];
}

/// Calls f with the function of two numbers.
template <class T, class F>
void with_combination(Combine how, F f) {
  switch (how) {
    case Combine::Add:
      if constexpr (std::is_same_v<T, bool>) return f([](T a, T b) { return a || b; });
      return f([](T a, T b) { return static_cast<T>(a + b); });
    case Combine::Multiply:
      if constexpr (std::is_same_v<T, bool>) return f([](T a, T b) { return a && b; });
      return f([](T a, T b) { return static_cast<T>(a * b); });
    // The larger one is an instruction, and NaN is not to be guessed: which of them is taken, no branch may depend on.
    case Combine::Max:
      return f([](T a, T b) {
        const T most = a > b ? a : b;
        return a != a ? a : most;
      });
    case Combine::Min:
      return f([](T a, T b) {
        const T least = a < b ? a : b;
        return a != a ? a : least;
      });
  }
}

[[noreturn]] void fail_outside(const Array& index, std::int64_t dim, std::int64_t size) {
  fail("index {} is out of bounds for dimension {} with size {}", first_outside(index, size).value_or(0), dim, size);
}

/// Whether everything is packed and rows of the last dimension, `dim`, stay by themselves. x may also be one number
/// everywhere.
bool by_rows(const Array& x, std::int64_t dim, const Array& index, const Array& src) {
  if (dim != x.dim() - 1 || x.numel() == 0 || index.numel() == 0 || index.dim() != x.dim()) return false;
  const bool one = std::all_of(x.strides().begin(), x.strides().end(), [](std::int64_t s) { return s == 0; });
  return (one || x.is_contiguous()) && index.is_contiguous() && src.is_contiguous() &&
         std::equal(x.sizes().begin(), x.sizes().end() - 1, index.sizes().begin());
}

/// to[at[i]] = combine(to[at[i]], from[i]), in order.
template <class T, class F>
inline void combine_row(T* to, const std::int64_t* at, const T* from, std::int64_t n, F combine) {
  by_fours(n, [=](std::int64_t i) { to[at[i]] = combine(to[at[i]], from[i]); });
}

/// The same for memory that does not overlap. Floating-point numbers are read from memory by vectors, as it has fewer
/// ports than the processor has for taking a vector apart; compilers would read one number at a time again, unless the
/// vector must be in a register.
template <class T, class F>
inline void combine_apart(T* to, const std::int64_t* at, const T* from, std::int64_t n, F combine) {
  std::int64_t i = 0;
#ifdef __x86_64__
  if constexpr (std::is_floating_point_v<T>) {
    constexpr std::int64_t kLanes = sizeof(Lanes<T>) / sizeof(T);
    for (; i + kLanes <= n; i += kLanes) {
      Lanes<T> v = load_lanes(from + i);
      asm("" : "+x"(v));
      for (std::int64_t k = 0; k < kLanes; ++k) to[at[i + k]] = combine(to[at[i + k]], v[k]);
    }
  }
#endif
  combine_row(to, at + i, from + i, n - i, combine);
}

/// Packed rows of n sums, and of m numbers that are added to them. `old`, what the sums begin with, may be one number.
template <class T>
struct AddedRows {
  T* sums;
  const T *old, *src;
  const std::int64_t* index;
  std::int64_t n, m;
  bool one;

  void copy(std::int64_t i, std::int64_t count) const {
    one ? std::fill_n(sums + i, count, *old) : std::copy_n(old + i, count, sums + i);
  }
  /// The same for a chunk: without a call of memcpy, which would take longer than the copy.
  void copy_chunk(std::int64_t i) const {
    using Bytes = Lanes<std::uint8_t>;
    if (one) return copy(i, kChunk);
    for (std::int64_t k = 0; k < kChunk; k += static_cast<std::int64_t>(sizeof(Bytes) / sizeof(T))) {
      const auto bytes = read_as<Bytes>(old + i + k);
      std::memcpy(sums + i + k, &bytes, sizeof bytes);
    }
  }
};

/// sums = old + src at the index. While a row is added to, which waits for memory at every step and leaves the
/// processor time, the next one is copied and the one after that is asked for. False if an index is outside.
template <class T, class F>
bool add_some_rows(const AddedRows<T> r, std::int64_t first, std::int64_t last, F add) {
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(T));
  r.copy(first * r.n, r.n);
  for (std::int64_t row = first; row < last; ++row) {
    T* const to = r.sums + row * r.n;
    const T* const from = r.src + row * r.m;
    const T* const old = r.old + (r.one ? 0 : (row + 2) * r.n);
    std::int64_t copied = (row + 1) * r.n;
    const std::int64_t end = row + 1 < last ? copied + r.n : copied;
    const bool inside = by_chunks(r.index + row * r.m, r.m, r.n, [=, &copied](std::int64_t i, std::int64_t count) {
      for (std::int64_t k = 0; k < kChunk; k += kLine) {
        __builtin_prefetch(to + 2 * r.n + i + k, 1);
        __builtin_prefetch(from + 2 * r.m + i + k);
        __builtin_prefetch(old + i + k);
      }
      if (copied + kChunk <= end) {
        r.copy_chunk(copied);
        copied += kChunk;
      }
      combine_apart(to, r.index + row * r.m + i, from + i, count, add);
    });
    if (!inside) return false;
    r.copy(copied, end - copied);
  }
  return true;
}

/// out = x plus src at the index, or with it instead, for what is by_rows. False if an index is outside.
bool add_by_rows(const Array& out, const Array& x, const Array& index, const Array& src, bool instead = false) {
  const std::int64_t n = x.size(x.dim() - 1), m = index.size(x.dim() - 1);
  std::atomic<bool> inside = true;
  dispatch(x.dtype(), [&]<class T>() {
    const AddedRows<T> rows{out.data<T>(),     x.data<T>(), src.data<T>(), index.data<std::int64_t>(), n, m,
                            !x.is_contiguous()};
    const auto run = [&](auto add) {
      split(x.numel() / n, n + 4 * m, 1, [&](std::int64_t first, std::int64_t last) {
        if (!add_some_rows(rows, first, last, add)) inside.store(false, std::memory_order_relaxed);
      });
    };
    instead ? run([](T, T b) { return b; }) : with_combination<T>(Combine::Add, run);
  });
  return inside;
}

}  // namespace

std::optional<std::int64_t> first_outside(const Array& index, std::int64_t size) {
  std::optional<std::int64_t> found;
  if (index.numel() == 0) return found;
  const auto plan = plan_rows<1>({&index});
  const std::int64_t stride = plan.row_stride[0], n = stride == 0 ? 1 : plan.row;
  for_each_row(plan, [&](const auto& p) {
    if (found || !some_outside(p[0], stride, n, size)) return;
    for (std::int64_t i = 0; !found && i < n; ++i) {
      const std::int64_t at = index_at(p[0] + i * stride);
      if (at < 0 || at >= size) found = at;
    }
  });
  return found;
}

bool take_steps(const Array& out, const Array& origin, const Steps& by, std::int64_t size) {
  if (out.numel() == 0) return true;
  const auto plan = plan_rows<3>({&out, &by.index, &origin});
  const auto s = plan.row_stride;
  const TakenRow row{s[0], s[1], s[2], by.bytes(out), size, row_distance(plan, 2)};
  std::atomic<bool> inside = true;
  if (auto rows = named_rows_of(plan, static_cast<std::int64_t>(out.itemsize()), row.step)) {
    rows->past_cache = exceeds_cache(out.nbytes());
    auto around = plan;
    --around.ndim;
    split_matrix(around.rows(), rows->count, plan.row, 1, [&](auto first, auto last, auto from, auto to) {
      for_rows(around, first, last, [&](const auto& p) {
        if (!take_named_rows(p[0], p[1], p[2], *rows, from, to, size)) inside.store(false, std::memory_order_relaxed);
      });
    });
    return inside;
  }
  with_word(out, [&]<class W>() {
    split_rows(plan, 2, [&](const auto& p, std::int64_t n) {
      if (!take_row<W>(p[0], p[1], p[2], row, n)) inside.store(false, std::memory_order_relaxed);
    });
  });
  return inside;
}

void take_steps(const Array& out, const Array& origin, const Steps& by, const Steps& also) {
  if (out.numel() == 0) return;
  const auto plan = plan_rows<4>({&out, &by.index, &origin, &also.index});
  const auto s = plan.row_stride;
  const std::int64_t step = by.bytes(out), also_step = also.bytes(out), ahead = row_distance(plan, 2);
  with_word(out, [&]<class W>() {
    split_rows(plan, 2, [&](const auto& p, std::int64_t n) {
      if (s[1] == 0) {
        const char* const from = p[2] + index_at(p[1]) * step;
        take_row<W>(p[0], p[3], from, {s[0], s[3], s[2], also_step, kKnown, ahead}, n);
      } else if (s[3] == 0) {
        const char* const from = p[2] + index_at(p[3]) * also_step;
        take_row<W>(p[0], p[1], from, {s[0], s[1], s[2], step, kKnown, ahead}, n);
      } else {
        by_fours(n, [&](std::int64_t i) {
          const std::int64_t place = index_at(p[1] + i * s[1]) * step + index_at(p[3] + i * s[3]) * also_step;
          *reinterpret_cast<W*>(p[0] + i * s[0]) = *reinterpret_cast<const W*>(p[2] + i * s[2] + place);
        });
      }
    });
  });
}

void put_steps(const Array& origin, const Array& index, std::int64_t elements, const Array& src) {
  if (index.numel() == 0) return;
  const auto plan = plan_rows<3>({&src, &index, &origin});
  const auto s = plan.row_stride;
  const std::int64_t step = elements * static_cast<std::int64_t>(src.itemsize());
  if (const auto rows = named_rows_of(plan, static_cast<std::int64_t>(src.itemsize()), step)) {
    auto around = plan;
    --around.ndim;
    for_each_row(around, [&](const auto& p) { put_named_rows(p[2], p[1], p[0], *rows); });
    return;
  }
  with_word(src, [&]<class W>() {
    for_each_row(plan, [&](const auto& p) {
      if (s[1] == 0) return copy_row<W>(p[2] + index_at(p[1]) * step, s[2], p[0], s[0], plan.row);
      by_fours(plan.row, [&](std::int64_t i) {
        *reinterpret_cast<W*>(p[2] + i * s[2] + index_at(p[1] + i * s[1]) * step) =
            *reinterpret_cast<const W*>(p[0] + i * s[0]);
      });
    });
  });
}

void combine_steps(const Array& origin, const Array& index, std::int64_t elements, const Array& src, Combine how) {
  if (index.numel() == 0) return;
  const auto plan = plan_rows<3>({&src, &index, &origin});
  const std::int64_t step = elements * static_cast<std::int64_t>(src.itemsize());
  dispatch(src.dtype(), [&]<class T>() {
    with_combination<T>(how, [&](auto combine) {
      const auto s = plan.row_stride;
      const auto change = [combine](char* a, const char* b) {
        *reinterpret_cast<T*>(a) = combine(*reinterpret_cast<T*>(a), *reinterpret_cast<const T*>(b));
      };
      constexpr auto t = static_cast<std::int64_t>(sizeof(T));
      for_each_row(plan, [&](const auto& p) {
        if (s[0] == t && s[1] == 8 && s[2] == 0 && step == t) {
          return combine_row(reinterpret_cast<T*>(p[2]), reinterpret_cast<const std::int64_t*>(p[1]),
                             reinterpret_cast<const T*>(p[0]), plan.row, combine);
        }
        if (s[1] == 0) {
          char* const row = p[2] + index_at(p[1]) * step;
          if (s[0] == t && s[2] == t) {
            auto* const to = reinterpret_cast<T*>(row);
            const auto* const from = reinterpret_cast<const T*>(p[0]);
            XGRAD_INDEPENDENT
            for (std::int64_t i = 0; i < plan.row; ++i) to[i] = combine(to[i], from[i]);
            return;
          }
          for (std::int64_t i = 0; i < plan.row; ++i) change(row + i * s[2], p[0] + i * s[0]);
          return;
        }
        for (std::int64_t i = 0; i < plan.row; ++i)
          change(p[2] + i * s[2] + index_at(p[1] + i * s[1]) * step, p[0] + i * s[0]);
      });
    });
  });
}

std::optional<Array> gather_if_inside(const Array& x, std::int64_t dim, const Array& index) {
  Array out = Array::empty(index.sizes(), x.dtype());
  const std::int64_t size = x.dim() == 0 ? 1 : x.size(dim);
  if (out.numel() > 0 && !take_steps(out, origin(x, dim, index), {index, stride_along(x, dim)}, size))
    return std::nullopt;
  return out;
}

Array gather(const Array& x, std::int64_t dim, const Array& index) {
  if (auto out = gather_if_inside(x, dim, index)) return *std::move(out);
  fail_outside(index, dim, x.dim() == 0 ? 1 : x.size(dim));
}

void scatter(const Array& out, std::int64_t dim, const Array& index, const Array& src) {
  if (index.numel() > 0) put_steps(origin(out, dim, index), index, stride_along(out, dim), src);
}

Array scatter_copy(const Array& x, std::int64_t dim, const Array& index, const Array& src) {
  if (by_rows(x, dim, index, src)) {
    const Array out = Array::empty(x.sizes(), x.dtype());
    if (!add_by_rows(out, x, index, src, true)) fail_outside(index, dim, x.size(dim));
    return out;
  }
  check_inside(x, dim, index);
  const Array out = contiguous_copy(x);
  scatter(out, dim, index, src);
  return out;
}

void check_inside(const Array& x, std::int64_t dim, const Array& index) {
  const std::int64_t size = x.dim() == 0 ? 1 : x.size(dim);
  if (first_outside(index, size)) fail_outside(index, dim, size);
}

Array scatter_add(const Array& x, std::int64_t dim, const Array& index, const Array& src) {
  if (by_rows(x, dim, index, src)) {
    const Array out = Array::empty(x.sizes(), x.dtype());
    if (!add_by_rows(out, x, index, src)) fail_outside(index, dim, x.size(dim));
    return out;
  }
  check_inside(x, dim, index);
  const Array out = contiguous_copy(x);
  scatter_combine(out, dim, index, src, Combine::Add);
  return out;
}

void scatter_combine(const Array& out, std::int64_t dim, const Array& index, const Array& src, Combine how) {
  if (index.numel() > 0) combine_steps(origin(out, dim, index), index, stride_along(out, dim), src, how);
}

}  // namespace xgrad::kernels
