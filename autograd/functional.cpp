#include <xgrad/autograd/functional.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

namespace xgrad::autograd::functional::detail {
namespace {

using List = std::vector<Tensor>;

/// The inputs as tensors whose gradient can be asked for, still in the caller's graph when he wants one.
List prepared(const List& inputs, bool create_graph) {
  List out;
  for (const Tensor& x : inputs) {
    check(x.defined() && x.is_floating_point(),
          "the inputs given to the function must be floating point Tensors, got one of dtype {}",
          x.defined() ? x.toString() : "undefined");
    out.push_back(create_graph && x.requires_grad() ? x.view_as(x) : x.detach().requires_grad_());
  }
  return out;
}

/// Calls f on them and checks what it returns.
List evaluated(const ListFunction& f, const List& inputs, const Options& o) {
  List out = f(inputs);
  for (std::size_t i = 0; i < out.size(); ++i) {
    check(out[i].defined(), "the function returned an undefined tensor as output {}", i);
    check(!o.strict() || out[i].requires_grad(),
          "Output {} of the user-provided function does not require gradients. The outputs must be computed in a "
          "differentiable manner from the input when running in strict mode.",
          i);
  }
  return out;
}

/// v, and what it belongs to: one entry each, of the same size.
void check_vector(const List& v, const List& like) {
  check(v.size() == like.size(), "v is a tuple of invalid length: should be {} but got {}.", like.size(), v.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    check(v[i].defined() && v[i].sizes() == like[i].sizes(), "{}v has invalid size: should be {} but got {}.",
          like.size() > 1 ? fmt::format("Entry {} in ", i) : "", like[i].sizes(),
          v[i].defined() ? to_string(v[i].sizes()) : "an undefined tensor");
  }
}

List like_ones(const List& outputs) {
  List v;
  for (const Tensor& t : outputs) v.push_back(ones_like(t));
  return v;
}

/// The vector that multiplies something of the inputs' shapes: what was given, or 1 for one input of one element.
List vector_for_inputs(const List& given, const List& x) {
  if (!given.empty()) return check_vector(given, x), given;
  check(x.size() == 1 && x[0].numel() == 1,
        "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
        "element.");
  return like_ones(x);
}

void check_scalar(const List& outputs, const char* what) {
  check(outputs.size() == 1, "The function given to {} should return a single Tensor", what);
  check(outputs[0].numel() == 1, "The Tensor returned by the function given to {} should contain a single element",
        what);
}

/// d(outputs · v)/d(inputs); undefined where there is no path.
List gradient(const List& outputs, const List& inputs, const List& v, bool create_graph) {
  List roots, weights;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].defined() || !outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    weights.push_back(i < v.size() ? v[i] : Tensor());
  }
  if (roots.empty()) return List(inputs.size());
  return autograd::grad(roots, inputs, weights, /*retain_graph=*/true, create_graph, /*allow_unused=*/true);
}

/// Which backward pass a derivative comes from: that decides what strict mode says when an input plays no part in it.
/// A "trick" is a derivative with respect to the vector of the pass before, which makes products with J out of products
/// with its transpose.
struct Stage {
  const char *independent, *constant;
};
constexpr const char* kJacobianIsConstant =
    "The jacobian of the user-provided function is independent of input {}. This is not allowed in strict mode when "
    "create_graph=True.";
constexpr const char* kHessianIsConstant =
    "The hessian of the user-provided function is independent of input {}. This is not allowed in strict mode when "
    "create_graph=True.";
constexpr Stage kBack{
    "The output of the user-provided function is independent of input {}. This is not allowed in strict mode.",
    kJacobianIsConstant};
constexpr Stage kBackTrick{
    "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double "
    "backward trick to compute forward mode gradients. This is not allowed in strict mode.",
    kJacobianIsConstant};
constexpr Stage kDoubleBack{
    "The jacobian of the user-provided function is independent of input {}. This is not allowed in strict mode.",
    kHessianIsConstant};
constexpr Stage kDoubleBackTrick{
    "The hessian of the user-provided function is independent of entry {} in the grad_jacobian. This is not allowed in "
    "strict mode as it prevents from using the double backward trick to replace forward mode AD.",
    kHessianIsConstant};

/// Zeros for what is missing, or the error of strict mode.
List completed(List grads, const List& like, const Options& o, const Stage& stage) {
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) {
      check(!o.strict(), fmt::runtime(stage.independent), i);
      grads[i] = zeros_like(like[i]);
    } else if (!o.create_graph()) {
      grads[i] = grads[i].detach();
    } else {
      check(!o.strict() || grads[i].requires_grad(), fmt::runtime(stage.constant), i);
    }
  }
  return grads;
}

/// The gradient of the scalar y, as something to differentiate again.
List jacobian_of_scalar(const List& y, const List& x, const Options& o) {
  List first = gradient(y, x, {}, true);
  for (std::size_t i = 0; i < first.size() && o.strict(); ++i) {
    check(first[i].defined(), fmt::runtime(kBack.independent), i);
    check(first[i].requires_grad(),
          "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} "
          "is independent of the input. This is not allowed in strict mode. You should ensure that your function is "
          "twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear "
          "function for example).",
          i);
  }
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (!first[i].defined()) first[i] = zeros_like(x[i]);
  }
  return first;
}

/// uᵀJ of outputs y at some u. It is linear in u, so its derivative with respect to u, times v, is Jv.
struct Transposed {
  Transposed(const List& y, const List& x) {
    for (const Tensor& t : y) u.push_back(zeros_like(t).requires_grad_());
    product = gradient(y, x, u, true);
  }
  List times(const List& v, const Options& o) const { return gradient(product, u, v, o.create_graph()); }
  List u, product;
};

List results(List outputs, const Options& o) {
  if (!o.create_graph()) {
    for (Tensor& t : outputs) t = t.detach();
  }
  return outputs;
}

}  // namespace

ValueAndProduct vjp(const ListFunction& f, const List& inputs, const List& given, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List y = evaluated(f, x, o);
  List v = given;
  if (v.empty()) {
    check(y.size() == 1 && y[0].numel() == 1,
          "The vector v can only be None if the user-provided function returns a single Tensor with a single element.");
    v = like_ones(y);
  }
  check_vector(v, y);
  return {results(y, o), completed(gradient(y, x, v, o.create_graph()), x, o, kBack)};
}

ValueAndProduct jvp(const ListFunction& f, const List& inputs, const List& given, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List v = vector_for_inputs(given, x);
  const List y = evaluated(f, x, o);
  const Transposed by_outputs(y, x);
  for (std::size_t i = 0; i < x.size() && o.strict(); ++i) {
    check(by_outputs.product[i].defined(), fmt::runtime(kBack.independent), i);
  }
  return {results(y, o), completed(by_outputs.times(v, o), y, o, kBackTrick)};
}

ValueAndProduct vhp(const ListFunction& f, const List& inputs, const List& given, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List v = vector_for_inputs(given, x);
  const List y = evaluated(f, x, o);
  check_scalar(y, "vhp");
  const List first = jacobian_of_scalar(y, x, o);
  return {results(y, o), completed(gradient(first, x, v, o.create_graph()), x, o, kDoubleBack)};
}

// The Hessian of a function with continuous second derivatives is symmetric, but f need not have those: PyTorch's hvp
// differentiates twice in the other order, and so does this.
ValueAndProduct hvp(const ListFunction& f, const List& inputs, const List& given, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List v = vector_for_inputs(given, x);
  const List y = evaluated(f, x, o);
  check_scalar(y, "hvp");
  const List first = jacobian_of_scalar(y, x, o);
  return {results(y, o), completed(Transposed(first, x).times(v, o), x, o, kDoubleBackTrick)};
}

std::vector<List> jacobian(const ListFunction& f, const List& inputs, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List y = evaluated(f, x, o);
  std::vector<List> out;
  for (std::size_t k = 0; k < y.size(); ++k) {
    const std::string independent = fmt::format(
        "Output {} of the user-provided function is independent of input {{}}. This is not allowed in strict mode.", k);
    const Stage stage{independent.c_str(), kJacobianIsConstant};
    std::vector<List> rows(x.size());
    const Tensor flat = y[k].reshape({-1});
    for (std::int64_t i = 0; i < flat.numel(); ++i) {
      const List row = completed(gradient({flat[i]}, x, {}, o.create_graph()), x, o, stage);
      for (std::size_t j = 0; j < x.size(); ++j) rows[j].push_back(row[j]);
    }
    out.emplace_back();
    for (std::size_t j = 0; j < x.size(); ++j) {
      Dims shape(y[k].sizes());
      for (std::int64_t s : x[j].sizes()) shape.push_back(s);
      out.back().push_back(rows[j].empty() ? zeros(shape, TensorOptions(x[j].dtype())) : stack(rows[j]).view(shape));
    }
  }
  return out;
}

std::vector<List> hessian(const ListFunction& f, const List& inputs, Options o) {
  const auto first_derivatives = [&](const List& x) {
    const List y = evaluated(f, x, o);
    check_scalar(y, "hessian");
    return jacobian_of_scalar(y, x, o);
  };
  return detail::jacobian(ListFunction(first_derivatives), inputs, o);
}

}  // namespace xgrad::autograd::functional::detail
