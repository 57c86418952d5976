/// Modules that are a function and its options: classes NameImpl and holders Name.
#pragma once

#include <xgrad/nn/modules/configured.hpp>

// What is printed of the options is detail::repr(options). PLACE: where numbers between braces may stand
// (nn/holder.hpp).
#define XGRAD_MODULE_OF(NAME, FUNCTION, PLACE)                                             \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options> {                        \
   public:                                                                                 \
    using Configured::Configured;                                                          \
    Tensor forward(Tensor input) override { return functional::FUNCTION(input, options); } \
    std::string extra_repr() const override { return detail::repr(options); }              \
  };                                                                                       \
  XGRAD_SIZED_LAYER(NAME, PLACE)
// The same with forward_with_indices(x), what Python's return_indices=True gives.
#define XGRAD_MODULE_WITH_INDICES(NAME, FUNCTION, PLACE)                                   \
  class NAME##Impl : public Configured<NAME##Impl, NAME##Options> {                        \
   public:                                                                                 \
    using Configured::Configured;                                                          \
    Tensor forward(Tensor input) override { return functional::FUNCTION(input, options); } \
    ValuesIndices forward_with_indices(const Tensor& input) {                              \
      return functional::FUNCTION##_with_indices(input, options);                          \
    }                                                                                      \
    std::string extra_repr() const override { return detail::repr(options); }              \
  };                                                                                       \
  XGRAD_SIZED_LAYER(NAME, PLACE)
