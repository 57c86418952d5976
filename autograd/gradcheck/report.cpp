/// The verdict, and the text that people read.
#include <xgrad/autograd/gradcheck/diagnosis.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::autograd::detail {
namespace {

struct Wrong {
  const Block* block;
  std::size_t entry;
  double error() const { return std::abs(block->analytic[entry] - block->numeric[entry]); }
};

/// Worst first: what is not a number, then by absolute error.
bool worse(const Wrong& a, const Wrong& b) {
  const double x = a.error(), y = b.error();
  if (std::isnan(x) != std::isnan(y)) return std::isnan(x);
  return x > y;
}

std::vector<std::int64_t> index_of(std::size_t flat, const Dims& sizes) {
  std::vector<std::int64_t> index(sizes.size());
  for (std::size_t d = sizes.size(); d-- > 0;) {
    index[d] = static_cast<std::int64_t>(flat) % sizes[d];
    flat /= static_cast<std::size_t>(sizes[d]);
  }
  return index;
}

GradcheckEntry describe(const Wrong& w) {
  const Block& b = *w.block;
  const double a = b.analytic[w.entry], n = b.numeric[w.entry];
  return {b.output->name,
          b.input->name,
          index_of(b.row(w.entry), b.output->sizes),
          index_of(b.column(w.entry), b.input->sizes),
          a,
          n,
          std::abs(a - n),
          std::abs(a - n) / std::abs(n)};
}

/// A NaN's sign means nothing, and should not be printed.
double unsigned_nan(double v) { return std::isnan(v) ? std::abs(v) : v; }

std::string cell(const std::string& name, const std::vector<std::int64_t>& index) {
  return index.empty() ? name : fmt::format("{} {}", name, to_string(index));
}

std::string table(const std::vector<GradcheckEntry>& entries, std::size_t more) {
  std::size_t width[2] = {8, 8};
  for (const GradcheckEntry& e : entries) {
    width[0] = std::max(width[0], cell(e.output, e.output_index).size());
    width[1] = std::max(width[1], cell(e.input, e.input_index).size());
  }
  std::string out = fmt::format("  {:<{}}  {:<{}}  {:>13}  {:>13}  {:>9}  {:>9}\n", "slope of", width[0], "along",
                                width[1], "analytic", "numeric", "abs error", "rel error");
  for (const GradcheckEntry& e : entries) {
    out += fmt::format("  {:<{}}  {:<{}}  {:>13.7g}  {:>13.7g}  {:>9.2g}  {:>9.2g}\n", cell(e.output, e.output_index),
                       width[0], cell(e.input, e.input_index), width[1], unsigned_nan(e.analytic),
                       unsigned_nan(e.numeric), unsigned_nan(e.absolute_error), unsigned_nan(e.relative_error));
  }
  if (more > 0) out += fmt::format("  ... and {} more\n", more);
  return out;
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string passed(const std::vector<Block>& blocks, std::size_t entries) {
  if (entries == 0) return "gradcheck passed: nothing to compare, as the inputs or the outputs are empty";
  std::size_t kinks = 0;
  for (const Block& b : blocks) {
    for (const auto& [e, slope] : b.looked_at) kinks += slope.kink;
  }
  std::string text = fmt::format("gradcheck passed: {}", counted(entries, "entry agrees", "entries agree"));
  if (kinks > 0) text += fmt::format(", {} of them at kinks, where other slopes would be as right", kinks);
  return text;
}

}  // namespace

GradcheckResult refusal(std::string reason) {
  GradcheckResult result;
  result.report = "gradcheck refused: " + reason;
  result.findings.push_back({{}, {}, GradcheckCause::Refused, std::move(reason)});
  return result;
}

GradcheckResult judge(const std::vector<Block>& blocks, const GradcheckOptions& options) {
  std::vector<Wrong> all;
  std::size_t entries = 0;
  for (const Block& b : blocks) {
    entries += b.numeric.size();
    for (std::size_t e = 0; e < b.numeric.size(); ++e) {
      if (wrong(b, e, options)) all.push_back({&b, e});
    }
  }
  GradcheckResult result;
  result.ok = all.empty();
  if (result.ok) {
    result.report = passed(blocks, entries);
    return result;
  }
  std::stable_sort(all.begin(), all.end(), worse);
  const std::size_t shown = std::min(all.size(), options.max_entries());
  for (std::size_t i = 0; i < shown; ++i) result.entries.push_back(describe(all[i]));
  result.report = fmt::format("gradcheck failed: {} of {} slopes are wrong (rtol {:g}, atol {:g})\n", all.size(),
                              entries, options.rtol(), options.atol());
  if (shown > 0) result.report += table(result.entries, all.size() - shown);

  std::vector<std::pair<const Block*, std::vector<std::size_t>>> by_block;  // the worst block first
  for (const Wrong& w : all) {
    auto at = std::find_if(by_block.begin(), by_block.end(), [&](const auto& b) { return b.first == w.block; });
    if (at == by_block.end()) at = by_block.insert(by_block.end(), {w.block, {}});
    at->second.push_back(w.entry);
  }
  std::vector<std::pair<std::string, std::string>> causes;  // text, and the pairs it is about
  for (const auto& [block, wrong_entries] : by_block) {
    const Suspicion s = suspect(*block, wrong_entries, blocks, options);
    result.findings.push_back({block->output->name, block->input->name, s.cause, s.text});
    if (s.cause == GradcheckCause::Unknown) continue;
    const std::string pair = fmt::format("{}, {}", block->input->name, block->output->name);
    const auto known = std::find_if(causes.begin(), causes.end(), [&](const auto& c) { return c.first == s.text; });
    if (known == causes.end())
      causes.emplace_back(s.text, pair);
    else
      known->second += "; " + pair;
  }
  for (const auto& [text, pairs] : causes) result.report += fmt::format("  {}: suspected cause: {}\n", pairs, text);
  result.report.pop_back();  // the last line's end
  return result;
}

}  // namespace xgrad::autograd::detail
