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

#endif
