/// Functional: a function as a module.
#pragma once

#include <xgrad/nn/cloneable.hpp>
#include <xgrad/nn/holder.hpp>

#include <functional>

namespace xgrad::nn {

/// Calls a function from tensor to tensor, with further arguments bound if any are given:
///
///     nn::Functional([](Tensor x) { return x * 2; })
///     nn::Functional(&xgrad::softmax, 1, std::nullopt)
class FunctionalImpl : public Cloneable<FunctionalImpl, Module> {
 public:
  using Function = std::function<Tensor(Tensor)>;

  explicit FunctionalImpl(Function function) : function_(std::move(function)) {}
  template <class F, class... Args>
  requires(sizeof...(Args) > 0) explicit FunctionalImpl(F function, Args... args)
      : function_([function, args...](Tensor input) { return function(std::move(input), args...); }) {}

  Tensor forward(Tensor input) override { return function_(std::move(input)); }
  bool is_serializable() const override { return false; }

 private:
  Function function_;
};
XGRAD_LAYER(Functional);

}  // namespace xgrad::nn
