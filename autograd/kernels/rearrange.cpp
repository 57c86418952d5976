#include <xgrad/autograd/kernels/copy_runs.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/rearrange.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <cstring>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;

/// Rows of packed matrices: what is kept is copied, unless it is there already, and the rest is 0.
void triangle_packed(const Array& out, const Array& x, Int diagonal, bool lower) {
  const auto size = static_cast<Int>(x.itemsize());
  const Int rows = x.size(-2), columns = x.size(-1), row_bytes = columns * size;
  auto* to = static_cast<char*>(out.raw());
  const auto* from = static_cast<const char*>(x.raw());
  for (Int r = 0; r < x.numel() / columns; ++r, to += row_bytes, from += row_bytes) {
    // Columns before the border are kept or cleared, those after it the other way round.
    const Int border = std::clamp<Int>(r % rows + diagonal + (lower ? 1 : 0), 0, columns) * size;
    const Int keep = lower ? 0 : border, clear = lower ? border : 0, kept = lower ? border : row_bytes - border;
    if (to != from) std::memcpy(to + keep, from + keep, static_cast<std::size_t>(kept));
    std::memset(to + clear, 0, static_cast<std::size_t>(row_bytes - kept));
  }
}

}  // namespace

Array backwards(const Array& x, const std::vector<bool>& reversed) {
  Dims strides(x.strides());
  Int offset = x.offset();
  for (std::size_t d = 0; d < reversed.size(); ++d) {
    if (!reversed[d] || x.sizes()[d] == 0) continue;
    offset += (x.sizes()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  return Array(x.storage(), x.dtype(), x.sizes(), std::move(strides), offset);
}

Array roll(const Array& x, Int shift, Int dim) {
  const Array out = Array::empty(x.sizes(), x.dtype());
  if (x.numel() == 0) return out;
  const Int n = x.size(dim), start = ((shift % n) + n) % n;
  if (x.is_contiguous()) {
    Int inner = static_cast<Int>(x.itemsize());
    for (Int d = dim + 1; d < x.dim(); ++d) inner *= x.size(d);
    const Int line = n * inner, head = start * inner, tail = line - head;
    auto* const to = static_cast<char*>(out.raw());
    const auto* const from = static_cast<const char*>(x.raw());
    split(static_cast<Int>(x.nbytes()) / line, std::max<Int>(line / static_cast<Int>(x.itemsize()), 1), 1,
          [=](Int first, Int last) {
            for (Int i = first * line; i < last * line; i += line) {
              std::memcpy(to + i, from + i + tail, static_cast<std::size_t>(head));
              std::memcpy(to + i + head, from + i, static_cast<std::size_t>(tail));
            }
          });
    return out;
  }
  copy(out.slice(dim, start, n, 1), x.slice(dim, 0, n - start, 1));
  copy(out.slice(dim, 0, start, 1), x.slice(dim, n - start, n, 1));
  return out;
}

void concatenate(const Array& out, std::span<const Array* const> parts, Int dim) {
  Int inner = static_cast<Int>(out.itemsize()), lines = 1;
  for (Int d = 0; d < out.dim(); ++d) (d > dim ? inner : lines) *= d == dim ? 1 : out.size(d);
  // Line by line, so that the result is written in the order of memory; not where lines are shorter than a call.
  constexpr Int kLeast = 128, kCall = 16384;
  const bool by_lines = lines > 1 && std::all_of(parts.begin(), parts.end(), [&](const Array* a) {
                          return a->dtype() == out.dtype() && a->is_contiguous() && a->size(dim) * inner >= kLeast;
                        });
  if (!by_lines) {
    Int at = 0;
    for (const Array* part : parts) {
      const Int n = part->size(dim);
      copy(out.slice(dim, at, at + n, 1), *part);
      at += n;
    }
    return;
  }
  const Int line = out.size(dim) * inner;
  split(lines, std::max<Int>(line / 4, 1), 1, [&](Int first, Int last) {
    char* to = static_cast<char*>(out.raw()) + first * line;
    for (Int i = first; i < last; ++i) {
      for (const Array* part : parts) {
        const Int bytes = part->size(dim) * inner;
        const char* const from = static_cast<const char*>(part->raw()) + i * bytes;
        if (bytes < kCall)
          copy_by<HalfLine>(to, from, bytes);
        else
          std::memcpy(to, from, static_cast<std::size_t>(bytes));
        to += bytes;
      }
    }
  });
}

Array frame(const Array& x, IntArrayRef pad, Scalar value) {
  Dims sizes(x.sizes());
  for (std::size_t k = 0; k < pad.size(); ++k) sizes[sizes.size() - 1 - k / 2] += pad[k];
  const Array out = Array::empty(sizes, x.dtype());
  Array from = x, to = out;
  for (std::size_t k = 0; k < pad.size() / 2; ++k) {
    const Int before = pad[2 * k], after = pad[2 * k + 1], d = x.dim() - 1 - static_cast<Int>(k);
    const Int first = std::clamp<Int>(-before, 0, x.size(d)),
              last = std::clamp<Int>(x.size(d) + std::min<Int>(after, 0), first, x.size(d));
    const Int at = std::max<Int>(before, 0);
    from = from.slice(d, first, last, 1);
    to = to.slice(d, at, at + last - first, 1);
  }
  if (to.numel() < out.numel()) fill(out, value);
  copy(to, from);
  return out;
}

Array triangle(const Array& x, Int diagonal, bool lower, const Array* out) {
  const Array from = x.is_contiguous() ? x : contiguous_copy(x);
  const Array to = out && out->is_contiguous() ? *out : Array::empty(x.sizes(), x.dtype());
  if (x.numel() > 0) triangle_packed(to, from, diagonal, lower);
  if (!out) return to;
  if (!out->is_contiguous()) copy(*out, to);
  return *out;
}

Array diagonal(const Array& x, Int offset, Int a, Int b) {
  const Int rows = x.size(a), columns = x.size(b);
  const Int length =
      std::max<Int>(offset >= 0 ? std::min(rows, columns - offset) : std::min(rows + offset, columns), 0);
  Dims sizes(x.sizes()), strides(x.strides());
  const Int step = x.stride(a) + x.stride(b);
  const Int start = length == 0 ? 0 : offset >= 0 ? offset * x.stride(b) : -offset * x.stride(a);
  for (const Int d : {std::max(a, b), std::min(a, b)}) {
    sizes.erase(static_cast<std::size_t>(d));
    strides.erase(static_cast<std::size_t>(d));
  }
  sizes.push_back(length);
  strides.push_back(step);
  return Array(x.storage(), x.dtype(), std::move(sizes), std::move(strides), x.offset() + start);
}

Array windows(const Array& x, Int dim, Int size, Int step) {
  Dims sizes(x.sizes()), strides(x.strides());
  const auto d = static_cast<std::size_t>(dim);
  const Int stride = strides.empty() ? 1 : strides[d];
  if (!sizes.empty()) {
    sizes[d] = (sizes[d] - size) / step + 1;
    strides[d] *= step;
  }
  sizes.push_back(size);
  strides.push_back(stride);
  return Array(x.storage(), x.dtype(), std::move(sizes), std::move(strides), x.offset());
}

}  // namespace xgrad::kernels
