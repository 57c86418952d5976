/// Function: an operation whose forward and backward a user writes, as in libtorch.
#pragma once

#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/ivalue.hpp>
#include <xgrad/autograd/graph/profiling.hpp>

#include <typeinfo>
#include <unordered_map>

namespace xgrad::autograd {

using Variable = Tensor;
using variable_list = std::vector<Tensor>;
using tensor_list = std::vector<Tensor>;

class FunctionNode;

/// What a Function's forward tells its backward.
class AutogradContext {
 public:
  AutogradContext();
  AutogradContext(AutogradContext&&) noexcept;
  AutogradContext& operator=(AutogradContext&&) noexcept;
  ~AutogradContext();

  /// Keeps tensors for backward: arguments of forward, its results, or others. They are checked against in-place
  /// changes and freed with the graph. Of the others (intermediate values) no second derivative can be known, so a
  /// backward that reads one throws while a graph is being created; save the arguments and compute it again, or return
  /// it. A tensor that does not depend on the arguments (a mask) belongs in `saved_data`.
  void save_for_backward(variable_list to_save) { to_save_ = std::move(to_save); }
  /// What was saved, in that order, in backward.
  variable_list get_saved_variables() const;
  /// Says that forward changed these arguments in place; each must be among the results.
  void mark_dirty(const variable_list& changed);
  /// Says that these results have no gradient (indices, say); integer results never have one.
  void mark_non_differentiable(const variable_list& results);
  /// false: backward gets undefined tensors, not zeros, for results that no gradient reached.
  void set_materialize_grads(bool value) { materialize_grads_ = value; }
  /// In backward: whether the gradient of forward's tensor argument `i` (counting tensors only) is wanted.
  bool needs_input_grad(std::size_t i) const;

  /// Anything else backward needs, by name.
  std::unordered_map<std::string, IValue> saved_data;

 private:
  friend class FunctionNode;

  variable_list to_save_;  // until the node holds them
  std::vector<const TensorImpl*> dirty_, non_differentiable_;
  bool materialize_grads_ = true;
  FunctionNode* node_ = nullptr;
};

namespace detail {
/// "MyFunction" + "Backward", kept for the life of the program.
const char* function_node_name(const std::type_info& type);
using FunctionBackward = variable_list (*)(AutogradContext*, variable_list);
/// Connects `outputs` of forward(ctx, inputs...) to a new node, or returns them as plain tensors when none is needed.
/// `is_tensor` tells which of forward's arguments are tensors.
variable_list record_function(const char* name, FunctionBackward backward, AutogradContext ctx,
                              const variable_list& inputs, std::vector<bool> is_tensor, variable_list outputs,
                              bool record);

inline void gather(variable_list& tensors, std::vector<bool>& is_tensor, const Tensor& t) {
  tensors.push_back(t);
  is_tensor.push_back(true);
}
inline void gather(variable_list& tensors, std::vector<bool>& is_tensor, const variable_list& list) {
  for (const Tensor& t : list) gather(tensors, is_tensor, t);
}
inline void gather(variable_list& tensors, std::vector<bool>& is_tensor, const std::optional<Tensor>& t) {
  gather(tensors, is_tensor, t ? *t : Tensor());
}
template <class T>
void gather(variable_list&, std::vector<bool>& is_tensor, const T&) {
  is_tensor.push_back(false);
}

inline variable_list to_list(Tensor t) { return {std::move(t)}; }
inline variable_list to_list(variable_list list) { return list; }
}  // namespace detail

/// Derive from it to define an operation with a derivative of your own:
///
///     struct Cube : autograd::Function<Cube> {
///       static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x) {
///         ctx->save_for_backward({x});
///         return x * x * x;
///       }
///       static autograd::tensor_list backward(autograd::AutogradContext* ctx, autograd::tensor_list grads) {
///         const Tensor x = ctx->get_saved_variables()[0];
///         return {grads[0] * 3 * x * x};
///       }
///     };
///     Tensor y = Cube::apply(x);
///
/// `forward` takes the context and any arguments; it returns a Tensor or a variable_list and runs unrecorded.
/// `backward` takes the gradients of the results and returns one gradient for each argument of forward, an undefined
/// Tensor for those that are no tensors or need none (trailing ones may be left out). Written in differentiable
/// operations it has derivatives of its own. See https://pytorch.org/tutorials/advanced/cpp_autograd.html
template <class T>
struct Function {
  template <class X = T, class... Args>
  static auto apply(Args&&... args) {
    using Result = decltype(X::forward(std::declval<AutogradContext*>(), std::forward<Args>(args)...));
    static_assert(std::is_same_v<Result, Tensor> || std::is_same_v<Result, variable_list>,
                  "forward of an autograd::Function returns a Tensor or a variable_list");
    variable_list inputs;
    std::vector<bool> is_tensor;
    (detail::gather(inputs, is_tensor, args), ...);
    bool record = false;
    for (const Tensor& t : inputs) record = record || (GradMode::is_enabled() && t.requires_grad());
    const xgrad::detail::Profiled profiled([] {
      const std::string_view node = detail::function_node_name(typeid(X));
      return std::string(node.substr(0, node.rfind("Backward")));
    });
    AutogradContext ctx;
    variable_list outputs;
    {
      const NoGradGuard no_grad;
      outputs = detail::to_list(X::forward(&ctx, std::forward<Args>(args)...));
    }
    const auto backward = [](AutogradContext* c, variable_list grads) { return X::backward(c, std::move(grads)); };
    outputs = detail::record_function(detail::function_node_name(typeid(T)), backward, std::move(ctx), inputs,
                                      std::move(is_tensor), std::move(outputs), record);
    if constexpr (std::is_same_v<Result, Tensor>)
      return std::move(outputs[0]);
    else
      return outputs;
  }
};

}  // namespace xgrad::autograd
