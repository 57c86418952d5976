// Activations, dropouts, losses and distances.
#pragma once

#include "functional_table.hpp"

namespace bench {
namespace {

/// 256k elements, 1 MB: [N, C, H, W].
const Sizes kImages{64, 64, 8, 8};
const Sizes kRows{256, 1024};

void add_activations(FunctionTable& t) {
  const auto plain = [&](const std::string& name, auto f) { t.add(name, {{kRows}}, [f](In x) { return f(x[0]); }); };
  using d = const Tensor&;
  plain("relu", [](d x) { return F::relu(x); });
  plain("relu6", [](d x) { return F::relu6(x); });
  plain("leaky_relu", [](d x) { return F::leaky_relu(x, F::LeakyReLUFuncOptions().negative_slope(0.01)); });
  t.add("prelu, a slope for each of 64 channels", {{kImages}, {{64}}}, [](In x) { return F::prelu(x[0], x[1]); });
  t.add("prelu, one slope", {{kRows}, {{1}}}, [](In x) { return F::prelu(x[0], x[1]); });
  plain("rrelu", [](d x) { return F::rrelu(x, F::RReLUFuncOptions().training(true)); });
  plain("elu", [](d x) { return F::elu(x); });
  plain("selu", [](d x) { return F::selu(x); });
  plain("celu", [](d x) { return lib::celu(x, 1.5); });
  plain("gelu", [](d x) { return F::gelu(x); });
  plain("gelu by tanh", [](d x) { return F::gelu(x, F::GELUFuncOptions().approximate("tanh")); });
  plain("silu", [](d x) { return F::silu(x); });
  plain("mish", [](d x) { return F::mish(x); });
  plain("softplus", [](d x) { return F::softplus(x); });
  plain("softsign", [](d x) { return F::softsign(x); });
  plain("softshrink", [](d x) { return F::softshrink(x); });
  plain("hardshrink", [](d x) { return F::hardshrink(x); });
  plain("hardtanh", [](d x) { return F::hardtanh(x); });
  plain("hardsigmoid", [](d x) { return lib::hardsigmoid(x); });
  plain("hardswish", [](d x) { return lib::hardswish(x); });
  plain("tanhshrink", [](d x) { return F::tanhshrink(x); });
  plain("logsigmoid", [](d x) { return F::logsigmoid(x); });
  plain("sigmoid", [](d x) { return lib::sigmoid(x); });
  plain("tanh", [](d x) { return lib::tanh(x); });
  plain("threshold", [](d x) { return F::threshold(x, F::ThresholdFuncOptions(0.1, 2)); });
  plain("glu", [](d x) { return F::glu(x, F::GLUFuncOptions(1)); });
  t.add("glu of channels", {{kImages}}, [](In x) { return F::glu(x[0], F::GLUFuncOptions(1)); });
  plain("softmax", [](d x) { return F::softmax(x, F::SoftmaxFuncOptions(1)); });
  plain("softmin", [](d x) { return F::softmin(x, F::SoftminFuncOptions(1)); });
  plain("log_softmax", [](d x) { return F::log_softmax(x, F::LogSoftmaxFuncOptions(1)); });
  t.add("softmax of channels", {{kImages}}, [](In x) { return F::softmax(x[0], F::SoftmaxFuncOptions(1)); });
  t.add("log_softmax of channels", {{kImages}}, [](In x) { return F::log_softmax(x[0], F::LogSoftmaxFuncOptions(1)); });
  plain("normalize", [](d x) { return F::normalize(x); });
  t.add("normalize of channels", {{kImages}}, [](In x) { return F::normalize(x[0]); });
}

void add_dropouts(FunctionTable& t) {
  using namespace F;  // where xgrad has the last two; libtorch's are found beside Tensor
  t.add("dropout", {{kRows}}, [](In x) { return F::dropout(x[0], F::DropoutFuncOptions().p(0.3)); });
  t.add("dropout2d", {{kImages}}, [](In x) { return F::dropout2d(x[0], F::DropoutFuncOptions().p(0.3)); });
  t.add("alpha_dropout", {{kRows}}, [](In x) { return alpha_dropout(x[0], 0.3, true); });
  t.add("feature_alpha_dropout", {{kImages}}, [](In x) { return feature_alpha_dropout(x[0], 0.3, true); });
}

/// Losses of two tensors of 256 x 1024.
void add_elementwise_losses(FunctionTable& t) {
  const auto plain = [&](const std::string& name, Input x, Tensor (*target)(), auto f) {
    t.add_made(name, {x}, [f, target] { return [f, y = target()](In x) { return f(x[0], y); }; });
  };
  const auto any = [] { return numbers(kRows, 5, -3, 3); };
  const auto share = [] { return numbers(kRows, 5, 0, 1); };
  const auto sign = [] { return numbers(kRows, 5).sign(); };
  const auto yes_or_no = [] { return numbers(kRows, 5).relu().sign(); };
  using d = const Tensor&;
  plain("l1_loss", {kRows}, any, [](d x, d y) { return F::l1_loss(x, y); });
  plain("mse_loss", {kRows}, any, [](d x, d y) { return F::mse_loss(x, y); });
  plain("smooth_l1_loss", {kRows}, any, [](d x, d y) { return F::smooth_l1_loss(x, y); });
  plain("huber_loss", {kRows}, any, [](d x, d y) { return F::huber_loss(x, y); });
  plain("kl_div", {kRows}, share, [](d x, d y) { return F::kl_div(x, y, F::KLDivFuncOptions().reduction(lib::kSum)); });
  plain("binary_cross_entropy", {kRows, 0.01f, 0.99f}, share, [](d x, d y) { return F::binary_cross_entropy(x, y); });
  plain("binary_cross_entropy_with_logits", {kRows}, share,
        [](d x, d y) { return F::binary_cross_entropy_with_logits(x, y); });
  plain("poisson_nll_loss", {kRows}, share, [](d x, d y) { return F::poisson_nll_loss(x, y); });
  plain("soft_margin_loss", {kRows}, sign, [](d x, d y) { return F::soft_margin_loss(x, y); });
  plain("hinge_embedding_loss", {kRows}, sign, [](d x, d y) { return F::hinge_embedding_loss(x, y); });
  plain("multilabel_soft_margin_loss", {kRows}, yes_or_no,
        [](d x, d y) { return F::multilabel_soft_margin_loss(x, y); });
  t.add_made("margin_ranking_loss", {{kRows}, {kRows}},
             [] { return [y = tensors({{kRows}})[0].sign()](In x) { return F::margin_ranking_loss(x[0], x[1], y); }; });
}

void add_other_losses(FunctionTable& t) {
  const auto of_classes = [&](const std::string& name, const Sizes& sizes, std::int64_t count, const Sizes& to,
                              auto f) {
    t.add_made(name, {{sizes}}, [=] { return [f, y = labels(count, sizes[1]).view(to)](In x) { return f(x[0], y); }; });
  };
  using d = const Tensor&;
  of_classes("cross_entropy", kRows, 256, {256}, [](d x, d y) { return F::cross_entropy(x, y); });
  of_classes("cross_entropy, 8192 x 10", {8192, 10}, 8192, {8192}, [](d x, d y) { return F::cross_entropy(x, y); });
  of_classes("cross_entropy with label_smoothing", kRows, 256, {256},
             [](d x, d y) { return F::cross_entropy(x, y, F::CrossEntropyFuncOptions().label_smoothing(0.1)); });
  of_classes("cross_entropy of pictures", {16, 16, 32, 32}, 16 * 32 * 32, {16, 32, 32},
             [](d x, d y) { return F::cross_entropy(x, y); });
  of_classes("nll_loss", {8192, 32}, 8192, {8192}, [](d x, d y) { return F::nll_loss(x, y); });
  of_classes("nll_loss of pictures", {16, 16, 32, 32}, 16 * 32 * 32, {16, 32, 32},
             [](d x, d y) { return F::nll_loss(x, y); });
  of_classes("multi_margin_loss", {2048, 32}, 2048, {2048}, [](d x, d y) { return F::multi_margin_loss(x, y); });
  of_classes("multilabel_margin_loss", {512, 32}, 512 * 32, {512, 32},
             [](d x, d y) { return F::multilabel_margin_loss(x, y); });
  t.add_made("cosine_embedding_loss", {{kRows}, {kRows}}, [] {
    return [y = tensors({{{256}}})[0].sign()](In x) { return F::cosine_embedding_loss(x[0], x[1], y); };
  });
  t.add("triplet_margin_loss", {{kRows}, {kRows}, {kRows}},
        [](In x) { return F::triplet_margin_loss(x[0], x[1], x[2]); });
  t.add("triplet_margin_with_distance_loss", {{kRows}, {kRows}, {kRows}},
        [](In x) { return F::triplet_margin_with_distance_loss(x[0], x[1], x[2]); });
  t.add_made(
      "ctc_loss", {{{50, 16, 20}}},
      [] {
        return [y = labels(16 * 10, 19).view({16, 10}) + 1, of_x = lib::full({16}, 50, lib::kInt64),
                of_y = lib::full({16}, 10, lib::kInt64)](In x) {
          return F::ctc_loss(lib::log_softmax(x[0], 2), y, of_x, of_y);
        };
      },
      1e-4);
}

void add_distances(FunctionTable& t) {
  t.add("cosine_similarity", {{kRows}, {kRows}}, [](In x) { return F::cosine_similarity(x[0], x[1]); });
  t.add("pairwise_distance", {{kRows}, {kRows}}, [](In x) { return F::pairwise_distance(x[0], x[1]); });
  t.add("pdist", {{{256, 64}}}, [](In x) { return F::pdist(x[0]); });
  t.add("pdist, p = 1", {{{256, 64}}}, [](In x) { return F::pdist(x[0], 1); });
  t.add(
      "cdist", {{{256, 64}}, {{200, 64}}}, [](In x) { return lib::cdist(x[0], x[1]); }, 1e-4);
  t.add("cdist, p = 1", {{{256, 64}}, {{200, 64}}}, [](In x) { return lib::cdist(x[0], x[1], 1); });
  t.add("cdist, p = 3", {{{128, 32}}, {{100, 32}}}, [](In x) { return lib::cdist(x[0], x[1], 3); });
  t.add(
      "bilinear, 128 x 32 x 32 to 32", {{{128, 32}}, {{128, 32}}, {{32, 32, 32}}, {{32}}},
      [](In x) { return F::bilinear(x[0], x[1], x[2], x[3]); }, 1e-4);
}

}  // namespace
}  // namespace bench
