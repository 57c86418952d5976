#include <xgrad/nn/functional.hpp>
#include <xgrad/nn/modules/convolution.hpp>
#include <xgrad/nn/utils/spectral_norm.hpp>

namespace xgrad::nn::utils::detail {

namespace {

constexpr const char* kSpectralNorm = "spectral_norm";

bool is_transposed(const ModuleBase& m) {
  return m.is<ConvTranspose1d>() || m.is<ConvTranspose2d>() || m.is<ConvTranspose3d>();
}

/// A row for each index of `dim`.
Tensor as_matrix(const Tensor& weight, std::int64_t dim) {
  const Tensor rows = weight.movedim({dim}, {0});
  return rows.reshape({rows.size(0), -1});
}

Tensor direction(const Tensor& x, double eps) {
  return functional::normalize(x, functional::NormalizeFuncOptions().dim(0).eps(eps));
}

/// The weight divided by uᵀ·W·v, in training after some steps of power iteration, which change the buffers u and v.
Tensor computed(const ModuleBase& module, const SpectralNorm& how, bool iterate) {
  const Tensor weight = module.named_parameters(false)[how.name + "_orig"], matrix = as_matrix(weight, *how.dim);
  const auto buffers = module.named_buffers(false);
  Tensor u = buffers[how.name + "_u"], v = buffers[how.name + "_v"];
  if (iterate) {
    const NoGradGuard no_grad;
    for (std::int64_t i = 0; i < how.n_power_iterations; ++i) {
      v.copy_(direction(matrix.t().mv(u), how.eps));
      u.copy_(direction(matrix.mv(v), how.eps));
    }
    u = u.clone();  // the next call will change the buffers, and this graph needs what they are now
    v = v.clone();
  }
  return weight / u.dot(matrix.mv(v));
}

}  // namespace

void spectral_norm(ModuleBase& module, const SpectralNorm& given) {
  check<ValueError>(given.n_power_iterations > 0,
                    "Expected n_power_iterations to be positive, but got n_power_iterations={}",
                    given.n_power_iterations);
  SpectralNorm how = given;
  if (!how.dim) how.dim = is_transposed(module) ? 1 : 0;
  const Tensor weight = module.compute_parameter(how.name, kSpectralNorm, [how](const ModuleBase& m, bool call) {
    return computed(m, how, call && m.is_training());
  });
  const Tensor matrix = as_matrix(weight, *how.dim);
  const auto drawn = [&](std::int64_t n) { return direction(weight.new_empty({n}).normal_(0, 1), how.eps); };
  const Tensor u = drawn(matrix.size(0)), v = drawn(matrix.size(1));
  module.register_parameter(how.name + "_orig", weight);
  module.register_buffer(how.name + "_u", u);
  module.register_buffer(how.name + "_v", v);
}

void remove_spectral_norm(ModuleBase& module, const std::string& name) {
  check<ValueError>(module.is_computed(name, kSpectralNorm), "spectral_norm of '{}' not found in {}", name,
                    module.str());
  module.stop_computing(name);
  module.unregister_buffer(name + "_u");
  module.unregister_buffer(name + "_v");
  module.unregister_parameter(name + "_orig");
}

}  // namespace xgrad::nn::utils::detail
