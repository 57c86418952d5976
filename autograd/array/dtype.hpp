/// Element types, their names, and PyTorch's promotion between them.
#pragma once

#include <xgrad/autograd/array/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string_view>
#include <type_traits>

namespace xgrad {

/// The type of a tensor's elements. Enumerators carry libtorch's names; `kFloat32` and the like are the usual spelling.
enum class ScalarType : std::uint8_t { Byte, Char, Short, Int, Long, Float, Double, Bool };
using Dtype = ScalarType;

inline constexpr ScalarType kUInt8 = ScalarType::Byte, kByte = kUInt8;
inline constexpr ScalarType kInt8 = ScalarType::Char, kChar = kInt8;
inline constexpr ScalarType kInt16 = ScalarType::Short, kShort = kInt16;
inline constexpr ScalarType kInt32 = ScalarType::Int, kInt = kInt32;
inline constexpr ScalarType kInt64 = ScalarType::Long, kLong = kInt64;
inline constexpr ScalarType kFloat32 = ScalarType::Float, kFloat = kFloat32;
inline constexpr ScalarType kFloat64 = ScalarType::Double, kDouble = kFloat64;
inline constexpr ScalarType kBool = ScalarType::Bool;

inline constexpr int kDtypeCount = 8;

struct DtypeInfo {
  std::size_t size;        ///< bytes an element
  std::string_view name;   ///< Python's name without "torch."
  std::string_view cname;  ///< the name in C++ error messages
  bool floating;           ///< float32 or float64
  std::string_view type;   ///< the element's type in C++, which some error messages name instead
};

inline constexpr std::array<DtypeInfo, kDtypeCount> kDtypeInfo{{
    {1, "uint8", "Byte", false, "unsigned char"},
    {1, "int8", "Char", false, "signed char"},
    {2, "int16", "Short", false, "short int"},
    {4, "int32", "Int", false, "int"},
    {8, "int64", "Long", false, "long int"},
    {4, "float32", "Float", true, "float"},
    {8, "float64", "Double", true, "double"},
    {1, "bool", "Bool", false, "bool"},
}};

constexpr const DtypeInfo& info(ScalarType t) { return kDtypeInfo[static_cast<std::size_t>(t)]; }
constexpr std::size_t element_size(ScalarType t) { return info(t).size; }
constexpr bool is_floating_point(ScalarType t) { return info(t).floating; }
/// An integer type; bool is not one unless `include_bool`.
constexpr bool is_integral(ScalarType t, bool include_bool = false) {
  return !info(t).floating && (include_bool || t != kBool);
}

/// The ScalarType of a C++ element type.
template <class T>
constexpr ScalarType dtype_of() {
  if constexpr (std::is_same_v<T, bool>)
    return kBool;
  else if constexpr (std::is_same_v<T, double>)
    return kFloat64;
  else if constexpr (std::is_same_v<T, float>)
    return kFloat32;
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 8)
    return kInt64;
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 4)
    return kInt32;
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 2)
    return kInt16;
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) == 1)
    return kInt8;
  else {
    static_assert(std::is_same_v<T, std::uint8_t>, "no tensor holds elements of this C++ type");
    return kUInt8;
  }
}

/// Calls `f.operator()<T>()` with the C++ type of `dtype`: `dispatch(a.dtype(), [&]<class T>() { ... })`.
template <class F>
decltype(auto) dispatch(ScalarType dtype, F&& f) {
  switch (dtype) {
    case ScalarType::Byte:
      return f.template operator()<std::uint8_t>();
    case ScalarType::Char:
      return f.template operator()<std::int8_t>();
    case ScalarType::Short:
      return f.template operator()<std::int16_t>();
    case ScalarType::Int:
      return f.template operator()<std::int32_t>();
    case ScalarType::Long:
      return f.template operator()<std::int64_t>();
    case ScalarType::Float:
      return f.template operator()<float>();
    case ScalarType::Double:
      return f.template operator()<double>();
    case ScalarType::Bool:
      return f.template operator()<bool>();
  }
  __builtin_unreachable();
}

/// The same for the two floating types only; `op` names the caller in PyTorch's `"op" not implemented for 'Long'`.
template <class F>
decltype(auto) dispatch_floating(ScalarType dtype, const char* op, F&& f) {
  if (dtype == kFloat32) return f.template operator()<float>();
  if (dtype == kFloat64) return f.template operator()<double>();
  fail<NotImplementedError>("\"{}\" not implemented for '{}'", op, info(dtype).cname);
}

/// The type of the result of mixing two tensors of at least one dimension (PyTorch's promotion table).
ScalarType promote_types(ScalarType a, ScalarType b);
/// Whether a result of type `from` may be stored in place into `to` (no float into int, nothing but bool into bool).
bool can_cast(ScalarType from, ScalarType to);

/// The dtype that floating-point literals and factories without a dtype get; float32 at the start.
ScalarType get_default_dtype();
/// Sets it to float32 or float64; throws TypeError for others.
void set_default_dtype(ScalarType dtype);

std::ostream& operator<<(std::ostream& out, ScalarType dtype);  // "Float", as libtorch prints it

}  // namespace xgrad

template <>
struct fmt::formatter<xgrad::ScalarType> {
  constexpr auto parse(fmt::format_parse_context& c) { return c.begin(); }
  fmt::format_context::iterator format(xgrad::ScalarType dtype, fmt::format_context& c) const;
};
