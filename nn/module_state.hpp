/// What a module has registered: for the sources of ModuleBase only.
#pragma once

#include <xgrad/nn/module_base.hpp>

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace xgrad::nn {

namespace detail {

/// The hooks of a module, in the order in which they were registered.
struct HookLists {
  std::map<std::uint64_t, ForwardPreHook> before;
  std::map<std::uint64_t, ForwardHook> after;
  std::map<std::uint64_t, FullBackwardHook> backward;
  std::uint64_t next = 0;

  bool any() const noexcept { return !before.empty() || !after.empty() || !backward.empty(); }
};

/// Made where clone() begins. As long as the outermost one of a thread lives, it knows what has been cloned already, so
/// that what is shared within a model, such as the weight of an embedding and of the layer behind it, is shared within
/// its clone.
class Cloning {
 public:
  Cloning();
  ~Cloning();
  Cloning(const Cloning&) = delete;
  Cloning& operator=(const Cloning&) = delete;

  /// While it lives, clones are of their own: reset() may make several of one layer, as TransformerEncoder does.
  class Pause {
   public:
    Pause() : paused_(std::exchange(outermost, nullptr)) {}
    ~Pause() { outermost = paused_; }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    Cloning* paused_;
  };

  static const Cloning& current() { return *outermost; }
  /// The clone of what was cloned already; undefined else.
  Tensor find(const Tensor& parameter) const;
  static void note(const Tensor& parameter, const Tensor& clone);
  /// The clone, made now if need be.
  static Tensor of(const Tensor& parameter);
  static std::shared_ptr<ModuleBase> of(const std::shared_ptr<ModuleBase>& module, const std::optional<Device>& device);

 private:
  std::unordered_map<const void*, Tensor> tensors_;
  std::unordered_map<const void*, std::shared_ptr<ModuleBase>> modules_;
  static thread_local Cloning* outermost;
};

}  // namespace detail

/// A parameter that is expressed by others.
struct ModuleBase::Computed {
  Tensor tensor;
  std::string by;
  Computation compute;
  std::uint64_t hook;
};

/// What copies of a module share.
struct ModuleBase::State {
  struct Buffer {
    Tensor tensor;
    bool persistent;
  };

  std::string given_name, registered_name;
  std::string type_name;  // found out when first asked for
  OrderedDict<std::string, Tensor> parameters{"Parameter"};
  OrderedDict<std::string, Buffer> buffers{"Buffer"};
  OrderedDict<std::string, Pointer> children{"Submodule"};
  OrderedDict<std::string, Computed> computed{"Computed tensor"};
  bool training = true;
  std::optional<std::vector<std::string>> uninitialized;
  std::shared_ptr<detail::HookLists> hooks;  // null until one is registered
  // While clone() calls reset(): what is cloned, and what has been.
  const State* original = nullptr;
  const detail::Cloning* cloning = nullptr;
};

}  // namespace xgrad::nn
