#include "op_table.hpp"

namespace xgrad::op_table {

using T = const Tensor&;

std::vector<Row> shape_rows() {
  return {
      row(
          "view",
          [](T x) {
            return view(x, {3, -1});
          },
          kLayoutMatters),
      row(
          "view.scalar", [](T x) { return x.view({}); }, kLayoutMatters),
      row(
          "view_as", [](T x, T y) { return view_as(x, y); }, kLayoutMatters),
      row("reshape",
          [](T x) {
            return reshape(x, {3, 4});
          }),
      row("reshape_as", [](T x, T y) { return reshape_as(x, y); }),
      row("flatten", [](T x) { return flatten(x); }),
      row("flatten.1", [](T x) { return x.flatten(1); }),
      row("flatten.0.1", [](T x) { return flatten(x, 0, 1); }),
      row("flatten.1.0", [](T x) { return flatten(x, 1, 0); }),
      row("squeeze", [](T x) { return squeeze(x); }),
      row("squeeze.1", [](T x) { return squeeze(x, 1); }),
      row("unsqueeze.1", [](T x) { return unsqueeze(x, 1); }),
      row("unsqueeze.-1", [](T x) { return x.unsqueeze(-1); }),
      row("permute",
          [](T x) {
            return permute(x, {2, 0, 1});
          }),
      row("permute.repeated",
          [](T x) {
            return permute(x, {0, 0, 1});
          }),
      row("transpose", [](T x) { return transpose(x, 0, -1); }),
      row("t", [](T x) { return t(x); }),
      row("expand",
          [](T x) {
            return expand(x, {2, 3, -1});
          }),
      row("expand_as", [](T x, T y) { return expand_as(x, y); }),
      row("broadcast_to",
          [](T x) {
            return broadcast_to(x, {2, 3});
          }),
      row("contiguous", [](T x) { return contiguous(x.t()); }),
      row("clone", [](T x) { return clone(x); }),
      row("to.float64", [](T x) { return to(x, kFloat64); }),
      row("to.float32", [](T x) { return x.to(kFloat32); }),
      row("to.int64", [](T x) { return x.to(kInt64); }),
      row("to.int8", [](T x) { return x.to(kInt8); }),
      row("to.uint8", [](T x) { return x.to(kUInt8); }),
      row("to.bool", [](T x) { return x.to(kBool); }),
      row("select", [](T x) { return select(x, 0, 1); }),
      row("select.-1", [](T x) { return x.select(-1, -1); }),
      row("slice", [](T x) { return slice(x, 0, 1); }),
      row("slice.step", [](T x) { return x.slice(1, -3, 10, 2); }),
      row("narrow", [](T x) { return narrow(x, 1, 1, 2); }),
      row(
          "as_strided",
          [](T x) {
            return as_strided(x, {2, 2}, {3, 1}, 1);
          },
          kLayoutMatters),
      row(
          "as_strided.overlapping",
          [](T x) {
            return x.as_strided({3, 2}, {1, 1});
          },
          kLayoutMatters),
      row(
          "as_strided.expanded",
          [](T x) {
            return x.as_strided({3, 2}, {0, 1});
          },
          kLayoutMatters),
      row("unbind", [](T x) { return unbind(x, 1); }),
      row("split", [](T x) { return split(x, 2); }),
      row("split.1", [](T x) { return x.split(2, 1); }),
      row("chunk", [](T x) { return chunk(x, 2); }),
      row("chunk.3.1", [](T x) { return x.chunk(3, 1); }),
      row("cat", [](const Arguments& in) { return cat(in); }),
      row("cat.1", [](const Arguments& in) { return cat(in, 1); }),
      row("cat.-1", [](const Arguments& in) { return cat(in, kw::dim = -1); }),
      row("stack", [](const Arguments& in) { return stack(in); }),
      row("stack.1", [](const Arguments& in) { return stack(in, 1); }),
      row("stack.-1", [](const Arguments& in) { return stack(in, kw::dim = -1); }),
  };
}

std::vector<Row> indexing_rows() {
  return {
      row("index.int", [](T x) { return x[1]; }),
      row("index.negative", [](T x) { return x.index({-1}); }),
      row("index.slice", [](T x) { return x[Slice(0, 2)]; }),
      row("index.slice.step", [](T x) { return x.index({Slice(None, None, 2)}); }),
      row("index.none", [](T x) { return x.index({None}); }),
      row("index.ellipsis", [](T x) { return x.index({"..."}); }),
      row("index.int.int",
          [](T x) {
            return x.index({1, 2});
          }),
      row("index.slice.int",
          [](T x) {
            return x.index({Slice(), 1});
          }),
      row("index.ellipsis.int",
          [](T x) {
            return x.index({Ellipsis, 0});
          }),
      row("index.none.slice.none",
          [](T x) {
            return x.index({None, Slice(1, None), None});
          }),
      row("index.ellipsis.none.int",
          [](T x) {
            return x.index({Ellipsis, None, 1});
          }),
      row("index.bool", [](T x) { return x.index({true}); }),
      row("index.false", [](T x) { return x.index({false}); }),
      row("index.empty", [](T x) { return x.index({Slice(2, 1)}); }),
      row("index.last", [](T x) { return x.index({Slice(-1)}); }),
      row("index.too_far", [](T x) { return x[7]; }),
      row("index_put_.tensor",
          [](T x, T y) {
            Tensor out = x.clone();
            return out.index_put_({Slice(), Slice(1, 3)}, y);
          }),
      row("index_put_.scalar",
          [](T x) {
            Tensor out = x.clone();
            out[1].index({Ellipsis}) = 2.5;
            return out;
          }),
  };
}

}  // namespace xgrad::op_table
