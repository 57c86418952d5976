/// What mistake looks like that? Internal.
#pragma once

#include <xgrad/autograd/gradcheck/jacobian.hpp>

namespace xgrad::autograd::detail {

struct Suspicion {
  GradcheckCause cause = GradcheckCause::Unknown;
  std::string text;
};

/// The cause of the differences in one of the blocks. `entries`: those of it that are wrong, at least one.
Suspicion suspect(const Block& block, const std::vector<std::size_t>& entries, const std::vector<Block>& blocks,
                  const GradcheckOptions& options);

}  // namespace xgrad::autograd::detail
