/// Array: memory seen as an n-dimensional box. No graph, no arithmetic: shapes, strides and views.
#pragma once

#include <xgrad/autograd/array/dims.hpp>
#include <xgrad/autograd/array/dtype.hpp>
#include <xgrad/autograd/array/memory_format.hpp>
#include <xgrad/autograd/array/storage.hpp>

#include <optional>

namespace xgrad {

/// Storage + dtype + shape + strides + offset. Copying an Array copies the description and shares the memory;
/// every view below is O(number of dimensions). Strides and offsets count elements and may be zero or negative.
class Array {
 public:
  Array() = default;
  Array(Intrusive<Storage> storage, ScalarType dtype, Dims sizes, Dims strides, std::int64_t offset);

  /// Uninitialised packed memory.
  static Array empty(IntArrayRef sizes, ScalarType dtype);
  /// Uninitialised packed memory of like's shape.
  static Array packed_like(const Array& like, ScalarType dtype) { return Array(like, dtype); }
  /// Uninitialised memory just large enough for these strides.
  static Array empty_strided(IntArrayRef sizes, IntArrayRef strides, ScalarType dtype);
  /// Uninitialised packed memory in that order.
  static Array empty(IntArrayRef sizes, ScalarType dtype, MemoryFormat format);
  /// Uninitialised memory laid out as `like`'s if that is dense (a permutation of a packed array), else packed.
  static Array empty_like(const Array& like, ScalarType dtype);

  bool defined() const { return static_cast<bool>(storage_); }
  ScalarType dtype() const { return dtype_; }
  std::int64_t dim() const { return static_cast<std::int64_t>(sizes_.size()); }
  const Dims& sizes() const { return sizes_; }
  const Dims& strides() const { return strides_; }
  std::int64_t size(std::int64_t d) const { return sizes_[static_cast<std::size_t>(wrap_dim_checked(d))]; }
  std::int64_t stride(std::int64_t d) const { return strides_[static_cast<std::size_t>(wrap_dim_checked(d))]; }
  std::int64_t numel() const { return numel_; }
  std::int64_t offset() const { return offset_; }
  std::size_t itemsize() const { return element_size(dtype_); }
  std::size_t nbytes() const { return static_cast<std::size_t>(numel_) * itemsize(); }
  bool is_contiguous() const { return contiguous_; }
  /// No two indices share an element and there are no holes: some permutation of the dimensions is packed.
  bool is_dense() const;
  /// Some element is reachable by two indices (as in an expanded array).
  bool overlaps_itself() const;

  const Intrusive<Storage>& storage() const { return storage_; }
  bool same_storage(const Array& other) const { return storage_ == other.storage_; }
  /// The element at index 0, as bytes or as T (not checked against the dtype: kernels dispatch first).
  void* raw() const { return static_cast<char*>(storage_->data()) + offset_ * static_cast<std::int64_t>(itemsize()); }
  template <class T>
  T* data() const {
    return static_cast<T*>(storage_->data()) + offset_;
  }

  // Views. Each checks its arguments and throws PyTorch's errors.
  Array as_strided(IntArrayRef sizes, IntArrayRef strides, std::int64_t offset) const;
  /// The same elements in order under another shape (one -1 is inferred); nothing if the strides cannot express it.
  std::optional<Array> try_view(IntArrayRef sizes) const;
  /// try_view or PyTorch's error.
  Array view(IntArrayRef sizes) const;
  Array permute(IntArrayRef order) const;
  Array transpose(std::int64_t a, std::int64_t b) const;
  Array expand(IntArrayRef sizes) const;
  Array select(std::int64_t dim, std::int64_t index) const;
  Array slice(std::int64_t dim, std::int64_t start, std::int64_t end, std::int64_t step) const;
  Array unsqueeze(std::int64_t dim) const;
  Array squeeze() const;
  Array squeeze(std::int64_t dim) const;

 private:
  std::int64_t wrap_dim_checked(std::int64_t d) const;

  Array(const Array& shape_of, ScalarType dtype);
  /// A packed array without memory yet.
  Array(IntArrayRef sizes, ScalarType dtype);

  Intrusive<Storage> storage_;
  std::int64_t offset_ = 0;
  std::int64_t numel_ = 0;
  Dims sizes_, strides_;
  ScalarType dtype_ = kFloat32;
  bool contiguous_ = true;
};

/// Resolves the one -1 of a shape; throws "shape '[...]' is invalid for input of size n" when it does not fit.
Dims infer_size(IntArrayRef sizes, std::int64_t numel);

}  // namespace xgrad
