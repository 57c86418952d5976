/// Shapes, views, copies and conversions.
///
/// A view shares its tensor's memory: writing through either is seen by both, and by autograd.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <concepts>

namespace xgrad {

namespace ops {
Tensor view_as(const Tensor& x, ScalarType dtype);
}

/// The same elements in order under another shape, as a view; one size may be −1. Throws when strides do not allow it.
Tensor view(const Tensor& x, IntArrayRef size);
Tensor view_as(const Tensor& x, const Tensor& other);
/// The same bytes as numbers of another dtype, as a view; the last dimension grows or shrinks with the numbers' size.
/// There is no derivative: the result does not require grad. (A template, so that `view(x, {})` is a shape.)
auto view(const Tensor& x, std::same_as<ScalarType> auto dtype) { return ops::view_as(x, dtype); }
/// A view when possible, else a copy.
Tensor reshape(const Tensor& x, IntArrayRef shape);
Tensor reshape_as(const Tensor& x, const Tensor& other);
/// Dimensions start_dim … end_dim become one.
Tensor flatten(const Tensor& x, std::int64_t start_dim = 0, std::int64_t end_dim = -1);
/// Gives x another shape, packed, in place: the same memory from x's first element on where it suffices, else new
/// memory into which the elements go, in order. New elements are not initialised. Throws for tensors that require grad.
/// Views made before keep the memory they have; PyTorch lets it grow under them.
Tensor& resize_(Tensor& x, IntArrayRef size);
/// resize_ to another tensor's shape.
Tensor& resize_as_(Tensor& x, const Tensor& other);
/// Drops dimensions of size 1: all, or `dim` if it is one.
Tensor squeeze(const Tensor& x);
Tensor squeeze(const Tensor& x, std::int64_t dim);
Tensor& squeeze_(Tensor& x);
Tensor& squeeze_(Tensor& x, std::int64_t dim);
/// A new dimension of size 1 at `dim`.
Tensor unsqueeze(const Tensor& x, std::int64_t dim);
Tensor& unsqueeze_(Tensor& x, std::int64_t dim);
Tensor permute(const Tensor& x, IntArrayRef dims);
Tensor transpose(const Tensor& x, std::int64_t dim0, std::int64_t dim1);
Tensor& transpose_(Tensor& x, std::int64_t dim0, std::int64_t dim1);
/// Every matrix of a batch transposed; a number is returned as it is.
Tensor adjoint(const Tensor& x);
/// The transpose of a matrix; a vector or number is returned as it is.
Tensor t(const Tensor& x);
Tensor& t_(Tensor& x);
/// Dimensions of size 1 repeat to `size` without copying; −1 keeps a size.
Tensor expand(const Tensor& x, IntArrayRef size);
Tensor expand_as(const Tensor& x, const Tensor& other);
Tensor broadcast_to(const Tensor& x, IntArrayRef size);
/// x itself when packed in that order, else a packed copy. Throws where the format is of another number of dimensions.
Tensor contiguous(const Tensor& x, MemoryFormat memory_format = MemoryFormat::Contiguous);
/// A copy that keeps the memory layout of dense tensors, or has the one named.
Tensor clone(const Tensor& x, std::optional<MemoryFormat> memory_format = std::nullopt);
/// x itself when it has the dtype (and the memory format, and no copy is asked for), else a converted copy.
Tensor to(const Tensor& x, ScalarType dtype, bool copy = false,
          std::optional<MemoryFormat> memory_format = std::nullopt);
/// Row `index` along `dim`, as a view with one dimension less.
Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index);
/// Elements start, start + step, … before end along `dim`, as a view. Bounds clip as Python's do.
Tensor slice(const Tensor& x, std::int64_t dim = 0, std::optional<std::int64_t> start = std::nullopt,
             std::optional<std::int64_t> end = std::nullopt, std::int64_t step = 1);
/// `length` elements from `start` along `dim`, as a view; out of range throws.
Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length);
Tensor narrow(const Tensor& x, std::int64_t dim, const Tensor& start, std::int64_t length);
/// A view with these sizes and strides, `offset` elements into the storage; throws when it would leave the storage.
Tensor as_strided(const Tensor& x, IntArrayRef size, IntArrayRef stride,
                  std::optional<std::int64_t> offset = std::nullopt);
/// Gives x these sizes and strides, in place.
Tensor& as_strided_(Tensor& x, IntArrayRef size, IntArrayRef stride, std::optional<std::int64_t> offset = std::nullopt);
/// All rows along `dim`.
std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim = 0);
/// Pieces of `split_size` along `dim`; the last may be shorter.
std::vector<Tensor> split(const Tensor& x, std::int64_t split_size, std::int64_t dim = 0);
/// Pieces of these sizes along `dim`, which must be all of it.
std::vector<Tensor> split_with_sizes(const Tensor& x, IntArrayRef split_sizes, std::int64_t dim = 0);
std::vector<Tensor> split(const Tensor& x, IntArrayRef split_sizes, std::int64_t dim = 0);
/// At most `chunks` pieces of equal size (the last may be shorter).
std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim = 0);
/// Tensors of one shape (but for `dim`) one after another along `dim`; dtypes promote.
Tensor cat(TensorList tensors, std::int64_t dim = 0);
/// cat under its other names.
Tensor concat(TensorList tensors, std::int64_t dim = 0);
Tensor concatenate(TensorList tensors, std::int64_t dim = 0);
/// Tensors of one shape along a new dimension.
Tensor stack(TensorList tensors, std::int64_t dim = 0);

/// The options of x.to(), for keywords.
class ToOptions {
 public:
  ToOptions() = default;
  ToOptions(const TensorOptions& o) : dtype_(o.dtype_opt()), memory_format_(o.memory_format_opt()) {}
  ToOptions& dtype(ScalarType v) { return dtype_ = v, *this; }
  ToOptions& device(Device) { return *this; }
  ToOptions& non_blocking(bool) { return *this; }
  ToOptions& copy(bool v) { return copy_ = v, *this; }
  ToOptions& memory_format(std::optional<MemoryFormat> v) { return memory_format_ = v, *this; }
  ScalarType dtype_or(ScalarType other) const { return dtype_.value_or(other); }
  bool copy() const { return copy_; }
  std::optional<MemoryFormat> memory_format() const { return memory_format_; }

 private:
  std::optional<ScalarType> dtype_;
  std::optional<MemoryFormat> memory_format_;
  bool copy_ = false;
};

template <class T>
struct ShapeMethods : Methods<T, ShapeMethods<T>> {
  using Methods<T, ShapeMethods>::as;
  using Methods<T, ShapeMethods>::writable;
  T view(IntArrayRef size) const { return xgrad::view(as(this), size); }
  T view(std::same_as<ScalarType> auto dtype) const { return ops::view_as(as(this), dtype); }
  T& resize_(IntArrayRef size) const { return xgrad::resize_(writable(this), size); }
  T& resize_as_(const T& other) const { return xgrad::resize_as_(writable(this), other); }
  T view_as(const T& other) const { return xgrad::view_as(as(this), other); }
  T reshape(IntArrayRef shape) const { return xgrad::reshape(as(this), shape); }
  T reshape_as(const T& other) const { return xgrad::reshape_as(as(this), other); }
  T flatten(std::int64_t start_dim = 0, std::int64_t end_dim = -1) const {
    return xgrad::flatten(as(this), start_dim, end_dim);
  }
  T squeeze() const { return xgrad::squeeze(as(this)); }
  T squeeze(std::int64_t dim) const { return xgrad::squeeze(as(this), dim); }
  T unsqueeze(std::int64_t dim) const { return xgrad::unsqueeze(as(this), dim); }
  T permute(IntArrayRef dims) const { return xgrad::permute(as(this), dims); }
  T transpose(std::int64_t dim0, std::int64_t dim1) const { return xgrad::transpose(as(this), dim0, dim1); }
  T adjoint() const { return xgrad::adjoint(as(this)); }
  T t() const { return xgrad::t(as(this)); }
  T& squeeze_() const { return xgrad::squeeze_(writable(this)); }
  T& squeeze_(std::int64_t dim) const { return xgrad::squeeze_(writable(this), dim); }
  T& unsqueeze_(std::int64_t dim) const { return xgrad::unsqueeze_(writable(this), dim); }
  T& transpose_(std::int64_t dim0, std::int64_t dim1) const { return xgrad::transpose_(writable(this), dim0, dim1); }
  T& t_() const { return xgrad::t_(writable(this)); }
  T expand(IntArrayRef size) const { return xgrad::expand(as(this), size); }
  T expand_as(const T& other) const { return xgrad::expand_as(as(this), other); }
  T broadcast_to(IntArrayRef size) const { return xgrad::broadcast_to(as(this), size); }
  T contiguous(MemoryFormat memory_format = MemoryFormat::Contiguous) const {
    return xgrad::contiguous(as(this), memory_format);
  }
  T clone(std::optional<MemoryFormat> memory_format = std::nullopt) const {
    return xgrad::clone(as(this), memory_format);
  }
  T to(ScalarType dtype, bool copy = false) const { return xgrad::to(as(this), dtype, copy); }
  T to(const TensorOptions& options, bool copy = false) const {
    return xgrad::to(as(this), options.dtype_or(as(this).dtype()), copy, options.memory_format_opt());
  }
  T to(Device, bool copy = false) const { return xgrad::to(as(this), as(this).dtype(), copy); }
  T to(DeviceType device, bool copy = false) const { return to(Device(device), copy); }
  T to(Device, ScalarType dtype, bool copy = false) const { return xgrad::to(as(this), dtype, copy); }
  /// To the other's dtype.
  T to(const T& other, bool copy = false) const { return xgrad::to(as(this), other.dtype(), copy); }
  /// The same in PyTorch's order, `x.to(kFloat64, non_blocking, copy)`, as if it were in the background.
  template <class What>
  T to(const What& what, bool /*non_blocking*/, bool copy) const {
    return to(what, copy);
  }
  T to(ScalarType dtype, bool /*non_blocking*/, bool copy, std::optional<MemoryFormat> memory_format) const {
    return xgrad::to(as(this), dtype, copy, memory_format);
  }
  T to(Device, ScalarType dtype, bool /*non_blocking*/, bool copy,
       std::optional<MemoryFormat> memory_format = std::nullopt) const {
    return xgrad::to(as(this), dtype, copy, memory_format);
  }
  /// `x.to(kFloat64, kw::copy = true)`
  template <class What, class... K>
  requires(!kwargs::Keyworded<What> && kwargs::Keywords<K...>) T to(const What& what, K... k)
  const {
    if constexpr (std::same_as<What, T>)
      return moved(kwargs::apply(ToOptions(TensorOptions(what.dtype())), k...));
    else
      return moved(kwargs::apply(ToOptions(TensorOptions(what)), k...));
  }
  /// `x.to(dtype = kFloat64)`, `x.to(device = kCPU, dtype = kFloat64, kw::copy = true)`; of nothing, x itself.
  template <kwargs::Keyworded... K>
  auto to(K... k) const {
    return moved(kwargs::apply(ToOptions(), k...));
  }
  T cpu() const { return as(this); }
  T type_as(const T& other) const { return xgrad::to(as(this), other.dtype()); }
  T toType(ScalarType dtype) const { return xgrad::to(as(this), dtype); }
  T select(std::int64_t dim, std::int64_t index) const { return xgrad::select(as(this), dim, index); }
  T slice(std::int64_t dim = 0, std::optional<std::int64_t> start = std::nullopt,
          std::optional<std::int64_t> end = std::nullopt, std::int64_t step = 1) const {
    return xgrad::slice(as(this), dim, start, end, step);
  }
  T narrow(std::int64_t dim, std::int64_t start, std::int64_t length) const {
    return xgrad::narrow(as(this), dim, start, length);
  }
  T narrow(std::int64_t dim, const T& start, std::int64_t length) const {
    return xgrad::narrow(as(this), dim, start, length);
  }
  T& as_strided_(IntArrayRef size, IntArrayRef stride, std::optional<std::int64_t> offset = std::nullopt) const {
    return xgrad::as_strided_(writable(this), size, stride, offset);
  }
  T as_strided(IntArrayRef size, IntArrayRef stride, std::optional<std::int64_t> offset = std::nullopt) const {
    return xgrad::as_strided(as(this), size, stride, offset);
  }
  auto as_strided(IntArrayRef size, IntArrayRef stride,
                  kwargs::Argument<kwargs::key::storage_offset, int> storage_offset) const {
    return as_strided(size, stride, storage_offset.value);
  }
  decltype(auto) as_strided_(IntArrayRef size, IntArrayRef stride,
                             kwargs::Argument<kwargs::key::storage_offset, int> storage_offset) const {
    return as_strided_(size, stride, storage_offset.value);
  }
  std::vector<T> unbind(std::int64_t dim = 0) const { return xgrad::unbind(as(this), dim); }
  std::vector<T> split(std::int64_t split_size, std::int64_t dim = 0) const {
    return xgrad::split(as(this), split_size, dim);
  }
  std::vector<T> split(std::initializer_list<std::int64_t> split_sizes, std::int64_t dim = 0) const {
    return xgrad::split(as(this), IntArrayRef(split_sizes), dim);
  }
  std::vector<T> split(IntArrayRef split_sizes, std::int64_t dim = 0) const {
    return xgrad::split(as(this), split_sizes, dim);
  }
  std::vector<T> split_with_sizes(IntArrayRef split_sizes, std::int64_t dim = 0) const {
    return xgrad::split_with_sizes(as(this), split_sizes, dim);
  }
  std::vector<T> chunk(std::int64_t chunks, std::int64_t dim = 0) const { return xgrad::chunk(as(this), chunks, dim); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(flatten)
  XGRAD_TAKES_KEYWORDS(squeeze)
  XGRAD_TAKES_KEYWORDS(unsqueeze)
  XGRAD_TAKES_KEYWORDS(unbind)
  XGRAD_TAKES_KEYWORDS(chunk)
  XGRAD_TAKES_INTS(view)
  XGRAD_TAKES_INTS(reshape)
  XGRAD_TAKES_INTS(permute)
  XGRAD_TAKES_INTS(expand)
  XGRAD_TAKES_INTS(resize_)
  XGRAD_TAKES_KEYWORDS(select)
  XGRAD_TAKES_KEYWORDS(as_strided)
  XGRAD_TAKES_KEYWORDS(narrow)
  XGRAD_TAKES_KEYWORDS(transpose)
  XGRAD_TAKES_KEYWORDS(permute)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(split)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(split_with_sizes)
  XGRAD_TAKES_KEYWORDS(expand_as)
  XGRAD_TAKES_KEYWORDS(view_as)
  XGRAD_TAKES_KEYWORDS(reshape_as)
  XGRAD_TAKES_KEYWORDS(slice)
  XGRAD_TAKES_KEYWORDS(view)
  XGRAD_TAKES_KEYWORDS(reshape)
  XGRAD_TAKES_KEYWORDS(expand)
  XGRAD_TAKES_KEYWORDS(broadcast_to)
  XGRAD_TAKES_KEYWORDS(contiguous)
  XGRAD_TAKES_KEYWORDS(clone)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(squeeze)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(unsqueeze)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(transpose)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(resize)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(as_strided)

 private:
  auto moved(const ToOptions& o) const {
    return xgrad::to(as(this), o.dtype_or(as(this).dtype()), o.copy(), o.memory_format());
  }
};

}  // namespace xgrad
