#include <gtest/gtest.h>

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <string>

// The texts of errors that people meet: PyTorch's words, then what can be told besides. Those of in-place changes and
// of second backwards stand with their behaviour in graph/.
namespace xgrad {
namespace {

/// The message that `statement` throws as exactly this kind.
#define EXPECT_ERROR_TEXT(Kind, statement, text)                                  \
  do {                                                                            \
    try {                                                                         \
      statement;                                                                  \
      ADD_FAILURE() << "nothing was thrown";                                      \
    } catch (const Kind& e) {                                                     \
      EXPECT_EQ(typeid(e), typeid(Kind)) << "a narrower kind than expected";      \
      EXPECT_EQ(std::string(e.what()).substr(0, std::string(text).size()), text); \
    }                                                                             \
  } while (false)

TEST(Errors, LabelsOutOfRange) {
  const Tensor x = randn({4, 3});
  EXPECT_ERROR_TEXT(IndexError, cross_entropy_loss(x, tensor({0, 1, 3, 2})), "Target 3 is out of bounds.");
  EXPECT_ERROR_TEXT(IndexError, nll_loss(x, tensor({0, -1, 1, 2})), "Target -1 is out of bounds.");
}

TEST(Errors, LabelDtypeAndShape) {
  const Tensor x = randn({4, 3});
  EXPECT_ERROR_TEXT(TypeError, cross_entropy_loss(x, tensor({0., 1., 2., 2.})),
                    "expected scalar type Long but found Float\n  class labels are integers, one for each row of "
                    "scores\n  hint: convert them: target.to(kInt64)");
  EXPECT_ERROR_TEXT(ValueError, cross_entropy_loss(x, tensor({0, 1})),
                    "Expected input batch_size (4) to match target batch_size (2).");
  EXPECT_ERROR_TEXT(Error, cross_entropy_loss(x, tensor({0, 1, 2, 0}), ones({2})),
                    "weight tensor should be defined either for all 3 classes or no classes but got weight tensor of "
                    "shape: [2]");
  EXPECT_ERROR_TEXT(Error, cross_entropy_loss(x, tensor({0, 1, 2, 0}), ones({3}, dtype(kFloat32).requires_grad(true))),
                    "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'.");
}

TEST(Errors, ViewsThatDoNotFit) {
  EXPECT_ERROR_TEXT(Error, zeros({2, 3}).view({4, 2}), "shape '[4, 2]' is invalid for input of size 6");
  EXPECT_ERROR_TEXT(Error, zeros({2, 3}).view({-1, 4}), "shape '[-1, 4]' is invalid for input of size 6");
  EXPECT_ERROR_TEXT(Error, zeros({2, 3}).view({-1, -1}), "only one dimension can be inferred");
  EXPECT_ERROR_TEXT(
      Error, zeros({0}).view({-1, 0}),
      "cannot reshape tensor of 0 elements into shape [-1, 0] because the unspecified dimension size -1 can "
      "be any value and is ambiguous");
  EXPECT_ERROR_TEXT(
      Error, zeros({2, 3}).t().view({6}),
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
      "two contiguous subspaces). Use .reshape(...) instead.");
}

TEST(Errors, Broadcasting) {
  EXPECT_ERROR_TEXT(Error, zeros({2, 3}) + zeros({2, 4}),
                    "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1\n"
                    "  shapes: [2, 3] and [2, 4]");
  EXPECT_ERROR_TEXT(
      Error, zeros({3}).expand({2, 4}),
      "The expanded size of the tensor (4) must match the existing size (3) at non-singleton dimension 1.");
  EXPECT_ERROR_TEXT(ValueError, mse_loss(zeros({4, 1}), zeros({4})),
                    "Using a target size (torch.Size([4])) that is different to the input size (torch.Size([4, 1]))");
}

TEST(Errors, BackwardOfANonScalar) {
  const Tensor x = ones({2}, dtype(kFloat32).requires_grad(true));
  EXPECT_ERROR_TEXT(
      Error, (x * 2).backward(),
      "grad can be implicitly created only for scalar outputs\n  the output has shape [2]\n  hint: reduce it "
      "to one number first (loss.mean(), loss.sum()), or pass a gradient of its shape");
  EXPECT_ERROR_TEXT(Error, (x * 2).backward(ones({3})),
                    "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of "
                    "torch.Size([2]).");
  EXPECT_ERROR_TEXT(Error, autograd::backward({x.sum(), x}, {ones({}), ones({3})}),
                    "Mismatch in shape: grad_output[1] has a shape of torch.Size([3]) and output[1] has a shape of "
                    "torch.Size([2]).");
}

TEST(Errors, BackwardWithoutAGraph) {
  EXPECT_ERROR_TEXT(Error, ones({}).backward(),
                    "element 0 of tensors does not require grad and does not have a grad_fn\n  hint: no input of this "
                    "computation requires grad, or it ran under NoGradGuard, or through detach()");
}

TEST(Errors, ItemOfMany) {
  EXPECT_ERROR_TEXT(
      ValueError, zeros({2, 2}).item(),
      "a Tensor with 4 elements cannot be converted to Scalar\n  its shape is [2, 2]\n  hint: item() needs "
      "exactly one element");
  EXPECT_ERROR_TEXT(ValueError, zeros({0}).item<float>(), "a Tensor with 0 elements cannot be converted to Scalar");
}

TEST(Errors, IndexOutOfRange) {
  const Tensor x = zeros({3, 4});
  EXPECT_ERROR_TEXT(IndexError, x[3], "index 3 is out of bounds for dimension 0 with size 3");
  EXPECT_ERROR_TEXT(IndexError, x.index({0, -5}), "index -5 is out of bounds for dimension");
  EXPECT_ERROR_TEXT(IndexError, x.index({0, 0, 0}), "too many indices for tensor of dimension 2");
  EXPECT_ERROR_TEXT(IndexError, x[0][0][0], "invalid index of a 0-dim tensor. Use `tensor.item()`");
  EXPECT_ERROR_TEXT(IndexError, x.sum(2), "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
  EXPECT_ERROR_TEXT(ValueError, x.slice(0, 0, 3, 0), "slice step must be positive");
  EXPECT_ERROR_TEXT(Error, x.narrow(0, 2, 2), "start (2) + length (2) exceeds dimension size (3).");
}

TEST(Errors, MatmulShapes) {
  EXPECT_ERROR_TEXT(Error, mm(zeros({2, 3}), zeros({4, 5})), "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
  EXPECT_ERROR_TEXT(Error, matmul(zeros({2, 2, 3}), zeros({4, 5})),
                    "mat1 and mat2 shapes cannot be multiplied (4x3 and 4x5)");
  EXPECT_ERROR_TEXT(Error, linear(zeros({64, 784}), zeros({50, 100}), zeros({50})),
                    "mat1 and mat2 shapes cannot be multiplied (64x784 and 100x50)");
  EXPECT_ERROR_TEXT(Error, mv(zeros({2, 3}), zeros({2})), "size mismatch, got 2, 2x3,2");
  EXPECT_ERROR_TEXT(Error, dot(zeros({2}), zeros({3})), "inconsistent tensor size, expected tensor [2] and src [3]");
  EXPECT_ERROR_TEXT(Error, matmul(tensor(1.), zeros({3})),
                    "both arguments to matmul need to be at least 1D, but they are 0D and 1D");
  EXPECT_ERROR_TEXT(Error, mm(zeros({2, 2}), zeros({2, 2}, kFloat64)), "expected scalar type Float but found Double");
}

TEST(Errors, DtypesThatAnOperationCannotTake) {
  EXPECT_ERROR_TEXT(Error, arange(3).mean(), "mean(): could not infer output dtype.");
  EXPECT_ERROR_TEXT(Error, -ones({2}, kBool), "Negation, the `-` operator, on a bool tensor is not supported.");
  EXPECT_ERROR_TEXT(Error, ones({2}, kBool) - ones({2}, kBool), "Subtraction, the `-` operator, with two bool tensors");
  EXPECT_ERROR_TEXT(Error, pow(arange(3), -1), "Integers to negative integer powers are not allowed.");
  EXPECT_ERROR_TEXT(NotImplementedError, softmax(arange(3), 0),
                    "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'");
  EXPECT_ERROR_TEXT(Error, arange(3).add_(0.5), "result type Float can't be cast to the desired output type Long");
}

TEST(Errors, EmptyReductions) {
  EXPECT_ERROR_TEXT(Error, zeros({0}).max(), "max(): Expected reduction dim to be specified for input.numel() == 0.");
  EXPECT_ERROR_TEXT(IndexError, zeros({0}).argmax(),
                    "argmax(): Expected reduction dim to be specified for input.numel() == 0.");
}

TEST(Errors, Lists) {
  EXPECT_ERROR_TEXT(Error, cat(std::vector<Tensor>{}), "torch.cat(): expected a non-empty list of Tensors");
  EXPECT_ERROR_TEXT(
      Error, cat({zeros({2, 3}), zeros({2, 4})}),
      "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1");
  EXPECT_ERROR_TEXT(Error, stack({zeros({2}), zeros({3})}),
                    "stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1");
}

TEST(Errors, Factories) {
  EXPECT_ERROR_TEXT(Error, zeros({-1}), "Trying to create tensor with negative dimension -1: [-1]");
  EXPECT_ERROR_TEXT(Error, zeros({1L << 40, 1L << 40}), "Storage size calculation overflowed with sizes=");
  EXPECT_ERROR_TEXT(ValueError, tensor({{1, 2}, {3}}), "expected sequence of length 2 at dim 1 (got 1)");
  EXPECT_ERROR_TEXT(Error, Tensor().sizes(), "an undefined Tensor was used where one with a value is needed");
}

}  // namespace
}  // namespace xgrad
