#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/processor.hpp>
#include <xgrad/autograd/kernels/levels.hpp>

#include <cstdlib>
#include <string_view>

namespace xgrad::kernels {

extern const LevelKernels baseline_level;
#ifdef XGRAD_HAS_V4
extern const LevelKernels v4_level;
#endif

namespace {

struct Levels {
  const LevelKernels* all[3] = {&baseline_level, nullptr, nullptr};
  Levels() {
#ifdef XGRAD_HAS_V4
    if (xgrad::detail::processor_has_v4()) all[1] = &v4_level;
#endif
  }
};

}  // namespace

const LevelKernels* const* available_levels() {
  static const Levels levels;
  return levels.all;
}

const LevelKernels& choose_level(const char* name) {
  const LevelKernels* best = nullptr;
  std::string names;
  for (auto* l = available_levels(); *l; ++l) {
    if (!name || !*name || std::string_view(name) == (*l)->name) best = *l;
    names += (names.empty() ? "" : ", ") + std::string((*l)->name);
  }
  check<ValueError>(best, "XGRAD_CPU_LEVEL is '{}', but this machine and this library have {}", name ? name : "",
                    names);
  return *best;
}

const LevelKernels& level() {
  static const LevelKernels& chosen = choose_level(std::getenv("XGRAD_CPU_LEVEL"));
  return chosen;
}

template <>
const RowFunctions<float>& row_functions<float>() {
  return level().floats;
}
template <>
const RowFunctions<double>& row_functions<double>() {
  return level().doubles;
}

}  // namespace xgrad::kernels
