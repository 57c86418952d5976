// LSTM, GRU and RNN as ONNX's nodes, a node a layer; and their single steps.
#include <xgrad/serialize/onnx_graph.hpp>

namespace xgrad::onnx::detail {
namespace recurrent {  // files are compiled together
namespace {

/// A kind of layer: how many gates, and PyTorch's gate for each of ONNX's.
struct Kind {
  const char* op;
  Ints gates;
  bool has_cell;
  Names activations;
  Attributes more;
};

/// A weight with its blocks of rows in ONNX's order, for one direction.
std::string reordered(Call& c, std::size_t i, const Kind& kind) {
  const Tensor w = c.constant(i);
  c.require(w.defined(), "its weights are computed from the inputs");
  std::vector<Tensor> parts;
  const std::vector<Tensor> all = w.detach().chunk(static_cast<std::int64_t>(kind.gates.size()), 0);
  for (const std::int64_t g : kind.gates) parts.push_back(all[static_cast<std::size_t>(g)]);
  return c.tensor(cat(parts, 0).unsqueeze(0));
}

/// The weights of a layer: in PyTorch's order, one direction after the other.
struct Layer {
  std::string w, r, b;
};

std::string joined(Call& c, const Names& parts, std::int64_t axis) {
  return parts.size() == 1 ? parts[0] : c.node("Concat", parts, {{"axis", axis}});
}

Layer layer_of(Call& c, const Kind& kind, std::size_t first, std::size_t per, std::int64_t directions, bool biased) {
  Names w, r, b;
  for (std::int64_t d = 0; d < directions; ++d) {
    const std::size_t at = first + static_cast<std::size_t>(d) * per;
    w.push_back(reordered(c, at, kind));
    r.push_back(reordered(c, at + 1, kind));
    if (biased) b.push_back(joined(c, {reordered(c, at + 2, kind), reordered(c, at + 3, kind)}, 1));
  }
  return {joined(c, w, 0), joined(c, r, 0), biased ? joined(c, b, 0) : ""};
}

void recurrent(Call& c, const Kind& kind) {
  const bool biased = c.flag(0), bidirectional = c.flag(4), batch_first = c.flag(5);
  const std::int64_t layers = c.integer(1), directions = bidirectional ? 2 : 1;
  c.require(c.real(2) == 0 || !c.flag(3), "it drops elements (training mode)");
  const std::size_t states = kind.has_cell ? 2 : 1, first = 1 + states, per = biased ? 4 : 2;
  c.require(c.count() == first + per * static_cast<std::size_t>(layers * directions), "an LSTM with projections");
  const std::int64_t hidden = c.fixed_sizes(first + 1)[1];
  std::string x = c.in(0);
  if (batch_first) x = c.node("Transpose", {x}, {{"perm", Ints{1, 0, 2}}});
  Names last_h, last_c;
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const std::size_t at = first + per * static_cast<std::size_t>(layer * directions);
    const Layer weights = layer_of(c, kind, at, per, directions, biased);
    const auto state = [&](std::size_t i) {
      if (layers == 1) return c.in(i);
      return c.node("Slice", {c.in(i), c.ints({layer * directions}), c.ints({(layer + 1) * directions}), c.ints({0})});
    };
    Names in{x, weights.w, weights.r, weights.b, "", state(1)};
    if (kind.has_cell) in.push_back(state(2));
    Attributes how = kind.more;
    how.emplace_back("hidden_size", hidden);
    how.emplace_back("direction", std::string(bidirectional ? "bidirectional" : "forward"));
    if (!kind.activations.empty()) {
      Names all;
      for (std::int64_t d = 0; d < directions; ++d)
        all.insert(all.end(), kind.activations.begin(), kind.activations.end());
      how.emplace_back("activations", all);
    }
    const Names out = c.nodes(kind.op, in, kind.has_cell ? 3 : 2, how);
    // [L, directions, N, H] to [L, N, directions·H]
    const std::string turned = c.node("Transpose", {out[0]}, {{"perm", Ints{0, 2, 1, 3}}});
    x = c.node("Reshape", {turned, c.ints({0, 0, directions * hidden})});
    last_h.push_back(out[1]);
    if (kind.has_cell) last_c.push_back(out[2]);
  }
  if (batch_first) x = c.node("Transpose", {x}, {{"perm", Ints{1, 0, 2}}});
  c.result(0, x);
  c.result(1, joined(c, last_h, 0));
  if (kind.has_cell) c.result(2, joined(c, last_c, 0));
}

Names pieces(Call& c, const std::string& x, std::int64_t count, std::int64_t size) {
  return c.nodes("Split", {x, c.ints(Ints(static_cast<std::size_t>(count), size))}, static_cast<std::size_t>(count),
                 {{"axis", std::int64_t{1}}});
}

void lstm_step(Call& c) {
  const Names g = pieces(c, c.in(0), 4, c.fixed_sizes_but_first(1)[1]);
  const std::string i = c.node("Sigmoid", {g[0]}), f = c.node("Sigmoid", {g[1]}), u = c.node("Tanh", {g[2]});
  const std::string o = c.node("Sigmoid", {g[3]});
  const std::string cell = c.node("Add", {c.node("Mul", {f, c.in(1)}), c.node("Mul", {i, u})});
  c.result(0, c.node("Mul", {o, c.node("Tanh", {cell})}));
  c.result(1, cell);
}

void gru_step(Call& c) {
  const std::int64_t size = c.fixed_sizes_but_first(2)[1];
  const Names x = pieces(c, c.in(0), 3, size), h = pieces(c, c.in(1), 3, size);
  const std::string r = c.node("Sigmoid", {c.node("Add", {x[0], h[0]})});
  const std::string z = c.node("Sigmoid", {c.node("Add", {x[1], h[1]})});
  const std::string n = c.node("Tanh", {c.node("Add", {x[2], c.node("Mul", {r, h[2]})})});
  // n + z·(h − n)
  c.result(c.node("Add", {n, c.node("Mul", {z, c.node("Sub", {c.in(2), n})})}));
}

// PyTorch's gates are i, f, g, o; ONNX's i, o, f, c. Of the GRU r, z, n; z, r, h.
const Kind kLstm{"LSTM", {0, 3, 1, 2}, true, {}, {}};
const Kind kGru{"GRU", {1, 0, 2}, false, {}, {{"linear_before_reset", std::int64_t{1}}}};
const Kind kTanh{"RNN", {0}, false, {"Tanh"}, {}};
const Kind kRelu{"RNN", {0}, false, {"Relu"}, {}};

constexpr Row kRows[] = {
    {"lstm", [](Call& c) { recurrent(c, kLstm); }},
    {"gru", [](Call& c) { recurrent(c, kGru); }},
    {"rnn_tanh", [](Call& c) { recurrent(c, kTanh); }},
    {"rnn_relu", [](Call& c) { recurrent(c, kRelu); }},
    {"lstm_step", lstm_step},
    {"gru_step", gru_step},
};

}  // namespace
}  // namespace recurrent

std::span<const Row> recurrent_rows() { return recurrent::kRows; }

}  // namespace xgrad::onnx::detail
