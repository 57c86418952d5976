// The op table itself: what must be in it. Every rule is seen to fail on a table that breaks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fingerprint.hpp"
#include "members.hpp"
#include "mutations.hpp"
#include "samples.hpp"
#include "table_rules.hpp"

namespace xgrad::op_table {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Row row_of_exp(Samples samples) {
  return row(
      "exp", [](T x) { return exp(x); }, std::move(samples));
}

/// Declarations that the table cannot call, each with where it is tested instead.
const std::map<std::string, const char*>& without_a_row_for_a_reason() {
  static const std::map<std::string, const char*> all{
      {"from_blob(TDxo)", "the rows from_blob and from_blob.strides, which give a deleter"},
      {"from_blob(TDDxo)", "the same"},
      {"rand(Dxo)", "libtorch's order, the generator before the options: keyword_forms_test.cpp"},
      {"randn(Dxo)", "the same"},
      {"randint(iDxo)", "the same"},
      {"randint(iiDxo)", "the same"},
      {"randperm(ixo)", "the same"},
      {"meshgrid(Lx)", "indexing by keyword: keyword_forms_test.cpp"},
      {"tensor(xo)", "nested braces: factories_test.cpp"},
      {"tensordot(TTi)", "the other form, with the last dims of one and the first of the other: operators_test.cpp"},
      {"unique(Tb)", "the first result of _unique2: operators_test.cpp"},
      {"split(TDi)", "split_with_sizes: operators_test.cpp"},
      {"named_norm", "norm(x, \"fro\") and norm(x, \"nuc\"): operators_test.cpp"},
      {"view_as(Td)", "x.view(dtype), which the row view.dtype calls"},
      {"clamp(TT)", "clamp(x, min, none): operators_test.cpp"},
      {"clamp_(TT)", "the same"},
      {"index_put(TxTb)", "integers, slices and tensors among each other, as index_put_ has them: indexing_test.cpp"},
      {"index_put_(TxSb)", "the row index_put_.scalar, which can say a number only as a double"},
      {"cdist(TTfs)", "the mode as a word: tests/nn/lazy_test.cpp"},
      {"relu_backward(TT)", "relu's derivative, whose own one the row relu reaches"},
      {"softmax_backward(TTi)", "softmax's, in the same way"},
      {"log_softmax_backward(TTi)", "log_softmax's, in the same way"}};
  return all;
}

TEST(OpTableRules, EveryDeclaredOperationHasARow) {
  auto declared = declared_operations();
  EXPECT_GT(declared.size(), 600u);
  std::set<std::string> used;
  std::erase_if(declared, [&](const Declaration& d) {
    for (const std::string& key : {d.name, fmt::format("{}({})", d.name, d.letters)}) {
      if (without_a_row_for_a_reason().contains(key)) return used.insert(key), true;
    }
    return false;
  });
  EXPECT_THAT(without_row(rows(), declared), IsEmpty());
  for (const auto& [key, why] : without_a_row_for_a_reason())
    EXPECT_TRUE(used.contains(key)) << key << " is declared nowhere";
}

TEST(OpTableRules, EveryMemberIsAnOperationOfTheTable) {
  std::set<std::string> names;
  for (const Declaration& d : declared_operations()) names.insert(d.name);
  // Shorter names of to() and of the functions that make tensors: tensor_test.cpp and factories_test.cpp test these.
  const std::set<std::string> others{
      "cpu", "new_empty", "new_empty_strided", "new_full", "new_ones", "new_tensor", "new_zeros", "toType", "type_as"};
  for (const Declaration& member : declared_members())
    EXPECT_TRUE(names.contains(member.name) || others.contains(member.name)) << member.name << " is no operation";
}

/// Members that members.cpp does not call, each with where it is tested instead.
const std::map<std::string, const char*>& not_called_for_a_reason() {
  static const std::map<std::string, const char*> all{
      {"polygamma(Ti)", "the order comes first in the row's function: operators_test.cpp"},
      {"new_empty(TDo)", "a member only, which its row calls"},
      {"new_empty_strided(TDDo)", "a member only: factories_test.cpp"},
      {"new_zeros(TDo)", "a member only, which its row calls"},
      {"new_ones(TDo)", "the same"},
      {"new_full(TDSo)", "the same"},
      {"new_tensor(Txo)", "a member only: factories_test.cpp"},
      {"index_put(TxTb)", "not in place, as index_put_ with a mixture of indices: indexing_test.cpp"},
      {"index_put_(TxSb)", "the row index_put_.scalar, which can say a number only as a double"},
      {"clamp(TT)", "clamp(x, min, none): operators_test.cpp"},
      {"clamp_(TT)", "the same"},
      {"view(Tx)", "x.view(dtype), which the row view.dtype calls"},
      {"to(Txb)", "devices, of which there is one: tensor_test.cpp"},
      {"to(Txxb)", "nothing is copied in the background: tensor_test.cpp"},
      {"to(Tdxbx)", "the same, with a format: memory_format_test.cpp"},
      {"to(Txdxbx)", "the same"},
      {"to(Txdb)", "the same"},
      {"to(TTb)", "the dtype of another tensor: tensor_test.cpp"},
      {"cpu(T)", "the same"},
      {"type_as(TT)", "the same"},
      {"toType(Td)", "the same"},
      {"split(TDi)", "split_with_sizes: operators_test.cpp"},
      {"unique(Tb)", "the first result of _unique2: operators_test.cpp"},
      {"norm(TxDb)", "norm(x, \"fro\"): operators_test.cpp"}};
  return all;
}

TEST(OpTableRules, EveryMemberIsCalled) {
  auto declared = declared_members();
  EXPECT_GT(declared.size(), 450u);
  std::set<std::string> used;
  std::erase_if(declared, [&](const Declaration& d) {
    const std::string key = fmt::format("{}({})", d.name, d.letters);
    return not_called_for_a_reason().contains(key) && (used.insert(key), true);
  });
  EXPECT_THAT(members_not_called(rows(), members(), declared), IsEmpty());
  for (const auto& [key, why] : not_called_for_a_reason()) EXPECT_TRUE(used.contains(key)) << key << " is no member";
}

TEST(OpTableRules, AMemberThatIsNotCalledFails) {
  Rows table;
  table.push_back(row_of_exp({{t({2})}}));
  const auto complaints = [&](const char* name, const char* parameters, const char* header) {
    const std::vector<Member> called{{name, parameters, {}, {}}};
    return members_not_called(table, called, members_in(header));
  };
  const char* header = "\n  T exp() const { return xgrad::exp(as(this)); }";
  EXPECT_THAT(complaints("exp2", "T", header),
              ElementsAre(HasSubstr("declares the member exp()"), HasSubstr("no row")));
  EXPECT_THAT(complaints("exp", "TS", header),
              ElementsAre(HasSubstr("declares the member exp()"), HasSubstr("no row")));
}

TEST(OpTableRules, AnOperationWithoutARowFails) {
  Rows table;
  table.push_back(row_of_exp({{t({2})}}));
  const auto complaints = [&](const std::string& header) { return without_row(table, declarations_in("\n" + header)); };
  EXPECT_THAT(complaints("Tensor exp(const Tensor& x);"), IsEmpty());
  EXPECT_THAT(complaints("Tensor exp(const Tensor& x, std::optional<Scalar> scale = {});"), IsEmpty());
  EXPECT_THAT(complaints("Tensor expm1(const Tensor& x);"), ElementsAre(HasSubstr("declares expm1")));
  EXPECT_THAT(complaints("Tensor& exp_(Tensor& x);"), ElementsAre(HasSubstr("exp_"))) << "the row has no twin in place";
  EXPECT_THAT(complaints("Tensor exp(const Tensor& x);\nstd::tuple<Tensor, Tensor> exp(const Tensor& x,\n  double y);"),
              ElementsAre(HasSubstr("exp(const Tensor& x, double y)")))
      << "an overload that no row calls";
}

TEST(OpTableRules, NamesAreUnique) {
  EXPECT_THAT(named_twice(rows()), IsEmpty());
  Rows twice;
  twice.push_back(row_of_exp({}));
  twice.push_back(row_of_exp({}));
  EXPECT_THAT(named_twice(twice), ElementsAre("exp stands there twice"));
}

TEST(OpTableRules, SamplesShowWhatTheyMust) {
  for (const Row& r : rows()) EXPECT_THAT(kinds_not_shown(r), IsEmpty());
}

TEST(OpTableRules, ARowWhoseSamplesMissAKindFails) {
  EXPECT_THAT(kinds_not_shown(row_of_exp({})), ElementsAre("exp has no samples"));
  const auto row_for = [](Samples samples) {
    return row_of_exp(std::move(samples)).without(kError, "takes every dtype");
  };
  const Samples all{{t({0})}, {t({})}, {t({1000})}, {v({kNaN})}, {t({3}, kFloat32)}, {t({3}, kInt64)}, {t({3}, kBool)}};
  EXPECT_THAT(kinds_not_shown(row_for(all)), IsEmpty());
  const char* const kinds[] = {"empty", "zero-dim", "big", "special points", "float32", "integer", "bool"};
  for (std::size_t missing = 0; missing < all.size(); ++missing) {
    Samples others = all;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_THAT(kinds_not_shown(row_for(others)),
                ElementsAre(HasSubstr(std::string("no sample is ") + kinds[missing] + ",")));
  }
  EXPECT_THAT(kinds_not_shown(row_of_exp(all)), ElementsAre(HasSubstr("no sample is error")));
}

TEST(OpTableRules, ARowOfTwoTensorsShowsThemInTwoShapesAndDtypes) {
  const auto sum = [](Samples samples) {
    return row(
               "add", [](T a, T b) { return a + b; }, std::move(samples))
        .without(kEmpty | kZeroDim | kBig | kSpecial | kIntegers | kBools, "not of interest");
  };
  const Sample wrong{t({2}), t({3})}, mixed{t({2}), t({2}, kFloat32)}, broadcast{t({2, 2}), t({2})};
  EXPECT_THAT(kinds_not_shown(sum({wrong, mixed, broadcast})), IsEmpty());
  EXPECT_THAT(kinds_not_shown(sum({wrong, mixed})), ElementsAre(HasSubstr("no sample is broadcast")))
      << "shapes that do not fit are no broadcasting";
  EXPECT_THAT(kinds_not_shown(sum({wrong, broadcast, {t({2}, kFloat32), t({2}, kFloat32)}})),
              ElementsAre(HasSubstr("no sample is mixed dtypes")));
}

TEST(OpTableRules, AKindThatIsShownAllTheSameFails) {
  const Row r = row_of_exp({{t({0})}}).without(~static_cast<unsigned>(0), "none of them");
  EXPECT_THAT(kinds_not_shown(r), ElementsAre("exp says that none of its samples is empty (none of them), but one is"));
}

TEST(OpTableRules, DerivativesAreComparedWithSlopes) {
  for (const Row& r : rows()) EXPECT_THAT(slopes_not_asked(r), IsEmpty());
}

TEST(OpTableRules, ADerivativeThatIsComparedWithNoSlopesFails) {
  EXPECT_THAT(slopes_not_asked(row_of_exp({{t({2})}})), IsEmpty());
  EXPECT_THAT(slopes_not_asked(row_of_exp({{t({2}, kInt64)}})), IsEmpty());
  EXPECT_THAT(slopes_not_asked(row_of_exp({rough({t({2})}), {t({2}, kFloat32)}})),
              ElementsAre(HasSubstr("no sample compares")));
  EXPECT_THAT(slopes_not_asked(row_of_exp({rough({t({2})})}).without_slopes("it has none")), IsEmpty());
  EXPECT_THAT(slopes_not_asked(row_of_exp({{t({2})}}).without_slopes("it has none")),
              ElementsAre(HasSubstr("but they are")));
}

TEST(OpTableRules, FingerprintsAndSamplesBelongTogether) {
  EXPECT_THAT(fingerprints_astray(rows(), committed_fingerprints()), IsEmpty())
      << "build/*/tests/oracle/oracle_tests --write";
  Rows table;
  table.push_back(row_of_exp({{t({2})}}));
  const std::string key = fingerprint_key(table[0], table[0].samples[0]);
  EXPECT_THAT(fingerprints_astray(table, {{key, "line"}}), IsEmpty());
  EXPECT_THAT(fingerprints_astray(table, {}), ElementsAre(key + " has no fingerprint"));
  EXPECT_THAT(fingerprints_astray(table, {{key, "line"}, {"sin 0", "line"}}), ElementsAre(HasSubstr("sin 0")));
}

TEST(OpTableRules, DifferencesFromPyTorchAreExplained) {
  EXPECT_THAT(not_explained(rows(), page_of_differences()), IsEmpty());
  const std::string page = "- **Losses of two dtypes.** Because.";
  const auto complaints = [&](Row r) {
    Rows table;
    table.push_back(std::move(r));
    return not_explained(table, page);
  };
  EXPECT_THAT(complaints(row_of_exp({differs({t({2})}, "Losses of two dtypes")})), IsEmpty());
  EXPECT_THAT(complaints(row_of_exp({differs({t({2})}, "Losses", Compared::Values)})),
              ElementsAre("exp: no entry \"Losses\""));
  EXPECT_THAT(complaints(row_of_exp({{t({2})}}).words("Other words")), ElementsAre("exp: no entry \"Other words\""));
  EXPECT_THAT(complaints(row_of_exp({differs({t({2})}, "Losses of two dtypes", Compared::Everything)})),
              ElementsAre(HasSubstr("agree in everything")));
}

TEST(OpTableRules, WideTolerancesAreExplained) {
  for (const Row& r : rows()) EXPECT_THAT(tolerance_not_explained(r), IsEmpty());
  const auto of_exp = [] { return row_of_exp({{t({2})}}); };
  EXPECT_THAT(tolerance_not_explained(of_exp().tolerance(1e-10, 2e-5, "sums in another order")), IsEmpty());
  EXPECT_THAT(tolerance_not_explained(of_exp().tolerance(1e-12, 1e-5)), IsEmpty());
  EXPECT_THAT(tolerance_not_explained(of_exp().tolerance(1e-9, 1e-5)), ElementsAre(HasSubstr("does not say why")));
  EXPECT_THAT(tolerance_not_explained(of_exp().tolerance(1e-10, 1e-5, "no")), ElementsAre(HasSubstr("and it is not")));
}

TEST(OpTableRules, EveryDerivativeIsReachedByARow) {
  const auto written = written_derivatives();
  EXPECT_GT(written.size(), 200u);
  EXPECT_THAT(not_reached(rows(), written), IsEmpty());
}

TEST(OpTableRules, ADerivativeThatNoSampleReachesFails) {
  Rows table;
  table.push_back(row_of_exp({{t({2})}}));
  const std::set<std::string> of_exp{"ExpBackward0", "MulBackward0"};
  EXPECT_THAT(not_reached(table, of_exp), IsEmpty());
  EXPECT_THAT(not_reached(table, {"ExpBackward0", "MulBackward0", "SinBackward0"}),
              ElementsAre(HasSubstr("reaches SinBackward0")));
  EXPECT_THAT(not_reached(table, {"ExpBackward0"}), ElementsAre(HasSubstr("MulBackward0 is recorded, but not found")));
  // Samples whose gradients nobody checks do not count.
  Rows unchecked;
  unchecked.push_back(row_of_exp({differs(rough({t({2})}), "Losses of two dtypes", Compared::Values)}));
  EXPECT_EQ(not_reached(unchecked, of_exp).size(), 2u);
}

Row row_of_scaled(Samples samples) {
  return row(
      "scaled", [](T x, T w) { return x * w; }, std::move(samples));
}

TEST(OpTableRules, MutantsThatNoSampleCanTellFail) {
  const auto against = [](Samples samples, unsigned waived = 0) {
    const Row r = row_of_scaled(std::move(samples)).without(waived, "is left out here");
    return complaints(r, mutate(r));
  };
  const auto one_each = [](const char* words) {
    return ElementsAre(
        HasSubstr(std::string("argument 0 of scaled has a derivative, but no sample tells it from one that is ") +
                  words),
        HasSubstr("argument 1"));
  };
  EXPECT_THAT(against({{t({2, 3}), t({3})}, {t({2}), t({2, 2})}}), IsEmpty());
  EXPECT_THAT(against({rough({t({2, 3}), t({2, 3}, kFloat64, 2)})}), testing::Not(IsEmpty()))
      << "derivatives that nothing checks";
  EXPECT_THAT(against({{t({2, 3}), t({2, 3}, kInt64)}}, kBroadcast), IsEmpty()) << "integers have no derivative";
  // Rows of one column look the same when they are transposed.
  EXPECT_THAT(against({{t({3, 1}), t({3, 1}, kFloat64, 2)}}, kBroadcast), one_each("transposed"));
  // A tensor that is broadcast at no sample whose derivatives are checked.
  EXPECT_THAT(
      against({{t({2, 3}), t({2, 3}, kFloat64, 2)},
               differs(rough({t({2, 3}), t({3})}), "Losses of two dtypes", Compared::FirstDerivatives)}),
      testing::Contains(HasSubstr("argument 1 of scaled has a derivative, but no sample tells it from one that is "
                                  "missing its sum")));
}

TEST(OpTableRules, SecondDerivativesThatNoSampleCanTellFail) {
  // (By a name that has no fingerprints.)
  const auto f = [](T x) { return tanh(x); };
  const Row checked = row("tangent", f, {{t({2, 3}, Range{-0.8, 0.8})}});
  EXPECT_THAT(complaints(checked, mutate(checked)), IsEmpty());
  EXPECT_GT(mutate(checked).caught_of_second, 0);
  // Neither slopes nor PyTorch's second derivative are there to tell.
  const Row half = row("tangent", f, {rough({t({2, 3})})});
  EXPECT_THAT(complaints(half, mutate(half)), testing::Contains(HasSubstr("second derivative, gradient 0 of node 0")));
}

TEST(OpTableRules, SumsInsideADerivativeAreLeftOutToo) {
  const Row r = row("affine", [](T x, T w) { return matmul(x, w); }, {{t({3, 2}), t({2, 4})}})
                    .without(kBroadcast, "is no broadcasting");
  const MutationReport report = mutate(r);
  EXPECT_THAT(complaints(r, report), IsEmpty());
  for (const std::size_t argument : {0, 1})
    EXPECT_TRUE(report.arguments.at(argument).caught.contains(Mutation::MissingSum));
}

}  // namespace
}  // namespace xgrad::op_table
