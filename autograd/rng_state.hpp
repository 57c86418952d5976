/// The default generator's state as a tensor, which PyTorch's torch.set_rng_state takes, and the other way round.
#pragma once

#include <xgrad/autograd/array/generator.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <mutex>

namespace xgrad {

inline Tensor get_rng_state() {
  Generator& g = default_generator();
  const std::lock_guard lock(g.mutex());
  return g.get_state();
}
/// Draws go on as they did after `state` was taken. Throws TypeError unless it is uint8, Error unless it holds a state.
inline void set_rng_state(const Tensor& state) {
  Generator& g = default_generator();
  const std::lock_guard lock(g.mutex());
  g.set_state(state);
}
/// What the default generator was last seeded with.
inline std::uint64_t initial_seed() { return default_generator().initial_seed(); }

}  // namespace xgrad
