#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>

namespace xgrad::kernels {

constinit SplitLimits split_limits;

std::int64_t piece_length(std::int64_t n, std::int64_t cost, std::int64_t multiple, std::int64_t a_thread) {
  if (in_parallel_region()) return n;
  const std::int64_t threads = get_num_threads();
  if (threads == 1) return n;
  const std::int64_t least = std::max<std::int64_t>(split_limits.work_to_split / 2, 1);
  const std::int64_t pieces = std::clamp<std::int64_t>(n * cost / least, 1, a_thread * threads);
  const std::int64_t length = (n + pieces - 1) / pieces;
  return (length + multiple - 1) / multiple * multiple;
}

}  // namespace xgrad::kernels
