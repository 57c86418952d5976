#include <xgrad/autograd/ops/contraction.hpp>
#include <xgrad/autograd/ops/einsum.hpp>
#include <xgrad/autograd/ops/products.hpp>
#include <xgrad/autograd/ops/rearrange.hpp>

#include <algorithm>
#include <array>
#include <bit>

namespace xgrad {
namespace {

using ops::contraction::contract;
using ops::contraction::Factor;
using ops::contraction::kMostLabels;
using ops::contraction::Label;
using ops::contraction::Labels;
using ops::contraction::LabelSet;
using ops::contraction::sum_out;

constexpr Label kFirstOfEllipsis = 52;
/// How long each label is, by number; 1 where it broadcasts or is not there.
using Sizes = std::array<std::int64_t, kMostLabels>;

Label label_of(char c) { return c >= 'a' ? c - 'a' + 26 : c - 'A'; }
char letter_of(Label l) { return static_cast<char>(l < 26 ? 'A' + l : 'a' + l - 26); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// One operand's letters as written; kDots stands for `...`.
constexpr Label kDots = -1;

/// What an error calls operand `number`, or the output.
constexpr std::size_t kOutput = SIZE_MAX;
std::string name_of_term(std::size_t number) {
  return number == kOutput ? "output" : fmt::format("operand {}", number);
}

/// The term of operand `number`, or of the output; `offset` is where it begins in the equation.
Labels parse_term(std::string_view term, std::size_t number, std::size_t offset) {
  Labels out;
  bool dots = false;
  for (std::size_t i = 0; i < term.size(); ++i) {
    if (term[i] == ' ') continue;
    if (term[i] == '.') {
      if (dots) fail("einsum(): found '.' for {} for which an ellipsis was already found", name_of_term(number));
      if (term.substr(i, 3) != "...")
        fail("einsum(): found '.' for {} that is not part of any ellipsis", name_of_term(number));
      i += 2;
      dots = true;
      out.push_back(kDots);
      continue;
    }
    check(is_letter(term[i]),
          "einsum(): invalid subscript given at index {} in the equation string, subscripts must be in [a-zA-Z]",
          offset + i);
    out.push_back(label_of(term[i]));
  }
  return out;
}

struct Equation {
  std::vector<Labels> terms;  // each with one label a dimension
  Labels output;
};

/// An operand's labels with `...` spelt out.
Labels spell_out(const Labels& written, const Tensor& operand, std::size_t number) {
  const auto named = static_cast<std::int64_t>(
      written.size() - static_cast<std::size_t>(std::count(written.begin(), written.end(), kDots)));
  const bool dots = named != static_cast<std::int64_t>(written.size());
  check(dots ? named <= operand.dim() : named == operand.dim(),
        "einsum(): the number of subscripts in the equation ({}) {} the number of dimensions ({}) for operand {}{}",
        named, dots ? "is more than" : "does not match", operand.dim(), number,
        dots ? "" : " and no ellipsis was given");
  Labels out;
  for (const Label l : written) {
    if (l != kDots) {
      out.push_back(l);
      continue;
    }
    for (std::int64_t k = operand.dim() - named; k-- > 0;) out.push_back(kFirstOfEllipsis + static_cast<Label>(k));
  }
  return out;
}

Equation parse(std::string_view text, TensorList operands) {
  const std::size_t arrow = text.find("->");
  const std::string_view left = text.substr(0, arrow);
  Equation e;
  std::size_t begin = 0;
  std::array<int, kMostLabels> count{};  // of each label
  Label dots = 0;                        // how many dimensions stand behind `...` at most
  for (;;) {
    const std::size_t comma = left.find(',', begin);
    const std::size_t number = e.terms.size();
    check(number < operands.size(), "einsum(): fewer operands were provided than specified in the equation");
    const Labels written = parse_term(left.substr(begin, comma - begin), number, begin);
    e.terms.push_back(spell_out(written, operands[number], number));
    for (const Label l : e.terms.back()) {
      ++count[static_cast<std::size_t>(l)];
      dots = std::max(dots, l - kFirstOfEllipsis + 1);
    }
    if (comma == std::string_view::npos) break;
    begin = comma + 1;
  }
  check(e.terms.size() == operands.size(), "einsum(): more operands were provided than specified in the equation");
  const auto spell_dots = [&] {
    for (Label k = dots; k-- > 0;) e.output.push_back(kFirstOfEllipsis + k);
  };
  if (arrow == std::string_view::npos) {
    spell_dots();
    for (Label l = 0; l < kFirstOfEllipsis; ++l) {
      if (count[static_cast<std::size_t>(l)] == 1) e.output.push_back(l);
    }
    return e;
  }
  for (const Label l : parse_term(text.substr(arrow + 2), kOutput, arrow + 2)) {
    if (l == kDots) {
      spell_dots();
      continue;
    }
    check(std::find(e.output.begin(), e.output.end(), l) == e.output.end(),
          "einsum(): output subscript {} appears more than once in the output", letter_of(l));
    check(count[static_cast<std::size_t>(l)] > 0,
          "einsum(): output subscript {} does not appear in the equation for any input operand", letter_of(l));
    e.output.push_back(l);
  }
  return e;
}

/// The elements whose indices at the places i and j are the same, as a view without the place j.
Tensor diagonal_of(const Tensor& x, std::int64_t i, std::int64_t j) { return movedim(diagonal(x, 0, i, j), -1, i); }

/// A label that stands twice becomes a diagonal; one of size 1 here and more elsewhere is dropped, as it broadcasts.
Factor prepare(Tensor x, const Labels& written, Sizes& sizes, std::size_t number) {
  Factor f{std::move(x), {}};
  for (const Label l : written) {
    const auto seen = std::find(f.labels.begin(), f.labels.end(), l);
    const auto place = static_cast<std::int64_t>(f.labels.size());
    if (seen == f.labels.end()) {
      f.labels.push_back(l);
      continue;
    }
    const std::int64_t first = seen - f.labels.begin();
    check(f.x.size(first) == f.x.size(place),
          "einsum(): subscript {} is repeated for operand {} but the sizes don't match, {} != {}", letter_of(l), number,
          f.x.size(place), f.x.size(first));
    f.x = diagonal_of(f.x, first, place);
  }
  for (const Label l : f.labels) {
    std::int64_t& n = sizes[static_cast<std::size_t>(l)];
    const std::int64_t here = f.size(l);
    check(n == here || n == 1 || here == 1,
          "einsum(): subscript {} has size {} for operand {} which does not broadcast with previously seen size {}",
          l < kFirstOfEllipsis ? std::string(1, letter_of(l)) : "...", here, number, n);
    if (here != 1) n = here;
  }
  return f;
}

void drop_broadcast(Factor& f, const Sizes& sizes) {
  for (std::size_t i = f.labels.size(); i-- > 0;) {
    if (f.x.size(static_cast<std::int64_t>(i)) != 1 || sizes[static_cast<std::size_t>(f.labels[i])] == 1) continue;
    f.x = f.x.squeeze(static_cast<std::int64_t>(i));
    f.labels.erase(f.labels.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Which labels anyone but the operands i and j, or the output, still needs.
LabelSet needed_besides(const std::vector<Factor>& factors, std::size_t i, std::size_t j, const Labels& output) {
  LabelSet out;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (k == i || k == j) continue;
    for (const Label l : factors[k].labels) out[static_cast<std::size_t>(l)] = true;
  }
  for (const Label l : output) out[static_cast<std::size_t>(l)] = true;
  return out;
}

/// The pairs to contract, each as a set of operands (a bit each), so that multiplications are fewest in all: by dynamic
/// programming over subsets, which few operands allow.
class Order {
 public:
  Order(const std::vector<Factor>& factors, const Labels& output, const Sizes& sizes)
      : factors_(factors), output_(output), sizes_(sizes), plans_(std::size_t{1} << factors.size()) {
    const LabelSet labels = needed_besides(factors, factors.size(), factors.size(), output);
    for (std::size_t l = 0; l < kMostLabels; ++l) {
      if (labels[l]) there_.push_back(l);
    }
    const std::size_t all = plans_.size();
    for (std::size_t set = 1; set < all; ++set) {
      if (std::has_single_bit(set)) continue;
      Plan& best = plans_[set];
      best.cost = std::numeric_limits<double>::infinity();
      for (std::size_t part = (set - 1) & set; part; part = (part - 1) & set) {
        const std::size_t rest = set ^ part;
        if (part < rest) continue;
        const double c = plans_[part].cost + plans_[rest].cost + product_cost(part, rest);
        if (c < best.cost) best = {c, part};
      }
    }
  }
  std::size_t first_part(std::size_t set) const { return plans_[set].part; }

 private:
  struct Plan {
    double cost = 0;
    std::size_t part = 0;
  };
  /// The labels that a set's product has when all that can be summed inside has been.
  LabelSet labels_of(std::size_t set) const {
    LabelSet inside, outside;
    for (std::size_t k = 0; k < factors_.size(); ++k) {
      for (const Label l : factors_[k].labels) (set >> k & 1 ? inside : outside)[static_cast<std::size_t>(l)] = true;
    }
    for (const Label l : output_) outside[static_cast<std::size_t>(l)] = true;
    return inside & outside;
  }
  double product_cost(std::size_t a, std::size_t b) const {
    const auto la = labels_of(a), lb = labels_of(b);
    double cost = 1;
    for (const std::size_t l : there_) {
      if (la[l] || lb[l]) cost *= static_cast<double>(sizes_[l]);
    }
    return cost;
  }
  const std::vector<Factor>& factors_;
  const Labels& output_;
  const Sizes& sizes_;
  std::vector<std::size_t> there_;  // all labels
  std::vector<Plan> plans_;
};

constexpr std::size_t kMostForBestOrder = 8;

Factor contract_set(const std::vector<Factor>& factors, const Order& order, std::size_t set, const Labels& output) {
  if (std::has_single_bit(set)) return factors[static_cast<std::size_t>(std::countr_zero(set))];
  // The operands stay in the order they were given in, which is usually that of the output: nothing has to be turned.
  const std::size_t part = order.first_part(set), lowest = std::size_t{1} << std::countr_zero(set);
  const std::size_t left = part & lowest ? part : set ^ part;
  LabelSet needed;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (set >> k & 1) continue;
    for (const Label l : factors[k].labels) needed[static_cast<std::size_t>(l)] = true;
  }
  for (const Label l : output) needed[static_cast<std::size_t>(l)] = true;
  return contract(contract_set(factors, order, left, output), contract_set(factors, order, set ^ left, output), needed,
                  output);
}

/// Many operands: left to right.
Factor contract_in_turn(std::vector<Factor> factors, const Labels& output) {
  while (factors.size() > 1) {
    Factor y = contract(factors[0], factors[1], needed_besides(factors, 0, 1, output), output);
    factors.erase(factors.begin());
    factors[0] = std::move(y);
  }
  return std::move(factors[0]);
}

/// Pairs as they are asked for.
Factor contract_along(IntArrayRef path, std::vector<Factor> factors, const Labels& output) {
  for (std::size_t k = 0; factors.size() > 1; k += 2) {
    const std::int64_t i = std::min(path[k], path[k + 1]), j = std::max(path[k], path[k + 1]);
    check(i >= 0 && j < static_cast<std::int64_t>(factors.size()),
          "einsum(): invalid contraction ({}, {}) operand index is out of bounds", path[k], path[k + 1]);
    check(i != j, "einsum(): invalid contraction ({}, {}) cannot contract an operand with itself", path[k],
          path[k + 1]);
    const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
    Factor y = contract(factors[a], factors[b], needed_besides(factors, a, b, output), output);
    factors.erase(factors.begin() + j);
    factors.erase(factors.begin() + i);
    factors.push_back(std::move(y));
  }
  return std::move(factors[0]);
}

Factor contract_all(std::vector<Factor> factors, const Labels& output, const Sizes& sizes) {
  if (factors.size() <= 2 || factors.size() > kMostForBestOrder) return contract_in_turn(std::move(factors), output);
  const Order order(factors, output, sizes);
  return contract_set(factors, order, (std::size_t{1} << factors.size()) - 1, output);
}

}  // namespace

Tensor einsum(std::string_view equation, TensorList operands, OptionalIntArrayRef path) {
  check(!operands.empty(), "einsum(): must provide at least one operand");
  const std::size_t expected = operands.size() == 1 ? 1 : 2 * (operands.size() - 1);
  check(!path || path->size() == expected,
        "einsum(): expected contraction path given in path parameter to have size {} but got {}", expected,
        path ? path->size() : 0);
  const Equation e = parse(equation, operands);
  Sizes sizes;
  sizes.fill(1);
  std::vector<Factor> factors;
  for (std::size_t i = 0; i < operands.size(); ++i) factors.push_back(prepare(operands[i], e.terms[i], sizes, i));
  for (Factor& f : factors) drop_broadcast(f, sizes);
  Factor y =
      path ? contract_along(*path, std::move(factors), e.output) : contract_all(std::move(factors), e.output, sizes);
  sum_out(y, needed_besides({}, 0, 0, e.output));
  // One operand alone gives a view, even where nothing moves.
  Dims order;
  for (const Label l : e.output) order.push_back(y.place(l));
  const Tensor result = y.labels == e.output && operands.size() > 1 ? y.x : y.x.permute(order);
  return operands.size() > 2 ? result.contiguous() : result;  // whatever the order of the products
}

Subscript::Subscript(std::int64_t label) : label_(label) {
  check<ValueError>(label >= 0 && label < kFirstOfEllipsis,
                    "einsum(): subscript in subscript list is not within the valid range [0, 52)");
}

std::string Subscript::str() const {
  return label_ < 0 ? "..." : std::string(1, letter_of(static_cast<Label>(label_)));
}

namespace {

std::string written(const std::vector<Subscript>& subscripts) {
  std::string text;
  for (const Subscript& s : subscripts) text += s.str();
  return text;
}

Tensor einsum_of(std::initializer_list<Subscripted> operands, const std::string& output) {
  std::string equation;
  std::vector<Tensor> tensors;
  for (const Subscripted& o : operands) {
    if (!tensors.empty()) equation += ',';
    equation += written(o.subscripts);
    tensors.push_back(o.operand);
  }
  return einsum(equation + output, tensors);
}

}  // namespace

Tensor einsum(std::initializer_list<Subscripted> operands) { return einsum_of(operands, ""); }
Tensor einsum(std::initializer_list<Subscripted> operands, const std::vector<Subscript>& output) {
  return einsum_of(operands, "->" + written(output));
}

}  // namespace xgrad
