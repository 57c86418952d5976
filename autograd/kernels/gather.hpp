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
enum class Combine { Add, Multiply, Max, Min };
/// The same with another function; NaN wins in Max and Min.
void scatter_combine(const Array& out, std::int64_t dim, const Array& index, const Array& src, Combine how);

/// What they are made of: arrays of one shape, element by element. An element's place is `index` times `step` elements
/// from where `origin`, which may stand still (stride 0), has it.
void take_steps(const Array& out, const Array& origin, const Array& index, std::int64_t step);
void put_steps(const Array& origin, const Array& index, std::int64_t step, const Array& src);
void combine_steps(const Array& origin, const Array& index, std::int64_t step, const Array& src, Combine how);

}  // namespace xgrad::kernels
