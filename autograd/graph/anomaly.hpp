/// Anomaly mode: which operation's derivative made the NaN, and where in the program that operation was called.
#pragma once

#include <xgrad/autograd/graph/node.hpp>

#include <string>

namespace xgrad {

/// Where a node was recorded: the program's call stack, kept as addresses and read only when somebody asks.
struct Origin {
  std::vector<void*> frames;
  std::shared_ptr<const Origin> parent;  ///< of the node whose derivative recorded this one (create_graph)

  /// "train.cpp:31 in Model::forward(Tensor)", innermost first, the library's own frames left out.
  std::vector<std::string> lines() const;
};

namespace autograd {

/// Switches of anomaly mode, for the whole program.
struct AnomalyMode {
  static bool is_enabled();
  static bool should_check_nan();
  static void set_enabled(bool enabled, bool check_nan = true);
};

/// Within its scope nodes remember where they were recorded, and backward throws when a derivative makes a NaN:
///
///     autograd::DetectAnomalyGuard detect_anomaly;
///     loss.backward();
///
///     Function 'SqrtBackward0' returned nan values in its 0th output.
///       its arguments have shapes [3] and its results [3]
///       the operation was called at train.cpp:31 in Model::forward(Tensor)
///
/// Everything is slower then. Lines are known where the program was compiled with -g (-g1 suffices); elsewhere
/// functions are named. See https://pytorch.org/docs/stable/autograd.html#anomaly-detection
class DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool check_nan = true)
      : was_enabled_(AnomalyMode::is_enabled()), checked_nan_(AnomalyMode::should_check_nan()) {
    AnomalyMode::set_enabled(true, check_nan);
  }
  ~DetectAnomalyGuard() { AnomalyMode::set_enabled(was_enabled_, checked_nan_); }
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool was_enabled_, checked_nan_;
};
using detect_anomaly = DetectAnomalyGuard;

/// Turns anomaly mode on or off until it is set again.
inline void set_detect_anomaly(bool enabled, bool check_nan = true) { AnomalyMode::set_enabled(enabled, check_nan); }

}  // namespace autograd

namespace detail {
// The origin of the node whose derivative is running in this thread, while anomaly mode is on.
extern thread_local constinit const std::shared_ptr<const Origin>* running_origin;
/// Throws when an output of `node` that somebody wants holds a NaN.
void check_for_nan(const Node& node, const Grads& outputs);
/// Adds to `e` what is known about the node: shapes and where it was called.
void add_origin(Error& e, const Node& node);
}  // namespace detail

}  // namespace xgrad
