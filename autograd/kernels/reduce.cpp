#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/reduce_plan.hpp>
#include <xgrad/autograd/kernels/rows.hpp>

#include <numeric>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t kTile = 1024;  // columns that are reduced together; their state stays in the nearest cache

// An operation says how to take in a row (`row`, for one output) and a tile of rows (`Columns`, for many outputs).

template <class In, class Out>
struct Sum {
  using Input = In;
  using Output = Out;
  using Total = SumTotal<In>;
  static Total none() { return 0; }
  static Total row(Total total, const In* p, std::int64_t n, std::int64_t stride) {
    return total + (stride == 1 ? sum_row(p, n) : sum_strided(p, n, stride));
  }
  static Out finish(Total total) { return static_cast<Out>(total); }

  struct Columns {
    // Floats are added in their own type for kRows rows, then go to the total.
    static constexpr std::int64_t kRows = 256;
    using Partial = std::conditional_t<std::is_floating_point_v<In>, In, std::uint64_t>;
    Total total[kTile];
    Partial partial[kTile];

    void start(std::int64_t width) { std::fill_n(total, width, Total(0)); }
    void take(const In* p, std::int64_t n, std::int64_t row_stride, std::int64_t stride, std::int64_t width) {
      for (std::int64_t i = 0; i < n; i += kRows) {
        const In* block = p + i * row_stride;
        if (stride == 1)
          add_block(block, std::min(kRows, n - i), row_stride, std::int64_t{1}, width);
        else
          add_block(block, std::min(kRows, n - i), row_stride, stride, width);
        for (std::int64_t j = 0; j < width; ++j) total[j] += static_cast<Total>(partial[j]);
      }
    }
    [[gnu::always_inline]] void add_block(const In* p, std::int64_t n, std::int64_t row_stride, std::int64_t stride,
                                          std::int64_t width) {
      const In* __restrict a = p;
      for (std::int64_t j = 0; j < width; ++j) partial[j] = static_cast<Partial>(a[j * stride]);
      std::int64_t i = 1;
      for (; i + 4 <= n; i += 4) {
        const In* __restrict b = p + i * row_stride;
        const In* __restrict c = b + row_stride;
        const In* __restrict d = c + row_stride;
        const In* __restrict e = d + row_stride;
        for (std::int64_t j = 0; j < width; ++j) {
          partial[j] += (static_cast<Partial>(b[j * stride]) + static_cast<Partial>(c[j * stride])) +
                        (static_cast<Partial>(d[j * stride]) + static_cast<Partial>(e[j * stride]));
        }
      }
      for (; i < n; ++i) {
        const In* __restrict b = p + i * row_stride;
        for (std::int64_t j = 0; j < width; ++j) partial[j] += static_cast<Partial>(b[j * stride]);
      }
    }
    Out finish(std::int64_t j) const { return Sum::finish(total[j]); }
  };
};

/// What Extreme and Logical share: a running value a column, one step an element.
template <class Op, class State>
struct StepColumns {
  using In = typename Op::Input;
  State state[kTile];
  void start(std::int64_t width) { std::fill_n(state, width, Op::none()); }
  void take(const In* p, std::int64_t n, std::int64_t row_stride, std::int64_t stride, std::int64_t width) {
    for (std::int64_t i = 0; i < n; ++i) {
      const In* __restrict a = p + i * row_stride;
      if (stride == 1) {
        for (std::int64_t j = 0; j < width; ++j) state[j] = Op::step(state[j], a[j]);
      } else {
        for (std::int64_t j = 0; j < width; ++j) state[j] = Op::step(state[j], a[j * stride]);
      }
    }
  }
  typename Op::Output finish(std::int64_t j) const { return Op::finish(state[j]); }
};

template <class T, bool largest>
struct Extreme {
  using Input = T;
  using Output = T;
  using Total = T;
  static T none() { return extreme_start<largest, T>(); }
  static T step(T best, T x) { return beyond<largest>(x, best) ? x : best; }
  static T row(T best, const T* p, std::int64_t n, std::int64_t stride) {
    if (stride == 1) return extreme_row<largest>(p, n, best);
    for (std::int64_t i = 0; i < n; ++i) best = step(best, p[i * stride]);
    return best;
  }
  static T finish(T best) { return best; }
  using Columns = StepColumns<Extreme, T>;
};

template <class T, class Out, bool all>
struct Logical {
  using Input = T;
  using Output = Out;
  using Total = std::uint8_t;
  static Total none() { return all; }
  static Total step(Total state, T x) {
    const auto is = static_cast<Total>(x != T(0));
    return all ? state & is : state | is;
  }
  static Total row(Total state, const T* p, std::int64_t n, std::int64_t stride) {
    constexpr std::int64_t kBlock = 512;  // decided or not is asked once a block, so that the loop inside vectorises
    for (std::int64_t i = 0; i < n && state == none(); i += kBlock) {
      const std::int64_t end = std::min(n, i + kBlock);
      if (stride == 1) {
        for (std::int64_t j = i; j < end; ++j) state = step(state, p[j]);
      } else {
        for (std::int64_t j = i; j < end; ++j) state = step(state, p[j * stride]);
      }
    }
    return state;
  }
  static Out finish(Total state) { return static_cast<Out>(state); }
  using Columns = StepColumns<Logical, Total>;
};

/// out[j] for `width` neighbouring columns, over every reduced index.
template <class Op>
[[gnu::noinline]] void reduce_columns(const typename Op::Input* p, const LoopNest& reduced,
                                      const ReducePlan::Innermost& row, const ReducePlan::Innermost& column,
                                      typename Op::Output* out) {
  typename Op::Columns columns;
  for (std::int64_t j0 = 0; j0 < column.size; j0 += kTile) {
    const std::int64_t width = std::min(kTile, column.size - j0);
    columns.start(width);
    reduced.for_each([&](std::int64_t at, std::int64_t) {
      columns.take(p + at + j0 * column.in, row.size, row.in, column.in, width);
    });
    for (std::int64_t j = 0; j < width; ++j) out[(j0 + j) * column.out] = columns.finish(j);
  }
}

template <class Op>
void run(const Array& x, std::uint64_t mask, const Array& out) {
  const auto* const p = x.data<typename Op::Input>();
  auto* const o = out.data<typename Op::Output>();
  if (x.numel() == 0) {
    std::fill_n(o, out.numel(), Op::finish(Op::none()));
    return;
  }
  if (x.is_contiguous()) {
    if (out.numel() == 1) {
      *o = Op::finish(Op::row(Op::none(), p, x.numel(), 1));
      return;
    }
    if (std::has_single_bit(mask)) {
      const auto d = static_cast<std::size_t>(std::countr_zero(mask));
      const std::int64_t n = x.sizes()[d];
      std::int64_t inner = 1;
      for (std::size_t i = d + 1; i < x.sizes().size(); ++i) inner *= x.sizes()[i];
      const std::int64_t outer = x.numel() / (n * inner);
      if (inner == 1) {
        for (std::int64_t i = 0; i < outer; ++i) o[i] = Op::finish(Op::row(Op::none(), p + i * n, n, 1));
      } else {
        for (std::int64_t i = 0; i < outer; ++i)
          reduce_columns<Op>(p + i * n * inner, LoopNest(), {n, inner, 0}, {inner, 1, 1}, o + i * inner);
      }
      return;
    }
  }
  const ReducePlan plan(x, mask);
  plan.kept.for_each([&](std::int64_t in_at, std::int64_t out_at) {
    if (plan.along_rows()) {
      auto total = Op::none();
      plan.reduced.for_each(
          [&](std::int64_t at, std::int64_t) { total = Op::row(total, p + in_at + at, plan.row.size, plan.row.in); });
      o[out_at] = Op::finish(total);
    } else {
      reduce_columns<Op>(p + in_at, plan.reduced, plan.row, plan.column, o + out_at);
    }
  });
}

Array sum(const Array& x, std::uint64_t mask, bool keepdim, ScalarType dtype) {
  if (is_floating_point(dtype)) {
    const Array& in = x.dtype() == dtype ? x : to_dtype(x, dtype);
    Array out = Array::empty(reduced_sizes(x, mask, keepdim), dtype);
    if (dtype == kFloat32)
      run<Sum<float, float>>(in, mask, out);
    else
      run<Sum<double, double>>(in, mask, out);
    return out;
  }
  // Wrapped to few bits before or after the sum, the result is the same; a float is cut to an integer before.
  const Array in = is_floating_point(x.dtype()) ? to_dtype(x, dtype) : x;
  Array out = Array::empty(reduced_sizes(x, mask, keepdim), kInt64);
  dispatch(in.dtype(), [&]<class T>() {
    if constexpr (!std::is_floating_point_v<T>) run<Sum<T, std::int64_t>>(in, mask, out);
  });
  return dtype == kInt64 ? out : to_dtype(out, dtype);
}

/// PyTorch's errors for an extreme of nothing. `name` is the operation's without the parentheses.
void check_not_empty(const Array& x, std::uint64_t mask, std::string_view name) {
  if (x.numel() != 0) return;
  check(static_cast<std::size_t>(std::popcount(mask)) < x.sizes().size(),
        "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' "
        "argument.",
        name);
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    check<IndexError>(!(mask >> d & 1) || x.sizes()[d] != 0, "{}(): Expected reduction dim {} to have non-zero size.",
                      name, d);
  }
}

/// The first extreme of a row and where it is; NaN is the most extreme.
template <bool largest, class T>
std::pair<T, std::int64_t> find_extreme(const T* p, std::int64_t n, std::int64_t stride) {
  T best = p[0];
  if (stride == 1 && n >= 64) {
    best = extreme_row<largest>(p, n);
    std::int64_t i = 0;
    if (best != best) {
      while (p[i] == p[i]) ++i;
    } else {
      for (; i + 64 <= n; i += 64) {
        int found = 0;
        for (std::int64_t j = i; j < i + 64; ++j) found |= p[j] == best;
        if (found) break;
      }
      while (!(p[i] == best)) ++i;
    }
    return {best, i};
  }
  std::int64_t index = 0;
  for (std::int64_t i = 1; i < n && best == best; ++i) {
    const T x = p[i * stride];
    if (beyond<largest>(x, best)) {
      best = x;
      index = i;
    }
  }
  return {best, index};
}

template <bool largest, class T>
void run_with_index(const Array& x, std::uint64_t mask, const Array& values, const Array& indices) {
  const T* const p = x.data<T>();
  T* const v = values.data<T>();
  auto* const ix = indices.data<std::int64_t>();
  const auto rows = [&](const T* from, std::int64_t n, std::int64_t stride, std::int64_t at) {
    const auto [best, index] = find_extreme<largest>(from, n, stride);
    v[at] = best;
    ix[at] = index;
  };
  if (x.is_contiguous() && mask != 0 && mask >> (x.sizes().size() - 1)) {
    const std::int64_t n = x.sizes().back();
    for (std::int64_t i = 0; i < values.numel(); ++i) rows(p + i * n, n, 1, i);
    return;
  }
  const ReducePlan plan(x, mask);
  plan.kept.for_each([&](std::int64_t in_at, std::int64_t out_at) {
    const T* const from = p + in_at;
    if (plan.along_rows()) return rows(from, plan.row.size, plan.row.in, out_at);
    const auto [width, in, out] = plan.column;
    T* const best = v + out_at;
    std::int64_t* const index = ix + out_at;
    for (std::int64_t j = 0; j < width; ++j) {
      best[j * out] = from[j * in];
      index[j * out] = 0;
    }
    for (std::int64_t i = 1; i < plan.row.size; ++i) {
      const T* const row = from + i * plan.row.in;
      for (std::int64_t j = 0; j < width; ++j) {
        const T b = best[j * out], y = row[j * in];
        const bool takes = beyond<largest>(y, b) && b == b;
        best[j * out] = takes ? y : b;
        index[j * out] = takes ? i : index[j * out];
      }
    }
  });
}

}  // namespace

Array reduce(Reduce op, const Array& x, IntArrayRef dims, bool keepdim, ScalarType dtype) {
  const std::uint64_t mask = dimension_mask(x, dims);
  switch (op) {
    case Reduce::Sum:
      if (dtype != kBool) return sum(x, mask, keepdim, dtype);
      return to_dtype(reduce(Reduce::Any, x, dims, keepdim, kBool), kBool);
    case Reduce::Max:
    case Reduce::Min: {
      check_not_empty(x, mask, op == Reduce::Max ? "max" : "min");
      Array out = Array::empty(reduced_sizes(x, mask, keepdim), x.dtype());
      dispatch(x.dtype(), [&]<class T>() {
        if (op == Reduce::Max)
          run<Extreme<T, true>>(x, mask, out);
        else
          run<Extreme<T, false>>(x, mask, out);
      });
      return out;
    }
    case Reduce::All:
    case Reduce::Any: {
      Array out = Array::empty(reduced_sizes(x, mask, keepdim), x.dtype() == kUInt8 ? kUInt8 : kBool);
      dispatch(x.dtype(), [&]<class T>() {
        using Out = std::conditional_t<std::is_same_v<T, std::uint8_t>, std::uint8_t, bool>;
        if (op == Reduce::All)
          run<Logical<T, Out, true>>(x, mask, out);
        else
          run<Logical<T, Out, false>>(x, mask, out);
      });
      return out;
    }
  }
  __builtin_unreachable();
}

std::pair<Array, Array> extreme_with_index(bool largest, const Array& x, std::int64_t dim, bool keepdim) {
  const std::uint64_t mask = dimension_mask(x, dim);
  const Dims sizes = reduced_sizes(x, mask, keepdim);
  check<IndexError>(mask == 0 || x.sizes()[static_cast<std::size_t>(dim)] != 0,
                    "{}(): Expected reduction dim {} to have non-zero size.", largest ? "max" : "min", dim);
  std::pair<Array, Array> result{Array::empty(sizes, x.dtype()), Array::empty(sizes, kInt64)};
  if (x.numel() == 0) return result;
  dispatch(x.dtype(), [&]<class T>() {
    if (largest)
      run_with_index<true, T>(x, mask, result.first, result.second);
    else
      run_with_index<false, T>(x, mask, result.first, result.second);
  });
  return result;
}

}  // namespace xgrad::kernels
