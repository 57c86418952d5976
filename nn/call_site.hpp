/// Where a module was called, so that an error can say so.
#pragma once

#include <xgrad/autograd/graph/profiling.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace xgrad::nn {

class ModuleBase;

/// A place in the source of the program; without a file, an unknown one.
struct CallSite {
  const char* file = nullptr;
  int line = 0;
};

/// A tensor on its way into a module. The conversion from Tensor happens where the module is called, so its default
/// arguments know that place; they are constants, and cost nothing until an error is described.
struct Input {
  template <class T>
  requires(std::convertible_to<T, Tensor> && !std::same_as<std::remove_cvref_t<T>, Input>)
      Input(T&& value, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : tensor(std::forward<T>(value)), site{file, line} {}

  Tensor tensor;
  CallSite site;
};

namespace detail {

/// Adds `in nn::Linear "layer1" (in_features=784, out_features=50, bias=True), called at train.cpp:31`.
[[gnu::cold]] void add_context(Error& error, const ModuleBase& module, CallSite site);

/// Tells a running profiler which module is at work.
class AtWork {
 public:
  explicit AtWork(const ModuleBase& module) {
    if (xgrad::detail::profiling.load(std::memory_order_relaxed)) [[unlikely]]
      known_ = enter(module);
  }
  ~AtWork() {
    if (known_) [[unlikely]]
      xgrad::detail::leave_module();
  }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  [[gnu::cold]] static bool enter(const ModuleBase& module);
  bool known_ = false;
};

/// Runs the module's forward; an error on its way out gets a line about the module.
template <class F>
decltype(auto) call(const ModuleBase& module, CallSite site, F&& forward) {
  const AtWork at_work(module);
  try {
    return std::forward<F>(forward)();
  } catch (Error& error) {
    add_context(error, module, site);
    throw;
  }
}

}  // namespace detail
}  // namespace xgrad::nn
