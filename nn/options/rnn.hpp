/// Options of recurrent layers and cells.
#pragma once

#include <xgrad/nn/init.hpp>
#include <xgrad/nn/options.hpp>

#include <string>

namespace xgrad::kwargs {
XGRAD_KEYWORD(bidirectional);
XGRAD_KEY(dropout);  // kw::dropout, below: dropout() is a function
XGRAD_KEYWORD(hidden_size);
XGRAD_KEYWORD(input_size);
XGRAD_KEYWORD(num_layers);
XGRAD_KEYWORD(proj_size);
}  // namespace xgrad::kwargs

namespace xgrad::kw {
inline constexpr kwargs::key::dropout dropout{};
}  // namespace xgrad::kw

namespace xgrad::nn {

/// "tanh" or "relu"; libtorch's kTanh and kReLU too.
class RNNNonlinearity {
 public:
  RNNNonlinearity(std::string word) : word_(std::move(word)) {
    check<ValueError>(word_ == "tanh" || word_ == "relu", "Unknown nonlinearity '{}'", word_);
  }
  RNNNonlinearity(const char* word) : RNNNonlinearity(std::string(word)) {}
  RNNNonlinearity(init::NonlinearityType type)
      : RNNNonlinearity(type.value() == init::NonlinearityType::Tanh   ? "tanh"
                        : type.value() == init::NonlinearityType::ReLU ? "relu"
                                                                       : "of another kind") {}
  RNNNonlinearity(init::NonlinearityType::Value value) : RNNNonlinearity(init::NonlinearityType(value)) {}
  const std::string& word() const { return word_; }

 private:
  std::string word_;
};

namespace detail {

/// What recurrent layers have in common.
template <class Self>
class RecurrentOptions {
 public:
  RecurrentOptions() = default;
  RecurrentOptions(std::int64_t input_size, std::int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  XGRAD_SHARED_OPTION(Self, std::int64_t, input_size, 0);
  XGRAD_SHARED_OPTION(Self, std::int64_t, hidden_size, 0);
  XGRAD_SHARED_OPTION(Self, std::int64_t, num_layers, 1);
  XGRAD_SHARED_OPTION(Self, bool, bias, true);
  XGRAD_SHARED_OPTION(Self, bool, batch_first, false);
  XGRAD_SHARED_OPTION(Self, double, dropout, 0.0);
  XGRAD_SHARED_OPTION(Self, bool, bidirectional, false);
  XGRAD_SHARED_OPTION(Self, std::optional<ScalarType>, dtype, {});

 public:
  Self& device(Device) { return static_cast<Self&>(*this); }
};

/// And cells.
template <class Self>
class CellOptions {
 public:
  CellOptions() = default;
  CellOptions(std::int64_t input_size, std::int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  XGRAD_SHARED_OPTION(Self, std::int64_t, input_size, 0);
  XGRAD_SHARED_OPTION(Self, std::int64_t, hidden_size, 0);
  XGRAD_SHARED_OPTION(Self, bool, bias, true);
  XGRAD_SHARED_OPTION(Self, std::optional<ScalarType>, dtype, {});

 public:
  Self& device(Device) { return static_cast<Self&>(*this); }
};

}  // namespace detail

class RNNOptions : public detail::RecurrentOptions<RNNOptions> {
 public:
  using RecurrentOptions::RecurrentOptions;
  using Positional =
      kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::num_layers,
                    kwargs::key::nonlinearity, kwargs::key::bias, kwargs::key::batch_first, kwargs::key::dropout,
                    kwargs::key::bidirectional, kwargs::key::device, kwargs::key::dtype>;
  XGRAD_OPTION(RNNNonlinearity, nonlinearity, "tanh");
};

class LSTMOptions : public detail::RecurrentOptions<LSTMOptions> {
 public:
  using RecurrentOptions::RecurrentOptions;
  using Positional =
      kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::num_layers, kwargs::key::bias,
                    kwargs::key::batch_first, kwargs::key::dropout, kwargs::key::bidirectional, kwargs::key::proj_size,
                    kwargs::key::device, kwargs::key::dtype>;
  XGRAD_OPTION(std::int64_t, proj_size, 0);
};

class GRUOptions : public detail::RecurrentOptions<GRUOptions> {
 public:
  using RecurrentOptions::RecurrentOptions;
  using Positional = kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::num_layers,
                                   kwargs::key::bias, kwargs::key::batch_first, kwargs::key::dropout,
                                   kwargs::key::bidirectional, kwargs::key::device, kwargs::key::dtype>;
};

class RNNCellOptions : public detail::CellOptions<RNNCellOptions> {
 public:
  using CellOptions::CellOptions;
  using Positional = kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::bias,
                                   kwargs::key::nonlinearity, kwargs::key::device, kwargs::key::dtype>;
  XGRAD_OPTION(RNNNonlinearity, nonlinearity, "tanh");
};

class LSTMCellOptions : public detail::CellOptions<LSTMCellOptions> {
 public:
  using CellOptions::CellOptions;
  using Positional = kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::bias,
                                   kwargs::key::device, kwargs::key::dtype>;
};
using GRUCellOptions = LSTMCellOptions;

}  // namespace xgrad::nn
