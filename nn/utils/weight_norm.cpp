#include <xgrad/autograd/ops/weight_norm.hpp>
#include <xgrad/nn/utils/weight_norm.hpp>

namespace xgrad::nn::utils::detail {

namespace {
constexpr const char* kWeightNorm = "weight_norm";
}

void weight_norm(ModuleBase& module, const std::string& name, std::optional<std::int64_t> given) {
  const std::int64_t dim = given.value_or(-1);
  const Tensor weight = module.compute_parameter(name, kWeightNorm, [name, dim](const ModuleBase& m, bool) {
    const auto parameters = m.named_parameters(false);
    return _weight_norm(parameters[name + "_v"], parameters[name + "_g"], dim);
  });
  module.register_parameter(name + "_g", norm_except_dim(weight, 2, dim));
  module.register_parameter(name + "_v", weight);
  module.recompute(name);
}

void remove_weight_norm(ModuleBase& module, const std::string& name) {
  check<ValueError>(module.is_computed(name, kWeightNorm), "weight_norm of '{}' not found in {}", name, module.str());
  module.stop_computing(name);
  module.unregister_parameter(name + "_g");
  module.unregister_parameter(name + "_v");
}

}  // namespace xgrad::nn::utils::detail
