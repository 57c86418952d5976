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

void check_vector(const List& v, const List& like, const char* what) {
  check(v.size() == like.size(), "v is invalid: it should be of the same length as {}: got {} and expected {}", what,
        v.size(), like.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    check(v[i].sizes() == like[i].sizes(), "Entry {} in v has invalid size: should be {} but got {}", i,
          like[i].sizes(), v[i].sizes());
  }
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
    if (!outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    weights.push_back(i < v.size() ? v[i] : Tensor());
  }
  if (roots.empty()) return List(inputs.size());
  return autograd::grad(roots, inputs, weights, /*retain_graph=*/true, create_graph, /*allow_unused=*/true);
}

/// Zeros for what is missing, or the error of strict mode.
List completed(List grads, const List& like, const Options& o, const char* what) {
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) {
      check(!o.strict(),
            "The output of the user-provided function is independent of input {}. This is not allowed in strict mode "
            "({}).",
            i, what);
      grads[i] = zeros_like(like[i]);
    } else if (!o.create_graph()) {
      grads[i] = grads[i].detach();
    } else {
      check(!o.strict() || grads[i].requires_grad(),
            "The derivative with respect to input {} does not itself depend on the inputs. This is not allowed in "
            "strict mode when create_graph=True ({}).",
            i, what);
    }
  }
  return grads;
}

List results(List outputs, const Options& o) {
  if (!o.create_graph()) {
    for (Tensor& t : outputs) t = t.detach();
  }
  return outputs;
}

List like_ones(const List& outputs) {
  List v;
  for (const Tensor& t : outputs) v.push_back(ones_like(t));
  return v;
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
  check_vector(v, y, "the outputs");
  List product = completed(gradient(y, x, v, o.create_graph()), x, o, "vjp");
  return {results(y, o), std::move(product)};
}

ValueAndProduct jvp(const ListFunction& f, const List& inputs, const List& given, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  List v = given;
  if (v.empty()) {
    check(x.size() == 1 && x[0].numel() == 1,
          "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
          "element.");
    v = like_ones(x);
  }
  check_vector(v, x, "the inputs");
  const List y = evaluated(f, x, o);
  // uᵀJ is linear in u, so its derivative with respect to u, times v, is Jv.
  List u;
  for (const Tensor& t : y) u.push_back(zeros_like(t).requires_grad_());
  List rows = gradient(y, x, u, true);
  List reached, weights;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    check(!o.strict() || rows[i].defined(),
          "The output of the user-provided function is independent of input {}. This is not allowed in strict mode "
          "(jvp).",
          i);
    if (!rows[i].defined() || !rows[i].requires_grad()) continue;
    reached.push_back(rows[i]);
    weights.push_back(v[i]);
  }
  List product = reached.empty() ? List(y.size()) : gradient(reached, u, weights, o.create_graph());
  return {results(y, o), completed(std::move(product), y, o, "jvp")};
}

ValueAndProduct vhp(const ListFunction& f, const List& inputs, const List& given, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List v = given.empty() && x.size() == 1 && x[0].numel() == 1 ? like_ones(x) : given;
  check_vector(v, x, "the inputs");
  const List y = evaluated(f, x, o);
  check_scalar(y, "vhp");
  const List first = completed(gradient(y, x, {}, true), x, Options(o).create_graph(true).strict(false), "vhp");
  return {results(y, o), completed(gradient(first, x, v, o.create_graph()), x, o, "vhp")};
}

// The Hessian of a function with continuous second derivatives is symmetric, but f need not have those: PyTorch's hvp
// differentiates twice in the other order, and so does this.
ValueAndProduct hvp(const ListFunction& f, const List& inputs, const List& given, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List v = given.empty() && x.size() == 1 && x[0].numel() == 1 ? like_ones(x) : given;
  check_vector(v, x, "the inputs");
  const List y = evaluated(f, x, o);
  check_scalar(y, "hvp");
  const List first = completed(gradient(y, x, {}, true), x, Options(o).create_graph(true).strict(false), "hvp");
  List u;
  for (const Tensor& t : x) u.push_back(zeros_like(t).requires_grad_());
  const List rows = gradient(first, x, u, true);
  List reached, weights;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].defined() || !rows[i].requires_grad()) continue;
    reached.push_back(rows[i]);
    weights.push_back(v[i]);
  }
  List product = reached.empty() ? List(x.size()) : gradient(reached, u, weights, o.create_graph());
  return {results(y, o), completed(std::move(product), x, o, "hvp")};
}

std::vector<List> jacobian(const ListFunction& f, const List& inputs, Options o) {
  const EnableGradGuard grad;
  const List x = prepared(inputs, o.create_graph());
  const List y = evaluated(f, x, o);
  std::vector<List> out;
  for (const Tensor& t : y) {
    std::vector<List> rows(x.size());
    const Tensor flat = t.reshape({-1});
    for (std::int64_t i = 0; i < flat.numel(); ++i) {
      const List row = completed(gradient({flat[i]}, x, {}, o.create_graph()), x, o, "jacobian");
      for (std::size_t j = 0; j < x.size(); ++j) rows[j].push_back(row[j]);
    }
    out.emplace_back();
    for (std::size_t j = 0; j < x.size(); ++j) {
      Dims shape(t.sizes());
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
    return completed(gradient(y, x, {}, true), x, Options(o).create_graph(true).strict(false), "hessian");
  };
  return detail::jacobian(ListFunction(first_derivatives), inputs, o);
}

}  // namespace xgrad::autograd::functional::detail
