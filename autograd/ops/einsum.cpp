#include <xgrad/autograd/ops/products.hpp>
#include <xgrad/autograd/ops/rearrange.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <algorithm>
#include <bit>
#include <map>

namespace xgrad {
namespace {

/// A dimension's name: a letter's number (0 … 51), or 52 + k for the k-th of the dimensions behind `...`, counted from
/// the last.
using Label = int;
constexpr Label kFirstOfEllipsis = 52;
using Labels = std::vector<Label>;

Label label_of(char c) { return c >= 'a' ? c - 'a' + 26 : c - 'A'; }
char letter_of(Label l) { return static_cast<char>(l < 26 ? 'A' + l : 'a' + l - 26); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// One operand's letters as written; kDots stands for `...`.
constexpr Label kDots = -1;

/// `whose` names the operand, or the output, for errors; `offset` is where the term begins in the equation.
Labels parse_term(std::string_view term, const std::string& whose, std::size_t offset) {
  Labels out;
  bool dots = false;
  for (std::size_t i = 0; i < term.size(); ++i) {
    if (term[i] == ' ') continue;
    if (term[i] == '.') {
      check(!dots, "einsum(): found '.' for {} for which an ellipsis was already found", whose);
      check(term.substr(i, 3) == "...", "einsum(): found '.' for {} that is not part of any ellipsis", whose);
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
  std::map<Label, int> count;
  Label dots = 0;  // how many dimensions stand behind `...` at most
  bool any_dots = false;
  for (;;) {
    const std::size_t comma = left.find(',', begin);
    const std::size_t number = e.terms.size();
    check(number < operands.size(), "einsum(): fewer operands were provided than specified in the equation");
    const Labels written = parse_term(left.substr(begin, comma - begin), fmt::format("operand {}", number), begin);
    any_dots |= std::count(written.begin(), written.end(), kDots) > 0;
    e.terms.push_back(spell_out(written, operands[number], number));
    for (const Label l : e.terms.back()) {
      ++count[l];
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
    for (const auto& [l, n] : count) {
      if (l < kFirstOfEllipsis && n == 1) e.output.push_back(l);
    }
    return e;
  }
  for (const Label l : parse_term(text.substr(arrow + 2), "output", arrow + 2)) {
    if (l == kDots) {
      check(any_dots, "einsum(): the output has an ellipsis but no operand does");
      spell_dots();
      continue;
    }
    check(std::find(e.output.begin(), e.output.end(), l) == e.output.end(),
          "einsum(): output subscript {} appears more than once in the output", letter_of(l));
    check(count.contains(l), "einsum(): output subscript {} does not appear in the equation for any input operand",
          letter_of(l));
    e.output.push_back(l);
  }
  return e;
}

/// An operand on its way: every label once, in the order of its dimensions.
struct Factor {
  Tensor x;
  Labels labels;
  std::int64_t size(Label l) const {
    const auto at = std::find(labels.begin(), labels.end(), l);
    return at == labels.end() ? 1 : x.size(at - labels.begin());
  }
  bool has(Label l) const { return std::find(labels.begin(), labels.end(), l) != labels.end(); }
};

/// The elements whose indices at the places i and j are the same, as a view without the place j.
Tensor diagonal_of(const Tensor& x, std::int64_t i, std::int64_t j) { return movedim(diagonal(x, 0, i, j), -1, i); }

/// A label that stands twice becomes a diagonal; one of size 1 here and more elsewhere is dropped, as it broadcasts.
Factor prepare(Tensor x, const Labels& written, std::map<Label, std::int64_t>& sizes, std::size_t number) {
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
    std::int64_t& n = sizes.try_emplace(l, 1).first->second;
    const std::int64_t here = f.size(l);
    check(n == here || n == 1 || here == 1,
          "einsum(): subscript {} has size {} for operand {} which does not broadcast with previously seen size {}",
          l < kFirstOfEllipsis ? std::string(1, letter_of(l)) : "...", here, number, n);
    if (here != 1) n = here;
  }
  return f;
}

void drop_broadcast(Factor& f, const std::map<Label, std::int64_t>& sizes) {
  for (std::size_t i = f.labels.size(); i-- > 0;) {
    if (f.x.size(static_cast<std::int64_t>(i)) != 1 || sizes.at(f.labels[i]) == 1) continue;
    f.x = f.x.squeeze(static_cast<std::int64_t>(i));
    f.labels.erase(f.labels.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Sums over what nobody else needs.
void sum_out(Factor& f, const std::vector<bool>& needed) {
  Dims dims;
  Labels left;
  for (std::size_t i = 0; i < f.labels.size(); ++i) {
    if (needed[static_cast<std::size_t>(f.labels[i])]) {
      left.push_back(f.labels[i]);
    } else {
      dims.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (!dims.empty()) f.x = f.x.sum(dims);
  f.labels = std::move(left);
}

/// x with the dimensions of these groups of labels, each group as one dimension.
Tensor grouped(const Factor& f, std::initializer_list<const Labels*> groups) {
  Dims order, sizes;
  for (const Labels* group : groups) {
    std::int64_t n = 1;
    for (const Label l : *group) {
      order.push_back(std::find(f.labels.begin(), f.labels.end(), l) - f.labels.begin());
      n *= f.size(l);
    }
    sizes.push_back(n);
  }
  return f.x.permute(order).reshape(sizes);
}

/// The product of two operands, summed over what is not needed afterwards: one batched product of matrices, or a
/// product of elements when nothing is summed.
Factor contract(Factor a, Factor b, const std::vector<bool>& needed) {
  const auto keeps = [&](Label l) { return needed[static_cast<std::size_t>(l)]; };
  std::vector<bool> for_a = needed, for_b = needed;
  for (const Label l : b.labels) for_a[static_cast<std::size_t>(l)] = true;
  for (const Label l : a.labels) for_b[static_cast<std::size_t>(l)] = true;
  sum_out(a, for_a);
  sum_out(b, for_b);
  Labels batch, rows, columns, summed;
  for (const Label l : a.labels) (!b.has(l) ? rows : keeps(l) ? batch : summed).push_back(l);
  for (const Label l : b.labels) {
    if (!a.has(l)) columns.push_back(l);
  }
  Factor y;
  for (const Labels* group : {&batch, &rows, &columns}) y.labels.insert(y.labels.end(), group->begin(), group->end());
  Dims sizes;
  for (const Label l : y.labels) sizes.push_back(a.has(l) ? a.size(l) : b.size(l));
  if (summed.empty()) {
    y.x = grouped(a, {&batch, &rows}).unsqueeze(2) * grouped(b, {&batch, &columns}).unsqueeze(1);
  } else if (batch.empty()) {
    y.x = mm(grouped(a, {&rows, &summed}), grouped(b, {&summed, &columns}));
  } else {
    y.x = bmm(grouped(a, {&batch, &rows, &summed}), grouped(b, {&batch, &summed, &columns}));
  }
  y.x = y.x.reshape(sizes);
  return y;
}

/// Which labels anyone but the operands i and j, or the output, still needs.
std::vector<bool> needed_besides(const std::vector<Factor>& factors, std::size_t i, std::size_t j,
                                 const Labels& output) {
  std::vector<bool> out(128, false);
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
  Order(const std::vector<Factor>& factors, const Labels& output, const std::map<Label, std::int64_t>& sizes)
      : factors_(factors), output_(output), sizes_(sizes), plans_(std::size_t{1} << factors.size()) {
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
  std::vector<bool> labels_of(std::size_t set) const {
    std::vector<bool> inside(128, false), outside(128, false);
    for (std::size_t k = 0; k < factors_.size(); ++k) {
      for (const Label l : factors_[k].labels) (set >> k & 1 ? inside : outside)[static_cast<std::size_t>(l)] = true;
    }
    for (const Label l : output_) outside[static_cast<std::size_t>(l)] = true;
    for (std::size_t l = 0; l < inside.size(); ++l) inside[l] = inside[l] && outside[l];
    return inside;
  }
  double product_cost(std::size_t a, std::size_t b) const {
    const auto la = labels_of(a), lb = labels_of(b);
    double cost = 1;
    for (const auto& [l, n] : sizes_) {
      const auto i = static_cast<std::size_t>(l);
      if (la[i] || lb[i]) cost *= static_cast<double>(n);
    }
    return cost;
  }
  const std::vector<Factor>& factors_;
  const Labels& output_;
  const std::map<Label, std::int64_t>& sizes_;
  std::vector<Plan> plans_;
};

constexpr std::size_t kMostForBestOrder = 8;

Factor contract_set(const std::vector<Factor>& factors, const Order& order, std::size_t set, const Labels& output) {
  if (std::has_single_bit(set)) return factors[static_cast<std::size_t>(std::countr_zero(set))];
  // The operands stay in the order they were given in, which is usually that of the output: nothing has to be turned.
  const std::size_t part = order.first_part(set), lowest = std::size_t{1} << std::countr_zero(set);
  const std::size_t left = part & lowest ? part : set ^ part;
  std::vector<bool> needed(128, false);
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (set >> k & 1) continue;
    for (const Label l : factors[k].labels) needed[static_cast<std::size_t>(l)] = true;
  }
  for (const Label l : output) needed[static_cast<std::size_t>(l)] = true;
  return contract(contract_set(factors, order, left, output), contract_set(factors, order, set ^ left, output), needed);
}

/// Many operands: left to right.
Factor contract_in_turn(std::vector<Factor> factors, const Labels& output) {
  while (factors.size() > 1) {
    Factor y = contract(factors[0], factors[1], needed_besides(factors, 0, 1, output));
    factors.erase(factors.begin());
    factors[0] = std::move(y);
  }
  return std::move(factors[0]);
}

/// Pairs as they are asked for.
Factor contract_along(IntArrayRef path, std::vector<Factor> factors, const Labels& output) {
  for (std::size_t k = 0; factors.size() > 1; k += 2) {
    const std::int64_t i = std::min(path[k], path[k + 1]), j = std::max(path[k], path[k + 1]);
    check(i != j && i >= 0 && j < static_cast<std::int64_t>(factors.size()),
          "einsum(): invalid contraction path: ({}, {})", path[k], path[k + 1]);
    const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
    Factor y = contract(factors[a], factors[b], needed_besides(factors, a, b, output));
    factors.erase(factors.begin() + j);
    factors.erase(factors.begin() + i);
    factors.push_back(std::move(y));
  }
  return std::move(factors[0]);
}

Factor contract_all(std::vector<Factor> factors, const Labels& output, const std::map<Label, std::int64_t>& sizes) {
  if (factors.size() <= 2 || factors.size() > kMostForBestOrder) return contract_in_turn(std::move(factors), output);
  const Order order(factors, output, sizes);
  return contract_set(factors, order, (std::size_t{1} << factors.size()) - 1, output);
}

}  // namespace

Tensor einsum(std::string_view equation, TensorList operands, std::optional<Dims> path) {
  check(!operands.empty(), "einsum(): must provide at least one operand");
  const std::size_t expected = operands.size() == 1 ? 1 : 2 * (operands.size() - 1);
  check(!path || path->size() == expected,
        "einsum(): expected contraction path given in path parameter to have size {} but got {}", expected,
        path ? path->size() : 0);
  const Equation e = parse(equation, operands);
  std::map<Label, std::int64_t> sizes;
  std::vector<Factor> factors;
  for (std::size_t i = 0; i < operands.size(); ++i) factors.push_back(prepare(operands[i], e.terms[i], sizes, i));
  for (Factor& f : factors) drop_broadcast(f, sizes);
  Factor y =
      path ? contract_along(*path, std::move(factors), e.output) : contract_all(std::move(factors), e.output, sizes);
  sum_out(y, needed_besides({}, 0, 0, e.output));
  Dims order;
  for (const Label l : e.output) {
    order.push_back(std::find(y.labels.begin(), y.labels.end(), l) - y.labels.begin());
  }
  const Tensor result = y.x.permute(order);
  return operands.size() > 2 ? result.contiguous() : result;  // whatever the order of the products
}

}  // namespace xgrad
