/// Rows of a matrix by number, and sums into them.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// out[i..., :] = table[indices[i...], :], with zeros for index `skip` if that is not negative. Indices are int64,
/// packed. Throws IndexError for an index that is no row.
Array take_rows(const Array& table, const Array& indices, std::int64_t skip);
/// out[r, :] = Σ g[i, :] over indices[i] = r, for `rows` rows; index `skip` is left out; with `mean`, divided by how
/// many there are.
Array add_rows(const Array& g, const Array& indices, std::int64_t rows, std::int64_t skip, bool mean);

/// Bag b has the rows index[i] for starts[b] ≤ i < starts[b + 1], times weights[i] where there are any; `skip` does not
/// count. With `mean`, sums are divided by how many count. All packed.
struct BagRows {
  Array index, starts;
  const Array* weights;
  std::int64_t skip;
  bool mean;
};
/// out[b] = Σ table[index[i]] of a floating table
Array sum_bags(const Array& table, const BagRows& bags);
/// out[r] = Σ g[b] over index[i] = r, of `rows` rows
Array add_bags(const Array& g, const BagRows& bags, std::int64_t rows);
/// out[i] = Σ g[b, :]·table[index[i], :], 0 where nothing is looked up
Array dot_bags(const Array& g, const Array& table, const BagRows& bags);

}  // namespace xgrad::kernels
