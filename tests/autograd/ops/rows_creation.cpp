#include <xgrad/autograd/ops/grids.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using Type = std::optional<ScalarType>;

static TensorOptions options(Type dtype) { return dtype ? TensorOptions(*dtype) : TensorOptions(); }

OP_FAMILY(creation) {
  const std::vector<Values> shapes{{D{2, 3}}, {D{}}, {D{2, 0}, kBool}, {D{3}, kFloat64}, {D{-1}}, {D{2}, kInt64}};
  const Samples sizes = with({Sample(Values{})}, shapes);
  const Samples like = with(few_samples(), {{}, {kFloat32}});
  return {
      row("arange", [](Scalar end, Type d) { return arange(end, options(d)); },
          {{5}, {2.5}, {5, kFloat64}, {2, kBool}, {0}, {-1}, {true}, {kNaN}}),
      row("arange.start", [](Scalar from, Scalar end, Type d) { return arange(from, end, options(d)); },
          {{2, 5}, {0.5, 2}, {2, 2}, {3, 2}, {1, 4, kInt32}}),
      row("arange.start_step",
          [](Scalar from, Scalar end, Scalar step, Type d) { return arange(from, end, step, options(d)); },
          {{10, -3, -4},
           {0.0, 1.0, 0.3},
           {1, 2.5, 0.5, kFloat64},
           {2, 2, 1},
           {2, 5, -1},
           {2, 5, 0},
           {0, kInf, 1},
           {0, 5, kNaN},
           {0, 3, 1, kBool},
           {0, 1e-300, 1e-320},
           {0, 1, 1e-50},
           {0, kInf, 1, kInt64},
           {0, 1e30, 1e30, kUInt8},
           {kNaN, 1, 1, kInt32},
           {-0.5, 2.5, 1, kInt64},
           {-0.5, 2.5, 1, kInt32},
           {0.0, 2, 0.5, kInt32},
           {0, 3, 1.5, kInt16},
           {-3, 260, 100, kUInt8}}),
      row("linspace", [](Scalar from, Scalar end, Int n, Type d) { return linspace(from, end, n, options(d)); },
          {{-1, 1, 7},
           {0, 1, 10, kFloat64},
           {3, 4, 1},
           {3, 4, 0},
           {0, 10, 4, kInt64},
           {0, 1, -1},
           {0, 1, 0, kBool},
           {0.5, 1, 1, kBool},
           {0, 1, 2, kBool},
           {0, 300, 3, kUInt8},
           {0, 300, 1, kUInt8},
           {300, 0, 1, kUInt8},
           {300, 0, 0, kUInt8},
           {-1, 5, 2, kUInt8},
           {0, kInf, 2, kInt64}}),
      row("logspace",
          [](Scalar from, Scalar end, Int n, double base, Type d) { return logspace(from, end, n, base, options(d)); },
          {{-1, 1, 7, 10.0},
           {0, 1, 10, 2.0, kFloat64},
           {3, 4, 1, 10.0},
           {3, 4, 0, 10.0},
           {0, 4, 5, 2.0, kInt64},
           {0.5, 2.5, 4, 3.0, kFloat64},
           {0, 1, -1, 10.0},
           {0, 1, 3, 10.0, kBool},
           {2.5, 1, 1, 10.0, kBool},
           {300, 1, 0, 10.0, kUInt8},
           {2.5, 300, 1, 10.0, kInt32},
           {2.5, 0, 1, 10.0, kUInt8},
           {300, 0, 1, 10.0, kFloat32},
           {300, 0, 2, 10.0, kUInt8},
           {0, -1e39, 2, 10.0, kFloat32},
           {0, kNaN, 2, 10.0, kInt64}}),
      row("one_hot", [](T x, Int n) { return one_hot(x, n); },
          {{v({1, 0, 3}, kInt64), -1},
           {v({1, 0, 3}, kInt64), 6},
           {t({}, kUInt8).to(kInt64), -1},
           {m({{1, 0}, {2, 1}}, kInt64), -1},
           {t({0}, kInt64), 3},
           {t({0}, kInt64), -1},
           {v({1, -1}, kInt64), -1},
           {v({1, 3}, kInt64), 3},
           {t({3}), -1},
           {t({3}, kFloat32), -1},
           {t({3}, kBool), -1},
           {v({kNaN}), -1},
           {t({1500}, kInt64, 1, {0, 3}), -1}}),
      row("tril_indices", [](Int r, Int c, Int k, Type d) { return tril_indices(r, c, k, options(d)); },
          {{3, 4, 0, kInt64},
           {4, 3, 1, kInt64},
           {3, 3, -1, kInt32},
           {0, 3, 0, kInt64},
           {3, 3, -5, kInt64},
           {-1, 2, 0, kInt64}}),
      row("triu_indices", [](Int r, Int c, Int k, Type d) { return triu_indices(r, c, k, options(d)); },
          {{3, 4, 0, kInt64},
           {4, 3, 1, kInt64},
           {3, 3, -1, kInt32},
           {0, 3, 0, kInt64},
           {3, 3, 5, kInt64},
           {3, 3, 0, kFloat64},
           {2, -1, 0, kInt64}}),
      row("meshgrid",
          [](TensorList x, std::optional<std::string> how) { return how ? meshgrid(x, *how) : meshgrid(x); },
          {{list({t({2}), t({3}, kFloat64, 2)})},
           {list({t({2}), t({3}, kFloat64, 2)}), "xy"},
           {list({t({2}), t({}, kFloat64, 2), t({2}, kFloat64, 3)}), "ij"},
           {list({t({2}), t({3}, kFloat64, 2), t({2}, kFloat64, 3)}), "xy"},
           {list({t({3}, kFloat32)}), "xy"},
           {list({t({0}), t({3}, kFloat64, 2)})},
           {list({t({2}, kInt64), t({3}, kInt64, 2)})},
           {list({t({2}, kBool), t({3}, kBool, 2)})},
           {list({t({2}), t({3}, kFloat32)})},
           {list({t({2}), t({3})}), "ji"},
           {list({})},
           {list({rough({v({kNaN, kInf})}).in[0].get<Tensor>(), t({1031})})}}),
      row("cartesian_prod", [](TensorList x) { return cartesian_prod(x); },
          {{list({t({2}), t({3}, kFloat64, 2)})},
           {list({t({2}), t({2}, kFloat64, 2), t({2}, kFloat64, 3)})},
           {list({t({3}, kFloat32)})},
           {list({t({0}), t({3}, kFloat64, 2)})},
           {list({t({2}, kInt64), t({3}, kInt64, 2)})},
           {list({t({2}, kBool), t({3}, kBool, 2)})},
           {list({t({2}), t({}, kFloat64, 2)})},
           {list({t({2}), t({3}, kFloat32)})},
           {list({rough({v({kNaN, kInf})}).in[0].get<Tensor>(), t({1000})})}}),
      row(
          "combinations", [](T x, Int r, bool again) { return combinations(x, r, again); },
          with({{t({4})},
                {t({2})},
                {t({1})},
                {t({0})},
                {t({})},
                {t({2, 2})},
                {t({4}, kFloat32)},
                {t({4}, kInt64)},
                {t({4}, kBool)},
                rough({v({kNaN, kInf, 1})})},
               {{2, false}, {2, true}, {3, false}, {3, true}, {1, false}, {0, false}, {-1, false}}) +
              Samples{rough({t({1031}), 1, false}), rough({t({20}), 2, true})}),
      row("eye", [](Int n, Type d) { return eye(n, options(d)); }, {{3}, {0}, {2, kInt64}, {-1}}),
      row("eye.m", [](Int n, Int m, Type d) { return eye(n, m, options(d)); },
          {{2, 4}, {3, 1, kInt64}, {2, 0}, {2, -1}}),
      row(
          "zeros", [](IntArrayRef size, Type d) { return zeros(size, options(d)); }, sizes),
      row(
          "ones", [](IntArrayRef size, Type d) { return ones(size, options(d)); }, sizes),
      row("full", [](IntArrayRef size, Scalar x, Type d) { return full(size, x, options(d)); },
          {{D{2}, 3},
           {D{2, 2}, 2.5},
           {D{}, true},
           {D{-1}, 1},
           {D{2}, 2.5, kInt64},
           {D{0}, 1.5},
           {D{2}, 300, kUInt8},
           {D{2}, -1, kUInt8},
           {D{2}, -255, kUInt8},
           {D{2}, -256, kUInt8},
           {D{2}, -0.5, kUInt8},
           {D{2}, 255.5, kUInt8},
           {D{0}, 300, kUInt8},
           {D{2}, 128, kInt8},
           {D{2}, -128.5, kInt8},
           {D{2}, 40000, kInt16},
           {D{2}, 2147483648.0, kInt32},
           {D{2}, kNaN, kInt32},
           {D{2}, 1e30, kInt64},
           {D{2}, kInf, kInt64},
           {D{2}, 1e39, kFloat32},
           {D{2}, 1e30, kBool},
           {D{2}, kNaN, kBool}}),
      row("scalar_tensor", [](Scalar x, Type d) { return scalar_tensor(x, options(d)); },
          {{3}, {2.5}, {true}, {3, kInt64}, {2.5, kInt64}, {2.5, kFloat64}, {0, kBool}, {300, kUInt8}}),
      // Uninitialised memory: zeros are written to it, and what is compared is where.
      row(
          "empty", [](IntArrayRef size, Type d) { return Tensor(empty(size, options(d)).zero_()); }, sizes)
          .as("F.empty"),
      row("empty_strided",
          [](IntArrayRef size, IntArrayRef stride, Type d) {
            return Tensor(empty_strided(size, stride, options(d)).zero_());
          },
          {{D{2, 3}, D{1, 2}},
           {D{2, 3}, D{7, 2}, kFloat64},
           {D{3}, D{2}, kInt64},
           {D{}, D{}},
           {D{0, 3}, D{3, 1}},
           {D{2, 3}, D{1}},
           {D{-1}, D{1}},
           {D{2}, D{-1}}})
          .as("F.empty_strided"),
      row(
          "empty_like", [](T x, Type d) { return Tensor(empty_like(x, options(d.value_or(x.dtype()))).zero_()); }, like)
          .as("F.empty_like")
          .without(kError, "takes every dtype"),
      row(
          "new_empty", [](T x, IntArrayRef size, Type d) { return Tensor(x.new_empty(size, options(d)).zero_()); },
          with(few_samples(), shapes))
          .as("F.new_empty"),
      // Memory of a tensor's, which the deleter keeps.
      row(
          "from_blob",
          [](T x, IntArrayRef size) {
            const Tensor memory = x.contiguous();
            return from_blob(
                memory.data_ptr(), size, [memory](void*) {}, TensorOptions(x.dtype()));
          },
          with(few_samples(), {{D{0}}, {D{0, 3}}}) +
              Samples{{t({2, 3}), D{3, 2}}, {t({2, 3}), D{2, 2}}, {t({2, 3}), D{}}, {t({6}, kInt64), D{2, 3}}})
          .constants({0})
          .without(kError, "PyTorch aborts: tensor_test.cpp"),
      row(
          "from_blob.strides",
          [](T x, IntArrayRef size, IntArrayRef strides) {
            const Tensor memory = x.contiguous();
            return from_blob(
                memory.data_ptr(), size, strides, [memory](void*) {}, TensorOptions(x.dtype()));
          },
          with(few_samples(), {{D{0}, D{1}}, {D{0, 3}, D{3, 1}}}) + Samples{{t({2, 3}), D{3, 2}, D{1, 3}},
                                                                            {t({2, 3}), D{2, 2}, D{3, 2}},
                                                                            {t({2, 3}), D{2, 2}, D{0, 1}},
                                                                            {t({6}, kInt64), D{2, 3}, D{3, 1}}})
          .constants({0})
          .without(kError, "PyTorch aborts: tensor_test.cpp"),
      row("tensor", [](const std::vector<double>& list, Type d) { return tensor(list, options(d)); },
          {{std::vector<double>{1, 2.5}}, {std::vector<double>{}}, {std::vector<double>{1, 2.5}, kFloat64}}),
      row(
          "zeros_like", [](T x, Type d) { return zeros_like(x, options(d.value_or(x.dtype()))); }, like)
          .without(kError, "takes every dtype"),
      row(
          "ones_like", [](T x, Type d) { return ones_like(x, options(d.value_or(x.dtype()))); }, like)
          .without(kError, "takes every dtype"),
      row(
          "full_like", [](T x, Scalar c, Type d) { return full_like(x, c, options(d.value_or(x.dtype()))); },
          with(few_samples(), {{2.5}, {3, kFloat32}, {-1, kUInt8}, {300, kUInt8}})),
      row(
          "new_zeros", [](T x, IntArrayRef size, Type d) { return x.new_zeros(size, options(d)); },
          with(few_samples(), shapes)),
      row(
          "new_ones", [](T x, IntArrayRef size, Type d) { return x.new_ones(size, options(d)); },
          with(few_samples(), shapes)),
      row(
          "new_full", [](T x, IntArrayRef size, Scalar c, Type d) { return x.new_full(size, c, options(d)); },
          with(few_samples(), {{D{2, 3}, 2.5},
                               {D{}, 3, kFloat32},
                               {D{2, 0}, 1},
                               {D{-1}, 1},
                               {D{2}, true, kBool},
                               {D{2}, 300, kUInt8}})),
  };
}

/// Draws: both sides start from the same seed.
OP_FAMILY(random) {
  const std::vector<Values> shapes{{D{3, 7}}, {D{4, 5}, kFloat64}, {D{}}, {D{0}}, {D{-1}}, {D{2}, kInt64}, {D{131}}};
  const Samples sizes = with({Sample(Values{})}, shapes);
  const Samples x = few_samples() + Samples{{t({4, 5})}, {t({17}, kFloat32)}, {t({2, 3, 2}).transpose(0, 2)}};
  const Samples p{{t({2, 5}, Range{0, 1})},
                  {t({}, Range{0, 1})},
                  {t({0})},
                  {t({3}, kFloat32, 1, {0, 1})},
                  {t({3}, kInt64)},
                  {t({3}, kBool)},
                  rough({t({31, 37}, Range{0, 1})}),
                  rough({v({0, 1, kNaN, kInf})}),
                  {v({0.5, 1.5})}};
  return {
      row(
          "rand", [](IntArrayRef size, Type d) { return rand(size, options(d)); }, sizes),
      row(
          "randn", [](IntArrayRef size, Type d) { return randn(size, options(d)); }, sizes),
      row("randint",
          [](Int high, IntArrayRef size, Type d) {
            return randint(high, size, d ? TensorOptions(*d) : TensorOptions());
          },
          {{7, D{5}}, {7, D{5}, kFloat32}, {1, D{2, 2}}, {0, D{3}}, {300, D{4}, kUInt8}, {5, D{0}}}),
      row("randint.low",
          [](Int low, Int high, IntArrayRef size, Type d) {
            return randint(low, high, size, d ? TensorOptions(*d) : TensorOptions());
          },
          {{-3, 10, D{4, 3}}, {2, 1, D{2}}, {0, Int{1} << 40, D{5}}, {-3, 10, D{4, 3}, kFloat64}}),
      row("randperm", [](Int n, Type d) { return randperm(n, options(d)); },
          {{9}, {0}, {100, kFloat32}, {-1}, {300, kUInt8}}),
      row("normal", [](double mean, double std, IntArrayRef size) { return normal(mean, std, size); },
          {{2.0, 3.0, D{3, 2}}, {0.0, 1.0, D{20}}, {0.0, -1.0, D{2}}, {0.0, 0.0, D{2}}}),
      row(
          "normal.Tensor_float", [](T mean, double std) { return normal(mean, std); },
          rough(Samples{{t({2, 3}), 2.0},
                        {t({3, 7}).t(), 2.0},
                        {t({}), 1.0},
                        {t({0}), 1.0},
                        {t({17}, kFloat32), 0.5},
                        {t({2}), -1.0},
                        {t({3}, kInt64), 1.0},
                        {t({3}, kBool), 1.0},
                        rough({t({31, 37}), 1.0}),
                        rough({v({kNaN, kInf}), 1.0})}))
          .without_slopes("its derivatives are zeros, as PyTorch's are: of a draw there are no slopes")
          .draws(),
      row(
          "normal.float_Tensor", [](double mean, T std) { return normal(mean, std); },
          rough(Samples{{2.0, t({2, 3}, Range{0, 2})},
                        {2.0, t({3, 7}, Range{0, 2}).t()},
                        {1.0, t({}, Range{0, 2})},
                        {1.0, t({0})},
                        {0.5, t({17}, kFloat32, 1, {0, 2})},
                        {1.0, t({2})},
                        {1.0, t({3}, kUInt8)},
                        {1.0, t({3}, kBool)},
                        rough({1.0, t({31, 37}, Range{0, 2})}),
                        rough({1.0, v({kNaN, kInf})})}))
          .without_slopes("its derivatives are zeros, as PyTorch's are: of a draw there are no slopes")
          .draws(),
      row(
          "normal.Tensor_Tensor", [](T mean, T std) { return normal(mean, std); },
          rough(Samples{{t({2, 3}), t({2, 3}, Range{0, 2})},
                        {t({7, 3}), t({3, 7}, Range{0, 2}).t()},
                        {t({2, 3}), t({3}, Range{0, 2})},
                        {t({3}), t({}, Range{0, 2})},
                        {t({0}), t({0})},
                        {t({17}, kFloat32), t({17}, kFloat32, 1, {0, 2})},
                        {t({3}), t({3}, kFloat32, 1, {0, 2})},
                        {t({3}), t({3})},
                        {t({3}, kInt64), t({3}, kUInt8)},
                        {t({3}, kBool), t({3}, kBool)},
                        rough({t({31, 37}), t({31, 37}, Range{0, 2})}),
                        rough({v({kNaN, kInf}), v({1, 1})})}))
          .without_slopes("its derivatives are zeros, as PyTorch's are: of a draw there are no slopes")
          .draws(),
      row(
          "bernoulli.p", [](T x, double q) { return bernoulli(x, q); }, with(x, {{0.3}, {1.5}}))
          .draws(),
      row("bernoulli.Tensor", [](T x, T q) { return x.bernoulli(q); },
          {{t({2, 3}), t({2, 3}, Range{0, 1})},
           {t({3, 2}).t(), t({3, 2}, Range{0, 1}).t()},
           {t({2, 3}), t({3}, Range{0, 1})},
           {t({}), t({}, Range{0, 1})},
           {t({0}), t({0})},
           {t({3}, kInt64), t({3}, Range{0, 1})},
           {t({3}, kBool), t({3}, Range{0, 1})},
           {t({3}, kFloat32), t({3}, kFloat32, 1, {0, 1})},
           {v({kNaN, kInf}), v({0.5, 0.5})},
           {t({2}), v({0.5, 1.5})},
           rough({t({31, 37}), t({31, 37}, Range{0, 1})})})
          .draws()
          .constants({0, 1})
          .words(kWrong, {"Expected p_in >="}),
      row(
          "randint_like", [](T x, Int high) { return randint_like(x, high); }, with(x, {{7}, {0}}))
          .draws()
          .constants({0}),
      row(
          "randint_like.low", [](T x, Int low, Int high) { return randint_like(x, low, high); },
          with(x, {{2, 9}, {3, 3}}))
          .draws()
          .constants({0}),
      row("multinomial", [](T w, Int n, bool replacement) { return multinomial(w, n, replacement); },
          {{t({5}, Range{0, 1}), 3, false},
           {t({5}, Range{0, 1}), 9, true},
           {t({2, 5}, Range{0, 1}), 2, false},
           {t({2, 5}, Range{0, 1}), 7, true},
           {t({2, 5}, Range{0, 1}), 1, true},
           {t({5, 2}, Range{0, 1}).t(), 3, false},
           {v({0, 1, 3, 0, 2}, kFloat32), 3, false},
           {v({0, 1, 3, 0, 2}, kFloat32), 20, true},
           {t({5}, Range{0, 1}), 6, false},
           {t({5}, Range{0, 1}), 0, true},
           {t({}), 1, false},
           {t({2, 2, 2}), 1, false},
           {t({3}, kInt64), 1, false},
           {t({3}, kBool), 1, false},
           {v({0, 0}), 1, false},
           {v({0, 0}), 2, true},
           {v({1, -1}), 1, false},
           {v({1, -1}), 2, true},
           {v({1, kNaN}), 1, false},
           {v({1, kInf}), 2, true},
           {t({0, 3}), 2, false},
           {t({1500}, Range{0, 1}), 40, false},
           {t({1500}, Range{0, 1}), 40, true}})
          .draws(),
      row(
          "rand_like", [](T x) { return rand_like(x); }, x)
          .draws(),
      row(
          "randn_like", [](T x) { return randn_like(x); }, x)
          .draws(),
      row(
          "bernoulli", [](T p) { return bernoulli(p); }, p + Samples{{t({5, 2}, Range{0, 1}).t()}})
          .draws()
          .words(kWrong, {"Expected p_in >="}),
      in_place_row(
          "uniform_", [](Tensor& x, double a, double b) { x.uniform_(a, b); },
          with(x, {{-1.0, 3.0}, {0.0, 1.0}, {1.0, 0.0}}))
          .draws(),
      in_place_row(
          "normal_", [](Tensor& x, double a, double b) { normal_(x, a, b); }, with(x, {{1.0, 2.0}, {0.0, -1.0}}))
          .draws(),
      in_place_row(
          "random_", [](Tensor& x) { random_(x); }, x)
          .draws()
          .without(kError, "takes every dtype"),
      in_place_row(
          "random_.to", [](Tensor& x, Int to) { x.random_(to); }, with(x, {{9}, {300}, {0}}))
          .draws(),
      in_place_row(
          "random_.from", [](Tensor& x, Int a, Int b) { x.random_(a, b); }, with(x, {{3, 9}, {3, 3}, {-5, 300}}))
          .draws(),
      in_place_row(
          "bernoulli_", [](Tensor& x, double q) { x.bernoulli_(q); }, with(x, {{0.3}, {0.0}, {1.0}, {1.5}}))
          .draws(),
      in_place_row("bernoulli_.tensor", [](Tensor& x, T q) { bernoulli_(x, q); },
                   {{t({2, 3}), t({2, 3}, Range{0, 1})},
                    {t({3, 2}).t(), t({3, 2}, Range{0, 1}).t()},
                    {t({2, 3}), t({3}, Range{0, 1})},
                    {t({}), t({}, Range{0, 1})},
                    {t({0}), t({0})},
                    {t({3}, kInt64), t({3}, Range{0, 1})},
                    {t({3}, kBool), t({3}, Range{0, 1})},
                    {t({3}, kFloat32), t({3}, kFloat32, 1, {0, 1})},
                    {t({3}), t({3}, kInt64)},
                    {t({2}), v({0.5, 1.5})},
                    rough({t({31, 37}), t({31, 37}, Range{0, 1})}),
                    rough({t({2}), v({kNaN, kInf})})})
          .draws()
          .constants({1})
          .words(kWrong, {"Expected p_in >="}),
      in_place_row(
          "exponential_", [](Tensor& x, double l) { exponential_(x, l); }, with(x, {{2.0}, {-1.0}}))
          .draws(),
  };
}

}  // namespace xgrad::op_table
