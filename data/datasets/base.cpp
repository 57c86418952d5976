#include <xgrad/data/datasets/base.hpp>

#include <algorithm>

namespace xgrad::data::datasets::detail {

std::size_t wrap_index(std::int64_t index, std::optional<std::size_t> size) {
  const bool known = size.has_value();
  const auto n = static_cast<std::int64_t>(size.value_or(0));
  const std::int64_t wrapped = index < 0 ? index + n : index;
  check<IndexError>(wrapped >= 0 && (!known || wrapped < n), "index {} is out of bounds for dataset with size {}",
                    index, known ? std::to_string(n) : "unknown");
  return static_cast<std::size_t>(wrapped);
}

Range resolve(const Slice& slice, std::size_t n) {
  check<ValueError>(slice.step() > 0, "slice step must be positive, but got {}", slice.step());
  const auto size = static_cast<std::int64_t>(n);
  const auto clip = [size](std::int64_t i) { return std::clamp(i < 0 ? i + size : i, std::int64_t{0}, size); };
  const std::int64_t start = clip(slice.start().value_or(0)), stop = clip(slice.stop().value_or(size));
  // Not (stop - start + step - 1) / step, which overflows for a huge step.
  const std::int64_t count = stop > start ? (stop - start - 1) / slice.step() + 1 : 0;
  return {static_cast<std::size_t>(start), static_cast<std::size_t>(count), static_cast<std::size_t>(slice.step())};
}

std::size_t known_size(std::optional<std::size_t> size) {
  check<TypeError>(size.has_value(), "object of type 'Dataset' has no len(): it does not know its size");
  return *size;
}

}  // namespace xgrad::data::datasets::detail
