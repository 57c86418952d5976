/// How many threads arithmetic uses if nobody has said.
#pragma once

#include <optional>
#include <string>

namespace xgrad::detail {

/// The number at the start of a variable such as "4" or OpenMP's "4,2"; nothing if it is no number from 1 on.
std::optional<int> parse_thread_count(const char* text);

/// The first of the two variables that is set (null or empty: it is not), else physical_cores(). What cannot be
/// understood is passed over, and `problem` says so if it is our own variable.
int initial_thread_count(const char* ours, const char* openmp, std::string& problem);

/// Processor cores, not hardware threads, among the processors that this program may run on.
int physical_cores();

}  // namespace xgrad::detail
