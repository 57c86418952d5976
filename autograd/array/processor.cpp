// Compiled for the oldest x86-64 (cmake/XgradLibrary.cmake), and on purpose without the standard library: a template
// that another file compiles for newer processors could take the place of this file's copy.
#include <xgrad/autograd/array/processor.hpp>

#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <unistd.h>

namespace xgrad::detail {

const char* missing_feature(const ProcessorFeatures& has) {
  if (!has.avx2) return "AVX2";
  if (!has.fma) return "FMA";
  if (!has.bmi) return "BMI1";
  if (!has.bmi2) return "BMI2";
  if (!has.lzcnt) return "LZCNT";  // without it the instruction is another one, with other results
  if (!has.movbe) return "MOVBE";
  if (!has.f16c) return "F16C";
  return nullptr;
}

const bool processor_is_checked = true;

#ifdef __x86_64__

bool processor_has_v4() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

namespace {

void say(const char* text) {
  unsigned long n = 0;
  while (text[n]) ++n;
  [[maybe_unused]] const auto written = ::write(2, text, n);
}

// Before any other initialisation of the library or of a program that links it statically.
[[gnu::constructor(101)]] void check_processor() {
  __builtin_cpu_init();
  unsigned a, b, basic = 0, d, extended = 0;  // features that __builtin_cpu_supports does not know in every compiler
  __get_cpuid(1, &a, &b, &basic, &d);
  __get_cpuid(0x80000001, &a, &b, &extended, &d);
  const ProcessorFeatures has{__builtin_cpu_supports("avx2") != 0,
                              __builtin_cpu_supports("bmi") != 0,
                              __builtin_cpu_supports("bmi2") != 0,
                              __builtin_cpu_supports("fma") != 0,
                              (extended & bit_LZCNT) != 0,
                              (basic & bit_MOVBE) != 0,
                              (basic & bit_F16C) != 0};
  const char* missing = missing_feature(has);
  if (!missing) return;
  say("xgrad was built for x86-64-v3 processors (Intel since Haswell, AMD since Excavator); this one has no ");
  say(missing);
  say(".\n");
  ::_exit(1);
}

}  // namespace

#else

bool processor_has_v4() { return false; }

#endif

}  // namespace xgrad::detail
