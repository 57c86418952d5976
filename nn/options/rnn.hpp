/// Options of recurrent layers and cells.
#pragma once

#include <xgrad/nn/init.hpp>
#include <xgrad/nn/options.hpp>

#include <string>

namespace xgrad::kwargs {
XGRAD_KEYWORD(batch_first);
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

class RNNOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::num_layers,
                                   kwargs::key::nonlinearity, kwargs::key::bias, kwargs::key::batch_first,
                                   kwargs::key::dropout, kwargs::key::bidirectional>;
  RNNOptions() = default;
  RNNOptions(std::int64_t input_size, std::int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  XGRAD_OPTION(std::int64_t, input_size, 0);
  XGRAD_OPTION(std::int64_t, hidden_size, 0);
  XGRAD_OPTION(std::int64_t, num_layers, 1);
  XGRAD_OPTION(RNNNonlinearity, nonlinearity, "tanh");
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(bool, batch_first, false);
  XGRAD_OPTION(double, dropout, 0.0);
  XGRAD_OPTION(bool, bidirectional, false);
};

class LSTMOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::num_layers, kwargs::key::bias,
                    kwargs::key::batch_first, kwargs::key::dropout, kwargs::key::bidirectional, kwargs::key::proj_size>;
  LSTMOptions() = default;
  LSTMOptions(std::int64_t input_size, std::int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  XGRAD_OPTION(std::int64_t, input_size, 0);
  XGRAD_OPTION(std::int64_t, hidden_size, 0);
  XGRAD_OPTION(std::int64_t, num_layers, 1);
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(bool, batch_first, false);
  XGRAD_OPTION(double, dropout, 0.0);
  XGRAD_OPTION(bool, bidirectional, false);
  XGRAD_OPTION(std::int64_t, proj_size, 0);
};

class GRUOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::num_layers, kwargs::key::bias,
                    kwargs::key::batch_first, kwargs::key::dropout, kwargs::key::bidirectional>;
  GRUOptions() = default;
  GRUOptions(std::int64_t input_size, std::int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  XGRAD_OPTION(std::int64_t, input_size, 0);
  XGRAD_OPTION(std::int64_t, hidden_size, 0);
  XGRAD_OPTION(std::int64_t, num_layers, 1);
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(bool, batch_first, false);
  XGRAD_OPTION(double, dropout, 0.0);
  XGRAD_OPTION(bool, bidirectional, false);
};

class RNNCellOptions {
 public:
  using Positional =
      kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::bias, kwargs::key::nonlinearity>;
  RNNCellOptions() = default;
  RNNCellOptions(std::int64_t input_size, std::int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  XGRAD_OPTION(std::int64_t, input_size, 0);
  XGRAD_OPTION(std::int64_t, hidden_size, 0);
  XGRAD_OPTION(bool, bias, true);
  XGRAD_OPTION(RNNNonlinearity, nonlinearity, "tanh");
};

class LSTMCellOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::input_size, kwargs::key::hidden_size, kwargs::key::bias>;
  LSTMCellOptions() = default;
  LSTMCellOptions(std::int64_t input_size, std::int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  XGRAD_OPTION(std::int64_t, input_size, 0);
  XGRAD_OPTION(std::int64_t, hidden_size, 0);
  XGRAD_OPTION(bool, bias, true);
};
using GRUCellOptions = LSTMCellOptions;

}  // namespace xgrad::nn
