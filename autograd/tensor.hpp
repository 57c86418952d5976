/// Tensor: an Array and its place in the graph.
#pragma once

#include <xgrad/autograd/accessor.hpp>
#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/generator.hpp>
#include <xgrad/autograd/array/scalar.hpp>
#include <xgrad/autograd/graph/tensor_impl.hpp>
#include <xgrad/autograd/ops/aliases.hpp>
#include <xgrad/autograd/ops/comparison.hpp>
#include <xgrad/autograd/ops/elementary.hpp>
#include <xgrad/autograd/ops/factories.hpp>
#include <xgrad/autograd/ops/factorizations.hpp>
#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/autograd/ops/indexing.hpp>
#include <xgrad/autograd/ops/linalg.hpp>
#include <xgrad/autograd/ops/nonlinear.hpp>
#include <xgrad/autograd/ops/pointwise.hpp>
#include <xgrad/autograd/ops/products.hpp>
#include <xgrad/autograd/ops/random.hpp>
#include <xgrad/autograd/ops/rearrange.hpp>
#include <xgrad/autograd/ops/reductions.hpp>
#include <xgrad/autograd/ops/rounding.hpp>
#include <xgrad/autograd/ops/scans.hpp>
#include <xgrad/autograd/ops/search.hpp>
#include <xgrad/autograd/ops/shape.hpp>
#include <xgrad/autograd/ops/solving.hpp>
#include <xgrad/autograd/ops/sorting.hpp>
#include <xgrad/autograd/ops/statistics.hpp>

#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace xgrad {

/// Called with a tensor's gradient during backward; may return a replacement, or an undefined Tensor to keep it.
using TensorHook = std::function<class Tensor(const class Tensor& grad)>;

/// A handle to an n-dimensional array that remembers how it was computed. Copying a Tensor copies the handle.
///
///     Tensor x = tensor({1., 2.}, requires_grad = true);
///     Tensor y = (x * x).sum();
///     y.backward();
///     print(x.grad());  // tensor([2., 4.])
///
/// Operations are declared, with their formulas, in the headers under ops/; each is a free function and a method.
class Tensor : public PointwiseMethods<Tensor>,
               public ElementaryMethods<Tensor>,
               public RoundingMethods<Tensor>,
               public ComparisonMethods<Tensor>,
               public ReductionMethods<Tensor>,
               public ShapeMethods<Tensor>,
               public RearrangeMethods<Tensor>,
               public IndexingMethods<Tensor>,
               public GatherMethods<Tensor>,
               public SearchMethods<Tensor>,
               public LinalgMethods<Tensor>,
               public ProductMethods<Tensor>,
               public SolvingMethods<Tensor>,
               public FactorizationMethods<Tensor>,
               public NonlinearMethods<Tensor>,
               public RandomMethods<Tensor>,
               public StatisticMethods<Tensor>,
               public ScanMethods<Tensor>,
               public SortingMethods<Tensor>,
               public FactoryMethods<Tensor>,
               public AliasMethods<Tensor> {
 public:
  Tensor() = default;
  Tensor(indexing::NoneType) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  /// Assigning to a temporary writes through it: `x[0] = y`, `x.index({...}) = 3`.
  Tensor& operator=(const Tensor& value) &&;
  Tensor& operator=(Scalar value) &&;
  ~Tensor() = default;

  /// A new leaf around an array; views of it share its memory.
  explicit Tensor(Array&& array);
  explicit Tensor(const Array& array) : Tensor(Array(array)) {}

  bool defined() const { return static_cast<bool>(impl_); }
  explicit operator bool() const = delete;  // ambiguous between "defined" and the value: say which

  // --- what it is
  const Array& array() const {
    check(defined(), "an undefined Tensor was used where one with a value is needed");
    return impl_->array;
  }
  ScalarType dtype() const { return array().dtype(); }
  ScalarType scalar_type() const { return dtype(); }
  std::int64_t dim() const { return array().dim(); }
  std::int64_t ndimension() const { return dim(); }
  std::int64_t ndim() const { return dim(); }
  IntArrayRef sizes() const { return array().sizes(); }
  IntArrayRef strides() const { return array().strides(); }
  Size shape() const { return Size(array().sizes()); }
  Size size() const { return shape(); }
  std::int64_t size(std::int64_t d) const { return array().size(d); }
  IntArrayRef stride() const { return strides(); }
  std::int64_t stride(std::int64_t d) const { return array().stride(d); }
  std::int64_t numel() const { return array().numel(); }
  /// Python's x.T, x.H, x.mT and x.mH, as views: all dimensions reversed; of one matrix; of a batch of matrices (twice,
  /// as there are no complex numbers). libtorch calls the first two numpy_T and matrix_H.
  Tensor T() const;
  Tensor H() const;
  Tensor mT() const;
  Tensor mH() const;
  Tensor numpy_T() const { return T(); }
  Tensor matrix_H() const { return H(); }
  std::int64_t storage_offset() const { return array().offset(); }
  std::size_t nbytes() const { return array().nbytes(); }
  std::size_t itemsize() const { return array().itemsize(); }
  std::int64_t element_size() const { return static_cast<std::int64_t>(itemsize()); }
  bool is_contiguous() const { return array().is_contiguous(); }
  /// Whether it is packed in that order; Preserve asks for row-major.
  bool is_contiguous(MemoryFormat memory_format) const {
    return has_channels(memory_format) ? lies_in(memory_format, sizes(), strides()) : is_contiguous();
  }
  bool is_contiguous(kwargs::Argument<kwargs::key::memory_format, MemoryFormat> memory_format) const {
    return is_contiguous(memory_format.value);
  }
  /// The format that its strides have.
  MemoryFormat suggest_memory_format() const { return suggested_format(sizes(), strides()); }
  bool is_floating_point() const { return xgrad::is_floating_point(dtype()); }
  bool is_signed() const { return dtype() != kUInt8 && dtype() != kBool; }
  bool is_same_size(const Tensor& other) const { return sizes() == other.sizes(); }
  Device device() const { return kCPU; }
  /// The number of the device, which the CPU has none of.
  std::int64_t get_device() const { return -1; }
  bool is_cpu() const { return true; }
  bool is_cuda() const { return false; }
  Layout layout() const { return kStrided; }
  bool is_sparse() const { return false; }
  TensorOptions options() const { return TensorOptions(dtype()); }
  /// Both handles name the same tensor.
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
  std::uint32_t use_count() const;

  // --- its elements
  /// The value of a tensor with one element; throws ValueError for others.
  template <class T>
  T item() const {
    return item().to<T>();
  }
  Scalar item() const;
  /// Whether the one element is not zero; throws for several, and for none.
  bool is_nonzero() const;
  template <class T>
  requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) explicit operator T() const { return item<T>(); }
  /// A pointer to the first element; throws unless T is the dtype.
  template <class T>
  T* data_ptr() const {
    require_dtype(dtype_of<T>());
    return array().template data<T>();
  }
  void* data_ptr() const { return array().raw(); }
  /// All elements in row-major order, converted to T: `x.to_vector<float>()`.
  template <class T>
  std::vector<T> to_vector() const {
    tell_read();
    const Tensor packed = detach().to(dtype_of<T>()).contiguous();
    const T* const first = packed.template data_ptr<T>();
    return std::vector<T>(first, first + packed.numel());
  }
  /// The same as vectors in vectors, one level for each of the N dimensions, as Python's x.tolist(): that of a matrix,
  /// `x.tolist<float, 2>()`, is a std::vector<std::vector<float>>, that of a number, `x.tolist<float, 0>()`, a float.
  template <class T, std::size_t N>
  typename detail::NestedVector<T, N>::type tolist() const {
    check(dim() == static_cast<std::int64_t>(N), "tolist expected {} dims but tensor has {}", N, dim());
    tell_read();
    const Tensor packed = detach().to(dtype_of<T>()).contiguous();
    const T* next = packed.template data_ptr<T>();
    return detail::nested<T, N>(next, sizes().data());
  }
  /// Elements by N indices; throws unless T is the dtype and N the number of dimensions. Valid as long as this tensor.
  template <class T, std::size_t N>
  TensorAccessor<T, N> accessor() const& {
    return packed<TensorAccessor<T, N>, T, N>();
  }
  template <class T, std::size_t N>
  TensorAccessor<T, N> accessor() && = delete;  // it would point into what is gone
  /// The same with sizes and strides of its own, and indices of 32 or 64 bits, as libtorch has them.
  template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits>
  PackedTensorAccessor32<T, N, PtrTraits> packed_accessor32() const& {
    check(numel() <= std::numeric_limits<std::int32_t>::max(),
          "numel needs to be smaller than int32_t max; otherwise, please use packed_accessor64");
    return packed<PackedTensorAccessor32<T, N, PtrTraits>, T, N>();
  }
  template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits>
  PackedTensorAccessor64<T, N, PtrTraits> packed_accessor64() const& {
    return packed<PackedTensorAccessor64<T, N, PtrTraits>, T, N>();
  }
  template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits>
  PackedTensorAccessor32<T, N, PtrTraits> packed_accessor32() && = delete;
  template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits>
  PackedTensorAccessor64<T, N, PtrTraits> packed_accessor64() && = delete;

  // --- its rows
  /// `for (Tensor row : x)`: the parts along the first dimension, as views. Throws TypeError for a number.
  class RowIterator begin() const;
  class RowIterator end() const;

  // --- the graph
  bool requires_grad() const;
  /// Asks for gradients of a leaf; throws for a tensor of integers, or when a non-leaf would stop asking.
  Tensor& requires_grad_(bool requires_grad = true) const;
  Tensor& set_requires_grad(bool requires_grad) const { return requires_grad_(requires_grad); }
  /// True when no operation recorded in the graph made this tensor.
  bool is_leaf() const { return !impl_ || impl_->is_leaf; }
  /// The node that computed this tensor; null for a leaf.
  Intrusive<Node> grad_fn() const;
  /// Which of grad_fn()'s outputs this is.
  std::uint32_t output_nr() const;
  /// The accumulated gradient; undefined before the first backward.
  const Tensor& grad() const;
  /// The same to write: `p.mutable_grad() = g` (PyTorch's `p.grad = g`); `mutable_grad().reset()` clears it.
  Tensor& mutable_grad() const;
  void reset() { impl_.reset(); }
  /// Runs the graph backward from here: every leaf's `.grad` grows by d(this)/d(leaf) (times `gradient`).
  /// `gradient` may be left out for a tensor of one element. `inputs` limits which leaves accumulate.
  /// Throws Error for a tensor that requires no gradient, or a graph whose saved tensors are freed already.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
                std::span<const Tensor> inputs = {}) const;
  /// The same with keywords: `loss.backward(retain_graph = true)`, `y.backward(gradient = g, kw::inputs = {x})`.
  template <kwargs::Keyworded... K>
  requires(sizeof...(K) > 0) void backward(K... k) const;
  /// Keeps this non-leaf's gradient in grad() during backward.
  void retain_grad() const;
  bool retains_grad() const;
  /// Calls `hook` with this tensor's gradient each time it is computed; returns a handle for remove_hook.
  /// A hook that returns nothing keeps the gradient as it is.
  template <class Hook>
  unsigned register_hook(Hook hook) const {
    if constexpr (std::is_void_v<std::invoke_result_t<Hook&, const Tensor&>>) {
      return add_hook([hook = std::move(hook)](const Tensor& g) mutable { return hook(g), Tensor(); });
    } else {
      return add_hook(TensorHook(std::move(hook)));
    }
  }
  void remove_hook(unsigned handle) const;
  /// Calls `hook(leaf)` after each backward that added to this leaf's grad(), when the sum is there: where an optimizer
  /// may step at once and free the gradient. Returns a handle for remove_hook.
  unsigned register_post_accumulate_grad_hook(std::function<void(Tensor)> hook) const;
  /// The same memory without the graph; in-place changes are seen by both, and by version checks.
  Tensor detach() const;
  /// Cuts this tensor from the graph that made it. Throws for views.
  Tensor& detach_() const;
  /// The same memory without the graph and with a version counter of its own: changes escape autograd's checks.
  Tensor data() const;
  /// Makes this handle (and all its copies) refer to another array of compatible type.
  void set_data(const Tensor& other) const;
  /// The number of in-place changes this tensor's memory has seen.
  std::uint32_t version() const;
  std::uint32_t _version() const { return version(); }
  bool is_view() const;
  /// Made in inference mode: outside it, it can neither be saved for a derivative nor be changed in place.
  bool is_inference() const { return impl_ && impl_->inference; }

  // --- writing through a view
  /// The row at `index`; negative counts from the end. Assignable: `x[0] = 1`.
  Tensor operator[](std::int64_t index) const;
  /// The part at any index, and at several: `x[mask] = 0`, `x[{Slice(), rows}]`.
  class Indexed operator[](const TensorIndex& index) const;
  class Indexed operator[](std::initializer_list<TensorIndex> indices) const;
  /// Bools are no integers: `x[true]` is all of x along a new first dimension, `x[false]` nothing of it.
  template <std::same_as<bool> Bool>
  class Indexed operator[](Bool index) const;
  template <std::same_as<bool> Bool>
  class Indexed operator[](std::initializer_list<Bool> indices) const;

  // --- text
  /// What Python's `str(tensor)` gives.
  std::string str() const;
  /// "torch.FloatTensor"
  std::string toString() const;

  TensorImpl* impl() const { return impl_.get(); }
  static Tensor adopt(Intrusive<TensorImpl> impl) {
    Tensor t;
    t.impl_ = std::move(impl);
    return t;
  }
  Intrusive<TensorImpl> release() && { return std::move(impl_); }

 private:
  unsigned add_hook(TensorHook hook) const;
  void require_dtype(ScalarType dtype) const;
  template <class Accessor, class T, std::size_t N>
  Accessor packed() const {
    static_assert(N > 0, "accessor is used for indexing tensor, for scalars use *data_ptr<T>()");
    check(dim() == static_cast<std::int64_t>(N), "TensorAccessor expected {} dims but tensor has {}", N, dim());
    return {data_ptr<T>(), sizes().data(), strides().data()};
  }
  /// Tells a tracer that numbers leave what it follows.
  void tell_read() const;

  Intrusive<TensorImpl> impl_;
};

static_assert(sizeof(Tensor) == sizeof(TensorImpl*), "two mixins share a base: each names itself in Methods<T, ...>");

/// Goes through a tensor along its first dimension.
class RowIterator {
 public:
  using value_type = Tensor;
  using difference_type = std::int64_t;
  RowIterator() = default;
  RowIterator(Tensor of, std::int64_t at) : of_(std::move(of)), at_(at) {}
  Tensor operator*() const { return of_.select(0, at_); }
  RowIterator& operator++() { return ++at_, *this; }
  RowIterator operator++(int) { return RowIterator(of_, at_++); }
  friend bool operator==(const RowIterator& a, const RowIterator& b) { return a.at_ == b.at_; }

 private:
  Tensor of_;
  std::int64_t at_ = 0;
};

inline RowIterator Tensor::begin() const {
  check<TypeError>(dim() > 0, "iteration over a 0-d tensor");
  return RowIterator(*this, 0);
}
inline RowIterator Tensor::end() const {
  check<TypeError>(dim() > 0, "iteration over a 0-d tensor");
  return RowIterator(*this, size(0));
}

/// What `x[index]` gives: that part of x, a tensor like any other, which remembers where it is from. Assigning to it,
/// as long as it has no name, writes to x even if the part is a copy.
class Indexed final : public Tensor {
 public:
  Indexed(const Tensor& base, std::vector<TensorIndex> at);
  Indexed(const Indexed&) = default;
  ~Indexed() = default;
  Tensor& operator=(const Tensor& value) &&;
  Tensor& operator=(const Indexed& value) &&;
  Tensor& operator=(Scalar value) &&;
  Tensor& operator=(const Tensor& value) & { return Tensor::operator=(value); }
  Indexed& operator=(const Indexed& value) & = default;

 private:
  Tensor base_;
  std::vector<TensorIndex> at_;
};

template <std::same_as<bool> Bool>
Indexed Tensor::operator[](Bool index) const {
  return Indexed(*this, {TensorIndex(index)});
}
template <std::same_as<bool> Bool>
Indexed Tensor::operator[](std::initializer_list<Bool> indices) const {
  return Indexed(*this, std::vector<TensorIndex>(indices.begin(), indices.end()));
}

/// A borrowed list of tensors.
class TensorList : public std::span<const Tensor> {
 public:
  using std::span<const Tensor>::span;
  TensorList(std::initializer_list<Tensor> list) : std::span<const Tensor>(list.begin(), list.size()) {}
  TensorList(const std::vector<Tensor>& v) : std::span<const Tensor>(v) {}
};

/// The pair that max(dim), min(dim) and the like return: `auto [values, indices] = x.max(1)`, or `x.max(1)[1]`.
class ValuesIndices : public std::tuple<Tensor, Tensor> {
 public:
  ValuesIndices(Tensor values, Tensor indices) : std::tuple<Tensor, Tensor>(std::move(values), std::move(indices)) {}
  const Tensor& values() const { return std::get<0>(*this); }
  const Tensor& indices() const { return std::get<1>(*this); }
  const Tensor& operator[](std::size_t i) const {
    check<IndexError>(i < 2, "tuple index out of range");
    return i == 0 ? values() : indices();
  }
};

// Functions of what is no operation.
inline Tensor detach(const Tensor& x) { return x.detach(); }
inline std::int64_t numel(const Tensor& x) { return x.numel(); }
inline bool is_floating_point(const Tensor& x) { return x.is_floating_point(); }
inline bool is_nonzero(const Tensor& x) { return x.is_nonzero(); }
inline bool is_same_size(const Tensor& a, const Tensor& b) { return a.is_same_size(b); }
/// The dtype that an operation of both computes in.
ScalarType result_type(const Tensor& a, const Tensor& b);
ScalarType result_type(const Tensor& a, Scalar b);
ScalarType result_type(Scalar a, const Tensor& b);
ScalarType result_type(Scalar a, Scalar b);

namespace autograd {

/// Keywords of Tensor::backward.
class BackwardOptions {
 public:
  BackwardOptions& gradient(Tensor g) { return gradient_ = std::move(g), *this; }
  BackwardOptions& retain_graph(std::optional<bool> r) { return retain_graph_ = r, *this; }
  BackwardOptions& create_graph(bool c) { return create_graph_ = c, *this; }
  BackwardOptions& inputs(std::vector<Tensor> i) { return inputs_ = std::move(i), *this; }
  void run(const Tensor& root) const { root.backward(gradient_, retain_graph_, create_graph_, inputs_); }

 private:
  Tensor gradient_;
  std::optional<bool> retain_graph_;
  bool create_graph_ = false;
  std::vector<Tensor> inputs_;
};

}  // namespace autograd

template <kwargs::Keyworded... K>
requires(sizeof...(K) > 0) void Tensor::backward(K... k) const {
  kwargs::apply(autograd::BackwardOptions(), std::move(k)...).run(*this);
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
/// The number, or "true" or "false". (A template, so that nothing else becomes a Scalar to be written.)
template <std::same_as<Scalar> S>
std::ostream& operator<<(std::ostream& out, const S& s) {
  if (s.isBoolean()) return out << (s.toBool() ? "true" : "false");
  return s.isFloatingPoint() ? out << s.toDouble() : out << s.toLong();
}

}  // namespace xgrad

template <>
struct std::tuple_size<xgrad::ValuesIndices> : std::integral_constant<std::size_t, 2> {};
template <std::size_t I>
struct std::tuple_element<I, xgrad::ValuesIndices> {
  using type = xgrad::Tensor;
};

#include <xgrad/autograd/graph/node.hpp>
#include <xgrad/autograd/ops/creation.hpp>
#include <xgrad/autograd/ops/losses.hpp>
#include <xgrad/autograd/ops/operators.hpp>
