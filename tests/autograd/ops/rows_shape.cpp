#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using Bound = std::optional<std::int64_t>;

OP_FAMILY(shape) {
  const Samples x = shape_samples();
  const Samples twelve{{t({2, 3, 2})},
                       {t({2, 6})},
                       {t({12}, kFloat32)},
                       {t({12}, kInt64)},
                       {t({12}, kBool)},
                       {t({0})},
                       {t({5})},
                       {t({})},
                       {t({1})},
                       {t({1, 1})},
                       rough({t({33, 36})}),
                       rough({v({kNaN, kInf, 1})})};
  const Samples pairs{{t({2, 3}), t({3, 2})},
                      {t({2, 3}), t({2, 2})},
                      {t({2, 3}), t({2, 3})},
                      {t({3}), t({2, 3})},
                      {t({2}), t({2, 3})},
                      {t({}), t({2})},
                      {t({0}), t({0, 2})},
                      {t({3}, kInt64), t({2, 3}, kInt64)},
                      {t({3}, kBool), t({3})},
                      {t({3}, kFloat32), t({1, 3})},
                      rough({t({33, 36}), t({36, 33})}),
                      rough({t({1, 36}), t({33, 36})}),
                      rough({v({kNaN, kInf}), t({2})})};
  const char* any = "takes every shape and dtype";
  const Samples lists{{list({t({2, 3}), t({1, 3}, kFloat64, 2), t({2, 3}, kFloat64, 3)})},
                      {list({t({2, 3}), t({2, 3}, kFloat64, 2)})},
                      {list({t({3, 3}), t({3, 3}, kFloat64, 2)})},
                      {list({t({2, 3}), t({3, 3}, kFloat32)})},
                      {list({t({2, 3}), t({2, 1})})},
                      {list({t({2}, kInt64), t({3})})},
                      {list({t({0}), t({2, 3})})},
                      {list({t({2, 3}), t({2, 2})})},
                      {list({t({}), t({}, kFloat64, 2)})},
                      {list({t({3}), t({2})})},
                      {list({t({2}, kFloat32), t({2})})},
                      {list({t({2}, kFloat32), t({2}, kFloat32, 2)})},
                      {list({t({2}, kInt64), t({2})})},
                      {list({t({3}, kBool), t({2}, kUInt8)})},
                      {list({t({3}, kBool), t({3}, kBool)})},
                      {list({t({2, 0}), t({2, 0})})},
                      {list({t({2}), t({2}), t({2}), t({2}), t({2})})},
                      rough({list({t({31, 37}), t({31, 37}, kFloat64, 2)})}),
                      rough({list({v({kNaN, 1}), v({kInf, -kInf})})}),
                      {list({})}};
  return {
      row(
          "view", [](T x, IntArrayRef size) { return view(x, size); },
          with(twelve, {{D{3, -1}}, {D{}}, {D{-1}}, {D{-1, -1}}}))
          .strided(),
      row(
          "view.dtype", [](T x, ScalarType dtype) { return x.view(dtype); },
          with(x + Samples{{t({2, 4})},
                           {t({3, 4}, kFloat32)},
                           {t({2, 3}, kFloat32)},
                           {t({2, 16}, kUInt8)},
                           {t({4, 4}, kFloat32).slice(1, 0, 2)},
                           {t({4, 4}, kFloat32).slice(1, 1, 3)},
                           {t({4, 3}, kFloat32).slice(1, 0, 2)},
                           {t({4, 2}).t()}},
               {{kFloat64}, {kInt64}, {kInt32}, {kInt16}}) +
              Samples{{m({{0, 1, 1, 0}, {1, 0, 0, 1}}, kUInt8), kBool}})  // only bytes 0 and 1 are bools
          .strided(),
      row(
          "view_as", [](T x, T y) { return view_as(x, y); }, pairs)
          .strided(),
      row(
          "reshape", [](T x, IntArrayRef size) { return reshape(x, size); },
          with(twelve, {{D{3, 4}}, {D{-1}}, {D{2, -1}}})),
      row(
          "reshape_as", [](T x, T y) { return x.reshape_as(y); }, pairs),
      row(
          "flatten", [](T x, Int from, Int to) { return flatten(x, from, to); },
          with(x, {{0, -1}, {1, -1}, {0, 1}, {1, 0}, {5, 6}})),
      row(
          "squeeze", [](T x) { return squeeze(x); }, [](Tensor& x) { x.squeeze_(); }, x)
          .reshapes()
          .without(kError, any),
      row(
          "squeeze.dim", [](T x, Int d) { return squeeze(x, d); }, [](Tensor& x, Int d) { x.squeeze_(d); },
          with(x, {{1}, {0}, {-1}, {4}}))
          .reshapes(),
      row(
          "split_with_sizes", [](T x, IntArrayRef sizes, Int d) { return split_with_sizes(x, sizes, d); },
          with({{t({5, 2})},
                {t({5}, kInt64)},
                {t({5}, kBool)},
                {t({5, 2}, kFloat32)},
                {t({})},
                rough({t({5, 300})}),
                rough({v({1, kNaN, kInf, 2, 3})})},
               {{D{2, 3}, 0}, {D{1, 0, 4}, 0}, {D{2, 2}, 0}, {D{-1, 6}, 0}}) +
              Samples{{t({0, 2}), D{0, 0}, 0}}),
      row(
          "unsqueeze", [](T x, Int d) { return unsqueeze(x, d); }, [](Tensor& x, Int d) { x.unsqueeze_(d); },
          with(x, {{1}, {-1}, {0}, {-9}}))
          .reshapes(),
      row(
          "permute", [](T x, IntArrayRef d) { return permute(x, d); },
          with(x, {{D{2, 0, 1}}, {D{0, 0, 1}}, {D{1, 0}}, {D{}}, {D{-1, 0}}})),
      row(
          "transpose", [](T x, Int a, Int b) { return transpose(x, a, b); },
          [](Tensor& x, Int a, Int b) { x.transpose_(a, b); }, with(x, {{0, -1}, {0, 1}, {1, 5}}))
          .reshapes(),
      row(
          "t", [](T x) { return t(x); }, [](Tensor& x) { x.t_(); }, x + Samples{{t({4})}, {t({3, 3})}})
          .reshapes(),
      row(
          "adjoint", [](T x) { return x.adjoint(); }, x + Samples{{t({4})}, {t({3, 3})}}),
      row(
          "mT", [](T x) { return x.mT(); }, x + Samples{{t({4})}, {t({3, 3})}}),
      row(
          "mH", [](T x) { return x.mH(); }, x + Samples{{t({4})}, {t({3, 3})}}),
      row(
          "matrix_H", [](T x) { return x.H(); }, x + Samples{{t({4})}, {t({3, 3})}}),
      row(
          "numpy_T", [](T x) { return x.T(); }, x + Samples{{t({4})}, {t({3, 3})}})
          .without(kError, any),
      row(
          "expand", [](T x, IntArrayRef size) { return expand(x, size); },
          with({{t({3, 1})},
                {t({3, 2})},
                {t({1, 3, 2})},
                {t({1})},
                {t({2, 2})},
                {t({3, 0})},
                {t({3, 2}, kInt64)},
                {t({3, 2}, kFloat32)},
                {t({1}, kBool)},
                rough({t({3, 341})}),
                rough({v({kNaN, kInf})})},
               {{D{2, 3, -1}}, {D{2, 3, 2}}}) +
              Samples{{t({}), D{2, 3}}, {t({}), D{}}}),
      row(
          "expand_as", [](T x, T y) { return expand_as(x, y); }, pairs),
      row(
          "broadcast_to", [](T x, IntArrayRef size) { return broadcast_to(x, size); },
          with({{t({3})},
                {t({})},
                {t({2, 1})},
                {t({2})},
                {t({0})},
                {t({3}, kInt64)},
                {t({3}, kFloat32)},
                {t({3}, kBool)},
                rough({t({340, 2, 3})}),
                rough({v({kNaN, kInf, 1})})},
               {{D{2, 3}}, {D{340, 2, 3}}}))
          .words(kTypes, {"expand(CPUDoubleType"}),
      row(
          "contiguous", [](T x) { return contiguous(x); },
          x + Samples{{t({2, 3}).t()}, {t({2, 3}, kInt32).t()}, {t({2, 3, 2}).permute({2, 0, 1})}})
          .without(kError, any),
      row(
          "clone", [](T x) { return clone(x); },
          x + Samples{{t({2, 3}).t()}, {t({2, 3}).slice(1, 0, 3, 2)}, {turned(t({3, 3})).slice(1, 1)}})
          .without(kError, any),
      row(
          "to", [](T x, ScalarType d) { return to(x, d); },
          with(few_samples(), {{kFloat64}, {kFloat32}, {kBool}}) +
              with({{t({2, 3})}, {t({})}, {t({0})}, {t({3}, kFloat32)}, {t({3}, kInt32)}, {t({3}, kBool)}},
                   {{kInt64}, {kInt32}, {kInt16}, {kInt8}}) +
              Samples{{v({300, -200, 127}, kInt64), kInt8},
                      {v({300, -1, 255}, kInt64), kUInt8},
                      {v({1.9, 200.5}), kUInt8},
                      {v({0, -0., kNaN, 0.1}), kBool}})
          .without(kError, any),
      row(
          "to.copy", [](T x, ScalarType d, bool, bool copy) { return to(x, d, copy); },
          with(few_samples(), {{kFloat64, false, true}, {kFloat32, false, true}}))
          .without(kError, any),
      row(
          "select", [](T x, Int d, Int i) { return select(x, d, i); }, with(x, {{0, 1}, {-1, -1}, {0, 9}, {3, 0}})),
      row(
          "slice", [](T x, Int d, Bound from, Bound to, Int step) { return slice(x, d, from, to, step); },
          with(x + Samples{{t({2, 5})}, {t({5}, kInt64)}},
               {{0, 1, none, 1}, {-1, -3, 10, 2}, {0, none, -1, 1}, {1, 2, 1, 1}, {0, 0, 1, 0}})),
      row(
          "narrow", [](T x, Int d, Int from, Int n) { return narrow(x, d, from, n); },
          with(x, {{1, 1, 2}, {0, 0, 1}, {-1, -1, 1}, {0, 0, -1}})),
      row(
          "narrow.Tensor", [](T x, Int d, T from, Int n) { return x.narrow(d, from, n); },
          with(x, {{1, tensor(1), 2}, {0, tensor(0, kInt32), 1}, {-1, tensor(-1), 1}}) +
              Samples{{t({2, 3}), 0, tensor({0}), 1}, {t({2, 3}), 0, tensor(0.5), 1}})
          .constants({2}),
      in_place_row("resize_", [](Tensor& x, IntArrayRef size) { x.resize_(size); },
                   {{t({2, 3}), D{3, 2}},
                    {t({2, 3}), D{4}},
                    {t({2, 3}), D{}},
                    {t({2, 3}), D{2, 0}},
                    {t({}), D{1, 1}},
                    {t({0}), D{3, 0}},
                    {t({4}, kInt64), D{2, 2}},
                    {t({4}, kBool), D{3}},
                    {t({4}, kFloat32), D{2, 1}},
                    {v({kNaN, kInf, 1}), D{2}},
                    {t({31, 37}), D{37, 30}},
                    {t({2, 3}), D{-1}}})
          .constants({0})
          .strided()
          .reshapes()
          .words(kWrong, {"numel: integer multiplication overflow"}),
      in_place_row("resize_as_", [](Tensor& x, T y) { x.resize_as_(y); },
                   {{t({2, 3}), t({3, 2})},
                    {t({2, 3}), t({4}, kInt64)},
                    {t({}), t({1, 1})},
                    {t({0}), t({3, 0})},
                    {t({4}, kBool), t({3})},
                    {t({4}, kFloat32), t({2, 1})},
                    {v({kNaN, kInf, 1}), t({2})},
                    {t({31, 37}), t({37, 30})}})
          .constants({0, 1})
          .strided()
          .reshapes()
          .without(kError, "every shape is one to have"),
      row(
          "as_strided",
          [](T x, IntArrayRef size, IntArrayRef stride, Bound at) { return as_strided(x, size, stride, at); },
          [](Tensor& x, IntArrayRef size, IntArrayRef stride, Bound at) { x.as_strided_(size, stride, at); },
          with({{t({2, 3})},
                {t({6})},
                {t({7})},
                {t({2})},
                {t({})},
                {t({0})},
                {t({7}, kInt64)},
                {t({7}, kBool)},
                {t({7}, kFloat32)},
                rough({t({1031})}),
                rough({v({kNaN, 1, kInf, 2, 3, 4})})},
               {{D{2, 2}, D{3, 1}, 1}, {D{3, 2}, D{1, 1}}, {D{3, 2}, D{0, 1}}, {D{2}, D{1, 1}}}))
          .strided()
          .reshapes(),
      row(
          "unbind", [](T x, Int d) { return unbind(x, d); }, with(x, {{1}, {0}, {-1}})),
      row(
          "split", [](T x, Int n, Int d) { return split(x, n, d); },
          with(x + Samples{{t({5, 2})}, {t({2, 4})}}, {{2, 0}, {2, 1}, {0, 0}, {-1, 0}})),
      row(
          "chunk", [](T x, Int n, Int d) { return chunk(x, n, d); },
          with(x + Samples{{t({5, 2})}, {t({2, 7})}, {t({2, 5})}}, {{2, 0}, {3, 1}, {0, 0}})),
      row(
          "cat", [](TensorList list, Int d) { return cat(list, d); }, with(lists, {{0}, {1}, {-1}, {7}})),
      row(
          "concat", [](TensorList list, Int d) { return concat(list, d); }, with(lists, {{0}, {-1}, {7}})),
      row(
          "concatenate", [](TensorList list, Int d) { return concatenate(list, d); }, with(lists, {{0}, {-1}, {7}})),
      row(
          "stack", [](TensorList list, Int d) { return stack(list, d); }, with(lists, {{0}, {1}, {-1}, {7}}))
          .without(kBroadcast, "shapes have to agree"),
  };
}

}  // namespace xgrad::op_table
