// How fast files of parameters are written and read: `xgrad_files save PATH MEGABYTES`, `xgrad_files load PATH`. Prints
// seconds, seconds of processor time, and MiB of memory on top of what was there before. `xgrad_files touch MEGABYTES`
// uses memory and ends. See files.sh.
#include <sys/resource.h>
#include <xgrad/xgrad.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

using namespace xgrad;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// As a model has them: large matrices, and a small vector with each.
OrderedDict<std::string, Tensor> parameters(std::int64_t megabytes) {
  OrderedDict<std::string, Tensor> all;
  constexpr std::int64_t kEach = 16;
  for (std::int64_t i = 0; i < megabytes / kEach; ++i) {
    all.insert(fmt::format("{}.weight", i), rand({kEach * 256, 1024}));
    all.insert(fmt::format("{}.bias", i), rand({1024}));
  }
  return all;
}

template <class F>
void measure(F f) {
  const double before = peak_megabytes();
  const std::clock_t processor = std::clock();
  const auto start = std::chrono::steady_clock::now();
  f();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double of_processor = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  std::printf("%.4f %.4f %.0f\n", seconds.count(), of_processor, peak_megabytes() - before);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "save") {
    const auto state = parameters(std::atoll(argv[3]));
    measure([&] { save(state, std::string(argv[2])); });
    return 0;
  }
  if (argc == 3 && std::string(argv[1]) == "load") {
    OrderedDict<std::string, Tensor> state;
    measure([&] { state = load(std::string(argv[2])); });
    return state.empty() ? 1 : 0;
  }
  if (argc == 3 && std::string(argv[1]) == "touch") return parameters(std::atoll(argv[2])).empty() ? 1 : 0;
  std::fprintf(stderr, "usage: %s save PATH MEGABYTES | load PATH | touch MEGABYTES\n", argv[0]);
  return 2;
}
