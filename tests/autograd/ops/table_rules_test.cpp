// The op table itself: what must be in it. Every rule is seen to fail on a table that breaks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fingerprint.hpp"
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

TEST(OpTableRules, EveryDeclaredOperationHasARow) {
  auto declared = declared_operations();
  EXPECT_GT(declared.size(), 100u);
  // Uninitialised memory has no values to compare; from_blob is tested in tensor_test.cpp.
  for (const char* elsewhere : {"empty", "empty_like", "empty_strided", "from_blob"}) declared.erase(elsewhere);
  EXPECT_THAT(without_row(rows(), declared), IsEmpty());
}

TEST(OpTableRules, AnOperationWithoutARowFails) {
  Rows table;
  table.push_back(row_of_exp({{t({2})}}));
  EXPECT_THAT(without_row(table, {{"exp", "pointwise.hpp"}}), IsEmpty());
  EXPECT_THAT(without_row(table, {{"expm1", "elementary.hpp"}}),
              ElementsAre(HasSubstr("elementary.hpp declares expm1")));
  EXPECT_THAT(without_row(table, {{"exp_", "pointwise.hpp"}}), ElementsAre(HasSubstr("exp_")))
      << "the row has no twin in place";
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
  EXPECT_THAT(kinds_not_shown(r), ElementsAre("exp says that none of its samples is empty, but one is"));
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
  const auto against = [](Samples samples) {
    const Row r = row_of_scaled(std::move(samples));
    return complaints(r, mutate(r));
  };
  EXPECT_THAT(against({{t({2, 3}), t({3})}, {t({2}), t({2, 2})}}), IsEmpty());
  EXPECT_THAT(against({rough({t({2, 3}), t({2, 3}, kFloat64, 2)})}), testing::Not(IsEmpty()))
      << "derivatives that nothing checks";
  EXPECT_THAT(against({{t({2, 3}), t({2, 3}, kInt64)}}), IsEmpty()) << "integers have no derivative";
  // Rows of one column look the same when they are transposed.
  EXPECT_THAT(against({{t({3, 1}), t({3, 1}, kFloat64, 2)}}),
              testing::Each(testing::AllOf(HasSubstr("argument"), HasSubstr("transposed"))));
  EXPECT_EQ(against({{t({3, 1}), t({3, 1}, kFloat64, 2)}}).size(), 2u);
}

}  // namespace
}  // namespace xgrad::op_table
