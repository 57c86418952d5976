#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

/// The sizes as dimensions of their own: a number is a vector of one element here.
std::int64_t length(const Tensor& x, std::int64_t d) { return x.dim() == 0 ? 1 : x.size(d); }

void check_in_range(const Tensor& x, std::int64_t dim, const Tensor& index) {
  if (const auto at = kernels::first_outside(index.array(), length(x, dim)))
    fail("index {} is out of bounds for dimension {} with size {}", *at, dim, length(x, dim));
}

/// What gather and the scatters ask of an index into x. `src` is what is scattered, if anything.
void check_index(const char* name, const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor* src) {
  if (index.numel() == 0) return;
  check(index.dtype() == kInt64, "{}(): Expected dtype int64 for index", name);
  const auto rank = [](const Tensor& t) { return std::max<std::int64_t>(t.dim(), 1); };
  if (src) {
    check(rank(index) == rank(x), "Index tensor must have the same number of dimensions as self tensor");
    check(rank(index) == rank(*src), "Index tensor must have the same number of dimensions as src tensor");
  } else {
    check(rank(index) == rank(x), "Index tensor must have the same number of dimensions as input tensor");
  }
  for (std::int64_t d = 0; d < rank(index); ++d) {
    const bool fits_self = d == dim || length(index, d) <= length(x, d);
    if (!src) {
      check(fits_self,
            "Size does not match at dimension {} expected index {} to be smaller than self {} apart from dimension {}",
            d, index.sizes(), x.sizes(), dim);
    } else {
      check(fits_self && length(index, d) <= length(*src, d),
            "Expected index {} to be smaller than self {} apart from dimension {} and to be smaller size than src {}",
            index.sizes(), x.sizes(), dim, src->sizes());
    }
  }
  check_in_range(x, dim, index);
}

/// The part of src that index covers, in index's shape.
Tensor covered(const Tensor& src, const Tensor& index) {
  if (src.sizes() == index.sizes()) return src;
  if (index.numel() == 0) return src.reshape({-1}).narrow(0, 0, 0).reshape(index.sizes());
  if (src.dim() != index.dim()) return src.reshape(index.sizes());
  Tensor part = src;
  for (std::int64_t d = 0; d < src.dim(); ++d) part = part.narrow(d, 0, index.size(d));
  return part;
}

/// An array to change: `out` itself, or a copy of x.
Array target(const Tensor& x, const Array* out) { return out ? *out : kernels::contiguous_copy(x.array()); }

/// y = x but for the places of index, where it is src.      dx = g there 0, dsrc = g there
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& whole, Into into) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check(x.dtype() == whole.dtype(), "scatter(): Expected self.dtype to be equal to src.dtype");
  check_index("scatter", x, d, index, &whole);
  const Tensor src = covered(whole, index);
  return differentiable<"ScatterBackward0">(
      inputs(x, src), into,
      [&](const Array* out) {
        const Array y = target(x, out);
        kernels::check_no_partial_overlap(y, src.array());
        kernels::scatter(y, d, index.array(), src.array());
        return y;
      },
      [&](Save& s) { s.tensor(index); },
      [d](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& at = s.tensor();
        return {s.needs(0) ? scatter(g, d, at, zeros({}, g.options()).expand(at.sizes())) : Tensor(),
                s.needs(1) ? gather(g, d, at) : Tensor()};
      });
}

/// y = x plus src at the places of index     dx = g, dsrc = g at those places
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& whole, Into into) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check(x.dtype() == whole.dtype(), "scatter(): Expected self.dtype to be equal to src.dtype");
  check_index("scatter", x, d, index, &whole);
  const Tensor src = covered(whole, index);
  return differentiable<"ScatterAddBackward0">(
      inputs(x, src), into,
      [&](const Array* out) {
        const Array y = target(x, out);
        kernels::check_no_partial_overlap(y, src.array());
        kernels::scatter_add(y, d, index.array(), src.array());
        return y;
      },
      [&](Save& s) {
        if (s.needed(1)) s.tensor(index);
      },
      [d](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g : Tensor(), s.needs(1) ? gather(g, d, s.tensor()) : Tensor()};
      });
}

/// A vector of places along `dim`, as an index for every element of those rows of x.
Array over_rows(const Tensor& index, IntArrayRef sizes, std::int64_t dim) {
  Array flat = kernels::to_dtype(index.array(), kInt64).view({-1});
  if (sizes.empty()) return flat.view({});
  Dims shape(sizes.size(), 1), full(sizes);
  shape[static_cast<std::size_t>(dim)] = full[static_cast<std::size_t>(dim)] = index.numel();
  return flat.view(shape).expand(full);
}

bool is_index(const Tensor& t) { return t.dtype() == kInt64 || t.dtype() == kInt32; }

/// y = x plus rows of source      dx = g, dsource = those rows of g
Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source, Into into) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check<IndexError>(index.dim() <= 1, "index_add_(): Index is supposed to be a vector, but got dim: {} with type: {}",
                    index.dim(), info(index.dtype()).cname);
  check(is_index(index), "index_add_(): Expected dtype int32/int64 for index but got: {}", info(index.dtype()).cname);
  check(x.dtype() == source.dtype(), "index_add_(): self ({}) and source ({}) must have the same dtype",
        info(x.dtype()).cname, info(source.dtype()).cname);
  check(source.dim() == 0 || d < source.dim(), "index_add_(): Indexing dim {} is out of bounds of the source tensor",
        d);
  check(index.numel() == length(source, d),
        "index_add_(): Number of indices ({}) should be equal to source.size(dim): ({})", index.numel(),
        length(source, d));
  Dims rows(x.sizes());
  if (!rows.empty()) rows[static_cast<std::size_t>(d)] = index.numel();
  check(source.sizes() == IntArrayRef(rows),
        "source tensor shape must match self tensor shape, excluding the "
        "specified dimension. Got self.shape = {} source.shape = {}",
        x.sizes(), source.sizes());
  const Array places = over_rows(index, rows, d);
  check<IndexError>(!kernels::first_outside(places, length(x, d)), "index out of range in self");
  return differentiable<"IndexAddBackward0">(
      inputs(x, source), into,
      [&](const Array* out) {
        const Array y = target(x, out);
        kernels::check_no_partial_overlap(y, source.array());
        kernels::scatter_add(y, d, places, source.array());
        return y;
      },
      [&](Save& s) {
        if (s.needed(1)) s.tensor(index);
      },
      [d](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g : Tensor(), s.needs(1) ? index_select(g, d, s.tensor()) : Tensor()};
      });
}

/// y = mask ? value : x      dx = mask ? 0 : g
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value, Into into) {
  return differentiable<"MaskedFillBackward0">(
      inputs(x), into,
      [&](const Array* out) {
        const Array one = Array::empty({}, x.dtype());
        kernels::fill(one, value);
        const Array y = kernels::where(mask.array(), one, x.array(), x.dtype());
        if (!out) return y;
        kernels::copy(*out, y);
        return *out;
      },
      [&](Save& s) { s.tensor(mask); },
      [](const Saved& s, const Tensor& g) -> Grads { return {masked_fill(g, s.tensor(), 0)}; });
}

void check_mask(const Tensor& mask) {
  check(mask.dtype() == kBool, "masked_fill only supports boolean masks, but got mask with dtype {}", mask.dtype());
}

}  // namespace

Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_index("gather", x, d, index, nullptr);
  return differentiable<"GatherBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::gather(x.array(), d, index.array()); },
      [&](Save& s) { s.tensor(index); },
      [d, sizes = Dims(x.sizes())](const Saved& s, const Tensor& g) -> Grads {
        return {scatter_add(zeros(sizes, g.options()), d, s.tensor(), g)};
      });
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter(x, dim, index, src, Into());
}
Tensor& scatter_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter(x, dim, index, src, Into::in_place(x)), x;
}
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter_add(x, dim, index, src, Into());
}
Tensor& scatter_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter_add(x, dim, index, src, Into::in_place(x)), x;
}

Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check<IndexError>(index.dim() <= 1, "index_select(): Index is supposed to be a vector");
  check(is_index(index), "index_select(): Expected dtype int32 or int64 for index");
  check(x.dim() > 0 || index.numel() == 1, "index_select(): Index to scalar can have only 1 value, got {} value(s)",
        index.numel());
  Dims sizes(x.sizes());
  if (!sizes.empty()) sizes[static_cast<std::size_t>(d)] = index.numel();
  const Array places = over_rows(index, sizes, d);
  check<IndexError>(!kernels::first_outside(places, length(x, d)), "index out of range in self");
  return differentiable<"IndexSelectBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::gather(x.array(), d, places); },
      [&](Save& s) { s.tensor(index); },
      [d, from = Dims(x.sizes())](const Saved& s, const Tensor& g) -> Grads {
        return {index_add(zeros(from, g.options()), d, s.tensor(), g)};
      });
}

Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  return index_add(x, dim, index, source, Into());
}
Tensor& index_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  return index_add(x, dim, index, source, Into::in_place(x)), x;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  check_mask(mask);
  return masked_fill(x, mask, value, Into());
}
Tensor& masked_fill_(Tensor& x, const Tensor& mask, Scalar value) {
  check_mask(mask);
  return masked_fill(x, mask.expand(x.sizes()), value, Into::in_place(x)), x;
}

}  // namespace xgrad
