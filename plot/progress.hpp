/// A progress bar for loops, after Python's tqdm.
///
///     for (auto& [images, labels] : tqdm(loader, "epoch 1")) { ... }
///     // epoch 1:  45%|█████████████▌                | 29/64 [00:02<00:03, 11.60it/s]
///
/// On a terminal the bar is redrawn in place about ten times a second; elsewhere (a log file, CI) a plain line appears
/// now and then. It goes to standard error, so that a program's output stays clean.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace xgrad {

/// Where a bar is shown, and the clock it goes by.
struct ProgressOutput {
  std::function<void(std::string_view)> write;
  std::function<double()> seconds;  ///< a steady clock
  std::function<int()> columns;     ///< the terminal's width
  bool terminal = false;
  bool unicode = true;  ///< block characters, else '#'

  /// Standard error, the steady clock.
  static ProgressOutput standard();
};

/// desc (text before the bar), total (how many steps; unknown if never set), unit ("it"), leave (the finished bar stays
/// on the terminal), disable (show nothing).
class ProgressOptions {
 public:
  ProgressOptions() = default;
  ProgressOptions(std::string desc) : desc_(std::move(desc)) {}
  ProgressOptions(const char* desc) : desc_(desc) {}

  ProgressOptions& desc(std::string text) { return desc_ = std::move(text), *this; }
  ProgressOptions& total(std::int64_t steps) { return total_ = steps, *this; }
  ProgressOptions& unit(std::string name) { return unit_ = std::move(name), *this; }
  ProgressOptions& leave(bool on) { return leave_ = on, *this; }
  ProgressOptions& disable(bool on) { return disable_ = on, *this; }
  ProgressOptions& output(ProgressOutput where) { return output_ = std::move(where), *this; }

  const std::string& desc() const { return desc_; }
  std::optional<std::int64_t> total() const { return total_; }
  const std::string& unit() const { return unit_; }
  std::optional<bool> leave() const { return leave_; }
  bool disable() const { return disable_; }
  const std::optional<ProgressOutput>& output() const { return output_; }

 private:
  std::string desc_, unit_ = "it";
  std::optional<std::int64_t> total_;
  std::optional<bool> leave_;
  bool disable_ = false;
  std::optional<ProgressOutput> output_;
};

/// A bar that is moved by hand. It finishes when it is destroyed or closed. A bar inside another one's life stands a
/// line lower and disappears when it is finished. To be used by one thread.
///
///     ProgressBar bar(100, "training");
///     bar.update();
///     bar.set_postfix("loss=0.31");
class ProgressBar {
 public:
  explicit ProgressBar(std::int64_t total, ProgressOptions options = {});
  explicit ProgressBar(ProgressOptions options = {});
  ProgressBar(ProgressBar&&) noexcept;
  ProgressBar& operator=(ProgressBar&&) noexcept;
  ~ProgressBar();

  /// n more steps are done.
  void update(std::int64_t n = 1);
  void set_description(std::string text);
  /// Text behind the rate, such as "loss=0.31".
  void set_postfix(std::string text);
  /// Shows the last state; later calls do nothing.
  void close();

  std::int64_t n() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

namespace detail {

/// The number of steps of a range, if it can tell: an integer or an optional one.
template <class Range>
std::optional<std::int64_t> step_count(const Range& range) {
  if constexpr (requires {
                  { range.size() } -> std::convertible_to<std::int64_t>;
                }) {
    return static_cast<std::int64_t>(range.size());
  } else if constexpr (requires {
                         { *range.size() } -> std::convertible_to<std::int64_t>;
                       }) {
    const auto size = range.size();
    return size ? std::optional(static_cast<std::int64_t>(*size)) : std::nullopt;
  } else if constexpr (std::is_bounded_array_v<Range>) {
    return static_cast<std::int64_t>(std::extent_v<Range>);
  } else {
    return std::nullopt;
  }
}

}  // namespace detail

/// A range and the bar that follows a loop over it. Holds a temporary range, refers to a named one.
template <class Range>
class ProgressRange {
 public:
  using Iterator = decltype(std::begin(std::declval<std::remove_reference_t<Range>&>()));
  using Sentinel = decltype(std::end(std::declval<std::remove_reference_t<Range>&>()));

  ProgressRange(Range&& range, ProgressOptions options)
      : range_(std::forward<Range>(range)), options_(std::move(options)) {
    if (!options_.total()) {
      if (const auto count = detail::step_count(std::as_const(range_))) options_.total(*count);
    }
  }

  struct End {
    Sentinel it;
  };

  class Step {
   public:
    using value_type = std::remove_cvref_t<decltype(*std::declval<Iterator&>())>;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    Step(Iterator it, ProgressBar* bar) : it_(std::move(it)), bar_(bar) {}
    decltype(auto) operator*() { return *it_; }
    Step& operator++() {
      ++it_;
      bar_->update();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator!=(const End& end) { return !(*this == end); }
    bool operator==(const End& end) {
      if (it_ != end.it) return false;
      bar_->close();
      return true;
    }

   private:
    Iterator it_;
    ProgressBar* bar_;
  };

  Step begin() {
    bar_.emplace(options_);
    return {std::begin(range_), &*bar_};
  }
  End end() { return {std::end(range_)}; }

  // For the loop's body, as on ProgressBar.
  void set_postfix(std::string text) {
    if (bar_) bar_->set_postfix(std::move(text));
  }
  void set_description(std::string text) {
    if (bar_) bar_->set_description(std::move(text));
  }

 private:
  Range range_;
  ProgressOptions options_;
  std::optional<ProgressBar> bar_;
};

/// Shows how far a loop over `range` is. The number of steps is the range's size, if it has one, or `total`. A vector,
/// a DataLoader or anything with begin() and end() is a range; it keeps its element type.
///
///     auto progress = tqdm(loader, ProgressOptions().desc("train").unit("batch"));
///     for (auto& batch : progress) progress.set_postfix(fmt::format("loss={:.3f}", train_on(batch)));
template <class Range>
requires requires(Range& r) { std::begin(r); }
ProgressRange<Range> tqdm(Range&& range, ProgressOptions options = {}) {
  return {std::forward<Range>(range), std::move(options)};
}
template <class Range>
ProgressRange<Range> tqdm(Range&& range, std::int64_t total) {
  return {std::forward<Range>(range), ProgressOptions().total(total)};
}

}  // namespace xgrad
