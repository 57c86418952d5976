/// Weights of spectral norm one: w = w_orig/σ, with σ the largest singular value.
#pragma once

#include <xgrad/nn/utils/weight_norm.hpp>

#include <optional>
#include <string>

namespace xgrad::kwargs {
XGRAD_KEYWORD(n_power_iterations);
}  // namespace xgrad::kwargs

namespace xgrad::nn::utils {

namespace detail {
struct SpectralNorm {
  std::string name = "weight";
  std::int64_t n_power_iterations = 1;
  double eps = 1e-12;
  std::optional<std::int64_t> dim = {};
};
class SpectralNormOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::name, kwargs::key::n_power_iterations, kwargs::key::eps, kwargs::key::dim>;
  XGRAD_OPTION(std::string, name, "weight");
  XGRAD_OPTION(std::int64_t, n_power_iterations, 1);
  XGRAD_OPTION(double, eps, 1e-12);
  XGRAD_OPTION(std::optional<std::int64_t>, dim, {});
};
void spectral_norm(ModuleBase& module, const SpectralNorm& how);
void remove_spectral_norm(ModuleBase& module, const std::string& name);
}  // namespace detail

/// Replaces parameter `name` of a module (a holder, a shared pointer or a model) by "<name>_orig", and adds the buffers
/// "<name>_u" and "<name>_v", which power iteration turns towards the first singular vectors of the weight as a matrix:
/// `dim` (by default 1 for transposed convolutions, else 0) counts its rows. A forward pre-hook computes the weight, in
/// training after `n_power_iterations` further iterations. Returns the module. Make optimisers afterwards, from the new
/// parameters. Throws Error if it was done already.
///
///     nn::Conv2d layer = nn::utils::spectral_norm(nn::Conv2d(3, 8, 3));
template <class M>
requires(!nn::detail::ModuleType<M>) M
    spectral_norm(M module, const std::string& name = "weight", std::int64_t n_power_iterations = 1, double eps = 1e-12,
                  std::optional<std::int64_t> dim = std::nullopt) {
  return detail::spectral_norm(*module, {name, n_power_iterations, eps, dim}), module;
}
template <nn::detail::ModuleType M>
M& spectral_norm(M& module, const std::string& name = "weight", std::int64_t n_power_iterations = 1, double eps = 1e-12,
                 std::optional<std::int64_t> dim = std::nullopt) {
  return detail::spectral_norm(module, {name, n_power_iterations, eps, dim}), module;
}

/// By keyword: `spectral_norm(layer, n_power_iterations = 3)`.
template <class M, class... A>
requires kwargs::EndsInKeyword<A...>
decltype(auto) spectral_norm(M&& module, A&&... a) {
  const auto how = nn::detail::options_of<detail::SpectralNormOptions>(std::forward<A>(a)...);
  return spectral_norm(std::forward<M>(module), how.name(), how.n_power_iterations(), how.eps(), how.dim());
}

/// Makes the weight, as it is now, a parameter again. Throws ValueError if spectral_norm was not there.
template <class M>
requires(!nn::detail::ModuleType<M>) M remove_spectral_norm(M module, const std::string& name = "weight") {
  return detail::remove_spectral_norm(*module, name), module;
}
template <nn::detail::ModuleType M>
M& remove_spectral_norm(M& module, const std::string& name = "weight") {
  return detail::remove_spectral_norm(module, name), module;
}

}  // namespace xgrad::nn::utils
