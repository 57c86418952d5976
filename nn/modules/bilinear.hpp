/// Bilinear: a product of two inputs through a stack of matrices.
#pragma once

#include <xgrad/autograd/ops/bilinear.hpp>
#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(in1_features);
XGRAD_KEYWORD(in2_features);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

class BilinearOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::in1_features, kwargs::key::in2_features, kwargs::key::out_features,
                                   kwargs::key::bias, kwargs::key::device, kwargs::key::dtype>;
  BilinearOptions() = default;
  BilinearOptions(std::int64_t in1_features, std::int64_t in2_features, std::int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  BilinearOptions& device(Device) { return *this; }
  XGRAD_OPTION(std::int64_t, in1_features, 0);
  XGRAD_OPTION(std::int64_t, in2_features, 0);
  XGRAD_OPTION(std::int64_t, out_features, 0);
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

/// y[o] = Σ a[i]·W[o, i, j]·b[j] + bias[o]. Both start uniform on ±1/√in1_features.
class BilinearImpl : public Cloneable<BilinearImpl> {
 public:
  explicit BilinearImpl(const BilinearOptions& given) : options(given) { BilinearImpl::reset(); }
  template <class First, class... Rest>
  requires(detail::LooseArguments<BilinearOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit BilinearImpl(First&& first, Rest&&... rest)
      : BilinearImpl(detail::options_of<BilinearOptions>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Draws new weights.
  void reset_parameters();
  Tensor forward(const Tensor& input1, const Tensor& input2) { return bilinear(input1, input2, weight, bias); }
  std::string extra_repr() const override;

  BilinearOptions options;
  Tensor weight, bias;
};
XGRAD_LAYER(Bilinear);

namespace functional {
inline Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias = {}) {
  return xgrad::bilinear(input1, input2, weight, bias);
}
}  // namespace functional

}  // namespace xgrad::nn
