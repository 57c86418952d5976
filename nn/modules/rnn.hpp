/// Recurrent layers and their cells.
#pragma once

#include <xgrad/nn/modules/configured.hpp>
#include <xgrad/nn/options/rnn.hpp>
#include <xgrad/nn/utils/rnn.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace xgrad::nn {

namespace detail {

/// The weights of all layers and directions, under PyTorch's names (`weight_ih_l0`, `bias_hh_l1_reverse`), uniform on
/// ±1/√hidden_size.
template <class Derived, class OptionsType>
class RecurrentBase : public Cloneable<Derived, ModuleBase> {
 public:
  using Options = OptionsType;

  explicit RecurrentBase(const Options& given) : options(given) { RecurrentBase::reset(); }
  template <class First, class... Rest>
  requires(LooseArguments<Options, First, Rest...> && !ModuleType<First>) explicit RecurrentBase(First&& first,
                                                                                                 Rest&&... rest)
      : RecurrentBase(options_of<Options>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  /// Draws new weights.
  void reset_parameters();
  /// For compatibility: the weights need no flattening here.
  void flatten_parameters() {}
  /// The weights of each layer and direction, as they are used.
  const std::vector<Tensor>& all_weights() const { return weights_; }
  std::string extra_repr() const override;

  Options options;

 protected:
  /// Throws PyTorch's errors for an input that does not fit; `packed`: it is [Σ lengths, features].
  void check_input(const Tensor& input, bool packed) const;
  /// The same for a state, called `what`, of `batch` sequences with `size` features.
  void check_state(const Tensor& state, std::int64_t batch, std::int64_t size, const char* what) const;
  Tensor zero_state(const Tensor& like, std::int64_t batch, std::int64_t size) const;

 private:
  std::vector<Tensor> weights_;
};

/// What RNN and GRU share: one state.
template <class Derived, class OptionsType>
class OneStateBase : public RecurrentBase<Derived, OptionsType> {
 public:
  using RecurrentBase<Derived, OptionsType>::RecurrentBase;

  /// Outputs [T, B, H·directions] and last states [layers·directions, B, H] of x [T, B, in] ([B, T, ...] when
  /// batch_first; without B for one sequence), from state hx, by default zero.
  std::tuple<Tensor, Tensor> forward(Tensor input, Tensor hx = {});
  /// The same for packed sequences, with the module's hooks, as `module(packed)`.
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(utils::rnn::PackedSequence input,
                                                                           Tensor hx = {});

 private:
  template <class>
  friend class AnyContentOf;
  std::tuple<utils::rnn::PackedSequence, Tensor> run_packed(const utils::rnn::PackedSequence& input, Tensor hx);
};

/// The holder of a recurrent layer: it is called with packed sequences too, as in Python.
template <class Contained, class State>
class RecurrentHolder : public ModuleHolder<Contained> {
 public:
  using ModuleHolder<Contained>::ModuleHolder;
  using ModuleHolder<Contained>::operator();
  auto operator()(utils::rnn::PackedSequence input) const {
    return this->get()->forward_with_packed_input(std::move(input));
  }
  auto operator()(utils::rnn::PackedSequence input, State hx) const {
    return this->get()->forward_with_packed_input(std::move(input), std::move(hx));
  }
};

}  // namespace detail

#define XGRAD_RECURRENT(NAME, STATE)                                   \
  XGRAD_COPIED(NAME);                                                  \
  class NAME : public detail::RecurrentHolder<NAME##Impl, STATE> {     \
   public:                                                             \
    using detail::RecurrentHolder<NAME##Impl, STATE>::RecurrentHolder; \
    using Impl [[maybe_unused]] = NAME##Impl;                          \
  }

/// h_t = tanh(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh), or relu. Options: input_size, hidden_size, num_layers,
/// nonlinearity, bias, batch_first, dropout, bidirectional.
///
///     nn::RNN rnn(10, 20, num_layers = 2);
///     auto [outputs, state] = rnn(x);
///     auto [packed_outputs, last] = rnn(utils::rnn::pack_sequence(sequences));
class RNNImpl : public detail::OneStateBase<RNNImpl, RNNOptions> {
 public:
  using OneStateBase::OneStateBase;
  XGRAD_FORWARD_HAS_DEFAULTS;
};
XGRAD_RECURRENT(RNN, Tensor);

/// r, z = σ(…), n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)), h' = n + z·(h − n).
class GRUImpl : public detail::OneStateBase<GRUImpl, GRUOptions> {
 public:
  using OneStateBase::OneStateBase;
  XGRAD_FORWARD_HAS_DEFAULTS;
};
XGRAD_RECURRENT(GRU, Tensor);

/// i, f, o = σ(…), g = tanh(…), c' = f·c + i·g, h' = o·tanh(c'), projected to proj_size if that is given.
///
///     nn::LSTM lstm(10, 20, num_layers = 2, batch_first = true);
///     auto [outputs, state] = lstm(x);
///     auto [h, c] = state;
class LSTMImpl : public detail::RecurrentBase<LSTMImpl, LSTMOptions> {
 public:
  using RecurrentBase::RecurrentBase;
  using States = std::tuple<Tensor, Tensor>;

  std::tuple<Tensor, States> forward(Tensor input, std::optional<States> hx = std::nullopt);
  /// The same for packed sequences, with the module's hooks, as `module(packed)`.
  std::tuple<utils::rnn::PackedSequence, States> forward_with_packed_input(utils::rnn::PackedSequence input,
                                                                           std::optional<States> hx = std::nullopt);

  XGRAD_FORWARD_HAS_DEFAULTS;

 private:
  template <class>
  friend class detail::AnyContentOf;
  std::tuple<utils::rnn::PackedSequence, States> run_packed(const utils::rnn::PackedSequence& input,
                                                            std::optional<States> hx);
  std::int64_t state_size() const;
  void check_states(const States& states, std::int64_t batch) const;
  States initial(const Tensor& like, std::int64_t batch) const;
};
XGRAD_RECURRENT(LSTM, LSTMImpl::States);
#undef XGRAD_RECURRENT

namespace detail {

/// weight_ih, weight_hh, bias_ih, bias_hh of one step.
template <class Derived, class OptionsType>
class CellBase : public Cloneable<Derived, ModuleBase> {
 public:
  using Options = OptionsType;

  explicit CellBase(const Options& given) : options(given) { CellBase::reset(); }
  template <class First, class... Rest>
  requires(LooseArguments<Options, First, Rest...> && !ModuleType<First>) explicit CellBase(First&& first,
                                                                                            Rest&&... rest)
      : CellBase(options_of<Options>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  void reset() override;
  void reset_parameters();
  std::string extra_repr() const override;

  Options options;
  Tensor weight_ih, weight_hh, bias_ih, bias_hh;
};

}  // namespace detail

/// One step of an RNN: [B, in] (or [in]) and a state [B, H], by default zero, to the next state.
class RNNCellImpl : public detail::CellBase<RNNCellImpl, RNNCellOptions> {
 public:
  using CellBase::CellBase;
  Tensor forward(Tensor input, Tensor hx = {});
  XGRAD_FORWARD_HAS_DEFAULTS;
};
XGRAD_LAYER(RNNCell);

/// One step of a GRU.
class GRUCellImpl : public detail::CellBase<GRUCellImpl, GRUCellOptions> {
 public:
  using CellBase::CellBase;
  Tensor forward(Tensor input, Tensor hx = {});
  XGRAD_FORWARD_HAS_DEFAULTS;
};
XGRAD_LAYER(GRUCell);

/// One step of an LSTM: states (h, c) to the next ones.
class LSTMCellImpl : public detail::CellBase<LSTMCellImpl, LSTMCellOptions> {
 public:
  using CellBase::CellBase;
  using States = std::tuple<Tensor, Tensor>;
  States forward(Tensor input, std::optional<States> hx = std::nullopt);
  XGRAD_FORWARD_HAS_DEFAULTS;
};
XGRAD_LAYER(LSTMCell);

}  // namespace xgrad::nn
