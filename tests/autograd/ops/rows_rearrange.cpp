#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using OptionalInt = std::optional<std::int64_t>;

static constexpr const char* kAny = "takes every shape and dtype";

/// Matrices, and what is none.
static Samples matrices() {
  return {{t({3, 4})},
          {t({4, 3})},
          {t({2, 3, 3})},
          {t({3, 4}, kFloat32)},
          {t({3, 3}, kInt64)},
          {t({3, 3}, kInt8)},
          {t({3, 3}, kBool)},
          {t({0, 3})},
          {t({3, 0})},
          {t({5})},
          {t({})},
          {t({4, 3}).t()},
          rough({t({37, 41})}),
          rough({m({{kNaN, 1}, {kInf, 2}})})};
}

static Samples lists() {
  return {{list({t({2, 3}), t({2, 3}, kFloat64, 2)})},
          {list({t({2, 3}), t({1, 3}, kFloat64, 2)})},
          {list({t({3}), t({3}, kFloat64, 2)})},
          {list({t({3}), t({2}, kFloat64, 2)})},
          {list({t({}), t({}, kFloat64, 2)})},
          {list({t({3}), t({3, 2}, kFloat64, 2)})},
          {list({t({2, 3, 2}), t({2, 3, 2}, kFloat64, 2)})},
          {list({t({2}, kInt64), t({2})})},
          {list({t({2}, kFloat32), t({2}, kFloat32, 2)})},
          {list({t({3}, kBool), t({3}, kUInt8)})},
          {list({t({0}), t({2})})},
          {list({t({2, 0})})},
          {list({t({2}), t({1, 2, 1})})},
          rough({list({t({31, 37}), t({31, 37}, kFloat64, 2)})}),
          rough({list({v({kNaN, 1}), v({kInf, -kInf})})}),
          {list({})}};
}

/// A function of a list of tensors.
template <class F>
static Row list_row(const char* name, F f) {
  return row(std::string(name), f, lists());
}

OP_FAMILY(rearrange) {
  const Samples x = shape_samples(), square = matrices();
  const Samples blocks{{list({t({2, 3}), t({1, 2}, kFloat64, 2)})},
                       {list({t({3}), t({}, kFloat64, 2), t({2, 2})})},
                       {list({t({2}, kInt64), t({2})})},
                       {list({t({2}, kFloat32)})},
                       {list({t({3}, kBool), t({3}, kBool)})},
                       {list({t({0, 2}), t({2})})},
                       rough({list({t({31, 37})})}),
                       rough({list({v({kNaN, kInf})})})};
  return {
      row(
          "flip", [](T x, IntArrayRef d) { return flip(x, d); },
          with(x, {{D{0}}, {D{-1, 0}}, {D{}}, {D{0, 0}}, {D{9}}})),
      row(
          "fliplr", [](T x) { return x.fliplr(); }, x),
      row(
          "flipud", [](T x) { return x.flipud(); }, x),
      row(
          "roll", [](T x, IntArrayRef s, IntArrayRef d) { return roll(x, s, d); },
          with(x, {{D{1}, D{}}, {D{-2}, D{0}}, {D{1, 5}, D{0, -1}}, {D{}, D{}}, {D{1, 2}, D{0}}, {D{1}, D{7}}})),
      row(
          "rot90", [](T x, Int k, IntArrayRef d) { return rot90(x, k, d); },
          with(square,
               {{1, D{0, 1}}, {2, D{0, 1}}, {-1, D{1, 0}}, {4, D{0, -1}}, {1, D{0, 0}}, {1, D{0}}, {1, D{0, 5}}})),
      row(
          "tril", [](T x, Int k) { return tril(x, k); }, [](Tensor& x, Int k) { x.tril_(k); },
          with(square, {{0}, {1}, {-2}, {9}, {-9}})),
      row(
          "triu", [](T x, Int k) { return triu(x, k); }, [](Tensor& x, Int k) { x.triu_(k); },
          with(square, {{0}, {1}, {-2}, {9}, {-9}})),
      row(
          "diagonal", [](T x, Int k, Int a, Int b) { return diagonal(x, k, a, b); },
          with(square, {{0, 0, 1}, {1, 0, 1}, {-1, -1, 0}, {7, 0, 1}, {0, 1, 1}, {0, 0, 5}})),
      row(
          "linalg_diagonal", [](T x, Int k, Int a, Int b) { return linalg_diagonal(x, k, a, b); },
          with(square, {{0, -2, -1}, {1, 0, 1}, {-1, -1, 0}, {0, 1, 1}, {0, 0, 5}})),
      row(
          "diag_embed", [](T x, Int k, Int a, Int b) { return diag_embed(x, k, a, b); },
          with(x, {{0, -2, -1}, {1, 0, 1}, {-1, -1, 0}, {0, 1, 1}, {0, 0, 7}})),
      row(
          "diag", [](T x, Int k) { return diag(x, k); },
          with({{t({3, 4})},
                {t({4, 3}).t()},
                {t({3, 4}, kFloat32)},
                {t({3, 3}, kInt64)},
                {t({3, 3}, kBool)},
                {t({5})},
                {t({0})},
                {t({})},
                {t({2, 2, 2})},
                rough({t({37, 41})}),
                rough({v({kNaN, kInf})})},
               {{0}, {1}, {-1}})),
      row(
          "diagflat", [](T x, Int k) { return diagflat(x, k); },
          with({{t({3})},
                {t({2, 2})},
                {t({})},
                {t({0})},
                {t({2}, kInt64)},
                {t({2}, kBool)},
                {t({2}, kFloat32)},
                rough({t({40})}),
                rough({t({1024})}),
                rough({v({kNaN, kInf})})},
               {{0}, {1}, {-1}}))
          .without(kError, kAny),
      row(
          "trace", [](T x) { return trace(x); }, square),
      row(
          "unfold", [](T x, Int d, Int size, Int step) { return x.unfold(d, size, step); },
          with(x + Samples{{t({7})}, {t({2, 5})}},
               {{0, 2, 1}, {-1, 2, 3}, {0, 1, 1}, {0, 0, 1}, {0, 9, 1}, {0, 1, 0}})),
      row(
          "repeat", [](T x, IntArrayRef n) { return repeat(x, n); },
          with(x, {{D{2}}, {D{2, 3}}, {D{1, 2, 3}}, {D{2, 0, 1}}, {D{2, 1, 1, 2}}, {D{}}, {D{1, 1, -1}}})),
      row(
          "tile", [](T x, IntArrayRef n) { return tile(x, n); },
          with(x, {{D{2}}, {D{2, 3}}, {D{}}, {D{1, 1, 2, 2}}, {D{-1}}})),
      row("repeat_interleave", [](T n) { return repeat_interleave(n); },
          {{v({1, 0, 2}, kInt64)},
           {v({1, 2}, kInt32)},
           {t({0}, kInt64)},
           {v({1, 2})},
           {v({1, -2}, kInt64)},
           {tensor(2, kInt64)},
           {v({1, 1}, kFloat32)},
           {v({1, 1}, kBool)},
           {v({kNaN})},
           {ones({1000}, kInt64)}}),
      row(
          "repeat_interleave.tensor", [](T x, T n, OptionalInt d) { return repeat_interleave(x, n, d); },
          with({{t({2, 3})},
                {t({3}, kInt64)},
                {t({3}, kFloat32)},
                {t({2, 3}, kBool)},
                {t({0})},
                {t({})},
                rough({t({37, 41})}),
                rough({v({kNaN, kInf})})},
               {{v({2, 1}, kInt64), 0},
                {v({1, 0, 2}, kInt64), -1},
                {tensor(2, kInt64)},
                {v({2}, kInt64), 0},
                {v({2, 2}), 0},
                {m({{1, 1}}).to(kInt64), 0}}))
          .words(kSooner, {"Dimension specified as"}),
      row(
          "repeat_interleave.number", [](T x, Int n, OptionalInt d) { return repeat_interleave(x, n, d); },
          with(x, {{2, none}, {3, 0}, {0, -1}, {-1, 0}, {1, 7}}))
          .words(kSooner, {"Dimension specified as"}),
      row(
          "movedim", [](T x, IntArrayRef a, IntArrayRef b) { return movedim(x, a, b); },
          with(x, {{D{0}, D{-1}}, {D{0, 1}, D{1, 0}}, {D{}, D{}}, {D{0, 0}, D{0, 1}}, {D{0, 1}, D{0}}, {D{5}, D{0}}})),
      row(
          "moveaxis", [](T x, IntArrayRef a, IntArrayRef b) { return moveaxis(x, a, b); },
          with(x, {{D{0}, D{-1}}, {D{0}, D{1}}})),
      row(
          "swapaxes", [](T x, Int a, Int b) { return swapaxes(x, a, b); },
          [](Tensor& x, Int a, Int b) { x.swapaxes_(a, b); }, with(x, {{0, -1}, {1, 5}}))
          .reshapes(),
      row(
          "swapdims", [](T x, Int a, Int b) { return swapdims(x, a, b); },
          [](Tensor& x, Int a, Int b) { x.swapdims_(a, b); }, with(x, {{0, -1}, {1, 5}}))
          .reshapes(),
      row(
          "ravel", [](T x) { return ravel(x); }, x + Samples{{t({2, 3}).t()}, {t({3, 2}).select(1, 0)}})
          .without(kError, kAny),
      row(
          "atleast_1d", [](T x) { return atleast_1d(x); }, x)
          .without(kError, kAny),
      row(
          "atleast_2d", [](T x) { return atleast_2d(x); }, x)
          .without(kError, kAny),
      row(
          "atleast_3d", [](T x) { return atleast_3d(x); }, x)
          .without(kError, kAny),
      row(
          "atleast_1d.list", [](TensorList l) { return atleast_1d(l); }, lists())
          .without(kError, kAny),
      row(
          "atleast_2d.list", [](TensorList l) { return atleast_2d(l); }, lists())
          .without(kError, kAny),
      row(
          "atleast_3d.list", [](TensorList l) { return atleast_3d(l); }, lists())
          .without(kError, kAny),
      row(
          "broadcast_tensors", [](TensorList l) { return broadcast_tensors(l); },
          lists() + Samples{{list({t({3, 1}), t({2})})}}),
      list_row("hstack", [](TensorList l) { return hstack(l); }),
      list_row("vstack", [](TensorList l) { return vstack(l); }),
      list_row("row_stack", [](TensorList l) { return row_stack(l); }),
      list_row("dstack", [](TensorList l) { return dstack(l); }),
      list_row("column_stack", [](TensorList l) { return column_stack(l); }),
      row(
          "block_diag", [](TensorList l) { return block_diag(l); }, blocks)
          .without(kError, kAny),
  };
}

OP_FAMILY(parts) {
  const Tensor whole = t({4, 3}), narrow = t({4, 3}, kFloat32);
  return {
      row("slice_scatter",
          [](T x, T src, Int d, OptionalInt from, OptionalInt to, Int step) {
            return slice_scatter(x, src, d, from, to, step);
          },
          {{whole, t({2, 3}, kFloat64, 2), 0, 1, 3, 1},
           {whole, t({4, 2}, kFloat64, 2), 1, none, none, 2},
           {whole, t({1, 3}, kFloat64, 2), -2, -1, none, 1},
           {whole, t({1, 3}), 0, 1, 3, 1},
           {whole, t({4, 3}), 5, none, none, 1},
           {narrow, t({2, 3}), 0, 0, 2, 1},
           {narrow, t({2, 3}, kFloat32, 2), 0, 0, 2, 1},
           {t({3}, kInt64), t({2}, kInt64, 2), 0, 1, 9, 1},
           {t({3}, kBool), t({2}, kBool, 2), 0, 1, 9, 1},
           {t({}), t({}), 0, none, none, 1},
           {t({0, 3}), t({0, 3}), 0, none, none, 1},
           rough({t({40, 31}), t({20, 31}, kFloat64, 2), 0, none, none, 2}),
           rough({v({kNaN, 1, kInf}), v({2}), 0, 1, 2, 1})}),
      row("select_scatter", [](T x, T src, Int d, Int at) { return x.select_scatter(src, d, at); },
          {{whole, t({3}, kFloat64, 2), 0, 1},
           {whole, t({4}, kFloat64, 2), -1, -1},
           {t({2}), t({}, kFloat64, 2), 0, 1},
           {whole, t({2}), 0, 1},
           {whole, t({3}), 0, 9},
           {whole, t({3}), 4, 0},
           {narrow, t({3}), 0, 0},
           {narrow, t({3}, kFloat32, 2), 0, 0},
           {t({3}, kInt64), t({}, kInt64, 2), 0, 1},
           {t({3}, kBool), t({}, kBool, 2), 0, 1},
           {t({}), t({}), 0, 0},
           {t({2, 0}), t({0}), 0, 1},
           rough({t({40, 31}), t({31}, kFloat64, 2), 0, 7}),
           rough({v({kNaN, 1, kInf}), t({}), 0, 1})}),
      row("diagonal_scatter", [](T x, T src, Int k, Int a, Int b) { return diagonal_scatter(x, src, k, a, b); },
          {{whole, t({3}, kFloat64, 2), 0, 0, 1},
           {whole, t({2}, kFloat64, 2), 1, 0, 1},
           {t({2, 3, 3}), t({2, 3}, kFloat64, 2), 0, 1, 2},
           {whole, t({2}), 0, 0, 1},
           {whole, t({3}), 0, 1, 1},
           {narrow, t({3}), 0, 0, 1},
           {narrow, t({3}, kFloat32, 2), 0, 0, 1},
           {t({3, 3}, kInt64), t({3}, kInt64, 2), 0, 0, 1},
           {t({3, 3}, kBool), t({3}, kBool, 2), 0, 0, 1},
           {t({}), t({}), 0, 0, 1},
           {t({0, 3}), t({0}), 0, 0, 1},
           rough({t({40, 31}), t({31}, kFloat64, 2), 0, 0, 1}),
           rough({m({{kNaN, 1}, {kInf, 2}}), t({2}), 0, 0, 1})}),
      in_place_row(
          "fill_diagonal_", [](Tensor& x, Scalar value, bool wrap) { x.fill_diagonal_(value, wrap); },
          with(matrices() + Samples{{t({8, 3})}, {t({3, 8})}, {t({3, 3, 3})}, {t({2, 2, 2, 2})}},
               {{2.5, false}, {3, true}}) +
              Samples{{t({3, 3}, kUInt8), 300, false}, {t({3, 3}, kUInt8), -1, false}}),
  };
}

/// The rows of a split: by a number of parts and at indices.
template <class F, class G>
static void add_split(Rows& rows, const std::string& name, F parts, G at) {
  const Samples x = shape_samples() + Samples{{t({4, 4, 2})}, {t({6})}, {t({3, 3, 3})}};
  rows.push_back(row(name, parts, with(x, {{2}, {1}, {0}, {3}})));
  rows.push_back(row(name + ".indices", at, with(x, {{D{1}}, {D{0, 1, 5}}, {D{-1}}, {D{}}})));
}

OP_FAMILY(splits) {
  const Samples x = shape_samples() + Samples{{t({7, 2})}, {t({2, 5})}};
  Rows rows{
      row(
          "unflatten", [](T x, Int d, IntArrayRef s) { return x.unflatten(d, s); },
          with({{t({2, 6})},
                {t({6}, kInt64)},
                {t({6}, kFloat32)},
                {t({6}, kBool)},
                {t({0, 6})},
                {t({})},
                rough({t({200, 6})}),
                rough({v({kNaN, 1, 2, 3, 4, kInf})})},
               {{-1, D{2, 3}}, {-1, D{3, -1}}, {0, D{5, 2}}, {0, D{}}, {7, D{1}}}))
          .strided(),
      row(
          "tensor_split", [](T x, Int n, Int d) { return tensor_split(x, n, d); },
          with(x, {{2, 0}, {3, -1}, {0, 0}, {2, 7}})),
      row(
          "tensor_split.indices", [](T x, IntArrayRef at, Int d) { return tensor_split(x, at, d); },
          with(x, {{D{1}, 0}, {D{0, 2, 9}, -1}, {D{}, 0}, {D{-1}, 0}})),
      row(
          "tensor_split.tensor", [](T x, T at, Int d) { return tensor_split(x, at, d); },
          with(x, {{tensor(2, kInt64), 0}, {v({1, 2}, kInt64), -1}, {v({1, 2}), 0}, {m({{1}}).to(kInt64), 0}})),
  };
  add_split(
      rows, "hsplit", [](T x, Int n) { return x.hsplit(n); }, [](T x, IntArrayRef at) { return x.hsplit(at); });
  add_split(
      rows, "vsplit", [](T x, Int n) { return x.vsplit(n); }, [](T x, IntArrayRef at) { return x.vsplit(at); });
  add_split(
      rows, "dsplit", [](T x, Int n) { return x.dsplit(n); }, [](T x, IntArrayRef at) { return x.dsplit(at); });
  return rows;
}

}  // namespace xgrad::op_table
