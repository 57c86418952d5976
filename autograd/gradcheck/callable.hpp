/// The functions that gradcheck takes, whatever their signature, brought to one form. Internal.
#pragma once

#include <xgrad/autograd/gradcheck/options.hpp>

#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace xgrad::autograd {

/// The function under test: several tensors in, several out.
using GradcheckFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

namespace detail {

inline std::vector<Tensor> as_list(Tensor t) {
  std::vector<Tensor> list;
  list.push_back(std::move(t));
  return list;
}
inline std::vector<Tensor> as_list(std::vector<Tensor> list) { return list; }
template <class... T>
std::vector<Tensor> as_list(const std::tuple<T...>& tensors) {
  return std::apply([](const auto&... t) { return std::vector<Tensor>{t...}; }, tensors);
}
template <class A, class B>
std::vector<Tensor> as_list(const std::pair<A, B>& tensors) {
  return {tensors.first, tensors.second};
}
template <std::size_t N>
std::vector<Tensor> as_list(const std::array<Tensor, N>& tensors) {
  return {tensors.begin(), tensors.end()};
}

/// Anything with named_parameters(), such as an nn::Module.
template <class M>
concept HasParameters = requires(M& m) {
  m.named_parameters();
};
/// A handle on such a thing: nn::Linear, std::shared_ptr<nn::Module>.
template <class M>
concept PointsToParameters = !HasParameters<M> && requires(M & m) {
  { *m } -> HasParameters;
};

/// How a module is called: by its operator(), or else by its forward().
template <class M>
struct ModuleCall {
  M& module;
  template <class... T>
  requires std::invocable<M&, T...>
  auto operator()(T&&... t) const { return module(std::forward<T>(t)...); }
  template <class... T>
  requires(!std::invocable<M&, T...> && requires(M & m, T&&... t) { m.forward(std::forward<T>(t)...); }) auto
  operator()(T&&... t) const {
    return module.forward(std::forward<T>(t)...);
  }
};

template <std::size_t, class T>
using Repeat = T;

/// Whether F takes N arguments of type T and gives something.
template <class F, class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  if constexpr (std::is_invocable_v<F&, Repeat<I, T>...>)
    return !std::is_void_v<std::invoke_result_t<F&, Repeat<I, T>...>>;
  else
    return false;
}
template <class F, class T, std::size_t N>
inline constexpr bool takes_many = takes<F, T>(std::make_index_sequence<N>{});

inline constexpr std::size_t kMaxArguments = 8;

template <class F, class T, std::size_t N = 1>
constexpr bool takes_some() {
  if constexpr (N > kMaxArguments)
    return false;
  else if constexpr (takes_many<F, T, N>)
    return true;
  else
    return takes_some<F, T, N + 1>();
}

/// Calls f with the first elements of `list` as N separate arguments, N being their number. `convert` makes of the
/// result what is wanted.
template <class T, std::size_t N = 1, class F, class List, class Convert>
auto spread(F& f, const List& list, std::size_t count, Convert convert) -> decltype(convert.failed()) {
  if constexpr (N > kMaxArguments) {
    fail<TypeError>("gradcheck: the function does not take {} {}", count, convert.what());
  } else {
    if constexpr (takes_many<F, T, N>) {
      if (count == N) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) { return convert(f(list[I]...)); }
        (std::make_index_sequence<N>{});
      }
    }
    return spread<T, N + 1>(f, list, count, convert);
  }
}

struct ToTensors {
  template <class R>
  std::vector<Tensor> operator()(R&& result) const {
    return as_list(std::forward<R>(result));
  }
  std::vector<Tensor> failed() const { return {}; }
  const char* what() const { return "tensors"; }
};

/// What is checked: a function, the tensors it depends on, and what a report calls them.
struct Target {
  GradcheckFunction f;
  std::vector<Tensor> inputs;
  std::vector<std::string> input_names;
  std::vector<std::string> output_names;  // empty: "output 0", ...
  std::vector<Tensor> restore;            // put back afterwards: buffers that a module updates as it runs
  bool is_module = false;
};

/// A callable of N tensors, or of one list of tensors. The result refers to `f`.
template <class F>
GradcheckFunction as_function(F f, std::size_t count) {
  if constexpr (takes_some<F, const Tensor&>()) {
    return
        [f, count](const std::vector<Tensor>& in) mutable { return spread<const Tensor&>(f, in, count, ToTensors()); };
  } else {
    static_assert(std::is_invocable_v<F&, const std::vector<Tensor>&>,
                  "gradcheck wants a function of up to eight Tensors, or of one std::vector<Tensor>, or a module that "
                  "can be called with them");
    return [f, count](const std::vector<Tensor>& in) mutable {
      return as_list(f(std::vector<Tensor>(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(count))));
    };
  }
}

template <class F>
Target target(F& f, const std::vector<Tensor>& inputs) {
  if constexpr (PointsToParameters<F>) {
    return target(*f, inputs);
  } else {
    Target t;
    t.inputs = inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) t.input_names.push_back(fmt::format("input {}", i));
    if constexpr (HasParameters<F>) {
      t.f = as_function(ModuleCall<F>{f}, inputs.size());
      t.is_module = true;
      for (const auto& [name, parameter] : f.named_parameters()) {
        if (!parameter.defined()) continue;
        t.inputs.push_back(parameter);
        t.input_names.push_back(name);
      }
      if constexpr (requires { f.named_buffers(); }) {
        for (const auto& [name, buffer] : f.named_buffers()) t.restore.push_back(buffer);
      }
    } else {
      t.f = as_function(std::ref(f), inputs.size());
    }
    return t;
  }
}

GradcheckResult gradcheck(const Target& target, const GradcheckOptions& options);
GradcheckResult gradgradcheck(const Target& target, const std::vector<Tensor>& grad_outputs,
                              const GradcheckOptions& options);

}  // namespace detail
}  // namespace xgrad::autograd
