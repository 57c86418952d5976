/// Rows of memory that an index names: copies of them, asked for before their turn.
#pragma once

#include <xgrad/autograd/kernels/loops.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace xgrad::kernels {

/// Rows in no order are asked for this many rows before their turn, as the processor cannot know which they will be.
inline std::int64_t rows_ahead(std::size_t bytes) {
  constexpr std::size_t kBytes = 4096, kMost = 64;
  return static_cast<std::int64_t>(std::clamp<std::size_t>(kBytes / std::max<std::size_t>(bytes, 1), 1, kMost));
}

/// Of long rows the beginning: then the processor has seen where it goes.
template <int write>
inline void prefetch_row(const void* row, std::size_t bytes) {
  constexpr std::size_t kLine = 64, kMost = 4096;
  const char* const p = static_cast<const char*>(row);
  for (std::size_t k = 0; k < std::min(bytes, kMost); k += kLine) __builtin_prefetch(p + k, write);
}

/// `count` packed rows of `bytes`. Row i is row index[i] on one side, where rows are `named_step` bytes apart, and row
/// i on the other, where they are `step` apart.
struct NamedRows {
  std::int64_t count, bytes, named_step, step;
  bool past_cache = false;  ///< what is taken need not be in the cache afterwards
};
/// What a plan of packed rows, of an index that names them one after another, and of the packed rows that are named,
/// does in its innermost dimension but the row; nothing for another plan. An index counts `named_step` bytes.
std::optional<NamedRows> named_rows_of(const RowPlan<3>& plan, std::int64_t element, std::int64_t named_step);
/// Whether an array of so many bytes is too large to stay in the cache beside what it is made of.
bool exceeds_cache(std::size_t bytes);

/// to[i] = from[index[i]] for first ≤ i < last; false, and not all of them, if an index is outside `size`, which may be
/// kKnown.
bool take_named_rows(char* to, const char* index, const char* from, const NamedRows& rows, std::int64_t first,
                     std::int64_t last, std::int64_t size);
/// to[index[i]] = from[i], in order.
void put_named_rows(char* to, const char* index, const char* from, const NamedRows& rows);

}  // namespace xgrad::kernels
