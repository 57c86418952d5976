/// What Adam and its relatives check alike.
#pragma once

#include <xgrad/autograd/array/error.hpp>

#include <tuple>

namespace xgrad::optim::detail {

/// Throws ValueError, in PyTorch's words, for options that no Adam can have.
template <class Options>
void check_adam(const Options& o) {
  const auto [beta1, beta2] = o.betas();
  check<ValueError>(o.lr() >= 0, "Invalid learning rate: {}", o.lr());
  check<ValueError>(o.eps() >= 0, "Invalid epsilon value: {}", o.eps());
  check<ValueError>(beta1 >= 0 && beta1 < 1, "Invalid beta parameter at index 0: {}", beta1);
  check<ValueError>(beta2 >= 0 && beta2 < 1, "Invalid beta parameter at index 1: {}", beta2);
  check<ValueError>(o.weight_decay() >= 0, "Invalid weight_decay value: {}", o.weight_decay());
}

}  // namespace xgrad::optim::detail
