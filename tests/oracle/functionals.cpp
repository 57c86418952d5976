#include "functionals.hpp"

#include <torch/torch.h>

#include <cmath>
#include <stdexcept>

namespace xgrad::oracle {
namespace {

namespace F = torch::nn::functional;
using at::Tensor;

/// Arguments by place; those that are not there are None.
class Arguments {
 public:
  Arguments(const std::vector<Argument>& all) : all_(all) {}

  Tensor tensor(std::size_t i) const {
    return i < all_.size() && !all_[i].tensors.empty() ? all_[i].tensors[0] : Tensor();
  }
  c10::optional<Tensor> maybe_tensor(std::size_t i) const {
    return tensor(i).defined() ? c10::optional<Tensor>(tensor(i)) : c10::nullopt;
  }
  bool given(std::size_t i) const { return i < all_.size() && !std::holds_alternative<std::monostate>(*all_[i].value); }
  double number(std::size_t i) const {
    const Value& v = *all_.at(i).value;
    return std::holds_alternative<double>(v) ? std::get<double>(v) : static_cast<double>(std::get<std::int64_t>(v));
  }
  double number(std::size_t i, double otherwise) const { return given(i) ? number(i) : otherwise; }
  std::int64_t integer(std::size_t i) const { return std::get<std::int64_t>(*all_.at(i).value); }
  bool flag(std::size_t i, bool otherwise = false) const {
    return given(i) ? std::get<bool>(*all_[i].value) : otherwise;
  }
  const std::string& word(std::size_t i) const { return std::get<std::string>(*all_.at(i).value); }
  const std::vector<std::int64_t>& list(std::size_t i) const {
    return std::get<std::vector<std::int64_t>>(*all_.at(i).value);
  }
  at::ScalarType dtype_or(std::size_t i, at::ScalarType otherwise) const {
    return given(i) ? static_cast<at::ScalarType>(std::get<Dtype>(*all_[i].value).code) : otherwise;
  }
  const std::vector<double>& numbers(std::size_t i) const { return std::get<std::vector<double>>(*all_.at(i).value); }

 private:
  const std::vector<Argument>& all_;
};

/// Python's error, which says ValueError: no type is compared.
void check(bool holds, const std::string& message) {
  if (!holds) throw c10::Error(message, std::string());
}

Tensor reduced(const Tensor& loss, std::int64_t reduction) {
  return reduction == at::Reduction::Mean ? loss.mean() : reduction == at::Reduction::Sum ? loss.sum() : loss;
}

/// Mode words as libtorch's constants.
F::InterpolateFuncOptions::mode_t resizing(const std::string& word) {
  if (word == "nearest") return torch::kNearest;
  if (word == "nearest-exact") return torch::kNearestExact;
  if (word == "area") return torch::kArea;
  if (word == "linear") return torch::kLinear;
  if (word == "bilinear") return torch::kBilinear;
  if (word == "bicubic") return torch::kBicubic;
  if (word == "trilinear") return torch::kTrilinear;
  throw std::logic_error("no mode of interpolate: " + word);
}

Tensor interpolate(const Arguments& a) {
  check(a.tensor(0).dim() > 2, "Input and output must have the same number of spatial dimensions");
  check(!a.flag(5) || !a.given(1), "recompute_scale_factor is not meaningful with an explicit size.");
  F::InterpolateFuncOptions o;
  if (a.given(1)) o.size(a.list(1));
  if (a.given(2)) o.scale_factor(a.numbers(2));
  o.mode(resizing(a.word(3)));
  if (a.given(4)) o.align_corners(a.flag(4));
  // Unless one is given, C++ passes on what Python does, but warns of it.
  o.recompute_scale_factor(a.flag(5));
  o.antialias(a.flag(6));
  return F::interpolate(a.tensor(0), o);
}

Tensor grid_sample(const Arguments& a) {
  F::GridSampleFuncOptions o;
  if (a.word(2) == "bilinear") o.mode(torch::kBilinear);
  if (a.word(2) == "nearest") o.mode(torch::kNearest);
  if (a.word(2) == "bicubic") return at::grid_sampler(a.tensor(0), a.tensor(1), 2, 0, a.flag(4));
  if (a.word(3) == "border") o.padding_mode(torch::kBorder);
  if (a.word(3) == "reflection") o.padding_mode(torch::kReflection);
  return F::grid_sample(a.tensor(0), a.tensor(1), o.align_corners(a.flag(4)));
}

Tensor feature_dropout(Tensor x, const Arguments& a, bool batched, bool in_place) {
  if (!batched) x = in_place ? x.unsqueeze_(0) : x.unsqueeze(0);
  Tensor y =
      in_place ? at::feature_dropout_(x, a.number(1), a.flag(2)) : at::feature_dropout(x, a.number(1), a.flag(2));
  if (!batched) y = in_place ? y.squeeze_(0) : y.squeeze(0);
  return y;
}

template <bool InPlace>
Tensor dropout1d(const Arguments& a) {
  const std::int64_t dims = a.tensor(0).dim();
  check(dims == 2 || dims == 3,
        "dropout1d: Expected 2D or 3D input, but received a " + std::to_string(dims) +
            "D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a "
            "channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).");
  return feature_dropout(a.tensor(0), a, dims == 3, InPlace);
}
template <bool InPlace>
Tensor dropout2d(const Arguments& a) {
  return feature_dropout(a.tensor(0), a, true, InPlace);
}
template <bool InPlace>
Tensor dropout3d(const Arguments& a) {
  return feature_dropout(a.tensor(0), a, a.tensor(0).dim() == 5, InPlace);
}

/// Python's, which 1.13's C++ has not.
Tensor gaussian_nll_loss(const Arguments& a) {
  const Tensor x = a.tensor(0), target = a.tensor(1);
  Tensor var = a.tensor(2);
  if (var.sizes() != x.sizes()) {
    const auto but_last = [](const Tensor& t) { return t.dim() ? t.sizes().slice(0, t.dim() - 1) : t.sizes(); };
    if (but_last(x) == var.sizes()) {
      var = var.unsqueeze(-1);
    } else {
      check(but_last(x) == but_last(var) && var.size(-1) == 1, "var is of incorrect size");
    }
  }
  check(!(var < 0).any().item<bool>(), "var has negative entry/entries");
  var = var.clone();
  {
    const at::NoGradGuard no_grad;
    var.clamp_min_(a.number(4));
  }
  Tensor loss = 0.5 * (var.log() + (x - target).pow(2) / var);
  if (a.flag(3)) loss += 0.5 * std::log(2 * M_PI);
  return reduced(loss, a.integer(5));
}

/// Sums of absolute differences, or the default.
Tensor triplet_margin_with_distance_loss(const Arguments& a) {
  const auto of = [&](const Tensor& p, const Tensor& q) {
    return a.flag(3) ? (p - q).abs().sum(-1) : at::pairwise_distance(p, q);
  };
  const Tensor near = of(a.tensor(0), a.tensor(1));
  Tensor apart = of(a.tensor(0), a.tensor(2));
  if (a.flag(5)) apart = at::min(apart, of(a.tensor(1), a.tensor(2)));
  return reduced((near - apart + a.number(4)).clamp_min(0), a.integer(6));
}

Tensor multilabel_soft_margin_loss(const Arguments& a) {
  const Tensor x = a.tensor(0), target = a.tensor(1);
  Tensor loss = -(target * at::log_sigmoid(x) + (1 - target) * at::log_sigmoid(-x));
  if (a.tensor(2).defined()) loss = loss * a.tensor(2);
  return reduced(loss.sum(-1) / x.size(-1), a.integer(3));
}

Tensor local_response_norm(const Arguments& a) {
  const Tensor x = a.tensor(0);
  check(x.dim() >= 3, "Expected 3D or higher dimensionality                          input (got " +
                          std::to_string(x.dim()) + " dimensions)");
  if (x.numel() == 0) return x;
  return F::local_response_norm(
      x, F::LocalResponseNormFuncOptions(a.integer(1)).alpha(a.number(2)).beta(a.number(3)).k(a.number(4)));
}

/// Of input, weight and all that Python's takes.
Tensor embedding(const Arguments& a) {
  const Tensor input = a.tensor(0);
  Tensor weight = a.tensor(1);
  std::int64_t padding = -1;
  if (a.given(2)) {
    padding = a.integer(2);
    check(padding < weight.size(0) && padding >= -weight.size(0), "Padding_idx must be within num_embeddings");
    if (padding < 0) padding += weight.size(0);
  }
  if (a.given(3)) {
    weight = weight.clone();
    const at::NoGradGuard no_grad;
    at::embedding_renorm_(weight, input.contiguous(), a.number(3), a.number(4));
  }
  return at::embedding(weight, input, padding, a.flag(5), a.flag(6));
}

/// Of weight, input and offsets in Python's order.
Tensor embedding_bag(const Arguments& a) {
  Tensor input = a.tensor(0), offsets = a.tensor(2), per_sample = a.tensor(8), weight = a.tensor(1);
  check(!per_sample.defined() || input.sizes() == per_sample.sizes(),
        "embedding_bag: If per_sample_weights is not None, then it must have the same shape as the input");
  if (input.dim() == 2) {
    check(!offsets.defined(),
          "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. "
          "However, found offsets of type <class 'torch.Tensor'>");
    offsets = at::arange(0, input.numel(), input.size(1), input.options());
    input = input.reshape(-1);
    if (per_sample.defined()) per_sample = per_sample.reshape(-1);
  } else {
    check(input.dim() == 1,
          "input has to be 1D or 2D Tensor, but got Tensor of dimension " + std::to_string(input.dim()));
    check(offsets.defined(), "offsets has to be a 1D Tensor but got None");
    check(offsets.dim() == 1, "offsets has to be a 1D Tensor");
  }
  const std::string& mode = a.word(6);
  check(mode == "sum" || mode == "mean" || mode == "max", "mode has to be one of sum, mean or max");
  check(mode != "max" || !a.flag(5), "max mode does not support scaling the gradient by the frequency");
  if (a.given(3)) {
    weight = weight.clone();
    const at::NoGradGuard no_grad;
    at::embedding_renorm_(weight, input, a.number(3), a.number(4));
  }
  check(!per_sample.defined() || mode == "sum",
        "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
        "mode='" +
            mode + "'). Please open a feature request on GitHub.");
  const auto padding = a.given(10) ? c10::optional<std::int64_t>(a.integer(10)) : c10::nullopt;
  return std::get<0>(at::embedding_bag(
      weight, input, offsets, a.flag(5),
      mode == "sum"    ? 0
      : mode == "mean" ? 1
                       : 2,
      a.flag(7), per_sample.defined() ? c10::optional<Tensor>(per_sample) : c10::nullopt, a.flag(9), padding));
}

/// Python's, since C++ loses the sizes that it is given.
template <std::size_t N>
Tensor unpooled(const Arguments& a) {
  const Tensor x = a.tensor(0);
  const auto kernel = a.list(2), stride = a.given(3) ? a.list(3) : kernel,
             padding = a.given(4) ? a.list(4) : std::vector<std::int64_t>(N);
  std::vector<std::int64_t> sizes, given = a.given(5) ? a.list(5) : std::vector<std::int64_t>();
  for (std::size_t d = 0; d < N; ++d) {
    const std::int64_t in = x.size(static_cast<std::int64_t>(d) - static_cast<std::int64_t>(N));
    sizes.push_back((in - 1) * stride[d] + kernel[d] - 2 * padding[d]);
  }
  if (a.given(5)) {
    if (given.size() == N + 2) given.erase(given.begin(), given.begin() + 2);
    check(given.size() == N, "output_size should be a sequence containing N or N + 2 elements");
    for (std::size_t d = 0; d < N; ++d) check(std::abs(given[d] - sizes[d]) < stride[d], "invalid output_size");
    sizes = given;
  }
  if (N == 3) return at::max_unpool3d(x, a.tensor(1), sizes, stride, padding);
  if (N == 2) return at::max_unpool2d(x, a.tensor(1), sizes);
  return at::max_unpool2d(x.unsqueeze(-1), a.tensor(1).unsqueeze(-1), {sizes[0], 1}).squeeze(-1);
}

/// Of query, key, value, heads, the packed weight and bias or else the three weights, bias_k and bias_v, a zero to
/// attend to, the last weight and bias, masks, and whether weights are wanted, and averaged. Masks of bools that C++
/// does not take are made numbers first, as in Python.
Results multi_head_attention(const Arguments& a) {
  const auto numbers = [&](const Tensor& mask) {
    if (!mask.defined() || mask.scalar_type() != at::kBool) return mask;
    return at::zeros(mask.sizes(), a.tensor(0).options()).masked_fill(mask, -INFINITY);
  };
  const auto bias = [](const Tensor& of) { return of.defined() ? of.reshape({1, 1, -1}) : of; };
  F::MultiheadAttentionForwardFuncOptions o(a.tensor(0).size(-1), a.integer(3), a.tensor(4), a.tensor(5),
                                            bias(a.tensor(9)), bias(a.tensor(10)), a.flag(11), 0, a.tensor(12),
                                            a.tensor(13));
  o.use_separate_proj_weight(a.tensor(6).defined());
  o.q_proj_weight(a.tensor(6)).k_proj_weight(a.tensor(7)).v_proj_weight(a.tensor(8));
  o.attn_mask(numbers(a.tensor(14))).key_padding_mask(a.tensor(15));
  o.need_weights(a.flag(16)).average_attn_weights(a.flag(17)).training(false);
  const auto [y, weights] = F::multi_head_attention_forward(a.tensor(0), a.tensor(1), a.tensor(2), o);
  return weights.defined() ? Results{y, weights} : Results{y};
}

/// from_blob of a tensor's memory, which the deleter keeps.
Tensor over_memory(const Arguments& a) {
  const Tensor memory = a.tensor(0).contiguous();
  const auto keep = [memory](void*) {};
  const auto options = at::TensorOptions(memory.scalar_type());
  return a.given(2) ? at::from_blob(memory.data_ptr(), a.list(1), a.list(2), keep, options)
                    : at::from_blob(memory.data_ptr(), a.list(1), keep, options);
}

using Function = Results (*)(const Arguments&);
#define ONE(...) [](const Arguments& a) { return Results{__VA_ARGS__}; }

/// As rows name them. Where the registry has an operation of another meaning under the name, "F." stands before it.
const std::map<std::string, Function>& by_arguments() {
  static const std::map<std::string, Function> all{
      {"softsign", ONE(F::softsign(a.tensor(0)))},
      {"tanhshrink", ONE(F::tanhshrink(a.tensor(0)))},
      {"softmin", ONE(F::softmin(a.tensor(0), F::SoftminFuncOptions(a.integer(1))))},
      {"gumbel_softmax",
       ONE(F::gumbel_softmax(
           a.tensor(0),
           F::GumbelSoftmaxFuncOptions().tau(a.number(1)).hard(a.flag(2)).dim(static_cast<int>(a.integer(3)))))},
      {"dropout1d", ONE(dropout1d<false>(a))},
      {"dropout1d_", ONE(dropout1d<true>(a))},
      {"dropout2d", ONE(dropout2d<false>(a))},
      {"dropout2d_", ONE(dropout2d<true>(a))},
      {"dropout3d", ONE(dropout3d<false>(a))},
      {"dropout3d_", ONE(dropout3d<true>(a))},
      {"lp_pool1d", ONE(F::lp_pool1d(a.tensor(0), F::LPPool1dFuncOptions(a.number(1), a.list(2))
                                                      .stride(a.given(3) ? a.list(3) : a.list(2))
                                                      .ceil_mode(a.flag(4))))},
      {"lp_pool2d", ONE(F::lp_pool2d(a.tensor(0), F::LPPool2dFuncOptions(a.number(1), a.list(2))
                                                      .stride(a.given(3) ? a.list(3) : a.list(2))
                                                      .ceil_mode(a.flag(4))))},
      {"max_unpool1d", ONE(unpooled<1>(a))},
      {"F.max_unpool2d", ONE(unpooled<2>(a))},
      {"F.max_unpool3d", ONE(unpooled<3>(a))},
      {"local_response_norm", ONE(local_response_norm(a))},
      {"normalize",
       ONE(F::normalize(a.tensor(0), F::NormalizeFuncOptions().p(a.number(1)).dim(a.integer(2)).eps(a.number(3))))},
      {"interpolate", ONE(interpolate(a))},
      {"grid_sample", ONE(grid_sample(a))},
      {"affine_grid", ONE(F::affine_grid(a.tensor(0), a.list(1), a.flag(2)))},
      {"F.unfold",
       ONE(F::unfold(a.tensor(0),
                     F::UnfoldFuncOptions(a.list(1)).dilation(a.list(2)).padding(a.list(3)).stride(a.list(4))))},
      {"fold",
       ONE(F::fold(a.tensor(0),
                   F::FoldFuncOptions(a.list(1), a.list(2)).dilation(a.list(3)).padding(a.list(4)).stride(a.list(5))))},
      {"gaussian_nll_loss", ONE(gaussian_nll_loss(a))},
      {"triplet_margin_with_distance_loss", ONE(triplet_margin_with_distance_loss(a))},
      {"multilabel_soft_margin_loss", ONE(multilabel_soft_margin_loss(a))},
      {"F.embedding", ONE(embedding(a))},
      {"F.embedding_bag", ONE(embedding_bag(a))},
      {"multi_head_attention_forward", multi_head_attention},
      {"F.empty", ONE(at::empty(a.list(0), a.dtype_or(1, at::kFloat)).zero_())},
      {"F.empty_strided", ONE(at::empty_strided(a.list(0), a.list(1), a.dtype_or(2, at::kFloat)).zero_())},
      {"F.empty_like", ONE(at::empty_like(a.tensor(0), a.dtype_or(1, a.tensor(0).scalar_type())).zero_())},
      {"F.new_empty", ONE(a.tensor(0).new_empty(a.list(1), a.dtype_or(2, a.tensor(0).scalar_type())).zero_())},
      {"from_blob", ONE(over_memory(a))},
  };
  return all;
}

}  // namespace

const std::map<std::string, std::function<Results(const std::vector<Argument>&)>>& functionals() {
  static const auto all = [] {
    std::map<std::string, std::function<Results(const std::vector<Argument>&)>> out;
    for (const auto& [name, f] : by_arguments())
      out[name] = [f = f](const std::vector<Argument>& given) { return f(Arguments(given)); };
    return out;
  }();
  return all;
}

}  // namespace xgrad::oracle
