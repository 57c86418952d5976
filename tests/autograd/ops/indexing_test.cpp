// Indexing as people write it: operator[] and assignment through it, rows, accessors.
#include <gtest/gtest.h>
#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/print.hpp>

namespace xgrad {
namespace {

using Ints = std::vector<std::int64_t>;

Tensor counted(IntArrayRef sizes) { return arange(count_elements(sizes), kInt64).view(sizes); }

TEST(Indexing, BracketsReadAndWrite) {
  Tensor x = counted({3, 2});
  EXPECT_EQ(x[x > 3].to_vector<std::int64_t>(), (Ints{4, 5}));
  x[x > 3] = 0;
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{0, 1, 2, 3, 0, 0}));
  x[tensor({2, 0})] = tensor({{7, 8}, {9, 10}});
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{9, 10, 2, 3, 7, 8}));
  x[{Slice(), tensor({1})}] = x[{Slice(), tensor({0})}];
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{9, 9, 2, 2, 7, 7}));
  x[0] = 1;
  x[{1, Ellipsis}] = 5;
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{1, 1, 5, 5, 7, 7}));
}

TEST(Indexing, OnesInFrontOfAValueDoNotCount) {
  Tensor x = counted({3, 2});
  x[0] = full({1, 1, 2}, 7);
  x[{1, 0}] = full({1, 1}, 8);
  x[{Slice(2, 3)}] = full({1, 1, 1, 1}, 9);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{7, 7, 8, 3, 9, 9}));
  EXPECT_THROW(x[0] = full({1, 3, 2}, 7), Error);
  EXPECT_THROW(x[0] = full({2, 1, 2}, 7), Error);
}

TEST(Indexing, BracketsTakeCompoundAssignments) {
  Tensor x = counted({3, 2});
  x[0] += 10;
  x[x > 10] *= 2;
  x[tensor({1})] -= tensor({1, 2});
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{10, 22, 1, 1, 4, 5}));
}

TEST(Indexing, ANamedPartIsATensorLikeAnyOther) {
  Tensor x = counted({3, 2});
  auto part = x[tensor({0, 2})];
  part = part + 1;
  EXPECT_EQ(part.to_vector<std::int64_t>(), (Ints{1, 2, 5, 6}));
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(fmt::format("{}", x[tensor({0})]), x.narrow(0, 0, 1).str());
}

TEST(Indexing, WritingToACopyIsAnError) {
  Tensor x = counted({3, 2});
  EXPECT_THROW(x.index({x > 3}) = 0, Error);
  EXPECT_NO_THROW(x.index({Slice(0, 1)}) = 0);
  EXPECT_NO_THROW(x.detach() = 2);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{2, 2, 2, 2, 2, 2}));
}

TEST(Indexing, AssignmentIsDifferentiated) {
  const Tensor mask = tensor({true, false, true});
  EXPECT_GRADCHECK(
      [&](const std::vector<Tensor>& in) {
        Tensor y = in[0] * 1;
        y[mask] = in[1];
        y[{tensor({0, 1})}] = in[0].narrow(0, 0, 2) * in[1].select(0, 0);
        return std::vector<Tensor>{y};
      },
      {tensor({1., 2., 3.}, dtype(kFloat64).requires_grad(true)),
       tensor({4., 5.}, dtype(kFloat64).requires_grad(true))});
}

TEST(Rows, AreWhatALoopGoesThrough) {
  Tensor x = counted({3, 2});
  std::int64_t sum = 0;
  for (Tensor row : x) {
    EXPECT_EQ(row.sizes(), IntArrayRef({2}));
    sum += row[0].item<std::int64_t>();
    row[1] = 0;
  }
  EXPECT_EQ(sum, 6);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{0, 0, 2, 0, 4, 0}));
  EXPECT_THROW(tensor(1).begin(), TypeError);
}

TEST(Accessor, ReadsAndWritesStrided) {
  Tensor x = counted({2, 3}).t();
  auto a = x.accessor<std::int64_t, 2>();
  EXPECT_EQ(a.size(0), 3);
  EXPECT_EQ(a[2][1], 5);
  a[0][1] = 30;
  EXPECT_EQ(x.to_vector<std::int64_t>(), (Ints{0, 30, 1, 4, 2, 5}));
  EXPECT_THROW((x.accessor<std::int64_t, 1>()), Error);
  EXPECT_THROW((x.accessor<float, 2>()), Error);
}

TEST(Operators, OfIntegersAndBools) {
  const Tensor a = tensor({7, -7, 6}), b = tensor({3, 3, 4});
  EXPECT_EQ((a % b).to_vector<int>(), (std::vector<int>{1, 2, 2}));
  EXPECT_EQ((a % 4).to_vector<int>(), (std::vector<int>{3, 1, 2}));
  EXPECT_EQ((20 % b).to_vector<int>(), (std::vector<int>{2, 2, 0}));
  EXPECT_EQ((a & b).to_vector<int>(), (std::vector<int>{3, 1, 4}));
  EXPECT_EQ((a | 8).to_vector<int>(), (std::vector<int>{15, -7, 14}));
  EXPECT_EQ((1 ^ b).to_vector<int>(), (std::vector<int>{2, 2, 5}));
  EXPECT_EQ((b << 2).to_vector<int>(), (std::vector<int>{12, 12, 16}));
  EXPECT_EQ((b >> 1).to_vector<int>(), (std::vector<int>{1, 1, 2}));
  EXPECT_EQ((~b).to_vector<int>(), (std::vector<int>{-4, -4, -5}));
  EXPECT_EQ(((a > 0) & ~(b > 3)).to_vector<bool>(), (std::vector<bool>{true, false, false}));
  Tensor c = b.clone();
  c %= 2;
  c |= 4;
  c <<= tensor({1, 2, 3});
  EXPECT_EQ(c.to_vector<int>(), (std::vector<int>{10, 20, 32}));
}

TEST(Masks, OfNumbersAreTakenWhereTheyAreZeroAndOne) {
  const Tensor x = arange(3.);
  const Tensor bytes = tensor({0, 1, 1}, kUInt8);
  EXPECT_TRUE(x.masked_fill(bytes, 9).equal(tensor({0., 9., 9.})));
  EXPECT_TRUE(where(bytes, x, -x).equal(tensor({0., 1., 2.})));
  EXPECT_THROW(x.masked_fill(bytes * 2, 9), Error);
  EXPECT_THROW(x.masked_select(bytes.to(kInt32)), Error);
  EXPECT_THROW(x.masked_fill(bytes.to(kFloat32), 9), Error);
  EXPECT_THROW(x.masked_scatter(bytes.to(kFloat32), x), Error);
}

}  // namespace
}  // namespace xgrad
