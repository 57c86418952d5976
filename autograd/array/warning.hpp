/// Warnings: what is allowed but is probably not meant, told through a handler that programs can replace.
#pragma once

#include <atomic>
#include <functional>
#include <string>

namespace xgrad {

/// Receives each warning's text. May throw, to turn warnings into errors.
using WarningHandler = std::function<void(const std::string& message)>;

/// Replaces the handler and returns the old one; an empty handler stands for the default, which writes
/// "Warning: ..." to standard error. Holds for all threads.
///
///     set_warning_handler([](const std::string& message) { throw xgrad::Error(message); });
WarningHandler set_warning_handler(WarningHandler handler);

/// Within its scope, warnings go to `handler`:
///
///     std::vector<std::string> seen;
///     WarningHandlerGuard guard([&](const std::string& message) { seen.push_back(message); });
class WarningHandlerGuard {
 public:
  explicit WarningHandlerGuard(WarningHandler handler) : outer_(set_warning_handler(std::move(handler))) {}
  ~WarningHandlerGuard() { set_warning_handler(std::move(outer_)); }
  WarningHandlerGuard(const WarningHandlerGuard&) = delete;
  WarningHandlerGuard& operator=(const WarningHandlerGuard&) = delete;

 private:
  WarningHandler outer_;
};

/// Tells the handler.
void warn(const std::string& message);

/// set_warn_always(true): what is told only once is told every time, as PyTorch's switch of that name.
void set_warn_always(bool always);
bool is_warn_always_enabled();

/// Tells the handler the first time only; `Tag` is a type made for the one warning.
template <class Tag>
void warn_once(const std::string& message) {
  static std::atomic_flag told;
  if (!told.test_and_set() || is_warn_always_enabled()) warn(message);
}

}  // namespace xgrad
