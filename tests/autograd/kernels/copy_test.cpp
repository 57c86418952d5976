#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

namespace xgrad::kernels {
namespace {

using test::generate;
using test::values;

template <class T>
class TransposedCopy : public testing::Test {};
using Types = testing::Types<bool, std::uint8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(TransposedCopy, Types);

/// Sizes around whole tiles of every word, so that both edges and the corner are there.
TYPED_TEST(TransposedCopy, OfEverySizeAroundATile) {
  using T = TypeParam;
  for (const std::int64_t rows : {1, 2, 7, 8, 15, 16, 17, 33, 64}) {
    for (const std::int64_t cols : {1, 3, 8, 9, 16, 31, 32, 40}) {
      const Array x = generate<T>({rows, cols}, [](std::int64_t i) { return i * 7 % 113 + (i >> 7); });
      const Array y = contiguous_copy(x.transpose(0, 1));
      ASSERT_TRUE(y.is_contiguous());
      for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < cols; ++j) {
          ASSERT_EQ(y.data<T>()[j * rows + i], x.data<T>()[i * cols + j]) << rows << "x" << cols;
        }
      }
    }
  }
}

TYPED_TEST(TransposedCopy, InBatchesAndOfParts) {
  using T = TypeParam;
  const Array x = generate<T>({3, 18, 5, 7}, [](std::int64_t i) { return i % 101; });
  const Array permuted = x.permute({0, 2, 3, 1});
  EXPECT_EQ(values<T>(contiguous_copy(permuted)), values<T>(permuted));
  const Array wide = generate<T>({40, 50}, [](std::int64_t i) { return i % 97; });
  const Array part(wide.storage(), wide.dtype(), {20, 33}, {1, 50}, 3 * 50 + 9);  // columns of a part as rows
  EXPECT_EQ(values<T>(contiguous_copy(part)), values<T>(part));
}

}  // namespace
}  // namespace xgrad::kernels
