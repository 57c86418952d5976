/// The keywords of a module's methods, and what reads them: `net.named_parameters(prefix = "net", recurse = false)`.
#pragma once

#include <xgrad/autograd/array/scalar.hpp>

#include <concepts>
#include <type_traits>

namespace xgrad::kwargs {
XGRAD_KEYWORD(keep_vars);
XGRAD_KEYWORD(persistent);
XGRAD_KEYWORD(prefix);
XGRAD_KEYWORD(recurse);
XGRAD_KEYWORD(remove_duplicate);
XGRAD_KEYWORD(set_to_none);

/// What a method with these keywords, and no Options type, reads from a call.
template <class... Keys>
struct Among {
  /// The value that was given for `Key`, or else `fallback`. A keyword that is none of Keys, or a value that is no T,
  /// is a compile error.
  template <class Key, class T, class... Given, class... Value>
  static T get(T fallback, const Argument<Given, Value>&... given) {
    (take<Key>(fallback, given), ...);
    return fallback;
  }

 private:
  // What converts to a bool by chance, such as text, is no bool.
  template <class T, class Value>
  static constexpr bool fits = std::convertible_to<const Value&, T> &&
                               (!std::same_as<T, bool> || std::is_arithmetic_v<Value>);

  template <class Key, class T, class Given, class Value>
  static void take(T& into, const Argument<Given, Value>& argument) {
    if constexpr (!(std::same_as<Given, Keys> || ...))
      filling::ThisCallHasNoArgument<Among, Given>{};
    else if constexpr (std::same_as<Given, Key>) {
      if constexpr (fits<T, Value>)
        into = T(argument.value);
      else
        filling::ThisCallHasNoArgument<Among, Given>{};
    }
  }
};
}  // namespace xgrad::kwargs
