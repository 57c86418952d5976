#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/places.hpp>
#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/autograd/ops/places.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <fmt/format.h>

namespace xgrad {
namespace {

/// The sizes as dimensions of their own: a number is a vector of one element here.
std::int64_t length(const Tensor& x, std::int64_t d) { return x.dim() == 0 ? 1 : x.size(d); }

/// What gather and the scatters ask of an index into x, but for its elements. `src` is what is scattered, if anything.
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

/// One number, in index's shape.
Tensor everywhere(Scalar value, const Tensor& x, const Tensor& index) {
  return full({}, index.numel() ? value : 0, x.options()).expand(index.sizes());  // one that is put nowhere may be any
}

/// y = x but for the places of index, where it is src.      dx = g there 0, dsrc = g there
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& whole, Into into) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  const Tensor src = ops::scattered(x, d, index, whole);
  if (into.self()) kernels::check_inside(x.array(), d, index.array());
  told(d);
  return as_one("scatter", {&x, &index, &src}, [&] {
    return differentiable<"ScatterBackward0">(
        inputs(x, src), into,
        [&](const Array* out) {
          if (!out) return kernels::scatter_copy(x.array(), d, index.array(), src.array());
          const Array y = target(x, out);
          kernels::check_no_partial_overlap(y, src.array());
          kernels::scatter(y, d, index.array(), src.array());
          return y;
        },
        [&](Save& s) { s.tensor(index); },
        [d](const Saved& s, const Tensor& g) -> Grads {
          const Tensor& at = s.tensor();
          return {s.needs(0) ? scatter(g, d, at, everywhere(0, g, at)) : Tensor(),
                  s.needs(1) ? gather(g, d, at) : Tensor()};
        });
  });
}

/// y = x plus src at the places of index     dx = g, dsrc = g at those places
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& whole, Into into) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  const Tensor src = ops::scattered(x, d, index, whole);
  told(d);
  return as_one("scatter_add", {&x, &index, &src}, [&] {
    return differentiable<"ScatterAddBackward0">(
        inputs(x, src), into,
        [&](const Array* out) {
          if (!out) return kernels::scatter_add(x.array(), d, index.array(), src.array());
          kernels::check_inside(*out, d, index.array());
          kernels::check_no_partial_overlap(*out, src.array());
          kernels::scatter_combine(*out, d, index.array(), src.array(), kernels::Combine::Add);
          return *out;
        },
        [&](Save& s) {
          if (s.needed(1)) s.tensor(index);
        },
        [d](const Saved& s, const Tensor& g) -> Grads {
          return {s.needs(0) ? g : Tensor(), s.needs(1) ? gather(g, d, s.tensor()) : Tensor()};
        });
  });
}

/// A vector of places along `dim`, as an index for every element of those rows of x: a copy, unless nothing is written
/// while it is read.
Array over_rows(const Tensor& index, IntArrayRef sizes, std::int64_t dim, bool only_read = false) {
  const bool as_it_is = only_read && index.dtype() == kInt64 && index.is_contiguous();
  Array flat = (as_it_is ? index.array() : kernels::to_dtype(index.array(), kInt64)).view({-1});
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
  check(x.dtype() == source.dtype(), "index_add_(): self ({}) and source ({}) must have the same scalar type",
        info(x.dtype()).cname, info(source.dtype()).cname);
  check(source.dim() == 0 || d < source.dim(), "index_add_(): Indexing dim {} is out of bounds of the source tensor",
        d);
  check(index.numel() == length(source, d),
        "index_add_(): Number of indices ({}) should be equal to source.size(dim): ({}), for dim: {}", index.numel(),
        length(source, d), d);
  Dims rows(x.sizes());
  if (!rows.empty()) rows[static_cast<std::size_t>(d)] = index.numel();
  check(source.sizes() == IntArrayRef(rows),
        "source tensor shape must match self tensor shape, excluding the "
        "specified dimension. Got self.shape = {} source.shape = {}",
        x.sizes(), source.sizes());
  const Array places = over_rows(index, rows, d);
  check<IndexError>(!kernels::first_outside(places, length(x, d)), "index out of range in self");
  told(d);
  return as_one("index_add", {&x, &index, &source}, [&] {
    return differentiable<"IndexAddBackward0">(
        inputs(x, source), into,
        [&](const Array* out) {
          const Array y = target(x, out);
          kernels::check_no_partial_overlap(y, source.array());
          kernels::scatter_combine(y, d, places, source.array(), kernels::Combine::Add);
          return y;
        },
        [&](Save& s) {
          if (s.needed(1)) s.tensor(index);
        },
        [d](const Saved& s, const Tensor& g) -> Grads {
          return {s.needs(0) ? g : Tensor(), s.needs(1) ? index_select(g, d, s.tensor()) : Tensor()};
        });
  });
}

/// alpha·x in x's dtype, into which alpha is converted.
Tensor scaled(const Tensor& x, Scalar alpha) { return alpha.equal(1) ? x : x * full({}, alpha, x.options()); }

void check_copied(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  check<IndexError>(index.dim() < 2, "index_copy_(): Index should have dimension 1 or 0 (got {})", index.dim());
  const std::int64_t n = index.numel();
  check<IndexError>(source.dim() > 0 || n == 1,
                    "index_copy_(): When source is scalar, index should have one element (got {})", n);
  check<IndexError>(source.dim() == x.dim() || source.dim() == 0 || x.dim() == 0,
                    "index_copy_(): When source and destination are not scalars, their dimensionality must match. "
                    "Source dimensionality ({}), destination dimensionality ({})",
                    source.dim(), x.dim());
  check(index.dtype() == kInt64, "index_copy_(): Expected a long tensor for index, but got {}",
        info(index.dtype()).cname);
  check(x.dtype() == source.dtype(),
        "index_copy_(): self and source expected to have the same dtype, but got (self) {} and (source) {}",
        info(x.dtype()).cname, info(source.dtype()).cname);
  Dims to(x.sizes()), from(source.sizes());
  const auto without_dim = [dim](Dims& d) {
    if (!d.empty()) d.erase(static_cast<std::size_t>(dim));
  };
  without_dim(to);
  without_dim(from);
  check(to == from,
        "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: {} at "
        "dimension {} and source slice shape: {} at dimension 0.",
        fmt::join(to.begin(), to.end(), " "), dim, fmt::join(from.begin(), from.end(), " "));
  check<IndexError>(source.dim() == 0 || n == source.size(dim),
                    "index_copy_(): Number of indices ({}) should be equal to source.size(dim) ({})", n,
                    length(source, dim));
}

/// y = x with rows of source      dx = g without them, dsource = those rows of g
Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& whole, Into into) {
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_copied(x, d, index, whole);
  Dims rows(x.sizes());
  if (!rows.empty()) rows[static_cast<std::size_t>(d)] = index.numel();
  const Tensor source = whole.sizes() == IntArrayRef(rows) ? whole : whole.reshape(rows);
  const Array places = over_rows(index, rows, d);
  if (const auto at = kernels::first_outside(places, length(x, d)))
    fail<IndexError>("index_copy_(): index {} is out of bounds for dimension {} with size {}", *at, d, length(x, d));
  told(d);
  return as_one("index_copy", {&x, &index, &source}, [&] {
    return differentiable<"IndexCopyBackward0">(
        inputs(x, source), into,
        [&](const Array* out) {
          const Array y = target(x, out);
          kernels::check_no_partial_overlap(y, source.array());
          kernels::scatter(y, d, places, source.array());
          return y;
        },
        [&](Save& s) { s.tensor(index); },
        [d, rows](const Saved& s, const Tensor& g) -> Grads {
          return {s.needs(0) ? index_fill(g, d, s.tensor(), 0) : Tensor(),
                  s.needs(1) ? index_select(g, d, s.tensor()).reshape(rows) : Tensor()};
        });
  });
}

/// g where index_fill writes, else 0: a row counts once, even if the index names it twice.
Tensor filled_part(const Tensor& g, std::int64_t dim, const Tensor& index) {
  const Tensor filled = index_fill(zeros(g.sizes(), kBool), dim, index, true);
  return where(filled, g, 0);
}

/// y = x with `value` in some rows      dx = g without them, dvalue = the sum of those rows of g
Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& value, Into into) {
  check<IndexError>(index.dtype() == kInt64, "index_fill_(): Expected dtype int64 for index.");
  check(value.dim() == 0,
        "index_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).", value.dim());
  const std::int64_t d = wrap_dim(dim, x.dim());
  check<IndexError>(index.dim() <= 1, "Index has to be a vector/scalar");
  const std::int64_t size = length(x, d);
  const Array given = index.array();
  const Tensor places(kernels::fold_places({&given, 1}, {size}, d));
  Dims rows(x.sizes());
  if (!rows.empty()) rows[static_cast<std::size_t>(d)] = index.numel();
  const Array every = over_rows(places, rows, d);
  const Tensor v = ops::as_held(value, x.dtype());
  told(d);
  return as_one("index_fill", {&x, &index, &v}, [&] {
    return differentiable<"IndexFillBackward0">(
        inputs(x, v), into,
        [&](const Array* out) {
          const Array y = out ? *out : kernels::to_dtype(x.array(), x.dtype());  // in x's order, as PyTorch's
          kernels::scatter(y, d, every, v.array().expand(every.sizes()));
          return y;
        },
        [&](Save& s) { s.tensor(places); },
        [d](const Saved& s, const Tensor& g) -> Grads {
          return {s.needs(0) ? index_fill(g, d, s.tensor(), 0) : Tensor(),
                  s.needs(1) ? filled_part(g, d, s.tensor()).sum() : Tensor()};
        });
  });
}

/// y = mask ? value : x      dx = mask ? 0 : g, dvalue = Σ mask ? g : 0
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value, Into into) {
  return as_one("masked_fill", {&x, &mask, &value}, [&] {
    return differentiable<"MaskedFillBackward0">(
        inputs(x, value), into,
        [&](const Array* out) {
          const Array y = kernels::where(mask.array(), value.array(), x.array(), x.dtype());
          if (!out) return y.is_contiguous() ? y : kernels::contiguous_copy(y);  // whatever x's order, as PyTorch's
          kernels::copy(*out, y);
          return *out;
        },
        [&](Save& s) { s.tensor(mask); },
        [](const Saved& s, const Tensor& g) -> Grads {
          return {s.needs(0) ? masked_fill(g, s.tensor(), 0) : Tensor(),
                  s.needs(1) ? where(s.tensor(), g, 0).sum() : Tensor()};
        });
  });
}

/// A value to fill with, in x's dtype.
Tensor filling(const Tensor& value, const Tensor& x) {
  check(value.dim() == 0,
        "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).", value.dim());
  return ops::as_held(value, x.dtype());
}

}  // namespace

Tensor ops::scattered(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& src) {
  check(x.dtype() == src.dtype(), "scatter(): Expected self.dtype to be equal to src.dtype");
  check_index("scatter", x, dim, index, &src);
  return covered(src, index);
}

Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index, bool sparse_grad) {
  check<NotImplementedError>(!sparse_grad, "gather: there are no sparse tensors, so that sparse_grad cannot be true");
  const std::int64_t d = wrap_dim(dim, x.dim());
  check_index("gather", x, d, index, nullptr);
  told(d);
  return as_one("gather", {&x, &index}, [&] {
    return differentiable<"GatherBackward0">(
        inputs(x), {}, [&](const Array*) { return kernels::gather(x.array(), d, index.array()); },
        [&](Save& s) { s.tensor(index); },
        [d, sizes = Dims(x.sizes())](const Saved& s, const Tensor& g) -> Grads {
          return {scatter_add(zeros({}, g.options()).expand(sizes), d, s.tensor(), g)};
        });
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
  const Array places = over_rows(index, sizes, d, true);
  told(d);
  return as_one("index_select", {&x, &index}, [&] {
    return differentiable<"IndexSelectBackward0">(
        inputs(x), {},
        [&](const Array*) {
          auto out = kernels::gather_if_inside(x.array(), d, places);
          check<IndexError>(out.has_value(), "index out of range in self");
          return *std::move(out);
        },
        [&](Save& s) { s.tensor(index); },
        [d, from = Dims(x.sizes())](const Saved& s, const Tensor& g) -> Grads {
          return {index_add(zeros({}, g.options()).expand(from), d, s.tensor(), g)};
        });
  });
}

Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha) {
  return index_add(x, dim, index, scaled(source, alpha), Into());
}
Tensor& index_add_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha) {
  return index_add(x, dim, index, scaled(source, alpha), Into::in_place(x)), x;
}

Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  return index_copy(x, dim, index, source, Into());
}
Tensor& index_copy_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  return index_copy(x, dim, index, source, Into::in_place(x)), x;
}

Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& value) {
  return index_fill(x, dim, index, value, Into());
}
Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value) {
  return index_fill(x, dim, index, full({}, value, x.options()));
}
Tensor& index_fill_(Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& value) {
  return index_fill(x, dim, index, value, Into::in_place(x)), x;
}
Tensor& index_fill_(Tensor& x, std::int64_t dim, const Tensor& index, Scalar value) {
  return index_fill_(x, dim, index, full({}, value, x.options()));
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value) {
  return scatter(x, dim, index, everywhere(value, x, index));
}
Tensor& scatter_(Tensor& x, std::int64_t dim, const Tensor& index, Scalar value) {
  return scatter_(x, dim, index, everywhere(value, x, index));
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  return masked_fill(x, ops::mask_of("masked_fill_", mask), filling(value, x), Into());
}
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  return masked_fill(x, mask, full({}, value, x.options()));
}
Tensor& masked_fill_(Tensor& x, const Tensor& mask, const Tensor& value) {
  const Tensor m = ops::mask_of("masked_fill_", mask);
  const Dims shape = broadcast_shapes(x.sizes(), m.sizes());
  check(shape == x.sizes(), "output with shape {} doesn't match the broadcast shape {}", x.sizes(), shape);
  return masked_fill(x, m.expand(x.sizes()), filling(value, x), Into::in_place(x)), x;
}
Tensor& masked_fill_(Tensor& x, const Tensor& mask, Scalar value) {
  return masked_fill_(x, mask, full({}, value, x.options()));
}

Tensor take_along_dim(const Tensor& x, const Tensor& indices, std::optional<std::int64_t> dim) {
  check(indices.dtype() == kInt64, "torch.take_along_dim(): dtype of indices should be Long but got {}",
        info(indices.dtype()).cname);
  if (!dim) return gather(x.reshape({-1}), 0, indices.reshape({-1}));
  check(x.dim() == indices.dim(),
        "torch.take_along_dim(): input and indices should have the same number of dimensions, but got {} dimensions "
        "for input, and {} dimensions for indices",
        x.dim(), indices.dim());
  const std::int64_t d = wrap_dim(*dim, x.dim());
  check<IndexError>(x.dim() > 0, "Dimension specified as {} but tensor has no dimensions", d);
  Dims one(x.sizes()), two(indices.sizes());
  if (!one.empty()) one[static_cast<std::size_t>(d)] = two[static_cast<std::size_t>(d)] = 1;
  Dims from = broadcast_shapes(one, two), at = from;
  if (!at.empty()) {
    from[static_cast<std::size_t>(d)] = x.size(d);
    at[static_cast<std::size_t>(d)] = indices.size(d);
  }
  return gather(x.expand(from), d, indices.expand(at));
}

}  // namespace xgrad
