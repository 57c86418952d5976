/// Cloneable: gives a module an exact, independent copy.
#pragma once

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// Base of modules that can clone(). `Derived` registers everything in reset() and calls reset() from its constructors,
/// so that a copy can register its own:
///
///     struct NetImpl : nn::Cloneable<NetImpl> {
///       NetImpl() { reset(); }
///       void reset() override { fc = register_module("fc", nn::Linear(3, 4)); }
///       nn::Linear fc = nullptr;
///     };
template <class Derived, class Base = ModuleBase>
class Cloneable : public Base {
 public:
  using Base::Base;

  /// Registers parameters, buffers and submodules, with their initial values. A module without any needs none.
  virtual void reset() {}

  /// A copy that shares nothing, in the same mode. Draws nothing from the random streams: they stand where they stood.
  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override {
    // Every program that includes a module compiles this for it: what needs no Derived is elsewhere.
    return this->finish_clone(
        new Derived(static_cast<const Derived&>(*this)), [](ModuleBase& copy) { static_cast<Derived&>(copy).reset(); },
        device);
  }

 private:
  void clone_from(const ModuleBase& other, const std::optional<Device>& device) final {
    const auto owner = other.clone(device);
    const auto* copy = dynamic_cast<const Derived*>(owner.get());
    check(copy != nullptr,
          "Attempted to clone submodule, but it is of a different type than the submodule it was to be cloned into");
    static_cast<Derived&>(*this) = *copy;
  }
};

}  // namespace xgrad::nn
