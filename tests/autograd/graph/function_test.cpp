#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/graph/function.hpp>

#include "graph_test.hpp"

namespace xgrad {
namespace {

using autograd::AutogradContext;
using autograd::Function;
using autograd::tensor_list;
using autograd::Variable;
using autograd::variable_list;

struct Cube : Function<Cube> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x * x;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    const Tensor x = ctx->get_saved_variables()[0];
    return {grads[0] * 3 * x * x};
  }
};

// The form of libtorch's own tutorial: by-value Variables and a number.
class LinearFunction : public Function<LinearFunction> {
 public:
  static Variable forward(AutogradContext* ctx, Variable input, Variable weight, double scale, Variable bias = {}) {
    ctx->save_for_backward({input, weight, bias});
    ctx->saved_data["scale"] = scale;
    Variable output = input.mm(weight.t()) * scale;
    if (bias.defined()) output = output + bias;
    return output;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const double scale = ctx->saved_data["scale"].toDouble();
    Variable grad_bias;
    if (saved[2].defined()) grad_bias = grads[0].sum(0);
    return {grads[0].mm(saved[1]) * scale, grads[0].t().mm(saved[0]) * scale, Variable(), grad_bias};
  }
};

TEST(Function, FirstAndSecondDerivatives) {
  const auto cube = [](const Tensor& x) { return Cube::apply(x); };
  EXPECT_GRADCHECK(cube, {leaf({1., -2., 0.5})});
  EXPECT_GRADGRADCHECK(cube, {leaf({1., -2., 0.5})});
  EXPECT_STREQ(Cube::apply(leaf(1.)).grad_fn()->name(), "CubeBackward");
}

TEST(Function, TakesNumbersAndUndefinedTensors) {
  manual_seed(1);
  const Tensor x = randn({3, 2}, dtype(kFloat64)).requires_grad_(), w = randn({4, 2}, dtype(kFloat64)).requires_grad_(),
               b = randn({4}, dtype(kFloat64)).requires_grad_();
  const auto with_bias = [](const Tensor& x, const Tensor& w, const Tensor& b) {
    return LinearFunction::apply(x, w, 0.5, b);
  };
  EXPECT_GRADCHECK(with_bias, {x, w, b});
  EXPECT_GRADGRADCHECK(with_bias, {x, w, b});
  LinearFunction::apply(x, w, 2).sum().backward();
  EXPECT_TRUE(x.grad().defined() && w.grad().defined());
}

TEST(Function, RecordsNothingWithoutGradients) {
  EXPECT_FALSE(Cube::apply(tensor(2.)).requires_grad());
  const NoGradGuard no_grad;
  EXPECT_FALSE(Cube::apply(leaf(2.)).requires_grad());
}

struct ViaResult : Function<ViaResult> {  // exp by its own result
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    const Tensor y = x.exp();
    ctx->save_for_backward({y});
    return y;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    return {grads[0] * ctx->get_saved_variables()[0]};
  }
};

TEST(Function, SavedResultsMakeNoCycleAndHaveDerivatives) {
  const auto f = [](const Tensor& x) { return ViaResult::apply(x); };
  EXPECT_GRADGRADCHECK(f, {leaf({0.3, -1.})});
  const auto before = memory::statistics().nodes;
  {
    const Tensor x = leaf({1., 2.});
    ViaResult::apply(ViaResult::apply(x));
  }
  EXPECT_EQ(memory::statistics().nodes, before);
}

TEST(Function, ASavedTensorChangedInPlaceIsAnError) {
  const Tensor x = leaf({1., 2.});
  const Tensor a = x * 1;
  const Tensor y = Cube::apply(a);
  {
    const NoGradGuard no_grad;
    a.add_(1);
  }
  EXPECT_ERROR(Error, y.sum().backward(), "has been modified by an inplace operation");
}

TEST(Function, TheGraphIsFreedAfterBackward) {
  const Tensor y = Cube::apply(leaf({1., 2.})).sum();
  y.backward();
  EXPECT_ERROR(Error, y.backward(), "Trying to backward through the graph a second time");
}

struct Intermediate : Function<Intermediate> {  // (2x)^2, saving 2x
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    const Tensor doubled = x * 2;
    ctx->save_for_backward({doubled});
    return doubled * doubled;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    return {grads[0] * 4 * ctx->get_saved_variables()[0]};
  }
};

TEST(Function, AnIntermediateHasNoSecondDerivativeAndSaysSo) {
  const Tensor x = leaf(3.);
  Intermediate::apply(x).backward();
  EXPECT_EQ(x.grad().item<double>(), 24);
  EXPECT_ERROR(Error, autograd::grad({Intermediate::apply(x)}, {x}, {}, true, true),
               "is an intermediate value of forward, whose own dependence on the arguments was not recorded");
}

struct TwoResults : Function<TwoResults> {
  static bool saw_undefined;
  static variable_list forward(AutogradContext* ctx, const Tensor& x, bool materialize) {
    ctx->set_materialize_grads(materialize);
    return {x * 2, x * 3};
  }
  static tensor_list backward(AutogradContext*, tensor_list grads) {
    saw_undefined = !grads[1].defined();
    Tensor g = grads[0] * 2;
    if (grads[1].defined()) g = g + grads[1] * 3;
    return {g};
  }
};
bool TwoResults::saw_undefined = false;

TEST(Function, MaterializesMissingGradientsUnlessToldNotTo) {
  const Tensor x = leaf({1., 1.});
  TwoResults::apply(x, true)[0].sum().backward();
  EXPECT_FALSE(TwoResults::saw_undefined);
  EXPECT_EQ(values(x.grad()), (Values{2, 2}));
  TwoResults::apply(x, false)[0].sum().backward();
  EXPECT_TRUE(TwoResults::saw_undefined);
  EXPECT_EQ(values(x.grad()), (Values{4, 4}));
}

struct MaxAndWhere : Function<MaxAndWhere> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x) {
    auto [values, indices] = x.max(0);
    const Tensor rounded = values.to(kInt64).to(kFloat64);
    ctx->mark_non_differentiable({indices, rounded});
    ctx->save_for_backward({indices, x});
    return {values, indices, rounded};
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    EXPECT_EQ(grads.size(), 3u);
    const auto saved = ctx->get_saved_variables();
    Tensor g = zeros_like(saved[1]);
    g[saved[0].item<std::int64_t>()] = grads[0];
    return {g};
  }
};

TEST(Function, NonDifferentiableResults) {
  const Tensor x = leaf({1., 5.4, 2.});
  const auto out = MaxAndWhere::apply(x);
  EXPECT_TRUE(out[0].requires_grad());
  EXPECT_FALSE(out[1].requires_grad());
  EXPECT_FALSE(out[2].requires_grad());
  out[0].backward();
  EXPECT_EQ(values(x.grad()), (Values{0, 1, 0}));
}

struct DoubleInPlace : Function<DoubleInPlace> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return x;
  }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return {grads[0] * 2}; }
};
struct ForgetsResult : Function<ForgetsResult> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    ctx->mark_dirty({x});
    return x * 1;
  }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return grads; }
};

TEST(Function, ChangesInPlace) {
  const Tensor x = leaf({1., 2.});
  const Tensor a = x * 3;
  const auto version = a.version();
  const Tensor y = DoubleInPlace::apply(a);
  EXPECT_TRUE(y.is_same(a));
  EXPECT_GT(a.version(), version);
  EXPECT_STREQ(a.grad_fn()->name(), "DoubleInPlaceBackward");
  (a * a).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{72, 144}));
  EXPECT_ERROR(Error, ForgetsResult::apply(x * 1), "The inputs that are modified inplace must all be outputs");
  EXPECT_ERROR(Error, DoubleInPlace::apply(leaf(1.)), "a leaf Variable that requires grad");
}

struct SecondInPlace : Function<SecondInPlace> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x, const Tensor& y) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return {y * 3, x};
  }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return {grads[1] * 2, grads[0] * 3}; }
};
struct MarksAResult : Function<MarksAResult> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    Tensor y = x * 2;
    ctx->mark_dirty({y});
    return y;
  }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return {grads[0] * 2}; }
};

TEST(Function, ChangesInPlaceWhatIsNotItsFirstResult) {
  const Tensor x = leaf({1., 2.}), y = leaf({3., 4.});
  const Tensor a = x * 1;
  const auto out = SecondInPlace::apply(a, y);
  EXPECT_EQ(a.output_nr(), 1u);
  (out[0] + out[1] * 10).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{20, 20}));
  EXPECT_EQ(values(y.grad()), (Values{3, 3}));
}

TEST(Function, ChangesAViewInPlaceIfThatIsAllItReturns) {
  const Tensor x = leaf({1., 2., 3.});
  const Tensor a = x * 1;
  DoubleInPlace::apply(a.slice(0, 0, 2));
  EXPECT_STREQ(a.grad_fn()->name(), "CopySlices");
  a.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 2, 1}));
  const Tensor b = x * 1;
  EXPECT_ERROR(Error, SecondInPlace::apply(b.slice(0, 0, 2), leaf({1., 1.})),
               "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot "
               "return more than one Tensor.");
}

TEST(Function, WarnsOfAResultThatIsMarkedDirty) {
  std::string seen;
  const WarningHandlerGuard guard([&](const std::string& message) { seen = message; });
  const Tensor x = leaf(1.);
  MarksAResult::apply(x).backward();
  EXPECT_EQ(x.grad().item<double>(), 2);
  EXPECT_NE(seen.find("Only input Tensors should be given to ctx.mark_dirty()."), std::string::npos);
}

struct AsIs : Function<AsIs> {
  static Tensor forward(AutogradContext*, const Tensor& x) { return x; }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return {grads[0] * 10}; }
};

TEST(Function, AnArgumentReturnedAsItIsBecomesAnAlias) {
  const Tensor x = leaf({1., 2.});
  const Tensor a = x * 1;
  const Tensor y = AsIs::apply(a);
  EXPECT_FALSE(y.is_same(a));
  EXPECT_STREQ(a.grad_fn()->name(), "MulBackward0");
  EXPECT_ERROR(Error, y.mul_(2), "This view was created inside a custom Function");
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{10, 10}));
  a.mul_(2);
  EXPECT_ERROR(Error, y * 1, "Output 0 of AsIsBackward is a view and its base or another view of its base has been");
}

struct TooMany : Function<TooMany> {
  static Tensor forward(AutogradContext*, const Tensor& x) { return x * 1; }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return {grads[0], grads[0]}; }
};
struct TooFew : Function<TooFew> {
  static Tensor forward(AutogradContext*, const Tensor& x, const Tensor& y) { return x + y; }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return {grads[0]}; }
};
struct ForANumber : Function<ForANumber> {
  static Tensor forward(AutogradContext*, const Tensor& x, double) { return x * 1; }
  static tensor_list backward(AutogradContext*, tensor_list grads) { return {grads[0], grads[0]}; }
};
struct WrongShape : Function<WrongShape> {
  static Tensor forward(AutogradContext*, const Tensor& x) { return x * 1; }
  static tensor_list backward(AutogradContext*, tensor_list) { return {ones({7}, dtype(kFloat64))}; }
};

TEST(Function, WrongGradientsAreErrors) {
  const Tensor x = leaf({1., 2.});
  EXPECT_ERROR(Error, TooMany::apply(x).sum().backward(),
               "function TooManyBackward returned an incorrect number of gradients (expected 1, got 2)");
  EXPECT_ERROR(Error, TooFew::apply(x, x).sum().backward(),
               "function TooFewBackward returned an incorrect number of gradients (expected 2, got 1)");
  EXPECT_ERROR(Error, ForANumber::apply(x, 1.).sum().backward(),
               "returned a gradient different than None at position 2, but the corresponding forward input was not a "
               "Variable");
  EXPECT_ERROR(Error, WrongShape::apply(x).sum().backward(),
               "Function WrongShapeBackward returned an invalid gradient at index 0 - got [7] but expected shape "
               "compatible with [2]");
}

struct AsksForNeeds : Function<AsksForNeeds> {
  static std::vector<bool> needs;
  static Tensor forward(AutogradContext*, const Tensor& x, double, const Tensor& y) { return x * y; }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    needs = {ctx->needs_input_grad(0), ctx->needs_input_grad(1)};
    return {grads[0], Tensor(), grads[0]};
  }
};
std::vector<bool> AsksForNeeds::needs;

TEST(Function, KnowsWhichGradientsAreWanted) {
  AsksForNeeds::apply(tensor(1.), 2., leaf(1.)).backward();
  EXPECT_EQ(AsksForNeeds::needs, (std::vector<bool>{false, true}));
}

TEST(Function, TakesListsOfTensors) {
  struct Sum : Function<Sum> {
    static Tensor forward(AutogradContext* ctx, const variable_list& list) {
      ctx->saved_data["n"] = static_cast<std::int64_t>(list.size());
      Tensor out = list[0];
      for (std::size_t i = 1; i < list.size(); ++i) out = out + list[i];
      return out;
    }
    static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
      return tensor_list(static_cast<std::size_t>(ctx->saved_data["n"].toInt()), grads[0]);
    }
  };
  const Tensor a = leaf(1.), b = leaf(2.);
  Sum::apply(variable_list{a, b, a}).backward();
  EXPECT_EQ(a.grad().item<double>(), 2);
  EXPECT_EQ(b.grad().item<double>(), 1);
}

TEST(Function, SavesHundredsOfArguments) {
  struct SumOfSquares : Function<SumOfSquares> {
    static Tensor forward(AutogradContext* ctx, const variable_list& list) {
      ctx->save_for_backward(list);
      Tensor out = list[0] * list[0];
      for (std::size_t i = 1; i < list.size(); ++i) out = out + list[i] * list[i];
      return out;
    }
    static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
      tensor_list out;
      for (const Tensor& x : ctx->get_saved_variables()) out.push_back(grads[0] * x * 2);
      return out;
    }
  };
  constexpr std::size_t kMany = 300;
  std::vector<Tensor> leaves, arguments;
  for (std::size_t i = 0; i < kMany; ++i) {
    leaves.push_back(leaf(static_cast<double>(i)));
    arguments.push_back(leaves[i] * 3);  // a place in the graph, which backward of the second order goes through
  }
  const Tensor y = SumOfSquares::apply(arguments);
  const std::vector<Tensor> first = autograd::grad({y}, leaves, {}, true, true);
  EXPECT_EQ(first[299].item<double>(), 2 * 9 * 299);
  const std::vector<Tensor> second =
      autograd::grad({first[299]}, {leaves[299], leaves[299 - 256]}, {}, false, false, true);
  EXPECT_EQ(second[0].item<double>(), 2 * 9);
  EXPECT_FALSE(second[1].defined());
}

TEST(IValue, HoldsOneTypeAndSaysWhich) {
  IValue v = 2.5;
  EXPECT_TRUE(v.isDouble());
  EXPECT_EQ(v.toDouble(), 2.5);
  EXPECT_ERROR(TypeError, v.toInt(), "expected a value of type int but found double");
  v = Dims{1, 2};
  EXPECT_EQ(v.toIntVector(), (std::vector<std::int64_t>{1, 2}));
  v = "text";
  EXPECT_EQ(v.toStringRef(), "text");
  v = true;
  EXPECT_TRUE(v.toBool());
  EXPECT_TRUE(IValue().isNone());
}

}  // namespace
}  // namespace xgrad
