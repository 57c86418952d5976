/// How a loss turns one number an element into its result.
#pragma once

#include <cstdint>

namespace xgrad {

enum class Reduction : std::uint8_t { None, Mean, Sum };

}  // namespace xgrad
