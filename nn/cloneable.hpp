/// Cloneable: gives a module an exact, independent copy.
#pragma once

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

namespace detail {

/// How a Derived is copied: what clone() needs of the type. A program that includes a module compiles its virtual
/// functions, and with these all that its members are made of; the library's own are compiled in modules/copies.cpp.
template <class Derived>
struct Copying {
  static ModuleBase* copy(const ModuleBase& module);
  static void assign(ModuleBase& module, const ModuleBase& other);
};
template <class Derived>
ModuleBase* Copying<Derived>::copy(const ModuleBase& module) {
  return new Derived(static_cast<const Derived&>(module));
}
template <class Derived>
void Copying<Derived>::assign(ModuleBase& module, const ModuleBase& other) {
  const auto* same = dynamic_cast<const Derived*>(&other);
  check(same != nullptr,
        "Attempted to clone submodule, but it is of a different type than the submodule it was to be cloned into");
  static_cast<Derived&>(module) = *same;
}

}  // namespace detail

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
    return this->finish_clone(
        detail::Copying<Derived>::copy(*this), [](ModuleBase& copy) { static_cast<Derived&>(copy).reset(); }, device);
  }

 private:
  void clone_from(const ModuleBase& other, const std::optional<Device>& device) final {
    detail::Copying<Derived>::assign(*this, *other.clone(device));
  }
};

}  // namespace xgrad::nn
