#include <xgrad/autograd/array/dims.hpp>
#include <xgrad/autograd/array/error.hpp>

namespace xgrad {

void Dims::resize_on_heap(std::size_t size) {
  std::vector<std::int64_t> old(begin(), end());
  old.resize(size, 0);
  if (size_ > kInline) delete[] heap_;
  size_ = static_cast<std::uint32_t>(size);
  if (size_ > kInline) heap_ = new std::int64_t[size_];
  std::copy(old.begin(), old.end(), data());
}

std::int64_t count_elements(IntArrayRef sizes) {
  std::int64_t n = 1;
  bool overflow = false, empty = false;
  for (std::int64_t s : sizes) {
    check(s >= 0, "Trying to create tensor with negative dimension {}: {}", s, sizes);
    if (s == 0)
      empty = true;
    else
      overflow |= __builtin_mul_overflow(n, s, &n);
  }
  if (empty) return 0;
  // Strides and byte counts must fit too, so the limit leaves room for eight bytes an element.
  check(!overflow && n <= INT64_MAX / 8, "Storage size calculation overflowed with sizes={}", sizes);
  return n;
}

Dims contiguous_strides(IntArrayRef sizes) {
  Dims strides(sizes.size(), 1);
  for (std::size_t i = sizes.size(); i-- > 1;) strides[i - 1] = strides[i] * std::max<std::int64_t>(sizes[i], 1);
  return strides;
}

Dims broadcast_shapes(IntArrayRef a, IntArrayRef b) {
  const std::size_t n = std::max(a.size(), b.size());
  Dims out(n, 1);
  for (std::size_t i = 0; i < n; ++i) {  // i counts from the last dimension
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) {
      Error e(
          fmt::format("The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}\n  "
                      "shapes: {} and {}",
                      x, y, n - 1 - i, a, b));
      e.set_hint("shapes are compared from their last dimension; each pair must be equal, or one of the two must be 1");
      throw e;
    }
    out[n - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

std::int64_t wrap_dim(std::int64_t dim, std::int64_t ndim) {
  const std::int64_t n = std::max<std::int64_t>(ndim, 1);
  check<IndexError>(dim >= -n && dim < n, "Dimension out of range (expected to be in range of [{}, {}], but got {})",
                    -n, n - 1, dim);
  return dim < 0 ? dim + n : dim;
}

std::string to_string(IntArrayRef list) {
  std::string out = "[";
  for (std::size_t i = 0; i < list.size(); ++i) out += (i ? ", " : "") + std::to_string(list[i]);
  return out + "]";
}

std::ostream& operator<<(std::ostream& out, IntArrayRef list) { return out << to_string(list); }
std::ostream& operator<<(std::ostream& out, const Size& size) { return out << "torch.Size(" << to_string(size) << ")"; }

}  // namespace xgrad

fmt::format_context::iterator fmt::formatter<xgrad::IntArrayRef>::format(xgrad::IntArrayRef list,
                                                                         fmt::format_context& c) const {
  const std::string text = xgrad::to_string(list);
  return std::copy(text.begin(), text.end(), c.out());
}
