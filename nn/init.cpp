#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/init.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace xgrad::nn::init {

namespace {

constexpr std::array<std::pair<std::string_view, NonlinearityType::Value>, 12> kNonlinearities{{
    {"linear", NonlinearityType::Linear},
    {"conv1d", NonlinearityType::Conv1D},
    {"conv2d", NonlinearityType::Conv2D},
    {"conv3d", NonlinearityType::Conv3D},
    {"conv_transpose1d", NonlinearityType::ConvTranspose1D},
    {"conv_transpose2d", NonlinearityType::ConvTranspose2D},
    {"conv_transpose3d", NonlinearityType::ConvTranspose3D},
    {"sigmoid", NonlinearityType::Sigmoid},
    {"tanh", NonlinearityType::Tanh},
    {"relu", NonlinearityType::ReLU},
    {"leaky_relu", NonlinearityType::LeakyReLU},
    {"selu", NonlinearityType::SELU},
}};

double kaiming_std(const Tensor& tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  const auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  return calculate_gain(nonlinearity, a) /
         std::sqrt(static_cast<double>(mode.value() == FanModeType::FanIn ? fan_in : fan_out));
}

/// Whether there is no element to draw, which PyTorch warns of.
bool is_nothing(const Tensor& tensor) {
  if (tensor.numel() == 0) warn_once<struct NothingToDraw>("Initializing zero-element tensors is a no-op");
  return tensor.numel() == 0;
}

double xavier_std(const Tensor& tensor, double gain) {
  const auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  return gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out));
}

}  // namespace

FanModeType::FanModeType(std::string_view word) : value_(word == "fan_out" ? FanOut : FanIn) {
  check<ValueError>(word == "fan_in" || word == "fan_out",
                    "Mode {} not supported, please use one of ['fan_in', 'fan_out']", word);
}

NonlinearityType::NonlinearityType(std::string_view word) {
  const auto found = std::find_if(kNonlinearities.begin(), kNonlinearities.end(),
                                  [&](const auto& entry) { return entry.first == word; });
  check<ValueError>(found != kNonlinearities.end(), "Unsupported nonlinearity {}", word);
  value_ = found->second;
}

std::string_view NonlinearityType::word() const {
  return std::find_if(kNonlinearities.begin(), kNonlinearities.end(),
                      [&](const auto& entry) { return entry.second == value_; })
      ->first;
}

double calculate_gain(NonlinearityType nonlinearity, double param) {
  switch (nonlinearity.value()) {
    case NonlinearityType::Tanh:
      return 5.0 / 3.0;
    case NonlinearityType::ReLU:
      return std::sqrt(2.0);
    case NonlinearityType::LeakyReLU:
      return std::sqrt(2.0 / (1 + param * param));
    case NonlinearityType::SELU:
      return 3.0 / 4;
    default:
      return 1;
  }
}

Tensor uniform_(Tensor tensor, double low, double high) {
  const NoGradGuard no_grad;
  return tensor.uniform_(low, high);
}

Tensor normal_(Tensor tensor, double mean, double std) {
  const NoGradGuard no_grad;
  return tensor.normal_(mean, std);
}

Tensor constant_(Tensor tensor, Scalar value) {
  const NoGradGuard no_grad;
  return tensor.fill_(value);
}

Tensor ones_(Tensor tensor) { return constant_(std::move(tensor), 1); }
Tensor zeros_(Tensor tensor) { return constant_(std::move(tensor), 0); }

Tensor eye_(Tensor matrix) {
  check<ValueError>(matrix.dim() == 2, "Only tensors with 2 dimensions are supported");
  const NoGradGuard no_grad;
  return matrix.copy_(eye(matrix.size(0), matrix.size(1), matrix.dtype()));
}

std::tuple<std::int64_t, std::int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor) {
  check<ValueError>(tensor.dim() >= 2,
                    "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
  std::int64_t receptive_field = 1;
  for (std::int64_t d = 2; d < tensor.dim(); ++d) receptive_field *= tensor.size(d);
  return {tensor.size(1) * receptive_field, tensor.size(0) * receptive_field};
}

Tensor xavier_uniform_(Tensor tensor, double gain) {
  const double bound = std::sqrt(3.0) * xavier_std(tensor, gain);
  return uniform_(std::move(tensor), -bound, bound);
}

Tensor xavier_normal_(Tensor tensor, double gain) {
  const double std = xavier_std(tensor, gain);
  return normal_(std::move(tensor), 0, std);
}

Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  if (is_nothing(tensor)) return tensor;
  const double bound = std::sqrt(3.0) * kaiming_std(tensor, a, mode, nonlinearity);
  return uniform_(std::move(tensor), -bound, bound);
}

Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  if (is_nothing(tensor)) return tensor;
  const double std = kaiming_std(tensor, a, mode, nonlinearity);
  return normal_(std::move(tensor), 0, std);
}

}  // namespace xgrad::nn::init
