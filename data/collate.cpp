#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/data/collate.hpp>

#include <algorithm>
#include <cstring>

namespace xgrad::data::detail {
namespace {

/// Copying memory is all there is to it: no gradient to track, elements side by side.
bool plain(const Tensor& t) { return t.is_contiguous() && !t.requires_grad(); }

char* bytes(const Array& a) { return static_cast<char*>(a.raw()); }

/// first, first + 1, ...
bool consecutive(ArrayRef<std::size_t> indices) {
  for (std::size_t i = 1; i < indices.size(); ++i)
    if (indices[i] != indices[0] + i) return false;
  return true;
}

Dims with_rows(std::size_t rows, IntArrayRef row_sizes) {
  Dims sizes(row_sizes);
  sizes.insert(0, static_cast<std::int64_t>(rows));
  return sizes;
}

}  // namespace

Tensor stack_rows(const std::vector<Tensor>& rows) {
  const Array& first = rows.front().array();
  const bool copyable = std::all_of(rows.begin(), rows.end(), [&](const Tensor& t) {
    return plain(t) && t.dtype() == first.dtype() && t.array().sizes() == first.sizes();
  });
  if (!copyable || first.numel() == 0) return stack(rows);
  const Array out = Array::empty(with_rows(rows.size(), first.sizes()), first.dtype());
  char* to = bytes(out);
  for (const Tensor& t : rows) {
    std::memcpy(to, t.data_ptr(), first.nbytes());
    to += first.nbytes();
  }
  return Tensor(out);
}

Tensor row(const Tensor& column, std::size_t index) {
  const auto i = static_cast<std::int64_t>(index);
  return column.requires_grad() ? column.select(0, i) : Tensor(column.array().select(0, i));
}

Tensor slice_rows(const Tensor& column, std::size_t start, std::size_t count, std::size_t step) {
  const auto from = static_cast<std::int64_t>(start), by = static_cast<std::int64_t>(step);
  const std::int64_t to = count == 0 ? from : from + static_cast<std::int64_t>(count - 1) * by + 1;
  return column.requires_grad() ? column.slice(0, from, to, by) : Tensor(column.array().slice(0, from, to, by));
}

Tensor take_rows(const Tensor& column, ArrayRef<std::size_t> indices) {
  if (indices.empty()) return slice_rows(column, 0, 0, 1);
  const auto n = static_cast<std::size_t>(column.size(0));
  for (std::size_t i : indices) check<IndexError>(i < n, "index {} is out of bounds for dataset with size {}", i, n);
  if (consecutive(indices)) return slice_rows(column, indices[0], indices.size(), 1);
  const Array& from = column.array();
  const Array first = from.select(0, 0);
  if (column.requires_grad() || !first.is_contiguous()) {
    std::vector<Tensor> rows;
    for (std::size_t i : indices) rows.push_back(row(column, i));
    return stack(rows);
  }
  const Array out = Array::empty(with_rows(indices.size(), first.sizes()), from.dtype());
  const std::size_t size = first.nbytes();
  if (size == 0) return Tensor(out);
  const auto pitch = static_cast<std::int64_t>(from.itemsize()) * from.stride(0);
  char* to = bytes(out);
  for (std::size_t i : indices) {
    std::memcpy(to, bytes(from) + static_cast<std::int64_t>(i) * pitch, size);
    to += size;
  }
  return Tensor(out);
}

}  // namespace xgrad::data::detail
