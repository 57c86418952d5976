#include <gtest/gtest.h>

#include <xgrad/autograd/array/processor.hpp>

namespace xgrad::detail {
namespace {

TEST(Processor, NamesWhatIsMissing) {
  constexpr ProcessorFeatures kAll{true, true, true, true, true, true, true};
  EXPECT_EQ(missing_feature(kAll), nullptr);
  const auto without = [=](bool ProcessorFeatures::*feature) {
    ProcessorFeatures has = kAll;
    has.*feature = false;
    return missing_feature(has);
  };
  EXPECT_STREQ(without(&ProcessorFeatures::avx2), "AVX2");
  EXPECT_STREQ(without(&ProcessorFeatures::bmi), "BMI1");
  EXPECT_STREQ(without(&ProcessorFeatures::bmi2), "BMI2");
  EXPECT_STREQ(without(&ProcessorFeatures::fma), "FMA");
  EXPECT_STREQ(without(&ProcessorFeatures::lzcnt), "LZCNT");
  EXPECT_STREQ(without(&ProcessorFeatures::movbe), "MOVBE");
  EXPECT_STREQ(without(&ProcessorFeatures::f16c), "F16C");
}

}  // namespace
}  // namespace xgrad::detail
