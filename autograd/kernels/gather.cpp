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

std::int64_t byte_stride(const Array& x, std::int64_t dim) {
  return x.dim() == 0 ? 0 : x.stride(dim) * static_cast<std::int64_t>(x.itemsize());
}

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

}  // namespace

std::optional<std::int64_t> first_outside(const Array& index, std::int64_t size) {
  std::optional<std::int64_t> found;
  if (index.numel() == 0) return found;
  const auto plan = plan_rows<1>({&index});
  const auto limit = static_cast<std::uint64_t>(size);
  for_each_row(plan, [&](const auto& p) {
    const std::int64_t stride = plan.row_stride[0];
    bool outside = false;
    for (std::int64_t i = 0; i < plan.row; ++i)
      outside |= static_cast<std::uint64_t>(index_at(p[0] + i * stride)) >= limit;
    for (std::int64_t i = 0; outside && !found && i < plan.row; ++i) {
      const std::int64_t at = index_at(p[0] + i * stride);
      if (static_cast<std::uint64_t>(at) >= limit) found = at;
    }
  });
  return found;
}

Array gather(const Array& x, std::int64_t dim, const Array& index) {
  const Array out = Array::empty(index.sizes(), x.dtype());
  if (out.numel() == 0) return out;
  const Array from = origin(x, dim, index);
  const auto plan = plan_rows<3>({&out, &index, &from});
  const auto s = plan.row_stride;
  const std::int64_t step = byte_stride(x, dim);
  with_word(x, [&]<class W>() {
    split_rows(plan, 2, [&](const auto& p, std::int64_t n) {
      if (s[1] == 0) return copy_row<W>(p[0], s[0], p[2] + index_at(p[1]) * step, s[2], n);
      for (std::int64_t i = 0; i < n; ++i) {
        *reinterpret_cast<W*>(p[0] + i * s[0]) =
            *reinterpret_cast<const W*>(p[2] + i * s[2] + index_at(p[1] + i * s[1]) * step);
      }
    });
  });
  return out;
}

void scatter(const Array& out, std::int64_t dim, const Array& index, const Array& src) {
  if (index.numel() == 0) return;
  const Array to = origin(out, dim, index);
  const auto plan = plan_rows<3>({&src, &index, &to});
  const auto s = plan.row_stride;
  const std::int64_t step = byte_stride(out, dim);
  with_word(out, [&]<class W>() {
    for_each_row(plan, [&](const auto& p) {
      if (s[1] == 0) return copy_row<W>(p[2] + index_at(p[1]) * step, s[2], p[0], s[0], plan.row);
      for (std::int64_t i = 0; i < plan.row; ++i) {
        *reinterpret_cast<W*>(p[2] + i * s[2] + index_at(p[1] + i * s[1]) * step) =
            *reinterpret_cast<const W*>(p[0] + i * s[0]);
      }
    });
  });
}

void scatter_add(const Array& out, std::int64_t dim, const Array& index, const Array& src) {
  if (index.numel() == 0) return;
  const Array to = origin(out, dim, index);
  const auto plan = plan_rows<3>({&src, &index, &to});
  const auto s = plan.row_stride;
  const std::int64_t step = byte_stride(out, dim);
  dispatch(out.dtype(), [&]<class T>() {
    const auto add = [](char* a, const char* b) {
      T& sum = *reinterpret_cast<T*>(a);
      const T x = *reinterpret_cast<const T*>(b);
      if constexpr (std::is_same_v<T, bool>)
        sum = sum || x;
      else
        sum = static_cast<T>(sum + x);
    };
    for_each_row(plan, [&](const auto& p) {
      if (s[1] == 0) {
        char* const row = p[2] + index_at(p[1]) * step;
        for (std::int64_t i = 0; i < plan.row; ++i) add(row + i * s[2], p[0] + i * s[0]);
        return;
      }
      for (std::int64_t i = 0; i < plan.row; ++i)
        add(p[2] + i * s[2] + index_at(p[1] + i * s[1]) * step, p[0] + i * s[0]);
    });
  });
}

}  // namespace xgrad::kernels
