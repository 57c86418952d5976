/// Memory formats: which dimension of a batch of images lies together in memory.
#pragma once

#include <xgrad/autograd/array/dims.hpp>

#include <cstdint>

namespace xgrad {

/// Orders of memory with a name: row-major, as the tensor it is made from, and with the channels of N × C × H × W or
/// N × C × D × H × W last. A tensor does not remember its format: its strides say it.
enum class MemoryFormat : std::int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };
// Python's names.
inline constexpr MemoryFormat contiguous_format = MemoryFormat::Contiguous, preserve_format = MemoryFormat::Preserve,
                              channels_last = MemoryFormat::ChannelsLast,
                              channels_last_3d = MemoryFormat::ChannelsLast3d;

constexpr bool has_channels(MemoryFormat format) {
  return format == MemoryFormat::ChannelsLast || format == MemoryFormat::ChannelsLast3d;
}
/// Packed strides of these sizes in a format. Throws for another number of dimensions than the format's, and for
/// Preserve.
Dims strides_in(MemoryFormat format, IntArrayRef sizes);
/// Whether these are the strides of a format with channels, apart from those of dimensions of size 1.
bool lies_in(MemoryFormat format, IntArrayRef sizes, IntArrayRef strides);
/// The format that the strides have, also where there are gaps; Contiguous if none.
MemoryFormat suggested_format(IntArrayRef sizes, IntArrayRef strides);

}  // namespace xgrad
