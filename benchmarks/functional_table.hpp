/// A table of functions, each a row of the function alone and a row with the gradients of everything that it has
/// derivatives by.
#pragma once

#include "jobs.hpp"

#include <utility>

namespace bench {
namespace {

using In = const std::vector<Tensor>&;
using Sizes = std::vector<std::int64_t>;
namespace F = lib::nn::functional;

/// Random numbers of a shape; their signs are random too, so that no branch on them can be foreseen.
struct Input {
  Sizes sizes;
  float low = -3, high = 3;
};
using Inputs = std::vector<Input>;

std::vector<Tensor> tensors(const Inputs& inputs) {
  std::vector<Tensor> made;
  unsigned seed = 11;
  for (const Input& i : inputs) made.push_back(numbers(i.sizes, seed++, i.low, i.high));
  return made;
}

/// y = f(x) and the gradients of all x.
template <class Function>
Job with_all_gradients(std::vector<Tensor> x, Function f) {
  const Tensor probe = f(x);
  const Tensor g = probe.dim() == 0 ? lib::ones({}) : numbers(probe.sizes().vec(), 3);
  for (Tensor& t : x) t.requires_grad_();
  auto y = std::make_shared<Tensor>();
  return {[=] {
            for (const Tensor& t : x) t.mutable_grad().reset();
            *y = Tensor();
            *y = f(x);
            y->backward(g);
          },
          [=] {
            Results r;
            append(r, *y);
            for (const Tensor& t : x) append(r, t.grad());
            return r;
          }};
}

class FunctionTable {
 public:
  std::vector<Row> rows;

  /// `f(inputs)`; what takes no gradient is made by the lambda that returns f.
  template <class Make>
  void add_made(const std::string& name, const Inputs& inputs, Make make, double tolerance = kTolerance) {
    forward_row(name, inputs, make, tolerance);
    rows.push_back({name + ", with gradients", 1, 0,
                    [=] {
                      lib::manual_seed(0);
                      return with_all_gradients(tensors(inputs), make());
                    },
                    1, tolerance});
  }
  template <class Function>
  void add(const std::string& name, const Inputs& inputs, Function f, double tolerance = kTolerance) {
    add_made(
        name, inputs, [f] { return f; }, tolerance);
  }
  /// The function alone: it has no derivative, or its gradients are not to be compared.
  template <class Make>
  void forward_row(const std::string& name, const Inputs& inputs, Make make, double tolerance = kTolerance) {
    rows.push_back({name, 1, 0,
                    [=] {
                      lib::manual_seed(0);
                      return forward([x = tensors(inputs), f = make()] { return f(x); });
                    },
                    1, tolerance});
  }

 private:
  static constexpr double kTolerance = 2e-5;
};

}  // namespace
}  // namespace bench
