#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/memory_format.hpp>

#include <array>
#include <span>

namespace xgrad {
namespace {

/// The dimensions of a format from the innermost on; none of Contiguous and Preserve.
std::span<const std::uint8_t> inner_first(MemoryFormat format) {
  static constexpr std::array<std::uint8_t, 4> images{1, 3, 2, 0};
  static constexpr std::array<std::uint8_t, 5> volumes{1, 4, 3, 2, 0};
  if (format == MemoryFormat::ChannelsLast) return images;
  if (format == MemoryFormat::ChannelsLast3d) return volumes;
  return {};
}

/// Whether each dimension is at least as far apart as those within it are wide.
bool nested(std::span<const std::uint8_t> order, IntArrayRef sizes, IntArrayRef strides) {
  if (sizes.size() != order.size() || strides[1] == 0) return false;
  std::int64_t least = 0;
  for (const std::uint8_t d : order) {
    if (sizes[d] == 0 || strides[d] < least) return false;
    // N × 1 × H × W with all strides alike would be of either format: it is row-major, as is N × C × 1 × 1.
    if (d == 0 && least == strides[1]) return false;
    least = sizes[d] > 1 ? strides[d] * sizes[d] : strides[d];
  }
  return true;
}

}  // namespace

Dims strides_in(MemoryFormat format, IntArrayRef sizes) {
  check(format != MemoryFormat::Preserve, "unsupported memory format Preserve");
  if (format == MemoryFormat::Contiguous) return contiguous_strides(sizes);
  const auto order = inner_first(format);
  check(sizes.size() == order.size(), "required rank {} tensor to use {} format", order.size(),
        format == MemoryFormat::ChannelsLast ? "channels_last" : "channels_last_3d");
  Dims strides(sizes.size(), 1);
  std::int64_t next = 1;
  for (const std::uint8_t d : order) {
    strides[d] = next;
    next *= sizes[d];
  }
  return strides;
}

bool lies_in(MemoryFormat format, IntArrayRef sizes, IntArrayRef strides) {
  const auto order = inner_first(format);
  if (sizes.size() != order.size()) return false;
  std::int64_t expected = 1;
  for (const std::uint8_t d : order) {
    if (sizes[d] == 1) continue;
    if (strides[d] != expected) return false;
    expected *= sizes[d];
  }
  return true;
}

MemoryFormat suggested_format(IntArrayRef sizes, IntArrayRef strides) {
  for (const MemoryFormat format : {MemoryFormat::ChannelsLast, MemoryFormat::ChannelsLast3d})
    if (nested(inner_first(format), sizes, strides)) return format;
  return MemoryFormat::Contiguous;
}

}  // namespace xgrad
