/// Derivatives of functions, as functions: jacobian, hessian, and their products with vectors.
///
/// All take a callable f of one Tensor or of a std::vector<Tensor>, returning a Tensor or a std::vector<Tensor>, and
/// its inputs in the same form. Results are detached unless `create_graph`. `strict` throws where an output does not
/// depend on an input; else that derivative is zero. See
/// https://pytorch.org/docs/stable/autograd.html#functional-higher-level-api
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace xgrad::autograd::functional {

/// f in its general form.
using ListFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

class Options {
 public:
  using Positional = kwargs::Order<kwargs::key::create_graph, kwargs::key::strict>;
  /// Makes the results differentiable functions of the inputs.
  Options& create_graph(bool v) { return create_graph_ = v, *this; }
  /// Throws when an output does not depend on an input.
  Options& strict(bool v) { return strict_ = v, *this; }
  bool create_graph() const { return create_graph_; }
  bool strict() const { return strict_; }

 private:
  bool create_graph_ = false, strict_ = false;
};

/// What f returned, and the product: one entry an output, or an input, of f.
struct ValueAndProduct {
  std::vector<Tensor> value, product;
};

namespace detail {

inline std::vector<Tensor> list(const Tensor& t) { return {t}; }
inline std::vector<Tensor> list(std::vector<Tensor> tensors) { return tensors; }

template <class F>
inline constexpr bool of_tensor = std::is_invocable_v<F&, const Tensor&>;

template <class F>
ListFunction general(F& f) {
  if constexpr (of_tensor<F>) {
    return [&f](const std::vector<Tensor>& in) {
      check(in.size() == 1, "this function takes one tensor, but {} inputs were given", in.size());
      return list(f(in[0]));
    };
  } else {
    static_assert(std::is_invocable_v<F&, const std::vector<Tensor>&>,
                  "the function must take a Tensor, or a std::vector<Tensor>");
    return [&f](const std::vector<Tensor>& in) { return list(f(in)); };
  }
}

ValueAndProduct vjp(const ListFunction& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v, Options o);
ValueAndProduct jvp(const ListFunction& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v, Options o);
ValueAndProduct vhp(const ListFunction& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v, Options o);
ValueAndProduct hvp(const ListFunction& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& v, Options o);
std::vector<std::vector<Tensor>> jacobian(const ListFunction& f, const std::vector<Tensor>& inputs, Options o);
std::vector<std::vector<Tensor>> hessian(const ListFunction& f, const std::vector<Tensor>& inputs, Options o);

}  // namespace detail

// One tensor in, one out: Tensors. Lists: lists, and [output][input] for the matrices.
#define XGRAD_PRODUCT(NAME)                                                                                      \
  template <class F, class... K>                                                                                 \
  std::pair<Tensor, Tensor> NAME(F f, const Tensor& inputs, const Tensor& v, K... options) {                     \
    auto r = detail::NAME(detail::general(f), {inputs}, detail::given(v), kwargs::apply(Options(), options...)); \
    return {std::move(r.value[0]), std::move(r.product[0])};                                                     \
  }                                                                                                              \
  template <class F, class... K>                                                                                 \
  std::pair<std::vector<Tensor>, std::vector<Tensor>> NAME(F f, const std::vector<Tensor>& inputs,               \
                                                           const std::vector<Tensor>& v, K... options) {         \
    auto r = detail::NAME(detail::general(f), inputs, v, kwargs::apply(Options(), options...));                  \
    return {std::move(r.value), std::move(r.product)};                                                           \
  }                                                                                                              \
  static_assert(true)

namespace detail {
inline std::vector<Tensor> given(const Tensor& v) {
  return v.defined() ? std::vector<Tensor>{v} : std::vector<Tensor>{};
}
}  // namespace detail

/// (f(x), vᵀJ): J is the Jacobian of f at x, v has the shape of f(x); it may be left undefined for a scalar.
///
///     auto [y, g] = autograd::functional::vjp([](const Tensor& x) { return x.exp().sum(); }, x, Tensor());
XGRAD_PRODUCT(vjp);
/// (f(x), Jv): v has the shape of x. Computed by differentiating vᵀJ with respect to v, so f needs second derivatives.
XGRAD_PRODUCT(jvp);
/// (f(x), vᵀH) of a scalar f: H is the Hessian at x, v has the shape of x.
XGRAD_PRODUCT(vhp);
/// (f(x), Hv) of a scalar f.
XGRAD_PRODUCT(hvp);
#undef XGRAD_PRODUCT

/// The Jacobian of f at x: shape = f(x)'s shape followed by x's.
///
///     Tensor J = autograd::functional::jacobian([](const Tensor& x) { return x * x; }, x);   // diag(2x)
template <class F, class... K>
Tensor jacobian(F f, const Tensor& inputs, K... options) {
  return detail::jacobian(detail::general(f), {inputs}, kwargs::apply(Options(), options...))[0][0];
}
/// All of them: [i][j] is that of output i with respect to input j.
template <class F, class... K>
std::vector<std::vector<Tensor>> jacobian(F f, const std::vector<Tensor>& inputs, K... options) {
  return detail::jacobian(detail::general(f), inputs, kwargs::apply(Options(), options...));
}

/// The Hessian of a scalar f at x: shape = x's shape twice.
template <class F, class... K>
Tensor hessian(F f, const Tensor& inputs, K... options) {
  return detail::hessian(detail::general(f), {inputs}, kwargs::apply(Options(), options...))[0][0];
}
/// All blocks: [i][j] is d²f / d(input i) d(input j).
template <class F, class... K>
std::vector<std::vector<Tensor>> hessian(F f, const std::vector<Tensor>& inputs, K... options) {
  return detail::hessian(detail::general(f), inputs, kwargs::apply(Options(), options...));
}

}  // namespace xgrad::autograd::functional
