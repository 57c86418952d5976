/// The caching allocator behind every tensor and graph node, and the count of what is alive.
///
/// Small blocks are cut from slabs and large ones come from the system. What a thread frees, it keeps for its next
/// request of that size; what it has too much of goes to a pool that all threads draw from, so that blocks made in one
/// thread and freed in another (a DataLoader's workers, say) go round instead of piling up.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define XGRAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define XGRAD_SANITIZED 1
#endif
#endif

namespace xgrad::memory {

/// Every block's size is one of these classes, so that a freed block fits the next request of its kind.
/// Up to kSlabLimit bytes: multiples of 16, cut from slabs. Above: four sizes an octave, each its own allocation.
inline constexpr std::size_t kSlabLimit = 512;

/// At least `bytes` bytes, 16-byte aligned; 64-byte aligned when `bytes` is a multiple of 64 or above kSlabLimit.
/// Throws Error when the system has no more.
inline void* allocate(std::size_t bytes);
/// Gives a block back; `bytes` as it was asked for. Any thread may free any block.
inline void deallocate(void* block, std::size_t bytes) noexcept;

/// Returns the blocks above kSlabLimit that the calling thread and the shared pool keep to the system.
void empty_cache() noexcept;
/// Bytes of blocks above kSlabLimit kept for reuse by the calling thread and the shared pool.
std::size_t cached_bytes() noexcept;

/// What is alive in the whole program.
struct Statistics {
  std::int64_t tensors = 0;  ///< tensors, however many handles each has
  std::int64_t nodes = 0;    ///< operations and gradient accumulators recorded in graphs
  std::int64_t bytes = 0;    ///< memory of tensors' elements, each shared block once
};
/// Counts over all threads. Exact while no other thread makes or frees tensors.
///
///     const auto before = xgrad::memory::statistics();
///     train_one_epoch();
///     assert(xgrad::memory::statistics().nodes == before.nodes);  // no graph was left behind
Statistics statistics() noexcept;

namespace detail {

#ifdef XGRAD_SANITIZED
inline constexpr bool kCaching = false;  // a cached block would hide use after free
#else
inline constexpr bool kCaching = true;
#endif

struct Block {
  Block* next;
};

/// A thread's free blocks of one small size: a list in use, and behind it a full one in reserve, so that the shared
/// pool is asked only once in kMagazine blocks.
struct Magazine {
  Block* list = nullptr;
  std::uint32_t count = 0;
  Block* reserve = nullptr;
};
inline constexpr std::uint32_t kMagazine = 512;
inline constexpr std::size_t kSmallClasses = kSlabLimit / 16 + 1;

enum class Counted : std::uint8_t { Tensors, Nodes, Bytes };

struct ThreadState {
  Magazine small[kSmallClasses];
  std::atomic<std::int64_t> counts[3] = {};  // written by this thread only, read by all
};

// Null before a thread's first request and after its end.
extern thread_local constinit ThreadState* state;

void* allocate_slowly(std::size_t bytes);
void deallocate_slowly(void* block, std::size_t bytes) noexcept;
void count_slowly(Counted what, std::int64_t change) noexcept;

[[gnu::always_inline]] inline void count(Counted what, std::int64_t change) noexcept {
  if (!state) return count_slowly(what, change);
  auto& c = state->counts[static_cast<std::size_t>(what)];
  c.store(c.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
}

}  // namespace detail

[[gnu::always_inline]] inline void* allocate(std::size_t bytes) {
  if (detail::kCaching && bytes <= kSlabLimit && detail::state) {
    auto& magazine = detail::state->small[(bytes + 15) / 16];
    if (detail::Block* b = magazine.list) {
      magazine.list = b->next;
      --magazine.count;
      return b;
    }
  }
  return detail::allocate_slowly(bytes);
}

[[gnu::always_inline]] inline void deallocate(void* block, std::size_t bytes) noexcept {
  if (detail::kCaching && bytes <= kSlabLimit && detail::state && block) {
    auto& magazine = detail::state->small[(bytes + 15) / 16];
    if (magazine.count < detail::kMagazine) {
      auto* b = static_cast<detail::Block*>(block);
      b->next = magazine.list;
      magazine.list = b;
      ++magazine.count;
      return;
    }
  }
  detail::deallocate_slowly(block, bytes);
}

}  // namespace xgrad::memory
