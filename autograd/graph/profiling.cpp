#include <xgrad/autograd/graph/node.hpp>
#include <xgrad/autograd/graph/profiling.hpp>

#include <cctype>
#include <chrono>
#include <mutex>
#include <tuple>
#include <unordered_map>

namespace xgrad {

namespace detail {
constinit std::atomic<int> profiling{0};
}

namespace autograd::profiler {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t bytes_of_this_thread() {
  using memory::detail::Counted;
  const auto* state = memory::detail::state;
  return state ? state->counts[static_cast<std::size_t>(Counted::Bytes)].load(std::memory_order_relaxed) : 0;
}

/// This thread, among all that there ever were: the system gives the number of one that ended to another.
std::uint64_t this_thread() {
  static std::atomic<std::uint64_t> threads{0};
  thread_local const std::uint64_t number = ++threads;
  return number;
}

}  // namespace

class Recording {
 public:
  explicit Recording(const ProfileOptions& options) : options_(options) { number_of(this_thread()); }

  const ProfileOptions& options() const { return options_; }
  std::int64_t now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count();
  }

  /// Keeps a place for an event; -1 when the recording is over.
  std::int64_t reserve() {
    const std::lock_guard lock(mutex_);
    if (finished_) return -1;
    events_.emplace_back();
    closed_.push_back(false);
    return static_cast<std::int64_t>(events_.size()) - 1;
  }

  /// The event is complete; it made the nodes numbered `first_node` up to `last_node`.
  void close(std::int64_t at, Event&& event, std::uint64_t first_node, std::uint64_t last_node) {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    event.thread = number_of(this_thread());
    for (std::uint64_t n = first_node; n < last_node; ++n) {
      // The operations that this one called have claimed their nodes. Nodes are numbered by thread: of two that share a
      // number, nobody can tell whose derivative runs.
      Maker& maker = makers_.try_emplace(n, Maker{at, event.thread}).first->second;
      if (maker.thread != event.thread) maker.event = -1;
    }
    events_[static_cast<std::size_t>(at)] = std::move(event);
    closed_[static_cast<std::size_t>(at)] = true;
  }

  /// The event that made a node, or -1, and its module.
  std::pair<std::int64_t, std::string> maker_of(std::uint64_t node) {
    const std::lock_guard lock(mutex_);
    const auto found = makers_.find(node);
    if (found == makers_.end() || found->second.event < 0) return {-1, {}};
    return {found->second.event, events_[static_cast<std::size_t>(found->second.event)].module};
  }

  std::vector<Event> finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    std::vector<std::int64_t> moved_to(events_.size(), -1);
    std::vector<Event> out;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (!closed_[i]) continue;
      moved_to[i] = static_cast<std::int64_t>(out.size());
      out.push_back(std::move(events_[i]));
    }
    for (Event& e : out) {
      if (e.forward >= 0) e.forward = moved_to[static_cast<std::size_t>(e.forward)];
    }
    return out;
  }

 private:
  struct Maker {
    std::int64_t event;
    int thread;
  };
  int number_of(std::uint64_t thread) {
    return threads_.try_emplace(thread, static_cast<int>(threads_.size())).first->second;
  }

  const ProfileOptions options_;
  const Clock::time_point start_ = Clock::now();
  std::mutex mutex_;
  bool finished_ = false;
  std::vector<Event> events_;
  std::vector<bool> closed_;
  std::unordered_map<std::uint64_t, Maker> makers_;  // by a node's number, the event that made it
  std::unordered_map<std::uint64_t, int> threads_;   // by this_thread()
};

namespace {

/// An event that has begun in this thread.
struct Open {
  std::shared_ptr<Recording> recording;
  std::int64_t at = -1;
  Event event;
  std::uint64_t first_node = 0;
  std::int64_t bytes_before = 0;
  std::int64_t inner_time = 0, inner_bytes = 0;  // of the events it called
};

thread_local std::vector<Open> open_events;

std::mutex current_mutex;
std::shared_ptr<Recording> current;

std::shared_ptr<Recording> current_recording() {
  const std::lock_guard lock(current_mutex);
  return current;
}

/// Starts an event of which name and arguments are filled in by `describe`.
template <class Describe>
bool open(Describe describe) {
  std::shared_ptr<Recording> recording = current_recording();
  if (!recording) return false;
  Open o;
  o.at = recording->reserve();
  if (o.at < 0) return false;
  describe(o.event, *recording);
  if (o.event.module.empty() && recording->options().with_modules()) o.event.module = xgrad::detail::module_path();
  o.first_node = xgrad::detail::next_sequence_nr;
  if (recording->options().profile_memory()) o.bytes_before = bytes_of_this_thread();
  o.event.start = recording->now();
  o.recording = std::move(recording);
  open_events.push_back(std::move(o));
  return true;
}

void close_innermost() noexcept {
  Open o = std::move(open_events.back());
  open_events.pop_back();
  Event& e = o.event;
  e.duration = o.recording->now() - e.start;
  e.self = e.duration - o.inner_time;
  if (o.recording->options().profile_memory()) {
    e.bytes = bytes_of_this_thread() - o.bytes_before;
    e.self_bytes = e.bytes - o.inner_bytes;
  }
  if (!open_events.empty() && open_events.back().recording == o.recording) {
    open_events.back().inner_time += e.duration;
    open_events.back().inner_bytes += e.bytes;
  }
  Recording& recording = *o.recording;
  recording.close(o.at, std::move(e), o.first_node, xgrad::detail::next_sequence_nr);
}

/// "AddmmBackward0" to "addmm", "MaxPool2DWithIndicesBackward0" to "max_pool2d_with_indices", "Log1PBackward0" to
/// "log1p".
std::string operation_name(std::string_view derivative) {
  derivative = derivative.substr(0, derivative.rfind("Backward"));
  const auto upper = [&](std::size_t i) { return std::isupper(static_cast<unsigned char>(derivative[i])) != 0; };
  const auto lower = [&](std::size_t i) {
    return i < derivative.size() && std::islower(static_cast<unsigned char>(derivative[i])) != 0;
  };
  std::string name;
  for (std::size_t i = 0; i < derivative.size(); ++i) {
    if (i > 0 && upper(i) && (lower(i - 1) || lower(i + 1))) name += '_';
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(derivative[i])));
  }
  return name;
}

std::vector<std::int64_t> shape_of(const Tensor& t) {
  if (!t.defined()) return {};
  return {t.sizes().begin(), t.sizes().end()};
}

bool open_aten(std::string name, std::span<const Tensor* const> inputs) {
  return open([&](Event& e, const Recording& r) {
    e.name = "aten::" + std::move(name);
    if (!r.options().record_shapes()) return;
    for (const Tensor* t : inputs) e.input_shapes.push_back(shape_of(*t));
  });
}

}  // namespace

std::shared_ptr<Recording> start_recording(const ProfileOptions& options) {
  const std::lock_guard lock(current_mutex);
  check(!current, "Profiler is already enabled on this thread");
  current = std::make_shared<Recording>(options);
  xgrad::detail::profiling.fetch_add(1, std::memory_order_relaxed);
  return current;
}

std::vector<Event> finish_recording(const std::shared_ptr<Recording>& recording) {
  {
    const std::lock_guard lock(current_mutex);
    if (current) xgrad::detail::profiling.fetch_sub(1, std::memory_order_relaxed);
    current.reset();
  }
  return recording->finish();
}

}  // namespace autograd::profiler

namespace detail {

unsigned char Profiled::open_operation(const char* derivative, std::span<const Tensor* const> inputs, bool in_place) {
  return open_plain((autograd::profiler::operation_name(derivative) + (in_place ? "_" : "")).c_str(), inputs);
}

unsigned char Profiled::open_plain(const char* name, std::span<const Tensor* const> inputs) {
  const unsigned char traced = Traced::open(name, inputs) ? kTracer : kNobody;
  return traced | (autograd::profiler::open_aten(name, inputs) ? kProfiler : kNobody);
}

unsigned char Profiled::open_derivative(const Node& node, const Grads& grads) {
  using namespace autograd::profiler;
  return open([&](Event& e, Recording& r) {
    const bool leaf = dynamic_cast<const AccumulateGrad*>(&node) != nullptr;
    e.name = leaf ? std::string("torch::autograd::AccumulateGrad") : std::string(node.name());
    if (!leaf) std::tie(e.forward, e.module) = r.maker_of(node.sequence_nr());
    if (!r.options().record_shapes()) return;
    for (const Tensor& g : grads) e.input_shapes.push_back(shape_of(g));
  });
}

unsigned char Profiled::open_region(std::string name) {
  using namespace autograd::profiler;
  return open([&](Event& e, const Recording&) { e.name = std::move(name); });
}

void Profiled::close(unsigned char open) noexcept {
  if (open & kProfiler) autograd::profiler::close_innermost();
  if (open & kTracer) Traced::close();
}

}  // namespace detail
}  // namespace xgrad
