#include <xgrad/autograd/kernels/random.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <array>
#include <limits>

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
Tensor& random_(Tensor& x, std::int64_t to, std::optional<Generator> generator) {
  return random_(x, 0, to, std::move(generator));
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
  Tensor x = empty(size, TensorOptions(options).requires_grad(false));
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
  return profiled.told(Tensor(kernels::randperm(n, options.dtype_or(kInt64), g)))
      .requires_grad_(options.requires_grad());
}
Tensor rand_like(const Tensor& x, const TensorOptions& options) {
  Tensor y = empty_like(x, TensorOptions(options).requires_grad(false));
  return uniform_(y).requires_grad_(options.requires_grad());
}
Tensor randn_like(const Tensor& x, const TensorOptions& options) {
  Tensor y = empty_like(x, TensorOptions(options).requires_grad(false));
  return normal_(y).requires_grad_(options.requires_grad());
}
/// A draw does not change with p, but for jumps: dp = 0
Tensor bernoulli(const Tensor& p, std::optional<Generator> generator) {
  Generator g = generator ? *generator : default_generator();
  return differentiable<"BernoulliBackward0">(
      inputs(p), {},
      [&](const Array*) {
        Array out = Array::empty(p.sizes(), p.dtype());
        kernels::bernoulli_(out, p.array(), g);
        return out;
      },
      no_save, [](const Saved&, const Tensor& d) -> Grads { return {zeros_like(d)}; });
}

Tensor bernoulli(const Tensor& x, double p, std::optional<Generator> generator) {
  Generator g = generator ? *generator : default_generator();
  Array out = Array::empty(x.sizes(), x.dtype());
  kernels::bernoulli_(out, p, g);
  return as_one("random", {&x}, [&] { return Tensor(std::move(out)); });
}
Tensor bernoulli(const Tensor& x, const Tensor& p, std::optional<Generator> generator) {
  Tensor y = empty_like(x);
  return bernoulli_(y, p, std::move(generator));
}

Tensor randint_like(const Tensor& x, std::int64_t high, const TensorOptions& options) {
  return randint_like(x, 0, high, options);
}
Tensor randint_like(const Tensor& x, std::int64_t low, std::int64_t high, const TensorOptions& options) {
  Tensor y = empty_like(x, TensorOptions(options).requires_grad(false));
  return random_(y, low, high).requires_grad_(options.requires_grad());
}

namespace {

/// Standard normal draws times std plus mean, which either or both are tensors. Neither gets a gradient but 0.
template <FixedString Name, std::size_t N>
Tensor normal_of(const Inputs<N>& in, ScalarType dtype, double std, std::optional<Generator> generator,
                 const Tensor& mean_of_each, const Tensor& std_of_each) {
  Generator g = generator ? *generator : default_generator();
  return differentiable<Name>(
      in, {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        Dims sizes(in[0]->sizes());
        for (const Tensor* t : in) sizes = broadcast_shapes(sizes, t->sizes());
        Array out = Array::empty(sizes, dtype);
        kernels::normal_(out, 0, std, g);
        Tensor y(out);
        if (std_of_each.defined()) y.mul_(std_of_each.detach());
        if (mean_of_each.defined()) y.add_(mean_of_each.detach());
        return out;
      },
      no_save,
      [sizes = std::array{Dims(in.front()->sizes()), Dims(in.back()->sizes())}](const Saved&,
                                                                                const Tensor& d) -> Grads {
        Grads zero(N);
        for (std::size_t i = 0; i < N; ++i) zero[i] = zeros(sizes[i], d.options());
        return zero;
      });
}

void check_deviations(const Tensor& std) {
  check(std.numel() == 0 || std.detach().min().item<double>() >= 0, "normal expects all elements of std >= 0.0");
}

}  // namespace

Tensor normal(const Tensor& mean, double std, std::optional<Generator> generator) {
  check(std >= 0.0, "normal expects std >= 0.0, but found std {:g}", std);
  return normal_of<"NormalBackward1">(inputs(mean), mean.dtype(), std, std::move(generator), mean, Tensor());
}
Tensor normal(double mean, const Tensor& std, std::optional<Generator> generator) {
  check_deviations(std);
  return normal_of<"NormalBackward2">(inputs(std), std.dtype(), 1, std::move(generator), full({}, mean, std.options()),
                                      std);
}
Tensor normal(const Tensor& mean, const Tensor& std, std::optional<Generator> generator) {
  check_deviations(std);
  return normal_of<"NormalBackward3">(inputs(mean, std), mean.dtype(), 1, std::move(generator), mean, std);
}

namespace {

void check_weights(const Tensor& w) {
  check(logical_and(lt(w.max(), std::numeric_limits<double>::infinity()), ge(w.min(), 0)).item<bool>(),
        "probability tensor contains either `inf`, `nan` or element < 0");
  check(!eq(w.sum(-1), 0).any().item<bool>(), "invalid multinomial distribution (sum of probabilities <= 0)");
}

}  // namespace

Tensor multinomial(const Tensor& weights, std::int64_t num_samples, bool replacement,
                   std::optional<Generator> generator) {
  check(weights.dim() > 0 && weights.dim() <= 2, "prob_dist must be 1 or 2 dim");
  check(weights.is_floating_point(), "multinomial only supports floating-point dtypes for input, got: {}",
        weights.dtype());
  check(num_samples > 0, "cannot sample n_sample <= 0 samples");
  const std::int64_t n = weights.size(-1);
  check(replacement || num_samples <= n, "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  check(n <= (1 << 24), "number of categories cannot exceed 2^24");
  const NoGradGuard no_grad;
  Dims sizes(weights.sizes());
  sizes.back() = num_samples;
  if (count_elements(sizes) == 0) return zeros(sizes, kInt64);
  const detail::Traced traced("random", {&weights});
  Generator g = generator ? *generator : default_generator();
  const Tensor w = weights.detach();
  if (replacement) {
    const Tensor drawn(kernels::multinomial(w.contiguous().array(), num_samples, g));
    traced.result(drawn);
    return drawn;
  }
  // The n largest of w/e with e exponential are n draws without replacement (the exponential trick).
  check_weights(w);
  Tensor races = empty_like(w);
  exponential_(races, 1, g);
  const Tensor speed = w / races;
  const Tensor drawn = num_samples == 1 ? argmax(speed, -1, true) : topk(speed, num_samples).indices();
  traced.result(drawn);
  return drawn;
}

}  // namespace xgrad
