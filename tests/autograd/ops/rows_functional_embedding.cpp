#include <xgrad/nn/functional.hpp>
#include <xgrad/nn/modules/embedding_bag.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

namespace F = nn::functional;
using Int = std::int64_t;

OP_FAMILY(functional_embedding) {
  const Tensor bags = m({{0, 4, 1}, {4, 2, 4}}, kInt64), rows = v({0, 4, 1, 2, 4}, kInt64),
               starts = v({0, 2, 2}, kInt64);
  const auto bag = [](T input, T weight, Value offsets, const char* mode, Value max_norm = none, bool scale = false,
                      Value by = none, bool last = false, Value padding = none) {
    return Sample{input, weight, offsets, max_norm, 2.0, scale, mode, false, by, last, padding};
  };
  Samples taken, refused;
  const auto add = [](Samples& to, std::initializer_list<Sample> more) { to.insert(to.end(), more); };
  for (const char* mode : {"sum", "mean", "max"}) {
    add(taken, {bag(bags, t({5, 3}), none, mode), bag(rows, t({5, 3}), starts, mode),
                bag(bags, t({5, 3}, kFloat32), none, mode),
                bag(rows, t({5, 2}), v({0, 2, 2, 5}, kInt64), mode, none, false, none, true),
                bag(t({0}, kInt64), t({5, 3}), v({0, 0}, kInt64), mode), bag(bags.to(kInt32), t({5, 3}), none, mode),
                rough(bag(rows, t({5, 3}), starts, mode, 1.5)),  // of which PyTorch sees no derivative
                rough(bag(bags, t({5, 3}), none, mode, none, false, none, false, 4)),
                rough(bag(bags, t({31, 37}), none, mode)),
                rough(bag(m({{0, 1}, {2, 2}}, kInt64), m({{kNaN, 1}, {kInf, 2}, {1, -kInf}}), none, mode))});
    add(refused,
        {bag(rows, t({5, 3}), none, mode), bag(bags, t({5, 3}), starts, mode), bag(bags, t({5, 3}, kInt64), none, mode),
         bag(bags, t({5, 3}, kBool), none, mode), bag(v({5, 0}, kInt64), t({5, 3}), v({0}, kInt64), mode)});
  }
  const Tensor early = m({{0, 0, 1}, {0, 2, 4}}, kInt64);  // a row that is taken twice before others
  for (const char* mode : {"sum", "mean"}) {
    add(taken, {rough(bag(v({0, 1, 3, 4}, kInt64), t({5, 3}), v({0, 1}, kInt64), mode, none, true)),
                rough(bag(bags, t({5, 3}, kFloat32), none, mode, none, true))});
    add(refused,
        {differs(rough(bag(early, t({5, 3}), none, mode, none, true)), "Bags scaled by frequency", Compared::Values)});
  }
  const Tensor of_bags = t({2, 3}, kFloat64, 4), of_rows = t({5}, kFloat64, 4);
  add(taken, {bag(bags, t({5, 3}), none, "sum", none, false, of_bags),
              bag(rows, t({5, 3}), starts, "sum", none, false, of_rows)});
  add(refused,
      {bag(rows, t({5, 3}), starts, "mean", none, false, of_rows),
       bag(rows, t({5, 3}), starts, "sum", none, false, of_bags[0]), bag(t({}, kInt64), t({5, 3}), none, "sum"),
       bag(bags, t({5, 3}), none, "median"), bag(rows, t({5, 3}), v({1, 2}, kInt64), "sum")});

  const auto looked_up = [](T input, T weight, Value padding = none, Value max_norm = none, double norm_type = 2.0,
                            bool scale = false) {
    return Sample{input, weight, padding, max_norm, norm_type, scale, false};
  };
  const auto shortened = [&](T input, T weight, double max_norm, double norm_type, Value padding = none) {
    return rough(looked_up(input, weight, padding, max_norm, norm_type));  // no slope shows what was changed before
  };
  return {
      row("embedding.options",
          [](T input, T weight, std::optional<Int> padding, std::optional<double> max_norm, double norm_type,
             bool scale, bool sparse) {
            return F::embedding(input, max_norm ? weight.clone() : weight,
                                F::EmbeddingFuncOptions()
                                    .padding_idx(padding)
                                    .max_norm(max_norm)
                                    .norm_type(norm_type)
                                    .scale_grad_by_freq(scale)
                                    .sparse(sparse));
          },
          {looked_up(bags, t({5, 3})),
           rough(looked_up(bags, t({5, 3}), 4)),
           rough(looked_up(bags, t({5, 3}), -1)),
           looked_up(v({1}, kInt64).view({}), t({5, 3})),
           looked_up(bags.to(kInt32), t({5, 3}, kFloat32)),
           looked_up(bags, t({5, 3}, kInt64)),
           looked_up(bags, t({5, 3}, kBool)),
           shortened(bags, t({5, 3}), 0.9, 2.0),
           shortened(bags, t({5, 3}, kFloat32), 0.9, 1.0),
           shortened(rows, t({5, 3}), 0.5, kInf),
           shortened(rows, t({5, 3}), 0.7, 3.0, 1),
           shortened(bags, t({5, 3}), 100.0, 2.0),
           shortened(bags, t({31, 37}), 1.0, 2.0),
           shortened(v({0, 1, 0}, kInt64), m({{kNaN, 1}, {kInf, 2}}), 1.0, 2.0),
           differs(looked_up(t({0}, kInt64), t({5, 3})), "Derivatives of empty tensors", Compared::FirstDerivatives),
           looked_up(bags, t({5, 3}), 5),
           looked_up(bags, t({5, 3}), -6),
           looked_up(v({5}, kInt64), t({5, 3})),
           looked_up(v({5}, kInt64), t({5, 3}), none, 1.0),
           looked_up(v({-1}, kInt64), t({5, 3}), none, 1.0)})
          .as("F.embedding")
          .words(kInner, {"select(): index"}),
      row(
          "embedding_bag",
          [](T input, T weight, T offsets, std::optional<double> max_norm, double norm_type, bool scale,
             const std::string& mode, bool sparse, T by, bool last, std::optional<Int> padding) {
            return F::embedding_bag(input, max_norm ? weight.clone() : weight,  // which is shortened in place
                                    F::EmbeddingBagFuncOptions()
                                        .offsets(offsets)
                                        .max_norm(max_norm)
                                        .norm_type(norm_type)
                                        .scale_grad_by_freq(scale)
                                        .mode(mode)
                                        .sparse(sparse)
                                        .per_sample_weights(by)
                                        .include_last_offset(last)
                                        .padding_idx(padding));
          },
          differ(taken, "Derivatives that PyTorch lacks", Compared::FirstDerivatives) + refused)
          .as("F.embedding_bag")
          .words(kInner, {"if input is 2D", "embedding_bag: Expected idx", "embedding_bag: per_sample_weights was not",
                          "embedding_bag: If per_sample_weights"}),
  };
}

}  // namespace xgrad::op_table
