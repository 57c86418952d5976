/// Sums of a table's rows by bags: what nn's embedding_bag is made of. Internal.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad::ops {

/// Which rows are in which bag: bag b has the numbers index[i] for starts[b] ≤ i < starts[b + 1], both packed int64.
/// Those that are `skip` do not count.
struct Bags {
  Tensor index, starts;
  std::int64_t skip = -1;
  bool mean = false;
};

/// out[b] = Σ weights[i]·table[index[i]] over its bag, or with `mean` the mean of the rows. A floating matrix;
/// `weights`, of its dtype, may be undefined. An empty bag is zero. Throws IndexError for an index that is no row.
///     dtable[r] = Σ weights[i]·g[b] over index[i] = r, dweights[i] = g[b]·table[index[i]]
Tensor sum_bags(const Tensor& table, const Tensor& weights, const Bags& bags);

}  // namespace xgrad::ops
