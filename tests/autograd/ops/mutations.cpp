#include "mutations.hpp"

#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include <algorithm>
#include <set>

#include "fingerprint.hpp"

namespace xgrad::op_table {
namespace {

/// Which gradient of which node: nodes in the order in which a walk from the results finds them.
struct Place {
  std::size_t node = 0, output = 0;
  auto operator<=>(const Place&) const = default;
};

std::vector<Intrusive<Node>> recorded(const std::vector<Tensor>& results) {
  std::vector<Intrusive<Node>> nodes;
  std::set<const Node*> seen;
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

Tensor spoilt(const Tensor& g, Mutation how, const Dims& target) {
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

/// The row's function with one gradient spoilt.
auto mutant(const Row& row, const Values& in, Place place, Mutation how) {
  return [f = function_of_leaves(row, in), place, how](const std::vector<Tensor>& leaves) {
    std::vector<Tensor> results = f(leaves);
    const auto nodes = recorded(results);
    if (place.node >= nodes.size()) return results;
    Node& node = *nodes[place.node];
    if (place.output >= node.next_edges().size() || !node.next_edges()[place.output]) return results;
    const Edge& edge = node.next_edges()[place.output];
    const Dims target = edge.node->input_shape(edge.input_nr).sizes();
    node.add_post_hook([place, how, target](Grads& outputs, const Grads&) {
      Tensor& g = outputs[place.output];
      if (g.defined() && g.numel() > 0) g = spoilt(g, how, target);
    });
    return results;
  };
}

/// Whether two lists of gradients are more than rounding apart.
bool differ(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return !difference(a, b, {.rtol = 1e-9, .strides = false}, true).empty();
}

/// What a row's derivatives at a sample are held against.
enum class Check { None, Slopes, Fingerprint };

/// Whether the check passes for this function.
template <class F>
bool passes(Check check, const Row& row, const Sample& s, F f, const std::vector<Tensor>& leaves) {
  if (check == Check::Slopes) return autograd::gradcheck(f, leaves).ok;
  Outcomes both = outcomes(row, s);
  both.plain.first = gradients(f(leaves), leaves);
  return compare_fingerprint(row, s, both, committed_fingerprints().at(fingerprint_key(row, s))).empty();
}

/// Numeric slopes where they can be had; where float32 plays a part, what PyTorch's gradient sums up to.
Check check_for(const Row& row, const Sample& s, const Outcome& plain) {
  if (differentiable_at(row, s)) return Check::Slopes;
  const bool gradient =
      std::any_of(plain.first.begin(), plain.first.end(), [](const Tensor& g) { return g.defined(); });
  const bool compared =
      !s.value_only && s.differs.empty() && committed_fingerprints().contains(fingerprint_key(row, s));
  return gradient && compared && !s.rough && single_precision(s.in, plain) ? Check::Fingerprint : Check::None;
}

}  // namespace

MutationReport mutate(const Row& row) {
  MutationReport report;
  // What there is to spoil. Samples differ in which nodes they record, so those are part of the key.
  std::map<std::pair<std::string, Place>, std::vector<std::pair<const Sample*, Check>>> places;
  for (const Sample& s : row.samples) {
    const Outcome plain = evaluate(row, s.in, Twin::OutOfPlace, Order::First);
    for (const Tensor& g : plain.first) report.has_derivative |= g.defined() && g.any().item<bool>();
    const Check check = check_for(row, s, plain);
    if (check == Check::None) continue;
    const auto f = function_of_leaves(row, s.in);
    const std::vector<Tensor> leaves = leaf_list(leaves_of(row, s.in));
    // A sample at which the check fails anyway would catch everything.
    if (!passes(check, row, s, f, leaves)) continue;
    const auto nodes = recorded(f(leaves));
    std::string names;
    for (const auto& n : nodes) names += std::string(n->name()) + " ";
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      for (std::size_t o = 0; o < nodes[n]->next_edges().size(); ++o) {
        if (nodes[n]->next_edges()[o]) places[{names, {n, o}}].emplace_back(&s, check);
      }
    }
  }
  for (const auto& [key, where] : places) {
    for (const auto& [how, name] : kMutations) {
      bool caught = false, changed = false;
      for (const auto& [s, check] : where) {
        const std::vector<Tensor> leaves = leaf_list(leaves_of(row, s->in));
        const auto f = mutant(row, s->in, key.second, how);
        // A mutant that throws is caught: the engine found the gradient impossible.
        try {
          const auto plain = gradients(function_of_leaves(row, s->in)(leaves), leaves);
          if (!differ(gradients(f(leaves), leaves), plain)) continue;
          changed = true;
          caught = !passes(check, row, *s, f, leaves);
        } catch (const Error&) {
          changed = caught = true;
        }
        if (caught) break;
      }
      if (caught)
        ++report.caught[how];
      else if (!changed)
        ++report.no_change;
      else
        report.survived.push_back(fmt::format("{} of {}: gradient {} of node {} {}", row.name, key.first,
                                              key.second.output, key.second.node, name));
    }
  }
  return report;
}

}  // namespace xgrad::op_table
