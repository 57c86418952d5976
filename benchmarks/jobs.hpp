/// What rows are made of, compiled once against each library: the file that includes this one makes `lib` a name for
/// xgrad or for torch.
#pragma once

#include "workload.hpp"

#include <memory>

namespace bench {
namespace {

using lib::Tensor;

/// Only where that changes something: libtorch makes a pool for any number, even for the one it has, and once a process
/// has made a thread no library's counts go without locked instructions any more.
[[maybe_unused]] void use_threads(int n) {
  if (lib::get_num_threads() != n) lib::set_num_threads(n);
}

Tensor numbers(std::vector<std::int64_t> sizes, unsigned seed = 1, float low = -1, float high = 1) {
  Tensor x = lib::empty(sizes);
  fill(x.data_ptr<float>(), static_cast<std::size_t>(x.numel()), seed, low, high);
  return x;
}

Tensor labels(std::int64_t n, std::int64_t classes) {
  Tensor t = lib::empty({n}, lib::kInt64);
  fill(t.data_ptr<std::int64_t>(), static_cast<std::size_t>(n), 7, classes);
  return t;
}

void append(Results& to, const Tensor& x) {
  const Tensor packed = x.detach().to(lib::kFloat32).contiguous();
  to.emplace_back(packed.data_ptr<float>(), packed.data_ptr<float>() + packed.numel());
}

/// y = f(), again and again; the last one is freed first.
template <class F>
Job forward(F f) {
  auto y = std::make_shared<Tensor>();
  return {[=] {
            *y = Tensor();
            *y = f();
          },
          [=] {
            Results r;
            append(r, *y);
            return r;
          }};
}

/// y = f(x) and dx for a given gradient of y (or 1, if y is a single number).
template <class F>
Job forward_backward(Tensor x, F f) {
  x.requires_grad_();
  const Tensor probe = f(x);
  const Tensor g = probe.dim() == 0 ? lib::ones({}) : numbers(probe.sizes().vec(), 3);
  auto y = std::make_shared<Tensor>();
  return {[=] {
            x.mutable_grad().reset();
            *y = Tensor();
            *y = f(x);
            y->backward(g);
          },
          [=] {
            Results r;
            append(r, *y);
            append(r, x.grad());
            return r;
          }};
}

}  // namespace
}  // namespace bench
