/// The caching allocator behind every tensor and graph node.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xgrad::memory {

/// Every block's size is one of these classes, so that a freed block fits the next request of its kind.
/// Up to kSlabLimit bytes: multiples of 16, cut from slabs. Above: four sizes an octave, each its own allocation.
inline constexpr std::size_t kSlabLimit = 512;

/// At least `bytes` bytes, 16-byte aligned; 64-byte aligned when `bytes` is a multiple of 64 or above kSlabLimit.
/// Comes from the calling thread's cache when it can. Throws Error when the system has no more.
void* allocate(std::size_t bytes);
/// Gives a block back to the calling thread's cache; `bytes` as it was asked for. Any thread may free any block.
void deallocate(void* block, std::size_t bytes) noexcept;

/// Returns the calling thread's cached blocks above kSlabLimit to the system.
void empty_cache() noexcept;
/// Bytes of blocks above kSlabLimit that the calling thread keeps for reuse.
std::size_t cached_bytes() noexcept;

}  // namespace xgrad::memory
