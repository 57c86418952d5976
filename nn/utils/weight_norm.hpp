/// Weights as direction and length: w = g·v/|v|.
#pragma once

#include <xgrad/nn/holder.hpp>
#include <xgrad/nn/option.hpp>

#include <optional>
#include <string>

namespace xgrad::kwargs {
XGRAD_KEY(name);  // by position, before others
}  // namespace xgrad::kwargs

namespace xgrad::nn::utils {

namespace detail {
class WeightNorm {
 public:
  using Positional = kwargs::Order<kwargs::key::name, kwargs::key::dim>;
  XGRAD_OPTION(std::string, name, "weight");
  XGRAD_OPTION(std::optional<std::int64_t>, dim, 0);
};
void weight_norm(ModuleBase& module, const std::string& name, std::optional<std::int64_t> dim);
void remove_weight_norm(ModuleBase& module, const std::string& name);
}  // namespace detail

/// Replaces parameter `name` of a module (a holder, a shared pointer or a model) by "<name>_g", the lengths along `dim`
/// (or one length of all), and "<name>_v", the directions. A forward pre-hook computes the weight from them; what has a
/// handle on it, such as `linear->weight`, sees the computed one. Returns the module. Make optimisers afterwards, from
/// the new parameters. Throws Error if it was done already.
///
///     nn::Linear layer = nn::utils::weight_norm(nn::Linear(20, 40));
///     layer->named_parameters();  // bias, weight_g [40, 1], weight_v [40, 20]
template <class M>
requires(!nn::detail::ModuleType<M>) M
    weight_norm(M module, const std::string& name = "weight", std::optional<std::int64_t> dim = 0) {
  return detail::weight_norm(*module, name, dim), module;
}
template <nn::detail::ModuleType M>
M& weight_norm(M& module, const std::string& name = "weight", std::optional<std::int64_t> dim = 0) {
  return detail::weight_norm(module, name, dim), module;
}

/// By keyword: `weight_norm(layer, dim = std::nullopt)`.
template <class M, class... A>
requires kwargs::EndsInKeyword<A...>
decltype(auto) weight_norm(M&& module, A&&... a) {
  const auto how = nn::detail::options_of<detail::WeightNorm>(std::forward<A>(a)...);
  return weight_norm(std::forward<M>(module), how.name(), how.dim());
}

/// Makes the weight, as it is now, a parameter again. Throws ValueError if weight_norm was not there.
template <class M>
requires(!nn::detail::ModuleType<M>) M remove_weight_norm(M module, const std::string& name = "weight") {
  return detail::remove_weight_norm(*module, name), module;
}
template <nn::detail::ModuleType M>
M& remove_weight_norm(M& module, const std::string& name = "weight") {
  return detail::remove_weight_norm(module, name), module;
}

}  // namespace xgrad::nn::utils
