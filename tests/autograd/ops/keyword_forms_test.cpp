// Calls by keyword are the calls by position that they stand for.
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

#include "samples.hpp"

namespace xgrad::op_table::keyword_forms {
namespace {

using namespace xgrad::kwargs;

const Tensor x = t({3, 4}), y = t({3, 4}, kFloat64, 2), whole = t({3, 4}, kInt64);

void expect_same(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.dtype(), b.dtype());
  EXPECT_EQ(a.sizes(), b.sizes());
  EXPECT_TRUE(equal(a, b)) << a << "\ninstead of\n" << b;
}
void expect_same(const ValuesIndices& a, const ValuesIndices& b) {
  expect_same(a.values(), b.values());
  expect_same(a.indices(), b.indices());
}
template <class... T>
void expect_same(const std::tuple<T...>& a, const std::tuple<T...>& b) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (expect_same(std::get<I>(a), std::get<I>(b)), ...); }
  (std::index_sequence_for<T...>());
}
void expect_same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) expect_same(a[i], b[i]);
}

TEST(KeywordForms, Reductions) {
  expect_same(x.sum(dim = 1), sum(x, 1));
  expect_same(sum(x, dim = {0, 1}, keepdim = true), sum(x, {0, 1}, true));
  expect_same(x.sum({0, 1}, keepdim = true, dtype = kFloat32), sum(x, {0, 1}, true, kFloat32));
  expect_same(sum(x, {0}, keepdim = true), sum(x, {0}, true));
  expect_same(x.sum(dtype = kFloat32), sum(x, kFloat32));
  expect_same(xgrad::mean(x, dim = -1), mean(x, -1));
  expect_same(x.prod(dim = 0, keepdim = true), prod(x, 0, true));
  expect_same(x.max(dim = 1, keepdim = true), max(x, 1, true));
  const std::int64_t d = 1;
  expect_same(x.min(d, keepdim = true), min(x, 1, true));
  expect_same(x.argmax(keepdim = true), argmax(x, std::nullopt, true));
  expect_same(argmin(x, dim = 1), argmin(x, 1));
  expect_same(x.amax({0, 1}, keepdim = true), amax(x, {0, 1}, true));
  expect_same(x.aminmax(dim = 1), aminmax(x, 1));
  expect_same((x > 0).all(dim = 1, keepdim = true), all(x > 0, 1, true));
  expect_same(x.count_nonzero(dim = 0), count_nonzero(x, 0));
  expect_same(x.logsumexp(dim = 1, keepdim = true), logsumexp(x, 1, true));
  expect_same(x.nansum(dim = 1), nansum(x, 1));
}

TEST(KeywordForms, MomentsAndNorms) {
  expect_same(x.var(dim = 1, unbiased = false), var(x, 1, false));
  expect_same(x.std(1, correction = 2, keepdim = true), std(x, 1, 2, true));
  expect_same(x.var(unbiased = false), var(x, false));
  expect_same(var(x, dim = 0, keepdim = true), var(x, 0, true, true));
  expect_same(x.norm(p = 1, dim = 1), norm(x, 1, 1));
  expect_same(x.norm(dim = 1, keepdim = true), norm(x, 2, 1, true));
  expect_same(x.norm(p = "fro", dim = {0, 1}), norm(x, "fro", {0, 1}));
}

TEST(KeywordForms, OrderAndScans) {
  expect_same(x.sort(descending = true), sort(x, -1, true));
  expect_same(x.sort(0, descending = true), sort(x, 0, true));
  expect_same(x.sort(dim = 0, stable = true), sort(x, true, 0, false));
  expect_same(argsort(x, dim = 0, descending = true), argsort(x, 0, true));
  expect_same(x.topk(2, largest = false), topk(x, 2, -1, false));
  expect_same(x.topk(kw::k = 2, dim = 0, sorted = true), topk(x, 2, 0));
  expect_same(x.kthvalue(2, keepdim = true), kthvalue(x, 2, -1, true));
  expect_same(x.median(dim = 1, keepdim = true), median(x, 1, true));
  expect_same(x.mode(keepdim = true), mode(x, -1, true));
  expect_same(x.quantile(0.25, interpolation = "lower"), quantile(x, 0.25, std::nullopt, false, "lower"));
  expect_same(quantile(x, kw::q = 0.25, dim = 1, keepdim = true), quantile(x, 0.25, 1, true));
  expect_same(whole.unique(return_counts = true), unique(whole, true, false, true));
  expect_same(x.cumsum(dim = 1, dtype = kFloat32), cumsum(x, 1, kFloat32));
  expect_same(x.cummax(dim = 0), cummax(x, 0));
  expect_same(x.diff(dim = 0), diff(x, 1, 0));
  expect_same(x.diff(kw::n = 2), diff(x, 2));
}

TEST(KeywordForms, ElementByElement) {
  expect_same(x.add(y, alpha = 2), add(x, y, 2));
  expect_same(sub(x, 1, alpha = 0.5), sub(x, 1, 0.5));
  expect_same(x.div(y, rounding_mode = "floor"), div(x, y, "floor"));
  expect_same(x.clamp(kw::max = 0.5), clamp(x, std::nullopt, 0.5));
  expect_same(clamp(x, kw::min = -0.5, kw::max = 0.5), clamp(x, -0.5, 0.5));
  expect_same(x.clamp(kw::min = y), clamp(x, y));
  expect_same(x.addcmul(x, y, value = 2), addcmul(x, x, y, 2));
  expect_same(addmm(y, x, x.t().matmul(x), beta = 2), addmm(y, x, x.t().matmul(x), 2));
  expect_same((x / 0).nan_to_num(posinf = 1, neginf = -1), nan_to_num(x / 0, std::nullopt, 1, -1));
  expect_same(x.isclose(y, kw::atol = 0.5), isclose(x, y, 1e-5, 0.5));
  EXPECT_TRUE(allclose(x / 0 * 0, x / 0 * 0, equal_nan = true));
  EXPECT_FALSE(x.allclose(x + 1e-4, rtol = 0.0));
  expect_same(x.softmax(dim = 1), softmax(x, 1));
  expect_same(x.log_softmax(dim = 0, dtype = kFloat32), log_softmax(x, 0, kFloat32));
}

TEST(KeywordForms, Shapes) {
  expect_same(x.unsqueeze(dim = 1), unsqueeze(x, 1));
  expect_same(x.flatten(end_dim = 0), flatten(x, 0, 0));
  expect_same(x.split(2, dim = 1), split(x, 2, 1));
  expect_same(x.chunk(2, dim = 1), chunk(x, 2, 1));
  expect_same(x.unbind(dim = 1), unbind(x, 1));
  expect_same(x.roll(1, dims = 0), roll(x, 1, 0));
  expect_same(x.roll(shifts = {1, 2}, dims = {0, 1}), roll(x, {1, 2}, {0, 1}));
  expect_same(x.flip(dims = {0, 1}), flip(x, {0, 1}));
  expect_same(x.tril(kw::diagonal = 1), tril(x, 1));
  expect_same(x.repeat_interleave(2, dim = 1), repeat_interleave(x, 2, 1));
}

TEST(KeywordForms, MoreReductions) {
  expect_same(x.prod(dtype = kFloat32), prod(x, kFloat32));
  expect_same(prod(x, dim = 0, dtype = kFloat32), prod(x, 0, false, kFloat32));
  expect_same(var_mean(x, dim = 1, unbiased = false, keepdim = true), var_mean(x, 1, false, true));
  expect_same(std_mean(x, {0, 1}, correction = 0), std_mean(x, {0, 1}, 0));
  expect_same(dist(x, y, p = 1), dist(x, y, 1));
  expect_same(x.diff(dim = 0, kw::prepend = y), diff(x, 1, 0, y, Tensor()));
  expect_same(x.diff(kw::append = y), diff(x, 1, -1, Tensor(), y));
  const Tensor counts = tensor({1, 3, 3});
  expect_same(counts.bincount(minlength = 6), bincount(counts, Tensor(), 6));
  expect_same(bincount(counts, kw::weights = x[0].narrow(0, 0, 3)), bincount(counts, x[0].narrow(0, 0, 3)));
  expect_same(x.histc(kw::max = 1, bins = 4), histc(x, 4, 0, 1));
}

TEST(KeywordForms, ClampNeedsABound) {
  const Tensor z = x.clone();
  Tensor w = z;
  const auto error_of = [](auto call) -> std::string {
    try {
      call();
    } catch (const Error& e) {
      return e.what();
    }
    return "none";
  };
  const std::string none = "torch.clamp: At least one of 'min' or 'max' must not be None";
  EXPECT_EQ(error_of([&] { clamp(z); }), none);
  EXPECT_EQ(error_of([&] { clamp_(w); }), none);
  EXPECT_EQ(error_of([&] { z.clamp(); }), none);
  EXPECT_EQ(error_of([&] { w.clamp_(); }), none);
  EXPECT_EQ(error_of([&] { z.clip(); }), none);
  EXPECT_TRUE(z.equal(x));
}

TEST(KeywordForms, InPlace) {
  const auto changed = [](auto change) {
    Tensor z = x.clone();
    EXPECT_TRUE(change(z).is_same(z));
    return z;
  };
  expect_same(changed([](Tensor& z) -> Tensor& { return z.add_(y, alpha = 2); }), add(x, y, 2));
  expect_same(changed([](Tensor& z) -> Tensor& { return sub_(z, y, alpha = 2); }), sub(x, y, 2));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.div_(y, rounding_mode = "floor"); }), div(x, y, "floor"));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.clamp_(kw::min = 0); }), clamp(x, 0));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.clip_(kw::max = 0); }), clamp(x, std::nullopt, 0));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.addcmul_(x, y, value = 2); }), addcmul(x, x, y, 2));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.lerp_(y, weight = 0.25); }), lerp(x, y, 0.25));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.round_(decimals = 1); }), round(x, 1));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.cumsum_(dim = 0); }), cumsum(x, 0));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.tril_(kw::diagonal = 1); }), tril(x, 1));
  expect_same(changed([](Tensor& z) -> Tensor& { return z.transpose_(dim0 = 0, dim1 = 1); }), transpose(x, 0, 1));
  const Tensor rows = tensor({0, 2}), two = y.narrow(0, 0, 2);
  expect_same(changed([&](Tensor& z) -> Tensor& { return z.index_add_(0, rows, two, alpha = 2); }),
              index_add(x, 0, rows, two, 2));
  expect_same(changed([&](Tensor& z) -> Tensor& { return z.index_fill_(dim = 0, kw::index = rows, value = 7); }),
              index_fill(x, 0, rows, 7));
  expect_same(
      changed([&](Tensor& z) -> Tensor& { return z.put_(rows, two[0].narrow(0, 0, 2), kw::accumulate = true); }),
      put(x, rows, two[0].narrow(0, 0, 2), true));
  expect_same(changed([&](Tensor& z) -> Tensor& { return z.index_put_({rows}, two, kw::accumulate = true); }),
              index_add(x, 0, rows, two));
  expect_same(changed([&](Tensor& z) -> Tensor& { return z.index_put_({rows}, 3, kw::accumulate = false); }),
              index_fill(x, 0, rows, 3));
}

TEST(KeywordForms, Places) {
  const Tensor at = tensor({{0}, {3}, {1}}), src = y.narrow(1, 0, 1);
  expect_same(x.gather(1, kw::index = at), gather(x, 1, at));
  expect_same(index_select(x, dim = 1, kw::index = tensor({3, 0})), index_select(x, 1, tensor({3, 0})));
  expect_same(x.scatter(1, at, value = 2), scatter(x, 1, at, 2));
  expect_same(x.scatter(1, at, kw::src = src, kw::reduce = "add"), scatter(x, 1, at, src, "add"));
  Tensor z = x.clone();
  expect_same(z.scatter_(1, at, src, kw::reduce = "multiply"), scatter(x, 1, at, src, "multiply"));
  expect_same(x.scatter_add(1, at, kw::src = src), scatter_add(x, 1, at, src));
  expect_same(x.scatter_reduce(1, at, src, kw::reduce = "amax", include_self = false),
              scatter_reduce(x, 1, at, src, "amax", false));
  expect_same(take_along_dim(x, at, dim = 1), take_along_dim(x, at, 1));
  expect_same(x.masked_fill(x > 0, value = 1), masked_fill(x, x > 0, 1));
  const Tensor sorted_row = tensor({1., 2., 2., 3.});
  expect_same(searchsorted(sorted_row, tensor({2.}), kw::right = true),
              searchsorted(sorted_row, tensor({2.}), false, true));
  expect_same(searchsorted(sorted_row, 2, kw::side = "right"), tensor(3));
  expect_same(searchsorted(sorted_row, tensor({2.}), out_int32 = true), tensor({1}, kInt32));
  expect_same(tensor({2.}).bucketize(sorted_row, kw::right = true), tensor({3}));
  expect_same(isin(whole, whole[0], kw::invert = true), isin(whole, whole[0], false, true));
}

TEST(KeywordForms, MoreShapes) {
  expect_same(x.select(dim = 1, kw::index = 2), select(x, 1, 2));
  expect_same(narrow(x, 1, kw::start = 1, kw::length = 2), narrow(x, 1, 1, 2));
  expect_same(x.permute(dims = {1, 0}), permute(x, {1, 0}));
  expect_same(x.unflatten(1, sizes = {2, 2}), unflatten(x, 1, {2, 2}));
  expect_same(x.tile(dims = {2}), tile(x, {2}));
  expect_same(x.rot90(kw::k = 2, dims = {1, 0}), rot90(x, 2, {1, 0}));
  expect_same(x.movedim(kw::source = 0, kw::destination = 1), movedim(x, {0}, {1}));
  expect_same(x.diagonal(kw::offset = 1), diagonal(x, 1));
  expect_same(x.diagonal(dim1 = 1, dim2 = 0), diagonal(x, 0, 1, 0));
  expect_same(diag(x, kw::diagonal = 1), diag(x, 1));
  expect_same(diag_embed(x, kw::offset = 1), diag_embed(x, 1));
  expect_same(x.split({1, 3}, dim = 1), split_with_sizes(x, {1, 3}, 1));
  expect_same(tensor_split(x, {1, 3}, dim = 1), tensor_split(x, {1, 3}, 1));
  expect_same(x.tensor_split(2, dim = 1), tensor_split(x, 2, 1));
  expect_same(x.roll({1, 2}, dims = {0, 1}), roll(x, {1, 2}, {0, 1}));
  expect_same(concat({x, y}, dim = 1), cat({x, y}, 1));
  expect_same(x.to(kFloat32, kw::copy = true), x.to(kFloat32));
  EXPECT_FALSE(x.to(kFloat64, kw::copy = true).is_same(x));
}

TEST(KeywordForms, AListOfOneInBracesIsAList) {
  const Tensor x = arange(12).view({1, 3, 4});
  const std::vector<std::int64_t> one{1};
  expect_same(tensor_split(x, {1}, 2), tensor_split(x, one, 2));
  expect_same(x.tensor_split({1}, 2), tensor_split(x, one, 2));
  expect_same(x.tensor_split({1}, dim = 2), tensor_split(x, one, 2));
  expect_same(hsplit(x, {1}), tensor_split(x, one, 1));
  expect_same(x.hsplit({1}), tensor_split(x, one, 1));
  expect_same(vsplit(x, {1}), tensor_split(x, one, 0));
  expect_same(x.vsplit({1}), tensor_split(x, one, 0));
  expect_same(dsplit(x, {1}), tensor_split(x, one, 2));
  expect_same(x.dsplit({1}), tensor_split(x, one, 2));
  EXPECT_EQ(x.tensor_split(1, 2).size(), 1u);
  EXPECT_EQ(x.split({4}, 2).size(), 1u);
  EXPECT_THROW(x.split({2}, 2), Error);
  EXPECT_THROW(split(x, {2}, 2), Error);
}

TEST(KeywordForms, TensorsWithoutBraces) {
  const Tensor x = arange(6).view({2, 3}), y = arange(3);
  expect_same(broadcast_tensors(x, y), broadcast_tensors({x, y}));
  expect_same(block_diag(y, x), block_diag({y, x}));
  expect_same(atleast_1d(y, x), atleast_1d({y, x}));
  expect_same(atleast_2d(y, x), atleast_2d({y, x}));
  expect_same(atleast_3d(y, x), atleast_3d({y, x}));
  const Tensor a = x.to(kFloat64);
  expect_same(chain_matmul(a, a.t(), a), chain_matmul({a, a.t(), a}));
}

TEST(KeywordForms, LinearAlgebra) {
  const Tensor a = x.matmul(x.t()) + 3 * eye(3, kFloat64), b = y;
  expect_same(linalg_norm(a, kw::ord = 1), linalg_norm(a, 1));
  expect_same(linalg_norm(a, kw::ord = "nuc"), linalg_norm(a, "nuc"));
  expect_same(linalg_norm(a, dim = 1, keepdim = true), linalg_norm(a, std::nullopt, 1, true));
  expect_same(linalg_vector_norm(a, kw::ord = 1, dim = {0, 1}), linalg_vector_norm(a, 1, {0, 1}));
  expect_same(linalg_matrix_norm(a, keepdim = true), linalg_matrix_norm(a, "fro", {-2, -1}, true));
  expect_same(linalg_cond(a, p = 1), linalg_cond(a, 1));
  // An absolute tolerance, where one number by position is a relative one.
  const Tensor d = diag(tensor({100., 1.}, kFloat64));
  expect_same(linalg_pinv(d, kw::atol = 2.), linalg_pinv(d, std::optional<double>(2.), std::nullopt));
  EXPECT_EQ(linalg_pinv(d, kw::atol = 2.)[1][1].item<double>(), 0);
  expect_same(linalg_pinv(a, hermitian = true), linalg_pinv(a, std::nullopt, std::nullopt, true));
  expect_same(linalg_pinv(d, 0.1, hermitian = true), linalg_pinv(d, 0.1));  // by position relative, and alone
  expect_same(linalg_pinv(d, kw::atol = tensor(2.)), linalg_pinv(d, kw::atol = 2));
  expect_same(linalg_matrix_rank(d, kw::atol = 2.), tensor(1));
  expect_same(linalg_matrix_rank(d, rtol = 0.1), tensor(1));
  expect_same(linalg_matrix_rank(d, rtol = 1.), tensor(0));
  expect_same(linalg_matrix_rank(d, kw::atol = None, rtol = tensor(0.001)), tensor(2));
  expect_same(linalg_matrix_rank(d, kw::atol = 0.5, rtol = 0.1, hermitian = true), tensor(1));
  expect_same(linalg_matrix_rank(-d, hermitian = true), tensor(2));
  expect_same(linalg_matrix_rank(d, 2., hermitian = true), tensor(1));  // by position absolute
  expect_same(linalg_cholesky(a, upper = true), linalg_cholesky(a, true));
  expect_same(cholesky_solve(b, linalg_cholesky(a, true), upper = true),
              cholesky_solve(b, linalg_cholesky(a, true), true));
  expect_same(linalg_qr(x, kw::mode = "complete"), linalg_qr(x, "complete"));
  expect_same(linalg_svd(x, full_matrices = false), linalg_svd(x, false));
  expect_same(linalg_eigh(a, UPLO = "U"), linalg_eigh(a, "U"));
  expect_same(linalg_solve(a, x.t(), kw::left = false), linalg_solve(a, x.t(), false));
  expect_same(linalg_solve_triangular(a, b, upper = true, unitriangular = true),
              linalg_solve_triangular(a, b, true, true, true));
  expect_same(b.triangular_solve(a, kw::transpose = true), triangular_solve(b, a, true, true));
  expect_same(tensordot(x, x, dims = 2), tensordot(x, x, 2));
  expect_same(tensordot(x, x, dims = {{0}, {0}}), tensordot(x, x, {0}, {0}));
  expect_same(tensordot(x, x, dims = {{0, 1}, {0, 1}}), tensordot(x, x, {0, 1}, {0, 1}));
  EXPECT_THROW(tensordot(x, x, (dims = {{0}, {0}, {0}})), Error);
  expect_same(linalg_vecdot(x, x, dim = 0), linalg_vecdot(x, x, 0));
  expect_same(linalg_diagonal(x, kw::offset = 1), linalg_diagonal(x, 1));
  expect_same(addmv(y[0].narrow(0, 0, 3), x, y[1], beta = 2), addmv(y[0].narrow(0, 0, 3), x, y[1], 2));
  expect_same(cross(x.t(), y.t(), dim = 1), cross(x.t(), y.t(), 1));
  expect_same(einsum("ij,kj->ik", x, y), einsum("ij,kj->ik", {x, y}));
  expect_same(einsum("ij->j", x), einsum("ij->j", {x}));
}

TEST(KeywordForms, Factories) {
  expect_same(eye(2, 3, dtype = kInt64), eye(2, 3, kInt64));
  expect_same(linspace(0, 1, kw::steps = 5), linspace(0, 1, 5));
  expect_same(linspace(0, 1, 5, dtype = kFloat64), linspace(0, 1, 5, kFloat64));
  expect_same(logspace(0, 3, kw::steps = 4, kw::base = 2), logspace(0, 3, 4, 2));
  expect_same(logspace(0, 3, 4, dtype = kFloat64), logspace(0, 3, 4, 10, kFloat64));
  expect_same(arange(1, 9, 2, dtype = kFloat64), arange(1, 9, 2, kFloat64));
  expect_same(ones_like(x, dtype = kInt32), ones_like(x, kInt32));
  expect_same(full_like(x, 2, dtype = kInt32), full_like(x, 2, kInt32));
  expect_same(x.new_zeros({2}, dtype = kInt32), zeros({2}, kInt32));
  expect_same(x.new_full({2}, 3, dtype = kInt32), full({2}, 3, kInt32));
  expect_same(x.new_tensor({{1, 2}}, dtype = kInt32), tensor({{1, 2}}, kInt32));
  EXPECT_TRUE(x.new_ones({2}, requires_grad = true).requires_grad());
  EXPECT_EQ(empty_strided({2, 3}, {1, 2}, dtype = kInt32).stride(1), 2);
  double memory[2] = {1, 2};
  expect_same(from_blob(memory, {2}, dtype = kFloat64), tensor({1., 2.}, kFloat64));
  expect_same(tril_indices(3, 3, kw::offset = 1), tril_indices(3, 3, 1));
  expect_same(one_hot(whole[0].abs(), num_classes = 200), one_hot(whole[0].abs(), 200));
  expect_same(combinations(x[0], kw::r = 3, with_replacement = true), combinations(x[0], 3, true));
  expect_same(meshgrid({x[0], y[0]}, kw::indexing = "xy"), meshgrid({x[0], y[0]}, "xy"));
  EXPECT_THROW(linspace(0, 1, dtype = kFloat64), TypeError);
  EXPECT_THROW(zeros({2}, layout = kSparse), Error);
  EXPECT_THROW(eye(2, device = "cuda"), Error);
}

/// The same generator, started anew, gives the same draw by keyword, in libtorch's order and after the options.
TEST(KeywordForms, Generators) {
  Generator g = make_generator<CPUGeneratorImpl>(0);
  const auto seeded = [&]() -> Generator& { return g.manual_seed(7); };
  const std::int64_t two = 2;
  expect_same(rand({3}, generator = seeded()), rand({3}, {}, seeded()));
  expect_same(rand({3}, seeded()), rand({3}, {}, seeded()));
  expect_same(randn({3}, seeded(), kFloat64), randn({3}, dtype = kFloat64, generator = seeded()));
  expect_same(randint(9, {3}, seeded()), randint(9, {3}, generator = seeded()));
  expect_same(randint(two, 9, {3}, seeded(), kInt32), randint(2, 9, {3}, dtype = kInt32, generator = seeded()));
  expect_same(randperm(9, seeded()), randperm(9, generator = seeded()));
  expect_same(normal(0, 1, {3}, generator = seeded(), dtype = kFloat64), normal(0, 1, {3}, seeded(), kFloat64));
  expect_same(normal(x, y.abs(), generator = seeded()), normal(x, y.abs(), seeded()));
  const Tensor q = x.sigmoid();
  expect_same(bernoulli(q, generator = seeded()), bernoulli(q, seeded()));
  expect_same(q.bernoulli(p = 0.25, generator = seeded()), bernoulli(q, 0.25, seeded()));
  expect_same(multinomial(q, 2, generator = seeded()), multinomial(q, 2, false, seeded()));
  Tensor a = zeros({5}), b = zeros({5});
  expect_same(a.uniform_(-1, 1, generator = seeded()), uniform_(b, -1, 1, seeded()));
  expect_same(a.normal_(kw::mean = 1, kw::std = 2, generator = seeded()), normal_(b, 1, 2, seeded()));
  expect_same(a.exponential_(lambd = 2, generator = seeded()), exponential_(b, 2, seeded()));
  expect_same(a.bernoulli_(generator = seeded()), bernoulli_(b, 0.5, seeded()));
  expect_same(a.random_(generator = seeded()), random_(b, seeded()));
  expect_same(a.random_(kw::to = 9, generator = seeded()), random_(b, 0, 9, seeded()));
  expect_same(a.random_(9, generator = seeded()), random_(b, 9, seeded()));
  expect_same(random_(a, kw::from = 3, kw::to = 9, generator = seeded()), random_(b, 3, 9, seeded()));
}

TEST(KeywordForms, WithOut) {
  const auto fresh = [](ScalarType dtype = kFloat64) { return empty({0}, dtype); };
  expect_same(add(x, y, alpha = 2, out = fresh()), add(x, y, 2));
  expect_same(sum(x, dim = 1, out = fresh()), sum(x, 1));
  expect_same(clamp(x, kw::max = 0, out = fresh()), clamp(x, std::nullopt, 0));
  // out's dtype is what it is computed in, as by position.
  expect_same(sum(x.to(kFloat32), dim = 1, out = fresh()), sum(x.to(kFloat32), 1, false, kFloat64));
  expect_same(topk(x, 2, largest = false, out = {fresh(), fresh(kInt64)}),
              static_cast<const std::tuple<Tensor, Tensor>&>(topk(x, 2, -1, false)));
  Tensor z = fresh();
  expect_same(roll_out(z, x, {1, 2}, {0, 1}), roll(x, {1, 2}, {0, 1}));
}

TEST(KeywordForms, KeepTheGraph) {
  const Tensor a = x.detach().requires_grad_();
  EXPECT_STREQ(a.sum(dim = 1).grad_fn()->name(), sum(a, 1).grad_fn()->name());
  EXPECT_STREQ(a.topk(2, largest = false).values().grad_fn()->name(), "TopkBackward0");
}

}  // namespace
}  // namespace xgrad::op_table::keyword_forms
