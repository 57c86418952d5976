#include <xgrad/autograd/ops/recurrent.hpp>

#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/recurrent.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace xgrad {
namespace {

Tensor or_zeros(const Tensor& g, const Tensor& like) { return g.defined() ? g : zeros_like(like); }

/// lstm_step's gradients in differentiable operations, for when they are differentiated themselves.
Grads lstm_step_rule(const Tensor& gates, const Tensor& c, const Tensor& gh, const Tensor& gc) {
  const std::vector<Tensor> part = gates.chunk(4, 1);
  const Tensor i = part[0].sigmoid(), f = part[1].sigmoid(), u = part[2].tanh(), o = part[3].sigmoid();
  const Tensor t = (f * c + i * u).tanh();
  const Tensor dh = or_zeros(gh, c), dc = or_zeros(gc, c) + dh * o * (1 - t * t);
  return {cat({dc * u * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - u * u), dh * t * o * (1 - o)}, 1), dc * f};
}

Grads gru_step_rule(const Tensor& x, const Tensor& y, const Tensor& h, const Tensor& g) {
  const std::vector<Tensor> px = x.chunk(3, 1), py = y.chunk(3, 1);
  const Tensor r = (px[0] + py[0]).sigmoid(), z = (px[1] + py[1]).sigmoid(), u = (px[2] + r * py[2]).tanh();
  const Tensor dn = g * (1 - z) * (1 - u * u), dz = g * (h - u) * z * (1 - z), dr = dn * py[2] * r * (1 - r);
  return {cat({dr, dz, dn}, 1), cat({dr, dz, dn * r}, 1), g * z};
}

void check_step(const Tensor& gates, const Tensor& state, std::int64_t parts, const char* name) {
  check(gates.dim() == 2 && state.dim() == 2, "{}: Expected gates and state to be 2-D, but got {}-D and {}-D", name,
        gates.dim(), state.dim());
  check(gates.size(0) == state.size(0) && gates.size(1) == parts * state.size(1),
        "{}: gates of shape {} do not fit a state of shape {}", name, gates.sizes(), state.sizes());
  check(gates.dtype() == state.dtype(), "{}: Expected gates and state of one dtype, but got {} and {}", name,
        gates.dtype(), state.dtype());
}

/// One step from gates [B, 4H] (i, f, g, o before their functions) and c [B, H] to h' and c'.
std::tuple<Tensor, Tensor> lstm_step(const Tensor& gates, const Tensor& c) {
  check_step(gates, c, 4, "lstm_step");
  const auto in = inputs(gates, c);
  std::vector<Tensor> out = differentiable_many<"LstmStepBackward0">(
      std::span<const Tensor* const>(in),
      [&] {
        kernels::LstmStep step = kernels::lstm_step(gates.array(), c.array());
        return std::vector<Array>{step.h, step.c};
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      [](const Saved& s, Grads& g) -> Grads {
        if (!g[0].defined() && !g[1].defined()) return {Tensor(), Tensor()};
        if (is_grad_enabled()) return lstm_step_rule(s.input(0), s.input(1), g[0], g[1]);
        const auto array = [](const Tensor& t) { return t.defined() ? t.array() : Array(); };
        kernels::LstmGrads d =
            kernels::lstm_step_backward(s.input(0).array(), s.input(1).array(), array(g[0]), array(g[1]));
        return {Tensor(d.gates), Tensor(d.c)};
      });
  return {out[0], out[1]};
}

/// One step from x·W_ihᵀ + b and h·W_hhᵀ + b, each [B, 3H] (r, z, n), and h [B, H].
Tensor gru_step(const Tensor& from_input, const Tensor& from_state, const Tensor& h) {
  check_step(from_input, h, 3, "gru_step");
  check_step(from_state, h, 3, "gru_step");
  return differentiable<"GruStepBackward0">(
      inputs(from_input, from_state, h), {},
      [&](const Array*) { return kernels::gru_step(from_input.array(), from_state.array(), h.array()); },
      [](Save& s) {
        for (std::size_t i = 0; i < 3; ++i) s.input(i);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        if (is_grad_enabled()) return gru_step_rule(s.input(0), s.input(1), s.input(2), g);
        kernels::GruGrads d =
            kernels::gru_step_backward(s.input(0).array(), s.input(1).array(), s.input(2).array(), g.array());
        return {Tensor(d.from_input), Tensor(d.from_state), Tensor(d.h)};
      });
}

/// The weights of one layer in one direction.
struct Weights {
  Tensor ih, hh, b_ih, b_hh, hr;
};

/// h and c; only the LSTM has a c.
struct State {
  Tensor h, c;
};

/// One step: from x·W_ihᵀ + b_ih and the old state to the new one.
using Step = State (*)(const Tensor& from_input, const State&, const Weights&);

State lstm_one(const Tensor& from_input, const State& s, const Weights& w) {
  auto [h, c] = lstm_step(from_input + linear(s.h, w.hh, w.b_hh), s.c);
  return {w.hr.defined() ? linear(h, w.hr) : h, c};
}
State gru_one(const Tensor& from_input, const State& s, const Weights& w) {
  return {gru_step(from_input, linear(s.h, w.hh, w.b_hh), s.h), {}};
}
State tanh_one(const Tensor& from_input, const State& s, const Weights& w) {
  return {(from_input + linear(s.h, w.hh, w.b_hh)).tanh(), {}};
}
State relu_one(const Tensor& from_input, const State& s, const Weights& w) {
  return {(from_input + linear(s.h, w.hh, w.b_hh)).relu(), {}};
}

void check_cell(const Tensor& x, const Tensor& h, const Weights& w) {
  check(x.dim() == 2, "Expected input to be 2-D, but got {}-D", x.dim());
  check(x.size(1) == w.ih.size(1), "input has inconsistent input_size: got {} expected {}", x.size(1), w.ih.size(1));
  check(h.dim() == 2 && h.size(0) == x.size(0), "Input batch size {} doesn't match hidden0 batch size {}", x.size(0),
        h.dim() ? h.size(0) : 0);
  check(h.size(1) == w.hh.size(1), "hidden0 has inconsistent hidden_size: got {}, expected {}", h.size(1),
        w.hh.size(1));
}

State cell(Step step, const Tensor& x, const State& s, const Weights& w) {
  check_cell(x, s.h, w);
  return step(linear(x, w.ih, w.b_ih), s, w);
}

/// Sequences, step by step: data [Σ sizes, features], with sizes[t] sequences at step t, never more than before.
struct Sequences {
  Tensor data;
  std::vector<std::int64_t> sizes;
};

State rows(const State& s, std::int64_t begin, std::int64_t n) {
  if (begin == 0 && s.h.size(0) == n) return s;
  return {s.h.narrow(0, begin, n), s.c.defined() ? s.c.narrow(0, begin, n) : Tensor()};
}
Tensor joined(const std::vector<Tensor>& parts) { return parts.size() == 1 ? parts[0] : cat(parts, 0); }
State joined(const std::vector<State>& parts) {
  std::vector<Tensor> h, c;
  for (const State& s : parts) {
    h.push_back(s.h);
    if (s.c.defined()) c.push_back(s.c);
  }
  return {joined(h), c.empty() ? Tensor() : joined(c)};
}

struct LayerResult {
  Tensor data;
  State last;
};

/// All steps in time's order. Sequences that end leave with their state, the shortest first.
LayerResult run_forward(Step step, const std::vector<Tensor>& from_input, const std::vector<std::int64_t>& sizes,
                        State s, const Weights& w) {
  std::vector<Tensor> out;
  std::vector<State> ended;
  for (std::size_t t = 0; t < sizes.size(); ++t) {
    const std::int64_t before = s.h.size(0);
    if (sizes[t] < before) {
      ended.push_back(rows(s, sizes[t], before - sizes[t]));
      s = rows(s, 0, sizes[t]);
    }
    s = step(from_input[t], s, w);
    out.push_back(s.h);
  }
  ended.push_back(s);
  std::reverse(ended.begin(), ended.end());
  return {joined(out), joined(ended)};
}

/// All steps from the last to the first. Sequences that are longer than those before join with their first state.
LayerResult run_backward(Step step, const std::vector<Tensor>& from_input, const std::vector<std::int64_t>& sizes,
                         const State& first, const Weights& w) {
  std::vector<Tensor> out(sizes.size());
  State s = rows(first, 0, sizes.back());
  for (std::size_t t = sizes.size(); t-- > 0;) {
    const std::int64_t before = s.h.size(0);
    if (sizes[t] > before) s = joined({s, rows(first, before, sizes[t] - before)});
    s = step(from_input[t], s, w);
    out[t] = s.h;
  }
  return {joined(out), s};
}

struct Kind {
  const char* name;
  Step step;
  bool has_cell_state;
};
constexpr Kind kLstm{"lstm", lstm_one, true}, kGru{"gru", gru_one, false}, kTanhRnn{"rnn_tanh", tanh_one, false},
    kReluRnn{"rnn_relu", relu_one, false};

struct Plan {
  bool has_biases;
  std::int64_t num_layers;
  double dropout;
  bool train, bidirectional;
};

std::vector<Weights> weights_of(TensorList params, const Plan& p, bool projected) {
  const std::size_t per = 2 + (p.has_biases ? 2 : 0) + (projected ? 1 : 0);
  const auto runs = static_cast<std::size_t>(p.num_layers * (p.bidirectional ? 2 : 1));
  check(params.size() == per * runs, "got an incorrect number of RNN parameters");
  std::vector<Weights> out;
  for (std::size_t i = 0; i < runs; ++i) {
    const Tensor* at = params.data() + i * per;
    Weights w{at[0], at[1], {}, {}, {}};
    if (p.has_biases) w.b_ih = at[2], w.b_hh = at[3];
    if (projected) w.hr = at[per - 1];
    out.push_back(w);
  }
  return out;
}

/// Layer over layer; `first` are the states [layers·directions, B, H].
std::pair<Sequences, State> run(const Kind& kind, Sequences x, const State& first, TensorList params, const Plan& p,
                                bool projected) {
  const std::vector<Weights> weights = weights_of(params, p, projected);
  const std::int64_t directions = p.bidirectional ? 2 : 1;
  check(!x.sizes.empty() && x.data.size(0) > 0, "Expected sequence length to be larger than 0 in RNN");
  check(first.h.dim() == 3 && first.h.size(0) == p.num_layers * directions,
        "Expected hidden state of {} layers and directions, but got shape {}", p.num_layers * directions,
        first.h.sizes());
  check(first.h.size(1) == x.sizes[0], "Input batch size {} doesn't match hidden0 batch size {}", x.sizes[0],
        first.h.size(1));
  const std::vector<Tensor> h0 = first.h.unbind(0), c0 = first.c.defined() ? first.c.unbind(0) : std::vector<Tensor>();
  std::vector<Tensor> h, c;
  for (std::int64_t layer = 0; layer < p.num_layers; ++layer) {
    std::vector<Tensor> outputs;
    for (std::int64_t direction = 0; direction < directions; ++direction) {
      const auto i = static_cast<std::size_t>(layer * directions + direction);
      const Weights& w = weights[i];
      check(x.data.size(1) == w.ih.size(1), "input.size(-1) must be equal to input_size. Expected {}, got {}",
            w.ih.size(1), x.data.size(1));
      const std::vector<Tensor> from_input = linear(x.data, w.ih, w.b_ih).split_with_sizes(x.sizes, 0);
      const State s{h0[i], c0.empty() ? Tensor() : c0[i]};
      LayerResult y = direction == 0 ? run_forward(kind.step, from_input, x.sizes, s, w)
                                     : run_backward(kind.step, from_input, x.sizes, s, w);
      outputs.push_back(y.data);
      h.push_back(y.last.h);
      if (y.last.c.defined()) c.push_back(y.last.c);
    }
    x.data = outputs.size() == 1 ? outputs[0] : cat(outputs, 1);
    if (p.dropout != 0 && p.train && layer + 1 < p.num_layers) x.data = dropout(x.data, p.dropout, true);
  }
  return {std::move(x), {stack(h, 0), c.empty() ? Tensor() : stack(c, 0)}};
}

Sequences from_dense(const Tensor& x, bool batch_first) {
  check(x.dim() == 3, "Expected input to be 3-D, but got {}-D", x.dim());
  const Tensor steps = batch_first ? x.transpose(0, 1) : x;
  return {steps.reshape({steps.size(0) * steps.size(1), steps.size(2)}),
          std::vector<std::int64_t>(static_cast<std::size_t>(steps.size(0)), steps.size(1))};
}
Tensor to_dense(const Sequences& y, bool batch_first) {
  const Tensor steps = y.data.view({static_cast<std::int64_t>(y.sizes.size()), y.sizes[0], y.data.size(1)});
  return batch_first ? steps.transpose(0, 1) : steps;
}
Sequences from_packed(const Tensor& data, const Tensor& batch_sizes) {
  check(batch_sizes.dtype() == kInt64 && batch_sizes.dim() == 1,
        "batch_sizes must be a 1-D tensor of int64, but got {}-D of {}", batch_sizes.dim(), batch_sizes.dtype());
  const Tensor n = batch_sizes.contiguous();
  Sequences out{data, {n.data_ptr<std::int64_t>(), n.data_ptr<std::int64_t>() + n.numel()}};
  check(std::is_sorted(out.sizes.rbegin(), out.sizes.rend()) && (out.sizes.empty() || out.sizes.back() > 0),
        "batch_sizes must be positive and must not grow, but got {}", fmt::join(out.sizes, ", "));
  return out;
}

/// All tensors of a call, as they are told.
std::vector<Tensor> arguments(const Tensor& x, TensorList states, TensorList params) {
  std::vector<Tensor> all;
  if (!detail::tracing.load(std::memory_order_relaxed)) return all;
  all.push_back(x);
  all.insert(all.end(), states.begin(), states.end());
  all.insert(all.end(), params.begin(), params.end());
  return all;
}

/// An LSTM whose h is smaller than its c has a projection.
bool projected(TensorList hx) {
  check(hx.size() == 2, "lstm expects two hidden states");
  return hx[0].size(-1) != hx[1].size(-1);
}

std::tuple<Tensor, Tensor> dense(const Kind& kind, const Tensor& x, const Tensor& hx, TensorList params, const Plan& p,
                                 bool batch_first) {
  told(p.has_biases, p.num_layers, p.dropout, p.train, p.bidirectional, batch_first);
  return as_one(kind.name, arguments(x, TensorList(&hx, 1), params), [&] {
    auto [y, last] = run(kind, from_dense(x, batch_first), {hx, {}}, params, p, false);
    return std::tuple<Tensor, Tensor>(to_dense(y, batch_first), last.h);
  });
}
std::tuple<Tensor, Tensor> packed(const Kind& kind, const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                  TensorList params, const Plan& p) {
  auto [y, last] = run(kind, from_packed(data, batch_sizes), {hx, {}}, params, p, false);
  return {y.data, last.h};
}

}  // namespace

Tensor rnn_tanh_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                     const Tensor& b_hh) {
  return cell(tanh_one, x, {h, {}}, {w_ih, w_hh, b_ih, b_hh, {}}).h;
}
Tensor rnn_relu_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                     const Tensor& b_hh) {
  return cell(relu_one, x, {h, {}}, {w_ih, w_hh, b_ih, b_hh, {}}).h;
}
std::tuple<Tensor, Tensor> lstm_cell(const Tensor& x, TensorList hx, const Tensor& w_ih, const Tensor& w_hh,
                                     const Tensor& b_ih, const Tensor& b_hh) {
  check(hx.size() == 2, "lstm_cell expects two hidden states");
  const State s = cell(lstm_one, x, {hx[0], hx[1]}, {w_ih, w_hh, b_ih, b_hh, {}});
  return {s.h, s.c};
}
Tensor gru_cell(const Tensor& x, const Tensor& h, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                const Tensor& b_hh) {
  return cell(gru_one, x, {h, {}}, {w_ih, w_hh, b_ih, b_hh, {}}).h;
}

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& x, TensorList hx, TensorList params, bool has_biases,
                                        std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                                        bool batch_first) {
  const Plan p{has_biases, num_layers, dropout, train, bidirectional};
  check(hx.size() == 2, "lstm expects two hidden states");
  told(has_biases, num_layers, dropout, train, bidirectional, batch_first);
  return as_one("lstm", arguments(x, hx, params), [&] {
    auto [y, last] = run(kLstm, from_dense(x, batch_first), {hx[0], hx[1]}, params, p, projected(hx));
    return std::tuple<Tensor, Tensor, Tensor>(to_dense(y, batch_first), last.h, last.c);
  });
}
std::tuple<Tensor, Tensor> gru(const Tensor& x, const Tensor& hx, TensorList params, bool has_biases,
                               std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                               bool batch_first) {
  return dense(kGru, x, hx, params, {has_biases, num_layers, dropout, train, bidirectional}, batch_first);
}
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& x, const Tensor& hx, TensorList params, bool has_biases,
                                    std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first) {
  return dense(kTanhRnn, x, hx, params, {has_biases, num_layers, dropout, train, bidirectional}, batch_first);
}
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& x, const Tensor& hx, TensorList params, bool has_biases,
                                    std::int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first) {
  return dense(kReluRnn, x, hx, params, {has_biases, num_layers, dropout, train, bidirectional}, batch_first);
}

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes, TensorList hx, TensorList params,
                                        bool has_biases, std::int64_t num_layers, double dropout, bool train,
                                        bool bidirectional) {
  const Plan p{has_biases, num_layers, dropout, train, bidirectional};
  auto [y, last] = run(kLstm, from_packed(data, batch_sizes), {hx[0], hx[1]}, params, p, projected(hx));
  return {y.data, last.h, last.c};
}
std::tuple<Tensor, Tensor> gru(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorList params,
                               bool has_biases, std::int64_t num_layers, double dropout, bool train,
                               bool bidirectional) {
  return packed(kGru, data, batch_sizes, hx, params, {has_biases, num_layers, dropout, train, bidirectional});
}
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorList params,
                                    bool has_biases, std::int64_t num_layers, double dropout, bool train,
                                    bool bidirectional) {
  return packed(kTanhRnn, data, batch_sizes, hx, params, {has_biases, num_layers, dropout, train, bidirectional});
}
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorList params,
                                    bool has_biases, std::int64_t num_layers, double dropout, bool train,
                                    bool bidirectional) {
  return packed(kReluRnn, data, batch_sizes, hx, params, {has_biases, num_layers, dropout, train, bidirectional});
}

}  // namespace xgrad
