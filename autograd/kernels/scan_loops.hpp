/// The loops under scans: running sums, products, extremes along one dimension, for any shapes and strides.
///
/// An operation says what runs and how an element is taken in; each running value, cast, is an output:
///
///     template <class T>
///     struct RunningSum {
///       static std::tuple<double> start() { return {0}; }
///       static void step(std::int64_t, T x, double& sum) { sum += x; }
///     };
///     scan<T, T>(RunningSum<T>(), x, dim, {&out});
///
/// A step depends on the step before it, so its latency would set the pace. Therefore several lines run side by side:
/// where neighbouring lines are neighbours in memory, a tile of them, which the compiler vectorises; where the
/// dimension itself runs along memory, four in registers. If there is one long line only, it is cut in four, provided
/// that the operation can join the parts: `static void join(S&... left, S... right)`, for operations whose result does
/// not depend on how elements are grouped. An operation whose running values seldom change may say whether kStill
/// elements change none: `static bool still(const T* x, const std::tuple<S...>& state)`.
#pragma once

#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace xgrad::kernels {

enum class ScanOrder { Forward, Backward };  ///< from index 0 up, or from the last index down

namespace scans {

inline constexpr std::int64_t kPackedTile = 512;  // lines in a tile; their running values stay in the nearest cache
inline constexpr std::int64_t kStridedTile = 16;  // a cache line of floats
inline constexpr std::int64_t kSideBySide = 4;
inline constexpr std::int64_t kLongLine = 4096;

/// Element i of line l.
template <class T>
struct Operand {
  T* first;
  std::int64_t step, line;  // in elements
  T* at(std::int64_t i, std::int64_t l) const { return first + i * step + l * line; }
};

/// `lines` lines of n elements, of which some_lines() gives any range, for threads to share. Line l's element i has
/// index `index + i·index_step + l·index_line` along the dimension.
template <class In, class... Out>
struct Block {
  std::int64_t n, lines;
  std::int64_t index, index_step, index_line;
  Operand<const In> x;
  std::tuple<Operand<Out>...> y;

  std::int64_t index_at(std::int64_t i, std::int64_t l) const { return index + i * index_step + l * index_line; }
  bool packed() const {
    return x.line == 1 && std::apply([](const auto&... o) { return ((o.line == 1) && ...); }, y);
  }
  bool along_memory() const {
    const auto along = [](const auto& o) { return std::abs(o.step) <= std::abs(o.line); };
    return along(x) && std::apply([&](const auto&... o) { return (along(o) && ...); }, y);
  }
  /// Elements [from, from + count) of every line.
  Block part(std::int64_t from, std::int64_t count) const {
    Block b = *this;
    b.n = count;
    b.index += from * index_step;
    b.x.first += from * x.step;
    std::apply([&](auto&... o) { ((o.first += from * o.step), ...); }, b.y);
    return b;
  }
  /// Lines [from, from + count).
  Block some_lines(std::int64_t from, std::int64_t count) const {
    Block b = *this;
    b.lines = count;
    b.index += from * index_line;
    b.x.first += from * x.line;
    std::apply([&](auto&... o) { ((o.first += from * o.line), ...); }, b.y);
    return b;
  }
  /// One line as `count` lines, each the continuation of the one before; a few elements at the end are left over. The
  /// parts start an odd number of cache lines apart, so that they do not fight for the same sets of the cache.
  Block cut(std::int64_t count) const {
    Block b = *this;
    b.n = (n / count - 32) | 16;
    b.lines = count;
    b.index_line = b.n * index_step;
    b.x.line = b.n * x.step;
    std::apply([&](auto&... o) { ((o.line = b.n * o.step), ...); }, b.y);
    return b;
  }
};

template <class Op>
using State = decltype(Op::start());

template <class Op, class In, class S>
[[gnu::always_inline]] inline void take(std::int64_t index, In x, S& state) {
  std::apply([&](auto&... s) { Op::step(index, x, s...); }, state);
}

template <class S, class... Out, std::size_t... k>
[[gnu::always_inline]] inline void store(const S& state, const std::tuple<Operand<Out>...>& y, std::int64_t i,
                                         std::int64_t l, std::index_sequence<k...>) {
  ((*std::get<k>(y).at(i, l) = static_cast<Out>(std::get<k>(state))), ...);
}

/// The first sizeof...(l) lines of a block from the given states on, which end up being those after the last element.
template <class Op, bool stores, class In, class... Out, std::size_t... l>
void side_by_side(const Block<In, Out...>& b, State<Op>* states, std::index_sequence<l...>) {
  State<Op> s[] = {states[l]...};
  for (std::int64_t i = 0; i < b.n; ++i) {
    // All are read before any is written: the compiler cannot know that lines are apart.
    const In x[] = {*b.x.at(i, l)...};
    (take<Op>(b.index_at(i, l), x[l], s[l]), ...);
    if constexpr (stores) (store(s[l], b.y, i, l, std::index_sequence_for<Out...>()), ...);
  }
  ((states[l] = s[l]), ...);
}

using OneLine = std::make_index_sequence<1>;
using FourLines = std::make_index_sequence<kSideBySide>;

template <class Op>
concept Joins = requires {
  &Op::join;
};

/// Four parts of a line side by side: their totals first, from which follows where each part starts.
template <class Op, class In, class... Out>
void long_line(const Block<In, Out...>& b) {
  const Block<In, Out...> parts = b.cut(kSideBySide);
  State<Op> s[] = {Op::start(), Op::start(), Op::start(), Op::start()};
  side_by_side<Op, false>(parts, s, std::make_index_sequence<kSideBySide - 1>());
  State<Op> running = Op::start();
  for (auto& state : s) {
    const State<Op> total = std::exchange(state, running);
    std::apply([&](auto&... a) { std::apply([&](const auto&... c) { Op::join(a..., c...); }, total); }, running);
  }
  side_by_side<Op, true>(parts, s, FourLines());
  const std::int64_t done = parts.n * kSideBySide;
  side_by_side<Op, true>(b.part(done, b.n - done), &s[kSideBySide - 1], OneLine());
}

inline constexpr std::int64_t kStill = 32;
template <class Op, class In>
concept MayStandStill = requires(const In* x, State<Op> s) {
  Op::still(x, s);
};

/// A packed line whose running values seldom change: they are written by vectors while they do not.
template <class Op, class In, class... Out, std::size_t... k>
void line_of_few_changes(const Block<In, Out...>& b, std::index_sequence<k...>) {
  State<Op> s = Op::start();
  for (std::int64_t i = 0; i < b.n; i += kStill) {
    const std::int64_t m = std::min(kStill, b.n - i);
    if (m == kStill && Op::still(b.x.at(i, 0), s))
      (std::fill_n(std::get<k>(b.y).at(i, 0), kStill, static_cast<Out>(std::get<k>(s))), ...);
    else
      side_by_side<Op, true>(b.part(i, m), &s, OneLine());
  }
}

template <class Op, class In, class... Out>
void along_memory(const Block<In, Out...>& b) {
  std::int64_t l = 0;
  if constexpr (MayStandStill<Op, In>) {
    if (b.x.step == 1 && std::apply([](const auto&... o) { return ((o.step == 1) && ...); }, b.y)) {
      for (; l < b.lines; ++l) line_of_few_changes<Op>(b.some_lines(l, 1), std::index_sequence_for<Out...>());
      return;
    }
  } else {
    for (; l + kSideBySide <= b.lines; l += kSideBySide) {
      State<Op> s[] = {Op::start(), Op::start(), Op::start(), Op::start()};
      side_by_side<Op, true>(b.some_lines(l, kSideBySide), s, FourLines());
    }
  }
  for (; l < b.lines; ++l) {
    const Block<In, Out...> line = b.some_lines(l, 1);
    if constexpr (Joins<Op>) {
      if (b.n >= kLongLine) {
        long_line<Op>(line);
        continue;
      }
    }
    State<Op> s = Op::start();
    side_by_side<Op, true>(line, &s, OneLine());
  }
}

template <class S, std::int64_t width>
struct Columns;
template <class... V, std::int64_t width>
struct Columns<std::tuple<V...>, width> {
  std::tuple<std::array<V, width>...> values;
};

/// Up to `width` lines, element by element. Running values of one kind are an array, so that this vectorises.
template <class Op, std::int64_t width, bool packed, class In, class... Out, std::size_t... k>
void across_memory(const Block<In, Out...>& b, std::index_sequence<k...>) {
  Columns<State<Op>, width> columns;
  (std::fill_n(std::get<k>(columns.values).data(), b.lines, std::get<k>(Op::start())), ...);
  const auto run = [&](std::int64_t i, auto* const... s) {
    const In* const x = b.x.at(i, 0);
    const std::tuple<Out*...> y{std::get<k>(b.y).at(i, 0)...};
    XGRAD_INDEPENDENT
    for (std::int64_t l = 0; l < b.lines; ++l) {
      Op::step(b.index_at(i, 0), x[packed ? l : l * b.x.line], s[l]...);
      ((std::get<k>(y)[packed ? l : l * std::get<k>(b.y).line] = static_cast<Out>(s[l])), ...);
    }
  };
  for (std::int64_t i = 0; i < b.n; ++i) run(i, std::get<k>(columns.values).data()...);
  // GCC 12 at -O1 may write the address of one array of `columns` as a multiple of another's, loses track of what
  // points where, takes this function for one without effects and drops calls of it. This is an effect that it sees.
  asm volatile("" ::: "memory");
}

template <class Op, class In, class... Out>
void run_block(const Block<In, Out...>& b) {
  constexpr auto kOutputs = std::index_sequence_for<Out...>();
  if (b.lines == 1 || (!b.packed() && b.along_memory())) return along_memory<Op>(b);
  const bool packed = b.packed();
  const std::int64_t tile = packed ? kPackedTile : kStridedTile;
  for (std::int64_t l = 0; l < b.lines; l += tile) {
    const Block<In, Out...> some = b.some_lines(l, std::min(tile, b.lines - l));
    if (packed)
      across_memory<Op, kPackedTile, true>(some, kOutputs);
    else
      across_memory<Op, kStridedTile, false>(some, kOutputs);
  }
}

template <class In, class... Out, std::size_t... k>
Block<In, Out...> first_block(const Array& x, std::size_t dim, const std::array<const Array*, sizeof...(Out)>& out,
                              bool backward, std::index_sequence<k...>) {
  const auto n = x.sizes()[dim];
  const auto operand = [&]<class T>(T*, const Array& a) {
    const std::int64_t step = a.strides()[dim];
    return Operand<T>{nullptr, backward ? -step : step, 0};
  };
  return {n,
          1,
          backward ? n - 1 : 0,
          backward ? -1 : 1,
          0,
          operand(static_cast<const In*>(nullptr), x),
          {operand(static_cast<Out*>(nullptr), *out[k])...}};
}

/// Whether one of them runs along memory where the other runs across.
inline bool crossed(const Array& x, const Array& out, std::size_t dim) {
  const auto along = [&](const Array& a) {
    for (std::size_t d = 0; d < a.sizes().size(); ++d) {
      if (d != dim && a.sizes()[d] > 1 && std::abs(a.strides()[d]) < std::abs(a.strides()[dim])) return false;
    }
    return true;
  };
  return along(x) != along(out);
}

/// scan() with the positions of the outputs.
template <class Op, class In, class... Out, std::size_t... k>
void scan(const Array& input, std::size_t dim, const std::array<const Array*, sizeof...(Out)>& out, bool backward,
          std::index_sequence<k...> outputs) {
  Array x = input;
  if (x.numel() > kLongLine && !x.overlaps_itself() && crossed(x, *out[0], dim)) {
    // One of the two would use a few bytes of each cache line before it is evicted. Copies know how to turn.
    x = Array::empty_like(*out[0], x.dtype());
    copy(x, input);
  }
  const std::int64_t n = x.sizes()[dim];
  const auto d = static_cast<std::int64_t>(dim);
  const std::int64_t start = backward ? n - 1 : 0;
  const Array first_x = x.select(d, start), first_out[] = {out[k]->select(d, start)...};
  const auto plan = plan_rows<sizeof...(Out) + 1>({&first_out[k]..., &first_x});
  constexpr std::size_t kIn = sizeof...(Out);
  Block<In, Out...> block = first_block<In, Out...>(x, dim, out, backward, outputs);
  block.lines = plan.row;
  block.x.line = plan.row_stride[kIn] / static_cast<std::int64_t>(sizeof(In));
  ((std::get<k>(block.y).line = plan.row_stride[k] / static_cast<std::int64_t>(sizeof(Out))), ...);
  for_each_row(plan, [&](const auto& p) {
    block.x.first = reinterpret_cast<const In*>(p[kIn]);
    ((std::get<k>(block.y).first = reinterpret_cast<Out*>(p[k])), ...);
    run_block<Op>(block);
  });
}

}  // namespace scans

/// Runs Op along dimension `dim` (not negative) of x. Output k, of x's sizes and any strides, gets running value k of
/// each index after its element; the first may be x itself. A 0-dimensional x is one element.
template <class In, class... Out, class Op>
void scan(Op op, const Array& x, std::int64_t dim, const std::array<const Array*, sizeof...(Out)>& out,
          ScanOrder order = ScanOrder::Forward) {
  static_assert(std::tuple_size_v<scans::State<Op>> == sizeof...(Out), "one output for each running value");
  if (x.numel() == 0) return;
  if (x.dim() == 0) {
    std::array<Array, sizeof...(Out)> lines;
    std::array<const Array*, sizeof...(Out)> pointers;
    for (std::size_t k = 0; k < lines.size(); ++k) pointers[k] = &(lines[k] = out[k]->unsqueeze(0));
    return scan<In, Out...>(op, x.unsqueeze(0), 0, pointers, order);
  }
  scans::scan<Op, In, Out...>(x, static_cast<std::size_t>(dim), out, order == ScanOrder::Backward,
                              std::index_sequence_for<Out...>());
}

}  // namespace xgrad::kernels
