#include "compare.hpp"

#include "convert.hpp"

namespace xgrad::op_table {
Outcome ask_pytorch(const Row& row, const Values& in, Twin twin) {
  oracle::Question question;
  question.name = row.aten;
  question.in_place = twin == Twin::InPlace && !row.only_in_place();
  question.seed = kSeed;
  for (const Value& v : leaves_of(row, in)) question.arguments.push_back(value_of(v));
  oracle::Answer answer = oracle::ask(question);
  Outcome out;
  out.error = answer.error;
  out.results = tensors_of(answer.results);
  for (const oracle::Plain& p : answer.results) {
    out.shares.push_back(p.shares);
    out.differentiable.push_back(p.requires_grad);
  }
  out.first = tensors_of(answer.first);
  out.second = tensors_of(answer.second);
  out.first_error = answer.first_error;
  out.second_error = answer.second_error;
  return out;
}

const std::vector<Comparison>& compare(const Row& row) {
  static std::map<std::string, std::vector<Comparison>> done;
  const auto [place, fresh] = done.try_emplace(row.name);
  std::vector<Comparison>& out = place->second;
  if (!fresh) return out;
  for (const Sample& s : row.samples) {
    Comparison c{&s, evaluate(row, s.in), {ask_pytorch(row, s.in), {}}, {}, {}};
    Tolerance how{row.rtol, row.rtol32};
    if (single_precision(s.in, c.ours)) how.rtol = how.rtol32;
    how.strides = !row.any_strides;
    const auto differ = [&](const Outcome& ours, const Outcome& theirs, bool& other_words) {
      const Difference d = compare(ours, theirs, how);
      other_words = !d.what.empty() && !row.own_words.empty() && ours.error && theirs.error;
      return other_words ? Difference() : d;
    };
    c.difference = differ(c.ours, c.theirs.plain, c.theirs.other_words);
    if (row.in_place && !row.only_in_place()) {
      c.theirs.in_place = ask_pytorch(row, s.in, Twin::InPlace);
      c.in_place = differ(evaluate(row, s.in, Twin::InPlace), *c.theirs.in_place, c.theirs.other_words_in_place);
    }
    out.push_back(std::move(c));
  }
  return out;
}

}  // namespace xgrad::op_table
