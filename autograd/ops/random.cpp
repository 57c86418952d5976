#include <xgrad/autograd/kernels/random.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

/// The old values play no part: dx = 0.
template <class Draw>
Tensor& redraw(Tensor& x, std::optional<Generator> generator, Draw draw) {
  Generator g = generator ? *generator : default_generator();
  differentiable<"RandomBackward0">(
      inputs(x), Into::in_place(x),
      [&](const Array*) {
        Array target = x.array();
        draw(target, g);
        return target;
      },
      no_save, [](const Saved&, const Tensor& d) -> Grads { return {zeros_like(d)}; });
  return x;
}

}  // namespace

Tensor& uniform_(Tensor& x, double from, double to, std::optional<Generator> generator) {
  return redraw(x, std::move(generator), [&](Array& a, Generator& g) { kernels::uniform_(a, from, to, g); });
}
Tensor& normal_(Tensor& x, double mean, double std, std::optional<Generator> generator) {
  return redraw(x, std::move(generator), [&](Array& a, Generator& g) { kernels::normal_(a, mean, std, g); });
}
Tensor& random_(Tensor& x, std::optional<Generator> generator) {
  return redraw(x, std::move(generator), [&](Array& a, Generator& g) { kernels::random_(a, g); });
}
Tensor& random_(Tensor& x, std::int64_t from, std::int64_t to, std::optional<Generator> generator) {
  return redraw(x, std::move(generator), [&](Array& a, Generator& g) { kernels::random_from_to(a, from, to, g); });
}
Tensor& bernoulli_(Tensor& x, double p, std::optional<Generator> generator) {
  return redraw(x, std::move(generator), [&](Array& a, Generator& g) { kernels::bernoulli_(a, p, g); });
}
Tensor& bernoulli_(Tensor& x, const Tensor& p, std::optional<Generator> generator) {
  return redraw(x, std::move(generator), [&](Array& a, Generator& g) { kernels::bernoulli_(a, p.array(), g); });
}
Tensor& exponential_(Tensor& x, double lambda, std::optional<Generator> generator) {
  return redraw(x, std::move(generator), [&](Array& a, Generator& g) { kernels::exponential_(a, lambda, g); });
}

Tensor rand(IntArrayRef size, const TensorOptions& options, std::optional<Generator> generator) {
  Tensor x = empty(size, TensorOptions(options.dtype()));
  return uniform_(x, 0, 1, std::move(generator)).requires_grad_(options.requires_grad());
}
Tensor randn(IntArrayRef size, const TensorOptions& options, std::optional<Generator> generator) {
  return normal(0, 1, size, std::move(generator), options);
}
Tensor normal(double mean, double std, IntArrayRef size, std::optional<Generator> generator,
              const TensorOptions& options) {
  Tensor x = empty(size, TensorOptions(options.dtype()));
  return normal_(x, mean, std, std::move(generator)).requires_grad_(options.requires_grad());
}
Tensor randint(std::int64_t high, IntArrayRef size, const TensorOptions& options, std::optional<Generator> generator) {
  return randint(0, high, size, options, std::move(generator));
}
Tensor randint(std::int64_t low, std::int64_t high, IntArrayRef size, const TensorOptions& options,
               std::optional<Generator> generator) {
  Tensor x = empty(size, TensorOptions(options.dtype_or(kInt64)));
  return random_(x, low, high, std::move(generator)).requires_grad_(options.requires_grad());
}
Tensor randperm(std::int64_t n, const TensorOptions& options, std::optional<Generator> generator) {
  Generator g = generator ? *generator : default_generator();
  const detail::Profiled profiled("randperm", {});
  return Tensor(kernels::randperm(n, options.dtype_or(kInt64), g)).requires_grad_(options.requires_grad());
}
Tensor rand_like(const Tensor& x, const TensorOptions& options) {
  Tensor y = empty_like(x, TensorOptions(options.dtype_or(x.dtype())));
  return uniform_(y).requires_grad_(options.requires_grad());
}
Tensor randn_like(const Tensor& x, const TensorOptions& options) {
  Tensor y = empty_like(x, TensorOptions(options.dtype_or(x.dtype())));
  return normal_(y).requires_grad_(options.requires_grad());
}
/// A draw does not change with p, but for jumps: dp = 0
Tensor bernoulli(const Tensor& p, std::optional<Generator> generator) {
  Generator g = generator ? *generator : default_generator();
  return differentiable<"BernoulliBackward0">(
      inputs(p), {},
      [&](const Array*) {
        Array out = Array::empty_like(p.array(), p.dtype());
        kernels::bernoulli_(out, p.array(), g);
        return out;
      },
      no_save, [](const Saved&, const Tensor& d) -> Grads { return {zeros_like(d)}; });
}

}  // namespace xgrad
