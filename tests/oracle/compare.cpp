#include "compare.hpp"

#include <fmt/format.h>

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

namespace {

/// Compares one form of an operation. Where the row says that ours are other words than PyTorch's, `ours_instead` are
/// those, and the two are the same otherwise if both throw.
Difference compare_form(const Row& row, const Outcome& ours, const Outcome& theirs, const Tolerance& how,
                        WordsOfForm& words, std::optional<std::string>& ours_instead) {
  const OtherWords* const other = row.other_words(theirs.error);
  if (!other || !ours.error) return compare(ours, theirs, how);
  words = {other, ours.error == theirs.error};
  ours_instead = ours.error;
  return {};
}

Comparison compare(const Row& row, const Sample& s) {
  Comparison c{&s, evaluate(row, s.in), {ask_pytorch(row, s.in), {}, {}, {}}, {}, {}, {}, {}, {}};
  Tolerance how{row.rtol, row.rtol32};
  how.single = single_precision(s.in, c.ours);
  how.strides = !row.any_strides;
  how.measured = &c.measured;
  Outcome sizes;
  if (row.sums_products) {
    sizes = magnitudes(row, s.in);
    how.scale = &sizes;
  }
  c.difference = compare_form(row, c.ours, c.theirs.plain, how, c.words, c.theirs.own_words);
  if (row.in_place && !row.only_in_place()) {
    c.theirs.in_place = ask_pytorch(row, s.in, Twin::InPlace);
    c.in_place = compare_form(row, evaluate(row, s.in, Twin::InPlace), *c.theirs.in_place, how, c.words_in_place,
                              c.theirs.own_words_in_place);
  }
  return c;
}

}  // namespace

std::vector<Comparison> compare_samples(const Row& row) {
  std::vector<Comparison> out;
  for (const Sample& s : row.samples) out.push_back(compare(row, s));
  return out;
}

const std::vector<Comparison>& compare(const Row& row) {
  static std::map<std::string, std::vector<Comparison>> done;
  const auto [place, fresh] = done.try_emplace(row.name);
  if (fresh) place->second = compare_samples(row);
  return place->second;
}

std::vector<std::string> words_not_other(const Row& row, const std::vector<Comparison>& all) {
  std::vector<std::string> out;
  std::set<const OtherWords*> needed;
  for (const Comparison& c : all) {
    for (const auto& [words, error] :
         {std::pair(c.words, c.theirs.plain.error),
          {c.words_in_place, c.theirs.in_place ? c.theirs.in_place->error : std::nullopt}}) {
      if (!words.other) continue;
      needed.insert(words.other);
      if (words.same)
        out.push_back(
            fmt::format("{}: \"{}\" is PyTorch's error, too, and the row says that it is another one (\"{}\")",
                        describe(row, *c.sample), error.value_or(""), words.other->theirs));
    }
  }
  for (const OtherWords& w : row.own_words) {
    if (!needed.contains(&w))
      out.push_back(fmt::format("{}: no error of PyTorch's begins with \"{}\"", row.name, w.theirs));
  }
  return out;
}

Measured measured(const std::vector<Comparison>& all) {
  Measured most;
  for (const Comparison& c : all) most.add(c.measured);
  return most;
}

std::vector<std::string> tolerance_not_needed(const Row& row, const Measured& m) {
  // For what other processors make of the same sums; and it is by chance how much cancels in one.
  constexpr double kRoom = 4, kRoomOfSums = 25;
  std::vector<std::string> out;
  const auto look = [&](const char* dtype, double tolerance, double usual, double difference) {
    if (tolerance > usual && difference * kRoom <= usual)
      out.push_back(fmt::format("{}: a tolerance of {:g} in {}, where {:g} is enough: results differ by {:.1g}",
                                row.name, tolerance, dtype, usual, difference));
  };
  look("float64", row.rtol, kRtol, m.wide);
  look("float32", row.rtol32, kRtol32, m.single);
  if (row.sums_products && m.wide_alone * kRoomOfSums <= kRtol && m.single_alone * kRoomOfSums <= kRtol32)
    out.push_back(row.name + " need not be measured by magnitudes");
  return out;
}

}  // namespace xgrad::op_table
