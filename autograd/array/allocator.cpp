#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/array/error.hpp>

#include <bit>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define XGRAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define XGRAD_SANITIZED 1
#endif
#endif

namespace xgrad::memory {
namespace {

#ifdef XGRAD_SANITIZED
constexpr bool kCaching = false;  // a cached block would hide use after free
#else
constexpr bool kCaching = true;
#endif

constexpr std::size_t kSmallClasses = kSlabLimit / 16;
constexpr std::size_t kLargeClasses = 4 * 48;
constexpr std::size_t kSlabBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxCachedBytes = std::size_t{1} << 30;  // a thread that only frees must not hoard

struct Block {
  Block* next;
};

struct Cache {
  Block* small[kSmallClasses + 1] = {};
  Block* large[kLargeClasses] = {};
  std::size_t large_bytes = 0;
  char* slab = nullptr;
  char* slab_end = nullptr;
};

// Both are trivially destructible: tensors may be freed after this thread's destructors have run.
thread_local constinit Cache* cache = nullptr;
thread_local constinit bool closed = false;

struct Closer {
  ~Closer() {
    empty_cache();
    delete cache;
    cache = nullptr;
    closed = true;  // the thread's slab blocks stay usable by others; its free lists are given up
  }
};

[[gnu::cold, gnu::noinline]] Cache* open_cache() {
  if (!kCaching || closed) return nullptr;
  thread_local Closer closer;
  (void)&closer;
  return cache = new Cache;
}

inline Cache* this_cache() { return cache ? cache : open_cache(); }

struct LargeClass {
  std::size_t index, bytes;
};

/// The smallest of the sizes 2^e * {4, 5, 6, 7} / 4 that holds `bytes`.
inline LargeClass large_class(std::size_t bytes) {
  const int exponent = std::bit_width(bytes - 1) - 1;
  const std::size_t step = (std::size_t{1} << exponent) >> 2;
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << exponent)) / step;
  return {static_cast<std::size_t>(exponent - 9) * 4 + quarter, (std::size_t{1} << exponent) + (quarter + 1) * step};
}

void* from_system(std::size_t bytes) {
  void* p = std::aligned_alloc(64, (bytes + 63) & ~std::size_t{63});
  check(p != nullptr, "not enough memory: you tried to allocate {} bytes", bytes);
  return p;
}

[[gnu::noinline]] void* from_slab(Cache& c, std::size_t bytes) {
  // Sizes that are multiples of 64 must be aligned to 64; the others to 16.
  const std::size_t align = bytes % 64 == 0 ? 64 : 16;
  auto at = (reinterpret_cast<std::uintptr_t>(c.slab) + align - 1) & ~(align - 1);
  if (!c.slab || at + bytes > reinterpret_cast<std::uintptr_t>(c.slab_end)) {
    c.slab = static_cast<char*>(from_system(kSlabBytes));
    c.slab_end = c.slab + kSlabBytes;
    at = reinterpret_cast<std::uintptr_t>(c.slab);
  }
  c.slab = reinterpret_cast<char*>(at + bytes);
  return reinterpret_cast<void*>(at);
}

}  // namespace

void* allocate(std::size_t bytes) {
  Cache* c = this_cache();
  if (bytes <= kSlabLimit) {
    const std::size_t index = (bytes + 15) / 16;
    if (!c) return from_system(bytes);
    if (Block* b = c->small[index]) {
      c->small[index] = b->next;
      return b;
    }
    return from_slab(*c, std::max<std::size_t>(index, 1) * 16);
  }
  if (!c) return from_system(bytes);
  check(bytes < std::size_t{1} << 56, "not enough memory: you tried to allocate {} bytes", bytes);
  const auto [index, rounded] = large_class(bytes);
  if (Block* b = c->large[index]) {
    c->large[index] = b->next;
    c->large_bytes -= rounded;
    return b;
  }
  return from_system(rounded);
}

void deallocate(void* block, std::size_t bytes) noexcept {
  if (!block) return;
  Cache* c = this_cache();
  auto* b = static_cast<Block*>(block);
  if (bytes <= kSlabLimit) {
    if (!kCaching) return std::free(block);
    if (!c) return;  // a piece of a slab cannot go back alone; the thread is ending
    const std::size_t index = (bytes + 15) / 16;
    b->next = c->small[index];
    c->small[index] = b;
    return;
  }
  if (!c) return std::free(block);
  const auto [index, rounded] = large_class(bytes);
  if (c->large_bytes + rounded > kMaxCachedBytes) return std::free(block);
  b->next = c->large[index];
  c->large[index] = b;
  c->large_bytes += rounded;
}

void empty_cache() noexcept {
  if (!cache) return;
  for (Block*& head : cache->large) {
    while (head) {
      Block* next = head->next;
      std::free(head);
      head = next;
    }
  }
  cache->large_bytes = 0;
}

std::size_t cached_bytes() noexcept { return cache ? cache->large_bytes : 0; }

}  // namespace xgrad::memory
