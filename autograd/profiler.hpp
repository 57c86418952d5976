/// autograd::profiler: where a program's time and memory go, operation by operation.
#pragma once

#include <xgrad/autograd/graph/profiling.hpp>
#include <xgrad/autograd/kwargs.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(enabled);
XGRAD_KEYWORD(group_by_input_shape);
XGRAD_KEYWORD(group_by_module);
XGRAD_KEYWORD(max_name_column_width);
XGRAD_KEYWORD(profile_memory);
XGRAD_KEYWORD(record_shapes);
XGRAD_KEYWORD(row_limit);
XGRAD_KEYWORD(sort_by);
XGRAD_KEYWORD(with_modules);
}  // namespace xgrad::kwargs

namespace xgrad::autograd::profiler {

/// The events of one name (and of one list of shapes, or one module), summed. Times are in microseconds.
struct EventAverage {
  std::string key;
  std::int64_t count = 0;
  double cpu_time_total = 0, self_cpu_time_total = 0;
  std::int64_t cpu_memory_usage = 0, self_cpu_memory_usage = 0;
  std::vector<std::vector<std::int64_t>> input_shapes;  ///< filled in when grouped by them
  std::string module;                                   ///< likewise
  double cpu_time() const { return count == 0 ? 0 : cpu_time_total / static_cast<double>(count); }
};

/// Arguments of key_averages().
class GroupOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::group_by_input_shape>;
  GroupOptions& group_by_input_shape(bool on) { return by_shape_ = on, *this; }
  GroupOptions& group_by_module(bool on) { return by_module_ = on, *this; }
  bool group_by_input_shape() const { return by_shape_; }
  bool group_by_module() const { return by_module_; }

 private:
  bool by_shape_ = false, by_module_ = false;
};

/// Arguments of table().
class TableOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::sort_by, kwargs::key::row_limit>;
  /// "cpu_time", "cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage" or "count": the
  /// largest first. Without it, rows are in the order in which they were first called.
  TableOptions& sort_by(std::string column) { return sort_by_ = std::move(column), *this; }
  TableOptions& row_limit(std::int64_t rows) { return row_limit_ = rows, *this; }
  TableOptions& max_name_column_width(std::int64_t width) { return name_width_ = width, *this; }
  const std::string& sort_by() const { return sort_by_; }
  std::int64_t row_limit() const { return row_limit_; }
  std::int64_t max_name_column_width() const { return name_width_; }

 private:
  std::string sort_by_;
  std::int64_t row_limit_ = 100, name_width_ = 55;
};

/// What key_averages() returns: a vector of EventAverage that prints as a table.
class EventList : public std::vector<EventAverage> {
 public:
  EventList(const ProfileOptions& options, const GroupOptions& groups) : options_(options), groups_(groups) {}
  /// As PyTorch draws it: `table(sort_by = "self_cpu_time_total", row_limit = 10)`. Throws ValueError when there is no
  /// column `sort_by`.
  template <class... Args>
  std::string table(Args&&... args) const {
    return draw(kwargs::apply(TableOptions(), std::forward<Args>(args)...));
  }
  /// Microseconds in all events together.
  double self_cpu_time_total() const;

 private:
  std::string draw(const TableOptions& options) const;

  ProfileOptions options_;
  GroupOptions groups_;
};
std::ostream& operator<<(std::ostream& out, const EventList& events);

/// Arguments of `profile`.
class Options : public ProfileOptions {
 public:
  using Positional = kwargs::Order<kwargs::key::enabled>;
  Options& enabled(bool on) { return enabled_ = on, *this; }
  bool enabled() const { return enabled_; }

 private:
  bool enabled_ = true;
};

/// Records every operation of the program, forward and backward, in all its threads, until stop() or the end of its
/// scope:
///
///     autograd::profiler::profile prof(record_shapes = true);
///     loss_fn(model(x), y).backward();
///     prof.stop();
///     print(prof.key_averages().table(sort_by = "self_cpu_time_total"));
///     prof.export_chrome_trace("trace.json");
///
/// Only one at a time: a second throws Error. See https://pytorch.org/docs/1.13/autograd.html#profiler
class profile {
 public:
  template <class... Args>
  explicit profile(Args&&... args) {
    start(kwargs::apply(Options(), std::forward<Args>(args)...));
  }
  ~profile();
  profile(const profile&) = delete;
  profile& operator=(const profile&) = delete;

  /// Ends the recording. The functions below do so too.
  void stop();
  /// All events, in the order in which they started.
  const std::vector<Event>& events();
  /// Events of the same name summed up.
  template <class... Args>
  EventList key_averages(Args&&... args) {
    return averages(kwargs::apply(GroupOptions(), std::forward<Args>(args)...));
  }
  /// All events summed up.
  EventAverage total_average();
  /// key_averages().table(...)
  template <class... Args>
  std::string table(Args&&... args) {
    return key_averages().table(std::forward<Args>(args)...);
  }
  /// Microseconds in all events together.
  double self_cpu_time_total();
  /// Writes a file that chrome://tracing and https://ui.perfetto.dev open: threads side by side, with arrows from
  /// operations to their derivatives. Throws Error when it cannot be written; there is no half of a file then.
  void export_chrome_trace(const std::string& path);

 private:
  void start(const Options& options);
  EventList averages(const GroupOptions& groups);

  ProfileOptions options_;
  std::shared_ptr<Recording> recording_;
  std::vector<Event> events_;
};

/// Names a part of the program in a profile: `autograd::profiler::record_function region("loading");`
class record_function {
 public:
  explicit record_function(std::string name) : profiled_([&] { return std::move(name); }) {}

 private:
  xgrad::detail::Profiled profiled_;
};

}  // namespace xgrad::autograd::profiler
