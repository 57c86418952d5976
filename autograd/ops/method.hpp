/// How an operation becomes a method: each family's header declares its functions, then a mixin that forwards to them.
#pragma once

#include <xgrad/autograd/array/dims.hpp>
#include <xgrad/autograd/array/scalar.hpp>

#include <optional>
#include <vector>

namespace xgrad {

class Tensor;
class TensorList;
class ValuesIndices;

/// An undefined Tensor: the default of arguments that may be left out.
const Tensor& absent_tensor();

/// Base of the families' mixins; `T` is always Tensor, complete by the time a method is used. Each mixin names itself
/// as `Family`: empty bases of one type must lie apart, and would make a handle twice as large.
template <class T, class Family>
struct Methods {
 protected:
  template <class Mixin>
  static const T& as(const Mixin* mixin) {
    return static_cast<const T&>(*mixin);
  }
  template <class Mixin>
  static T& writable(const Mixin* mixin) {
    return const_cast<T&>(static_cast<const T&>(*mixin));
  }
};

}  // namespace xgrad
