#include "programs.hpp"

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include "../autograd/ops/evaluate.hpp"
#include "../autograd/ops/samples.hpp"
#include "convert.hpp"

#include <fmt/format.h>

namespace xgrad::op_table {
namespace {

/// Random numbers that are the same everywhere (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  /// 0 … n−1
  std::int64_t below(std::int64_t n) {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t x = state_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return n > 0 ? static_cast<std::int64_t>((x ^ (x >> 31)) % static_cast<std::uint64_t>(n)) : 0;
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// A program while it is written: it runs as it grows, so that later steps fit the shapes that are there.
struct Draft {
  Dice dice;
  RandomProgram program;
  std::vector<Tensor> tensors;

  std::int64_t dim_of(const Tensor& x) { return dice.below(x.dim()) - (dice.one_in(4) ? x.dim() : 0); }
};

/// Further arguments for a tensor.
using Arguments = Values (*)(Draft& d, const Tensor& x);

Values nothing(Draft&, const Tensor&) { return {}; }
Values a_dim(Draft& d, const Tensor& x) { return {d.dim_of(x)}; }
Values two_dims(Draft& d, const Tensor& x) { return {d.dim_of(x), d.dim_of(x)}; }
Values a_place(Draft& d, const Tensor& x) {
  const std::int64_t dim = d.dim_of(x);
  return {dim, d.dice.below(x.dim() ? x.size(dim) : 1) - (d.dice.one_in(3) ? 1 : 0)};
}
Values a_range(Draft& d, const Tensor& x) {
  const std::int64_t dim = d.dim_of(x), n = x.dim() ? x.size(dim) : 1, from = d.dice.below(n);
  return {dim, from, d.dice.below(n - from) + 1};
}
Values a_slice(Draft& d, const Tensor& x) {
  const std::int64_t dim = d.dim_of(x), n = x.dim() ? x.size(dim) : 1;
  return {dim, d.dice.below(n), n - d.dice.below(2), d.dice.below(2) + 1};
}
Values flat(Draft&, const Tensor&) { return {D{-1}}; }
Values two_rows(Draft&, const Tensor& x) { return {D{2, x.numel() / 2}}; }
Values once_more(Draft& d, const Tensor& x) {
  D sizes(x.sizes().begin(), x.sizes().end());
  sizes.insert(sizes.begin(), d.dice.below(2) + 1);
  return {sizes};
}
Values backwards(Draft&, const Tensor& x) {
  D dims;
  for (std::int64_t i = x.dim(); i-- > 0;) dims.push_back(i);
  return {dims};
}
Values a_diagonal(Draft& d, const Tensor&) { return {d.dice.below(3) - 1, 0, 1}; }
Values windows(Draft& d, const Tensor& x) { return {d.dim_of(x), 2, d.dice.below(2) + 1}; }
Values parts(Draft& d, const Tensor& x) { return {d.dice.below(2) + 1, d.dim_of(x)}; }
Values overlapping(Draft&, const Tensor&) { return {D{2, 2}, D{1, 1}, 0}; }
Values a_number(Draft& d, const Tensor&) { return {0.25 * static_cast<double>(d.dice.below(9) - 4)}; }
Values bounds(Draft&, const Tensor&) { return {-0.75, 0.75}; }

Values a_mask(Draft& d, const Tensor& x) { return {t({x.dim() ? x.size(-1) : 1}, kBool, d.dice.below(3)), 0.5}; }
Values every_other(Draft& d, const Tensor&) { return {at({Slice(d.dice.below(2), indexing::None, 2)}), -0.75}; }
Values a_part(Draft& d, const Tensor&) {
  return {d.dice.one_in(2) ? at({indexing::Ellipsis, d.dice.below(3)})
                           : at({Slice(1, indexing::None), indexing::None})};
}

/// What a step may be: a row, in which form, whether another tensor follows the first, and what else.
struct Choice {
  const char* row;
  enum Form { Views, Returns, Changes } form;
  bool other;
  Arguments more;
};

constexpr Choice kChoices[] = {
    {"view", Choice::Views, false, flat},
    {"view", Choice::Views, false, two_rows},
    {"reshape", Choice::Views, false, flat},
    {"select", Choice::Views, false, a_place},
    {"narrow", Choice::Views, false, a_range},
    {"slice", Choice::Views, false, a_slice},
    {"transpose", Choice::Views, false, two_dims},
    {"t", Choice::Views, false, nothing},
    {"permute", Choice::Views, false, backwards},
    {"unsqueeze", Choice::Views, false, a_dim},
    {"squeeze", Choice::Views, false, nothing},
    {"squeeze.dim", Choice::Views, false, a_dim},
    {"expand", Choice::Views, false, once_more},
    {"diagonal", Choice::Views, false, a_diagonal},
    {"unfold", Choice::Views, false, windows},
    {"as_strided", Choice::Views, false, overlapping},
    {"unbind", Choice::Views, false, a_dim},
    {"split", Choice::Views, false, parts},
    {"chunk", Choice::Views, false, parts},
    {"index", Choice::Views, false, a_part},
    {"view_as", Choice::Views, true, nothing},
    {"clone", Choice::Returns, false, nothing},
    {"contiguous", Choice::Views, false, nothing},
    {"add", Choice::Returns, true, nothing},
    {"mul", Choice::Returns, true, nothing},
    {"sin", Choice::Returns, false, nothing},
    {"tanh", Choice::Returns, false, nothing},
    {"relu", Choice::Returns, false, nothing},
    {"add", Choice::Changes, true, nothing},
    {"sub", Choice::Changes, true, nothing},
    {"mul", Choice::Changes, true, nothing},
    {"add.scalar", Choice::Changes, false, a_number},
    {"mul.scalar", Choice::Changes, false, a_number},
    {"sin", Choice::Changes, false, nothing},
    {"tanh", Choice::Changes, false, nothing},
    {"sigmoid", Choice::Changes, false, nothing},
    {"relu", Choice::Changes, false, nothing},
    {"square", Choice::Changes, false, nothing},
    {"clamp", Choice::Changes, false, bounds},
    {"copy_", Choice::Changes, true, nothing},
    {"masked_fill", Choice::Changes, false, a_mask},
    {"index_put_.scalar", Choice::Changes, false, every_other},
    {"fill_", Choice::Changes, false, a_number},
    {"zero_", Choice::Changes, false, nothing},
};

/// Its arguments with the tensors that are there.
Values with_tensors(const ProgramStep& step, const std::vector<Tensor>& tensors) {
  Values out = step.arguments;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!step.tensors[i]) continue;
    check(*step.tensors[i] < tensors.size(), "a tensor that an earlier step did not make");
    out[i] = tensors[*step.tensors[i]];
  }
  return out;
}

/// Carries out a step; its results join the tensors. Returns what it threw.
std::optional<std::string> carry_out(const ProgramStep& step, std::vector<Tensor>& tensors) {
  try {
    Values arguments = with_tensors(step, tensors);
    const AutoGradMode mode(!step.no_grad);
    if (step.in_place) {
      step.row->in_place(arguments);
    } else {
      const auto results = step.row->call(arguments);
      tensors.insert(tensors.end(), results.begin(), results.end());
    }
  } catch (const Error& e) {
    return first_line(e.what());
  }
  return std::nullopt;
}

/// A tensor, more often a late one; of x's shape if there is one and fortune wills.
std::size_t some_tensor(Draft& d) {
  const auto n = static_cast<std::int64_t>(d.tensors.size());
  return static_cast<std::size_t>(d.dice.one_in(2) ? n - 1 - d.dice.below(std::min<std::int64_t>(n, 4))
                                                   : d.dice.below(n));
}
std::size_t partner(Draft& d, const Tensor& x) {
  std::size_t found = some_tensor(d);
  for (int attempts = 0; attempts < 4 && !(d.tensors[found].sizes() == x.sizes()); ++attempts) found = some_tensor(d);
  return found;
}

ProgramStep draw_step(Draft& d) {
  const Choice& choice = kChoices[d.dice.below(static_cast<std::int64_t>(std::size(kChoices)))];
  const std::size_t first = some_tensor(d);
  const Tensor x = d.tensors[first];
  // Views made without gradients say in PyTorch that they require grad. ("Views made without gradients")
  const bool no_grad = choice.form != Choice::Views && d.dice.one_in(8);
  ProgramStep step{&row_called(choice.row), choice.form == Choice::Changes, no_grad, {Tensor()}, {first}};
  if (choice.other) {
    std::size_t second = partner(d, x);
    // x.mul_(x) has a derivative here. ("In-place products with oneself")
    const bool product = step.in_place && step.row->aten == "mul";
    const auto same = [&](std::size_t i) { return d.tensors[i].array().same_storage(x.array()); };
    while (product && same(second)) second = some_tensor(d);
    step.arguments.emplace_back(Tensor());
    step.tensors.emplace_back(second);
  }
  for (const Value& v : choice.more(d, x)) {
    step.arguments.push_back(v);
    step.tensors.emplace_back();
  }
  return step;
}

std::string errors_differ(std::size_t k, const std::optional<std::string>& ours,
                          const std::optional<std::string>& theirs) {
  const auto or_none = [](const std::optional<std::string>& e) { return e ? "\"" + *e + "\"" : "no error"; };
  return fmt::format("step {}: {} instead of {}", k, or_none(ours), or_none(theirs));
}

std::vector<Tensor> leaves_like(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> out;
  for (const Tensor& x : inputs) out.push_back(x.detach().clone().requires_grad_(x.requires_grad()));
  return out;
}

}  // namespace

const Row& row_called(const std::string& name) {
  for (const Row& r : rows()) {
    if (r.name == name) return r;
  }
  throw std::logic_error("no row is called " + name);
}

std::string RandomProgram::str() const {
  std::string out;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    out += fmt::format("  t{} = {}{}\n", k, inputs[k].sizes(), inputs[k].requires_grad() ? ", requires grad" : "");
  }
  std::vector<Tensor> tensors = leaves_like(inputs);
  for (const ProgramStep& s : steps) {
    std::string arguments;
    for (std::size_t i = 0; i < s.arguments.size(); ++i) {
      arguments += i ? ", " : "";
      arguments += s.tensors[i] ? fmt::format("t{}", *s.tensors[i]) : s.arguments[i].str();
    }
    const std::size_t before = tensors.size();
    const auto error = carry_out(s, tensors);
    std::string results;
    for (std::size_t k = before; k < tensors.size(); ++k) results += fmt::format("t{} ", k);
    out += fmt::format("  {}{}{}({}){}{}\n", results.empty() ? "" : results + "= ", s.row->aten,
                       s.in_place && !s.row->only_in_place() ? "_" : "", arguments, s.no_grad ? " without grad" : "",
                       error ? "    throws" : "");
  }
  return out;
}

RandomProgram program_of(std::uint64_t number, std::size_t steps) {
  Draft d{Dice(number), {}, {}};
  d.program.inputs = {t({3, 4}).requires_grad_(), t({4}, kFloat64, 2).requires_grad_(), t({3, 4}, kFloat64, 3)};
  d.tensors = leaves_like(d.program.inputs);
  while (d.program.steps.size() < steps) {
    const ProgramStep step = draw_step(d);
    std::vector<Tensor> after = d.tensors;
    const bool threw = carry_out(step, after).has_value();
    // Errors are kept, but not all of them: a program of errors says little.
    if (threw && !d.dice.one_in(3)) continue;
    if (after.size() > 40 || (after.size() > d.tensors.size() && after.back().numel() > 100)) continue;
    d.tensors = std::move(after);
    d.program.steps.push_back(step);
  }
  return std::move(d.program);
}

oracle::Program for_torch(const RandomProgram& program) {
  oracle::Program out;
  for (const Tensor& x : program.inputs) out.inputs.push_back(plain(x));
  for (const ProgramStep& s : program.steps) {
    oracle::Step step{
        s.row->aten + (s.in_place && !s.row->only_in_place() ? "_" : ""), s.in_place, s.no_grad, {}, s.tensors};
    for (std::size_t i = 0; i < s.arguments.size(); ++i) {
      oracle::Plain tensor;
      tensor.defined = true;
      step.arguments.push_back(s.tensors[i] ? oracle::Value(tensor) : value_of(s.arguments[i]));
    }
    out.steps.push_back(std::move(step));
  }
  return out;
}

oracle::Trace run(const RandomProgram& program) {
  oracle::Trace trace;
  std::vector<Tensor> tensors = leaves_like(program.inputs);
  for (const ProgramStep& s : program.steps) trace.errors.push_back(carry_out(s, tensors));
  std::vector<Tensor> roots, weights, leaves;
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    const Tensor& x = tensors[k];
    trace.tensors.push_back(plain(x));
    for (std::size_t j = 0; j < program.inputs.size(); ++j)
      trace.tensors[k].shares |= x.array().same_storage(tensors[j].array());
    trace.versions.push_back(static_cast<std::int64_t>(x.version()));
    if (!x.requires_grad()) continue;
    if (k < program.inputs.size() && x.is_leaf()) {
      leaves.push_back(x);
    } else {
      roots.push_back(x);
      weights.push_back(incoming(x, k));
    }
  }
  if (roots.empty() || leaves.empty()) return trace;
  try {
    for (const Tensor& g : autograd::grad(roots, leaves, weights, false, false, true))
      trace.gradients.push_back(plain(g));
  } catch (const Error& e) {
    trace.backward_error = first_line(e.what());
  }
  return trace;
}

const std::vector<KnownDifference>& known_differences() {
  static const std::vector<KnownDifference> all{
      {"unsupported operation: ", "", "Overlapping memory", false},
      {"", "a leaf Variable that requires grad is being used in an in-place operation.",
       "Views of what requires grad later", true}};
  return all;
}

/// What a step changes or reads first, as it is before the step.
Tensor target_before(const RandomProgram& program, std::size_t step) {
  std::vector<Tensor> tensors = leaves_like(program.inputs);
  for (std::size_t k = 0; k < step; ++k) carry_out(program.steps[k], tensors);
  return with_tensors(program.steps[step], tensors).at(0).get<Tensor>();
}

RandomProgram without_known_differences(RandomProgram program) {
  const auto starts = [](const std::optional<std::string>& error, const std::string& text) {
    return text.empty() ? !error : error && error->starts_with(text);
  };
  for (std::size_t k = 0; k < program.steps.size();) {
    const std::optional<std::string> ours = run(program).errors[k], theirs = oracle::run(for_torch(program)).errors[k];
    const auto explains = [&](const KnownDifference& d) {
      // A tensor that is no view and requires grad is a leaf to both.
      return starts(ours, d.ours) && starts(theirs, d.theirs) && (!d.of_views || target_before(program, k).is_view());
    };
    const bool known = program.steps[k].in_place && ours.has_value() != theirs.has_value() &&
                       std::any_of(known_differences().begin(), known_differences().end(), explains);
    known ? static_cast<void>(program.steps.erase(program.steps.begin() + static_cast<std::ptrdiff_t>(k)))
          : static_cast<void>(++k);
  }
  return program;
}

/// Along a dimension of one element, strides of what is no view are anybody's choice.
bool strides_differ(const oracle::Plain& ours, const oracle::Plain& theirs) {
  for (std::size_t d = 0; d < ours.strides.size(); ++d) {
    if (ours.strides[d] != theirs.strides[d] && (ours.shares || ours.sizes[d] != 1)) return true;
  }
  return false;
}

std::string difference(const oracle::Trace& ours, const oracle::Trace& theirs) {
  for (std::size_t k = 0; k < ours.errors.size(); ++k) {
    if (ours.errors[k].has_value() != theirs.errors[k].has_value())
      return errors_differ(k, ours.errors[k], theirs.errors[k]);
  }
  const Tolerance how;
  const std::string values = difference(tensors_of(ours.tensors), tensors_of(theirs.tensors), how);
  if (!values.empty()) return "tensor " + values;
  for (std::size_t k = 0; k < ours.tensors.size(); ++k) {
    const oracle::Plain &a = ours.tensors[k], &b = theirs.tensors[k];
    if (a.requires_grad != b.requires_grad && !theirs.backward_error)
      return fmt::format("tensor {} {} grad", k, a.requires_grad ? "requires" : "does not require");
    if (ours.versions[k] != theirs.versions[k])
      return fmt::format("tensor {} is at version {} instead of {}", k, ours.versions[k], theirs.versions[k]);
    if (tensor_of(a).numel() > 0 && (strides_differ(a, b) || (a.shares && a.offset != b.offset)))
      return fmt::format("tensor {} has strides {} and offset {} instead of {} and {}", k, fmt::join(a.strides, ", "),
                         a.offset, fmt::join(b.strides, ", "), b.offset);
  }
  if (ours.backward_error.has_value() != theirs.backward_error.has_value())
    return "backward, " + errors_differ(ours.errors.size(), ours.backward_error, theirs.backward_error);
  const std::string gradients = difference(tensors_of(ours.gradients), tensors_of(theirs.gradients), how, true);
  return gradients.empty() ? "" : "gradient " + gradients;
}

}  // namespace xgrad::op_table
