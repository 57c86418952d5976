#include "layers.hpp"

namespace xgrad::test {
namespace {

using namespace kwargs;

/// The script's integers.
Tensor integers(const Shape& shape, std::int64_t high) {
  Tensor x = empty(shape, kInt64);
  for (std::int64_t i = 0; i < x.numel(); ++i) x.data_ptr<std::int64_t>()[i] = i * 7 % 11 % high;
  return x;
}

template <class H>
MakeLayer of_integers(Shape shape, std::int64_t high, auto... args) {
  return [=] {
    const H holder(args...);
    return Layer{holder.ptr(), {integers(shape, high)}, [holder](const std::vector<Tensor>& x) {
                   return as_list(holder->forward(x.at(0)));
                 }};
  };
}

template <class H>
MakeLayer two(Shape a, Shape b, auto... args) {
  return [=] {
    const H holder(args...);
    return Layer{holder.ptr(), {a, b}, [holder](const std::vector<Tensor>& x) {
                   return as_list(holder->forward(x.at(0), x.at(1)));
                 }};
  };
}
/// The second input is fixed.
template <class H>
MakeLayer with_target(Shape a, Tensor target, auto... args) {
  return [=] {
    const H holder(args...);
    return Layer{holder.ptr(), {a, target}, [holder](const std::vector<Tensor>& x) {
                   return as_list(holder->forward(x.at(0), x.at(1)));
                 }};
  };
}
template <class H>
MakeLayer three(Shape a, Shape b, std::variant<Shape, Tensor> c, auto... args) {
  return [=] {
    const H holder(args...);
    return Layer{holder.ptr(), {a, b, c}, [holder](const std::vector<Tensor>& x) {
                   return as_list(holder->forward(x.at(0), x.at(1), x.at(2)));
                 }};
  };
}

Tensor signs() { return tensor({1., -1., 1., -1.}).to(kFloat32); }

[[maybe_unused]] const bool others_added = add_layers({
    {"Embedding", of_integers<nn::Embedding>({2, 3}, 5, 5, 4)},
    {"Embedding_padding", of_integers<nn::Embedding>({2, 3}, 5, 5, 4, padding_idx = -3)},
    {"Embedding_max_norm", of_integers<nn::Embedding>({2, 3}, 5, nn::EmbeddingOptions(5, 4).max_norm(0.5))},
    {"Embedding_scaled", of_integers<nn::Embedding>({6}, 3, 3, 4, scale_grad_by_freq = true)},
    {"CosineSimilarity", two<nn::CosineSimilarity>({2, 3}, {2, 3})},
    {"CosineSimilarity_0", two<nn::CosineSimilarity>({2, 3}, {2, 3}, dim = 0)},
    {"PairwiseDistance", two<nn::PairwiseDistance>({2, 3}, {2, 3})},
    {"PairwiseDistance_1", two<nn::PairwiseDistance>({2, 3}, {2, 3}, p = 1.0, keepdim = true)},
    {"SmoothL1Loss", two<nn::SmoothL1Loss>({2, 3}, {2, 3})},
    {"SmoothL1Loss_beta", two<nn::SmoothL1Loss>({2, 3}, {2, 3}, nn::SmoothL1LossOptions().beta(0.5).reduction(kSum))},
    {"HuberLoss", two<nn::HuberLoss>({2, 3}, {2, 3}, delta = 0.5)},
    {"KLDivLoss", two<nn::KLDivLoss>({2, 3}, {2, 3}, reduction = "batchmean", log_target = true)},
    {"PoissonNLLLoss", with_target<nn::PoissonNLLLoss>({4}, tensor({0., 1., 2., 5.}).to(kFloat32), kw::full = true)},
    {"HingeEmbeddingLoss", with_target<nn::HingeEmbeddingLoss>({4}, signs())},
    {"SoftMarginLoss", with_target<nn::SoftMarginLoss>({4}, signs())},
    {"MarginRankingLoss", three<nn::MarginRankingLoss>({4}, {4}, signs(), margin = 0.5)},
    {"CosineEmbeddingLoss", three<nn::CosineEmbeddingLoss>({4, 3}, {4, 3}, signs(), margin = 0.1)},
    {"TripletMarginLoss", three<nn::TripletMarginLoss>({4, 3}, {4, 3}, Shape{4, 3}, kw::swap = true)},
    {"GaussianNLLLoss", three<nn::GaussianNLLLoss>({4}, {4}, tensor({0.5, 1., 2., 0.}).to(kFloat32), kw::full = true)},
});

}  // namespace
}  // namespace xgrad::test
