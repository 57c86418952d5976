#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

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
  for (; i < n; ++i) f(i);
}

/// to[i] = from[index[i]], all packed.
template <class W>
void take_row(char* to, const char* index, const char* from, std::int64_t n) {
  auto* __restrict out = reinterpret_cast<W*>(to);
  const auto* __restrict at = reinterpret_cast<const std::int64_t*>(index);
  const auto* __restrict x = reinterpret_cast<const W*>(from);
  by_fours(n, [=](std::int64_t i) { out[i] = x[at[i]]; });
}

/// Whether one of n packed indices is outside 0 … limit−1. Signs tell: there is no comparison of unsigned numbers in
/// the vectors of every processor.
bool any_outside(const std::int64_t* index, std::int64_t n, std::int64_t limit) {
  const auto last = static_cast<std::uint64_t>(limit - 1);
  std::uint64_t signs = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::uint64_t>(index[i]);
    signs |= at | (last - at);  // the highest bit is set if one of them is negative
  }
  return signs >> 63 != 0;
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
    case Combine::Max:
      return f([](T a, T b) { return a > b || a != a ? a : b; });
    case Combine::Min:
      return f([](T a, T b) { return a < b || a != a ? a : b; });
  }
}

}  // namespace

std::optional<std::int64_t> first_outside(const Array& index, std::int64_t size) {
  std::optional<std::int64_t> found;
  if (index.numel() == 0) return found;
  const auto plan = plan_rows<1>({&index});
  const std::int64_t stride = plan.row_stride[0], n = stride == 0 ? 1 : plan.row;
  for_each_row(plan, [&](const auto& p) {
    if (found || (stride == 8 && !any_outside(reinterpret_cast<const std::int64_t*>(p[0]), n, size))) return;
    for (std::int64_t i = 0; !found && i < n; ++i) {
      const std::int64_t at = index_at(p[0] + i * stride);
      if (at < 0 || at >= size) found = at;
    }
  });
  return found;
}

void take_steps(const Array& out, const Array& origin, const Array& index, std::int64_t elements) {
  if (out.numel() == 0) return;
  const auto plan = plan_rows<3>({&out, &index, &origin});
  const auto s = plan.row_stride;
  const std::int64_t step = elements * static_cast<std::int64_t>(out.itemsize());
  with_word(out, [&]<class W>() {
    constexpr auto w = static_cast<std::int64_t>(sizeof(W));
    split_rows(plan, 2, [&](const auto& p, std::int64_t n) {
      if (s[1] == 0) return copy_row<W>(p[0], s[0], p[2] + index_at(p[1]) * step, s[2], n);
      if (s[0] == w && s[1] == 8 && s[2] == 0 && step == w) return take_row<W>(p[0], p[1], p[2], n);
      for (std::int64_t i = 0; i < n; ++i) {
        *reinterpret_cast<W*>(p[0] + i * s[0]) =
            *reinterpret_cast<const W*>(p[2] + i * s[2] + index_at(p[1] + i * s[1]) * step);
      }
    });
  });
}

void put_steps(const Array& origin, const Array& index, std::int64_t elements, const Array& src) {
  if (index.numel() == 0) return;
  const auto plan = plan_rows<3>({&src, &index, &origin});
  const auto s = plan.row_stride;
  const std::int64_t step = elements * static_cast<std::int64_t>(src.itemsize());
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
          auto* const to = reinterpret_cast<T*>(p[2]);
          const auto* const at = reinterpret_cast<const std::int64_t*>(p[1]);
          const auto* const from = reinterpret_cast<const T*>(p[0]);
          return by_fours(plan.row, [=](std::int64_t i) { to[at[i]] = combine(to[at[i]], from[i]); });
        }
        if (s[1] == 0) {
          char* const row = p[2] + index_at(p[1]) * step;
          for (std::int64_t i = 0; i < plan.row; ++i) change(row + i * s[2], p[0] + i * s[0]);
          return;
        }
        for (std::int64_t i = 0; i < plan.row; ++i)
          change(p[2] + i * s[2] + index_at(p[1] + i * s[1]) * step, p[0] + i * s[0]);
      });
    });
  });
}

Array gather(const Array& x, std::int64_t dim, const Array& index) {
  const Array out = Array::empty(index.sizes(), x.dtype());
  if (out.numel() > 0) take_steps(out, origin(x, dim, index), index, stride_along(x, dim));
  return out;
}

void scatter(const Array& out, std::int64_t dim, const Array& index, const Array& src) {
  if (index.numel() > 0) put_steps(origin(out, dim, index), index, stride_along(out, dim), src);
}

void scatter_add(const Array& out, std::int64_t dim, const Array& index, const Array& src) {
  scatter_combine(out, dim, index, src, Combine::Add);
}

void scatter_combine(const Array& out, std::int64_t dim, const Array& index, const Array& src, Combine how) {
  if (index.numel() > 0) combine_steps(origin(out, dim, index), index, stride_along(out, dim), src, how);
}

}  // namespace xgrad::kernels
