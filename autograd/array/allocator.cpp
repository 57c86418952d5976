#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/processor.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

namespace xgrad::memory {
namespace {

using detail::Block;
using detail::kCaching;
using detail::kMagazine;
using detail::kSmallClasses;
using detail::Magazine;

constexpr std::size_t kLargeClasses = 4 * 48;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kSlabBytes = std::size_t{64} << 10;
constexpr std::size_t kThreadKeeps = std::size_t{64} << 20;  // bytes of large blocks
constexpr std::size_t kPoolKeeps = std::size_t{1} << 30;
constexpr std::size_t kTooLargeForThread = kThreadKeeps / 4;  // taking a lock is nothing beside filling such a block

/// A thread's state with what the fast path does not touch.
struct FullState : detail::ThreadState {
  Block* large[kLargeClasses] = {};
  std::size_t large_bytes = 0;
  char* slab = nullptr;
  char* slab_end = nullptr;
  FullState* next_thread = nullptr;
};

/// A full magazine in the pool; it lives in the first of its blocks.
struct Batch {
  Block* next_block;
  Batch* next_batch;
};
static_assert(sizeof(Batch) <= 16);

/// What an ended thread left of its slab; it lives at the start of that.
struct Remnant {
  Remnant* next;
  char* end;
};

/// Shared by all threads, under its lock. Trivially destructible: tensors may outlive main.
struct Pool {
  std::mutex lock;
  Batch* small[kSmallClasses] = {};
  Remnant* remnants = nullptr;
  Block* large[kLargeClasses] = {};
  std::size_t large_bytes = 0;
  FullState* threads = nullptr;
  std::int64_t counts[3] = {};  // of threads that have ended
};
constinit Pool pool;

thread_local constinit bool closed = false;  // the thread's destructors have run

FullState* this_thread() { return static_cast<FullState*>(detail::state); }

void put_batch(std::size_t index, Block* list) {
  if (!list) return;
  auto* batch = reinterpret_cast<Batch*>(list);
  batch->next_batch = pool.small[index];
  pool.small[index] = batch;
}

void free_all(Block*& head) {
  while (head) std::free(std::exchange(head, head->next));
}

/// A thread that ends leaves its small blocks, and the rest of its slab as blocks, to the others.
void close_thread() noexcept {
  FullState& s = *this_thread();
  detail::state = nullptr;
  closed = true;
  const std::lock_guard guard(pool.lock);
  for (std::size_t i = 0; i < kSmallClasses; ++i) {
    put_batch(i, s.small[i].list);
    put_batch(i, s.small[i].reserve);
  }
  if (s.slab_end - s.slab >= static_cast<std::ptrdiff_t>(sizeof(Remnant))) {
    pool.remnants = new (s.slab) Remnant{pool.remnants, s.slab_end};
  }
  for (Block*& head : s.large) free_all(head);
  for (std::size_t i = 0; i < 3; ++i) pool.counts[i] += s.counts[i].load(std::memory_order_relaxed);
  for (FullState** p = &pool.threads; *p; p = &(*p)->next_thread) {
    if (*p != &s) continue;
    *p = s.next_thread;
    break;
  }
  delete &s;
}

struct Closer {
  ~Closer() { close_thread(); }
};

[[gnu::cold, gnu::noinline]] FullState* open_thread() {
  if (closed || !xgrad::detail::processor_is_checked) return nullptr;
  thread_local Closer closer;
  (void)&closer;
  auto* s = new FullState;
  const std::lock_guard guard(pool.lock);
  s->next_thread = std::exchange(pool.threads, s);
  detail::state = s;
  return s;
}

FullState* opened_thread() { return detail::state ? this_thread() : open_thread(); }

struct LargeClass {
  std::size_t index, bytes;
};

/// The smallest of the sizes 2^e * {4, 5, 6, 7} / 4 that holds `bytes`.
LargeClass large_class(std::size_t bytes) {
  const int exponent = std::bit_width(bytes - 1) - 1;
  const std::size_t step = (std::size_t{1} << exponent) >> 2;
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << exponent)) / step;
  return {static_cast<std::size_t>(exponent - 9) * 4 + quarter, (std::size_t{1} << exponent) + (quarter + 1) * step};
}

/// A block of `bytes`, of which `wanted` will be touched soon.
void* from_system(std::size_t bytes, std::size_t wanted) {
  const bool large = wanted >= kHugePage;
  void* p = nullptr;
  const int error = ::posix_memalign(&p, large ? kHugePage : 64, (bytes + 63) & ~std::size_t{63});
  check(error == 0, "not enough memory: you tried to allocate {} bytes", bytes);
#ifdef MADV_HUGEPAGE
  // Memory comes at the first touch, a page at a time, and the large pages are the cheaper ones (measured: 2.4 s of
  // processor time for 1 GiB on a virtual machine, 5.6 s in small ones). Only whole ones, so that no more is taken.
  if (large) ::madvise(p, wanted / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  return p;
}

void* cut(FullState& s, std::size_t bytes) {
  // Sizes that are multiples of 64 must be aligned to 64; the others to 16.
  const std::size_t align = bytes % 64 == 0 ? 64 : 16;
  const auto at = (reinterpret_cast<std::uintptr_t>(s.slab) + align - 1) & ~(align - 1);
  if (!s.slab || at + bytes > reinterpret_cast<std::uintptr_t>(s.slab_end)) return nullptr;
  s.slab = reinterpret_cast<char*>(at + bytes);
  return reinterpret_cast<void*>(at);
}

void* from_slab(FullState& s, std::size_t bytes) {
  if (void* p = cut(s, bytes)) return p;
  {
    const std::lock_guard guard(pool.lock);
    if (Remnant* r = pool.remnants) {
      pool.remnants = r->next;
      s.slab_end = r->end;
      s.slab = reinterpret_cast<char*>(r);
    }
  }
  if (void* p = cut(s, bytes)) return p;
  s.slab = static_cast<char*>(from_system(kSlabBytes, 0));
  s.slab_end = s.slab + kSlabBytes;
  return cut(s, bytes);
}

void* allocate_small(FullState& s, std::size_t bytes) {
  const std::size_t index = (bytes + 15) / 16;
  Magazine& m = s.small[index];
  if (!m.list && m.reserve) {
    m.list = std::exchange(m.reserve, nullptr);
    m.count = kMagazine;
  }
  if (!m.list) {
    const std::lock_guard guard(pool.lock);
    if (Batch* batch = pool.small[index]) {
      pool.small[index] = batch->next_batch;
      m.list = reinterpret_cast<Block*>(batch);
      m.count = kMagazine;  // fewer if a thread left them at its end: the count only bounds what is kept
    }
  }
  if (!m.list) return from_slab(s, std::max<std::size_t>(index, 1) * 16);
  Block* b = m.list;
  m.list = b->next;
  m.count = m.list ? m.count - 1 : 0;
  return b;
}

Block* take(Block*& head, std::size_t& total, std::size_t bytes) {
  Block* b = head;
  if (b) {
    head = b->next;
    total -= bytes;
  }
  return b;
}

void keep(Block*& head, std::size_t& total, Block* b, std::size_t bytes) {
  b->next = std::exchange(head, b);
  total += bytes;
}

}  // namespace

namespace detail {

thread_local constinit ThreadState* state = nullptr;

namespace {

void* find_block(std::size_t bytes) {
  FullState* s = opened_thread();
  if (!kCaching || !s) return from_system(bytes, bytes);
  if (bytes <= kSlabLimit) return allocate_small(*s, bytes);
  check(bytes < std::size_t{1} << 56, "not enough memory: you tried to allocate {} bytes", bytes);
  const auto [index, rounded] = large_class(bytes);
  if (Block* b = take(s->large[index], s->large_bytes, rounded)) return b;
  {
    const std::lock_guard guard(pool.lock);
    if (Block* b = take(pool.large[index], pool.large_bytes, rounded)) return b;
  }
  return from_system(rounded, bytes);
}

void put_away(void* block, std::size_t bytes) noexcept {
  if (!kCaching) return std::free(block);
  FullState* s = opened_thread();
  auto* b = static_cast<Block*>(block);
  if (bytes <= kSlabLimit) {
    const std::size_t index = (bytes + 15) / 16;
    b->next = nullptr;
    if (!s || s->small[index].reserve) {
      const std::lock_guard guard(pool.lock);
      put_batch(index, s ? std::exchange(s->small[index].reserve, nullptr) : b);
    }
    if (!s) return;
    Magazine& m = s->small[index];
    if (m.count == kMagazine) m.reserve = std::exchange(m.list, nullptr);
    b->next = m.list;
    m.list = b;
    m.count = m.count == kMagazine ? 1 : m.count + 1;
    return;
  }
  const auto [index, rounded] = large_class(bytes);
  if (s && rounded <= kTooLargeForThread && s->large_bytes + rounded <= kThreadKeeps) {
    return keep(s->large[index], s->large_bytes, b, rounded);
  }
  {
    const std::lock_guard guard(pool.lock);
    if (pool.large_bytes + rounded <= kPoolKeeps) return keep(pool.large[index], pool.large_bytes, b, rounded);
  }
  std::free(block);
}

void count_slowly(Counted what, std::int64_t change) noexcept {
  if (ThreadState* s = opened_thread()) return add(*s, what, change);
  const std::lock_guard guard(pool.lock);
  pool.counts[static_cast<std::size_t>(what)] += change;
}

}  // namespace

void* allocate_slowly(std::size_t bytes, Count count) {
  void* const block = find_block(bytes);
  count_slowly(count.what, count.amount);
  return block;
}

void deallocate_slowly(void* block, std::size_t bytes, Count count) noexcept {
  if (!block) return;
  put_away(block, bytes);
  count_slowly(count.what, -count.amount);
}

}  // namespace detail

void empty_cache() noexcept {
  if (auto* s = this_thread()) {
    for (Block*& head : s->large) free_all(head);
    s->large_bytes = 0;
  }
  const std::lock_guard guard(pool.lock);
  for (Block*& head : pool.large) free_all(head);
  pool.large_bytes = 0;
}

std::size_t cached_bytes() noexcept {
  const std::lock_guard guard(pool.lock);
  return pool.large_bytes + (detail::state ? this_thread()->large_bytes : 0);
}

Statistics statistics() noexcept {
  const std::lock_guard guard(pool.lock);
  std::int64_t sums[3];
  std::copy_n(pool.counts, 3, sums);
  for (const FullState* s = pool.threads; s; s = s->next_thread) {
    for (std::size_t i = 0; i < 3; ++i) sums[i] += s->counts[i].load(std::memory_order_relaxed);
  }
  return {sums[0], sums[1], sums[2]};
}

}  // namespace xgrad::memory
