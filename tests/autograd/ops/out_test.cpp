// Forms with `out` as programs spell them; tests/oracle/out_test.cpp compares what they do with PyTorch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <xgrad/autograd/array/offered_memory.hpp>
#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/ops/out.hpp>

namespace xgrad {
namespace {

using namespace kwargs;
using testing::HasSubstr;

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

std::vector<std::string> warnings_of(const std::function<void()>& f) {
  std::vector<std::string> seen;
  const WarningHandlerGuard guard([&](const std::string& message) { seen.push_back(message); });
  f();
  return seen;
}

class OutForms : public testing::Test {
 protected:
  Tensor a = tensor({{1., 2.}, {3., 4.}}), b = tensor({{10., 20.}, {30., 40.}});
  Tensor x = empty({2, 2});

  static std::vector<double> of(const Tensor& t) { return t.to_vector<double>(); }
};

using Numbers = std::vector<double>;

TEST_F(OutForms, AsInLibtorch) {
  const void* const memory = x.data_ptr();
  Tensor& same = add_out(x, a, b);
  EXPECT_EQ(&same, &x);
  EXPECT_EQ(of(x), (Numbers{11, 22, 33, 44}));
  add_out(x, a, b, 2);
  EXPECT_EQ(of(x), (Numbers{21, 42, 63, 84}));
  mul_out(x, a, 3);
  EXPECT_EQ(of(x), (Numbers{3, 6, 9, 12}));
  exp_out(x, zeros({2, 2}));
  EXPECT_EQ(of(x), (Numbers{1, 1, 1, 1}));
  mm_out(x, a, b);
  EXPECT_EQ(of(x), (Numbers{70, 100, 150, 220}));
  max_out(x, a, b - 9);
  EXPECT_EQ(of(x), (Numbers{1, 11, 21, 31}));
  EXPECT_EQ(x.data_ptr(), memory);
}

TEST_F(OutForms, TakeListsInBraces) {
  Tensor y = empty({0});
  EXPECT_EQ(of(sum_out(y, a, {0, 1}, true)), (Numbers{10}));
  EXPECT_EQ(y.dim(), 2);
  EXPECT_EQ(of(cat_out(y, {a, b})), (Numbers{1, 2, 3, 4, 10, 20, 30, 40}));
  EXPECT_EQ(of(zeros_out(y, {4, 2})), Numbers(8, 0));
  EXPECT_EQ(of(full_out(y, {4, 2}, 7)), Numbers(8, 7));
  EXPECT_EQ(randint_out(y, 5, {4, 2}).numel(), 8);
  Tensor z = empty({0});
  EXPECT_EQ(of(tensordot_out(z, a, b, {1}, {0})), (Numbers{70, 100, 150, 220}));
  Tensor n = empty({0});
  EXPECT_EQ(of(norm_out(n, a, 1, {0})), (Numbers{4, 6}));
}

TEST_F(OutForms, OfSeveralResults) {
  Tensor values = empty({0}), indices = empty({0}, kInt64);
  auto [v, i] = max_out(values, indices, a, 1);
  EXPECT_EQ(&v, &values);
  EXPECT_EQ(&i, &indices);
  EXPECT_EQ(of(values), (Numbers{2, 4}));
  EXPECT_EQ(of(indices), (Numbers{1, 1}));
  const auto [s, o] = sort(a, -1, true, out = {x, indices.resize_({2, 2})});
  EXPECT_TRUE(s.is_same(x));
  EXPECT_TRUE(o.is_same(indices));
  EXPECT_EQ(of(x), (Numbers{2, 1, 4, 3}));
  EXPECT_THAT(error_of([&] { sort(a, out = x); }), HasSubstr("sort(): 2 results cannot go into 1 tensors"));
}

TEST_F(OutForms, OfOneShapeDoNotOverwriteEachOther) {
  Tensor p = empty({2, 2}), l = empty({2, 2}), u = empty({2, 2});
  linalg_lu_out(p, l, u, a);
  EXPECT_TRUE(allclose(matmul(p, matmul(l, u)), a));
  EXPECT_EQ(of(p), (Numbers{0, 1, 1, 0}));
  // Nor when they get new memory one after another.
  Tensor vectors = ones({1, 1}), values = ones({1, 1}), others = ones({1, 1});
  warnings_of([&] { svd_out(vectors, values, others, a); });
  EXPECT_TRUE(allclose(matmul(vectors * values, others.t()), a, 1e-4, 1e-5));
}

TEST_F(OutForms, WithTheKeyword) {
  const Tensor y = add(a, b, out = x);
  EXPECT_TRUE(y.is_same(x));
  EXPECT_EQ(of(x), (Numbers{11, 22, 33, 44}));
  lerp(a, b, 0.5, kw::out = x);
  EXPECT_EQ(of(x), (Numbers{5.5, 11, 16.5, 22}));
  zeros({2, 2}, out = x);
  EXPECT_EQ(of(x), Numbers(4, 0));
  Tensor one = empty({0});
  EXPECT_EQ(of(sum(a, {0, 1}, out = one)), (Numbers{10}));
  EXPECT_EQ(of(sum(a, dim = 1, out = one.resize_({2}))), (Numbers{3, 7}));
  EXPECT_EQ(stack({a, b}, out = empty({0})).dim(), 3);
  // An operation that has a form with `out` can be passed on as before.
  const std::function<Tensor(const Tensor&)> f = xgrad::exp;
  EXPECT_EQ(of(f(zeros({1}))), (Numbers{1}));
}

TEST_F(OutForms, GiveOutTheShapeThatItNeeds) {
  Tensor none = empty({0}), other = ones({3});
  EXPECT_TRUE(warnings_of([&] { add_out(none, a, b); }).empty());
  EXPECT_EQ(none.sizes(), a.sizes());
  const auto warnings = warnings_of([&] { add_out(other, a, b); });
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("An output with one or more elements was resized since it had shape [3], which "
                                     "does not match the required output shape [2, 2]."));
  EXPECT_EQ(of(other), (Numbers{11, 22, 33, 44}));
  Tensor large = ones({9});
  const void* const memory = large.data_ptr();
  warnings_of([&] { add_out(large, a, b); });
  EXPECT_EQ(large.sizes(), a.sizes());
  EXPECT_EQ(large.data_ptr(), memory);
}

TEST_F(OutForms, WriteIntoViewsAndOtherLayouts) {
  Tensor whole = zeros({2, 2, 2});
  Tensor part = whole[1];
  add_out(part, a, b);
  EXPECT_EQ(of(whole), (Numbers{0, 0, 0, 0, 11, 22, 33, 44}));
  Tensor turned = x.t();
  add_out(turned, a, b);
  EXPECT_EQ(of(turned), (Numbers{11, 22, 33, 44}));
  EXPECT_EQ(of(x), (Numbers{11, 33, 22, 44}));
  float memory[4];
  Tensor borrowed = from_blob(memory, {2, 2});
  add_out(borrowed, a, b);
  EXPECT_EQ(memory[3], 44);
}

TEST_F(OutForms, KeepTheDtypeOfOut) {
  Tensor wide = empty({2, 2}, kFloat64), whole = empty({2, 2}, kInt64);
  EXPECT_EQ(add_out(wide, a, b).dtype(), kFloat64);
  EXPECT_EQ(of(wide), (Numbers{11, 22, 33, 44}));
  EXPECT_THAT(error_of([&] { add_out(whole, a, b); }),
              HasSubstr("result type Float can't be cast to the desired output type Long"));
  EXPECT_THAT(error_of([&] { mm_out(wide, a, b); }),
              HasSubstr("Expected out tensor to have dtype float, but got double instead"));
  // What takes a dtype computes in out's: 0.6 + 0.6 is 0 of integers.
  Tensor count = empty({}, kInt64);
  EXPECT_EQ(of(sum_out(count, tensor({0.6, 0.6}), {0})), (Numbers{0}));
  Tensor steps = empty({3}, kFloat64);
  EXPECT_EQ(of(logspace_out(steps, 0, 2, 3)), (Numbers{1, 10, 100}));
  EXPECT_EQ(of(arange_out(steps, 3)), (Numbers{0, 1, 2}));
  EXPECT_EQ(of(cumsum_out(steps, tensor({1, 2, 3}), 0)), (Numbers{1, 3, 6}));
}

TEST_F(OutForms, RefuseADtypeThatIsNotThatOfOut) {
  Tensor narrow = empty({2}, kFloat32);
  const std::string words = "dtype Double does not match dtype of out parameter (Float)";
  EXPECT_THAT(error_of([&] { zeros({2}, dtype = kFloat64, out = narrow); }), HasSubstr(words));
  EXPECT_THAT(error_of([&] { full({2}, 1, dtype = kFloat64, out = narrow); }), HasSubstr(words));
  EXPECT_THAT(error_of([&] { arange(2, dtype = kFloat64, out = narrow); }), HasSubstr(words));
  EXPECT_THAT(error_of([&] { eye(2, dtype = kFloat64, out = narrow); }), HasSubstr(words));
  EXPECT_THAT(error_of([&] { rand({2}, dtype = kFloat64, out = narrow); }), HasSubstr(words));
  EXPECT_THAT(error_of([&] { sum(a, dim = 0, dtype = kFloat64, out = narrow); }),
              HasSubstr("Expected out tensor to have dtype double, but got float instead"));
  EXPECT_EQ(of(zeros({2}, dtype = kFloat32, out = narrow)), (Numbers{0, 0}));
  EXPECT_EQ(of(sum(a, dim = 0, dtype = kFloat32, out = narrow)), (Numbers{4, 6}));
}

TEST_F(OutForms, RefuseDerivatives) {
  const std::string words =
      "functions with out=... arguments don't support automatic differentiation, but one of the arguments requires "
      "grad.";
  Tensor leaf = tensor({{1., 2.}, {3., 4.}}, requires_grad = true);
  EXPECT_THAT(error_of([&] { add_out(x, leaf, b); }), HasSubstr("add(): " + words));
  EXPECT_THAT(error_of([&] { exp(a, out = leaf); }), HasSubstr("exp(): " + words));
  Tensor flags = empty({0}, kBool);
  EXPECT_EQ(of(gt_out(flags, leaf, 2)), (Numbers{0, 0, 1, 1}));
  const NoGradGuard no_grad;
  add_out(x, leaf, b);
  EXPECT_EQ(of(x), (Numbers{11, 22, 33, 44}));
}

TEST_F(OutForms, RefuseMemoryThatMeansTwoThings) {
  EXPECT_THAT(error_of([&] {
                Tensor one = empty({1, 2}).expand({2, 2});
                add_out(one, a, b);
              }),
              HasSubstr("more than one element of the written-to tensor refers to a single memory location"));
  Tensor line = arange(5., kFloat32);
  Tensor later = line.slice(0, 1, 5);
  EXPECT_THAT(error_of([&] { add_out(later, line.slice(0, 0, 4), 1); }),
              HasSubstr("some elements of the input tensor and the written-to tensor refer to a single memory"));
  EXPECT_THAT(error_of([&] {
                gather_out(line, line, 0, tensor({4, 3, 2, 1, 0}));
              }),
              HasSubstr("some elements of the input tensor and the written-to tensor refer to a single memory"));
  add_out(a, a, b);  // all of it is an operation in place
  EXPECT_EQ(of(a), (Numbers{11, 22, 33, 44}));
  mm_out(b, b, b);  // read before it is written
  EXPECT_EQ(of(b), (Numbers{700, 1000, 1500, 2200}));
}

TEST_F(OutForms, AreSeenByWhoSavedOut) {
  Tensor w = tensor({{1., 2.}, {3., 4.}}, requires_grad = true);
  const Tensor y = (w * x).sum();
  add_out(x, a, b);
  EXPECT_THAT(error_of([&] { y.backward(); }), HasSubstr("modified by an inplace operation"));
  Tensor small = zeros({1});
  const Tensor z = (w * small).sum();
  warnings_of([&] { add_out(small, a, b); });  // in new memory
  EXPECT_THAT(error_of([&] { z.backward(); }), HasSubstr("modified by an inplace operation"));
}

TEST(OfferedMemory, GoesToTheFirstArrayThatFitsAndOnce) {
  const Array here = Array::empty({2, 3}, kFloat32);
  {
    OfferedMemory offer;
    offer.add(here);
    EXPECT_FALSE(Array::empty({3, 2}, kFloat32).same_storage(here));
    EXPECT_FALSE(Array::empty({2, 3}, kInt32).same_storage(here));
    EXPECT_TRUE(Array::empty({2, 3}, kFloat32).same_storage(here));
    EXPECT_FALSE(Array::empty({2, 3}, kFloat32).same_storage(here));
  }
  EXPECT_FALSE(Array::empty({2, 3}, kFloat32).same_storage(here));
  OfferedMemory offer;
  offer.add(here.slice(0, 1, 2, 1));
  EXPECT_FALSE(Array::empty({1, 3}, kFloat32).same_storage(here)) << "it would not be aligned";
}

TEST(Resize, KeepsMemoryWhereItSuffices) {
  Tensor x = arange(6.);
  const void* const memory = x.data_ptr();
  x.resize_({2, 2});
  EXPECT_EQ(x.data_ptr(), memory);
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{0, 1, 2, 3}));
  x.resize_({3, 3});
  EXPECT_NE(x.data_ptr(), memory);
  EXPECT_EQ(x.flatten().slice(0, 0, 6).to_vector<double>(), (std::vector<double>{0, 1, 2, 3, 4, 5}));
  Tensor leaf = ones({2}, requires_grad = true);
  EXPECT_THAT(error_of([&] { leaf.resize_({3}); }), HasSubstr("cannot resize variables that require grad"));
}

TEST(ViewAsDtype, SharesMemory) {
  Tensor x = ones({2, 2}, requires_grad = true);
  const Tensor bits = x.view(kInt32);
  EXPECT_FALSE(bits.requires_grad());
  EXPECT_EQ(bits[0][0].item<int>(), 0x3F800000);
  EXPECT_EQ(bits.data_ptr(), x.data_ptr());
  EXPECT_EQ(x.view(kInt16).sizes(), IntArrayRef({2, 4}));
  EXPECT_EQ(ones({1}).view({}).dim(), 0) << "nothing in braces is a shape";
}

}  // namespace
}  // namespace xgrad
