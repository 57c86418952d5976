#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/nn/modules/adaptive.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::nn {

void AdaptiveLogSoftmaxWithLossImpl::reset() {
  bounds_ = options.cutoffs();
  const auto falls = [](std::int64_t a, std::int64_t b) { return a >= b; };
  check<ValueError>(!bounds_.empty() && bounds_.front() > 0 && bounds_.back() < options.n_classes() &&
                        std::adjacent_find(bounds_.begin(), bounds_.end(), falls) == bounds_.end(),
                    "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where "
                    "each value is between 1 and n_classes-1");
  bounds_.push_back(options.n_classes());
  const std::int64_t in = options.in_features(), clusters = static_cast<std::int64_t>(bounds_.size()) - 1;
  const auto linear = [&](std::int64_t from, std::int64_t to, bool bias) {
    return Linear(LinearOptions(from, to).bias(bias).dtype(options.dtype()));
  };
  head = register_module("head", linear(in, bounds_[0] + clusters, options.head_bias()));
  tail = register_module("tail", ModuleList());
  for (std::int64_t i = 0; i < clusters; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double divisor = std::pow(options.div_value(), static_cast<double>(i + 1));
    const auto features = static_cast<std::int64_t>(std::floor(static_cast<double>(in) / divisor));
    // One after the other: the order of arguments' evaluation, and so of draws, is the compiler's.
    const Linear down = linear(in, features, false), up = linear(features, bounds_[at + 1] - bounds_[at], false);
    tail->push_back(Sequential(down, up));
  }
}

void AdaptiveLogSoftmaxWithLossImpl::reset_parameters() {
  apply([](ModuleBase& m) {
    if (auto* linear = m.as<Linear>()) linear->reset_parameters();
  });
}

Tensor AdaptiveLogSoftmaxWithLossImpl::within(std::size_t cluster, const Tensor& input) {
  return log_softmax(tail->ptr<SequentialImpl>(cluster)->forward(input), 1);
}

ASMoutput AdaptiveLogSoftmaxWithLossImpl::forward(const Tensor& input, const Tensor& target) {
  check(target.dim() <= 1, "0D or 1D target tensor expected, multi-target not supported");
  check(input.dim() == target.dim() + 1, "{}D target tensor expects {}D input tensors, but found inputs with size {}",
        target.dim(), target.dim() + 1, input.sizes());
  if (target.dim() == 0) {
    const ASMoutput one = forward(input.unsqueeze(0), target.unsqueeze(0));
    return {one.output.squeeze(0), one.loss};
  }
  check(input.size(0) == target.size(0), "Input and target should have the same size in the batch dimension.");
  if (target.numel() > 0) {
    const auto least = target.min().item<std::int64_t>(), most = target.max().item<std::int64_t>();
    check(least >= 0 && most < options.n_classes(),
          "Target values should be in [0, {}], but values in range [{}, {}] were found. ", options.n_classes() - 1,
          least, most);
  }

  Tensor output = zeros({input.size(0)}, input.options());
  const Tensor column = target.clone();  // of the head: the class itself, or its cluster's
  for (std::size_t i = 0; i + 1 < bounds_.size(); ++i) {
    const Tensor rows = (target >= bounds_[i]).logical_and(target < bounds_[i + 1]).nonzero().squeeze(1);
    if (rows.numel() == 0) continue;
    column.index_fill_(0, rows, bounds_[0] + static_cast<std::int64_t>(i));
    const Tensor place = target.index_select(0, rows) - bounds_[i];
    const Tensor found = within(i, input.index_select(0, rows)).gather(1, place.unsqueeze(1));
    output = output.index_add(0, rows, found.squeeze(1));
  }
  output = output + log_softmax(head(input), 1).gather(1, column.unsqueeze(1)).squeeze(1);
  return {output, -output.mean()};
}

Tensor AdaptiveLogSoftmaxWithLossImpl::log_prob(const Tensor& input) {
  const Tensor first = log_softmax(head(input), 1);
  std::vector<Tensor> all{first.narrow(1, 0, bounds_[0])};
  for (std::size_t i = 0; i + 1 < bounds_.size(); ++i) {
    all.push_back(within(i, input) + first.narrow(1, bounds_[0] + static_cast<std::int64_t>(i), 1));
  }
  return cat(all, 1);
}

}  // namespace xgrad::nn
