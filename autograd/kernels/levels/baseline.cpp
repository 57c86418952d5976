#include <xgrad/autograd/kernels/levels/level_kernels.hpp>

namespace xgrad::kernels {

extern const LevelKernels baseline_level;
#ifdef __x86_64__
constinit const LevelKernels baseline_level = make_level("v3");
#else
constinit const LevelKernels baseline_level = make_level("generic");
#endif

}  // namespace xgrad::kernels
