/// What a module has registered: for the sources of ModuleBase only.
#pragma once

#include <xgrad/nn/module_base.hpp>

#include <map>
#include <optional>
#include <string>
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
};

}  // namespace xgrad::nn
