/// Errors: PyTorch's kinds and words, then the shapes, then, where it can be told, what to do.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace xgrad {

/// Base of every error this library throws. `what()` is PyTorch's sentence first, so that a web search finds its
/// answers, followed by lines of context ("in nn::Linear ...") and a hint.
///
///     try { layer(x); } catch (const xgrad::Error& e) { std::cerr << e.what(); }
class Error : public std::runtime_error {
 public:
  explicit Error(std::string message) : std::runtime_error(""), message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

  /// Appends a line on where the error happened, indented under the message; a hint stays last.
  void add_context(const std::string& line);
  /// Sets the closing line "hint: ..."; the first hint wins, as it was given nearest to the cause.
  void set_hint(const std::string& hint);

 private:
  std::string message_;
  std::size_t hint_at_ = std::string::npos;  // where the hint starts in message_, npos without one
};

/// An index is outside a dimension, or a dimension is outside a tensor.
class IndexError : public Error {
  using Error::Error;
};
/// An argument has the wrong type, or there is no such argument.
class TypeError : public Error {
  using Error::Error;
};
/// An argument has the right type and an impossible value.
class ValueError : public Error {
  using Error::Error;
};
/// The operation exists, but not for these arguments.
class NotImplementedError : public Error {
  using Error::Error;
};

/// Throws E with a formatted message. Out of line of the hot path: callers write `if (bad) fail<IndexError>(...)`.
template <class E = Error, class... Args>
[[noreturn, gnu::cold, gnu::noinline]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw E(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws E unless `condition` holds. The arguments are only formatted when it does not.
template <class E = Error, class... Args>
inline void check(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) [[unlikely]]
    fail<E>(format, std::forward<Args>(args)...);
}

}  // namespace xgrad
