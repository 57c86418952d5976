/// Which processor this is. The library is compiled for x86-64-v3; a program on an older processor is told so when it
/// starts.
#pragma once

namespace xgrad::detail {

/// What the check looks at; each of them is in every processor of that level.
struct ProcessorFeatures {
  bool avx2, bmi, bmi2, fma, lzcnt, movbe, f16c;
};

/// The first feature that is missing, or null.
const char* missing_feature(const ProcessorFeatures& has);

/// Whether the code compiled for x86-64-v4 (AVX-512) may run.
bool processor_has_v4();

/// Referred to by the allocator, so that a static library's check is linked into every program.
extern const bool processor_is_checked;

}  // namespace xgrad::detail
