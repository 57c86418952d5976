/// Options of distances and of the losses made of differences.
#pragma once

#include <xgrad/nn/options/activation.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(delta);
XGRAD_KEY(full);  // kw::full, below: full() and swap() are functions
XGRAD_KEYWORD(log_input);
XGRAD_KEYWORD(log_target);
XGRAD_KEYWORD(margin);
XGRAD_KEY(swap);  // kw::swap
}  // namespace xgrad::kwargs
namespace xgrad::kw {
inline constexpr kwargs::key::full full{};
inline constexpr kwargs::key::swap swap{};
}  // namespace xgrad::kw

namespace xgrad::nn {

class CosineSimilarityOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::dim, kwargs::key::eps>;
  XGRAD_OPTION(std::int64_t, dim, 1);
  XGRAD_OPTION(double, eps, 1e-8);
};
class PairwiseDistanceOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::p, kwargs::key::eps, kwargs::key::keepdim>;
  XGRAD_OPTION(double, p, 2.0);
  XGRAD_OPTION(double, eps, 1e-6);
  XGRAD_OPTION(bool, keepdim, false);
};

class SmoothL1LossOptions {
 public:
  SmoothL1LossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  using Positional = kwargs::Order<kwargs::key::reduction, kwargs::key::beta>;
  XGRAD_OPTION(double, beta, 1.0);
  XGRAD_OPTION_REDUCTION;
};
class HuberLossOptions {
 public:
  HuberLossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  using Positional = kwargs::Order<kwargs::key::reduction, kwargs::key::delta>;
  XGRAD_OPTION(double, delta, 1.0);
  XGRAD_OPTION_REDUCTION;
};
/// `reduction` may be "batchmean" too: the sum divided by the first size.
class KLDivLossOptions {
 public:
  KLDivLossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  KLDivLossOptions(Word word) { reduction(word); }
  using Positional = kwargs::Order<kwargs::key::reduction, kwargs::key::log_target>;
  KLDivLossOptions& reduction(Reduction value) { return reduction_ = value, batchmean_ = false, *this; }
  KLDivLossOptions& reduction(Word word) { return reduction(std::string_view(word.text)); }
  KLDivLossOptions& reduction(std::string_view word) {
    batchmean_ = word == "batchmean";
    return reduction_ = batchmean_ ? kSum : parse_reduction(word), *this;
  }
  Reduction reduction() const { return reduction_; }
  bool batchmean() const { return batchmean_; }
  XGRAD_OPTION(bool, log_target, false);
  Reduction reduction_ = kMean;
  bool batchmean_ = false;
};
class PoissonNLLLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::log_input, kwargs::key::full, kwargs::key::eps, kwargs::key::reduction>;
  XGRAD_OPTION(bool, log_input, true);
  XGRAD_OPTION(bool, full, false);
  XGRAD_OPTION(double, eps, 1e-8);
  XGRAD_OPTION_REDUCTION;
};
class HingeEmbeddingLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::margin, kwargs::key::reduction>;
  XGRAD_OPTION(double, margin, 1.0);
  XGRAD_OPTION_REDUCTION;
};
using SoftMarginLossOptions = MSELossOptions;
class MarginRankingLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::margin, kwargs::key::reduction>;
  XGRAD_OPTION(double, margin, 0.0);
  XGRAD_OPTION_REDUCTION;
};
class CosineEmbeddingLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::margin, kwargs::key::reduction>;
  XGRAD_OPTION(double, margin, 0.0);
  XGRAD_OPTION_REDUCTION;
};
class TripletMarginLossOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::margin, kwargs::key::p, kwargs::key::eps, kwargs::key::swap, kwargs::key::reduction>;
  XGRAD_OPTION(double, margin, 1.0);
  XGRAD_OPTION(double, p, 2.0);
  XGRAD_OPTION(double, eps, 1e-6);
  XGRAD_OPTION(bool, swap, false);
  XGRAD_OPTION_REDUCTION;
};
class GaussianNLLLossOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::full, kwargs::key::eps, kwargs::key::reduction>;
  XGRAD_OPTION(bool, full, false);
  XGRAD_OPTION(double, eps, 1e-6);
  XGRAD_OPTION_REDUCTION;
};

namespace functional {

class NormalizeFuncOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::p, kwargs::key::dim, kwargs::key::eps>;
  XGRAD_OPTION(double, p, 2.0);
  XGRAD_OPTION(std::int64_t, dim, 1);
  XGRAD_OPTION(double, eps, 1e-12);
};

using CosineSimilarityFuncOptions = CosineSimilarityOptions;
using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;
using SmoothL1LossFuncOptions = SmoothL1LossOptions;
using HuberLossFuncOptions = HuberLossOptions;
using KLDivFuncOptions = KLDivLossOptions;
using PoissonNLLLossFuncOptions = PoissonNLLLossOptions;
using HingeEmbeddingLossFuncOptions = HingeEmbeddingLossOptions;
using SoftMarginLossFuncOptions = SoftMarginLossOptions;
using MarginRankingLossFuncOptions = MarginRankingLossOptions;
using CosineEmbeddingLossFuncOptions = CosineEmbeddingLossOptions;
using TripletMarginLossFuncOptions = TripletMarginLossOptions;
using GaussianNLLLossFuncOptions = GaussianNLLLossOptions;

}  // namespace functional
}  // namespace xgrad::nn
