#include "table_rules.hpp"

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/node.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "fingerprint.hpp"

namespace xgrad::op_table {
namespace {

namespace fs = std::filesystem;

const fs::path kOps = XGRAD_SOURCE_DIR "/autograd/ops";

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// "const Tensor& x" -> 'T', "std::optional<bool> keepdim = {}" -> 'b'; as letter_of says of a type.
char letter_of_parameter(std::string text) {
  static const std::regex wrapped(R"((const |std::optional<|[>&]))"), name(R"((\S+) \w+)");
  static const std::map<std::string, char> letters{{"Tensor", 'T'},
                                                   {"TensorList", 'L'},
                                                   {"Scalar", 'S'},
                                                   {"IntArrayRef", 'D'},
                                                   {"Dims", 'D'},
                                                   {"OptionalIntArrayRef", 'D'},
                                                   {"std::initializer_list<std::int64_t", 'D'},
                                                   {"std::initializer_list<Int", 'D'},
                                                   {"bool", 'b'},
                                                   {"OnlyBool", 'b'},
                                                   {"std::int64_t", 'i'},
                                                   {"int", 'i'},
                                                   {"double", 'f'},
                                                   {"ScalarType", 'd'},
                                                   {"std::string_view", 's'},
                                                   {"Reduction", 'r'},
                                                   {"Generator", 'g'},
                                                   {"TensorOptions", 'o'},
                                                   {"std::string", 's'},
                                                   {"std::vector<Tensor", 'L'},
                                                   {"void*", 'T'},  // memory, which rows have of a tensor
                                                   {"T", 'T'},      // in mixins, as are the next
                                                   {"Int", 'i'},
                                                   {"Dim", 'i'},
                                                   {"Type", 'd'}};
  text = std::regex_replace(text.substr(0, text.find(" = ")), wrapped, "");
  std::smatch match;
  const auto found = std::regex_match(text, match, name) ? letters.find(match[1]) : letters.end();
  return found == letters.end() ? 'x' : found->second;
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> out;
  int depth = 0;
  for (const char c : text) {
    if (out.empty() || (c == ',' && depth == 0)) out.emplace_back();
    depth += (c == '<' || c == '(' || c == '{') - (c == '>' || c == ')' || c == '}');
    if (!(c == ',' && depth == 0) && !(c == ' ' && out.back().empty())) out.back() += c;
  }
  return out;
}

/// What matches: a name and then its parameters.
std::vector<Declaration> declarations(const std::string& header, const std::regex& declaration) {
  static const std::regex comment(R"(//[^\n]*)"), space(R"(\s+)");
  const std::string text = std::regex_replace(header, comment, "");
  std::vector<Declaration> out;
  for (std::sregex_iterator at(text.begin(), text.end(), declaration), end; at != end; ++at) {
    Declaration d{.name = (*at)[1], .parameters = std::regex_replace((*at)[2].str(), space, " ")};
    for (const std::string& p : split_at_commas(d.parameters)) {
      d.letters += letter_of_parameter(p);
      if (p.find(" = ") == std::string::npos) d.required = d.letters.size();
    }
    out.push_back(std::move(d));
  }
  return out;
}

bool has_row(const Rows& rows, const Declaration& d) {
  return std::any_of(rows.begin(), rows.end(), [&](const Row& r) {
    const auto is = [&](const std::string& n) { return r.name == n || r.name.starts_with(n + "."); };
    const bool twin = d.name.ends_with('_') && r.in_place && is(d.name.substr(0, d.name.size() - 1));
    return (is(d.name) || twin) && fits(r.signature, d);
  });
}

bool special(const Tensor& x) {
  if (!x.is_floating_point()) return false;
  const Tensor y = x.to(kFloat64).contiguous();
  return std::any_of(y.data_ptr<double>(), y.data_ptr<double>() + y.numel(), [](double v) { return std::isnan(v); });
}

/// The kinds that a sample shows.
unsigned kinds(const Row& row, const Sample& s) {
  const bool throws = evaluate(row, s.in, Twin::OutOfPlace, Order::Values).error.has_value();
  unsigned out = throws ? kError : 0u;
  std::optional<Dims> shape;
  std::optional<ScalarType> dtype;
  each_tensor(s.in, [&](const Tensor& x) {
    if (x.numel() == 0) out |= kEmpty;
    if (x.dim() == 0) out |= kZeroDim;
    if (x.numel() >= 1000) out |= kBig;
    if (special(x)) out |= kSpecial;
    if (x.dtype() == kFloat32) out |= kSingle;
    if (row.random && !x.is_contiguous()) out |= kStrided;
    if (x.dtype() == kBool) out |= kBools;
    if (is_integral(x.dtype())) out |= kIntegers;
    if (!throws && shape && !(*shape == x.sizes())) out |= kBroadcast;
    if (dtype && *dtype != x.dtype()) out |= kMixed;
    shape = x.sizes();
    dtype = x.dtype();
  });
  return out;
}

/// Names of all nodes that lead to these tensors.
void add_nodes(const std::vector<Tensor>& results, std::set<std::string>& names) {
  std::vector<const Node*> nodes;
  std::set<const Node*> seen;
  const auto add = [&](const Node* n) {
    if (n && seen.insert(n).second) nodes.push_back(n);
  };
  for (const Tensor& r : results) {
    if (r.defined() && r.requires_grad() && r.grad_fn()) add(r.grad_fn().get());
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    names.insert(nodes[i]->name());
    for (const Edge& e : nodes[i]->next_edges()) add(e.node.get());
  }
}

/// What the engine itself records; the tests in tests/autograd/graph/ are about these.
bool of_the_engine(const std::string& name) { return name == "AccumulateGrad" || name == "CopySlices"; }

/// Derivatives that only throw: of integers, which cannot require grad, of what has none, and of the third order.
const std::set<std::string>& never_there() {
  static const std::set<std::string> all{"BitwiseBackward0",   "BitwiseNotBackward0",
                                         "Unique2Backward0",   "UniqueConsecutiveBackward0",
                                         "UniqueDimBackward0", "CofactorsBackwardBackward0"};
  return all;
}

}  // namespace

std::vector<Declaration> declared_operations() {
  // Internal, or other forms of what has a row.
  static const std::set<std::string> internal{"along.hpp",       "bags.hpp",      "einsum.hpp",   "linear_algebra.hpp",
                                              "loss_checks.hpp", "operators.hpp", "out.hpp",      "parts.hpp",
                                              "places.hpp",      "promotion.hpp", "resample.hpp", "resize.hpp"};
  std::vector<Declaration> out;
  for (const auto& entry : fs::directory_iterator(kOps)) {
    const std::string header = entry.path().filename();
    if (!header.ends_with(".hpp") || internal.contains(header)) continue;
    for (Declaration& d : declarations_in(contents(entry.path()))) {
      d.header = header;
      out.push_back(std::move(d));
    }
  }
  return out;
}

std::vector<Declaration> declared_members() {
  std::vector<Declaration> out;
  for (const auto& entry : fs::directory_iterator(kOps)) {
    const std::string text = contents(entry.path());
    const std::size_t methods = text.find("Methods : Methods<T");
    if (entry.path().extension() != ".hpp" || methods == std::string::npos) continue;
    for (Declaration& d : members_in(text.substr(methods))) {
      d.header = entry.path().filename();
      out.push_back(std::move(d));
    }
  }
  return out;
}

std::set<std::string> written_derivatives() {
  const std::regex name(R"#("(\w+(?:Backward\d+|Backwards))")#");
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(kOps)) {
    const std::string text = contents(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) names.insert((*at)[1]);
  }
  return names;
}

std::string page_of_differences() { return contents(XGRAD_SOURCE_DIR "/docs/pytorch_names.md"); }

std::vector<Declaration> declarations_in(const std::string& header) {
  static const std::regex declaration(
      R"(\n(?:inline )?(?:Tensor&?|ValuesIndices|std::\w+<[^;{}()]*>|bool)\s+(\w+)\(((?:[^()]|\([^()]*\))*)\)\s*[;{])");
  return declarations(header, declaration);
}

std::vector<Declaration> members_in(const std::string& header) {
  static const std::regex member(
      R"(\n  (?:T&?|Tensor&?|ValuesIndices|std::\w+<[^;{}()]*>|bool)\s+(\w+)\(((?:[^()]|\([^()]*\))*)\) const\s*[;{])");
  std::vector<Declaration> out = declarations(header, member);
  for (Declaration& d : out) {
    d.letters.insert(0, 1, 'T');
    ++d.required;
  }
  return out;
}

bool fits(const std::string& row, const Declaration& d) {
  // Rows give no generator (all draw from the default one), and options as a dtype or not at all.
  std::size_t at = 0;
  for (std::size_t i = 0; i < d.letters.size(); ++i) {
    const char wanted = d.letters[i], given = at < row.size() ? row[at] : '\0';
    if (given == wanted || (wanted == 'o' && given == 'd')) {
      ++at;
    } else if (i < d.required && wanted != 'o') {
      return false;
    }
  }
  return at == row.size();
}

bool is_declared(const Row& row, const std::vector<Declaration>& declared) {
  const std::string name = row.name.substr(0, row.name.find('.'));
  return std::any_of(declared.begin(), declared.end(),
                     [&](const Declaration& d) { return d.name == name && fits(row.signature, d); });
}

Complaints without_row(const Rows& rows, const std::vector<Declaration>& declared) {
  Complaints out;
  for (const Declaration& d : declared) {
    if (!has_row(rows, d))
      out.push_back(
          fmt::format("{} declares {}({}), which has no row in tests/autograd/ops", d.header, d.name, d.parameters));
  }
  return out;
}

Complaints named_twice(const Rows& rows) {
  Complaints out;
  std::set<std::string> seen;
  for (const Row& r : rows) {
    if (!seen.insert(r.name).second) out.push_back(r.name + " stands there twice");
  }
  return out;
}

Complaints kinds_not_shown(const Row& row) {
  if (row.samples.empty()) return {row.name + " has no samples"};
  if (row.tensors == 0) return {};
  Complaints out;
  unsigned shown = 0, wanted = kEmpty | kZeroDim | kBig | kSpecial | kSingle | kIntegers | kBools | kError;
  if (row.tensors > 1) wanted |= kBroadcast | kMixed;
  if (row.random) wanted |= kStrided;
  for (const Sample& s : row.samples) shown |= kinds(row, s);
  for (const auto& [kind, name] : kKinds) {
    if (wanted & kind & ~shown & ~row.waived)
      out.push_back(fmt::format("{}: no sample is {}, and the row does not say why", row.name, name));
    if (row.waived & kind & shown)
      out.push_back(
          fmt::format("{} says that none of its samples is {} ({}), but one is", row.name, name, row.waived_because));
  }
  return out;
}

Complaints slopes_not_asked(const Row& row) {
  bool differentiable = false, asked = false;
  for (const Sample& s : row.samples) {
    const Outcome plain = evaluate(row, s.in, Twin::OutOfPlace, Order::First);
    const bool here = std::any_of(plain.first.begin(), plain.first.end(), [](const Tensor& g) { return g.defined(); });
    differentiable |= here;
    asked |= here && differentiable_at(row, s);
  }
  if (differentiable && !asked && row.no_slopes_because.empty())
    return {row.name + " has a derivative, and no sample compares it with slopes, nor does the row say why"};
  if ((asked || !differentiable) && !row.no_slopes_because.empty())
    return {row.name + " says that slopes mean nothing (" + row.no_slopes_because + "), but they are compared"};
  return {};
}

Complaints tolerance_not_explained(const Row& row) {
  if (row.wider() == !row.wider_because.empty()) return {};
  return {row.name + (row.wider() ? " has a wide tolerance and does not say why"
                                  : " says why its tolerance is wide, and it is not: " + row.wider_because)};
}

Complaints not_explained(const Rows& rows, const std::string& page) {
  Complaints out;
  const auto look = [&](const std::string& row, const std::string& heading) {
    if (!heading.empty() && page.find("**" + heading + ".**") == std::string::npos)
      out.push_back(row + ": no entry \"" + heading + '"');
  };
  for (const Row& r : rows) {
    for (const OtherWords& w : r.own_words) look(r.name, w.heading);
    for (const Sample& s : r.samples) {
      look(r.name, s.differs);
      if (!s.differs.empty() && s.agrees == Compared::Everything)
        out.push_back(r.name + ": a sample is said to differ, and to agree in everything");
    }
  }
  return out;
}

Complaints fingerprints_astray(const Rows& rows, const std::map<std::string, std::string>& lines) {
  Complaints out;
  std::set<std::string> keys;
  for (const Row& r : rows) {
    for (const Sample& s : r.samples) {
      const std::string key = fingerprint_key(r, s);
      if (keys.insert(key).second && !lines.contains(key)) out.push_back(key + " has no fingerprint");
    }
  }
  for (const auto& [key, line] : lines) {
    if (!keys.contains(key)) out.push_back("no sample has the fingerprint " + key + " " + line);
  }
  return out;
}

std::set<std::string> checked_derivatives(const Row& row) {
  std::set<std::string> names;
  for (const Sample& s : row.samples) {
    const bool slopes = differentiable_at(row, s);
    if (!slopes && s.compared() < Compared::FirstDerivatives) continue;
    const std::vector<Tensor> leaves = leaf_list(leaves_of(row, s.in));
    std::int64_t count = 0;
    for (const Tensor& x : leaves) count += x.numel();
    if (leaves.empty() || count > 200) continue;  // large samples record nothing that small ones do not
    try {
      const auto results = function_of_leaves(row, s.in)(leaves);
      add_nodes(results, names);
      if (!slopes && s.compared() < Compared::Everything) continue;
      std::vector<Tensor> roots, weights;
      for (std::size_t k = 0; k < results.size(); ++k) {
        if (!results[k].requires_grad()) continue;
        roots.push_back(results[k]);
        weights.push_back(incoming(results[k], k).requires_grad_());
      }
      if (!roots.empty()) add_nodes(autograd::grad(roots, leaves, weights, true, true, true), names);
    } catch (const Error&) {
      // Arguments that throw; other tests compare what they say.
    }
  }
  return names;
}

Complaints not_reached(const Rows& rows, const std::set<std::string>& written) {
  std::set<std::string> reached;
  for (const Row& row : rows) reached.merge(checked_derivatives(row));
  Complaints out;
  for (const std::string& name : written) {
    if (never_there().contains(name) == reached.contains(name))
      out.push_back((reached.contains(name) ? "a sample reaches what only throws: "
                                            : "no sample whose gradient is checked reaches ") +
                    name);
  }
  for (const std::string& name : reached) {
    if (!written.contains(name) && !of_the_engine(name))
      out.push_back(name + " is recorded, but not found in the sources");
  }
  return out;
}

}  // namespace xgrad::op_table
