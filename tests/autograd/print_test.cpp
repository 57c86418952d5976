#include <gtest/gtest.h>

#include <xgrad/autograd/print.hpp>
#include <xgrad/autograd/tensor.hpp>

namespace xgrad {
namespace {

/// What f writes to standard output.
template <class F>
std::string printed(F&& f) {
  ::testing::internal::CaptureStdout();
  f();
  return ::testing::internal::GetCapturedStdout();
}

// All of these are Python's words for the same call.
TEST(Print, OneValueIsAsPython) {
  EXPECT_EQ(printed([] { print(tensor({1., 2.5})); }), "tensor([1.0000, 2.5000])\n");
  EXPECT_EQ(printed([] {
              print(tensor({1., 2.}, dtype(kFloat64).requires_grad(true)) * 2);
            }),
            "tensor([2., 4.], dtype=torch.float64, grad_fn=<MulBackward0>)\n");
  EXPECT_EQ(printed([] { print(zeros({2, 3}).shape()); }), "torch.Size([2, 3])\n");
  EXPECT_EQ(printed([] { print(zeros({}).shape()); }), "torch.Size([])\n");
  EXPECT_EQ(printed([] { print(arange(3).dtype()); }), "torch.int64\n");
  EXPECT_EQ(printed([] { print(zeros({1}).dtype()); }), "torch.float32\n");
  EXPECT_EQ(printed([] { print(true); }), "True\n");
  EXPECT_EQ(printed([] { print(1.0); }), "1.0\n");
  EXPECT_EQ(printed([] { print(0.87890625); }), "0.87890625\n");
  EXPECT_EQ(printed([] { print(-3); }), "-3\n");
  EXPECT_EQ(printed([] { print(std::vector<double>{1, 0.5}); }), "[1.0, 0.5]\n");
  EXPECT_EQ(printed([] { print(Tensor()); }), "None\n");
  EXPECT_EQ(printed([] { print(); }), "\n");
}

TEST(Print, TextStandsAsItIs) {
  EXPECT_EQ(printed([] { print("{a: 1}"); }), "{a: 1}\n");
  EXPECT_EQ(printed([] { print(std::string("100 %")); }), "100 %\n");
}

TEST(Print, FormatsTakeWhatPrints) {
  EXPECT_EQ(printed([] { print("Final Training Accuracy: {}", 0.900146484375); }),
            "Final Training Accuracy: 0.900146484375\n");
  EXPECT_EQ(printed([] {
              print("{} of {}", tensor({1, 2}), zeros({2}).shape());
            }),
            "tensor([1, 2]) of torch.Size([2])\n");
}

TEST(Print, OptionsAsKeywords) {
  const PrintOptions before = get_printoptions();
  set_printoptions(kwargs::precision = 2, kwargs::sci_mode = false);
  EXPECT_EQ(printed([] { print(tensor({0.12345, 1e-9})); }), "tensor([    0.12,     0.00])\n");
  set_printoptions(before);
}

}  // namespace
}  // namespace xgrad
