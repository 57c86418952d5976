#include <xgrad/autograd/array/warning.hpp>

#include <cstdio>
#include <mutex>
#include <utility>

namespace xgrad {
namespace {

std::mutex& lock() {
  static std::mutex m;
  return m;
}

WarningHandler& handler() {
  static WarningHandler h;
  return h;
}

std::atomic<bool> always{false};

}  // namespace

WarningHandler set_warning_handler(WarningHandler h) {
  const std::lock_guard guard(lock());
  return std::exchange(handler(), std::move(h));
}

void warn(const std::string& message) {
  WarningHandler current;
  {
    const std::lock_guard guard(lock());
    current = handler();
  }
  if (current)
    current(message);
  else
    std::fprintf(stderr, "Warning: %s\n", message.c_str());
}

void set_warn_always(bool on) { always = on; }
bool is_warn_always_enabled() { return always; }

}  // namespace xgrad
