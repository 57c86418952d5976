/// How weights start: functions that fill a tensor in place, unrecorded, and return it. Draws are PyTorch's, bit for
/// bit.
#pragma once

#include <xgrad/nn/option.hpp>

#include <cstdint>
#include <string_view>
#include <tuple>

namespace xgrad::kwargs {
XGRAD_KEY(param);  // kw::param, below
XGRAD_KEYWORD(sparsity);
XGRAD_KEYWORD(val);
}  // namespace xgrad::kwargs

namespace xgrad::kw {
inline constexpr kwargs::key::param param{};
}  // namespace xgrad::kw

namespace xgrad::nn::init {

/// Which side of a layer keeps its variance: that of the forward pass (fan in) or of the backward pass.
class FanModeType {
 public:
  enum Value : std::uint8_t { FanIn, FanOut };
  constexpr FanModeType(Value value) : value_(value) {}
  /// "fan_in" or "fan_out"; throws ValueError for another word.
  FanModeType(std::string_view word);
  FanModeType(const char* word) : FanModeType(std::string_view(word)) {}
  constexpr Value value() const { return value_; }

 private:
  Value value_;
};

/// The function that follows a layer.
class NonlinearityType {
 public:
  enum Value : std::uint8_t {
    Linear,
    Conv1D,
    Conv2D,
    Conv3D,
    ConvTranspose1D,
    ConvTranspose2D,
    ConvTranspose3D,
    Sigmoid,
    Tanh,
    ReLU,
    LeakyReLU,
    SELU
  };
  constexpr NonlinearityType(Value value) : value_(value) {}
  /// Python's names: "relu", "leaky_relu", "conv2d", ...; throws ValueError for another word.
  NonlinearityType(std::string_view word);
  NonlinearityType(const char* word) : NonlinearityType(std::string_view(word)) {}
  constexpr Value value() const { return value_; }
  /// Python's name.
  std::string_view word() const;

 private:
  Value value_;
};

/// The factor by which the function's inputs should be wider: √2 for ReLU, 5/3 for tanh, √(2 / (1 + param²)) for leaky
/// ReLU with slope `param`, 3/4 for SELU, 1 for the others.
double calculate_gain(NonlinearityType nonlinearity, double param = 0.01);

Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
Tensor constant_(Tensor tensor, Scalar value);
Tensor ones_(Tensor tensor);
Tensor zeros_(Tensor tensor);
/// The identity matrix, as far as it fits. Throws ValueError unless the tensor has 2 dimensions.
Tensor eye_(Tensor matrix);

/// Uniform on ±gain·√(6 / (fan_in + fan_out)).
Tensor xavier_uniform_(Tensor tensor, double gain = 1.0);
/// Normal with standard deviation gain·√(2 / (fan_in + fan_out)).
Tensor xavier_normal_(Tensor tensor, double gain = 1.0);
/// Uniform on ±gain·√(3 / fan), where the gain is that of `nonlinearity` with parameter `a`.
Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanModeType mode = FanModeType::FanIn,
                        NonlinearityType nonlinearity = NonlinearityType::LeakyReLU);
/// Normal with standard deviation gain / √fan.
Tensor kaiming_normal_(Tensor tensor, double a = 0, FanModeType mode = FanModeType::FanIn,
                       NonlinearityType nonlinearity = NonlinearityType::LeakyReLU);

/// Normal, but drawn within [a, b].
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2);
/// Orthogonal rows or columns, whichever are fewer, of the matrix of the first dimension and all others, times gain.
Tensor orthogonal_(Tensor tensor, double gain = 1);
/// Normal with deviation std; a share `sparsity` of each column's elements is zero.
Tensor sparse_(Tensor matrix, double sparsity, double std = 0.01);
/// A convolution that keeps its input, as many channels as there are, in each of `groups`. For 3 to 5 dimensions.
Tensor dirac_(Tensor tensor, std::int64_t groups = 1);

// By keyword: `kaiming_normal_(w, kw::mode = "fan_out", nonlinearity = "relu")`, `normal_(w, kw::std = 0.02)`.
XGRAD_BY_KEYWORD(uniform_, Tensor, by_keyword::Or<kwargs::key::a, 0>, kwargs::key::b)
XGRAD_BY_KEYWORD(normal_, Tensor, by_keyword::Or<kwargs::key::mean, 0>, kwargs::key::deviation)
XGRAD_BY_KEYWORD(constant_, Tensor, kwargs::key::val)
XGRAD_BY_KEYWORD(xavier_uniform_, Tensor, kwargs::key::gain)
XGRAD_BY_KEYWORD(xavier_normal_, Tensor, kwargs::key::gain)
XGRAD_BY_KEYWORD(orthogonal_, Tensor, kwargs::key::gain)
XGRAD_BY_KEYWORD(kaiming_uniform_, Tensor, by_keyword::Or<kwargs::key::a, 0>,
                 by_keyword::Or<kwargs::key::mode, FanModeType::FanIn>, kwargs::key::nonlinearity)
XGRAD_BY_KEYWORD(kaiming_normal_, Tensor, by_keyword::Or<kwargs::key::a, 0>,
                 by_keyword::Or<kwargs::key::mode, FanModeType::FanIn>, kwargs::key::nonlinearity)
XGRAD_BY_KEYWORD(trunc_normal_, Tensor, by_keyword::Or<kwargs::key::mean, 0>, by_keyword::Or<kwargs::key::deviation, 1>,
                 by_keyword::Or<kwargs::key::a, -2>, kwargs::key::b)
XGRAD_BY_KEYWORD(sparse_, Tensor, kwargs::key::sparsity, kwargs::key::deviation)
XGRAD_BY_KEYWORD(dirac_, Tensor, kwargs::key::groups)
XGRAD_BY_KEYWORD(calculate_gain, NonlinearityType, kwargs::key::param)

/// How many inputs an output has, and how many outputs an input. Throws ValueError below 2 dimensions.
std::tuple<std::int64_t, std::int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

}  // namespace xgrad::nn::init

namespace xgrad {
inline constexpr auto kFanIn = nn::init::FanModeType::FanIn;
inline constexpr auto kFanOut = nn::init::FanModeType::FanOut;
inline constexpr auto kLinear = nn::init::NonlinearityType::Linear;
inline constexpr auto kConv1D = nn::init::NonlinearityType::Conv1D;
inline constexpr auto kConv2D = nn::init::NonlinearityType::Conv2D;
inline constexpr auto kConv3D = nn::init::NonlinearityType::Conv3D;
inline constexpr auto kConvTranspose1D = nn::init::NonlinearityType::ConvTranspose1D;
inline constexpr auto kConvTranspose2D = nn::init::NonlinearityType::ConvTranspose2D;
inline constexpr auto kConvTranspose3D = nn::init::NonlinearityType::ConvTranspose3D;
inline constexpr auto kSigmoid = nn::init::NonlinearityType::Sigmoid;
inline constexpr auto kTanh = nn::init::NonlinearityType::Tanh;
inline constexpr auto kReLU = nn::init::NonlinearityType::ReLU;
inline constexpr auto kLeakyReLU = nn::init::NonlinearityType::LeakyReLU;
}  // namespace xgrad
