#include <gtest/gtest.h>

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace xgrad {
namespace {

TEST(Tensor, DescribesItself) {
  const Tensor x = zeros({2, 3}, kFloat64);
  EXPECT_EQ(x.dim(), 2);
  EXPECT_EQ(x.size(0), 2);
  EXPECT_EQ(x.size(-1), 3);
  EXPECT_EQ(x.stride(0), 3);
  EXPECT_EQ(x.numel(), 6);
  EXPECT_EQ(x.nbytes(), 48u);
  EXPECT_EQ(x.element_size(), 8);
  EXPECT_EQ(x.dtype(), kFloat64);
  EXPECT_EQ(x.shape(), Size({2, 3}));
  EXPECT_TRUE(x.is_contiguous());
  EXPECT_FALSE(x.t().is_contiguous());
  EXPECT_TRUE(x.is_floating_point());
  EXPECT_EQ(x.toString(), "torch.DoubleTensor");
  EXPECT_EQ(x.slice(0, 1).storage_offset(), 3);
}

TEST(Tensor, UndefinedOnes) {
  const Tensor x;
  EXPECT_FALSE(x.defined());
  EXPECT_FALSE(x.requires_grad());
  EXPECT_FALSE(x.grad().defined());
  EXPECT_THROW(x.sizes(), Error);
  EXPECT_THROW(x + 1, Error);
  EXPECT_EQ(x.toString(), "UndefinedType");
}

TEST(Tensor, HandlesShare) {
  const Tensor x = zeros({2});
  const Tensor y = x;
  EXPECT_TRUE(x.is_same(y));
  y.add_(1);
  EXPECT_EQ(x[0].item<float>(), 1);
  EXPECT_FALSE(x.is_same(x.view({2})));
  EXPECT_EQ(x.use_count(), 2u);
}

TEST(Tensor, ItemConverts) {
  EXPECT_EQ(tensor(2.75).item<double>(), 2.75);
  EXPECT_EQ(tensor(2.75).item<int>(), 2);
  EXPECT_EQ(tensor({{7}}).item<std::int64_t>(), 7);
  EXPECT_TRUE(tensor(true).item<bool>());
  EXPECT_EQ(float(tensor(1.5)), 1.5f);
  EXPECT_EQ(static_cast<int>(tensor(3)), 3);
  EXPECT_EQ(tensor(std::numeric_limits<std::int64_t>::max()).item<std::int64_t>(),
            std::numeric_limits<std::int64_t>::max());
}

template <class T>
std::string error_of_item(const Scalar& value) {
  try {
    full({}, value, value.type()).item<T>();
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(Tensor, ItemRefusesWhatTheTypeCannotHold) {
  const auto beyond = [](const std::string& type) {
    return "value cannot be converted to type " + type + " without overflow";
  };
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(error_of_item<std::uint8_t>(256), beyond("uint8_t"));
  EXPECT_EQ(error_of_item<std::uint8_t>(-256), beyond("uint8_t"));
  EXPECT_EQ(error_of_item<std::uint8_t>(-0.5), beyond("uint8_t"));
  EXPECT_EQ(error_of_item<std::int8_t>(-129), beyond("int8_t"));
  EXPECT_EQ(error_of_item<std::int16_t>(32767.5), beyond("int16_t"));
  EXPECT_EQ(error_of_item<int>(std::int64_t{1} << 40), beyond("int"));
  EXPECT_EQ(error_of_item<int>(nan), beyond("int"));
  EXPECT_EQ(error_of_item<std::int64_t>(infinity), beyond("int64_t"));
  EXPECT_EQ(error_of_item<std::int64_t>(nan), beyond("int64_t"));
  EXPECT_EQ(error_of_item<float>(1e39), beyond("float"));
  EXPECT_EQ(error_of_item<float>(-1e39), beyond("float"));
  EXPECT_EQ(error_of_item<unsigned>(std::int64_t{1} << 32), beyond("uint32_t"));
  EXPECT_EQ(error_of_item<std::size_t>(nan), beyond("uint64_t"));
  EXPECT_THROW(static_cast<void>(static_cast<int>(tensor(1e10))), Error);
  EXPECT_THROW(static_cast<void>(static_cast<float>(tensor(1e39, kFloat64))), Error);
  EXPECT_THROW(static_cast<void>(Scalar(1e10).to<int>()), Error);

  // Infinity and NaN are in every floating type, and a negative integer wraps into an unsigned one.
  EXPECT_EQ(tensor(-255).item<std::uint8_t>(), 1);
  EXPECT_EQ(tensor(-1).item<unsigned>(), std::numeric_limits<unsigned>::max());
  EXPECT_EQ(tensor(-1).item<std::size_t>(), std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(tensor(-128).item<std::int8_t>(), -128);
  EXPECT_EQ(tensor(std::numeric_limits<std::int64_t>::min()).item<std::int64_t>(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(tensor(1.8e19, kFloat64).item<std::uint64_t>(), 18000000000000000000u);
  EXPECT_EQ(tensor(infinity).item<float>(), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(tensor(nan).item<float>()));
  EXPECT_TRUE(tensor(nan).item<bool>());
  EXPECT_TRUE(tensor(std::int64_t{1} << 32).item<bool>());
  EXPECT_EQ(Scalar(300).to_unchecked<std::uint8_t>(), 44);
  EXPECT_EQ(Scalar(1e39).to_unchecked<float>(), std::numeric_limits<float>::infinity());
  static_assert(Scalar(300).to<std::int16_t>() == 300);
}

TEST(Tensor, FromNumbers) {
  EXPECT_EQ(tensor({1, 2}).dtype(), kInt64);
  EXPECT_EQ(tensor({1, 2.}).dtype(), kFloat32);
  EXPECT_EQ(tensor({true, false}).dtype(), kBool);
  EXPECT_EQ(tensor(std::vector<float>{1, 2}).dtype(), kFloat32);
  EXPECT_EQ(tensor(std::vector<std::int64_t>{1, 2}).dtype(), kInt64);
  EXPECT_EQ(tensor({{1, 2, 3}, {4, 5, 6}}).shape(), Size({2, 3}));
  EXPECT_EQ(tensor({1, 2}, kFloat64).dtype(), kFloat64);
  EXPECT_TRUE(tensor({1.}, TensorOptions().requires_grad(true)).requires_grad());
  EXPECT_THROW(tensor({{1, 2}, {3}}), ValueError);
}

TEST(Tensor, FromBlobKeepsTheCallersMemory) {
  std::vector<float> memory{1, 2, 3, 4};
  int deleted = 0;
  {
    const Tensor x = from_blob(memory.data(), {2, 2}, [&](void* p) {
      ++deleted;
      EXPECT_EQ(p, memory.data());
    });
    const Tensor row = x[1];
    memory[2] = 30;
    EXPECT_EQ(row[0].item<float>(), 30);
    row.zero_();
    EXPECT_EQ(deleted, 0);
  }
  EXPECT_EQ(deleted, 1);
  EXPECT_EQ(memory, (std::vector<float>{1, 2, 0, 0}));
  const Tensor columns = from_blob(memory.data(), {2, 2}, IntArrayRef{1, 2});
  EXPECT_EQ(columns[1][0].item<float>(), 2);
  from_blob(
      memory.data(), {2, 2}, {1, 2}, [&](void*) { ++deleted; }, kFloat32)
      .fill_(7);
  EXPECT_EQ(deleted, 2);
  EXPECT_EQ(memory, (std::vector<float>(4, 7)));
}

TEST(Tensor, FromBlobRefusesWhatIsNoTensor) {
  double memory[3] = {1, 2, 3};
  EXPECT_THROW(from_blob(memory, {-1}, kFloat64), Error);
  EXPECT_THROW(from_blob(memory, {3}, IntArrayRef({1, 1}), kFloat64), Error);
  EXPECT_THROW(from_blob(memory + 2, {3}, {-1}, kFloat64), Error) << "its storage would begin before the pointer";
}

TEST(Tensor, SaysWhatLibtorchsDo) {
  const Tensor x = zeros({2, 3}, kInt16), y = zeros({3}, kFloat64), none = zeros({0});
  EXPECT_TRUE(x.is_signed());
  EXPECT_FALSE(x.to(kUInt8).is_signed());
  EXPECT_FALSE(x.to(kBool).is_signed());
  EXPECT_TRUE(x.is_same_size(ones({2, 3})));
  EXPECT_FALSE(is_same_size(x, y));
  EXPECT_EQ(x.layout(), kStrided);
  EXPECT_EQ(x.numpy_T().sizes(), IntArrayRef({3, 2}));
  EXPECT_EQ(x.matrix_H().sizes(), IntArrayRef({3, 2}));
  EXPECT_EQ(numel(x), 6);
  EXPECT_TRUE(is_floating_point(y));
  EXPECT_FALSE(detach(ones({2}).requires_grad_()).requires_grad());
}

TEST(Tensor, IsNonzero) {
  EXPECT_TRUE(tensor({0.5}).is_nonzero());
  EXPECT_TRUE(is_nonzero(tensor(-3)));
  EXPECT_FALSE(tensor({{false}}).is_nonzero());
  EXPECT_TRUE(tensor(std::nan("")).is_nonzero());
  EXPECT_THROW(zeros({2}).is_nonzero(), Error);
  EXPECT_THROW(zeros({0}).is_nonzero(), Error);
}

TEST(Tensor, ResultTypes) {
  const Tensor whole = zeros({2}, kInt32), half = zeros({2}), number = zeros({}, kFloat64);
  EXPECT_EQ(result_type(whole, half), kFloat32);
  EXPECT_EQ(result_type(half, number), kFloat32);
  EXPECT_EQ(result_type(whole, number), kFloat64);
  EXPECT_EQ(result_type(whole, 2), kInt32);
  EXPECT_EQ(result_type(2.5, whole), kFloat32);
  EXPECT_EQ(result_type(true, 2), kInt64);
  EXPECT_EQ(result_type(2, 2.5), kFloat32);
}

TEST(Tensor, ConversionsTakeNonBlocking) {
  const Tensor x = ones({2});
  EXPECT_TRUE(x.to(kFloat32, true, false).is_same(x));
  EXPECT_FALSE(x.to(kFloat32, false, true).is_same(x));
  EXPECT_TRUE(x.to(kCPU, kFloat32, true, false).is_same(x));
  EXPECT_FALSE(x.to(kCPU, kFloat32, false, true).is_same(x));
  EXPECT_FALSE(x.to(kCPU, false, true).is_same(x));
  EXPECT_FALSE(x.to(x, false, true).is_same(x));
  EXPECT_EQ(x.to(TensorOptions(kInt64), false, true).dtype(), kInt64);
  EXPECT_EQ(zeros({2}).copy_(x, true)[1].item<float>(), 1);
}

TEST(Tensor, EmptyHasTheShapeAskedFor) {
  EXPECT_EQ(empty({2, 3}, kInt8).shape(), Size({2, 3}));
  EXPECT_EQ(empty({2, 3}, kInt8).dtype(), kInt8);
  const Tensor t = zeros({2, 3}).t();
  EXPECT_EQ(Dims(empty_like(t).strides()), Dims(t.strides()));  // dense layouts are kept
  EXPECT_EQ(empty_like(t, kInt64).dtype(), kInt64);
}

TEST(Tensor, DataPointersCheckTheType) {
  const Tensor x = arange(4);
  EXPECT_EQ(x.data_ptr<std::int64_t>()[3], 3);
  EXPECT_THROW(x.data_ptr<float>(), Error);
  EXPECT_EQ(x.slice(0, 2).data_ptr<std::int64_t>()[0], 2);
}

TEST(Tensor, ViewsShareMemory) {
  const Tensor x = arange(12).view({3, 4});
  for (const Tensor& v :
       {x.t(), x[1], x.slice(1, 0, 4, 2), x.view({4, 3}), x.reshape({12}), x.unsqueeze(0), x.flatten(),
        x.expand({2, 3, 4}), x.permute({1, 0}), x.index({Ellipsis, 1}), x.narrow(0, 1, 2)}) {
    EXPECT_TRUE(v.array().same_storage(x.array()));
    EXPECT_TRUE(v.is_view());
  }
  for (const Tensor& c : {x.clone(), x.t().reshape({12}), x.t().contiguous(), x.to(kFloat32)}) {
    EXPECT_FALSE(c.array().same_storage(x.array()));
    EXPECT_FALSE(c.is_view());
  }
  EXPECT_TRUE(x.contiguous().is_same(x));
  EXPECT_TRUE(x.to(kInt64).is_same(x));
  EXPECT_FALSE(x.to(kInt64, true).is_same(x));
}

TEST(Tensor, AssigningToAnElementWrites) {
  Tensor x = zeros({2, 2});
  x[0][1] = 5;
  x[1] = tensor({7., 8.});
  EXPECT_EQ(x.str(), "tensor([[0., 5.],\n        [7., 8.]])");
  Tensor y = x;
  y = ones({1});  // a named handle is only pointed elsewhere
  EXPECT_EQ(x[0][1].item<float>(), 5);
}

TEST(Tensor, SetData) {
  const Tensor x = tensor({1., 2.}, TensorOptions().requires_grad(true));
  const Tensor handle = x;
  x.set_data(tensor({3., 4., 5.}, kFloat64));
  EXPECT_EQ(handle.numel(), 3);
  EXPECT_TRUE(x.is_leaf());
  (x * x).sum().backward();
  EXPECT_EQ(x.grad().dtype(), kFloat64);
  EXPECT_EQ(x.grad()[2].item<double>(), 10);
  EXPECT_THROW(x.set_data(tensor({1, 2})), Error);
}

TEST(Tensor, Promotion) {
  const Tensor i = ones({2}, kInt32), f = ones({2}), d = ones({2}, kFloat64), b = ones({2}, kBool);
  EXPECT_EQ((i + 1).dtype(), kInt32);
  EXPECT_EQ((i + 1.5).dtype(), kFloat32);
  EXPECT_EQ((f + 1.5).dtype(), kFloat32);
  EXPECT_EQ((i / i).dtype(), kFloat32);
  EXPECT_EQ((f + d).dtype(), kFloat64);
  EXPECT_EQ((f * tensor(2., kFloat64)).dtype(), kFloat32);  // a 0-dim tensor decides by its category only
  EXPECT_EQ((i + tensor(2., kFloat64)).dtype(), kFloat64);
  EXPECT_EQ((b + true).dtype(), kBool);
  EXPECT_EQ((b + 1).dtype(), kInt64);
  EXPECT_EQ(b.sum().dtype(), kInt64);
}

TEST(Tensor, ZeroSizedOnesWork) {
  const Tensor x = zeros({0, 3}, TensorOptions().requires_grad(true));
  const Tensor y = (x.exp() + 1).matmul(ones({3, 2}));
  EXPECT_EQ(y.shape(), Size({0, 2}));
  y.sum().backward();
  EXPECT_EQ(x.grad().shape(), Size({0, 3}));
  EXPECT_TRUE(std::isnan(x.mean().item<float>()));
}

TEST(Tensor, NestedVectorsHaveItsElements) {
  const Tensor x = arange(12).view({2, 3, 2}).transpose(0, 2);
  const std::vector<std::vector<std::vector<double>>> wanted{{{0, 6}, {2, 8}, {4, 10}}, {{1, 7}, {3, 9}, {5, 11}}};
  EXPECT_EQ((x.tolist<double, 3>()), wanted);
  EXPECT_EQ((tensor({true, false}).tolist<bool, 1>()), (std::vector<bool>{true, false}));
  EXPECT_EQ((tensor(2.5).tolist<float, 0>()), 2.5F);
  EXPECT_EQ((zeros({2, 0}).tolist<int, 2>()), (std::vector<std::vector<int>>(2)));
  EXPECT_THROW((x.tolist<double, 2>()), Error);
}

TEST(Tensor, PackedAccessorsHaveSizesOfTheirOwn) {
  const Tensor x = arange(6).view({2, 3}).t();
  const auto narrow = x.packed_accessor32<std::int64_t, 2>();
  const auto wide = x.packed_accessor64<std::int64_t, 2>();
  const auto turned = wide.transpose(0, 1);
  static_assert(std::is_same_v<decltype(narrow.size(0)), std::int32_t>);
  for (std::int32_t i = 0; i < 3; ++i)
    for (std::int32_t j = 0; j < 2; ++j) {
      EXPECT_EQ(narrow[i][j], 3 * j + i);
      EXPECT_EQ(wide[i][j], 3 * j + i);
      EXPECT_EQ(turned[j][i], 3 * j + i);
    }
  EXPECT_EQ(narrow.stride(0), 1);
  EXPECT_EQ(turned.size(0), 2);
  const auto line = x.select(1, 1);
  const auto one = line.packed_accessor32<std::int64_t, 1>();
  one[2] = 50;
  EXPECT_EQ(x[2][1].item<int>(), 50);
  EXPECT_THROW((x.packed_accessor64<std::int64_t, 3>()), Error);
}

TEST(Tensor, CallsWithoutArguments) {
  const Tensor x = arange(6).view({2, 3});
  EXPECT_TRUE(x.to().is_same(x));
  EXPECT_TRUE(x.slice().equal(x));
  EXPECT_TRUE((+x).is_same(x));
  const std::vector<Tensor> places = x.nonzero(kwargs::as_tuple = true);
  ASSERT_EQ(places.size(), 2U);
  EXPECT_TRUE(places[1].equal(nonzero(x, kwargs::as_tuple = true)[1]));
  EXPECT_TRUE(places[1].equal(tensor({1, 2, 0, 1, 2}, kInt64)));
  EXPECT_THROW((nonzero(x, kwargs::as_tuple = false)), Error);
}

TEST(Tensor, IsTheStateOfAGenerator) {
  Generator g(5), other(6);
  g.random();
  const Tensor state = g.get_state();
  EXPECT_EQ(state.dtype(), kUInt8);
  EXPECT_EQ(state.shape(), Size({5056}));
  other.set_state(state);
  EXPECT_EQ(other.random(), g.random());
  EXPECT_THROW((g.set_state(state.to(kInt64))), TypeError);
}

TEST(Tensor, MoreThanSixDimensions) {
  const Tensor x = arange(256).to(kFloat64).view({2, 2, 2, 2, 2, 2, 2, 2}).requires_grad_();
  const Tensor y = x.permute({7, 6, 5, 4, 3, 2, 1, 0});
  (y * y).sum({0, 3, 7}).sum().backward();
  EXPECT_TRUE(x.grad().equal(x.detach() * 2));
}

}  // namespace
}  // namespace xgrad
