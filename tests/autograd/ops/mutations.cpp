#include "mutations.hpp"

#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/graph/node.hpp>

#include <algorithm>
#include <deque>

#include "fingerprint.hpp"
#include "mutants.hpp"

namespace xgrad::op_table {
namespace {

enum class Derivative { First, Second };

/// Whether two lists of gradients are more than rounding apart.
bool differ(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return !difference(a, b, {.rtol = 1e-9, .strides = false}, true).empty();
}

constexpr std::size_t kMany = 16;  ///< nodes

/// What a row's derivatives at a sample are held against.
enum class Check { Slopes, Fingerprint, None };

/// A derivative of a row at a sample, and what is the same for all mutants of it.
struct Subject {
  const Row& row;
  const Sample& sample;
  const Derivative which;
  Outcomes own;
  std::vector<Tensor> leaves = leaf_list(leaves_of(row, sample.in));
  Traceable function = of_row(row, sample);
  std::vector<Tensor> unspoilt;
  Check check = Check::None;
  bool large = false;  // records many nodes

  Subject(const Row& r, const Sample& s, const Outcomes& outcome, Derivative d)
      : row(r), sample(s), which(d), own(outcome) {
    if (which == Derivative::Second) {
      const std::size_t n = leaves.size();
      leaves = leaves_of_derivative(function, leaves);
      function = derivative_of(function, n);
    }
    const Traced made = function(leaves);
    large = made.nodes.size() > kMany;
    unspoilt = gradients(made, leaves);
    check = differentiable_at(row, sample) ? Check::Slopes : has_line() ? Check::Fingerprint : Check::None;
    // A sample at which the check fails anyway would catch everything.
    if (!equals_line(function) || (check == Check::Slopes && !agrees_along_a_direction(function))) check = Check::None;
  }

  /// Whether the derivative has to be PyTorch's.
  bool is_pytorchs() const {
    return sample.compared() >= (which == Derivative::First ? Compared::FirstDerivatives : Compared::Everything);
  }
  /// And is known.
  bool has_line() const { return is_pytorchs() && committed_fingerprints().contains(fingerprint_key(row, sample)); }
  /// Whether the check passes for this function.
  bool passes(const Traceable& f) const {
    if (check == Check::None) return true;
    if (!equals_line(f)) return false;
    if (check == Check::Fingerprint) return true;
    if (!agrees_along_a_direction(f)) return false;
    // Slopes of many operations take long, and PyTorch's gradients tell more of each.
    if ((large || which == Derivative::Second) && has_line()) return true;
    return autograd::gradcheck([&](const std::vector<Tensor>& x) { return f(x).results; }, leaves).ok;
  }

 private:
  /// A number of a number: how a weighted sum of the results changes along one direction. Most mutants show there.
  bool agrees_along_a_direction(const Traceable& f) const {
    const auto along = [&](const std::vector<Tensor>& t) {
      std::vector<Tensor> moved;
      for (std::size_t k = 0; k < leaves.size(); ++k)
        moved.push_back(leaves[k].detach() + t[0] * incoming(leaves[k], k + 7));
      const Traced made = f(moved);
      Tensor sum = zeros({}, kFloat64);
      for (std::size_t k = 0; k < made.results.size(); ++k) {
        if (made.results[k].requires_grad())
          sum = sum + (made.results[k] * incoming(made.results[k], made.numbers[k])).sum();
      }
      return std::vector<Tensor>{sum};
    };
    return autograd::gradcheck(along, {zeros({}, kFloat64).requires_grad_()}).ok;
  }
  bool equals_line(const Traceable& f) const {
    if (!has_line()) return true;
    Outcomes both = own;
    (which == Derivative::First ? both.plain.first : both.plain.second) = gradients(f(leaves), leaves);
    return compare_fingerprint(row, sample, both, committed_fingerprints().at(fingerprint_key(row, sample))).empty();
  }
};

/// Where a gradient is spoilt. Samples differ in which nodes they record, so those are part of it.
struct Gradient {
  Derivative which;
  std::string nodes;
  Place place;
  auto operator<=>(const Gradient&) const = default;
};

struct Mutants {
  std::vector<const Subject*> subjects;
  std::optional<std::size_t> argument;  // whose gradient it is
};

/// Which argument each leaf belongs to.
std::vector<std::size_t> owners(const Values& arguments) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Values one{arguments[i]};
    each_tensor(one, [&](const Tensor& x) {
      if (x.requires_grad()) out.push_back(i);
    });
  }
  return out;
}

/// Which leaf each node collects the gradient of.
std::map<const Node*, std::size_t> leaves_by_node(const Subject& s) {
  std::map<const Node*, std::size_t> out;
  for (std::size_t k = 0; k < s.leaves.size(); ++k)
    out[s.leaves[k].view_as(s.leaves[k]).grad_fn()->next_edges()[0].node.get()] = k;
  return out;
}

/// All that can be spoilt at a sample. Says which leaves a node passes a gradient to: those that are not results as
/// they are.
std::set<std::size_t> add_places(const Subject& s, std::map<Gradient, Mutants>& to) {
  const Traced made = s.function(s.leaves);
  const auto leaf_of = leaves_by_node(s);
  const std::vector<std::size_t> owner = owners(leaves_of(s.row, s.sample.in));
  std::string names;
  std::set<std::size_t> reached;
  for (const auto& n : made.nodes) names += std::string(n->name()) + " ";
  for (std::size_t n = 0; n < made.nodes.size(); ++n) {
    for (std::size_t o = 0; o < made.nodes[n]->next_edges().size(); ++o) {
      const Edge& edge = made.nodes[n]->next_edges()[o];
      if (!edge) continue;
      Mutants& m = to[{s.which, names, {n, o}}];
      m.subjects.push_back(&s);
      const auto found = leaf_of.find(edge.node.get());
      if (found == leaf_of.end()) continue;
      reached.insert(found->second);
      if (found->second < owner.size()) m.argument = owner[found->second];
    }
  }
  return reached;
}

void note_gradients(const Subject& s, const std::set<std::size_t>& leaves,
                    std::map<std::size_t, SpoiltArgument>& arguments) {
  const std::vector<std::size_t> owner = owners(leaves_of(s.row, s.sample.in));
  for (const std::size_t k : leaves) {
    const Tensor g = k < s.own.plain.first.size() ? s.own.plain.first[k] : Tensor();
    if (!g.defined() || g.numel() == 0 || !g.any().item<bool>()) continue;
    SpoiltArgument& argument = arguments[owner[k]];
    argument.has_derivative = true;
    const bool symmetric = g.dim() > 1 && g.size(-1) == g.size(-2) && allclose(g, g.transpose(-2, -1), 1e-5, 1e-8);
    argument.varied |= g.dim() > 1 && !symmetric && g.ne(g.flatten()[0]).any().item<bool>();
  }
}

/// Whether differentiating once more reaches nodes that only a second derivative has. Where many nodes are recorded,
/// these belong to operations that have rows of their own.
bool records_second_order(const Row& row, const Sample& sample) {
  const Traceable f = of_row(row, sample);
  const std::vector<Tensor> leaves = leaf_list(leaves_of(row, sample.in));
  return f(leaves).nodes.size() <= kMany &&
         !derivative_of(f, leaves.size())(leaves_of_derivative(f, leaves)).nodes.empty();
}

enum class Fate { Unchanged, Caught, Survived };

/// A mutant at one sample.
Fate fate(const Subject& s, const Traceable& mutant) {
  try {
    if (!differ(gradients(mutant(s.leaves), s.leaves), s.unspoilt)) return Fate::Unchanged;
    return s.passes(mutant) ? Fate::Survived : Fate::Caught;
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
      const Fate here = fate(*s, spoilt(s->function, place, how));
      if (here == Fate::Caught && check != Check::None) return here;
      if (here != Fate::Unchanged) all = Fate::Survived;
      if (all == Fate::Survived && check == Check::None) return all;
    }
  }
  return all;
}

/// Sums over a dimension of a result: each is left out at the samples that show it, until one of them notices.
void leave_out_sums(const std::deque<Subject>& subjects, MutationReport& report) {
  for (const Subject& s : subjects) {
    std::int64_t count = 0;
    for (const Tensor& x : s.leaves) count += x.numel();
    if (s.which == Derivative::Second || count > 64) continue;
    const std::vector<std::size_t> owner = owners(leaves_of(s.row, s.sample.in));
    for (std::size_t leaf = 0; leaf < owner.size(); ++leaf) {
      SpoiltArgument& argument = report.arguments[owner[leaf]];
      if (argument.caught.contains(Mutation::MissingSum)) continue;
      const auto along = summed(s.function, s.leaves, leaf);
      if (!along) continue;
      argument.sums = true;
      if (s.check == Check::None || fate(s, without_sum(s.function, leaf, *along)) != Fate::Caught) continue;
      argument.caught.insert(Mutation::MissingSum);
      ++report.caught[Mutation::MissingSum];
    }
  }
}

}  // namespace

MutationReport mutate(const Row& row) {
  MutationReport report;
  std::deque<Subject> subjects;
  std::map<Gradient, Mutants> places;
  for (const Sample& s : row.samples) {
    const Outcomes own = outcomes(row, s);
    if (own.plain.error || own.plain.first_error || own.plain.first.empty()) continue;
    for (const Derivative which : {Derivative::First, Derivative::Second}) {
      if (which == Derivative::Second && (own.plain.second_error || own.plain.second.empty())) continue;
      if (which == Derivative::Second && !records_second_order(row, s)) continue;
      const Subject& subject = subjects.emplace_back(row, s, own, which);
      // Where PyTorch's derivatives differ for a reason and slopes have no digits, there is nothing to hold ours
      // against.
      if (subject.check == Check::None && !subject.is_pytorchs()) continue;
      const std::set<std::size_t> leaves = add_places(subject, places);
      if (which == Derivative::First) note_gradients(subject, leaves, report.arguments);
    }
  }
  for (const auto& [gradient, mutants] : places) {
    for (const auto& [how, name] : kMutations) {
      // How far a wrong second derivative is off matters; in which way it is off was asked of the first ones.
      if (gradient.which == Derivative::Second && how != Mutation::Scaled) continue;
      const Fate end = fate(mutants, gradient.place, how);
      if (end == Fate::Unchanged) ++report.no_change;
      if (end == Fate::Caught) {
        ++report.caught[how];
        report.caught_of_second += gradient.which == Derivative::Second;
        if (mutants.argument && gradient.which == Derivative::First)
          report.arguments[*mutants.argument].caught.insert(how);
      }
      if (end == Fate::Survived) {
        report.survived.push_back(fmt::format("{} of {}: {} derivative, gradient {} of node {} {}", row.name,
                                              gradient.nodes, gradient.which == Derivative::First ? "first" : "second",
                                              gradient.place.output, gradient.place.node, name));
      }
    }
  }
  leave_out_sums(subjects, report);
  return report;
}

std::vector<std::string> complaints(const Row& row, const MutationReport& report) {
  std::vector<std::string> out;
  for (const std::string& survivor : report.survived) out.push_back("not noticed: " + survivor);
  for (const auto& [i, argument] : report.arguments) {
    if (!argument.has_derivative) continue;
    for (const auto& [how, name] : kMutations) {
      const bool possible = how == Mutation::Transposed   ? argument.varied
                            : how == Mutation::MissingSum ? argument.sums
                                                          : true;
      if (possible && !argument.caught.contains(how)) {
        out.push_back(fmt::format("argument {} of {} has a derivative, but no sample tells it from one that is {}", i,
                                  row.name, name));
      }
    }
  }
  return out;
}

}  // namespace xgrad::op_table
