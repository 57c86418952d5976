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

}  // namespace xgrad::kernels
