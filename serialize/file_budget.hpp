/// The memory that what a file says may take beyond what it is.
#pragma once

#include <xgrad/autograd/array/error.hpp>

#include <cstdint>
#include <limits>

namespace xgrad::serialize {

/// 64 MiB and some times the size of the file. Whatever makes more of a file than it has bytes charges for it first.
class FileBudget {
 public:
  explicit FileBudget(std::uint64_t file_size, std::uint64_t times = 32)
      : file_size_(file_size), left_((std::uint64_t{64} << 20) + times * (file_size < kHuge ? file_size : kHuge)) {}

  /// `what` completes a sentence: "the names of its tensors take".
  void charge(std::uint64_t memory, const char* what) {
    check(memory <= left_, "{} far more memory than the {} bytes of the file can be worth", what, file_size_);
    left_ -= memory;
  }

 private:
  static constexpr std::uint64_t kHuge = std::uint64_t{1} << 57;

  std::uint64_t file_size_, left_;
};

}  // namespace xgrad::serialize
