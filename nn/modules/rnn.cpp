#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/autograd/ops/recurrent.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/rnn.hpp>

#include <fmt/format.h>

#include <cmath>

namespace xgrad::nn {

using utils::rnn::PackedSequence;

namespace detail {
namespace {

template <class Impl>
constexpr std::int64_t kGates = 1;
template <>
constexpr std::int64_t kGates<LSTMImpl> = 4;
template <>
constexpr std::int64_t kGates<GRUImpl> = 3;
template <>
constexpr std::int64_t kGates<LSTMCellImpl> = 4;
template <>
constexpr std::int64_t kGates<GRUCellImpl> = 3;

template <class Options>
std::int64_t proj_size(const Options& o) {
  if constexpr (requires { o.proj_size(); }) return o.proj_size();
  return 0;
}

void draw(const std::vector<Tensor>& parameters, std::int64_t hidden_size) {
  const double bound = hidden_size > 0 ? 1 / std::sqrt(static_cast<double>(hidden_size)) : 0;
  for (Tensor p : parameters) init::uniform_(p, -bound, bound);
}

/// Rows of the batch, in another order; an undefined order leaves them.
Tensor permuted(const Tensor& state, const Tensor& order) {
  return order.defined() && state.defined() ? index_select(state, 1, order) : state;
}

/// Calls a recurrent layer with packed sequences: Python's `module(packed, hx)`.
template <class M, class State, class F>
auto called(const M& module, PackedSequence& input, State& hx, bool with_state, F&& forward) {
  return call(module, {}, [&] {
    if (!module.has_hooks()) return forward();
    return between_hooks(module, with_state ? tensors_of(input, hx) : tensors_of(input), forward);
  });
}

/// How many sequences there are.
std::int64_t batch_of(const PackedSequence& input) { return input.batch_sizes()[0].template item<std::int64_t>(); }

// The functions behind RNN and GRU, chosen by the options.
template <class... A>
auto one_state(const RNNOptions& o, const A&... args) {
  return o.nonlinearity().word() == "relu" ? rnn_relu(args...) : rnn_tanh(args...);
}
template <class... A>
auto one_state(const GRUOptions&, const A&... args) {
  return gru(args...);
}

}  // namespace

template <class Derived, class OptionsType>
void RecurrentBase<Derived, OptionsType>::reset() {
  const std::int64_t hidden = options.hidden_size(), projected = proj_size(options), gates = kGates<Derived> * hidden;
  check<ValueError>(options.num_layers() > 0, "num_layers must be greater than zero");
  check<ValueError>(hidden > 0, "hidden_size must be greater than zero");
  check<ValueError>(
      options.dropout() >= 0 && options.dropout() <= 1,
      "dropout should be a number in range [0, 1] representing the probability of an element being zeroed");
  if (options.dropout() > 0 && options.num_layers() == 1) {
    warn_once<struct DropoutOfOneLayer>(fmt::format(
        "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
        "greater than 1, but got dropout={} and num_layers={}",
        python(options.dropout()), options.num_layers()));
  }
  check<ValueError>(projected >= 0, "proj_size should be a positive integer or zero to disable projections");
  check<ValueError>(projected < hidden, "proj_size has to be smaller than hidden_size");
  const std::int64_t state = projected ? projected : hidden, directions = options.bidirectional() ? 2 : 1;
  weights_.clear();
  for (std::int64_t layer = 0; layer < options.num_layers(); ++layer) {
    for (std::int64_t direction = 0; direction < directions; ++direction) {
      const auto name = [&](const char* what) {
        return fmt::format("{}_l{}{}", what, layer, direction ? "_reverse" : "");
      };
      const auto add = [&](const char* what, const Dims& sizes) {
        weights_.push_back(this->register_parameter(name(what), empty(sizes, of_dtype(options.dtype()))));
      };
      const std::int64_t in = layer == 0 ? options.input_size() : state * directions;
      add("weight_ih", {gates, in});
      add("weight_hh", {gates, state});
      if (options.bias()) {
        add("bias_ih", {gates});
        add("bias_hh", {gates});
      }
      if (projected) add("weight_hr", {projected, hidden});
    }
  }
  reset_parameters();
}

template <class Derived, class OptionsType>
void RecurrentBase<Derived, OptionsType>::reset_parameters() {
  draw(this->parameters(), options.hidden_size());
}

template <class Derived, class OptionsType>
std::string RecurrentBase<Derived, OptionsType>::extra_repr() const {
  std::string text = fmt::format("{}, {}", options.input_size(), options.hidden_size());
  if (proj_size(options)) text += fmt::format(", proj_size={}", proj_size(options));
  if (options.num_layers() != 1) text += fmt::format(", num_layers={}", options.num_layers());
  if (!options.bias()) text += ", bias=False";
  if (options.batch_first()) text += ", batch_first=True";
  if (options.dropout() != 0) text += ", dropout=" + python(options.dropout());
  if (options.bidirectional()) text += ", bidirectional=True";
  return text;
}

template <class Derived, class OptionsType>
void RecurrentBase<Derived, OptionsType>::check_input(const Tensor& input, bool packed) const {
  const std::int64_t dims = input.dim();
  check(!packed || dims == 2, "input must have 2 dimensions, got {}", dims);
  check(packed || dims == 2 || dims == 3, "{}: Expected input to be 2-D or 3-D but received {}-D tensor",
        this->short_name(), dims);
  check(input.size(-1) == options.input_size(), "input.size(-1) must be equal to input_size. Expected {}, got {}",
        options.input_size(), input.size(-1));
}

template <class Derived, class OptionsType>
void RecurrentBase<Derived, OptionsType>::check_state(const Tensor& state, std::int64_t batch, std::int64_t size,
                                                      const char* what) const {
  const Dims expected{options.num_layers() * (options.bidirectional() ? 2 : 1), batch, size};
  check(state.sizes() == expected, "Expected {} size ({}), got [{}]", what, fmt::join(expected, ", "),
        fmt::join(state.sizes(), ", "));
}

template <class Derived, class OptionsType>
Tensor RecurrentBase<Derived, OptionsType>::zero_state(const Tensor& like, std::int64_t batch,
                                                       std::int64_t size) const {
  return zeros({options.num_layers() * (options.bidirectional() ? 2 : 1), batch, size}, like.options());
}

template <class Derived, class OptionsType>
std::tuple<Tensor, Tensor> OneStateBase<Derived, OptionsType>::forward(Tensor input, Tensor hx) {
  this->check_input(input, false);
  const auto& o = this->options;
  const bool single = input.dim() == 2;
  const std::int64_t batch_dim = o.batch_first() ? 0 : 1;
  if (single) input = input.unsqueeze(batch_dim);
  if (!hx.defined()) {
    hx = this->zero_state(input, input.size(batch_dim), o.hidden_size());
  } else if (single) {
    check(hx.dim() == 2, "For unbatched 2-D input, hx should also be 2-D but got {}-D tensor", hx.dim());
    hx = hx.unsqueeze(1);
  } else {
    check(hx.dim() == 3, "For batched 3-D input, hx should also be 3-D but got {}-D tensor", hx.dim());
  }
  this->check_state(hx, input.size(batch_dim), o.hidden_size(), "hidden");
  const std::vector<Tensor>& params = this->all_weights();
  auto [y, h] = one_state(o, input, hx, TensorList(params), o.bias(), o.num_layers(), o.dropout(), this->is_training(),
                          o.bidirectional(), o.batch_first());
  if (single) return {y.squeeze(batch_dim), h.squeeze(1)};
  return {y, h};
}

template <class Derived, class OptionsType>
std::tuple<PackedSequence, Tensor> OneStateBase<Derived, OptionsType>::forward_with_packed_input(PackedSequence input,
                                                                                                 Tensor hx) {
  return called(*this, input, hx, hx.defined(), [&] { return run_packed(input, hx); });
}

template <class Derived, class OptionsType>
std::tuple<PackedSequence, Tensor> OneStateBase<Derived, OptionsType>::run_packed(const PackedSequence& input,
                                                                                  Tensor hx) {
  this->check_input(input.data(), true);
  const auto& o = this->options;
  const std::int64_t batch = batch_of(input);
  hx = hx.defined() ? permuted(hx, input.sorted_indices()) : this->zero_state(input.data(), batch, o.hidden_size());
  this->check_state(hx, batch, o.hidden_size(), "hidden");
  const std::vector<Tensor>& params = this->all_weights();
  auto [y, h] = one_state(o, input.data(), input.batch_sizes(), hx, TensorList(params), o.bias(), o.num_layers(),
                          o.dropout(), this->is_training(), o.bidirectional());
  return {PackedSequence(y, input.batch_sizes(), input.sorted_indices(), input.unsorted_indices()),
          permuted(h, input.unsorted_indices())};
}

template class RecurrentBase<RNNImpl, RNNOptions>;
template class RecurrentBase<GRUImpl, GRUOptions>;
template class RecurrentBase<LSTMImpl, LSTMOptions>;
template class OneStateBase<RNNImpl, RNNOptions>;
template class OneStateBase<GRUImpl, GRUOptions>;

template <class Derived, class OptionsType>
void CellBase<Derived, OptionsType>::reset() {
  const std::int64_t gates = kGates<Derived> * options.hidden_size();
  const TensorOptions of = of_dtype(options.dtype());
  weight_ih = this->register_parameter("weight_ih", empty({gates, options.input_size()}, of));
  weight_hh = this->register_parameter("weight_hh", empty({gates, options.hidden_size()}, of));
  bias_ih = this->register_parameter("bias_ih", options.bias() ? empty({gates}, of) : Tensor());
  bias_hh = this->register_parameter("bias_hh", options.bias() ? empty({gates}, of) : Tensor());
  reset_parameters();
}

template <class Derived, class OptionsType>
void CellBase<Derived, OptionsType>::reset_parameters() {
  draw(this->parameters(), options.hidden_size());
}

template <class Derived, class OptionsType>
std::string CellBase<Derived, OptionsType>::extra_repr() const {
  std::string text = fmt::format("{}, {}", options.input_size(), options.hidden_size());
  if (!options.bias()) text += ", bias=False";
  if constexpr (requires { options.nonlinearity(); }) {
    if (options.nonlinearity().word() != "tanh") text += ", nonlinearity=" + options.nonlinearity().word();
  }
  return text;
}

template class CellBase<RNNCellImpl, RNNCellOptions>;
template class CellBase<GRUCellImpl, GRUCellOptions>;
template class CellBase<LSTMCellImpl, LSTMCellOptions>;

namespace {

/// One input [in] is a batch of one.
Tensor batched(const Tensor& x, const char* name) {
  check(x.dim() == 1 || x.dim() == 2, "{}: Expected input to be 1-D or 2-D but received {}-D tensor", name, x.dim());
  return x.dim() == 1 ? x.unsqueeze(0) : x;
}
Tensor state_or_zeros(const Tensor& state, const Tensor& x, std::int64_t size, const char* name) {
  return state.defined() ? batched(state, name) : zeros({x.size(0), size}, x.options());
}
Tensor like(const Tensor& y, const Tensor& input) { return input.dim() == 1 ? y.squeeze(0) : y; }

}  // namespace
}  // namespace detail

using namespace detail;

LSTMImpl::States LSTMImpl::initial(const Tensor& like, std::int64_t batch) const {
  return {zero_state(like, batch, state_size()), zero_state(like, batch, options.hidden_size())};
}

std::int64_t LSTMImpl::state_size() const { return options.proj_size() ? options.proj_size() : options.hidden_size(); }

void LSTMImpl::check_states(const States& states, std::int64_t batch) const {
  check_state(std::get<0>(states), batch, state_size(), "hidden[0]");
  check_state(std::get<1>(states), batch, options.hidden_size(), "hidden[1]");
}

std::tuple<Tensor, LSTMImpl::States> LSTMImpl::forward(Tensor input, std::optional<States> hx) {
  check_input(input, false);
  const bool single = input.dim() == 2;
  const std::int64_t batch_dim = options.batch_first() ? 0 : 1;
  if (single) input = input.unsqueeze(batch_dim);
  auto [h0, c0] = hx ? *hx : initial(input, input.size(batch_dim));
  if (hx) {
    const std::int64_t dims = single ? 2 : 3;
    check(h0.dim() == dims && c0.dim() == dims,
          "For {}batched {}-D input, hx and cx should also be {}-D but got ({}-D, {}-D) tensors", single ? "un" : "",
          dims, dims, h0.dim(), c0.dim());
  }
  if (hx && single) {
    h0 = h0.unsqueeze(1);
    c0 = c0.unsqueeze(1);
  }
  check_states({h0, c0}, input.size(batch_dim));
  const std::vector<Tensor>&params = all_weights(), states{h0, c0};
  auto [y, h, c] = lstm(input, states, params, options.bias(), options.num_layers(), options.dropout(), is_training(),
                        options.bidirectional(), options.batch_first());
  if (single) return {y.squeeze(batch_dim), {h.squeeze(1), c.squeeze(1)}};
  return {y, {h, c}};
}

std::tuple<PackedSequence, LSTMImpl::States> LSTMImpl::forward_with_packed_input(PackedSequence input,
                                                                                 std::optional<States> hx) {
  return called(*this, input, hx, hx.has_value(), [&] { return run_packed(input, hx); });
}

std::tuple<PackedSequence, LSTMImpl::States> LSTMImpl::run_packed(const PackedSequence& input,
                                                                  std::optional<States> hx) {
  check_input(input.data(), true);
  auto [h0, c0] = hx ? *hx : initial(input.data(), batch_of(input));
  if (hx) {
    h0 = permuted(h0, input.sorted_indices());
    c0 = permuted(c0, input.sorted_indices());
  }
  check_states({h0, c0}, batch_of(input));
  const std::vector<Tensor>&params = all_weights(), states{h0, c0};
  auto [y, h, c] = lstm(input.data(), input.batch_sizes(), states, params, options.bias(), options.num_layers(),
                        options.dropout(), is_training(), options.bidirectional());
  return {PackedSequence(y, input.batch_sizes(), input.sorted_indices(), input.unsorted_indices()),
          {permuted(h, input.unsorted_indices()), permuted(c, input.unsorted_indices())}};
}

Tensor RNNCellImpl::forward(Tensor input, Tensor hx) {
  const Tensor x = batched(input, "RNNCell"), h = state_or_zeros(hx, x, options.hidden_size(), "RNNCell");
  const auto step = options.nonlinearity().word() == "relu" ? rnn_relu_cell : rnn_tanh_cell;
  return like(step(x, h, weight_ih, weight_hh, bias_ih, bias_hh), input);
}

Tensor GRUCellImpl::forward(Tensor input, Tensor hx) {
  const Tensor x = batched(input, "GRUCell"), h = state_or_zeros(hx, x, options.hidden_size(), "GRUCell");
  return like(gru_cell(x, h, weight_ih, weight_hh, bias_ih, bias_hh), input);
}

LSTMCellImpl::States LSTMCellImpl::forward(Tensor input, std::optional<States> hx) {
  const Tensor x = batched(input, "LSTMCell");
  const auto [h0, c0] = hx.value_or(States());
  auto [h, c] = lstm_cell(x,
                          {state_or_zeros(h0, x, options.hidden_size(), "LSTMCell"),
                           state_or_zeros(c0, x, options.hidden_size(), "LSTMCell")},
                          weight_ih, weight_hh, bias_ih, bias_hh);
  return {like(h, input), like(c, input)};
}

}  // namespace xgrad::nn
