/// Formulas over blocks of memory: for kernels that call the row functions of levels.hpp, which take packed memory.
#pragma once

#include <xgrad/autograd/kernels/loops.hpp>

namespace xgrad::kernels {

/// Elements in a block: a few of them fit into the first level of the cache.
inline constexpr std::int64_t kFormulaBlock = 512;
/// What an element of them costs, in additions.
inline constexpr std::int64_t kFormulaCost = 4;

/// Asks for memory that is read or written soon.
template <bool kWrite>
inline void ask_for(const char* start, std::int64_t bytes) {
  constexpr std::int64_t kLine = 64;
  for (std::int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(start + i, kWrite);
}

/// out = formula(inputs): `formula(to, from, n)` writes n ≤ kFormulaBlock elements of `to` from the packed memory
/// `from[k]` of each input; `to` may be one of them. Inputs broadcast; other layouts than packed go through a copy of
/// the block.
template <class T, std::size_t N, class Formula>
void map_blocks(const Array& out, const std::array<const Array*, N>& in, Formula formula) {
  if (out.numel() == 0) return;
  std::array<const Array*, N + 1> all{&out};
  std::copy(in.begin(), in.end(), all.begin() + 1);
  const auto plan = plan_rows<N + 1>(all);
  constexpr auto kSize = static_cast<std::int64_t>(sizeof(T));
  split_rows(plan, kFormulaCost, [&](const std::array<char*, N + 1>& p, std::int64_t row) {
    T scratch[N + 1][kFormulaBlock];
    for (std::int64_t at = 0; at < row; at += kFormulaBlock) {
      const std::int64_t n = std::min(kFormulaBlock, row - at), next = std::min(kFormulaBlock, row - at - n);
      // The next block, while this one is computed: processors foresee one array's lines by themselves, but not those
      // of several that are read by turns.
      if constexpr (N > 1) {
        for (std::size_t k = 0; k < N; ++k)
          if (plan.row_stride[k + 1] == kSize) ask_for<false>(p[k + 1] + (at + n) * kSize, next * kSize);
        if (plan.row_stride[0] == kSize) ask_for<true>(p[0] + (at + n) * kSize, next * kSize);
      }
      std::array<const T*, N> from;
      for (std::size_t k = 0; k < N; ++k) {
        const std::int64_t stride = plan.row_stride[k + 1];
        const char* const start = p[k + 1] + at * stride;
        from[k] = reinterpret_cast<const T*>(start);
        if (stride == kSize) continue;
        if (stride == 0)
          std::fill_n(scratch[k + 1], n, *reinterpret_cast<const T*>(start));
        else
          for (std::int64_t i = 0; i < n; ++i) scratch[k + 1][i] = *reinterpret_cast<const T*>(start + i * stride);
        from[k] = scratch[k + 1];
      }
      const std::int64_t stride = plan.row_stride[0];
      char* const start = p[0] + at * stride;
      if (stride == kSize) {
        formula(reinterpret_cast<T*>(start), from, n);
        continue;
      }
      formula(scratch[0], from, n);
      for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(start + i * stride) = scratch[0][i];
    }
  });
}

}  // namespace xgrad::kernels
