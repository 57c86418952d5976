#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/array/thread_count.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#ifdef __linux__
#include <sched.h>
#endif

namespace xgrad::detail {

std::optional<int> parse_thread_count(const char* text) {
  while (*text == ' ') ++text;
  const char* const end = text + std::strlen(text);
  int n = 0;
  const auto [rest, error] = std::from_chars(text, end, n);
  if (error != std::errc() || n < 1 || (rest != end && *rest != ',' && *rest != ' ')) return std::nullopt;
  return std::min(n, kMaxThreads);
}

int initial_thread_count(const char* ours, const char* openmp, std::string& problem) {
  if (ours && *ours) {
    if (const auto n = parse_thread_count(ours)) return *n;
    problem = fmt::format("XGRAD_NUM_THREADS=\"{}\" is not a number of threads and is not used", ours);
  }
  if (openmp && *openmp) {
    if (const auto n = parse_thread_count(openmp)) return *n;
  }
  return physical_cores();
}

int physical_cores() {
  int cores = static_cast<int>(std::thread::hardware_concurrency());
#ifdef __linux__
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    // A core's hardware threads name each other in the same words.
    std::set<std::string> siblings;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      std::ifstream file(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
      std::string line;
      siblings.insert(std::getline(file, line) ? line : fmt::format("cpu {}", cpu));
    }
    cores = static_cast<int>(siblings.size());
  }
#endif
  return std::clamp(cores, 1, kMaxThreads);
}

}  // namespace xgrad::detail
