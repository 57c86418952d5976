#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/embedding.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace xgrad::kernels {
namespace {

void check_row(std::int64_t row, std::int64_t rows) {
  check<IndexError>(row >= 0 && row < rows, "index out of range in self");
}

}  // namespace

Array take_rows(const Array& table, const Array& indices, std::int64_t skip) {
  const Array from = packed(table), at = packed(indices);
  Dims sizes = indices.sizes();
  sizes.push_back(table.size(1));
  const Array out = Array::empty(sizes, table.dtype());
  const std::size_t bytes = static_cast<std::size_t>(table.size(1)) * table.itemsize();
  const auto* const rows = static_cast<const char*>(from.raw());
  const std::int64_t* const index = at.data<std::int64_t>();
  split(at.numel(), table.size(1), 1, [&](std::int64_t first, std::int64_t last) {
    auto* to = static_cast<char*>(out.raw()) + static_cast<std::size_t>(first) * bytes;
    for (std::int64_t i = first; i < last; ++i, to += bytes) {
      check_row(index[i], table.size(0));
      if (index[i] == skip)
        std::memset(to, 0, bytes);
      else if (bytes)
        std::memcpy(to, rows + static_cast<std::size_t>(index[i]) * bytes, bytes);
    }
  });
  return out;
}

Array add_rows(const Array& g, const Array& indices, std::int64_t rows, std::int64_t skip, bool mean) {
  const Array from = packed(g), at = packed(indices);
  const std::int64_t n = g.size(-1), count = at.numel();
  const Array out = Array::empty({rows, n}, g.dtype());
  const std::int64_t* const index = at.data<std::int64_t>();
  std::vector<std::int64_t> times(mean ? static_cast<std::size_t>(rows) : 0);
  for (std::int64_t i = 0; i < count; ++i) {
    check_row(index[i], rows);
    if (mean) ++times[static_cast<std::size_t>(index[i])];
  }
  dispatch_floating(g.dtype(), "embedding_backward", [&]<class T>() {
    T* const to = out.data<T>();
    std::fill_n(to, out.numel(), T(0));
    const T* const rows_of_g = from.data<T>();
    constexpr std::int64_t kLine = 16;
    // By columns: several gradients may go to one row, and in their order.
    split(n, count, kLine, [&](std::int64_t left, std::int64_t right) {
      const T* row = rows_of_g;
      for (std::int64_t i = 0; i < count; ++i, row += n) {
        if (index[i] == skip) continue;
        T* const sum = to + index[i] * n;
        const T scale = mean ? 1 / static_cast<T>(times[static_cast<std::size_t>(index[i])]) : T(1);
        XGRAD_INDEPENDENT
        for (std::int64_t j = left; j < right; ++j) sum[j] += row[j] * scale;
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
