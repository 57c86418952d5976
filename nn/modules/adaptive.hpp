/// Softmax over many classes, the rare ones in clusters.
#pragma once

#include <xgrad/nn/modules/linear.hpp>
#include <xgrad/nn/modules/module_list.hpp>
#include <xgrad/nn/modules/sequential.hpp>

#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(cutoffs);
XGRAD_KEYWORD(div_value);
XGRAD_KEYWORD(head_bias);
XGRAD_KEYWORD(n_classes);
}  // namespace xgrad::kwargs

namespace xgrad::nn {

class AdaptiveLogSoftmaxWithLossOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::in_features, kwargs::key::n_classes, kwargs::key::cutoffs, kwargs::key::div_value,
                    kwargs::key::head_bias, kwargs::key::device, kwargs::key::dtype>;
  AdaptiveLogSoftmaxWithLossOptions() = default;
  AdaptiveLogSoftmaxWithLossOptions(std::int64_t in_features, std::int64_t n_classes, std::vector<std::int64_t> cutoffs)
      : cutoffs_(std::move(cutoffs)), in_features_(in_features), n_classes_(n_classes) {}
  AdaptiveLogSoftmaxWithLossOptions& device(Device) { return *this; }
  AdaptiveLogSoftmaxWithLossOptions& cutoffs(std::vector<std::int64_t> v) { return cutoffs_ = std::move(v), *this; }
  AdaptiveLogSoftmaxWithLossOptions& cutoffs(const std::vector<int>& v) {
    return cutoffs_.assign(v.begin(), v.end()), *this;
  }
  const std::vector<std::int64_t>& cutoffs() const { return cutoffs_; }

 private:
  std::vector<std::int64_t> cutoffs_;
  XGRAD_OPTION(std::int64_t, in_features, 0);
  XGRAD_OPTION(std::int64_t, n_classes, 0);
  XGRAD_OPTION(double, div_value, 4.0);
  XGRAD_OPTION(bool, head_bias, false);
  XGRAD_OPTION(std::optional<ScalarType>, dtype, {});
};

/// The log-probability of each target, and minus their mean.
struct ASMoutput {
  Tensor output, loss;
};

/// Approximate softmax for classes sorted by how often they occur. Those below the first cutoff have a score each in
/// `head`, which also has one for each cluster of classes between cutoffs; within cluster i, `tail` has scores of
/// features that are div_value^(i + 1) times fewer. Options: in_features, n_classes, cutoffs, div_value = 4,
/// head_bias = false. Throws ValueError unless the cutoffs rise within 1 ... n_classes − 1.
///
///     nn::AdaptiveLogSoftmaxWithLoss criterion(64, 10000, {100, 1000});
///     auto [output, loss] = criterion(hidden, words);
///
/// Grave and others, "Efficient softmax approximation for GPUs", 2016.
class AdaptiveLogSoftmaxWithLossImpl : public Cloneable<AdaptiveLogSoftmaxWithLossImpl> {
 public:
  explicit AdaptiveLogSoftmaxWithLossImpl(const AdaptiveLogSoftmaxWithLossOptions& given) : options(given) {
    AdaptiveLogSoftmaxWithLossImpl::reset();
  }
  template <class First, class... Rest>
  requires(detail::LooseArguments<AdaptiveLogSoftmaxWithLossOptions, First, Rest...> &&
           !detail::ModuleType<First>) explicit AdaptiveLogSoftmaxWithLossImpl(First&& first, Rest&&... rest)
      : AdaptiveLogSoftmaxWithLossImpl(detail::options_of<AdaptiveLogSoftmaxWithLossOptions>(
            std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  void reset_parameters();
  /// Of features [N, in] and classes [N], or [in] and one class. Throws Error for other shapes and classes that are
  /// not there.
  ASMoutput forward(const Tensor& input, const Tensor& target);
  /// Log-probabilities of all classes, [N, n_classes].
  Tensor log_prob(const Tensor& input);
  /// The most probable classes, [N].
  Tensor predict(const Tensor& input) { return log_prob(input).argmax(1); }

  AdaptiveLogSoftmaxWithLossOptions options;
  Linear head = nullptr;
  ModuleList tail;

 private:
  /// Log-probabilities within a cluster.
  Tensor within(std::size_t cluster, const Tensor& input);
  /// Where cluster i begins; behind the last, n_classes.
  std::vector<std::int64_t> bounds_;
};
XGRAD_SIZED_LAYER(AdaptiveLogSoftmaxWithLoss, THIRD);

}  // namespace xgrad::nn
