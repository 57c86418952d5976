/// Elements in another order or number, and parts of matrices: flips, rolls, repeats, diagonals, triangles, stacks.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// The elements in reverse along each of `dims`.      dx = g.flip(dims)
Tensor flip(const Tensor& x, IntArrayRef dims);
/// Flipped along dimension 1, and 0.
Tensor fliplr(const Tensor& x);
Tensor flipud(const Tensor& x);
/// Moved by `shifts` along `dims`; what leaves at one end enters at the other. Without `dims`, as one vector.
/// dx = g.roll(−shifts, dims)
Tensor roll(const Tensor& x, IntArrayRef shifts, IntArrayRef dims = {});
/// Turned by k quarters from the first of the two dimensions to the second.
Tensor rot90(const Tensor& x, std::int64_t k = 1, IntArrayRef dims = {0, 1});
/// x where column − row ≤ diagonal (tril) or ≥ diagonal (triu), else 0, in every matrix.     dx = g.tril(diagonal)
Tensor tril(const Tensor& x, std::int64_t diagonal = 0);
Tensor& tril_(Tensor& x, std::int64_t diagonal = 0);
Tensor triu(const Tensor& x, std::int64_t diagonal = 0);
Tensor& triu_(Tensor& x, std::int64_t diagonal = 0);
/// A copy of x with `src`, of that part's shape, in a part of it: in elements start, start + step, ... before end along
/// `dim`, in row `index`, on a diagonal.     dx = g, and 0 in that part; dsrc = that part of g
Tensor slice_scatter(const Tensor& x, const Tensor& src, std::int64_t dim = 0,
                     std::optional<std::int64_t> start = std::nullopt, std::optional<std::int64_t> end = std::nullopt,
                     std::int64_t step = 1);
Tensor select_scatter(const Tensor& x, const Tensor& src, std::int64_t dim, std::int64_t index);
Tensor diagonal_scatter(const Tensor& x, const Tensor& src, std::int64_t offset = 0, std::int64_t dim1 = 0,
                        std::int64_t dim2 = 1);
/// Writes `value` on the diagonal, of more than two dimensions the one through all of them, which are of one size;
/// `wrap` goes on below a tall matrix's diagonal, with a row between.
Tensor& fill_diagonal_(Tensor& x, Scalar value, bool wrap = false);
/// The elements with index dim2 − index dim1 = offset, as a view whose last dimension they are.
/// dx = zeros with g on the diagonal
Tensor diagonal(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = 0, std::int64_t dim2 = 1);
/// The same of the last two dimensions, under the name it has in `linalg`.
Tensor linalg_diagonal(const Tensor& a, std::int64_t offset = 0, std::int64_t dim1 = -2, std::int64_t dim2 = -1);
/// Zeros with x's last dimension on that diagonal.     dx = g.diagonal(offset, dim1, dim2)
Tensor diag_embed(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = -2, std::int64_t dim2 = -1);
/// A vector as the diagonal of a matrix; of a matrix, its diagonal (a copy).
Tensor diag(const Tensor& x, std::int64_t diagonal = 0);
/// All of x, as a vector, on the diagonal of a matrix.
Tensor diagflat(const Tensor& x, std::int64_t offset = 0);
/// The sum of a matrix's diagonal.     dx = g on the diagonal
Tensor trace(const Tensor& x);
/// Windows of `size`, every `step` along a dimension, in a new last dimension, as a view.     dx sums over the windows
Tensor unfold(const Tensor& x, std::int64_t dimension, std::int64_t size, std::int64_t step);
/// x `repeats[d]` times along each dimension; more repeats than dimensions make new ones in front.
/// dx sums over the repetitions
Tensor repeat(const Tensor& x, IntArrayRef repeats);
/// The same; fewer repeats than dimensions leave the first ones as they are.
Tensor tile(const Tensor& x, IntArrayRef dims);
/// Every row along `dim` as often as `repeats` says, one number for all or one each; without `dim`, of x as a vector.
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<std::int64_t> dim = std::nullopt,
                         std::optional<std::int64_t> output_size = std::nullopt);
Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, std::optional<std::int64_t> dim = std::nullopt,
                         std::optional<std::int64_t> output_size = std::nullopt);
/// 0, 1, 2, ..., each as often as `repeats` says.
Tensor repeat_interleave(const Tensor& repeats, std::optional<std::int64_t> output_size = std::nullopt);

/// One dimension becomes several, of which one size may be −1.
Tensor unflatten(const Tensor& x, std::int64_t dim, IntArrayRef sizes);
/// The dimensions `source` moved to the places `destination`; the others keep their order.
Tensor movedim(const Tensor& x, IntArrayRef source, IntArrayRef destination);
Tensor moveaxis(const Tensor& x, IntArrayRef source, IntArrayRef destination);
/// transpose under numpy's names.
Tensor swapaxes(const Tensor& x, std::int64_t axis0, std::int64_t axis1);
Tensor swapdims(const Tensor& x, std::int64_t dim0, std::int64_t dim1);
Tensor& swapaxes_(Tensor& x, std::int64_t axis0, std::int64_t axis1);
Tensor& swapdims_(Tensor& x, std::int64_t dim0, std::int64_t dim1);
/// x as a vector: a view when possible.
Tensor ravel(const Tensor& x);
/// At least as many dimensions; new ones of size 1.
Tensor atleast_1d(const Tensor& x);
Tensor atleast_2d(const Tensor& x);
Tensor atleast_3d(const Tensor& x);
std::vector<Tensor> atleast_1d(TensorList tensors);
std::vector<Tensor> atleast_2d(TensorList tensors);
std::vector<Tensor> atleast_3d(TensorList tensors);
/// All expanded to their common shape.
std::vector<Tensor> broadcast_tensors(TensorList tensors);
/// cat along the second dimension (of vectors, the first), the first, and the third, of tensors with that many.
Tensor hstack(TensorList tensors);
Tensor vstack(TensorList tensors);
Tensor dstack(TensorList tensors);
/// vstack under its other name.
Tensor row_stack(TensorList tensors);
/// hstack with vectors as columns.
Tensor column_stack(TensorList tensors);
/// Matrices (or vectors as rows, numbers as 1 × 1) along the diagonal of a matrix that is 0 elsewhere.
Tensor block_diag(TensorList tensors);
/// `sections` parts along `dim`, the first ones longer by one if it does not come out even; or cut before `indices`.
std::vector<Tensor> tensor_split(const Tensor& x, std::int64_t sections, std::int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& x, IntArrayRef indices, std::int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& x, const Tensor& indices_or_sections, std::int64_t dim = 0);
/// The same along the second dimension (of vectors, the first), the first, and the third; sections must come out even.
std::vector<Tensor> hsplit(const Tensor& x, std::int64_t sections);
std::vector<Tensor> hsplit(const Tensor& x, IntArrayRef indices);
std::vector<Tensor> vsplit(const Tensor& x, std::int64_t sections);
std::vector<Tensor> vsplit(const Tensor& x, IntArrayRef indices);
std::vector<Tensor> dsplit(const Tensor& x, std::int64_t sections);
std::vector<Tensor> dsplit(const Tensor& x, IntArrayRef indices);

template <class T>
struct RearrangeMethods : Methods<T, RearrangeMethods<T>> {
  using Methods<T, RearrangeMethods>::as;
  using Methods<T, RearrangeMethods>::writable;
  using Int = std::int64_t;
  T flip(IntArrayRef dims) const { return xgrad::flip(as(this), dims); }
  T fliplr() const { return xgrad::fliplr(as(this)); }
  T flipud() const { return xgrad::flipud(as(this)); }
  T roll(IntArrayRef shifts, IntArrayRef dims = {}) const { return xgrad::roll(as(this), shifts, dims); }
  T rot90(Int k = 1, IntArrayRef dims = {0, 1}) const { return xgrad::rot90(as(this), k, dims); }
  T tril(Int diagonal = 0) const { return xgrad::tril(as(this), diagonal); }
  T& tril_(Int diagonal = 0) const { return xgrad::tril_(writable(this), diagonal); }
  T triu(Int diagonal = 0) const { return xgrad::triu(as(this), diagonal); }
  T& triu_(Int diagonal = 0) const { return xgrad::triu_(writable(this), diagonal); }
  T diagonal(Int offset = 0, Int dim1 = 0, Int dim2 = 1) const { return xgrad::diagonal(as(this), offset, dim1, dim2); }
  T slice_scatter(const T& src, Int dim = 0, std::optional<Int> start = std::nullopt,
                  std::optional<Int> end = std::nullopt, Int step = 1) const {
    return xgrad::slice_scatter(as(this), src, dim, start, end, step);
  }
  T select_scatter(const T& src, Int dim, Int index) const { return xgrad::select_scatter(as(this), src, dim, index); }
  T diagonal_scatter(const T& src, Int offset = 0, Int dim1 = 0, Int dim2 = 1) const {
    return xgrad::diagonal_scatter(as(this), src, offset, dim1, dim2);
  }
  T& fill_diagonal_(Scalar value, bool wrap = false) const {
    return xgrad::fill_diagonal_(writable(this), value, wrap);
  }
  T diag_embed(Int offset = 0, Int dim1 = -2, Int dim2 = -1) const {
    return xgrad::diag_embed(as(this), offset, dim1, dim2);
  }
  T diag(Int diagonal = 0) const { return xgrad::diag(as(this), diagonal); }
  T diagflat(Int offset = 0) const { return xgrad::diagflat(as(this), offset); }
  T trace() const { return xgrad::trace(as(this)); }
  T unfold(Int dimension, Int size, Int step) const { return xgrad::unfold(as(this), dimension, size, step); }
  T repeat(IntArrayRef repeats) const { return xgrad::repeat(as(this), repeats); }
  T tile(IntArrayRef dims) const { return xgrad::tile(as(this), dims); }
  T repeat_interleave(const T& repeats, std::optional<Int> dim = std::nullopt,
                      std::optional<Int> output_size = std::nullopt) const {
    return xgrad::repeat_interleave(as(this), repeats, dim, output_size);
  }
  T repeat_interleave(Int repeats, std::optional<Int> dim = std::nullopt,
                      std::optional<Int> output_size = std::nullopt) const {
    return xgrad::repeat_interleave(as(this), repeats, dim, output_size);
  }
  T unflatten(Int dim, IntArrayRef sizes) const { return xgrad::unflatten(as(this), dim, sizes); }
  T movedim(IntArrayRef source, IntArrayRef destination) const { return xgrad::movedim(as(this), source, destination); }
  T moveaxis(IntArrayRef source, IntArrayRef destination) const {
    return xgrad::moveaxis(as(this), source, destination);
  }
  T swapaxes(Int axis0, Int axis1) const { return xgrad::swapaxes(as(this), axis0, axis1); }
  T swapdims(Int dim0, Int dim1) const { return xgrad::swapdims(as(this), dim0, dim1); }
  T& swapaxes_(Int axis0, Int axis1) const { return xgrad::swapaxes_(writable(this), axis0, axis1); }
  T& swapdims_(Int dim0, Int dim1) const { return xgrad::swapdims_(writable(this), dim0, dim1); }
  T ravel() const { return xgrad::ravel(as(this)); }
  std::vector<T> tensor_split(Int sections, Int dim = 0) const { return xgrad::tensor_split(as(this), sections, dim); }
  std::vector<T> tensor_split(IntArrayRef indices, Int dim = 0) const {
    return xgrad::tensor_split(as(this), indices, dim);
  }
  std::vector<T> tensor_split(std::initializer_list<Int> indices, Int dim = 0) const {
    return xgrad::tensor_split(as(this), IntArrayRef(indices), dim);
  }
  std::vector<T> tensor_split(const T& indices_or_sections, Int dim = 0) const {
    return xgrad::tensor_split(as(this), indices_or_sections, dim);
  }
  std::vector<T> hsplit(Int sections) const { return xgrad::hsplit(as(this), sections); }
  std::vector<T> hsplit(IntArrayRef indices) const { return xgrad::hsplit(as(this), indices); }
  std::vector<T> hsplit(std::initializer_list<Int> indices) const { return hsplit(IntArrayRef(indices)); }
  std::vector<T> vsplit(Int sections) const { return xgrad::vsplit(as(this), sections); }
  std::vector<T> vsplit(IntArrayRef indices) const { return xgrad::vsplit(as(this), indices); }
  std::vector<T> vsplit(std::initializer_list<Int> indices) const { return vsplit(IntArrayRef(indices)); }
  std::vector<T> dsplit(Int sections) const { return xgrad::dsplit(as(this), sections); }
  std::vector<T> dsplit(IntArrayRef indices) const { return xgrad::dsplit(as(this), indices); }
  std::vector<T> dsplit(std::initializer_list<Int> indices) const { return dsplit(IntArrayRef(indices)); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(repeat_interleave)
  XGRAD_TAKES_KEYWORDS(unfold)
  XGRAD_TAKES_KEYWORDS(swapaxes)
  XGRAD_TAKES_KEYWORDS(swapdims)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(swapaxes)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(swapdims)
  XGRAD_TAKES_INTS(flip)
  XGRAD_TAKES_INTS(repeat)
  XGRAD_TAKES_INTS(tile)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(fill_diagonal)
  XGRAD_TAKES_KEYWORDS(flip)
  XGRAD_TAKES_KEYWORDS(tril)
  XGRAD_TAKES_KEYWORDS(triu)
  XGRAD_TAKES_KEYWORDS(unflatten)
  XGRAD_TAKES_KEYWORDS(tile)
  XGRAD_TAKES_KEYWORDS(rot90)
  XGRAD_TAKES_KEYWORDS(movedim)
  XGRAD_TAKES_KEYWORDS(diagonal)
  XGRAD_TAKES_KEYWORDS(diag)
  XGRAD_TAKES_KEYWORDS(diag_embed)
  XGRAD_TAKES_KEYWORDS(diagflat)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(tensor_split)
  XGRAD_TAKES_KEYWORDS_AND_DIMS(roll)
  XGRAD_TAKES_KEYWORDS(moveaxis)
  XGRAD_TAKES_KEYWORDS(slice_scatter)
  XGRAD_TAKES_KEYWORDS(select_scatter)
  XGRAD_TAKES_KEYWORDS(diagonal_scatter)
  XGRAD_TAKES_KEYWORDS(hsplit)
  XGRAD_TAKES_KEYWORDS(vsplit)
  XGRAD_TAKES_KEYWORDS(dsplit)
  XGRAD_TAKES_KEYWORDS(repeat)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(tril)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(triu)
};

}  // namespace xgrad
