#include "op_table.hpp"

namespace xgrad::op_table {
namespace {

using T = const Tensor&;

/// What draws random numbers does so from the same seed as the goldens.
template <class F>
auto seeded(F f) {
  return [f](const auto&... x) -> Tensor requires std::is_invocable_v<const F&, decltype(x)...> {
    manual_seed(5);
    return f(x...);
  };
}

template <class F>
Row draw_row(const char* name, F draw) {
  return row(
      name,
      [draw](T x) {
        manual_seed(5);
        Tensor y = x.clone();
        draw(y);
        return y;
      },
      [draw](Tensor& x) {
        manual_seed(5);
        draw(x);
      },
      kLayoutMatters);  // draws come in the order of memory
}

}  // namespace

std::vector<Row> creation_rows() {
  return {
      row("arange.int", [] { return arange(5); }),
      row("arange.int.step", [] { return arange(10, -3, -4); }),
      row("arange.float", [] { return arange(0.0, 1.0, 0.3); }),
      row("arange.mixed", [] { return arange(1, 2.5, 0.5, kFloat64); }),
      row("arange.empty", [] { return arange(2, 2); }),
      row("arange.wrong", [] { return arange(2, 5, -1); }),
      row("arange.zero_step", [] { return arange(2, 5, 0); }),
      row("linspace", [] { return linspace(-1, 1, 7); }),
      row("linspace.double", [] { return linspace(0, 1, 10, kFloat64); }),
      row("linspace.1", [] { return linspace(3, 4, 1); }),
      row("linspace.0", [] { return linspace(3, 4, 0); }),
      row("linspace.int", [] { return linspace(0, 10, 4, kInt64); }),
      row("eye", [] { return eye(3); }),
      row("eye.rectangle", [] { return eye(2, 4, kInt64); }),
      row("eye.empty", [] { return eye(0); }),
      row("zeros",
          [] {
            return zeros({2, 3});
          }),
      row("ones",
          [] {
            return ones({2, 0}, kw::dtype = kBool);
          }),
      row("full.int", [] { return full({2}, 3); }),
      row("full.float",
          [] {
            return full({2, 2}, 2.5);
          }),
      row("full.bool", [] { return full({}, true); }),
      row("full.negative", [] { return full({-1}, 1); }),
      row("tensor.mixed",
          [] {
            return tensor({{1, 2.5}, {3, 4}});
          }),
      row("tensor.bool_int",
          [] {
            return tensor({true, 3});
          }),
      row("tensor.empty", [] { return tensor(TensorData()); }),
      row("zeros_like", [](T x) { return zeros_like(x); }),
      row("ones_like", [](T x) { return ones_like(x, kFloat32); }),
      row("full_like", [](T x) { return full_like(x, 2.5); }),
      row("rand", seeded([] {
            return rand({3, 7});
          })),
      row("randn", seeded([] { return randn({5}, kFloat64); })),
      row("randn.16", seeded([] {
            return randn({4, 5});
          })),
      row("randint", seeded([] {
            return randint(-3, 10, {4, 3});
          })),
      row("randint.high", seeded([] { return randint(7, {5}, kFloat32); })),
      row("randperm", seeded([] { return randperm(9); })),
      row("normal", seeded([] {
            return normal(2, 3, {3, 2});
          })),
      row("rand_like", seeded([](T x) { return rand_like(x); })),
      row("randn_like", seeded([](T x) { return randn_like(x); })),
      row("bernoulli", seeded([](T x) { return bernoulli(x); }), kLayoutMatters),
      draw_row("uniform_", [](Tensor& x) { x.uniform_(-1, 3); }),
      draw_row("normal_", [](Tensor& x) { normal_(x, 1, 2); }),
      draw_row("random_", [](Tensor& x) { random_(x, 3, 9); }),
      draw_row("bernoulli_", [](Tensor& x) { x.bernoulli_(0.3); }),
      draw_row("exponential_", [](Tensor& x) { exponential_(x, 2); }),
  };
}

}  // namespace xgrad::op_table
