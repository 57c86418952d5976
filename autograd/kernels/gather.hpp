/// Reading from and writing to places that an index names.
///
/// `index` is int64 and names a place along `dim` for each of its elements; the other coordinates are the element's
/// own. An index that is one vector for a whole dimension comes expanded (stride 0), and its rows are copied whole.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// The first element of `index` outside 0 … size−1, if there is one.
std::optional<std::int64_t> first_outside(const Array& index, std::int64_t size);
/// out[…, k, …] = x[…, index[…, k, …], …], a new array of index's shape.
Array gather(const Array& x, std::int64_t dim, const Array& index);
/// out[…, index[…, k, …], …] = src[…, k, …]; src has index's shape and out's dtype. The last of several wins.
void scatter(const Array& out, std::int64_t dim, const Array& index, const Array& src);
/// out[…, index[…, k, …], …] += src[…, k, …], in order.
void scatter_add(const Array& out, std::int64_t dim, const Array& index, const Array& src);

}  // namespace xgrad::kernels
