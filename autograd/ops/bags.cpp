#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/kernels/embedding.hpp>
#include <xgrad/autograd/ops/bags.hpp>

namespace xgrad::ops {
namespace {

/// What a node keeps of the bags, after its inputs' tensors.
struct Kept {
  std::int64_t skip;
  bool mean;
  explicit Kept(const Bags& bags) : skip(bags.skip), mean(bags.mean) {}
  static void save(Save& s, const Bags& bags) {
    s.tensor(bags.index);
    s.tensor(bags.starts);
  }
  Bags bags(const Saved& s) const { return {s.tensor(0), s.tensor(1), skip, mean}; }
};

kernels::BagRows rows_of(const Bags& bags, const Tensor& weights) {
  return {bags.index.array(), bags.starts.array(), weights.defined() ? &weights.array() : nullptr, bags.skip,
          bags.mean};
}

Tensor add_bags(const Tensor& g, const Tensor& weights, const Bags& bags, std::int64_t rows);

/// out[i] = g[b]·table[index[i]] for the bag b of i      dg = sum_bags(table, h), dtable = add_bags(g, h)
Tensor dot_bags(const Tensor& g, const Tensor& table, const Bags& bags) {
  return differentiable<"EmbeddingBagPerSampleWeightsBackwardBackward0">(
      inputs(g, table), {},
      [&](const Array*) { return kernels::dot_bags(g.array(), table.array(), rows_of(bags, {})); },
      [&](Save& s) {
        if (s.needed(1)) s.input(0);
        if (s.needed(0)) s.input(1);
        Kept::save(s, bags);
      },
      [kept = Kept(bags), rows = table.size(0)](const Saved& s, const Tensor& h) -> Grads {
        const Bags bags = kept.bags(s);
        return {s.needs(0) ? sum_bags(s.input(1), h, bags) : Tensor(),
                s.needs(1) ? add_bags(s.input(0), h, bags, rows) : Tensor()};
      });
}

/// out[r] = Σ weights[i]·g[b] over index[i] = r            dg = sum_bags(h, weights), dweights = dot_bags(g, h)
Tensor add_bags(const Tensor& g, const Tensor& weights, const Bags& bags, std::int64_t rows) {
  return differentiable<"EmbeddingBagDenseBackwardBackward0">(
      inputs(g, weights), {}, [&](const Array*) { return kernels::add_bags(g.array(), rows_of(bags, weights), rows); },
      [&](Save& s) {
        if (s.needed(1)) s.input(0);
        if (s.needed(0) && weights.defined()) s.input(1);
        Kept::save(s, bags);
      },
      [kept = Kept(bags), weighted = weights.defined()](const Saved& s, const Tensor& h) -> Grads {
        const Bags bags = kept.bags(s);
        return {s.needs(0) ? sum_bags(h, weighted ? s.input(1) : Tensor(), bags) : Tensor(),
                s.needs(1) ? dot_bags(s.input(0), h, bags) : Tensor()};
      });
}

}  // namespace

Tensor sum_bags(const Tensor& table, const Tensor& weights, const Bags& bags) {
  return differentiable<"EmbeddingBagBackward0">(
      inputs(table, weights), {},
      [&](const Array*) { return kernels::sum_bags(table.array(), rows_of(bags, weights)); },
      [&](Save& s) {
        if (s.needed(1)) s.input(0);
        if (s.needed(0) && weights.defined()) s.input(1);
        Kept::save(s, bags);
      },
      [kept = Kept(bags), weighted = weights.defined(), rows = table.size(0)](const Saved& s,
                                                                              const Tensor& g) -> Grads {
        const Bags bags = kept.bags(s);
        return {s.needs(0) ? add_bags(g, weighted ? s.input(1) : Tensor(), bags, rows) : Tensor(),
                s.needs(1) ? dot_bags(g, s.input(0), bags) : Tensor()};
      });
}

}  // namespace xgrad::ops
