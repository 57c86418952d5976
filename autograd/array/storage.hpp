/// The memory of a tensor: one reference-counted block, shared by all its views.
#pragma once

#include <xgrad/autograd/array/intrusive.hpp>

#include <cstddef>
#include <functional>

namespace xgrad {

/// A block of bytes and its version: the number of in-place changes it has seen, which tells a saved tensor that it is
/// no longer what was saved. Header and data are one allocation, the data 64-byte aligned unless it is so little that
/// it fits into the header's cache line; foreign memory (`from_blob`) is pointed to instead.
class alignas(64) Storage final : public RefCounted {
 public:
  static Intrusive<Storage> create(std::size_t nbytes);
  /// Wraps memory that somebody else owns; `deleter` runs when the last view is gone.
  static Intrusive<Storage> borrow(void* data, std::size_t nbytes, std::function<void(void*)> deleter);
  static void destroy(Storage* s) noexcept;

  void* data() const noexcept { return data_; }
  std::size_t nbytes() const noexcept { return nbytes_; }
  /// Whether somebody else owns the bytes.
  bool is_borrowed() const noexcept { return deleter_ != nullptr; }
  std::uint32_t version() const noexcept { return version_.load(std::memory_order_relaxed); }
  void bump_version() noexcept { version_.store(version() + 1, std::memory_order_relaxed); }

 private:
  /// What fits beside the header needs no memory of its own: eight floats.
  static constexpr std::size_t kInside = 32;
  static std::size_t block_bytes(std::size_t nbytes);
  /// What is large, foreign, or the first of its thread.
  static Intrusive<Storage> create_slowly(std::size_t nbytes);
  static void destroy_slowly(Storage* s) noexcept;

  Storage() = default;
  ~Storage() = default;
  std::atomic<std::uint32_t> version_{0};
  void* data_ = nullptr;
  std::size_t nbytes_ = 0;
  std::function<void(void*)>* deleter_ = nullptr;  // only foreign memory has one
  alignas(32) std::byte inside_[kInside];
};

}  // namespace xgrad
