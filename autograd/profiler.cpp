#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/profiler.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ostream>
#include <tuple>

namespace xgrad::autograd::profiler {
namespace {

double microseconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e3; }

void add(EventAverage& sum, const Event& e) {
  ++sum.count;
  sum.cpu_time_total += microseconds(e.duration);
  sum.self_cpu_time_total += microseconds(e.self);
  sum.cpu_memory_usage += e.bytes;
  sum.self_cpu_memory_usage += e.self_bytes;
}

// --- the table

std::string time_text(double us) {
  if (us >= 1e6) return fmt::format("{:.3f}s", us / 1e6);
  if (us >= 1e3) return fmt::format("{:.3f}ms", us / 1e3);
  return fmt::format("{:.3f}us", us);
}

std::string memory_text(std::int64_t bytes) {
  constexpr std::array<std::pair<double, const char*>, 3> kUnits{
      {{1024. * 1024 * 1024, "Gb"}, {1024. * 1024, "Mb"}, {1024., "Kb"}}};
  const double amount = static_cast<double>(bytes);
  for (const auto& [size, unit] : kUnits) {
    if (std::abs(amount) >= size) return fmt::format("{:.2f} {}", amount / size, unit);
  }
  return fmt::format("{} b", bytes);
}

std::string share_text(double part, double whole) { return fmt::format("{:.2f}%", whole > 0 ? part * 100 / whole : 0); }

std::string shapes_text(const std::vector<std::vector<std::int64_t>>& shapes) {
  std::string text = "[";
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    text += i ? ", [" : "[";
    for (std::size_t d = 0; d < shapes[i].size(); ++d) text += fmt::format("{}{}", d ? ", " : "", shapes[i][d]);
    text += "]";
  }
  return text + "]";
}

/// One column: its header, its cells, and how they stand in it.
struct Column {
  std::string header;
  std::string (*cell)(const EventAverage& row, double self_total);
  bool name = false;  // as wide as its longest cell
  bool left = false;
};

constexpr std::size_t kNumberWidth = 12, kSpacing = 2;

std::vector<Column> columns(const ProfileOptions& options, const GroupOptions& groups) {
  using Row = const EventAverage&;
  std::vector<Column> all{
      {"Name", [](Row r, double) { return r.key; }, true},
      {"Self CPU %", [](Row r, double total) { return share_text(r.self_cpu_time_total, total); }},
      {"Self CPU", [](Row r, double) { return time_text(r.self_cpu_time_total); }},
      {"CPU total %", [](Row r, double total) { return share_text(r.cpu_time_total, total); }},
      {"CPU total", [](Row r, double) { return time_text(r.cpu_time_total); }},
      {"CPU time avg", [](Row r, double) { return time_text(r.cpu_time()); }},
  };
  if (options.profile_memory()) {
    all.push_back({"CPU Mem", [](Row r, double) { return memory_text(r.cpu_memory_usage); }});
    all.push_back({"Self CPU Mem", [](Row r, double) { return memory_text(r.self_cpu_memory_usage); }});
  }
  all.push_back({"# of Calls", [](Row r, double) { return fmt::format("{}", r.count); }});
  if (groups.group_by_input_shape())
    all.push_back({"Input Shapes", [](Row r, double) { return shapes_text(r.input_shapes); }, true, true});
  if (groups.group_by_module()) all.push_back({"Module", [](Row r, double) { return r.module; }, true, true});
  return all;
}

std::string shortened(std::string text, std::int64_t width) {
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(width, 4));
  return text.size() < most - 3 ? text : text.substr(0, most - 3) + "...";
}

using Rows = std::vector<const EventAverage*>;

void sort_rows(Rows& rows, const std::string& column) {
  using Key = double (*)(const EventAverage&);
  static const std::map<std::string, Key> kKeys{
      {"count", [](const EventAverage& e) { return static_cast<double>(e.count); }},
      {"cpu_memory_usage", [](const EventAverage& e) { return static_cast<double>(e.cpu_memory_usage); }},
      {"cpu_time", [](const EventAverage& e) { return e.cpu_time(); }},
      {"cpu_time_total", [](const EventAverage& e) { return e.cpu_time_total; }},
      {"self_cpu_memory_usage", [](const EventAverage& e) { return static_cast<double>(e.self_cpu_memory_usage); }},
      {"self_cpu_time_total", [](const EventAverage& e) { return e.self_cpu_time_total; }},
  };
  if (column.empty()) return;
  const auto found = kKeys.find(column);
  if (found == kKeys.end()) {
    std::string names;
    for (const auto& [name, key] : kKeys) names += (names.empty() ? "" : ", ") + name;
    fail<ValueError>("a profile cannot be sorted by '{}', but by one of {}", column, names);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [key = found->second](const auto* a, const auto* b) { return key(*a) > key(*b); });
}

// --- the trace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + '"';
}

/// Whether it is an operation or a derivative, which the others name.
bool is_operation(const Event& e) {
  std::string_view name = e.name;
  if (name.starts_with("aten::") || name.starts_with("torch::autograd::")) return true;
  while (name.ends_with('0') || name.ends_with('1') || name.ends_with('2')) name.remove_suffix(1);
  return name.ends_with("Backward");
}

/// One of the trace's objects; times are in microseconds there.
std::string trace_event(const Event& e, const ProfileOptions& options) {
  std::string args;
  const auto arg = [&](const char* name, const std::string& value) {
    args += fmt::format("{}\"{}\": {}", args.empty() ? "" : ", ", name, value);
  };
  if (options.record_shapes()) arg("Input Dims", shapes_text(e.input_shapes));
  if (options.profile_memory()) arg("Bytes", fmt::format("{}", e.bytes));
  if (!e.module.empty()) arg("Module Hierarchy", json_string(e.module));
  return fmt::format(
      R"({{"ph": "X", "cat": "{}", "name": {}, "pid": 0, "tid": {}, "ts": {:.3f}, "dur": {:.3f}, "args": {{{}}}}})",
      is_operation(e) ? "cpu_op" : "user_annotation", json_string(e.name), e.thread, microseconds(e.start),
      microseconds(e.duration), args);
}

/// The two ends of the arrow from an operation to its derivative.
std::string trace_arrow(std::size_t id, const Event& from, const Event& to) {
  const auto end = [id](const char* kind, const Event& at) {
    return fmt::format(R"({{{}, "cat": "fwdbwd", "name": "fwdbwd", "id": {}, "pid": 0, "tid": {}, "ts": {:.3f}}})",
                       kind, id, at.thread, microseconds(at.start));
  };
  return end(R"("ph": "s")", from) + ",\n" + end(R"("ph": "f", "bp": "e")", to);
}

}  // namespace

std::string EventList::draw(const TableOptions& options) const {
  Rows rows;
  for (const EventAverage& e : *this) rows.push_back(&e);
  sort_rows(rows, options.sort_by());
  if (options.row_limit() >= 0 && rows.size() > static_cast<std::size_t>(options.row_limit()))
    rows.resize(static_cast<std::size_t>(options.row_limit()));

  const double self_total = self_cpu_time_total();
  std::vector<std::string> lines(rows.size());
  std::string rule, header;
  for (const Column& c : columns(options_, groups_)) {
    std::vector<std::string> cells;
    std::size_t width = kNumberWidth;
    for (const EventAverage* row : rows) {
      cells.push_back(c.cell(*row, self_total));
      if (c.name) cells.back() = shortened(cells.back(), options.max_name_column_width());
      if (c.name) width = std::max(width, cells.back().size() + 4);
    }
    const auto put = [&](std::string& line, const std::string& cell) {
      line += c.left ? fmt::format("{:<{}}", cell, width) : fmt::format("{:>{}}", cell, width);
      line.append(kSpacing, ' ');
    };
    rule += std::string(width, '-') + std::string(kSpacing, ' ');
    put(header, c.header);
    for (std::size_t i = 0; i < rows.size(); ++i) put(lines[i], cells[i]);
  }
  std::string text = rule + "\n" + header + "\n" + rule + "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text + rule + "\nSelf CPU time total: " + time_text(self_total) + "\n";
}

double EventList::self_cpu_time_total() const {
  double sum = 0;
  for (const EventAverage& e : *this) sum += e.self_cpu_time_total;
  return sum;
}

std::ostream& operator<<(std::ostream& out, const EventList& events) { return out << events.table(); }

void profile::start(const Options& options) {
  options_ = options;
  if (options.enabled()) recording_ = start_recording(options_);
}

profile::~profile() { stop(); }

void profile::stop() {
  if (recording_) events_ = finish_recording(std::exchange(recording_, nullptr));
}

const std::vector<Event>& profile::events() { return stop(), events_; }

EventList profile::averages(const GroupOptions& groups) {
  EventList list(options_, groups);
  using Key = std::tuple<std::string, std::vector<std::vector<std::int64_t>>, std::string>;
  std::map<Key, std::size_t> places;
  for (const Event& e : events()) {
    Key key{e.name, {}, {}};
    if (groups.group_by_input_shape()) std::get<1>(key) = e.input_shapes;
    if (groups.group_by_module()) std::get<2>(key) = e.module;
    const auto [at, added] = places.try_emplace(std::move(key), list.size());
    if (added) {
      EventAverage& row = list.emplace_back();
      std::tie(row.key, row.input_shapes, row.module) = at->first;
    }
    add(list[at->second], e);
  }
  return list;
}

EventAverage profile::total_average() {
  EventAverage total;
  total.key = "Total";
  for (const Event& e : events()) add(total, e);
  return total;
}

double profile::self_cpu_time_total() { return total_average().self_cpu_time_total; }

void profile::export_chrome_trace(const std::string& path) {
  std::string text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n";
  text += R"({"ph": "M", "name": "process_name", "pid": 0, "tid": 0, "args": {"name": "CPU functions"}})";
  int threads = 0;
  for (const Event& e : events()) threads = std::max(threads, e.thread + 1);
  for (int t = 0; t < threads; ++t) {
    text += fmt::format(
        ",\n"
        R"({{"ph": "M", "name": "thread_name", "pid": 0, "tid": {}, "args": {{"name": "thread {}{}"}}}})",
        t, t, t == 0 ? ", the profiler's" : "");
  }
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Event& e = events_[i];
    text += ",\n" + trace_event(e, options_);
    if (e.forward >= 0) text += ",\n" + trace_arrow(i, events_[static_cast<std::size_t>(e.forward)], e);
  }
  text += "\n]}\n";
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace xgrad::autograd::profiler
