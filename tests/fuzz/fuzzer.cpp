/// libFuzzer's entry into one target, XGRAD_FUZZ_TARGET: cmake/XgradFuzz.cmake. Nothing in the ordinary suite.
#ifdef XGRAD_FUZZ_TARGET

#include <cstddef>
#include <cstdint>

#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const xgrad::fuzz::Target& target = xgrad::fuzz::target(XGRAD_FUZZ_TARGET);
  target.parse({reinterpret_cast<const char*>(data), size});
  return 0;
}

/// The parsers are in this program and in the library, on purpose.
extern "C" const char* __asan_default_options() { return "detect_odr_violation=0"; }

#endif
