#include <gtest/gtest.h>

#include <xgrad/autograd/array/processor.hpp>

namespace xgrad::detail {
namespace {

TEST(Processor, NamesWhatIsMissing) {
  EXPECT_EQ(missing_feature({true, true, true, true}), nullptr);
  EXPECT_STREQ(missing_feature({false, true, true, true}), "AVX2");
  EXPECT_STREQ(missing_feature({true, false, true, true}), "BMI1");
  EXPECT_STREQ(missing_feature({true, true, false, true}), "BMI2");
  EXPECT_STREQ(missing_feature({true, true, true, false}), "FMA");
}

}  // namespace
}  // namespace xgrad::detail
