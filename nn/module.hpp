/// Module: a module from one tensor to one tensor, the base of most models.
#pragma once

#include <xgrad/nn/call_site.hpp>
#include <xgrad/nn/module_base.hpp>

namespace xgrad::nn {

/// Derive from it, register layers as members, override `forward`, and call the model like a function:
///
///     struct Classifier : nn::Module {
///       nn::Linear layer1 = register_module("layer1", nn::Linear(784, 50));
///       nn::Linear layer2 = register_module("layer2", nn::Linear(50, 10));
///       Tensor forward(Tensor x) override { return layer2(nn::functional::relu(layer1(x))); }
///     };
///     Classifier model;
///     Tensor scores = model(images);
///
/// For a `forward` with other parameters, derive from ModuleBase and call `forward` by name.
class Module : public ModuleBase {
 public:
  using ModuleBase::ModuleBase;

  /// What the module computes. Throws NotImplementedError unless overridden.
  virtual Tensor forward(Tensor input);

  /// Runs forward, between the hooks. An error in it is told which module it came from and where that was called.
  Tensor operator()(Input input);
};

/// A pointer to a module of whatever kind, which can be one to a Module where it is: `std::shared_ptr<nn::Module> m =
/// layers[0]`. That throws TypeError for a module with another forward.
class ModulePointer : public std::shared_ptr<ModuleBase> {
 public:
  using shared_ptr::shared_ptr;
  ModulePointer(std::shared_ptr<ModuleBase> pointer) : shared_ptr(std::move(pointer)) {}
  operator std::shared_ptr<Module>() const;
};

namespace detail {

// Calls f as its parameters ask: module or pointer, with or without the name. M is ModuleBase or const ModuleBase.
template <class M, class F>
void visit(F& f, const std::string& name, const ModuleBase::Pointer& pointer) {
  using One = std::conditional_t<std::is_const_v<M>, const Module, Module>;
  M& module = *pointer;
  if constexpr (std::invocable<F&, M&>)
    f(module);
  else if constexpr (std::invocable<F&, const std::string&, M&>)
    f(name, module);
  else if constexpr (std::invocable<F&, const ModuleBase::Pointer&>)
    f(pointer);
  else if constexpr (std::invocable<F&, const std::string&, const ModuleBase::Pointer&>)
    f(name, pointer);
  else if (auto* one = dynamic_cast<One*>(&module)) {
    if constexpr (std::invocable<F&, One&>)
      f(*one);
    else if constexpr (std::invocable<F&, const std::shared_ptr<One>&>)
      f(std::shared_ptr<One>(pointer, one));
    else if constexpr (std::invocable<F&, const std::string&, const std::shared_ptr<One>&>)
      f(name, std::shared_ptr<One>(pointer, one));
    else {
      static_assert(std::invocable<F&, const std::string&, One&>,
                    "apply() takes a function of a module, of a shared pointer to one, or of a name and either");
      f(name, *one);
    }
  }
}

}  // namespace detail

template <class F>
void ModuleBase::apply(F&& f, const std::string& name_prefix) {
  for (const auto& [name, module] : named_modules(name_prefix)) detail::visit<ModuleBase>(f, name, module);
}

template <class F>
void ModuleBase::apply(F&& f, const std::string& name_prefix) const {
  for (const auto& [name, module] : named_modules(name_prefix)) detail::visit<const ModuleBase>(f, name, module);
}

}  // namespace xgrad::nn
