/// print() as Python has it, and `{}` for everything this library prints.
#pragma once

#include <xgrad/autograd/array/format.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <concepts>
#include <cstdio>
#include <iosfwd>
#include <sstream>
#include <string>
#include <vector>

namespace xgrad {

/// Writes a line to standard output, at once, so that it stands right beside other programs' output.
void print_line(const std::string& text);

namespace detail {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

template <Streamable T>
std::string to_text(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "True" : "False";
  } else if constexpr (std::is_floating_point_v<T>) {
    const std::string text = fmt::format("{}", value);  // 1 reads 1.0 in Python
    return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
  } else {
    std::ostringstream out;
    out << value;
    return out.str();
  }
}

/// "None" for an undefined one, such as the gradient of a leaf before backward; `<<` says that in libtorch's words.
inline std::string to_text(const Tensor& t) { return t.defined() ? t.str() : "None"; }
inline std::string to_text(const Scalar& s) {
  return s.isBoolean() ? to_text(s.toBool()) : s.isFloatingPoint() ? to_text(s.toDouble()) : to_text(s.toLong());
}
/// Python's name, where `<<` and `{}` give libtorch's ("Long").
inline std::string to_text(ScalarType dtype) { return "torch." + std::string(info(dtype).name); }

template <class T>
std::string to_text(const std::vector<T>& values) {
  std::string out = "[";
  for (const T& v : values) out += (out.size() > 1 ? ", " : "") + to_text(v);
  return out + "]";
}

}  // namespace detail

/// One value and a newline, as Python prints it: `print(x)`, `print(x.shape())`, `print(model)`, `print(0.5)`.
template <class T>
requires(!std::convertible_to<const T&, std::string_view>) void print(const T& value) {
  print_line(detail::to_text(value));
}
/// Text as it stands, braces and all.
inline void print(const char* text) { print_line(text); }
inline void print(const std::string& text) { print_line(text); }
inline void print() { print_line(""); }

/// Python's str.format, then a newline: `print("Final Training Accuracy: {}", train_acc.back())`.
template <class First, class... Rest>
void print(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
  print_line(fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...));
}

/// Sets how tensors print, with Python's keywords: `set_printoptions(precision = 6, sci_mode = false)`.
template <kwargs::Keyworded... K>
requires(sizeof...(K) > 0) void set_printoptions(K... k) { set_printoptions(kwargs::apply(PrintOptions(), k...)); }

}  // namespace xgrad

template <>
struct fmt::formatter<xgrad::Tensor> : fmt::formatter<std::string> {
  fmt::format_context::iterator format(const xgrad::Tensor& t, fmt::format_context& c) const;
};
template <>
struct fmt::formatter<xgrad::Indexed> : fmt::formatter<xgrad::Tensor> {};
template <>
struct fmt::formatter<xgrad::Size> : fmt::formatter<std::string> {
  fmt::format_context::iterator format(const xgrad::Size& s, fmt::format_context& c) const;
};
