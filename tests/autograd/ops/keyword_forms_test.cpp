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

TEST(KeywordForms, KeepTheGraph) {
  const Tensor a = x.detach().requires_grad_();
  EXPECT_STREQ(a.sum(dim = 1).grad_fn()->name(), sum(a, 1).grad_fn()->name());
  EXPECT_STREQ(a.topk(2, largest = false).values().grad_fn()->name(), "TopkBackward0");
}

}  // namespace
}  // namespace xgrad::op_table::keyword_forms
