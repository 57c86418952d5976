/// Configured: what built-in modules with an Options object have in common.
#pragma once

#include <xgrad/nn/cloneable.hpp>
#include <xgrad/nn/functional.hpp>
#include <xgrad/nn/holder.hpp>
#include <xgrad/nn/modules/repr.hpp>
#include <xgrad/nn/options.hpp>

namespace xgrad::nn {

namespace detail {
/// Says that a constructor leaves out what reset() registers, until the number of inputs is known.
struct Lazily {};

/// Options that a module may have: throws what their check_complete() throws, if there is one.
template <class Options>
const Options& checked_options(const Options& options) {
  if constexpr (requires { options.check_complete(); }) options.check_complete();
  return options;
}
}  // namespace detail

/// Constructs `options` from an Options object or from loose arguments, positional and keyword.
template <class Derived, class OptionsType, class Base = Module>
class Configured : public Cloneable<Derived, Base> {
 public:
  using Options = OptionsType;

  Configured() = default;
  explicit Configured(const Options& given) : options(detail::checked_options(given)) {}
  template <class First, class... Rest>
  requires(detail::LooseArguments<Options, First, Rest...> &&
           !detail::ModuleType<First>) explicit Configured(First&& first, Rest&&... rest)
      : Configured(detail::options_of<Options>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  Options options;
};

}  // namespace xgrad::nn
