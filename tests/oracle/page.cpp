#include <algorithm>

#include "../autograd/ops/fingerprint.hpp"
#include "compare.hpp"

namespace xgrad::op_table {
namespace {

constexpr const char* kIntroduction =
    R"(# Operations

Every form of every operation, as the tests found it. `oracle_tests --write` writes this page while it compares the op
table (`tests/autograd/ops/`) with PyTorch 1.13; a test fails when the page is out of date.

- **1st**, **2nd**: derivatives. "=" equals PyTorch's at every sample, "+" means that PyTorch has none there and ours
  agrees with numeric slopes; nothing where the result does not depend on the arguments differentiably.
- **in place**: the form with a trailing underscore is there and equals PyTorch's.
- **dtypes** of the first tensor: f for float32 and float64, i for the integers, b for bool. For operations that take no
  tensor, nothing.
- **PyTorch**: the name that it was compared with, and the number of samples: values, shapes, dtypes, strides, errors
  and their words all agree. Where something differs, the entry of [PyTorch's names](pytorch_names.md#differences-and-why)
  that says why.
)";

struct Summary {
  bool first = false, second = false, first_more = false, second_more = false;
  std::set<ScalarType> dtypes;
  std::set<std::string> differences;
};

bool has_gradient(const std::vector<Tensor>& list) {
  return std::any_of(list.begin(), list.end(), [](const Tensor& g) { return g.defined(); });
}

Summary summarise(const Row& row, const std::vector<Comparison>& all) {
  Summary s;
  for (const Comparison& c : all) {
    if (!c.sample->differs.empty()) s.differences.insert(c.sample->differs);
    if (!row.own_words.empty()) s.differences.insert(row.own_words);
    if (c.agree() < c.sample->compared()) s.differences.insert("(not explained)");
    if (c.ours.error) continue;
    s.first |= has_gradient(c.ours.first);
    s.second |= has_gradient(c.ours.second);
    s.first_more |= !c.ours.first_error && c.theirs.plain.first_error;
    s.second_more |= !c.ours.second_error && c.theirs.plain.second_error;
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

const char* mark(bool there, bool more) { return !there ? "" : more ? "= +" : "="; }

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

std::string ops_page() {
  std::string out = kIntroduction, family;
  std::size_t samples = 0;
  for (const Row& row : rows()) {
    if (row.family != family) {
      family = row.family;
      out +=
          "\n## " + family + "\n\n| operation | 1st | 2nd | in place | dtypes | PyTorch |\n|---|---|---|---|---|---|\n";
    }
    const auto& all = compare(row);
    samples += all.size();
    const Summary s = summarise(row, all);
    out += fmt::format("| `{}` | {} | {} | {} | {} | `{}`, {}", row.name, mark(s.first, s.first_more),
                       mark(s.second, s.second_more), row.in_place ? "=" : "", dtypes(s.dtypes), row.aten, all.size());
    for (const std::string& d : s.differences) out += "; " + d;
    out += " |\n";
  }
  return out + fmt::format("\n{} forms, {} samples.\n", rows().size(), samples);
}

}  // namespace xgrad::op_table
