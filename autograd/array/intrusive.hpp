/// A smart pointer to objects that count their own references.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define XGRAD_HAS_SINGLE_THREADED 1
#endif
#endif

namespace xgrad {

namespace detail {

/// Whether the process has no other thread that could count at the same time. The C library keeps this: it is false
/// from the moment a second thread is made, by anybody.
inline bool single_threaded() noexcept {
#ifdef XGRAD_HAS_SINGLE_THREADED
  return __libc_single_threaded;
#else
  return false;
#endif
}

}  // namespace detail

/// Base of what `Intrusive` points to. Derived gives `static void destroy(Derived*)`.
///
/// The count is atomic, because leaves are shared between threads. Locked instructions, which cost as much as twenty
/// others, are skipped where they are not needed: in a process of one thread, and by an owner who finds himself alone,
/// since nobody else can hold, and so nobody else can copy, the object.
class RefCounted {
 public:
  void retain() const noexcept {
    if (detail::single_threaded())
      refs_.store(refs_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    else
      refs_.fetch_add(1, std::memory_order_relaxed);
  }
  /// Drops a reference; true when it was the last one and the caller must destroy the object.
  [[nodiscard]] bool release() const noexcept {
    const std::uint32_t refs = refs_.load(std::memory_order_acquire);
    if (refs == 1) return true;
    if (!detail::single_threaded()) return refs_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    refs_.store(refs - 1, std::memory_order_relaxed);
    return false;
  }
  bool unique() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }
  std::uint32_t use_count() const noexcept { return refs_.load(std::memory_order_relaxed); }

 protected:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;
  ~RefCounted() = default;

 private:
  mutable std::atomic<std::uint32_t> refs_{1};
};

/// Owns one reference to a T derived from RefCounted.
template <class T>
class Intrusive {
 public:
  Intrusive() = default;
  Intrusive(std::nullptr_t) {}
  Intrusive(const Intrusive& other) noexcept : p_(other.p_) {
    if (p_) p_->retain();
  }
  Intrusive(Intrusive&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> Intrusive(Intrusive<U> other)
  noexcept : p_(other.leak()) {}
  Intrusive& operator=(const Intrusive& other) noexcept {
    Intrusive(other).swap(*this);
    return *this;
  }
  Intrusive& operator=(Intrusive&& other) noexcept {
    Intrusive(std::move(other)).swap(*this);
    return *this;
  }
  ~Intrusive() {
    if (p_ && p_->release()) T::destroy(p_);
  }

  /// Takes over a reference that already exists (a new object starts with one).
  static Intrusive adopt(T* p) noexcept {
    Intrusive r;
    r.p_ = p;
    return r;
  }
  /// Adds a reference to an object held elsewhere.
  static Intrusive share(T* p) noexcept {
    if (p) p->retain();
    return adopt(p);
  }
  /// Gives the reference away without dropping it.
  T* leak() noexcept { return std::exchange(p_, nullptr); }

  void reset() noexcept { Intrusive().swap(*this); }
  void swap(Intrusive& other) noexcept { std::swap(p_, other.p_); }
  T* get() const noexcept { return p_; }
  T* operator->() const noexcept { return p_; }
  T& operator*() const noexcept { return *p_; }
  explicit operator bool() const noexcept { return p_ != nullptr; }
  friend bool operator==(const Intrusive&, const Intrusive&) = default;

 private:
  T* p_ = nullptr;
};

}  // namespace xgrad
