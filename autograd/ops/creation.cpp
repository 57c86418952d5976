#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/kernels/creation.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <cmath>

namespace xgrad {
namespace {

Tensor with_options(Array array, const TensorOptions& options) {
  Tensor t(std::move(array));
  if (options.requires_grad()) t.requires_grad_();
  return t;
}

Array empty_array(IntArrayRef size, ScalarType dtype, const TensorOptions& options) {
  const auto format = options.memory_format_opt();
  return format ? Array::empty(size, dtype, *format) : Array::empty(size, dtype);
}
/// Laid out as x, unless the options say another format.
Array array_like(const Tensor& x, const TensorOptions& options) {
  const ScalarType dtype = options.dtype_or(x.dtype());
  const MemoryFormat format = options.memory_format_opt().value_or(MemoryFormat::Preserve);
  return format == MemoryFormat::Preserve ? Array::empty_like(x.array(), dtype)
                                          : Array::empty(x.sizes(), dtype, format);
}

Tensor filled(IntArrayRef size, Scalar value, ScalarType dtype, const TensorOptions& options) {
  const detail::Profiled profiled("full", {});
  Array a = empty_array(size, dtype, options);
  kernels::fill(a, value);
  return with_options(std::move(a), options);
}

/// The number of elements of arange, as PyTorch computes it.
std::int64_t count_steps(Scalar start, Scalar end, Scalar step) {
  if (start.isIntegral(false) && end.isIntegral(false) && step.isIntegral(false)) {
    const std::int64_t d = step.toLong(), span = end.toLong() - start.toLong();
    return (span + d - (d > 0 ? 1 : -1)) / d;
  }
  const double steps = std::ceil((end.toDouble() - start.toDouble()) / step.toDouble());
  check(steps < 0x1p63, "invalid size, possible overflow?");
  return static_cast<std::int64_t>(steps);
}

}  // namespace

TensorData::TensorData(std::initializer_list<TensorData> list) : sizes_{static_cast<std::int64_t>(list.size())} {
  if (list.size() == 0) return;
  const Dims& inner = list.begin()->sizes_;
  for (std::int64_t s : inner) sizes_.push_back(s);
  for (const TensorData& d : list) {
    check<ValueError>(d.sizes_.size() == inner.size() && (inner.empty() || d.sizes_[0] == inner[0]),
                      "expected sequence of length {} at dim {} (got {})", inner.empty() ? 0 : inner[0], 1,
                      d.sizes_.empty() ? 0 : d.sizes_[0]);
    check<ValueError>(d.sizes_ == inner, "rows of a tensor must have one shape: {} against {}", inner, d.sizes_);
    values_.insert(values_.end(), d.values_.begin(), d.values_.end());
  }
}

ScalarType TensorData::kind() const {
  if (kind_) return *kind_;
  if (values_.empty()) return kFloat64;
  ScalarType t = values_[0].type();
  for (const Scalar& s : values_) t = promote_types(t, s.type());
  return t;
}

Tensor tensor(const TensorData& data, const TensorOptions& options) {
  const ScalarType kind = data.kind();
  const ScalarType dtype = options.dtype_or(kind == kFloat64 ? get_default_dtype() : kind);
  Array a = Array::empty(data.sizes(), dtype);
  dispatch(dtype, [&]<class T>() {
    T* p = a.data<T>();
    for (const Scalar& s : data.values()) {
      if constexpr (std::is_floating_point_v<T>)
        *p++ = s.to_unchecked<T>();  // infinity where it is too large, as in Python
      else
        *p++ = s.to<T>();
    }
  });
  return with_options(std::move(a), options);
}

Tensor scalar_tensor(Scalar value, const TensorOptions& options) {
  return full({}, value, TensorOptions(options).dtype(options.dtype()));
}

Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options) {
  return from_blob(data, sizes, std::function<void(void*)>(), options);
}
Tensor from_blob(const void* data, IntArrayRef sizes, const TensorOptions& options) {
  warn_once<struct NonWritableWarning>(
      "The given array is not writable, and non-writable tensors are not supported. This means writing to this tensor "
      "will result in undefined behavior. You may want to copy the array to protect its data or make it writable "
      "before converting it to a tensor. This type of warning will be suppressed for the rest of this program.");
  return from_blob(const_cast<void*>(data), sizes, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter, const TensorOptions& options) {
  const auto bytes = static_cast<std::size_t>(count_elements(sizes)) * element_size(options.dtype());
  return with_options(
      Array(Storage::borrow(data, bytes, std::move(deleter)), options.dtype(), sizes, contiguous_strides(sizes), 0),
      options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
  return from_blob(data, sizes, strides, std::function<void(void*)>(), options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, std::function<void(void*)> deleter,
                 const TensorOptions& options) {
  check(sizes.size() == strides.size(), "dimensionality of sizes ({}) must match dimensionality of strides ({})",
        sizes.size(), strides.size());
  for (const std::int64_t s : strides) check(s >= 0, "from_blob: Negative strides are not supported, got {}", strides);
  std::int64_t extent = count_elements(sizes) ? 1 : 0;
  for (std::size_t i = 0; extent && i < sizes.size(); ++i) extent += (sizes[i] - 1) * strides[i];
  const auto bytes = static_cast<std::size_t>(extent) * element_size(options.dtype());
  return with_options(Array(Storage::borrow(data, bytes, std::move(deleter)), options.dtype(), sizes, strides, 0),
                      options);
}

Tensor empty(IntArrayRef size, const TensorOptions& options) {
  const detail::Profiled profiled("empty", {});
  return with_options(empty_array(size, options.dtype(), options), options);
}
Tensor zeros(IntArrayRef size, const TensorOptions& options) { return filled(size, 0, options.dtype(), options); }
Tensor ones(IntArrayRef size, const TensorOptions& options) { return filled(size, 1, options.dtype(), options); }
Tensor full(IntArrayRef size, Scalar value, const TensorOptions& options) {
  const ScalarType own = value.isFloatingPoint() ? get_default_dtype() : value.type();
  return filled(size, value, options.dtype_or(own), options);
}
Tensor empty_like(const Tensor& x, const TensorOptions& options) {
  const detail::Profiled profiled("empty_like", {&x});
  return profiled.told(with_options(array_like(x, options), options));
}
Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options) {
  told(value);
  const detail::Profiled profiled("full_like", {&x});
  Array a = array_like(x, options);
  kernels::fill(a, value);
  return profiled.told(with_options(std::move(a), options));
}
Tensor zeros_like(const Tensor& x, const TensorOptions& options) { return full_like(x, 0, options); }
Tensor ones_like(const Tensor& x, const TensorOptions& options) { return full_like(x, 1, options); }

Tensor eye(std::int64_t n, const TensorOptions& options) { return eye(n, n, options); }
Tensor eye(std::int64_t n, std::int64_t m, const TensorOptions& options) {
  check(n >= 0, "n must be greater or equal to 0, got {}", n);
  check(m >= 0, "m must be greater or equal to 0, got {}", m);
  const detail::Profiled profiled("eye", {});
  Array a = Array::empty({n, m}, options.dtype());
  kernels::fill(a, 0);
  kernels::fill(a.as_strided({std::min(n, m)}, {m + 1}, 0), 1);
  return with_options(std::move(a), options);
}

Tensor arange(Scalar end, const TensorOptions& options) { return arange(0, end, 1, options); }
Tensor arange(Scalar start, Scalar end, const TensorOptions& options) { return arange(start, end, 1, options); }
Tensor arange(Scalar start, Scalar end, Scalar step, const TensorOptions& options) {
  const bool integers = !start.isFloatingPoint() && !end.isFloatingPoint() && !step.isFloatingPoint();
  const ScalarType dtype = options.dtype_or(integers ? kInt64 : get_default_dtype());
  check<NotImplementedError>(dtype != kBool, "\"arange_cpu\" not implemented for 'Bool'");
  // Integers of all sizes are counted in int64, which may leave nothing of a step.
  const auto counted = [dtype](Scalar n) { return is_floating_point(dtype) ? n : Scalar(n.toLong()); };
  const Scalar first = counted(start), last = counted(end), each = counted(step);
  const double from = first.toDouble(), to = last.toDouble(), by = each.toDouble();
  check(by > 0 || by < 0, "step must be nonzero");
  check(std::isfinite(from) && std::isfinite(to), "unsupported range: {} -> {}", from, to);
  check((by > 0 && to >= from) || (by < 0 && to <= from), "upper bound and larger bound inconsistent with step sign");
  const detail::Profiled profiled("arange", {});
  const std::int64_t n = dtype == kInt64 ? count_steps(first, last, each) : count_steps(start, end, step);
  return with_options(kernels::arange(first, each, n, dtype), options);
}

Tensor linspace(Scalar start, Scalar end, std::int64_t steps, const TensorOptions& options) {
  check(steps >= 0, "number of steps must be non-negative");
  check<NotImplementedError>(options.dtype() != kBool || steps < 2, "\"linspace_cpu\" not implemented for 'Bool'");
  return with_options(kernels::linspace(start, end, steps, options.dtype()), options);
}

Tensor logspace(Scalar start, Scalar end, std::int64_t steps, double base, const TensorOptions& options) {
  check(steps >= 0, "number of steps must be non-negative");
  Array a = Array::empty({steps}, options.dtype());
  if (steps == 1) kernels::fill(a, std::pow(base, start.toDouble()));
  if (steps < 2) return with_options(std::move(a), options);
  dispatch(options.dtype(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      fail<NotImplementedError>("\"logspace_cpu\" not implemented for 'Bool'");
    } else {
      using Step = std::conditional_t<std::is_floating_point_v<T>, T, float>;
      const T first = start.to<T>(), last = end.to<T>();
      const Step b = static_cast<Step>(base);
      const Step step = static_cast<Step>(last - first) / static_cast<Step>(steps - 1);
      T* p = a.data<T>();
      for (std::int64_t i = 0; i < steps; ++i) {
        const bool near = i < steps / 2;
        const Step x = near ? static_cast<Step>(first) + step * static_cast<Step>(i)
                            : static_cast<Step>(last) - step * static_cast<Step>(steps - i - 1);
        p[i] = static_cast<T>(std::pow(b, x));
      }
    }
  });
  return with_options(std::move(a), options);
}

Tensor empty_strided(IntArrayRef size, IntArrayRef stride, const TensorOptions& options) {
  check(size.size() == stride.size(), "dimensionality of sizes ({}) must match dimensionality of strides ({})",
        size.size(), stride.size());
  for (const std::int64_t s : stride)
    check(s >= 0, "Storage size calculation overflowed with sizes={} and strides={}", size, stride);
  return with_options(Array::empty_strided(size, stride, options.dtype()), options);
}

}  // namespace xgrad
