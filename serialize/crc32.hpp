/// The checksum of zip archives.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xgrad::serialize {

/// CRC-32 of what `crc` is the checksum of (nothing: 0), followed by these bytes. As fast as memory where the processor
/// multiplies polynomials.
std::uint32_t crc32(std::uint32_t crc, const void* data, std::size_t size);

}  // namespace xgrad::serialize
