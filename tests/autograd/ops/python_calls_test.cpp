// Calls as Python writes them: sizes without braces, and names for what this library's own calls give by position.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xgrad/tests/support/message_of.hpp>
#include <xgrad/xgrad.hpp>

namespace xgrad {
namespace {

using test::message_of;
using testing::HasSubstr;

void expect_same(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.dtype(), b.dtype());
  EXPECT_EQ(a.sizes(), b.sizes());
  EXPECT_EQ(a.strides(), b.strides());
  EXPECT_TRUE(equal(a, b));
}
void expect_same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) expect_same(a[i], b[i]);
}

template <class... A>
concept MakesZeros = requires(A... a) {
  zeros(a...);
};
template <class... A>
concept Views = requires(Tensor x, A... a) {
  x.view(a...);
};

TEST(PythonCalls, SizesOfMethodsNeedNoBraces) {
  const Tensor x = arange(24), y = x.view({2, 4, 3});
  const std::size_t two = 2;
  expect_same(x.view(two, -1, std::int64_t{3}), y);
  expect_same(y.view(24), x);
  expect_same(y.reshape(6, 4), y.reshape({6, 4}));
  expect_same(y.permute(2, 0, 1), y.permute({2, 0, 1}));
  expect_same(y.flip(0, 1), y.flip({0, 1}));
  expect_same(y.repeat(1, 2, 1), y.repeat({1, 2, 1}));
  expect_same(y.tile(2, 2), y.tile({2, 2}));
  expect_same(y.sum_to_size(1, 1, 3), y.sum_to_size({1, 1, 3}));
  expect_same(ones({1, 3}).expand(2, -1), ones({1, 3}).expand({2, -1}));
  EXPECT_EQ(x.clone().resize_(2, 3).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(x.view(kInt32).numel(), 48);  // a dtype stays one
  static_assert(Views<int, int>);
  static_assert(!Views<int, double> && !Views<bool, bool> && !Views<int, ScalarType>);
}

TEST(PythonCalls, SizesOfFactoriesNeedNoBraces) {
  expect_same(zeros(2, 3), zeros({2, 3}));
  expect_same(zeros(3), zeros({3}));
  expect_same(zeros(2, 3, kFloat64), zeros({2, 3}, kFloat64));
  expect_same(ones(2, 3, kw::dtype = kInt32), ones({2, 3}, kInt32));
  expect_same(full(2, 3), full({2}, 3));  // Python's full has its size in brackets too
  EXPECT_EQ(empty(2, 3, 4).sizes(), IntArrayRef({2, 3, 4}));
  EXPECT_TRUE(zeros(2, 2, requires_grad()).requires_grad());
  manual_seed(0);
  const Tensor a = randn({2, 3}), b = rand({2, 3});
  manual_seed(0);
  expect_same(randn(2, 3), a);
  expect_same(rand(2, 3), b);
  Generator one, other;
  one.set_current_seed(5);
  other.set_current_seed(5);
  expect_same(rand(2, 3, kw::generator = one), rand({2, 3}, kw::generator = other));
  expect_same(a.new_zeros(2, 3), a.new_zeros({2, 3}));
  expect_same(a.new_ones(2, 3, kInt64), a.new_ones({2, 3}, kInt64));
  EXPECT_EQ(a.new_empty(2, 3, kw::dtype = kBool).dtype(), kBool);
  static_assert(MakesZeros<int, int> && MakesZeros<int, std::int64_t, ScalarType>);
  static_assert(!MakesZeros<int, double> && !MakesZeros<int, ScalarType, int> && !MakesZeros<bool, bool>);
}

TEST(PythonCalls, FactoriesTakeShapesAndNumbersByName) {
  expect_same(zeros(kw::size = {2, 3}), zeros({2, 3}));
  expect_same(zeros(kw::size = 3, kw::dtype = kInt32), zeros({3}, kInt32));
  expect_same(full(kw::size = {2}, kw::fill_value = 7), full({2}, 7));
  expect_same(full({2}, kw::fill_value = 7.), full({2}, 7.));
  manual_seed(1);
  const Tensor a = randint(0, 9, {5}), b = randint(2, 9, {5}), c = normal(1., 2., {4});
  manual_seed(1);
  expect_same(randint(9, kw::size = {5}), a);
  expect_same(randint(kw::low = 2, kw::high = 9, kw::size = {5}), b);
  expect_same(normal(kw::mean = 1., kw::std = 2., kw::size = {4}), c);
  expect_same(scalar_tensor(2, kw::dtype = kInt32), scalar_tensor(2, kInt32));
  EXPECT_THAT(message_of([] { zeros(kw::dtype = kInt32); }),
              HasSubstr("missing 1 required positional argument: 'size'"));
  EXPECT_THAT(message_of([] { randint(kw::size = {2}); }), HasSubstr("'high'"));
}

TEST(PythonCalls, SequencesTakeTheirEndsByName) {
  expect_same(arange(kw::start = 1, kw::end = 9, kw::step = 2), arange(1, 9, 2));
  expect_same(arange(kw::end = 3), arange(3));
  expect_same(arange(3, kw::dtype = kFloat64), arange(3, kFloat64));
  expect_same(arange(1, kw::end = 3.5), arange(1, 3.5));
  expect_same(arange(9, kw::start = 4), arange(4, 9));
  expect_same(arange(1, 9, kw::step = 3), arange(1, 9, 3));
  expect_same(linspace(kw::start = 0, kw::end = 1, kw::steps = 5), linspace(0, 1, 5));
  expect_same(logspace(kw::start = 0, kw::end = 1, kw::steps = 3, kw::base = 2.), logspace(0, 1, 3, 2));
  expect_same(tril_indices(kw::row = 2, kw::col = 3), tril_indices(2, 3));
  expect_same(triu_indices(3, 3, 1, kw::dtype = kInt32), triu_indices(3, 3, 1, kInt32));
  EXPECT_THAT(message_of([] { arange(kw::start = 3); }), HasSubstr("missing 1 required positional argument: 'end'"));
}

TEST(PythonCalls, ShapesTakeNames) {
  const Tensor x = arange(24).view(2, 4, 3);
  expect_same(chunk(x, kw::chunks = 2, kw::dim = 1), chunk(x, 2, 1));
  expect_same(split(x, kw::split_size_or_sections = 3, kw::dim = 1), split(x, 3, 1));
  expect_same(x.split(kw::split_size = {1, 3}, kw::dim = 1), split(x, {1, 3}, 1));
  expect_same(tensor_split(x, kw::sections = 2), tensor_split(x, 2));
  expect_same(x.tensor_split(kw::indices = {1}), tensor_split(x, {1}));
  expect_same(x.tensor_split(kw::indices_or_sections = 3, kw::dim = 1), tensor_split(x, 3, 1));
  expect_same(x.unfold(kw::dimension = 1, kw::size = 2, kw::step = 1), x.unfold(1, 2, 1));
  expect_same(x.as_strided(kw::size = {2}, kw::stride = {3}), x.as_strided({2}, {3}));
  expect_same(as_strided(x, kw::size = {2}, kw::stride = {1}, kw::storage_offset = 3), x.as_strided({2}, {1}, 3));
  expect_same(x.swapaxes(kw::axis0 = 0, kw::axis1 = 1), x.transpose(0, 1));
  expect_same(x.clone().swapdims_(kw::dim0 = 0, kw::dim1 = 1), x.clone().transpose_(0, 1));
  expect_same(x.repeat_interleave(kw::repeats = 2, kw::dim = 0), x.repeat_interleave(2, 0));
  expect_same(zeros(7, 3).fill_diagonal_(1, kw::wrap = true), zeros({7, 3}).fill_diagonal_(1, true));
  expect_same(x.masked_fill(kw::mask = x > 3, kw::value = 0), x.masked_fill(x > 3, 0));
  expect_same(x.masked_scatter(kw::mask = x > 3, kw::source = -x), x.masked_scatter(x > 3, -x));
  expect_same(x.sum(kw::dim = {}), x.sum());
  expect_same(x.add(kw::other = x, kw::alpha = 2), x.add(x, 2));
  expect_same(div(x, kw::other = 2, kw::rounding_mode = "floor"), div(x, 2, "floor"));
}

TEST(PythonCalls, LinearAlgebraTakesNames) {
  const Tensor a = tensor({{4., 1.}, {1., 3.}}, kFloat64), singular = zeros(2, 2, kFloat64);
  expect_same(std::get<0>(linalg_cholesky_ex(a, kw::upper = true, kw::check_errors = true)), linalg_cholesky(a, true));
  expect_same(std::get<0>(linalg_lu_factor_ex(a, kw::pivot = true)), std::get<0>(linalg_lu_factor(a)));
  EXPECT_THROW(linalg_inv_ex(singular, kw::check_errors = true), Error);
  EXPECT_THROW(linalg_cholesky_ex(singular, kw::check_errors = true), Error);
  expect_same(linalg_tensorinv(a, kw::ind = 1), linalg_tensorinv(a, 1));
}

}  // namespace
}  // namespace xgrad
