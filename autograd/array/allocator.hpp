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

/// What a block is counted as, and how much of it: one tensor, one node, the bytes of a storage.
struct Count {
  Counted what;
  std::int64_t amount;
};

void* allocate_slowly(std::size_t bytes, Count count);
void deallocate_slowly(void* block, std::size_t bytes, Count count) noexcept;

[[gnu::always_inline]] inline void add(ThreadState& s, Counted what, std::int64_t change) noexcept {
  auto& c = s.counts[static_cast<std::size_t>(what)];
  c.store(c.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
}

/// A block that the thread has kept, or null.
[[gnu::always_inline]] inline void* take_kept(std::size_t bytes, Count count) noexcept {
  ThreadState* const s = state;
  if (!kCaching || bytes > kSlabLimit || !s) return nullptr;
  auto& magazine = s->small[(bytes + 15) / 16];
  Block* const b = magazine.list;
  if (!b) return nullptr;
  magazine.list = b->next;
  --magazine.count;
  add(*s, count.what, count.amount);
  return b;
}

}  // namespace detail

/// At least `bytes` bytes, 16-byte aligned; 64-byte aligned when `bytes` is a multiple of 64 or above kSlabLimit.
/// Throws Error when the system has no more. The block is counted as what it is for.
[[gnu::always_inline]] inline void* allocate(std::size_t bytes, detail::Count count) {
  void* const kept = detail::take_kept(bytes, count);
  return kept ? kept : detail::allocate_slowly(bytes, count);
}

/// Gives a block back; `bytes` and `count` as when it was asked for. Any thread may free any block.
[[gnu::always_inline]] inline void deallocate(void* block, std::size_t bytes, detail::Count count) noexcept {
  detail::ThreadState* const s = detail::state;
  if (detail::kCaching && bytes <= kSlabLimit && s && block) {
    auto& magazine = s->small[(bytes + 15) / 16];
    if (magazine.count < detail::kMagazine) {
      auto* b = static_cast<detail::Block*>(block);
      b->next = magazine.list;
      magazine.list = b;
      ++magazine.count;
      detail::add(*s, count.what, -count.amount);
      return;
    }
  }
  detail::deallocate_slowly(block, bytes, count);
}

}  // namespace xgrad::memory
