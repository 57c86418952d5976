#include <xgrad/autograd/gradcheck.hpp>

#include <algorithm>
#include <stdexcept>

#include "../autograd/ops/fingerprint.hpp"
#include "../autograd/ops/members.hpp"
#include "out_forms.hpp"

namespace xgrad::op_table {
namespace {

constexpr const char* kIntroduction =
    R"(# Operations

Every form of every operation, as the tests found it. `oracle_tests --write` writes this page while it compares the op
table (`tests/autograd/ops/`) with PyTorch 1.13; a test fails when the page is out of date.

- **function**, **method**: `f(x, ...)` and `x.f(...)`. **in place**: `f_(x, ...)`, and `x.f_(...)` where there is a method.
  **out**: `f_out(out, x, ...)` and `f(x, ..., out = out)`. What stands here was called with every sample (`out` with a few)
  and compared: "=" equals PyTorch's, "+" PyTorch has no `out`, or another one for a reason that stands under "Outs" in
  [PyTorch's names](pytorch_names.md#differences-and-why), "~" in place it does not equal PyTorch's at some sample, for the
  reason in the last column.
- **1st**, **2nd**: derivatives. "=" equals PyTorch's, "+" PyTorch has none at some sample and ours agrees with numeric
  slopes there, "~" at some sample it is another than PyTorch's, for the reason in the last column, and agrees with
  numeric slopes where there are any; nothing where the result does not depend on the arguments differentiably.
- **dtypes** of the first tensor: f for float32 and float64, i for the integers, b for bool. For operations that take no
  tensor, nothing.
- **PyTorch**: the name that it was compared with, and the number of samples: values, shapes, dtypes, strides, errors
  and their words all agree. Where something differs, the entry of [PyTorch's names](pytorch_names.md#differences-and-why)
  that says why.
)";

/// What a form or a derivative was seen to be, over all samples.
struct Seen {
  bool equal = false, more = false, other = false;
  std::string marks() const {
    std::string out;
    for (const auto& [seen, sign] : {std::pair(equal, "="), {more, "+"}, {other, "~"}}) {
      if (seen) out += (out.empty() ? "" : " ") + std::string(sign);
    }
    return out;
  }
};

struct Summary {
  Seen function, method, in_place, out, first, second;
  std::set<ScalarType> dtypes;
  std::set<std::string> differences;
};

bool has_gradient(const std::vector<Tensor>& list) {
  return std::any_of(list.begin(), list.end(), [](const Tensor& g) { return g.defined(); });
}

/// Whether the derivatives of this order agree with numeric slopes at a sample, where there are any.
bool agrees_with_slopes(const Row& row, const Sample& s, bool second) {
  if (!differentiable_at(row, s)) return true;
  const auto f = function_of_leaves(row, s.in);
  const std::vector<Tensor> leaves = leaf_list(leaves_of(row, s.in));
  return second ? autograd::gradgradcheck(f, leaves).ok : autograd::gradcheck(f, leaves).ok;
}

/// Adds what a sample shows of a derivative that we have there.
void note(Seen& seen, const Row& row, const Comparison& c, bool second) {
  const auto& theirs = second ? c.theirs.plain.second_error : c.theirs.plain.first_error;
  const bool equal = c.difference.agree >= (second ? Compared::Everything : Compared::FirstDerivatives);
  if (equal) {
    seen.equal = true;
  } else if (agrees_with_slopes(row, *c.sample, second)) {
    (theirs && differentiable_at(row, *c.sample) ? seen.more : seen.other) = true;
  } else {
    throw std::logic_error(describe(row, *c.sample) + ": a derivative equals neither PyTorch's nor slopes");
  }
}

/// Whether the row's operation, called in this way, gives at every sample what the row's own call gives.
bool called_alike(const Row& row, const Member* member, const Member::Call& call) {
  if (!call) return false;
  const Row other = called_as(row, *member, call);
  for (const Sample& s : row.samples) {
    const std::string what = difference(evaluate(other, s.in, Twin::OutOfPlace, Order::Values),
                                        evaluate(row, s.in, Twin::OutOfPlace, Order::Values), {.bits = true});
    if (!what.empty()) throw std::logic_error(describe(row, s) + " as a member or a function: " + what);
  }
  return true;
}

void note_forms(Summary& s, const Row& row) {
  static const std::vector<Declaration> declared = declared_operations();
  const Member* const member = row.only_in_place() ? nullptr : member_of(row, false);
  s.method.equal = member && called_alike(row, member, member->method);
  // What is no member the row itself calls.
  s.function.equal =
      !row.only_in_place() && (member ? called_alike(row, member, member->function) : is_declared(row, declared));
  const OutForm out = out_form(row);
  s.out = {out.equal, out.more, false};
}

Summary summarise(const Row& row, const std::vector<Comparison>& all) {
  Summary s;
  note_forms(s, row);
  for (const Comparison& c : all) {
    if (!c.sample->differs.empty()) s.differences.insert(c.sample->differs);
    for (const WordsOfForm& words : {c.words, c.words_in_place}) {
      if (words.other) s.differences.insert(words.other->heading);
    }
    if (c.agree() < c.sample->compared()) s.differences.insert("(not explained)");
    if (row.in_place)
      (c.in_place.agree >= Compared::FirstDerivatives || row.only_in_place() ? s.in_place.equal : s.in_place.other) =
          true;
    if (c.ours.error) continue;
    if (has_gradient(c.ours.first)) note(s.first, row, c, false);
    if (has_gradient(c.ours.second)) note(s.second, row, c, true);
    bool seen = false;
    each_tensor(c.sample->in, [&](const Tensor& x) {
      if (!seen) s.dtypes.insert(x.dtype());
      seen = true;
    });
  }
  return s;
}

std::string dtypes(const std::set<ScalarType>& found) {
  std::string out;
  if (found.contains(kFloat32) || found.contains(kFloat64)) out += "f";
  if (std::any_of(found.begin(), found.end(), [](ScalarType t) { return is_integral(t); })) out += "i";
  if (found.contains(kBool)) out += "b";
  return out;
}

/// The rows whose results may be further from PyTorch's than usual.
std::string tolerances() {
  std::string out = fmt::format(
      "\n## Tolerances\n\nNumbers equal PyTorch's within {:g} of them in float64 and {:g} where float32 plays a part, "
      "integers exactly.\nWhere that is too little, here is how much it takes, and why. A test fails where it takes "
      "less.\n\n| operation | float64 | float32 | why |\n|---|---|---|---|\n",
      kRtol, kRtol32);
  for (const Row& row : rows()) {
    if (row.wider())
      out += fmt::format("| `{}` | {:g} | {:g} | {} |\n", row.name, row.rtol, row.rtol32, row.wider_because);
  }
  out +=
      "\nResults of these are sums of products, each compared with the sum of their magnitudes, of which it may be "
      "a small\npart:";
  const char* separator = " ";
  for (const Row& row : rows()) {
    if (row.sums_products) out += separator + ("`" + row.name + "`"), separator = ", ";
  }
  return out + ".\n";
}

}  // namespace

std::string fingerprints_file() {
  std::string out =
      "# What PyTorch 1.13 computes for the samples of the op table; see tests/autograd/ops/fingerprint.hpp.\n"
      "# Written by `oracle_tests --write`; not to be edited.\n";
  std::set<std::string> seen;
  for (const Row& row : rows()) {
    for (const Comparison& c : compare(row)) {
      const std::string key = fingerprint_key(row, *c.sample);
      if (!seen.insert(key).second) continue;
      out += key + " " + fingerprint(*c.sample, c.theirs) + "\n";
    }
  }
  return out;
}

static std::string write_ops_page() {
  std::string out = kIntroduction, family;
  std::size_t samples = 0;
  for (const Row& row : rows()) {
    if (row.family != family) {
      family = row.family;
      out += "\n## " + family +
             "\n\n| operation | function | method | in place | out | 1st | 2nd | dtypes | PyTorch |\n"
             "|---|---|---|---|---|---|---|---|---|\n";
    }
    const auto& all = compare(row);
    samples += all.size();
    const Summary s = summarise(row, all);
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} | `{}`, {}", row.name, s.function.marks(),
                       s.method.marks(), s.in_place.marks(), s.out.marks(), s.first.marks(), s.second.marks(),
                       dtypes(s.dtypes), row.aten, all.size());
    for (const std::string& d : s.differences) out += "; " + d;
    out += " |\n";
  }
  out += tolerances();
  return out + fmt::format("\n{} forms, {} samples.\n", rows().size(), samples);
}

const std::string& ops_page() {
  static const std::string page = write_ops_page();
  return page;
}

}  // namespace xgrad::op_table
