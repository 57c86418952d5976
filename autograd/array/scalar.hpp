/// One number of any type, and the options that say what kind of tensor to make.
#pragma once

#include <xgrad/autograd/array/conversion.hpp>
#include <xgrad/autograd/array/dtype.hpp>
#include <xgrad/autograd/array/memory_format.hpp>
#include <xgrad/autograd/kwargs.hpp>

#include <optional>
#include <string_view>
#include <variant>

namespace xgrad {

/// A number that is still a bool, an integer or a floating-point value, as Python's numbers are: it takes part in
/// promotion by its category only, so `float32 tensor * 2.0` stays float32.
class Scalar {
 public:
  constexpr Scalar() : Scalar(0) {}
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Scalar(T value) {
    if constexpr (std::is_same_v<T, bool>)
      value_ = value;
    else if constexpr (std::is_floating_point_v<T>)
      value_ = static_cast<double>(value);
    else
      value_ = static_cast<std::int64_t>(value);
  }

  constexpr bool isFloatingPoint() const { return std::holds_alternative<double>(value_); }
  constexpr bool isBoolean() const { return std::holds_alternative<bool>(value_); }
  constexpr bool isIntegral(bool include_bool) const {
    return std::holds_alternative<std::int64_t>(value_) || (include_bool && isBoolean());
  }
  /// float64, int64 or bool.
  constexpr ScalarType type() const { return isFloatingPoint() ? kFloat64 : isBoolean() ? kBool : kInt64; }
  /// The number as a T. Throws "value cannot be converted to type int without overflow" where T cannot hold it: NaN and
  /// infinity are in every floating type and in no integer; a bool takes everything; -1 wraps into unsigned types.
  template <class T>
  constexpr T to() const {
    return std::visit(
        [](auto v) {
          if (detail::overflows<T>(v)) [[unlikely]]
            detail::fail_to_convert(detail::name_of_number<T>());
          return detail::convert<T>(v);
        },
        value_);
  }
  /// The number as a T, as a tensor's elements are converted: it wraps, or becomes infinite.
  template <class T>
  constexpr T to_unchecked() const {
    return std::visit([](auto v) { return detail::convert<T>(v); }, value_);
  }
  constexpr double toDouble() const { return to<double>(); }
  constexpr std::int64_t toLong() const { return to<std::int64_t>(); }
  bool toBool() const { return to<bool>(); }
  constexpr bool equal(double v) const { return toDouble() == v; }

 private:
  std::variant<std::int64_t, double, bool> value_;
};

enum class DeviceType : std::uint8_t { CPU, CUDA };
inline constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA;

/// Where a tensor lives. This library computes on the CPU; naming anything else is a clear error, not a fallback.
class Device {
 public:
  Device(indexing::NoneType) {}
  Device(DeviceType type = kCPU, int index = -1) : index_(index) { check_cpu(type == kCPU, "cuda"); }
  /// "cpu" or "cpu:0".
  Device(std::string_view name) {
    check_cpu(name == "cpu" || name == "cpu:0", name);
    if (name != "cpu") index_ = 0;
  }
  Device(const char* name) : Device(std::string_view(name)) {}
  DeviceType type() const { return kCPU; }
  int index() const { return index_; }
  bool has_index() const { return index_ >= 0; }
  bool is_cpu() const { return true; }
  bool is_cuda() const { return false; }
  std::string str() const { return has_index() ? "cpu:0" : "cpu"; }
  friend bool operator==(const Device&, const Device&) = default;

 private:
  static void check_cpu(bool is_cpu, std::string_view name) {
    check(is_cpu, "device '{}' is not available: xgrad computes on the CPU", name);
  }
  int index_ = -1;
};

enum class Layout : std::uint8_t { Strided, Sparse, SparseCsr, Mkldnn };
inline constexpr Layout kStrided = Layout::Strided, kSparse = Layout::Sparse, kSparseCsr = Layout::SparseCsr,
                        kMkldnn = Layout::Mkldnn;

/// What a factory should make: `zeros({2, 3}, dtype(kFloat64).requires_grad(true))` as in libtorch,
/// `zeros({2, 3}, dtype = kFloat64, requires_grad = true)` as in Python.
class TensorOptions {
 public:
  TensorOptions() = default;
  TensorOptions(ScalarType dtype) : dtype_(dtype) {}
  TensorOptions(Device) {}
  TensorOptions(DeviceType type) { device(type); }
  TensorOptions(Layout l) { layout(l); }

  TensorOptions& dtype(std::optional<ScalarType> t) { return dtype_ = t, *this; }
  TensorOptions& requires_grad(bool r) { return requires_grad_ = r, *this; }
  TensorOptions& device(Device) { return *this; }
  TensorOptions& layout(Layout l) {
    check(l == kStrided, "xgrad's tensors are dense: no layout but torch.strided is available");
    return *this;
  }
  TensorOptions& memory_format(std::optional<MemoryFormat> f) { return memory_format_ = f, *this; }
  TensorOptions& pinned_memory(bool pinned) {
    check(!pinned, "Cannot pin memory: there is no device to copy it to. xgrad computes on the CPU");
    return *this;
  }

  ScalarType dtype() const { return dtype_.value_or(get_default_dtype()); }
  bool has_dtype() const { return dtype_.has_value(); }
  std::optional<ScalarType> dtype_opt() const { return dtype_; }
  /// The dtype asked for, or else `other`.
  ScalarType dtype_or(ScalarType other) const { return dtype_.value_or(other); }
  bool requires_grad() const { return requires_grad_; }
  Device device() const { return kCPU; }
  Layout layout() const { return kStrided; }
  std::optional<MemoryFormat> memory_format_opt() const { return memory_format_; }
  bool pinned_memory() const { return false; }

 private:
  std::optional<ScalarType> dtype_;
  std::optional<MemoryFormat> memory_format_;
  bool requires_grad_ = false;
};

// The four keywords of TensorOptions are also libtorch's functions of the same names, so they live in both namespaces
// as one object.
#define XGRAD_OPTION_KEYWORD(NAME)                       \
  namespace kwargs::key {                                \
  struct NAME : by_keyword::Found {                      \
    XGRAD_KEY_MEMBERS(NAME)                              \
    template <class Value = bool>                        \
    TensorOptions operator()(Value value = true) const { \
      return TensorOptions().NAME(value);                \
    }                                                    \
  };                                                     \
  }                                                      \
  inline constexpr kwargs::key::NAME NAME{};             \
  namespace kwargs {                                     \
  using xgrad::NAME;                                     \
  }                                                      \
  static_assert(true)

XGRAD_OPTION_KEYWORD(dtype);
XGRAD_OPTION_KEYWORD(requires_grad);
XGRAD_OPTION_KEYWORD(device);
XGRAD_OPTION_KEYWORD(layout);

}  // namespace xgrad
