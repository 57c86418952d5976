#include <xgrad/data/datasets/subset.hpp>

#include <numeric>

namespace xgrad::data::datasets::detail {

std::vector<std::vector<std::size_t>> random_pieces(std::size_t n, ArrayRef<std::int64_t> lengths,
                                                    std::optional<Generator> generator) {
  const auto total = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  const bool negative = std::any_of(lengths.begin(), lengths.end(), [](std::int64_t l) { return l < 0; });
  check<ValueError>(!negative && total == static_cast<std::int64_t>(n),
                    "Sum of input lengths does not equal the length of the input dataset!\n"
                    "  the lengths add up to {}, the dataset has {} examples",
                    total, n);
  const Tensor order = randperm(total, kInt64, std::move(generator));
  const std::int64_t* next = order.data_ptr<std::int64_t>();
  std::vector<std::vector<std::size_t>> pieces;
  for (std::int64_t length : lengths) {
    pieces.emplace_back(next, next + length);
    next += length;
  }
  return pieces;
}

}  // namespace xgrad::data::datasets::detail
