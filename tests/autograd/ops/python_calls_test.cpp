// Calls as Python writes them: sizes without braces, and names for what this library's own calls give by position.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xgrad/tests/support/message_of.hpp>
#include <xgrad/xgrad.hpp>

#include <sstream>

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

TEST(PythonCalls, OperandsTakeNames) {
  const Tensor x = tensor({{1., 2.}, {3., 4.}}, kFloat64), y = tensor({{2., 5.}, {1., 3.}}, kFloat64);
  const Tensor i = tensor({{1, 0}, {0, 1}}), j = tensor({6, 5}), mask = x > 2, v = y[0];
  expect_same(mul(x, kw::other = y), x * y);
  expect_same(x.mul(kw::other = 2), x * 2);
  expect_same(x.clone().mul_(kw::other = y), x * y);
  expect_same(x.maximum(kw::other = y), maximum(x, y));
  expect_same(max(x, kw::other = y), maximum(x, y));
  expect_same(x.max(kw::dim = 1).values(), std::get<0>(max(x, 1)));
  expect_same(x.eq(kw::other = 2), x == 2);
  expect_same(x.clone().lt_(kw::other = y), (x < y).to(kFloat64));
  expect_same(logical_and(x, kw::other = y), x.logical_and(y));
  expect_same(i.bitwise_or(kw::other = 2), i | 2);
  expect_same(i.gcd(kw::other = i + 3), gcd(i, i + 3));
  expect_same(x.floor_divide(kw::other = y), floor_divide(x, y));
  expect_same(pow(x, kw::exponent = y), pow(x, y));
  expect_same(x.clone().pow_(kw::exponent = 2), x * x);
  expect_same(x.heaviside(kw::values = y), heaviside(x, y));
  expect_same(where(mask, x, kw::other = y), where(mask, x, y));
  expect_same(x.where(mask, kw::other = 0.), where(mask, x, 0.));
  expect_same(x.lerp(kw::end = y, kw::weight = .25), lerp(x, y, .25));
  expect_same(addcmul(x, kw::tensor1 = y, kw::tensor2 = x, kw::value = 3), addcmul(x, y, x, 3));
  expect_same(x.take(kw::index = i), take(x, i));
  expect_same(x.put(kw::index = j % 4, kw::source = v, kw::accumulate = true), put(x, j % 4, v, true));
  expect_same(x.take_along_dim(kw::indices = i, kw::dim = 1), take_along_dim(x, i, 1));
  expect_same(masked_select(x, kw::mask = mask), x.masked_select(mask));
  expect_same(bucketize(x, kw::boundaries = v), bucketize(x, v));
  expect_same(isin(x, kw::test_elements = y), isin(x, y));
  expect_same(x.view_as(kw::other = y), x);
  EXPECT_TRUE(equal(x, kw::other = x));
}

TEST(PythonCalls, MatricesTakeNames) {
  const Tensor x = tensor({{4., 1.}, {1., 3.}}, kFloat64), y = tensor({{2., 5.}, {1., 3.}}, kFloat64), v = y[0];
  expect_same(x.matmul(kw::other = y), matmul(x, y));
  expect_same(mm(x, kw::mat2 = y), mm(x, y));
  expect_same(x.mv(kw::vec = v), mv(x, v));
  expect_same(v.dot(kw::tensor = v), dot(v, v));
  expect_same(outer(v, kw::vec2 = v), outer(v, v));
  expect_same(kron(x, kw::other = y), kron(x, y));
  expect_same(addmm(x, kw::mat1 = y, kw::mat2 = x, kw::beta = 2), addmm(x, y, x, 2));
  expect_same(v.addmv(kw::mat = x, kw::vec = v, kw::alpha = 3), addmv(v, x, v, 1, 3));
  expect_same(x.addr(kw::vec1 = v, kw::vec2 = v), addr(x, v, v));
  expect_same(baddbmm(x[None], kw::batch1 = y[None], kw::batch2 = x[None]), baddbmm(x[None], y[None], x[None]));
  expect_same(linalg_solve(x, kw::B = y), linalg_solve(x, y));
  expect_same(std::get<0>(linalg_lstsq(x, kw::b = y)), std::get<0>(linalg_lstsq(x, y)));
  const auto [lu, pivots] = linalg_lu_factor(x);
  expect_same(linalg_lu_solve(lu, kw::pivots = pivots, kw::B = y, kw::adjoint = true),
              linalg_lu_solve(lu, pivots, y, true, true));
  expect_same(y.lu_solve(kw::LU_data = lu, kw::LU_pivots = pivots), lu_solve(y, lu, pivots));
  expect_same(std::get<1>(lu_unpack(lu, kw::LU_pivots = pivots)), std::get<1>(lu_unpack(lu, pivots)));
  expect_same(linalg_matrix_rank(x, kw::tol = 4.), tensor(1));  // the eigenvalues are 2.4 and 4.6
  expect_same(linalg_matrix_rank(x, kw::tol = tensor(5., kFloat64), kw::hermitian = true), tensor(0));
  expect_same(linalg_pinv(x, kw::rcond = 1e-3, kw::hermitian = true), linalg_pinv(x, 1e-3, true));
  expect_same(norm(x, "fro", {0, 1}, kw::keepdim = true), norm(x, "fro", {0, 1}, true));
  expect_same(x.norm(1, {0}, kw::keepdim = true), norm(x, 1, {0}, true));
  expect_same(frobenius_norm(x, kw::dim = {0, 1}, kw::keepdim = true), frobenius_norm(x, {0, 1}, true));
  expect_same(cdist(x, kw::x2 = y, kw::p = 1.), cdist(x, y, 1.));
}

TEST(PythonCalls, ShapesTakeNamesToo) {
  const Tensor x = arange(24).view(2, 4, 3);
  EXPECT_EQ(x.size(), x.shape());
  EXPECT_EQ(x.stride(), x.strides());
  EXPECT_EQ(x.ndim(), 3);
  expect_same(x.view(kw::size = {4, 6}), x.view(4, 6));
  expect_same(x.view(kw::dtype = kInt32), x.view(kInt32));
  expect_same(reshape(x, kw::shape = {-1}), x.reshape({-1}));
  expect_same(x[0].expand(kw::size = {5, 4, 3}), x[0].expand(5, 4, 3));
  expect_same(x.repeat(kw::repeats = {1, 2, 1}), x.repeat(1, 2, 1));
  expect_same(x.moveaxis(kw::source = 0, kw::destination = 2), moveaxis(x, {0}, {2}));
  expect_same(slice(x, kw::dim = 1, kw::start = 1, kw::step = 2), slice(x, 1, 1, std::nullopt, 2));
  expect_same(x.slice(kw::end = 1), slice(x, 0, std::nullopt, 1));
  expect_same(x.slice_scatter(kw::src = x.slice(1, 2), kw::dim = 1, kw::end = 2),
              slice_scatter(x, x.slice(1, 2), 1, {}, 2));
  expect_same(x.select_scatter(x[1], kw::dim = 0, kw::index = 0), select_scatter(x, x[1], 0, 0));
  expect_same(x.hsplit(kw::sections = 2), hsplit(x, 2));
  expect_same(vsplit(x, kw::indices = {1}), vsplit(x, {1}));
  expect_same(x.flip(kw::dims = {}), x);
  expect_same(x.as_strided({2}, {3}, kw::storage_offset = 1), x.as_strided({2}, {3}, 1));
  expect_same(index_put(x, {0, 1}, tensor(5), kw::accumulate = true), x.index_put({0, 1}, tensor(5), true));
  expect_same(x.clone().index_put_({0, 1}, kw::values = 5, kw::accumulate = true),
              x.index_put({0, 1}, tensor(5), true));
  expect_same(x.clone().fill_(kw::value = 3), full_like(x, 3));
  expect_same(x.clone().copy_(kw::src = -x, kw::non_blocking = true), -x);
  EXPECT_EQ(x.clone().resize_(kw::size = {2, 3}).sizes(), IntArrayRef({2, 3}));
  expect_same(x.to(kFloat64).polygamma(kw::n = 1), polygamma(1, x.to(kFloat64)));
  expect_same(x.to(kw::dtype = kFloat64, kw::non_blocking = true), x.to(kFloat64));
}

TEST(PythonCalls, BoolsAreNoIntegerIndices) {
  const Tensor x = arange(6).view(2, 3);
  EXPECT_EQ(x[true].sizes(), IntArrayRef({1, 2, 3}));
  EXPECT_EQ(x[{true}].sizes(), IntArrayRef({1, 2, 3}));
  EXPECT_EQ(x[false].sizes(), IntArrayRef({0, 2, 3}));
  expect_same(x[1], x.select(0, 1));
  Tensor y = x.clone(), z = x.clone();
  y[false] = 7;
  z[{true}] = 7;
  expect_same(y, x);
  expect_same(z, full_like(x, 7));
}

TEST(PythonCalls, NumbersOfTensorsAreWritten) {
  const auto written = [](const Scalar& s) {
    std::ostringstream out;
    out << s;
    return out.str() + " " + detail::to_text(s);
  };
  EXPECT_EQ(written(tensor(3).item()), "3 3");
  EXPECT_EQ(written(tensor(2.5).item()), "2.5 2.5");
  EXPECT_EQ(written(tensor(2.).item()), "2 2.0");
  EXPECT_EQ(written(tensor(true).item()), "true True");
}

TEST(PythonCalls, FactoriesMixPlacesAndNames) {
  const Tensor x = zeros(2, 2, kFloat64);
  expect_same(linspace(2, kw::end = 3, kw::steps = 5), linspace(2, 3, 5));
  expect_same(logspace(0, kw::end = 2, kw::steps = 3, kw::base = 2), logspace(0, 2, 3, 2));
  expect_same(eye(3, kw::m = 4), eye(3, 4));
  expect_same(eye(kw::n = 2, kw::dtype = kInt64), eye(2, kInt64));
  expect_same(tril_indices(2, kw::col = 3), tril_indices(2, 3));
  expect_same(tril_indices(2, 3, kw::offset = 1), tril_indices(2, 3, 1));
  expect_same(full_like(x, kw::fill_value = 3), full_like(x, 3));
  expect_same(x.new_zeros(kw::size = {3}), x.new_zeros({3}));
  expect_same(x.new_full({3}, kw::fill_value = 7, kw::dtype = kInt64), x.new_full({3}, 7, kInt64));
  const auto drawn = [](auto draw) { return manual_seed(3), draw(); };
  const auto expect_drawn = [&](auto a, auto b) { expect_same(drawn(a), drawn(b)); };
  expect_drawn([&] { return randint_like(x, kw::high = 9); }, [&] { return randint_like(x, 9); });
  expect_drawn([&] { return randint_like(x, 4, kw::high = 9); }, [&] { return randint_like(x, 4, 9); });
  expect_drawn([] { return randint(3, kw::high = 9, kw::size = {4}); }, [] { return randint(3, 9, {4}); });
  expect_drawn([] { return randint(9, {4}, kw::dtype = kInt32); }, [] { return randint(0, 9, {4}, kInt32); });
  expect_drawn([&] { return normal(x, kw::std = 2.); }, [&] { return normal(x, 2.); });
  expect_drawn([&] { return normal(kw::mean = x, kw::std = x + 1); }, [&] { return normal(x, x + 1); });
  expect_drawn([&] { return normal(1., kw::std = x + 1); }, [&] { return normal(1., x + 1); });
  expect_drawn([] { return normal(0, 2, kw::size = {3}); }, [] { return normal(0., 2., {3}); });
  EXPECT_THAT(message_of([] { linspace(kw::end = 3, kw::steps = 2); }),
              HasSubstr("missing 1 required positional argument: 'start'"));
  EXPECT_THAT(message_of([] { eye(kw::m = 3); }), HasSubstr("'n'"));
  EXPECT_THAT(message_of([&] { full_like(x, kw::dtype = kInt64); }), HasSubstr("'fill_value'"));
  EXPECT_THAT(message_of([] { normal(kw::mean = 0., kw::std = 1.); }), HasSubstr("'size'"));
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
