#include "layers.hpp"

namespace xgrad::test {
namespace {

MakeLayer adaptive(Shape shape, Tensor target, auto... args) {
  return [=] {
    const nn::AdaptiveLogSoftmaxWithLoss holder(args...);
    return Layer{holder.ptr(), {shape, target}, [holder](const std::vector<Tensor>& x) {
                   const nn::ASMoutput y = holder(x.at(0), x.at(1));
                   return std::vector<Tensor>{y.output, y.loss};
                 }};
  };
}

using namespace kwargs;

/// The script's CTC.
struct CTCImpl : nn::ModuleBase {
  explicit CTCImpl(const nn::CTCLossOptions& options) : criterion(register_module("criterion", nn::CTCLoss(options))) {}
  Tensor forward(const Tensor& scores, const Tensor& targets, const Tensor& input_lengths,
                 const Tensor& target_lengths) {
    return criterion(log_softmax(scores, -1), targets, input_lengths, target_lengths);
  }
  nn::CTCLoss criterion;
};
TORCH_MODULE(CTC);

Tensor labels() { return tensor({2, 0, 3}, kInt64); }
Tensor lists() { return tensor({{3, 0, -1, 1}, {1, -1, 0, 0}}, kInt64); }
Tensor marks() { return tensor({{1, 0, 1}, {0, 0, 1}}).to(kFloat32); }
Tensor sums_of_differences(const Tensor& a, const Tensor& b) { return abs(a - b).sum(1); }

[[maybe_unused]] const bool losses_added = add_layers({
    {"AdaptiveLogSoftmaxWithLoss",
     adaptive({6, 8}, tensor({0, 5, 11, 2, 6, 3}), 8, 12, cutoffs = {3, 6}, div_value = 2.0)},
    {"AdaptiveLogSoftmaxWithLoss_bias", adaptive({8}, tensor(4), 8, 5, cutoffs = {3}, head_bias = true)},
    {"MultiMarginLoss", several<2, nn::MultiMarginLoss>({Shape{3, 4}, labels()})},
    {"MultiMarginLoss_weight",
     several<2, nn::MultiMarginLoss>({Shape{3, 4}, labels()}, 2, 0.5, tensor({0.5, 1., 2., 1.5}).to(kFloat32),
                                     reduction = "sum")},
    {"MultiLabelMarginLoss", several<2, nn::MultiLabelMarginLoss>({Shape{2, 4}, lists()})},
    {"MultiLabelSoftMarginLoss", several<2, nn::MultiLabelSoftMarginLoss>({Shape{2, 3}, marks()})},
    {"MultiLabelSoftMarginLoss_weight",
     several<2, nn::MultiLabelSoftMarginLoss>(
         {Shape{2, 3}, marks()},
         nn::MultiLabelSoftMarginLossOptions().weight(tensor({0.5, 1., 2.}).to(kFloat32)).reduction(kNone))},
    {"TripletMarginWithDistanceLoss", several<3, nn::TripletMarginWithDistanceLoss>(
                                          {Shape{4, 3}, Shape{4, 3}, Shape{4, 3}}, margin = 0.5, kw::swap = true)},
    {"TripletMarginWithDistanceLoss_own",
     several<3, nn::TripletMarginWithDistanceLoss>(
         {Shape{4, 3}, Shape{4, 3}, Shape{4, 3}},
         nn::TripletMarginWithDistanceLossOptions().distance_function(sums_of_differences))},
    {"CTCLoss",
     several<4, CTC>({Shape{5, 2, 3}, tensor({{1, 2}, {2, 2}}, kInt64), tensor({5, 4}, kInt64), tensor({2, 2}, kInt64)},
                     nn::CTCLossOptions())},
    {"CTCLoss_sum",
     several<4, CTC>({Shape{5, 2, 3}, tensor({0, 2, 2}, kInt64), tensor({5, 2}, kInt64), tensor({1, 2}, kInt64)},
                     nn::CTCLossOptions().blank(1).reduction(kSum).zero_infinity(true))},
});

}  // namespace
}  // namespace xgrad::test
