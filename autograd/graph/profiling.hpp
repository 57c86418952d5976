/// What operations, modules and the engine tell who listens: a running profiler (<xgrad/autograd/profiler.hpp>) and
/// tracers (tracing.hpp).
///
/// Without a listener each of these objects costs a load and a branch that is never taken.
#pragma once

#include <xgrad/autograd/graph/tracing.hpp>

#include <atomic>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace xgrad {

class Grads;

namespace autograd::profiler {

/// What a profiler keeps, beside names and times.
class ProfileOptions {
 public:
  /// The shapes of every operation's arguments.
  ProfileOptions& record_shapes(bool on) { return record_shapes_ = on, *this; }
  /// Bytes of tensors that an operation left allocated.
  ProfileOptions& profile_memory(bool on) { return profile_memory_ = on, *this; }
  /// Which module an operation belongs to: "Classifier.layer1".
  ProfileOptions& with_modules(bool on) { return with_modules_ = on, *this; }
  bool record_shapes() const { return record_shapes_; }
  bool profile_memory() const { return profile_memory_; }
  bool with_modules() const { return with_modules_; }

 private:
  bool record_shapes_ = false, profile_memory_ = false, with_modules_ = false;
};

/// One call of an operation, a derivative, or a region that record_function names.
struct Event {
  std::string name;           ///< "aten::addmm", "AddmmBackward0"
  int thread = 0;             ///< threads are numbered as they are met, the profiler's own being 0
  std::int64_t start = 0;     ///< nanoseconds since the profiler started
  std::int64_t duration = 0;  ///< nanoseconds, of all it called too
  std::int64_t self = 0;      ///< without what it called
  std::int64_t bytes = 0;     ///< allocated minus freed in its thread, with what it called
  std::int64_t self_bytes = 0;
  std::vector<std::vector<std::int64_t>> input_shapes;  ///< empty for an argument that is undefined
  std::string module;                                   ///< "Classifier.layer1"; a derivative has that of its operation
  std::int64_t forward = -1;                            ///< of a derivative: its operation's place among the events
};

/// Everything told while one profiler runs.
class Recording;
std::shared_ptr<Recording> start_recording(const ProfileOptions& options);
/// Ends a recording; what is still open in any thread is left out. Events are in the order in which they started.
std::vector<Event> finish_recording(const std::shared_ptr<Recording>& recording);

}  // namespace autograd::profiler

namespace detail {

// How many listen: profilers and tracers.
extern constinit std::atomic<int> profiling;

/// From construction to destruction: one event of a profiler, one operation of a tracer.
class Profiled {
 public:
  /// An operation by the name of its derivative: "AddmmBackward0" is aten::addmm, in place aten::addmm_.
  Profiled(const char* derivative, std::span<const Tensor* const> inputs, bool in_place) {
    if (profiling.load(std::memory_order_relaxed)) [[unlikely]]
      open_ = open_operation(derivative, inputs, in_place);
  }
  /// An operation without a derivative, by its own name: "eq".
  Profiled(const char* name, std::initializer_list<const Tensor*> inputs) {
    if (profiling.load(std::memory_order_relaxed)) [[unlikely]]
      open_ = open_plain(name, {inputs.begin(), inputs.size()});
  }
  /// A derivative that the engine runs.
  Profiled(const Node& node, const Grads& grads) {
    if (profiling.load(std::memory_order_relaxed)) [[unlikely]]
      open_ = open_derivative(node, grads);
  }
  /// A part of the program, by any name; `name()` is asked only when a profiler runs.
  template <std::invocable Name>
  explicit Profiled(Name name) {
    if (profiling.load(std::memory_order_relaxed)) [[unlikely]]
      open_ = open_region(name());
  }
  ~Profiled() {
    if (open_) [[unlikely]]
      close(open_);
  }
  Profiled(const Profiled&) = delete;
  Profiled& operator=(const Profiled&) = delete;

  /// What the operation returns, on its way.
  Tensor told(Tensor result) const {
    if (open_) [[unlikely]]
      Traced::tell_result(result);
    return result;
  }
  void result(const Tensor& t) const {
    if (open_) [[unlikely]]
      Traced::tell_result(t);
  }

 private:
  // Whom close() has to tell.
  enum : unsigned char { kNobody = 0, kProfiler = 1, kTracer = 2 };
  [[gnu::cold]] static unsigned char open_operation(const char* derivative, std::span<const Tensor* const> inputs,
                                                    bool in_place);
  [[gnu::cold]] static unsigned char open_plain(const char* name, std::span<const Tensor* const> inputs);
  [[gnu::cold]] static unsigned char open_derivative(const Node& node, const Grads& grads);
  [[gnu::cold]] static unsigned char open_region(std::string name);
  [[gnu::cold]] static void close(unsigned char open) noexcept;
  unsigned char open_ = kNobody;
};

}  // namespace detail
}  // namespace xgrad
