#include <xgrad/data/example_list.hpp>

#include <cstring>

namespace xgrad::detail {

bool ColumnBuilder::fits(const Tensor& t) const {
  if (!t.defined() || t.requires_grad()) return false;
  if (!column_.defined()) return true;
  return filled_ < rows_ && t.dtype() == column_.dtype() && t.array().sizes() == column_.select(0, 0).sizes();
}

void ColumnBuilder::push(const Tensor& t) {
  if (!column_.defined()) start(t.sizes(), t.dtype());
  const Tensor packed = t.contiguous();
  const std::size_t size = packed.nbytes();
  if (size > 0) std::memcpy(static_cast<char*>(column_.raw()) + filled_ * size, packed.data_ptr(), size);
  ++filled_;
}

void ColumnBuilder::start(IntArrayRef row_sizes, ScalarType dtype) {
  Dims sizes(row_sizes);
  sizes.insert(0, static_cast<std::int64_t>(rows_));
  column_ = Array::empty(sizes, dtype);
}

void check_rows(ArrayRef<Tensor> columns) {
  for (const Tensor& column : columns) {
    check<ValueError>(column.dim() > 0,
                      "Size mismatch between tensors: one of them has no dimension that would count "
                      "the examples");
    check<ValueError>(column.size(0) == columns[0].size(0), "Size mismatch between tensors: {} and {}",
                      to_string(columns[0].sizes()), to_string(column.sizes()));
  }
}

}  // namespace xgrad::detail
