/// How a reduction walks memory: dimensions sorted and merged, the innermost one apart.
#pragma once

#include <xgrad/autograd/kernels/loops.hpp>

#include <algorithm>
#include <cstdint>

namespace xgrad::kernels {

/// The dimensions of x that a reduction names, as bits. A 0-dimensional x has none, whatever is named.
inline std::uint64_t dimension_mask(const Array& x, IntArrayRef dims) {
  check(x.sizes().size() <= kMaxDims, "tensors of more than {} dimensions are not supported", kMaxDims);
  std::uint64_t mask = 0;
  for (const std::int64_t d : dims) {
    if (d < x.dim()) mask |= std::uint64_t{1} << d;
  }
  return mask;
}

/// x's sizes without those dimensions, or with 1 in their place.
inline Dims reduced_sizes(const Array& x, std::uint64_t mask, bool keepdim) {
  Dims sizes;
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    if (!(mask >> d & 1))
      sizes.push_back(x.sizes()[d]);
    else if (keepdim)
      sizes.push_back(1);
  }
  return sizes;
}

/// Loops over dimensions of one kind, outermost first. Strides count elements.
struct LoopNest {
  std::size_t ndim = 0;
  std::int64_t size[kMaxDims];
  std::int64_t in[kMaxDims];
  std::int64_t out[kMaxDims];

  void add(std::int64_t n, std::int64_t in_stride, std::int64_t out_stride) {
    size[ndim] = n;
    in[ndim] = in_stride;
    out[ndim++] = out_stride;
  }

  std::int64_t count() const {
    std::int64_t n = 1;
    for (std::size_t d = 0; d < ndim; ++d) n *= size[d];
    return n;
  }

  /// f(offset into the input, offset into the output) for every index.
  template <class F>
  void for_each(F&& f) const {
    if (ndim == 0) return f(std::int64_t{0}, std::int64_t{0});
    std::int64_t counter[kMaxDims];
    std::fill_n(counter, ndim, 0);
    std::int64_t at_in = 0, at_out = 0;
    while (true) {
      f(at_in, at_out);
      std::size_t d = ndim;
      while (true) {
        if (d-- == 0) return;
        at_in += in[d];
        at_out += out[d];
        if (++counter[d] < size[d]) break;
        at_in -= size[d] * in[d];
        at_out -= size[d] * out[d];
        counter[d] = 0;
      }
    }
  }

  /// The same for the indices first ≤ i < last.
  template <class F>
  void for_range(std::int64_t first, std::int64_t last, F&& f) const {
    std::int64_t counter[kMaxDims];
    std::int64_t at_in = 0, at_out = 0, rest = first;
    for (std::size_t d = ndim; d-- > 0; rest /= size[d]) {
      counter[d] = rest % size[d];
      at_in += counter[d] * in[d];
      at_out += counter[d] * out[d];
    }
    for (std::int64_t i = first; i < last; ++i) {
      f(at_in, at_out);
      for (std::size_t d = ndim; d-- > 0;) {
        at_in += in[d];
        at_out += out[d];
        if (++counter[d] < size[d]) break;
        at_in -= size[d] * in[d];
        at_out -= size[d] * out[d];
        counter[d] = 0;
      }
    }
  }
};

/// Sorted by stride, so that the innermost loop runs along memory whatever the order of the dimensions is. If that
/// innermost dimension is reduced it is `row`, else `column`; the other one has size 1 where there is none left.
struct ReducePlan {
  struct Innermost {
    std::int64_t size = 1, in = 0, out = 0;
  };
  LoopNest kept, reduced;
  Innermost row, column;

  /// For x not empty; the output is packed.
  ReducePlan(const Array& x, std::uint64_t mask) {
    struct Dimension {
      std::int64_t size, in, out;
      bool reduced;
    };
    Dimension dims[kMaxDims];
    std::size_t n = 0;
    std::int64_t out = 1;
    for (std::size_t d = x.sizes().size(); d-- > 0;) {
      const std::int64_t size = x.sizes()[d];
      if (size == 1) continue;
      const bool is_reduced = mask >> d & 1;
      dims[n++] = {size, x.strides()[d], is_reduced ? 0 : out, is_reduced};
      if (!is_reduced) out *= size;
    }
    // Innermost first. An expanded dimension (stride 0) goes outside.
    std::stable_sort(dims, dims + n, [](const Dimension& a, const Dimension& b) {
      return a.in != 0 && (b.in == 0 || std::abs(a.in) < std::abs(b.in));
    });
    std::size_t m = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (m > 0) {
        Dimension& inner = dims[m - 1];
        if (inner.reduced == dims[i].reduced && dims[i].in == inner.in * inner.size &&
            dims[i].out == inner.out * inner.size) {
          inner.size *= dims[i].size;
          continue;
        }
      }
      dims[m++] = dims[i];
    }
    for (std::size_t i = m; i-- > 1;) {
      (dims[i].reduced ? reduced : kept).add(dims[i].size, dims[i].in, dims[i].out);
    }
    if (m == 0) return;
    (dims[0].reduced ? row : column) = {dims[0].size, dims[0].in, dims[0].out};
    if (!dims[0].reduced && reduced.ndim > 0) {  // with columns inside, the rows are the reduced dimension around them
      const std::size_t last = --reduced.ndim;
      row = {reduced.size[last], reduced.in[last], 0};
    }
  }

  bool along_rows() const { return column.size == 1; }
};

}  // namespace xgrad::kernels
