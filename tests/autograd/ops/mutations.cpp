#include "mutations.hpp"

#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include <algorithm>
#include <deque>
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
enum class Check { Slopes, Fingerprint, None };

/// A sample, and what is the same for all mutants at it.
struct Subject {
  const Row& row;
  const Sample& sample;
  std::vector<Tensor> leaves = leaf_list(leaves_of(row, sample.in));
  Outcomes own = outcomes(row, sample);
  Check check = Check::None;
  bool large = false;  // records many nodes

  Subject(const Row& r, const Sample& s) : row(r), sample(s) {
    if (own.plain.error || own.plain.first_error) return;
    large = recorded(function_of_leaves(row, sample.in)(leaves)).size() > 16;
    check = differentiable_at(row, sample) ? Check::Slopes : has_line() ? Check::Fingerprint : Check::None;
    // A sample at which the check fails anyway would catch everything.
    if (!passes(function_of_leaves(row, sample.in))) check = Check::None;
  }

  /// Whether PyTorch's gradient is known.
  bool has_line() const {
    return sample.compared() >= Compared::FirstDerivatives &&
           committed_fingerprints().contains(fingerprint_key(row, sample));
  }
  /// Whether the check passes for this function.
  template <class F>
  bool passes(F f) const {
    if (check == Check::None) return true;
    const bool slopes = check == Check::Slopes;
    // Slopes of many operations take long, and PyTorch's gradients tell more of each.
    if (slopes && large && !equals_line(f)) return false;
    if (slopes && !autograd::gradcheck(f, leaves).ok) return false;
    return (slopes && large) || equals_line(f);
  }
  template <class F>
  bool equals_line(F f) const {
    if (!has_line()) return true;
    Outcomes both = own;
    both.plain.first = gradients(f(leaves), leaves);
    return compare_fingerprint(row, sample, both, committed_fingerprints().at(fingerprint_key(row, sample))).empty();
  }
};

/// Where a gradient is spoilt. Samples differ in which nodes they record, so those are part of it.
struct Gradient {
  std::string nodes;
  Place place;
  auto operator<=>(const Gradient&) const = default;
};

struct Mutants {
  std::vector<const Subject*> subjects;
  std::optional<std::size_t> argument;  // whose gradient it is
};

/// Which argument each leaf belongs to, by the node that collects its gradient.
std::map<const Node*, std::size_t> owners(const std::vector<Tensor>& leaves, const Values& arguments) {
  std::map<const Node*, std::size_t> out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Values one{arguments[i]};
    each_tensor(one, [&](const Tensor& x) {
      if (!x.requires_grad()) return;
      const Tensor seen = leaves.at(next).view_as(leaves.at(next));
      out[seen.grad_fn()->next_edges()[0].node.get()] = i;
      ++next;
    });
  }
  return out;
}

/// All that can be spoilt at a sample; false when nothing is recorded there.
bool add_places(const Subject& s, std::map<Gradient, Mutants>& to) {
  const auto results = function_of_leaves(s.row, s.sample.in)(s.leaves);
  const auto nodes = recorded(results);
  const auto owner = owners(s.leaves, leaves_of(s.row, s.sample.in));
  std::string names;
  for (const auto& n : nodes) names += std::string(n->name()) + " ";
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    for (std::size_t o = 0; o < nodes[n]->next_edges().size(); ++o) {
      const Edge& edge = nodes[n]->next_edges()[o];
      if (!edge) continue;
      Mutants& m = to[{names, {n, o}}];
      m.subjects.push_back(&s);
      if (const auto found = owner.find(edge.node.get()); found != owner.end()) m.argument = found->second;
    }
  }
  return !nodes.empty();
}

void note_gradients(const Subject& s, std::map<std::size_t, SpoiltArgument>& arguments) {
  const Values leaves = leaves_of(s.row, s.sample.in);
  std::size_t next = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Values one{leaves[i]};
    each_tensor(one, [&](const Tensor& x) {
      if (!x.requires_grad()) return;
      const Tensor g = next < s.own.plain.first.size() ? s.own.plain.first[next] : Tensor();
      ++next;
      if (!g.defined() || g.numel() == 0 || !g.any().item<bool>()) return;
      arguments[i].has_derivative = true;
      const bool symmetric = g.dim() > 1 && g.size(-1) == g.size(-2) && allclose(g, g.transpose(-2, -1), 1e-5, 1e-8);
      arguments[i].varied |= g.dim() > 1 && !symmetric && g.ne(g.flatten()[0]).any().item<bool>();
    });
  }
}

enum class Fate { Unchanged, Caught, Survived };

/// A mutant at one sample.
Fate fate(const Subject& s, Place place, Mutation how) {
  const auto f = mutant(s.row, s.sample.in, place, how);
  try {
    if (!differ(gradients(f(s.leaves), s.leaves), s.own.plain.first)) return Fate::Unchanged;
    return s.passes(f) ? Fate::Survived : Fate::Caught;
  } catch (const Error&) {
    return Fate::Caught;  // the engine found the gradient impossible
  }
}

/// A mutant at all samples: caught if any catches it.
Fate fate(const Mutants& m, Place place, Mutation how) {
  Fate all = Fate::Unchanged;
  for (const Check check : {Check::Slopes, Check::Fingerprint, Check::None}) {
    for (const Subject* s : m.subjects) {
      if (s->check != check) continue;
      const Fate here = fate(*s, place, how);
      if (here == Fate::Caught && check != Check::None) return here;
      if (here != Fate::Unchanged) all = Fate::Survived;
      if (all == Fate::Survived && check == Check::None) return all;
    }
  }
  return all;
}

}  // namespace

MutationReport mutate(const Row& row) {
  MutationReport report;
  std::deque<Subject> subjects;
  std::map<Gradient, Mutants> places;
  for (const Sample& s : row.samples) {
    const Subject& subject = subjects.emplace_back(row, s);
    if (subject.own.plain.error || subject.own.plain.first_error) continue;
    // Where PyTorch's derivatives differ for a reason and slopes have no digits, there is nothing to hold ours against.
    if (subject.check == Check::None && s.compared() < Compared::FirstDerivatives) continue;
    if (add_places(subject, places)) note_gradients(subject, report.arguments);
  }
  for (const auto& [gradient, mutants] : places) {
    for (const auto& [how, name] : kMutations) {
      const Fate end = fate(mutants, gradient.place, how);
      if (end == Fate::Unchanged) ++report.no_change;
      if (end == Fate::Caught) {
        ++report.caught[how];
        if (mutants.argument) report.arguments[*mutants.argument].caught.insert(how);
      }
      if (end == Fate::Survived) {
        report.survived.push_back(fmt::format("{} of {}: gradient {} of node {} {}", row.name, gradient.nodes,
                                              gradient.place.output, gradient.place.node, name));
      }
    }
  }
  return report;
}

std::vector<std::string> complaints(const Row& row, const MutationReport& report) {
  std::vector<std::string> out;
  for (const std::string& survivor : report.survived) out.push_back("not noticed: " + survivor);
  for (const auto& [i, argument] : report.arguments) {
    if (!argument.has_derivative) continue;
    for (const auto& [how, name] : kMutations) {
      const bool possible = how == Mutation::Transposed ? argument.varied : how != Mutation::MissingSum;
      if (possible && !argument.caught.contains(how)) {
        out.push_back(fmt::format("argument {} of {} has a derivative, but no sample tells it from one that is {}", i,
                                  row.name, name));
      }
    }
  }
  return out;
}

}  // namespace xgrad::op_table
