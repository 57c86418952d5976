// Compiled for x86-64-v4: see cmake/XgradLibrary.cmake.
#include <xgrad/autograd/kernels/levels/level_kernels.hpp>

namespace xgrad::kernels {

extern const LevelKernels v4_level;
constinit const LevelKernels v4_level = make_level("v4");

}  // namespace xgrad::kernels
