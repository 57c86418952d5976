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

// An operation says how to take in a row (`row`, for one output) and a tile of rows (`Columns`, for many outputs), how
// two parts make a whole (`merge`), and may say whether the rest cannot change a total any more (`decided`).

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

/// An operation of run_reduction by its steps alone: `none()`, `step(State, In)` and `merge(State, State)` of Op, which
/// derives from this. For operations that do not depend on how elements are grouped: a row runs in many running values
/// side by side, since one would wait for its own last step, and these are merged at the end.
///
///     template <class T>
///     struct Product : Stepwise<Product<T>, T> {
///       static T none() { return 1; }
///       static T step(T product, T x) { return product * x; }
///       static T merge(T a, T b) { return a * b; }
///     };
///     run_reduction<Product<T>>(x, mask, out);
template <class Op, class In, class Out = In, class State = Out>
struct Stepwise {
  using Input = In;
  using Output = Out;
  using Total = State;
  using Columns = StepColumns<Op, State>;
  static Out finish(State state) { return static_cast<Out>(state); }
  static State row(State state, const In* p, std::int64_t n, std::int64_t stride) {
    constexpr std::int64_t kSide = 64;
    std::int64_t i = 0;
    if (stride == 1 && n >= 2 * kSide) {
      State side[kSide];
      std::fill_n(side, kSide, Op::none());
      for (; i + kSide <= n; i += kSide) {
        XGRAD_INDEPENDENT
        for (std::int64_t l = 0; l < kSide; ++l) side[l] = Op::step(side[l], p[i + l]);
      }
      for (std::int64_t half = kSide / 2; half > 0; half /= 2) {
        for (std::int64_t l = 0; l < half; ++l) side[l] = Op::merge(side[l], side[l + half]);
      }
      state = Op::merge(state, side[0]);
    }
    for (; i < n; ++i) state = Op::step(state, p[i * stride]);
    return state;
  }
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

/// One output of n elements. Long runs are reduced in parts that depend on n alone, so that the result is the same
/// however many threads there are.
template <class Op>
typename Op::Total reduce_run(const typename Op::Input* p, std::int64_t n, std::int64_t stride) {
  constexpr std::int64_t kLeast = 16384, kMost = 256, kWhole = 1024;
  if (n < 2 * kLeast) return Op::row(Op::none(), p, n, stride);
  const std::int64_t length = std::max(kLeast, (n / kMost / kWhole + 1) * kWhole), parts = (n + length - 1) / length;
  typename Op::Total part[kMost];
  std::fill_n(part, parts, Op::none());
  split(parts, length, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      part[i] = Op::row(Op::none(), p + i * length * stride, std::min(length, n - i * length), stride);
      if constexpr (requires { Op::decided(part[i]); }) {
        if (Op::decided(part[i])) break;
      }
    }
  });
  auto total = part[0];
  for (std::int64_t i = 1; i < parts; ++i) total = Op::merge(total, part[i]);
  return total;
}

/// f(i) for `rows` outputs of n elements each: rows go to threads if there are many, else each row is shared.
template <class F>
void split_outputs(std::int64_t rows, std::int64_t n, const F& f) {
  constexpr std::int64_t kMany = 8;
  const auto some = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) f(i);
  };
  if (rows < kMany) return some(0, rows);
  split(rows, n, 1, some);
}

/// How long a row may be to be reduced beside others instead of by itself. An operation whose rows are quick says 0.
template <class Op>
inline constexpr std::int64_t kShortRow = 16;
template <class Op>
requires requires { Op::kQuickRows; }
inline constexpr std::int64_t kShortRow<Op> = 0;

/// Writes `count` results, packed, to o.
template <class Op>
void run_reduction(const Array& x, std::uint64_t mask, typename Op::Output* o, std::int64_t count) {
  constexpr std::int64_t kLine = 16;  // columns that are not parted
  const auto* const p = x.data<typename Op::Input>();
  if (x.numel() == 0) {
    std::fill_n(o, count, Op::finish(Op::none()));
    return;
  }
  if (x.is_contiguous()) {
    if (count == 1) {
      *o = Op::finish(reduce_run<Op>(p, x.numel(), 1));
      return;
    }
    if (std::has_single_bit(mask)) {
      const auto d = static_cast<std::size_t>(std::countr_zero(mask));
      const std::int64_t n = x.sizes()[d];
      std::int64_t inner = 1;
      for (std::size_t i = d + 1; i < x.sizes().size(); ++i) inner *= x.sizes()[i];
      const std::int64_t outer = x.numel() / (n * inner);
      if (inner == 1 && n <= kShortRow<Op>) {
        // Rows too short for vectors of their own go side by side, as columns that lie n apart.
        split(outer, n, 1, [&](std::int64_t first, std::int64_t last) {
          reduce_columns<Op>(p + first * n, LoopNest(), {n, 1, 0}, {last - first, n, 1}, o + first);
        });
      } else if (inner == 1) {
        split_outputs(outer, n, [&](std::int64_t i) { o[i] = Op::finish(reduce_run<Op>(p + i * n, n, 1)); });
      } else {
        split_matrix(outer, inner, n, kLine, [&](auto first, auto last, auto from, auto to) {
          for (std::int64_t i = first; i < last; ++i)
            reduce_columns<Op>(p + i * n * inner + from, LoopNest(), {n, inner, 0}, {to - from, 1, 1},
                               o + i * inner + from);
        });
      }
      return;
    }
  }
  const ReducePlan plan(x, mask);
  const std::int64_t kept = plan.kept.count(), each = x.numel() / (kept * plan.column.size);
  split_matrix(kept, plan.column.size, each, kLine, [&](auto first, auto last, auto from, auto to) {
    plan.kept.for_range(first, last, [&](std::int64_t in_at, std::int64_t out_at) {
      if (plan.along_rows() && plan.reduced.ndim == 0) {
        o[out_at] = Op::finish(reduce_run<Op>(p + in_at, plan.row.size, plan.row.in));
      } else if (plan.along_rows()) {
        auto total = Op::none();
        plan.reduced.for_each(
            [&](std::int64_t at, std::int64_t) { total = Op::row(total, p + in_at + at, plan.row.size, plan.row.in); });
        o[out_at] = Op::finish(total);
      } else {
        const ReducePlan::Innermost columns{to - from, plan.column.in, plan.column.out};
        reduce_columns<Op>(p + in_at + from * columns.in, plan.reduced, plan.row, columns,
                           o + out_at + from * columns.out);
      }
    });
  });
}
template <class Op>
void run_reduction(const Array& x, std::uint64_t mask, const Array& out) {
  run_reduction<Op>(x, mask, out.data<typename Op::Output>(), out.numel());
}

}  // namespace xgrad::kernels
