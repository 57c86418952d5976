#include "compare.hpp"

#include "convert.hpp"

namespace xgrad::op_table {
namespace {

oracle::Question question_of(const Row& row, const Values& in) {
  oracle::Question question;
  question.name = row.aten;
  question.seed = kSeed;
  for (const Value& v : in) question.arguments.push_back(value_of(v));
  return question;
}

Outcome outcome_of(const oracle::Answer& answer) {
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

}  // namespace

Outcome ask_pytorch(const Row& row, const Values& in, Twin twin) {
  oracle::Question question = question_of(row, leaves_of(row, in));
  question.in_place = twin == Twin::InPlace && !row.only_in_place();
  return outcome_of(oracle::ask(question));
}

std::pair<Outcome, int> ask_pytorch(const Row& row, const Values& in, const Outs& outs) {
  oracle::Question question = question_of(row, in);
  for (const Tensor& t : outs.tensors) question.outs.push_back(plain(t));
  question.out_is_argument = outs.is_argument;
  const oracle::Answer answer = oracle::ask(question);
  return {outcome_of(answer), answer.warnings};
}

bool pytorch_has_out_form(const Row& row, const Values& in, std::size_t results) {
  return oracle::has_out_form(row.aten, question_of(row, in).arguments, results);
}

const std::vector<Comparison>& compare(const Row& row) {
  static std::map<std::string, std::vector<Comparison>> done;
  const auto [place, fresh] = done.try_emplace(row.name);
  std::vector<Comparison>& out = place->second;
  if (!fresh) return out;
  for (const Sample& s : row.samples) {
    Comparison c{&s, evaluate(row, s.in), {ask_pytorch(row, s.in), {}, {}, {}}, {}, {}};
    Tolerance how{row.rtol, row.rtol32};
    if (single_precision(s.in, c.ours)) how.rtol = how.rtol32;
    how.strides = !row.any_strides;
    Outcome sizes;
    if (row.sums_products) {
      sizes = magnitudes(row, s.in);
      how.scale = &sizes;
    }
    const auto differ = [&](const Outcome& ours, const Outcome& theirs, std::optional<std::string>& own_words) {
      const Difference d = compare(ours, theirs, how);
      if (d.what.empty() || row.own_words.empty() || !ours.error || !theirs.error) return d;
      own_words = ours.error;
      return Difference();
    };
    c.difference = differ(c.ours, c.theirs.plain, c.theirs.own_words);
    if (row.in_place && !row.only_in_place()) {
      c.theirs.in_place = ask_pytorch(row, s.in, Twin::InPlace);
      c.in_place = differ(evaluate(row, s.in, Twin::InPlace), *c.theirs.in_place, c.theirs.own_words_in_place);
    }
    out.push_back(std::move(c));
  }
  return out;
}

}  // namespace xgrad::op_table
