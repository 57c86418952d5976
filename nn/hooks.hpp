/// Hooks of modules: functions that see, and may change, what goes in and out of a module when it is called.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace xgrad::nn {

class ModuleBase;

/// Before forward: the tensors among its arguments, in order. The hook may put others in their places.
using ForwardPreHook = std::function<void(ModuleBase&, std::vector<Tensor>& inputs)>;
/// After forward: those arguments, and the tensors of the result, which may be replaced.
using ForwardHook = std::function<void(ModuleBase&, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs)>;
/// In backward: the gradients of the arguments, which may be replaced, and of the results; undefined where there is
/// none.
using FullBackwardHook =
    std::function<void(ModuleBase&, std::vector<Tensor>& grad_input, const std::vector<Tensor>& grad_output)>;

namespace detail {
struct HookLists;
}

/// What registering a hook returns: `handle.remove()` takes the hook away again.
class RemovableHandle {
 public:
  RemovableHandle() = default;
  RemovableHandle(const std::shared_ptr<detail::HookLists>& lists, std::uint64_t id) : lists_(lists), id_(id) {}
  /// Its number among the module's hooks.
  std::uint64_t id() const noexcept { return id_; }
  /// Does nothing the second time, or when the module is gone.
  void remove();

 private:
  std::weak_ptr<detail::HookLists> lists_;
  std::uint64_t id_ = 0;
};

namespace detail {

/// One call of a module that has hooks.
class HookedCall {
 public:
  /// Runs the hooks before forward.
  HookedCall(const ModuleBase& module, std::vector<Tensor*> inputs);
  ~HookedCall();
  /// Runs the hooks behind it.
  void finish(const std::vector<Tensor*>& outputs);

 private:
  struct Backward;

  ModuleBase& module_;
  std::shared_ptr<HookLists> lists_;
  std::vector<Tensor> inputs_;
  std::shared_ptr<Backward> backward_;  // null without backward hooks
};

// The tensors in a value.
inline void collect(std::vector<Tensor*>& into, Tensor& t) { into.push_back(&t); }
inline void collect(std::vector<Tensor*>& into, std::vector<Tensor>& list) {
  for (Tensor& t : list) into.push_back(&t);
}
template <class... T>
void collect(std::vector<Tensor*>& into, std::tuple<T...>& several);
template <class A, class B>
void collect(std::vector<Tensor*>& into, std::pair<A, B>& both);
template <class T>
void collect(std::vector<Tensor*>& into, std::optional<T>& perhaps);
template <class T>
void collect(std::vector<Tensor*>&, T&) {}
template <class... T>
void collect(std::vector<Tensor*>& into, std::tuple<T...>& several) {
  std::apply([&](auto&... one) { (collect(into, one), ...); }, several);
}
template <class A, class B>
void collect(std::vector<Tensor*>& into, std::pair<A, B>& both) {
  collect(into, both.first);
  collect(into, both.second);
}
template <class T>
void collect(std::vector<Tensor*>& into, std::optional<T>& perhaps) {
  if (perhaps) collect(into, *perhaps);
}

template <class... T>
std::vector<Tensor*> tensors_of(T&... values) {
  std::vector<Tensor*> out;
  (collect(out, values), ...);
  return out;
}

/// Runs forward between the hooks of a module that has some. `inputs` are the tensors that forward will read.
template <class F>
decltype(auto) between_hooks(const ModuleBase& module, std::vector<Tensor*> inputs, F&& forward) {
  using Result = std::invoke_result_t<F>;
  HookedCall call(module, std::move(inputs));
  if constexpr (std::is_void_v<Result>) {
    std::forward<F>(forward)();
    call.finish({});
  } else {
    Result result = std::forward<F>(forward)();
    if constexpr (!std::is_const_v<std::remove_reference_t<Result>>) call.finish(tensors_of(result));
    return static_cast<Result>(result);
  }
}

}  // namespace detail
}  // namespace xgrad::nn
