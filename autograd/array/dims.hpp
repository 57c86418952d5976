/// Lists of sizes and strides: a view of one (IntArrayRef), one that owns (Dims), and the one users print (Size).
#pragma once

#include <xgrad/autograd/none.hpp>

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace xgrad {

class Dims;

/// A borrowed list of int64: what functions take where PyTorch takes a shape. Lives as long as what it was made from.
class IntArrayRef {
 public:
  constexpr IntArrayRef() = default;
  constexpr IntArrayRef(const std::int64_t* data, std::size_t size) : data_(data), size_(size) {}
  constexpr IntArrayRef(const std::int64_t* begin, const std::int64_t* end)
      : data_(begin), size_(static_cast<std::size_t>(end - begin)) {}
  constexpr IntArrayRef(const std::int64_t& one) : data_(&one), size_(1) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"  // a parameter's list lives as long as the call
#endif
  constexpr IntArrayRef(std::initializer_list<std::int64_t> list) : data_(list.begin()), size_(list.size()) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
  IntArrayRef(const std::vector<std::int64_t>& v) : data_(v.data()), size_(v.size()) {}
  template <std::size_t N>
  constexpr IntArrayRef(const std::array<std::int64_t, N>& a) : data_(a.data()), size_(N) {}
  inline IntArrayRef(const Dims& dims);

  constexpr const std::int64_t* data() const { return data_; }
  constexpr const std::int64_t* begin() const { return data_; }
  constexpr const std::int64_t* end() const { return data_ + size_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr std::int64_t operator[](std::size_t i) const { return data_[i]; }
  constexpr std::int64_t front() const { return data_[0]; }
  constexpr std::int64_t back() const { return data_[size_ - 1]; }
  std::vector<std::int64_t> vec() const { return {begin(), end()}; }
  constexpr bool equals(IntArrayRef other) const {
    if (size_ != other.size_) return false;
    for (std::size_t i = 0; i < size_; ++i) {
      if (data_[i] != other.data_[i]) return false;
    }
    return true;
  }
  friend constexpr bool operator==(IntArrayRef a, IntArrayRef b) { return a.equals(b); }

 private:
  const std::int64_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// An owning list of int64, inline up to six entries: no allocation for the tensors people have.
class Dims {
 public:
  static constexpr std::size_t kInline = 6;

  Dims() = default;
  Dims(std::initializer_list<std::int64_t> list) : Dims(IntArrayRef(list)) {}
  Dims(IntArrayRef list) : size_(static_cast<std::uint32_t>(list.size())) {
    if (size_ > kInline) heap_ = new std::int64_t[size_];
    std::int64_t* to = data();
    for (std::size_t i = 0; i < size_; ++i) to[i] = list[i];
  }
  Dims(std::size_t size, std::int64_t value) : size_(static_cast<std::uint32_t>(size)) {
    if (size_ > kInline) heap_ = new std::int64_t[size_];
    std::int64_t* to = data();
    for (std::size_t i = 0; i < size_; ++i) to[i] = value;
  }
  /// So many entries, to be written.
  struct Unset {};
  Dims(Unset, std::size_t size) : size_(static_cast<std::uint32_t>(size)) {
    if (size_ > kInline) heap_ = new std::int64_t[size_];
  }
  Dims(const Dims& other) : size_(other.size_) {
    if (size_ > kInline) {
      heap_ = new std::int64_t[size_];
      std::memcpy(heap_, other.heap_, size_ * sizeof *heap_);
    } else {
      copy_inline(other);
    }
  }
  Dims(Dims&& other) noexcept : size_(other.size_) {
    copy_inline(other);
    other.size_ = 0;
  }
  Dims& operator=(Dims other) noexcept {
    std::swap(size_, other.size_);
    std::int64_t t[kInline];
    std::memcpy(t, inline_, sizeof t);
    std::memcpy(inline_, other.inline_, sizeof t);
    std::memcpy(other.inline_, t, sizeof t);
    return *this;
  }
  ~Dims() {
    if (size_ > kInline) delete[] heap_;
  }

  std::int64_t* data() { return size_ > kInline ? heap_ : inline_; }
  const std::int64_t* data() const { return size_ > kInline ? heap_ : inline_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::int64_t* begin() { return data(); }
  std::int64_t* end() { return data() + size_; }
  const std::int64_t* begin() const { return data(); }
  const std::int64_t* end() const { return data() + size_; }
  std::int64_t& operator[](std::size_t i) { return data()[i]; }
  std::int64_t operator[](std::size_t i) const { return data()[i]; }
  std::int64_t& back() { return data()[size_ - 1]; }
  std::int64_t back() const { return data()[size_ - 1]; }

  /// Keeps the leading entries; new ones are zero.
  void resize(std::size_t size) {
    if (size == size_) return;
    if (size <= kInline && size_ <= kInline) {
      for (std::size_t i = size_; i < size; ++i) inline_[i] = 0;
      size_ = static_cast<std::uint32_t>(size);
      return;
    }
    resize_on_heap(size);
  }
  void push_back(std::int64_t v) {
    resize(size_ + 1);
    back() = v;
  }
  void insert(std::size_t at, std::int64_t v) {
    push_back(v);
    for (std::size_t i = size_ - 1; i > at; --i) data()[i] = data()[i - 1];
    data()[at] = v;
  }
  void erase(std::size_t at) {
    for (std::size_t i = at + 1; i < size_; ++i) data()[i - 1] = data()[i];
    resize(size_ - 1);
  }

  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.size_ != b.size_) return false;
    const std::int64_t *x = a.data(), *y = b.data();
    for (std::size_t i = 0; i < a.size_; ++i) {
      if (x[i] != y[i]) return false;
    }
    return true;
  }
  friend bool operator==(const Dims& a, IntArrayRef b) { return IntArrayRef(a).equals(b); }

 private:
  void resize_on_heap(std::size_t size);
  /// All six words, used or not: a fixed size becomes three vector moves, where a counted one is a call.
  void copy_inline(const Dims& other) { std::memcpy(static_cast<void*>(inline_), other.inline_, sizeof inline_); }

  std::uint32_t size_ = 0;
  union {
    std::int64_t inline_[kInline];
    std::int64_t* heap_;
  };
};

inline IntArrayRef::IntArrayRef(const Dims& dims) : data_(dims.data()), size_(dims.size()) {}

/// A borrowed list or none, for parameters that may be left out: takes what IntArrayRef takes, braces and a number too,
/// and std::nullopt. (std::optional<IntArrayRef> would not: that is one conversion more.)
class OptionalIntArrayRef {
 public:
  constexpr OptionalIntArrayRef() = default;
  constexpr OptionalIntArrayRef(std::nullopt_t) {}
  constexpr OptionalIntArrayRef(indexing::NoneType) {}
  constexpr OptionalIntArrayRef(IntArrayRef list) : list_(list), given_(true) {}
  constexpr OptionalIntArrayRef(const std::int64_t& one) : OptionalIntArrayRef(IntArrayRef(one)) {}
  constexpr OptionalIntArrayRef(std::initializer_list<std::int64_t> list)
      : OptionalIntArrayRef(IntArrayRef(list.begin(), list.size())) {}
  OptionalIntArrayRef(const std::vector<std::int64_t>& list) : OptionalIntArrayRef(IntArrayRef(list)) {}
  OptionalIntArrayRef(const Dims& list) : OptionalIntArrayRef(IntArrayRef(list)) {}
  template <std::size_t N>
  constexpr OptionalIntArrayRef(const std::array<std::int64_t, N>& list) : OptionalIntArrayRef(IntArrayRef(list)) {}
  template <class List>
  constexpr OptionalIntArrayRef(const std::optional<List>& list) {
    if (list) *this = OptionalIntArrayRef(*list);
  }

  constexpr bool has_value() const { return given_; }
  constexpr explicit operator bool() const { return given_; }
  constexpr const IntArrayRef& operator*() const { return list_; }
  constexpr const IntArrayRef* operator->() const { return &list_; }
  constexpr IntArrayRef value_or(IntArrayRef other) const { return given_ ? list_ : other; }

 private:
  IntArrayRef list_;
  bool given_ = false;
};

/// The product of the sizes; 1 for no dimensions. Throws when it does not fit 63 bits or a size is negative.
std::int64_t count_elements(IntArrayRef sizes);
/// Row-major strides of a tensor that is packed.
Dims contiguous_strides(IntArrayRef sizes);
/// The common shape of two; throws PyTorch's error, with a hint, when there is none.
Dims broadcast_shapes(IntArrayRef a, IntArrayRef b);
/// Turns a dimension that may count from the end into one that does not. A tensor without dimensions accepts 0 and -1.
std::int64_t wrap_dim(std::int64_t dim, std::int64_t ndim);
/// "[1, 10]"
std::string to_string(IntArrayRef list);
std::ostream& operator<<(std::ostream& out, IntArrayRef list);

/// A tensor's shape as a value: prints as Python's `torch.Size([1, 10])`.
class Size : public Dims {
 public:
  using Dims::Dims;
  Size(Dims dims) : Dims(std::move(dims)) {}
  std::int64_t numel() const { return count_elements(*this); }
};
std::ostream& operator<<(std::ostream& out, const Size& size);

}  // namespace xgrad

/// Lists print as "[1, 10]" in messages; formatting happens only when the message is needed.
template <>
struct fmt::formatter<xgrad::IntArrayRef> {
  constexpr auto parse(fmt::format_parse_context& c) { return c.begin(); }
  fmt::format_context::iterator format(xgrad::IntArrayRef list, fmt::format_context& c) const;
};
template <>
struct fmt::formatter<xgrad::Dims> : fmt::formatter<xgrad::IntArrayRef> {};
