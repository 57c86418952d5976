// The modules of scripts/goldens/layers.py, by name.
#pragma once

#include <xgrad/nn/nn.hpp>

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace xgrad::test {

/// A module, the shapes of its floating inputs or other inputs themselves, and how it is called.
struct Layer {
  std::shared_ptr<nn::ModuleBase> module;
  std::vector<std::variant<std::vector<std::int64_t>, Tensor>> inputs;
  std::function<std::vector<Tensor>(const std::vector<Tensor>&)> forward;
};

using MakeLayer = std::function<Layer()>;

inline std::vector<Tensor> as_list(Tensor t) { return {std::move(t)}; }
template <class... T>
std::vector<Tensor> as_list(const std::tuple<T...>& t) {
  return std::apply([](const auto&... one) { return std::vector<Tensor>{one...}; }, t);
}
using Shape = std::vector<std::int64_t>;

/// Of one input.
template <class H, class... Args>
MakeLayer one(Shape shape, Args... args) {
  return [=] {
    const H holder(args...);
    return Layer{
        holder.ptr(), {shape}, [holder](const std::vector<Tensor>& x) { return as_list(holder->forward(x.at(0))); }};
  };
}

/// Of N inputs, each a shape or a tensor.
template <std::size_t N, class H, class... Args>
MakeLayer several(std::vector<std::variant<Shape, Tensor>> inputs, Args... args) {
  return [=] {
    const H holder(args...);
    return Layer{holder.ptr(), inputs, [holder](const std::vector<Tensor>& x) {
                   return [&]<std::size_t... I>(std::index_sequence<I...>) {
                     return as_list(holder->forward(x.at(I)...));
                   }
                   (std::make_index_sequence<N>());
                 }};
  };
}

/// All of them; each file of this folder that is called layers_*.cpp adds its own.
std::map<std::string, MakeLayer>& layers();
/// Adds some.
inline bool add_layers(std::map<std::string, MakeLayer> more) {
  layers().merge(more);
  return true;
}

}  // namespace xgrad::test
