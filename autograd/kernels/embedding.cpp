#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/embedding.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/indexed_rows.hpp>
#include <xgrad/autograd/kernels/rows.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace xgrad::kernels {
namespace {

void check_rows(const std::int64_t* index, std::int64_t n, std::int64_t rows) {
  check<IndexError>(!any_outside(index, n, rows), "index out of range in self");
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

namespace {

/// The bags' memory.
template <class T>
struct BagMemory {
  const std::int64_t *index, *starts;
  Array packed_weights;
  const T* weights;
  std::int64_t bags, skip, width, ahead;
  bool mean;

  BagMemory(const BagRows& b, std::int64_t columns)
      : index(b.index.data<std::int64_t>()),
        starts(b.starts.data<std::int64_t>()),
        packed_weights(b.weights ? packed(*b.weights) : Array()),
        weights(b.weights ? packed_weights.data<T>() : nullptr),
        bags(b.starts.numel() - 1),
        skip(b.skip),
        width(columns),
        ahead(rows_ahead(static_cast<std::size_t>(columns) * sizeof(T))),
        mean(b.mean) {}

  void check(std::int64_t rows) const { check_rows(index + starts[0], starts[bags] - starts[0], rows); }
  /// What bag b's rows are multiplied by, besides their weights.
  T scale(std::int64_t b) const {
    if (!mean) return 1;
    const std::int64_t n = std::count_if(index + starts[b], index + starts[b + 1], [&](auto i) { return i != skip; });
    return 1 / static_cast<T>(std::max<std::int64_t>(n, 1));
  }
  std::int64_t numbers() const { return starts[bags] - starts[0]; }
  /// f(i, row, row some time later) for what counts in bag b.
  template <class F>
  void each(std::int64_t b, F f) const {
    for (std::int64_t i = starts[b]; i < starts[b + 1]; ++i) {
      if (index[i] != skip) f(i, index[i], index[std::min(i + ahead, starts[bags] - 1)]);
    }
  }
};

/// The columns from j on of a bag's sum, in registers.
template <int vectors, class V, class T>
void sum_columns_of_bag(T* to, const T* table, const BagMemory<T>& m, std::int64_t b, std::int64_t j) {
  constexpr auto kWidth = static_cast<std::int64_t>(sizeof(V) / sizeof(T));
  V sum[vectors] = {};
  m.each(b, [&](std::int64_t i, std::int64_t row, std::int64_t later) {
    constexpr std::size_t kBytes = vectors * sizeof(V);
    prefetch_row<0>(table + later * m.width + j, kBytes);
    const T* const source = table + row * m.width + j;
    const T by = m.weights ? m.weights[i] : T(1);
    for (int k = 0; k < vectors; ++k) sum[k] += by * read_as<V>(source + k * kWidth);
  });
  const T scale = m.scale(b);
  for (int k = 0; k < vectors; ++k) {
    const V result = sum[k] * scale;
    std::memcpy(to + j + k * kWidth, &result, sizeof result);
  }
}

template <class T>
void sum_bag(T* to, const T* table, const BagMemory<T>& m, std::int64_t b) {
  constexpr int kMany = 8, kSome = 4;
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  std::int64_t j = 0;
  for (; j + kMany * kLanes <= m.width; j += kMany * kLanes) sum_columns_of_bag<kMany, Lanes<T>>(to, table, m, b, j);
  for (; j + kSome * kLanes <= m.width; j += kSome * kLanes) sum_columns_of_bag<kSome, Lanes<T>>(to, table, m, b, j);
  for (; j + kLanes <= m.width; j += kLanes) sum_columns_of_bag<1, Lanes<T>>(to, table, m, b, j);
  for (; j < m.width; ++j) sum_columns_of_bag<1, T>(to, table, m, b, j);
}

}  // namespace

Array sum_bags(const Array& table, const BagRows& rows) {
  const Array from = packed(table);
  const std::int64_t n = table.size(1), bags = rows.starts.numel() - 1;
  const Array out = Array::empty({bags, n}, table.dtype());
  dispatch_floating(table.dtype(), "embedding_bag", [&]<class T>() {
    const BagMemory<T> memory(rows, n);
    memory.check(table.size(0));
    const std::int64_t cost = memory.numbers() / std::max<std::int64_t>(bags, 1) * n;
    split(bags, std::max<std::int64_t>(cost, 1), 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) sum_bag(out.data<T>() + b * n, from.data<T>(), memory, b);
    });
  });
  return out;
}

Array add_bags(const Array& g, const BagRows& bags, std::int64_t rows) {
  const Array from = packed(g);
  const std::int64_t n = g.size(1);
  const Array out = Array::empty({rows, n}, g.dtype());
  dispatch_floating(g.dtype(), "embedding_bag_backward", [&]<class T>() {
    const BagMemory<T> memory(bags, n);
    memory.check(rows);
    std::fill_n(out.data<T>(), out.numel(), T(0));
    constexpr std::int64_t kLine = 16;
    // By columns: several bags may have one row, and their gradients are added in their order.
    split(n, std::max<std::int64_t>(memory.numbers(), 1), kLine, [&](std::int64_t left, std::int64_t right) {
      const std::size_t bytes = static_cast<std::size_t>(right - left) * sizeof(T);
      for (std::int64_t b = 0; b < memory.bags; ++b) {
        const T* const up = from.data<T>() + b * n;
        const T scale = memory.scale(b);
        memory.each(b, [&](std::int64_t i, std::int64_t row, std::int64_t later) {
          T* const sum = out.data<T>() + row * n;
          prefetch_row<1>(out.data<T>() + later * n + left, bytes);
          const T by = memory.weights ? memory.weights[i] : scale;
          XGRAD_INDEPENDENT
          for (std::int64_t j = left; j < right; ++j) sum[j] += by * up[j];
        });
      }
    });
  });
  return out;
}

Array dot_bags(const Array& g, const Array& table, const BagRows& bags) {
  const Array up = packed(g), from = packed(table);
  const std::int64_t n = table.size(1);
  const Array out = Array::empty({bags.index.numel()}, table.dtype());
  fill(out, Scalar(0.));
  dispatch_floating(table.dtype(), "embedding_bag_backward", [&]<class T>() {
    const BagMemory<T> memory(bags, n);
    memory.check(table.size(0));
    const std::int64_t cost = memory.numbers() / std::max<std::int64_t>(memory.bags, 1) * n;
    split(memory.bags, std::max<std::int64_t>(cost, 1), 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) {
        memory.each(b, [&](std::int64_t i, std::int64_t row, std::int64_t later) {
          prefetch_row<0>(from.data<T>() + later * n, static_cast<std::size_t>(n) * sizeof(T));
          out.data<T>()[i] = static_cast<T>(dot_row(up.data<T>() + b * n, from.data<T>() + row * n, n));
        });
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
