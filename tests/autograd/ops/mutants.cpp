#include "mutants.hpp"

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/node.hpp>

#include <algorithm>
#include <numeric>
#include <set>

#include "evaluate.hpp"

namespace xgrad::op_table {
namespace {

std::vector<Intrusive<Node>> recorded(const std::vector<Tensor>& results,
                                      const std::vector<Intrusive<Node>>& but = {}) {
  std::vector<Intrusive<Node>> nodes;
  std::set<const Node*> seen;
  for (const auto& n : but) seen.insert(n.get());
  const auto add = [&](const Intrusive<Node>& n) {
    if (n && std::string_view(n->name()) != "AccumulateGrad" && seen.insert(n.get()).second) nodes.push_back(n);
  };
  for (const Tensor& r : results) {
    if (r.requires_grad()) add(r.grad_fn());
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const Edge& e : nodes[i]->next_edges()) add(e.node);
  }
  return nodes;
}

/// Derivatives of what is no operation itself, but only the derivative of one. Whatever else a first derivative records
/// is an operation that has a row of its own.
bool of_second_order(std::string_view name) {
  return name.find("BackwardBackward") != std::string_view::npos || name == "ConvolutionWeightBackward0";
}

Tensor spoilt_gradient(const Tensor& g, Mutation how, const Dims& target) {
  switch (how) {
    case Mutation::Scaled:
      return g * 1.001;
    case Mutation::Negated:
      return -g;
    case Mutation::Transposed:
      if (g.dim() < 2) return g;
      return g.transpose(-1, -2).reshape(g.sizes());
    case Mutation::MissingSum:
      break;
  }
  // The first of what the engine would sum.
  Tensor out = g;
  while (out.dim() > static_cast<std::int64_t>(target.size())) out = out.select(0, 0);
  for (std::int64_t d = 0; d < out.dim(); ++d) {
    if (target[static_cast<std::size_t>(d)] == 1) out = out.narrow(d, 0, 1);
  }
  return out;
}

/// Where slice `at` of a result along a dimension is 1, and 0 elsewhere.
Tensor only_slice(const Tensor& result, std::int64_t dim, std::int64_t at) {
  Tensor mask = zeros_like(result.detach());
  mask.select(dim, at).fill_(1);
  return mask;
}

}  // namespace

Traceable of_row(const Row& row, const Sample& sample) {
  return [f = function_of_leaves(row, sample.in)](const std::vector<Tensor>& leaves) {
    Traced made{f(leaves), {}, {}};
    made.numbers.resize(made.results.size());
    std::iota(made.numbers.begin(), made.numbers.end(), std::size_t{0});
    made.nodes = recorded(made.results);
    return made;
  };
}

Traceable derivative_of(Traceable f, std::size_t leaves) {
  return [f, leaves](const std::vector<Tensor>& all) {
    const std::vector<Tensor> wanted(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(leaves));
    const std::vector<Tensor> incoming_ones(all.begin() + static_cast<std::ptrdiff_t>(leaves), all.end());
    const Traced made = f(wanted);
    std::vector<Tensor> roots;
    for (const Tensor& r : made.results) {
      if (r.requires_grad()) roots.push_back(r);
    }
    Traced out;
    const std::vector<Tensor> first = autograd::grad(roots, wanted, incoming_ones, true, true, true);
    for (std::size_t k = 0; k < first.size(); ++k) {
      if (!first[k].defined() || !first[k].requires_grad()) continue;
      out.results.push_back(first[k]);
      out.numbers.push_back(k + 1);
    }
    out.nodes = recorded(out.results, made.nodes);
    std::erase_if(out.nodes, [](const auto& n) { return !of_second_order(n->name()); });
    return out;
  };
}

std::vector<Tensor> leaves_of_derivative(const Traceable& f, const std::vector<Tensor>& leaves) {
  std::vector<Tensor> all = leaves;
  const Traced made = f(leaves);
  for (std::size_t k = 0; k < made.results.size(); ++k) {
    if (made.results[k].requires_grad()) all.push_back(incoming(made.results[k], k).requires_grad_());
  }
  return all;
}

std::vector<Tensor> gradients(const Traced& made, const std::vector<Tensor>& leaves) {
  std::vector<Tensor> roots, incoming_ones;
  for (std::size_t k = 0; k < made.results.size(); ++k) {
    if (!made.results[k].requires_grad()) continue;
    roots.push_back(made.results[k]);
    incoming_ones.push_back(incoming(made.results[k], made.numbers[k]));
  }
  if (roots.empty() || leaves.empty()) return {};
  return autograd::grad(roots, leaves, incoming_ones, true, false, true);
}

Traceable spoilt(Traceable f, Place place, Mutation how) {
  return [f, place, how](const std::vector<Tensor>& leaves) {
    Traced made = f(leaves);
    if (place.node >= made.nodes.size()) return made;
    Node& node = *made.nodes[place.node];
    if (place.output >= node.next_edges().size() || !node.next_edges()[place.output]) return made;
    const Edge& edge = node.next_edges()[place.output];
    const Dims target = edge.node->input_shape(edge.input_nr).sizes();
    node.add_post_hook([place, how, target](Grads& outputs, const Grads&) {
      Tensor& g = outputs[place.output];
      if (g.defined() && g.numel() > 0) g = spoilt_gradient(g, how, target);
    });
    return made;
  };
}

std::optional<Along> summed(const Traceable& f, const std::vector<Tensor>& leaves, std::size_t leaf) {
  const Traced made = f(leaves);
  for (std::size_t r = 0; r < made.results.size(); ++r) {
    const Tensor& result = made.results[r];
    if (!result.requires_grad()) continue;
    const Tensor arriving = incoming(result, r);
    for (std::int64_t d = 0; d < result.dim(); ++d) {
      if (result.size(d) < 2) continue;
      const auto from_slice = [&](std::int64_t at) {
        const auto g =
            autograd::grad({result}, {leaves[leaf]}, {arriving * only_slice(result, d, at)}, true, false, true);
        return g[0].defined() ? logical_and(g[0].ne(0), isfinite(g[0])) : Tensor();
      };
      const Tensor one = from_slice(0), two = from_slice(1);
      if (one.defined() && two.defined() && logical_and(one, two).any().item<bool>()) return Along{r, d};
    }
  }
  return std::nullopt;
}

Traceable without_sum(Traceable f, std::size_t leaf, Along along) {
  return [f, leaf, along](const std::vector<Tensor>& leaves) {
    std::vector<Tensor> others = leaves;
    others[leaf] = leaves[leaf].detach();
    Traced made = f(leaves);
    Tensor& result = made.results[along.result];
    const Tensor constant = f(others).results[along.result];
    const std::int64_t n = result.size(along.dim);
    result = cat({result.narrow(along.dim, 0, 1), constant.narrow(along.dim, 1, n - 1)}, along.dim);
    return made;
  };
}

}  // namespace xgrad::op_table
