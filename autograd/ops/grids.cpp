#include <xgrad/autograd/ops/grids.hpp>

#include <xgrad/autograd/ops/gather.hpp>

#include <algorithm>

namespace xgrad {

Tensor one_hot(const Tensor& classes, std::int64_t num_classes) {
  check(classes.dtype() == kInt64, "one_hot is only applicable to index tensor.");
  Dims sizes(classes.sizes());
  if (classes.numel() == 0) {
    check(num_classes > 0, "Can not infer total number of classes from empty tensor.");
    sizes.push_back(num_classes);
    return empty(sizes, kInt64);
  }
  check(classes.min().item<std::int64_t>() >= 0, "Class values must be non-negative.");
  const auto largest = classes.max().item<std::int64_t>();
  check(num_classes == -1 || num_classes > largest, "Class values must be smaller than num_classes.");
  sizes.push_back(num_classes == -1 ? largest + 1 : num_classes);
  const Tensor index = classes.unsqueeze(-1);
  Tensor out = zeros(sizes, kInt64);
  return out.scatter_(-1, index, ones(index.sizes(), kInt64));
}

namespace {

/// Calls f(row, first, end) with the columns of each row that belong to the triangle.
template <class F>
void each_row(std::int64_t row, std::int64_t col, std::int64_t offset, bool lower, F f) {
  for (std::int64_t i = 0; i < row; ++i) {
    const std::int64_t first = lower ? 0 : std::clamp<std::int64_t>(i + offset, 0, col);
    const std::int64_t end = lower ? std::clamp<std::int64_t>(i + offset + 1, 0, col) : col;
    f(i, first, end);
  }
}

Tensor triangle(std::int64_t row, std::int64_t col, std::int64_t offset, bool lower, const TensorOptions& options) {
  check(row >= 0, "row must be non-negative, got{}", row);
  check(col >= 0, "col must be non-negative, got{}", col);
  std::int64_t count = 0;
  each_row(row, col, offset, lower, [&](std::int64_t, std::int64_t first, std::int64_t end) { count += end - first; });
  const ScalarType type = options.dtype_or(kInt64);
  const char* const kernel = lower ? "tril_indices" : "triu_indices";
  check<NotImplementedError>(type == kInt32 || type == kInt64, "\"{}\" not implemented for '{}'", kernel, type);
  const Tensor out = empty({2, count}, type);
  dispatch(type, [&]<class T>() {
    T* rows = out.data_ptr<T>();
    T* columns = rows + count;
    each_row(row, col, offset, lower, [&](std::int64_t i, std::int64_t first, std::int64_t end) {
      for (std::int64_t j = first; j < end; ++j) {
        *rows++ = static_cast<T>(i);
        *columns++ = static_cast<T>(j);
      }
    });
  });
  return out;
}

}  // namespace

Tensor tril_indices(std::int64_t row, std::int64_t col, std::int64_t offset, const TensorOptions& options) {
  return triangle(row, col, offset, true, options);
}
Tensor triu_indices(std::int64_t row, std::int64_t col, std::int64_t offset, const TensorOptions& options) {
  return triangle(row, col, offset, false, options);
}

std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing) {
  check(!tensors.empty(), "meshgrid expects a non-empty TensorList");
  for (std::size_t i = 0; i + 1 < tensors.size(); ++i) {
    check(tensors[i].dtype() == tensors[i + 1].dtype(), "meshgrid expects all tensors to have the same dtype");
  }
  check(indexing == "ij" || indexing == "xy",
        "torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: {}", indexing);
  const std::size_t n = tensors.size();
  const bool swapped = indexing == "xy" && n >= 2;
  std::vector<Tensor> in(tensors.begin(), tensors.end());
  if (swapped) std::swap(in[0], in[1]);
  Dims sizes;
  for (const Tensor& t : in) {
    check(t.dim() <= 1, "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {}", t.sizes());
    sizes.push_back(t.numel());
  }
  std::vector<Tensor> grids;
  for (std::size_t i = 0; i < n; ++i) {
    Dims along(n, 1);
    along[i] = -1;
    grids.push_back(in[i].view(along).expand(sizes));
  }
  if (swapped) std::swap(grids[0], grids[1]);
  return grids;
}

Tensor cartesian_prod(TensorList tensors) {
  for (const Tensor& t : tensors) check(t.dim() == 1, "Expect a 1D vector, but got shape {}", t.sizes());
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns;
  for (const Tensor& grid : meshgrid(tensors)) columns.push_back(grid.flatten());
  return stack(columns, 1);
}

Tensor combinations(const Tensor& x, std::int64_t r, bool with_replacement) {
  check(x.dim() == 1, "Expect a 1D vector, but got shape {}", x.sizes());
  check(r >= 0, "Expect a non-negative number, but got {}", r);
  if (r == 0) return empty({0}, x.options());
  const std::int64_t n = x.numel(), step = with_replacement ? 0 : 1;
  std::vector<std::int64_t> all, row(static_cast<std::size_t>(r));
  // Odometer: the last place that can still grow does, and those behind it start again from there.
  for (std::int64_t i = 0; i < r; ++i) row[static_cast<std::size_t>(i)] = i * step;
  const auto last = [&](std::int64_t i) { return n - 1 - (r - 1 - i) * step; };
  for (std::int64_t grows = n > 0 && last(0) >= 0 ? 0 : -1; grows >= 0;) {
    all.insert(all.end(), row.begin(), row.end());
    grows = r - 1;
    while (grows >= 0 && row[static_cast<std::size_t>(grows)] == last(grows)) --grows;
    if (grows < 0) break;
    std::int64_t value = row[static_cast<std::size_t>(grows)] + 1;
    for (std::int64_t i = grows; i < r; ++i, value += step) row[static_cast<std::size_t>(i)] = value;
  }
  const auto rows = static_cast<std::int64_t>(all.size()) / r;
  return index_select(x, 0, tensor(all, kInt64)).view({rows, r});
}

}  // namespace xgrad
