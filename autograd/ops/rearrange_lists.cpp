#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

using Int = std::int64_t;

template <class F>
std::vector<Tensor> each(TensorList tensors, F f) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(f(t));
  return out;
}

/// hsplit and its kin, of a tensor with enough dimensions.
template <class Where>
std::vector<Tensor> split_along(const char* name, const Tensor& x, Int least, Int dim, Where where) {
  check(x.dim() >= least, "torch.{} requires a tensor with at least {} dimension, but got a tensor with {} dimensions!",
        name, least, x.dim());
  if constexpr (std::is_same_v<Where, Int>) {
    check(where != 0 && x.size(dim) % where == 0,
          "torch.{} attempted to split along dimension {}, but the size of the dimension {} is not divisible by the "
          "split_size {}!",
          name, dim, x.size(dim), where);
  }
  return tensor_split(x, where, dim);
}

Int horizontal(const Tensor& x) { return x.dim() == 1 ? 0 : 1; }

Tensor as_matrix(const Tensor& x) { return x.dim() == 2 ? x : x.reshape({1, x.numel()}); }

}  // namespace

Tensor unflatten(const Tensor& x, Int dim, IntArrayRef sizes) {
  const Int d = wrap_dim(dim, x.dim());
  check(!sizes.empty(), "unflatten: sizes must be non-empty");
  check<IndexError>(x.dim() > 0, "Dimension specified as {} but tensor has no dimensions", d);
  Int product = 1;
  bool inferred = false;
  for (const Int s : sizes) {
    inferred |= s == -1;
    product *= s == -1 ? 1 : s;
  }
  const Int n = x.size(d);
  check(inferred ? product != 0 && n % product == 0 : product == n,
        "unflatten: Provided sizes {} don't multiply up to the size of dim {} ({}) in the input tensor", sizes, d, n);
  Dims shape;
  for (Int k = 0; k < x.dim(); ++k) {
    if (k != d) shape.push_back(x.size(k));
    for (std::size_t i = 0; k == d && i < sizes.size(); ++i) shape.push_back(sizes[i] == -1 ? n / product : sizes[i]);
  }
  return x.view(shape);
}

Tensor movedim(const Tensor& x, IntArrayRef source, IntArrayRef destination) {
  check(source.size() == destination.size(),
        "movedim: Invalid source or destination dims: source ({} dims) should contain the same number of dims as "
        "destination ({} dims)",
        source, destination);
  const auto n = static_cast<std::size_t>(x.dim());
  Dims order(n, -1), from, to;
  std::vector<bool> moved(n);
  for (std::size_t i = 0; i < source.size(); ++i) {
    from.push_back(wrap_dim(source[i], x.dim()));
    to.push_back(wrap_dim(destination[i], x.dim()));
  }
  const auto repeated = [](const Dims& list) {
    Dims sorted(list);
    std::sort(sorted.begin(), sorted.end());
    return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  };
  check(!repeated(from), "movedim: repeated dim in `source` ({})", source);
  check(!repeated(to), "movedim: repeated dim in `destination` ({})", destination);
  if (n == 0) return x.view(x.sizes());
  for (std::size_t i = 0; i < from.size(); ++i) {
    order[static_cast<std::size_t>(to[i])] = from[i];
    moved[static_cast<std::size_t>(from[i])] = true;
  }
  std::size_t next = 0;
  for (Int& d : order) {
    if (d >= 0) continue;
    while (moved[next]) ++next;
    d = static_cast<Int>(next++);
  }
  return x.permute(order);
}
Tensor moveaxis(const Tensor& x, IntArrayRef source, IntArrayRef destination) {
  return movedim(x, source, destination);
}

Tensor swapaxes(const Tensor& x, Int axis0, Int axis1) { return x.transpose(axis0, axis1); }
Tensor swapdims(const Tensor& x, Int dim0, Int dim1) { return x.transpose(dim0, dim1); }
Tensor& swapaxes_(Tensor& x, Int axis0, Int axis1) { return transpose_(x, axis0, axis1); }
Tensor& swapdims_(Tensor& x, Int dim0, Int dim1) { return transpose_(x, dim0, dim1); }
Tensor ravel(const Tensor& x) { return x.contiguous().view({-1}); }

Tensor atleast_1d(const Tensor& x) { return x.dim() == 0 ? x.reshape({1}) : x; }
Tensor atleast_2d(const Tensor& x) {
  if (x.dim() == 0) return x.reshape({1, 1});
  return x.dim() == 1 ? x.unsqueeze(0) : x;
}
Tensor atleast_3d(const Tensor& x) {
  if (x.dim() == 0) return x.reshape({1, 1, 1});
  if (x.dim() == 1) return x.unsqueeze(0).unsqueeze(-1);
  return x.dim() == 2 ? x.unsqueeze(-1) : x;
}
std::vector<Tensor> atleast_1d(TensorList tensors) {
  return each(tensors, [](const Tensor& t) { return atleast_1d(t); });
}
std::vector<Tensor> atleast_2d(TensorList tensors) {
  return each(tensors, [](const Tensor& t) { return atleast_2d(t); });
}
std::vector<Tensor> atleast_3d(TensorList tensors) {
  return each(tensors, [](const Tensor& t) { return atleast_3d(t); });
}

std::vector<Tensor> broadcast_tensors(TensorList tensors) {
  Dims shape;
  for (const Tensor& t : tensors) shape = broadcast_shapes(shape, t.sizes());
  return each(tensors, [&](const Tensor& t) { return t.expand(shape); });
}

Tensor hstack(TensorList tensors) {
  check(!tensors.empty(), "hstack expects a non-empty TensorList");
  const std::vector<Tensor> parts = atleast_1d(tensors);
  return cat(parts, horizontal(parts[0]));
}
Tensor row_stack(TensorList tensors) { return vstack(tensors); }
Tensor vstack(TensorList tensors) {
  check(!tensors.empty(), "vstack expects a non-empty TensorList");
  return cat(atleast_2d(tensors), 0);
}
Tensor dstack(TensorList tensors) {
  check(!tensors.empty(), "dstack expects a non-empty TensorList");
  return cat(atleast_3d(tensors), 2);
}
Tensor column_stack(TensorList tensors) {
  check(!tensors.empty(), "column_stack expects a non-empty TensorList");
  return hstack(each(tensors, [](const Tensor& t) { return t.dim() <= 1 ? t.reshape({t.numel(), 1}) : t; }));
}

/// y = the blocks on zeros; each gets its part of g.
Tensor block_diag(TensorList tensors) {
  ScalarType dtype = tensors.empty() ? get_default_dtype() : tensors[0].dtype();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check(tensors[i].dim() <= 2,
          "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {} has {} dimensions", i,
          tensors[i].dim());
    dtype = promote_types(dtype, tensors[i].dtype());
  }
  const std::vector<Tensor> blocks = each(tensors, as_matrix);
  std::vector<const Tensor*> in;
  Int rows = tensors.empty() ? 1 : 0, columns = 0;  // of nothing, PyTorch makes [1, 0]
  std::vector<std::array<Int, 4>> places;
  for (const Tensor& b : blocks) {
    in.push_back(&b);
    places.push_back({rows, b.size(0), columns, b.size(1)});
    rows += b.size(0);
    columns += b.size(1);
  }
  return differentiable<"BlockDiagBackward0">(
      std::span<const Tensor* const>(in), {},
      [&](const Array*) {
        const Array out = Array::empty({rows, columns}, dtype);
        kernels::fill(out, 0);
        for (std::size_t i = 0; i < blocks.size(); ++i) {
          const auto [r, height, c, width] = places[i];
          kernels::copy(out.slice(0, r, r + height, 1).slice(1, c, c + width, 1), blocks[i].array());
        }
        return out;
      },
      no_save,
      [places](const Saved& s, const Tensor& g) {
        Grads out(places.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
          const auto [r, height, c, width] = places[i];
          if (s.needs(i)) out[i] = g.narrow(0, r, height).narrow(1, c, width);
        }
        return out;
      });
}

std::vector<Tensor> tensor_split(const Tensor& x, Int sections, Int dim) {
  check(x.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with {} dims", x.dim());
  const Int d = wrap_dim(dim, x.dim()), n = x.size(d);
  check(sections > 0, "number of sections must be larger than 0, got {}", sections);
  std::vector<Tensor> out;
  for (Int i = 0, at = 0; i < sections; ++i) {
    const Int length = n / sections + (i < n % sections ? 1 : 0);
    out.push_back(x.slice(d, at, at + length));
    at += length;
  }
  return out;
}

std::vector<Tensor> tensor_split(const Tensor& x, IntArrayRef indices, Int dim) {
  check(x.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with {} dims", x.dim());
  const Int d = wrap_dim(dim, x.dim());
  std::vector<Tensor> out;
  Int at = 0;
  for (const Int end : indices) {
    out.push_back(x.slice(d, at, end));
    at = end;
  }
  out.push_back(x.slice(d, at, x.size(d)));
  return out;
}

std::vector<Tensor> tensor_split(const Tensor& x, const Tensor& indices_or_sections, Int dim) {
  check(x.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with {} dims", x.dim());
  check(indices_or_sections.dtype() == kInt64,
        "tensor_split expected tensor_indices_or_sections to have dtype of long, but got {}",
        info(indices_or_sections.dtype()).cname);
  check(indices_or_sections.dim() <= 1,
        "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got "
        "a tensor with {} dims",
        indices_or_sections.dim());
  if (indices_or_sections.dim() == 0) return tensor_split(x, indices_or_sections.item<Int>(), dim);
  return tensor_split(x, IntArrayRef(indices_or_sections.to_vector<Int>()), dim);
}

std::vector<Tensor> hsplit(const Tensor& x, Int sections) {
  return split_along("hsplit", x, 1, horizontal(x), sections);
}
std::vector<Tensor> hsplit(const Tensor& x, IntArrayRef indices) {
  return split_along("hsplit", x, 1, horizontal(x), indices);
}
std::vector<Tensor> vsplit(const Tensor& x, Int sections) { return split_along("vsplit", x, 2, 0, sections); }
std::vector<Tensor> vsplit(const Tensor& x, IntArrayRef indices) { return split_along("vsplit", x, 2, 0, indices); }
std::vector<Tensor> dsplit(const Tensor& x, Int sections) { return split_along("dsplit", x, 3, 2, sections); }
std::vector<Tensor> dsplit(const Tensor& x, IntArrayRef indices) { return split_along("dsplit", x, 3, 2, indices); }

}  // namespace xgrad
