#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/embedding.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace xgrad::kernels {
namespace {

void check_rows(const std::int64_t* index, std::int64_t n, std::int64_t rows) {
  check<IndexError>(!any_outside(index, n, rows), "index out of range in self");
}

/// Rows in no order are asked for this many rows before their turn, as the processor cannot know which they will be.
std::int64_t rows_ahead(std::size_t bytes) {
  constexpr std::size_t kBytes = 4096, kMost = 64;
  return static_cast<std::int64_t>(std::clamp<std::size_t>(kBytes / std::max<std::size_t>(bytes, 1), 1, kMost));
}

/// Of long rows the beginning: then the processor has seen where it goes.
template <int write>
void prefetch_row(const void* row, std::size_t bytes) {
  constexpr std::size_t kLine = 64, kMost = 4096;
  const char* const p = static_cast<const char*>(row);
  for (std::size_t k = 0; k < std::min(bytes, kMost); k += kLine) __builtin_prefetch(p + k, write);
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
    check_rows(index + first, last - first, table.size(0));
    const std::int64_t ahead = rows_ahead(bytes);
    auto* to = static_cast<char*>(out.raw()) + static_cast<std::size_t>(first) * bytes;
    for (std::int64_t i = first; i < last; ++i, to += bytes) {
      if (i + ahead < last) {
        prefetch_row<0>(rows + static_cast<std::size_t>(index[i + ahead]) * bytes, bytes);
        prefetch_row<1>(to + static_cast<std::size_t>(ahead) * bytes, bytes);
      }
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
  check_rows(index, count, rows);
  std::vector<std::int64_t> times(mean ? static_cast<std::size_t>(rows) : 0);
  for (std::int64_t i = 0; mean && i < count; ++i) ++times[static_cast<std::size_t>(index[i])];
  dispatch_floating(g.dtype(), "embedding_backward", [&]<class T>() {
    T* const to = out.data<T>();
    std::fill_n(to, out.numel(), T(0));
    const T* const rows_of_g = from.data<T>();
    constexpr std::int64_t kLine = 16;
    // By columns: several gradients may go to one row, and in their order.
    split(n, count, kLine, [&](std::int64_t left, std::int64_t right) {
      const std::size_t bytes = static_cast<std::size_t>(right - left) * sizeof(T);
      const std::int64_t ahead = rows_ahead(bytes);
      const T* row = rows_of_g;
      for (std::int64_t i = 0; i < count; ++i, row += n) {
        if (i + ahead < count) prefetch_row<1>(to + index[i + ahead] * n + left, bytes);
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
