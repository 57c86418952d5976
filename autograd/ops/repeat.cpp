#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

using Int = std::int64_t;

/// [2, 3] repeated [4, 5] times: the result is [8, 15], seen as [4, 2, 5, 3], over which [1, 2, 1, 3] is expanded.
struct Repetition {
  Dims all, one, result;

  Repetition(IntArrayRef sizes, IntArrayRef repeats) {
    const std::size_t missing = repeats.size() - sizes.size();
    for (std::size_t d = 0; d < repeats.size(); ++d) {
      const Int size = d < missing ? 1 : sizes[d - missing];
      all.push_back(repeats[d]);
      all.push_back(size);
      one.push_back(1);
      one.push_back(size);
      result.push_back(repeats[d] * size);
    }
    for (const Int n : result) check(n >= 0, "Trying to create tensor with negative dimension {}: {}", n, result);
  }
};

/// The sum over what was repeated.
Tensor repeat_backward(const Tensor& g, const Dims& sizes, const Dims& repeats) {
  const Repetition r(sizes, repeats);
  Dims counts;
  for (std::size_t d = 0; d < repeats.size(); ++d) counts.push_back(static_cast<Int>(2 * d));
  return (counts.empty() ? g : g.reshape(r.all).sum(counts)).reshape(sizes);
}

void check_repeats(const Tensor& repeats) {
  check(repeats.dim() == 1, "repeat_interleave only accept 1D vector as repeat");
  check<NotImplementedError>(repeats.dtype() == kInt64 || repeats.dtype() == kInt32,
                             "\"repeat_interleave_cpu\" not implemented for '{}'", repeats.dtype());
}

}  // namespace

/// y = x many times       dx sums over them
Tensor repeat(const Tensor& x, IntArrayRef repeats) {
  check(repeats.size() >= x.sizes().size(),
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  const Repetition r(x.sizes(), repeats);
  told(repeats);
  return differentiable<"RepeatBackward0">(
      inputs(x), {},
      [&](const Array*) {
        const Array out = Array::empty(r.result, x.dtype());
        if (out.numel() == 0) return out;
        const Array packed = x.is_contiguous() ? x.array() : kernels::contiguous_copy(x.array());
        kernels::copy(out.view(r.all), packed.view(r.one).expand(r.all));
        return out;
      },
      no_save,
      [sizes = Dims(x.sizes()), times = Dims(repeats)](const Saved&, const Tensor& g) -> Grads {
        return {repeat_backward(g, sizes, times)};
      });
}

Tensor tile(const Tensor& x, IntArrayRef dims) {
  if (static_cast<Int>(dims.size()) >= x.dim()) return repeat(x, dims);
  Dims all(x.sizes().size() - dims.size(), 1);
  for (const Int d : dims) all.push_back(d);
  return repeat(x, all);
}

Tensor repeat_interleave(const Tensor& repeats, std::optional<Int> output_size) {
  check_repeats(repeats);
  const std::vector<Int> counts = repeats.to_vector<Int>();
  Int total = 0;
  for (const Int n : counts) {
    check(n >= 0, "repeats can not be negative");
    total += n;
  }
  check(!output_size || *output_size == total, "allocated size does not match required size");
  const Array out = Array::empty({total}, kInt64);
  Int* to = out.data<Int>();
  for (std::size_t i = 0; i < counts.size(); ++i) to = std::fill_n(to, counts[i], static_cast<Int>(i));
  return Tensor(repeats.dtype() == kInt64 ? out : kernels::to_dtype(out, repeats.dtype()));
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<Int> dim,
                         std::optional<Int> output_size) {
  const Tensor from = dim ? x : x.reshape({-1});
  const Int d = wrap_dim(dim.value_or(0), from.dim());
  const Int n = from.dim() == 0 ? 1 : from.size(d);
  check(repeats.dim() <= 1, "repeats must be 0-dim or 1-dim tensor");
  const bool same = repeats.dim() == 0 || repeats.size(0) == 1;
  check(same || repeats.size(0) == n, "repeats must have the same size as input along dim");
  const Tensor each = same ? repeats.reshape({1}).expand({n}) : repeats;
  return from.index_select(d, repeat_interleave(each, output_size));
}

Tensor repeat_interleave(const Tensor& x, Int repeats, std::optional<Int> dim, std::optional<Int> output_size) {
  return repeat_interleave(x, tensor(repeats, kInt64), dim, output_size);
}

}  // namespace xgrad
