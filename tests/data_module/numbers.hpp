/// Small datasets whose examples tell where they come from.
#pragma once

#include <xgrad/data/data.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>
#include <vector>

namespace xgrad::test {

inline std::vector<std::int64_t> ints(const Tensor& t) {
  const Tensor packed = t.to(kInt64).contiguous();
  const auto* p = packed.data_ptr<std::int64_t>();
  return {p, p + packed.numel()};
}

inline std::vector<std::int64_t> counting(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(to - from));
  std::iota(out.begin(), out.end(), from);
  return out;
}

/// Example i is the tensor {i, i} (float32) and the label 10 i.
struct Numbers : data::datasets::Dataset<Numbers, data::Example<Tensor, std::int64_t>> {
  explicit Numbers(std::size_t n) : count(n) {}
  ExampleType get(std::size_t i) override {
    return {full({2}, static_cast<float>(i)), 10 * static_cast<std::int64_t>(i)};
  }
  std::optional<std::size_t> size() const override { return count; }

  std::size_t count;
};

inline std::filesystem::path shipped_digits() { return std::filesystem::path(XGRAD_SOURCE_DIR) / "data"; }

}  // namespace xgrad::test
