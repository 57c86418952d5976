/// The loops of a reduction, for the operations that reduce_*.cpp define: each of those is a file of its own, because
/// every operation times every dtype is a long compilation.
#pragma once

#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/reduce_plan.hpp>
#include <xgrad/autograd/kernels/rows.hpp>

#include <algorithm>
#include <bit>

namespace xgrad::kernels {

// What reduce() chooses from. `mask` has a bit for each reduced dimension.
Array reduce_sum(const Array& x, std::uint64_t mask, bool keepdim, ScalarType dtype);
Array reduce_extreme(bool largest, const Array& x, std::uint64_t mask, bool keepdim);
Array reduce_logical(bool all, const Array& x, std::uint64_t mask, bool keepdim);

inline constexpr std::int64_t kTile =
    1024;  // columns that are reduced together; their state stays in the nearest cache

// An operation says how to take in a row (`row`, for one output) and a tile of rows (`Columns`, for many outputs).

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

/// Writes `count` results, packed, to o.
template <class Op>
void run_reduction(const Array& x, std::uint64_t mask, typename Op::Output* o, std::int64_t count) {
  const auto* const p = x.data<typename Op::Input>();
  if (x.numel() == 0) {
    std::fill_n(o, count, Op::finish(Op::none()));
    return;
  }
  if (x.is_contiguous()) {
    if (count == 1) {
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
template <class Op>
void run_reduction(const Array& x, std::uint64_t mask, const Array& out) {
  run_reduction<Op>(x, mask, out.data<typename Op::Output>(), out.numel());
}

}  // namespace xgrad::kernels
