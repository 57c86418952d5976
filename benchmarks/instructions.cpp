// Some rows of the benchmark, for callgrind to count their instructions: benchmarks/instructions.sh.
//
//   xgrad_instructions ROW RUNS      runs the row by that name twice, and then RUNS times inside of `counted`
#include "workload.hpp"

#include <cstdio>
#include <cstdlib>

/// What callgrind counts, by this name.
extern "C" [[gnu::noinline]] void counted(const bench::Job& job, int runs) {
  for (int i = 0; i < runs; ++i) job.run();
}

int main(int argc, char** argv) {
  const std::string name = argc == 3 ? argv[1] : "";
  for (const bench::Row& row : bench::xgrad_side().rows) {
    if (row.name != name) continue;
    const bench::Job job = row.setup();
    job.run();  // what happens once only: tables, slabs of the allocator
    job.run();
    counted(job, std::atoi(argv[2]));
    return 0;
  }
  std::fprintf(stderr, "no row \"%s\"\n", name.c_str());
  return 1;
}
