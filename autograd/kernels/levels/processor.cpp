// Which processor this is. Compiled for plain x86-64: it has to run on those that the rest of the library refuses.
#include <xgrad/autograd/kernels/levels/processor.hpp>

#ifdef __x86_64__
#include <unistd.h>

namespace xgrad::kernels {
namespace {

/// Before all other code of the library, which an older processor would stop at with "illegal instruction".
[[gnu::constructor(101)]] void refuse_older_processors() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) return;
  static constexpr char kMessage[] =
      "xgrad is built for x86-64-v3 processors (with AVX2, FMA and BMI2: Intel since Haswell, AMD since Excavator), "
      "and "
      "this one is older.\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(1);
}

}  // namespace

bool processor_has_v4() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

}  // namespace xgrad::kernels

#else

bool xgrad::kernels::processor_has_v4() { return false; }

#endif
