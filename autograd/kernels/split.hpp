/// How kernels share their work among threads.
/// Work is counted in elements of a cheap loop such as a + b (about 0.1 ns each); less of it than `work_to_split` runs
/// where it is called, after one comparison. How it is cut never changes what is computed: pieces are independent, and
/// begin at multiples of what the loop inside does at once. Where parts of a result are put together (a long sum), the
/// parts depend on the size alone and are the same on one thread. Products of matrices are the exception (blas.cpp):
/// BLAS rounds differently in parts, and parts that one thread has no use for would cost it time.
#pragma once

#include <xgrad/autograd/array/parallel.hpp>

#include <cstdint>

namespace xgrad::kernels {

/// What tests lower to have small samples split.
struct SplitLimits {
  std::int64_t work_to_split = 32768;
  /// Pieces of an elementwise loop begin at multiples of this: a whole number of vectors and of the blocks that
  /// functions go by.
  std::int64_t elements = 1024;
};
extern constinit SplitLimits split_limits;

/// What a multiplication and addition of a matrix product costs, as a part of an element.
inline constexpr std::int64_t kProductsPerElement = 8;

/// The length of the pieces of n items of `cost` each, a multiple of `multiple`; n if they are not to be cut. There are
/// two pieces for each thread unless said otherwise, so that one that comes late leaves half of its work to the others.
std::int64_t piece_length(std::int64_t n, std::int64_t cost, std::int64_t multiple, std::int64_t a_thread = 2);

/// f(first, last) for pieces of [0, n), on several threads if n·cost is enough work.
template <class F>
void split(std::int64_t n, std::int64_t cost, std::int64_t multiple, const F& f) {
  const std::int64_t step = n * cost < split_limits.work_to_split ? n : piece_length(n, cost, multiple);
  if (step >= n) return f(std::int64_t{0}, n);
  detail::run_pieces(0, n, step, f);
}

/// f(first row, last row, first column, last column) for pieces of a matrix, cut by rows if there are enough of them,
/// else by columns at multiples of `multiple`.
template <class F>
void split_matrix(std::int64_t rows, std::int64_t columns, std::int64_t cost, std::int64_t multiple, const F& f) {
  const bool by_rows = rows * columns * cost >= split_limits.work_to_split && rows >= columns / multiple;
  const std::int64_t n = by_rows ? rows : columns;
  split(n, by_rows ? columns * cost : rows * cost, by_rows ? 1 : multiple, [&](std::int64_t first, std::int64_t last) {
    f(by_rows ? first : std::int64_t{0}, by_rows ? last : rows, by_rows ? std::int64_t{0} : first,
      by_rows ? columns : last);
  });
}

}  // namespace xgrad::kernels
