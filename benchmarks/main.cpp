// The benchmark program: xgrad's rows, libtorch's beside them where it was found, and the limit by hand where there is
// one. benchmarks/run.sh calls it once for each number of threads.
#include "harness.hpp"
#include "workload.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <regex>
#include <thread>

extern "C" void openblas_set_num_threads(int);

namespace bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUsage = R"(usage: xgrad_bench [options]
  --threads N        how many threads xgrad and libtorch may use (1)
  --only REGEX       the rows to run
  --processor-time   measure this instead of the time that passes: for one thread on a machine that others use
  --seconds S        time for each row (2)
  --json FILE        write the rows there as well
  --plot-data FILE   and what draws them: row, ratio to libtorch, its quartiles, goal
  --functional       instead of these rows, all of nn.functional; what is slower than libtorch is listed at the end
  --operations       instead of these rows, tensor operations of a million elements, listed in the same way
  --list             names of the rows
  --node-bytes N     bytes a graph node costs, in a chain of N multiplications
  --attention-bytes N  bytes that a forward pass of attention of length N keeps
  --measure CMD...   runs a command; prints its processor time in seconds and its peak memory in MB
)";

/// The idle threads of a pool look for work for some milliseconds before they sleep, on processors that the next
/// library's threads need.
constexpr auto kOthersSleep = std::chrono::milliseconds(10);

/// One thread's turns are shorter than the time slice of a busy machine's scheduler. Several threads are measured on
/// idle machines only; there the scheduler takes some milliseconds after a rest to move threads that woke on one
/// processor.
constexpr double kTurnOfOneNs = 1e6, kTurnOfSeveralNs = 2e7;

enum class Table { Goals, Functional, Operations };

struct Options {
  int threads = 1;
  std::regex only{""};
  double seconds = 2;
  std::string json, plot_data;
  Table table = Table::Goals;
  bool list = false;
  Clock clock = Clock::Wall;
};

std::vector<Side> all_sides(Table table) {
  const auto of_table = [table](Side (*goals)(), Side (*functional)(), Side (*operations)()) {
    return (table == Table::Goals ? goals : table == Table::Functional ? functional : operations)();
  };
  std::vector<Side> sides{of_table(xgrad_side, xgrad_functional, xgrad_operations)};
#ifdef BENCH_LIBTORCH
  sides.push_back(of_table(libtorch_side, libtorch_functional, libtorch_operations));
#endif
  if (table == Table::Goals) sides.push_back(by_hand_side());
  return sides;
}

/// The largest difference in any tensor, relative to the largest element of that tensor; negative if they are not of
/// one size or not finite.
double difference(const Results& a, const Results& b) {
  if (a.size() != b.size() || a.empty()) return -1;
  double worst = 0;
  for (std::size_t t = 0; t < a.size(); ++t) {
    if (a[t].size() != b[t].size() || a[t].empty()) return -1;
    double most = 0, scale = 0;
    for (std::size_t i = 0; i < a[t].size(); ++i) {
      const double d = std::abs(double(a[t][i]) - double(b[t][i]));
      if (!std::isfinite(d)) return -1;
      most = std::max(most, d);
      scale = std::max(scale, std::abs(double(b[t][i])));
    }
    worst = std::max(worst, scale > 0 ? most / scale : most);
  }
  return worst;
}

std::string time_text(double ns) {
  if (ns < 1e4) return fmt::format("{:.1f} ns", ns);
  return ns < 1e7 ? fmt::format("{:.1f} us", ns / 1e3) : fmt::format("{:.1f} ms", ns / 1e6);
}

/// Runs one row on all sides that have it. False if their results differ.
bool run_row(const Row& row, const std::vector<Side>& sides, const Options& options, Json& out) {
  std::vector<const Side*> with;
  std::vector<Job> jobs;
  for (const Side& side : sides) {
    for (const Row& r : side.rows) {
      if (r.name != row.name) continue;
      with.push_back(&side);
      jobs.push_back(r.setup());
    }
  }
  // The first contender of each side; then, with several threads, libtorch's other settings, of which its best counts.
  std::vector<Contender> contenders;
  std::vector<std::size_t> of_side;
  const auto contend = [&](std::size_t side, int threads, int blas_threads) {
    // Both libraries share one OpenBLAS, whose number of threads is global; ours splits the work above it.
    contenders.push_back({[threads, blas_threads, rest = options.threads > 1, use = with[side]->use_threads] {
                            openblas_set_num_threads(blas_threads);
                            use(threads);
                            if (rest) std::this_thread::sleep_for(kOthersSleep);
                          },
                          jobs[side].run});
    of_side.push_back(side);
  };
  for (std::size_t i = 0; i < jobs.size(); ++i)
    contend(i, options.threads, with[i]->name == "libtorch" ? options.threads : 1);
  for (std::size_t i = 0; options.threads > 1 && i < jobs.size(); ++i) {
    if (with[i]->name != "libtorch") continue;
    contend(i, options.threads, 1);
    contend(i, 1, 1);
  }
  // Two runs each, so that what a run leaves behind counts too.
  std::vector<Results> results;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    contenders[i].prepare();
    for (int k = 0; k < 2; ++k) jobs[i].run();
    results.push_back(jobs[i].results());
  }
  double worst = 0;
  for (std::size_t i = 1; i < results.size(); ++i) {
    const double d = difference(results[0], results[i]);
    if (d < 0 || d > row.tolerance) {
      fmt::print("{}: {} and {} differ ({:.3g})\n", row.name, with[0]->name, with[i]->name, d);
      return false;
    }
    worst = std::max(worst, d);
  }
  results.clear();

  const Times times =
      take_turns(contenders, options.seconds, options.clock, options.threads > 1 ? kTurnOfSeveralNs : kTurnOfOneNs);
  const double goal = options.threads == 1 ? row.goal_one : row.goal_two;
  Json line{{"row", row.name}, {"threads", options.threads}, {"rounds", times.ns[0].size()}};
  if (goal > 0) line["goal"] = goal;
  if (jobs.size() > 1) line["difference"] = worst;
  std::string text;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    std::size_t best = i;
    for (std::size_t c = 0; c < contenders.size(); ++c) {
      if (of_side[c] == i && quartiles(times.ns[c]).median < quartiles(times.ns[best]).median) best = c;
    }
    const Quartiles t = quartiles(times.ns[best]);
    line[with[i]->name] = {{"ns", t.median / row.per}, {"low", t.low / row.per}, {"high", t.high / row.per}};
    if (i > 0) {
      const Quartiles ratio = times.ratio(best, 0);
      line[with[i]->name]["ratio"] = {{"median", ratio.median}, {"low", ratio.low}, {"high", ratio.high}};
      text += fmt::format("  {} {:>10} x{:<6.2f} ({:.2f}-{:.2f})", with[i]->name, time_text(t.median / row.per),
                          ratio.median, ratio.low, ratio.high);
      if (with[i]->name == "libtorch" && goal > 0)
        text += fmt::format(" goal {:<4} {}", goal, ratio.median >= goal ? "met" : "-");
    }
  }
  fmt::print("{:<66} {:>10}{}\n", row.name, time_text(quartiles(times.ns[0]).median / row.per), text);
  std::fflush(stdout);
  out.push_back(std::move(line));
  return true;
}

void write_plot_data(const std::string& path, const Json& rows) {
  std::ofstream file(path);
  for (const Json& row : rows) {
    if (!row.contains("libtorch")) continue;
    const Json& ratio = row["libtorch"]["ratio"];
    file << fmt::format("\"{}\"\t{}\t{}\t{}\t{}\n", row["row"].get<std::string>(), ratio["median"].get<double>(),
                        ratio["low"].get<double>(), ratio["high"].get<double>(), row.value("goal", 0.0));
  }
}

/// The rows in which libtorch is faster, the worst first.
void print_slower(const Json& rows) {
  std::vector<std::pair<double, std::string>> slower;
  std::size_t compared = 0;
  for (const Json& row : rows) {
    if (!row.contains("libtorch")) continue;
    ++compared;
    const double ratio = row["libtorch"]["ratio"]["median"].get<double>();
    if (ratio < 1) slower.emplace_back(ratio, row["row"].get<std::string>());
  }
  std::sort(slower.begin(), slower.end());
  fmt::print("\n{} of {} rows are slower than libtorch's\n", slower.size(), compared);
  for (const auto& [ratio, name] : slower) fmt::print("  x{:<6.2f} {}\n", ratio, name);
}

int run_rows(const Options& options) {
  const std::vector<Side> sides = all_sides(options.table);
  Json out = Json::array();
  bool same = true;
  if (!options.list) {
    fmt::print(
        "{}: xgrad's median; for the others theirs, its ratio to xgrad's and the ratio's quartiles\n",
        options.threads == 1 ? std::string("one thread") : fmt::format("{} threads (by hand: one)", options.threads));
  }
  for (const Row& row : sides[0].rows) {
    if (!std::regex_search(row.name, options.only)) continue;
    if (options.list)
      fmt::print("{}\n", row.name);
    else
      try {
        same &= run_row(row, sides, options, out);
      } catch (const std::exception& e) {
        fmt::print("{}: {}\n", row.name, e.what());
        same = false;
      }
  }
  if (options.table != Table::Goals && !options.list) print_slower(out);
  if (!options.json.empty()) std::ofstream(options.json) << out.dump(1) << '\n';
  if (!options.plot_data.empty()) write_plot_data(options.plot_data, out);
  return same ? 0 : 1;
}

#ifdef BENCH_LIBTORCH
constexpr auto kLibtorchNodeBytes = libtorch_node_bytes, kLibtorchAttentionBytes = libtorch_attention_bytes;
#else
constexpr double (*kLibtorchNodeBytes)(int) = nullptr, (*kLibtorchAttentionBytes)(int) = nullptr;
#endif

/// In a child each, so that neither library's memory is in the other's figure.
int print_bytes(int n, double (*xgrad)(int), double (*libtorch)(int)) {
  const auto print = [&](const char* name, double (*measure)(int)) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
      fmt::print("{} {:.1f}\n", name, measure(n));
      std::fflush(stdout);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0;
  };
  bool good = print("xgrad", xgrad);
  if (libtorch) good &= print("libtorch", libtorch);
  return good ? 0 : 1;
}

int measure(char** command) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(command[0], command);
    std::perror(command[0]);
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  const auto start = std::chrono::steady_clock::now();
  ::wait4(child, &status, 0, &used);
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto seconds = [](timeval t) { return double(t.tv_sec) + 1e-6 * double(t.tv_usec); };
  fmt::print(stderr, "{:.3f} {:.1f} {:.3f}\n", seconds(used.ru_utime) + seconds(used.ru_stime),
             double(used.ru_maxrss) / 1024, elapsed);
  return status == 0 ? 0 : 1;
}

int run(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    const bool has_value = i + 1 < count;
    if (name == "--list")
      options.list = true;
    else if (name == "--functional")
      options.table = Table::Functional;
    else if (name == "--operations")
      options.table = Table::Operations;
    else if (name == "--processor-time")
      options.clock = Clock::Processor;
    else if (name == "--measure" && has_value)
      return measure(arguments + i + 1);
    else if (name == "--node-bytes" && has_value)
      return print_bytes(std::stoi(arguments[i + 1]), xgrad_node_bytes, kLibtorchNodeBytes);
    else if (name == "--attention-bytes" && has_value)
      return print_bytes(std::stoi(arguments[i + 1]), xgrad_attention_bytes, kLibtorchAttentionBytes);
    else if (name == "--threads" && has_value)
      options.threads = std::stoi(arguments[++i]);
    else if (name == "--only" && has_value)
      options.only = std::regex(arguments[++i], std::regex::icase);
    else if (name == "--seconds" && has_value)
      options.seconds = std::stod(arguments[++i]);
    else if (name == "--plot-data" && has_value)
      options.plot_data = arguments[++i];
    else if (name == "--json" && has_value)
      options.json = arguments[++i];
    else
      return fmt::print("{}", kUsage), name == "--help" ? 0 : 2;
  }
  return run_rows(options);
}

}  // namespace
}  // namespace bench

int main(int count, char** arguments) { return bench::run(count, arguments); }
