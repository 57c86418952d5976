// Operators, methods and keyword forms are the functions of the op table under other names.
#include <gtest/gtest.h>

#include <xgrad/tests/support/message_of.hpp>
#include <xgrad/xgrad.hpp>

#include <set>

#include "samples.hpp"

namespace xgrad::op_table {
namespace {

const Tensor x = t({2, 3}), y = t({3}, kFloat64, 2), whole = t({2, 3}, kInt64), yes = t({2, 3}, kBool);

/// Equal values of one dtype, computed by nodes of one name.
void expect_same(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.dtype(), b.dtype());
  EXPECT_TRUE(equal(a, b)) << a << "\ninstead of\n" << b;
  ASSERT_EQ(a.requires_grad(), b.requires_grad());
  if (!a.requires_grad()) return;
  EXPECT_STREQ(a.grad_fn()->name(), b.grad_fn()->name());
}

TEST(Operators, AreTheFunctions) {
  const Tensor a = x.detach().requires_grad_();
  expect_same(a + y, add(a, y));
  expect_same(a + 1.5, add(a, 1.5));
  expect_same(1.5 + a, add(a, 1.5));
  expect_same(a - y, sub(a, y));
  expect_same(a - 3, sub(a, 3));
  expect_same(3 - whole, rsub(whole, 3));
  expect_same(a * y, mul(a, y));
  expect_same(2 * a, mul(a, 2));
  expect_same(a / y, div(a, y));
  expect_same(a / 3, div(a, 3));
  expect_same(1.5 / a, mul(reciprocal(a), 1.5));  // so does Python, and its node is MulBackward0
  expect_same(3 / whole, mul(reciprocal(whole), 3));
  expect_same(-a, neg(a));
  expect_same(!yes, logical_not(yes));
  expect_same(x == y, eq(x, y));
  expect_same(x != y, ne(x, y));
  expect_same(x < y, lt(x, y));
  expect_same(x <= y, le(x, y));
  expect_same(x > y, gt(x, y));
  expect_same(x >= y, ge(x, y));
  expect_same(x == 0.5, eq(x, 0.5));
  expect_same(x != 0.5, ne(x, 0.5));
  expect_same(x < 0.5, lt(x, 0.5));
  expect_same(x <= 0.5, le(x, 0.5));
  expect_same(x > 0.5, gt(x, 0.5));
  expect_same(x >= 0.5, ge(x, 0.5));
}

TEST(Operators, TakeANumberOnTheLeft) {
  const Tensor a = x.detach().requires_grad_();
  expect_same(2.5 % a, remainder(2.5, a));
  expect_same(6 & whole, bitwise_and(6, whole));
  expect_same(6 | whole, bitwise_or(6, whole));
  expect_same(6 ^ whole, bitwise_xor(6, whole));
  expect_same(1 << whole.abs(), bitwise_left_shift(1, whole.abs()));
  expect_same(6 >> whole.abs(), bitwise_right_shift(6, whole.abs()));
  expect_same(0.5 == x, eq(x, 0.5));
  expect_same(0.5 != x, ne(x, 0.5));
  expect_same(0.5 < x, gt(x, 0.5));
  expect_same(0.5 <= x, ge(x, 0.5));
  expect_same(0.5 > x, lt(x, 0.5));
  expect_same(0.5 >= x, le(x, 0.5));
  const Tensor at = tensor({1, 2, 3});  // at the number itself, where < and <= part
  EXPECT_TRUE(equal(2 < at, tensor({false, false, true})));
  EXPECT_TRUE(equal(2 <= at, tensor({false, true, true})));
  EXPECT_TRUE(equal(2 > at, tensor({true, false, false})));
  EXPECT_TRUE(equal(2 >= at, tensor({true, true, false})));
}

/// What an assignment does to a row and to the elements of a mask, beside the operator itself.
#define EXPECT_CHANGES_PARTS(ASSIGN, OP, VALUE)                                    \
  do {                                                                             \
    Tensor rows = whole.clone(), places = whole.clone();                           \
    rows[0] ASSIGN VALUE;                                                          \
    expect_same(rows, cat({(whole[0] OP VALUE).unsqueeze(0), whole.slice(0, 1)})); \
    places[yes] ASSIGN VALUE;                                                      \
    expect_same(places, where(yes, whole OP VALUE, whole));                        \
  } while (false)

TEST(Operators, AssignmentsChangeParts) {
  EXPECT_CHANGES_PARTS(+=, +, 2);
  EXPECT_CHANGES_PARTS(-=, -, 2);
  EXPECT_CHANGES_PARTS(*=, *, 3);
  EXPECT_CHANGES_PARTS(%=, %, 2);
  EXPECT_CHANGES_PARTS(&=, &, 6);
  EXPECT_CHANGES_PARTS(|=, |, 5);
  EXPECT_CHANGES_PARTS(^=, ^, 7);
  EXPECT_CHANGES_PARTS(<<=, <<, 2);
  EXPECT_CHANGES_PARTS(>>=, >>, 1);
  Tensor a = x.clone();
  a[0] /= y;
  a[yes] /= 2;
  expect_same(
      a, where(yes, cat({(x[0] / y).unsqueeze(0), x.slice(0, 1)}) / 2, cat({(x[0] / y).unsqueeze(0), x.slice(0, 1)})));
  Tensor mask = yes.clone();
  mask[0] |= !mask[0];
  EXPECT_TRUE(mask[0].all().item<bool>());
  mask[mask] ^= true;
  EXPECT_FALSE(mask.any().item<bool>());
}

TEST(Operators, InPlaceOnesChangeTheirArgument) {
  Tensor a = x.clone(), b = x.clone();
  const Tensor handle = a;
  a += y, b.add_(y), expect_same(a, b);
  a += 2, b.add_(2), expect_same(a, b);
  a -= y, b.sub_(y), expect_same(a, b);
  a -= 0.5, b.sub_(0.5), expect_same(a, b);
  a *= y, b.mul_(y), expect_same(a, b);
  a *= 3, b.mul_(3), expect_same(a, b);
  a /= y, b.div_(y), expect_same(a, b);
  a /= 2, b.div_(2), expect_same(a, b);
  EXPECT_TRUE(handle.is_same(a));
}

TEST(Operators, MethodsAreTheFunctions) {
  const Tensor z = t({2, 3}, Range{0.2, 0.8});
  const Tensor m = t({3, 3}), n = t({3, 3}, kFloat64, 2), batch = t({2, 3, 3});
#define SAME(NAME) expect_same(z.NAME(), NAME(z))
  SAME(neg), SAME(abs), SAME(sign), SAME(square), SAME(sqrt), SAME(reciprocal), SAME(exp), SAME(log), SAME(log1p);
  SAME(sin), SAME(cos), SAME(relu), SAME(sigmoid), SAME(tanh), SAME(logical_not), SAME(isnan), SAME(isinf);
  SAME(isfinite), SAME(sum), SAME(mean), SAME(max), SAME(min), SAME(argmax), SAME(argmin), SAME(all), SAME(any);
  SAME(amax), SAME(amin), SAME(t), SAME(clone), SAME(contiguous), SAME(flatten), SAME(squeeze);
#undef SAME
#define SAME(NAME) expect_same(x.NAME(y), NAME(x, y))
  SAME(add), SAME(sub), SAME(mul), SAME(div), SAME(maximum), SAME(minimum), SAME(eq), SAME(ne), SAME(lt), SAME(le);
  SAME(gt), SAME(ge), SAME(logical_and), SAME(logical_or), SAME(logical_xor), SAME(max), SAME(min);
#undef SAME
  expect_same(m.mm(n), mm(m, n));
  expect_same(m.matmul(n), matmul(m, n));
  expect_same(m.mv(y), mv(m, y));
  expect_same(y.dot(y), dot(y, y));
  expect_same(y.outer(y), outer(y, y));
  expect_same(batch.bmm(batch), bmm(batch, batch));
  expect_same(x.where(yes, z), where(yes, x, z));
  expect_same(x.view({3, 2}), view(x, {3, 2}));
  expect_same(y.expand_as(x), expand_as(y, x));
  expect_same(x.narrow(1, 0, 2), narrow(x, 1, 0, 2));
  expect_same(x.transpose(0, 1), transpose(x, 0, 1));
  expect_same(x.clamp(-1, 1), clamp(x, -1, 1));
  expect_same(x.type_as(whole), to(x, kInt64));
  expect_same(x.toType(kInt64), to(x, kInt64));
  EXPECT_TRUE(x.cpu().is_same(x));
  EXPECT_TRUE(x.equal(x) && x.allclose(x));
}

TEST(Operators, ShorterFormsAreTheLongerOnes) {
  const Tensor m = t({3, 2, 3}), n = t({2, 3, 4}, kFloat64, 2);
  expect_same(tensordot(m, n, 2), tensordot(m, n, {1, 2}, {0, 1}));
  expect_same(tensordot(y, y, 0), outer(y, y));
  expect_same(unique(whole), std::get<0>(_unique2(whole, true)));
  const auto parts = split(m, {1, 2}), same = split_with_sizes(m, {1, 2});
  ASSERT_EQ(parts.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) expect_same(parts[i], same[i]);
  expect_same(clamp(x, y), clamp(x, y, Tensor()));
  Tensor changed = x.clone();
  expect_same(clamp_(changed, y), clamp(x, y));
  // And as members.
  expect_same(whole.unique(), unique(whole));
  const auto of_member = m.split({1, 2}, 0);
  ASSERT_EQ(of_member.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) expect_same(of_member[i], parts[i]);
  expect_same(x.clamp(y), clamp(x, y));
  expect_same(x.clone().clamp_(y), clamp(x, y));
  expect_same(x.polygamma(1), polygamma(1, x));
  expect_same(x.norm("fro"), norm(x));
  expect_same(x.to(whole), to(x, kInt64));
}

TEST(Operators, KeywordsAreTheArguments) {
  expect_same(softmax(x, kw::dim = 1), softmax(x, 1));
  expect_same(log_softmax(x, kw::dim = 1, kw::dtype = kFloat32), log_softmax(x, 1, kFloat32));
  expect_same(sum(x, kw::dim = 1, kw::keepdim = true), sum(x, 1, true));
  expect_same(x.sum(1, kw::keepdim = true), sum(x, 1, true));
  expect_same(mean(x, kw::dtype = kFloat32), mean(x, kFloat32));
  expect_same(x.mean({0, 1}, kw::dtype = kFloat32), mean(x, {0, 1}, false, kFloat32));
  expect_same(argmax(x, kw::dim = 1), argmax(x, 1));
  expect_same(x.max(1, kw::keepdim = true).values(), max(x, 1, true).values());
  expect_same(cat({x, x}, kw::dim = 1), cat({x, x}, 1));
  expect_same(stack({x, x}, kw::dim = -1), stack({x, x}, -1));
}

TEST(Strides, FollowTheArguments) {
  const Tensor c = t({2, 3, 4}).permute({2, 1, 0}), row = t({2}), packed = t({4, 3, 2}, kFloat64, 2);
  const Dims turned{1, 4, 12}, usual{6, 2, 1};
  EXPECT_EQ((c * 2).strides(), turned);
  EXPECT_EQ((2 - c).strides(), turned);
  EXPECT_EQ((c + row).strides(), turned);
  EXPECT_EQ((row + c).strides(), turned);
  EXPECT_EQ((c > 0).strides(), turned);
  EXPECT_EQ(where(c > 0, c, 0).strides(), turned);
  EXPECT_EQ(lerp(c, row, 0.75).strides(), turned);
  EXPECT_EQ(addcmul(c, row, row).strides(), turned);
  EXPECT_EQ((c + packed).strides(), turned) << "the first argument decides";
  EXPECT_EQ((packed + c).strides(), usual);
  EXPECT_EQ((packed[0] + c).strides(), Dims({1, 8, 4})) << "about the dimensions that it has";
  EXPECT_EQ((c.to(kFloat32) + 1.5).strides(), turned);
  EXPECT_EQ((c.slice(1, 0, 2) + row).strides(), Dims({1, 4, 8})) << "without the holes";
  EXPECT_EQ(c.slice(1, 0, 2).exp().strides(), Dims({1, 4, 8}));
  EXPECT_EQ(c.slice(1, 0, 2).clone().strides(), Dims({1, 4, 8}));
  EXPECT_EQ(c.masked_fill(c > 0, 0).strides(), usual);
  EXPECT_EQ((t({4, 1}) + t({1, 3})).strides(), Dims({3, 1}));
  EXPECT_EQ((t({1, 4}).t() + t({1, 3})).strides(), Dims({3, 1}));
  Tensor out = zeros_like(packed, kFloat64);
  add_out(out, c, row);
  EXPECT_EQ(out.strides(), usual);
  EXPECT_TRUE(equal(out, c + row));
  Tensor dying = c * 2;
  const void* memory = dying.data_ptr();
  const Tensor over = std::move(dying) * row;
  EXPECT_EQ(over.data_ptr(), memory);
  EXPECT_EQ(over.strides(), turned);
}

/// With a tensor that requires grad PyTorch's stops at an internal assertion, so that the table cannot ask for it.
TEST(Operators, NoFloatsAreSummedAsAnyDtype) {
  expect_same(t({0, 3}).nansum(0, false, kInt64), zeros({3}, kInt64));
  expect_same(t({0}).nansum({}, true, kBool), zeros({1}, kBool));
}

TEST(Einsum, TakesNumbersForLetters) {
  const Tensor a = x.detach().requires_grad_(), b = t({3, 4}), batch = t({2, 2, 3});
  expect_same(einsum({{a, {0, 1}}, {b, {1, 2}}}, {0, 2}), einsum("ij,jk->ik", {a, b}));
  expect_same(einsum({{a, {0, 1}}, {b, {1, 2}}}), einsum("ij,jk", {a, b}));
  expect_same(einsum({{a, {1, 0}}}), einsum("ji", {a}));    // the smaller label first
  expect_same(einsum({{a, {26, 25}}}), einsum("aZ", {a}));  // capital letters come before small ones
  expect_same(einsum({{a, {0, 51}}}, {51}), einsum("Az->z", {a}));
  expect_same(einsum({{a, {0, 1}}}, {}), einsum("ij->", {a}));
  expect_same(einsum({{batch, {Ellipsis, 3}}, {b, {3, 7}}}, {7, Ellipsis}), einsum("...i,ij->j...", {batch, b}));
  EXPECT_EQ(test::message_of<ValueError>([&] {
              einsum({{a, {0, 52}}});
            }),
            "einsum(): subscript in subscript list is not within the valid range [0, 52)");
  EXPECT_THROW(einsum({{a, {0, -1}}}), ValueError);
  EXPECT_THROW(einsum({{a, {0}}}), Error);
}

TEST(Operators, SecondNamesAreTheFirst) {
  const Tensor u = t({2, 3}, Range{0.2, 0.8}), w = t({3}, Range{0.3, 0.9});
  const Tensor a = u.detach().requires_grad_();
  Tensor out = empty({0}, kFloat64), yes_or_no = empty({0}, kBool);
  std::set<std::string> tested;
  // Function, method, both in place, and with `out`.
#define SAME(NAME, OF, OUT, ...)                                                                             \
  do {                                                                                                       \
    SCOPED_TRACE(#NAME);                                                                                     \
    tested.insert(#NAME);                                                                                    \
    expect_same(NAME(a __VA_OPT__(, ) __VA_ARGS__), OF(a __VA_OPT__(, ) __VA_ARGS__));                       \
    expect_same(a.NAME(__VA_ARGS__), OF(a __VA_OPT__(, ) __VA_ARGS__));                                      \
    Tensor first = u.clone(), second = u.clone(), third = u.clone();                                         \
    expect_same(NAME##_(first __VA_OPT__(, ) __VA_ARGS__), OF##_(third __VA_OPT__(, ) __VA_ARGS__));         \
    EXPECT_TRUE(second.NAME##_(__VA_ARGS__).is_same(second));                                                \
    EXPECT_TRUE(equal(first, third) && equal(second, third));                                                \
    EXPECT_EQ(&NAME##_out(OUT, u __VA_OPT__(, ) __VA_ARGS__), &OUT);                                         \
    EXPECT_TRUE(equal(OUT, OF(u __VA_OPT__(, ) __VA_ARGS__)));                                               \
    OUT.zero_();                                                                                             \
    EXPECT_TRUE(equal(NAME(u __VA_OPT__(, ) __VA_ARGS__, kw::out = OUT), OF(u __VA_OPT__(, ) __VA_ARGS__))); \
  } while (false)
  SAME(absolute, abs, out);
  SAME(arccos, acos, out);
  SAME(arcsin, asin, out);
  SAME(arcsinh, asinh, out);
  SAME(arctan, atan, out);
  SAME(arctanh, atanh, out);
  SAME(arctan2, atan2, out, w);
  SAME(clip, clamp, out, 0.3, 0.6);
  SAME(clip, clamp, out, w);
  SAME(divide, div, out, w);
  SAME(divide, div, out, 3, "floor");
  SAME(fix, trunc, out);
  SAME(multiply, mul, out, w);
  SAME(multiply, mul, out, 3);
  SAME(negative, neg, out);
  SAME(subtract, sub, out, w, 2);
  SAME(true_divide, div, out, w);
  SAME(greater, gt, yes_or_no, w);
  SAME(greater_equal, ge, yes_or_no, 0.5);
  SAME(less, lt, yes_or_no, w);
  SAME(less_equal, le, yes_or_no, 0.5);
  SAME(not_equal, ne, yes_or_no, w);
  {
    const Tensor u = t({2, 3}, Range{1.2, 3}), a = u.detach().requires_grad_();
    SAME(arccosh, acosh, out);
  }
#undef SAME
#define NAME_OF(NAME, OF) #NAME,
  EXPECT_EQ(tested, (std::set<std::string>{XGRAD_ALIASES(NAME_OF)}));
#undef NAME_OF
}

/// As users write them: each of these calls did not compile before.
TEST(Operators, DimensionsThatMayBeLeftOutAreListsToo) {
  const Tensor a = t({2, 3}), b = t({3, 2}, kFloat64, 2), square = t({4, 4}) + eye(4, kFloat64) * 9;
  const std::vector<std::int64_t> both{0, 1};
  expect_same(linalg_norm(a, 2, {0}), linalg_vector_norm(a, 2, 0));
  expect_same(linalg_norm(a, 2, 1), linalg_vector_norm(a, 2, {1}));
  expect_same(linalg_norm(a, 2, {0, 1}), linalg_matrix_norm(a, 2, {0, 1}));
  expect_same(linalg_norm(a, 2, both), linalg_matrix_norm(a, 2));
  expect_same(linalg_norm(a, 0, {1}), (a != 0).sum(1).to(kFloat64));
  expect_same(linalg_norm(a, "nuc", {0, 1}), linalg_matrix_norm(a, "nuc"));
  expect_same(linalg_norm(a, std::nullopt, {1}, true), linalg_vector_norm(a, 2, Dims{1}, true));
  expect_same(linalg_norm(a, 2, {}), linalg_norm(a, 2, std::nullopt));
  expect_same(linalg_vector_norm(a, 2, a.sizes().size() == 2 ? OptionalIntArrayRef(both) : std::nullopt), norm(a, 2));
  const Tensor system = square.view({2, 2, 4}), right = t({2, 2});
  expect_same(linalg_tensorsolve(system, right, {2}), linalg_tensorsolve(system, right));
  expect_same(einsum("ij,jk", {a, b}, {0, 1}), einsum("ij,jk", {a, b}));
}

TEST(Operators, NormsHaveNames) {
  const Tensor a = t({2, 3}), batch = t({2, 3, 4});
  expect_same(norm(a, "fro"), norm(a, 2, IntArrayRef()));
  expect_same(batch.norm("fro", {0, 2}, true), norm(batch, 2, {0, 2}, true));
  expect_same(a.norm("nuc"), linalg_matrix_norm(a, "nuc"));
  expect_same(norm(batch, "nuc", {0, 2}), linalg_matrix_norm(batch, "nuc", {0, 2}));
  const auto words = [](auto f) {
    try {
      f();
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_EQ(words([&] { return norm(a, "frob"); }), "only valid string values are 'fro' and 'nuc', found frob");
  EXPECT_EQ(words([&] { return norm(batch, "nuc"); }),
            "Expected a tensor with 2 dimensions, but got a tensor with 3 dimensions instead.");
  EXPECT_EQ(words([&] { return norm(batch, "nuc", {0}); }), "nuclear norm requires a 'dim' argument of size 2");
  EXPECT_EQ(words([&] {
              return norm(batch, "fro", {0, 1, 2});
            }),
            "Expected at most 2 dimensions, but got 3 dimensions instead.");
}

TEST(Operators, ToTakesDevicesTensorsAndKeywords) {
  EXPECT_TRUE(x.to(kCPU).is_same(x) && x.to("cpu").is_same(x) && x.to(Device("cpu")).is_same(x));
  EXPECT_TRUE(x.to(x).is_same(x) && x.to(kw::device = kCPU).is_same(x));
  EXPECT_FALSE(x.to(kCPU, true).is_same(x) || x.to(x, true).is_same(x) || x.to(kw::copy = true).is_same(x));
  for (const Tensor& y : {x.to(whole), x.to(kCPU, kInt64), x.to("cpu", kInt64), x.to(kw::dtype = kInt64),
                          x.to(kw::device = "cpu", kw::dtype = kInt64, kw::copy = true), x.to(TensorOptions(kInt64))})
    expect_same(y, to(x, kInt64));
  EXPECT_THROW(x.to(kCUDA), Error);
  EXPECT_THROW(x.to(kCUDA, kInt64), Error);
}

TEST(Operators, ArgsortHasAStableForm) {
  expect_same(x.argsort(true, 1, true), argsort(x, 1, true));
  expect_same(x.argsort(true, 0), argsort(x, true, 0, false));
}

TEST(Operators, FillTakesAnElementOfItsArgument) {
  Tensor a = x.clone();
  a.fill_(a[1][2]);
  expect_same(a, full({2, 3}, x[1][2].item<double>(), kFloat64));
}

TEST(TensorOfNumbers, TakesItsDtypeFromAllOfThem) {
  expect_same(tensor({{1, 2.5}, {3, 4}}), m({{1, 2.5}, {3, 4}}, kFloat32));
  expect_same(tensor({true, 3}), v({1, 3}, kInt64));
  expect_same(tensor({true, false}), v({1, 0}, kBool));
  expect_same(tensor(TensorData()), v({}, kFloat32));
  EXPECT_EQ(tensor(2).dim(), 0);
}

}  // namespace
}  // namespace xgrad::op_table
