#include <xgrad/plot/progress.hpp>
#include <xgrad/plot/text.hpp>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace xgrad {
namespace {

constexpr double kRedraw = 0.1;     // seconds between two pictures of a bar on a terminal
constexpr double kPlainPause = 10;  // seconds, and ...
constexpr double kPlainPart = 0.1;  // ... part of all steps, between two plain lines
constexpr int kWidestBar = 60, kNarrowestBar = 5;

/// How many bars stand on the terminal: the next one's line.
std::atomic<int> open_bars = 0;

/// "01:05", "2:00:00"
std::string clock_text(double seconds) {
  const auto s = static_cast<std::int64_t>(std::max(seconds, 0.0));
  return s < 3600 ? fmt::format("{:02}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

/// "12.34it/s", or "2.50s/it" when it is slower than one a second.
std::string rate_text(double steps, double seconds, const std::string& unit) {
  if (steps <= 0 || seconds <= 0) return "?" + unit + "/s";
  const double rate = steps / seconds;
  return rate >= 1 ? fmt::format("{:.2f}{}/s", rate, unit) : fmt::format("{:.2f}s/{}", 1 / rate, unit);
}

/// A bar of `width` columns filled to `part`, in eighths of a column.
std::string bar_text(double part, int width, bool unicode) {
  constexpr std::array<std::string_view, 8> kEighths = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::clamp(part, 0.0, 1.0) * width * 8);
  std::string out;
  for (int i = 0; i < width; ++i) {
    const int here = std::clamp(eighths - i * 8, 0, 8);
    if (here == 8)
      out += unicode ? "█" : "#";
    else
      out += unicode ? kEighths[static_cast<std::size_t>(here)] : " ";
  }
  return out;
}

/// The first columns of a line of text, one column a character.
std::string cut(std::string_view text, int columns) {
  std::size_t at = 0;
  for (int i = 0; i < columns && at < text.size(); ++i) at = plotting::decode_utf8(text, at).end;
  return std::string(text.substr(0, at));
}

int length_of(std::string_view text) {
  int count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at = plotting::decode_utf8(text, at).end;
  return count;
}

/// Whether the terminal shows block characters: it does unless its locale names another character set.
bool shows_unicode() {
  const char* term = std::getenv("TERM");
  if (term && std::string_view(term) == "dumb") return false;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    std::string charset(value);
    charset.erase(0, std::min(charset.find('.'), charset.size()));
    std::transform(charset.begin(), charset.end(), charset.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return charset.empty() || charset.find("utf") != std::string::npos;
  }
  return true;
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

ProgressOutput ProgressOutput::standard() {
  ProgressOutput out;
  out.write = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  };
  out.seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  out.columns = terminal_columns;
  out.terminal = isatty(STDERR_FILENO) == 1;
  out.unicode = shows_unicode();
  return out;
}

struct ProgressBar::State {
  explicit State(ProgressOptions given)
      : options(std::move(given)), out(options.output() ? *options.output() : ProgressOutput::standard()) {
    desc = options.desc();
    closed = options.disable();
    if (closed) return;
    start = last_time = out.seconds();
    line = open_bars++;
    if (out.terminal) draw(start);
  }
  ~State() { close(); }

  void update(std::int64_t steps) {
    done += steps;
    refresh();
  }

  /// Draws if it is time to.
  void refresh() {
    if (closed) return;
    const double now = out.seconds();
    if (out.terminal) {
      if (now - last_time >= kRedraw) draw(now);
    } else if (now - last_time >= kPlainPause && part_since_last() >= kPlainPart) {
      print_plain(now);
    }
  }

  double part_since_last() const {
    const auto total = options.total();
    return total && *total > 0 ? static_cast<double>(done - last_done) / static_cast<double>(*total) : 1.0;
  }

  std::string head() const { return desc.empty() ? "" : desc + ": "; }

  /// " 29/64 [00:02<00:03, 11.60it/s, loss=0.31]"
  std::string tail(double now) const {
    const double elapsed = now - start;
    const auto total = options.total();
    std::string left = "?";
    if (total && done > 0) {
      const double rest = static_cast<double>(std::max<std::int64_t>(*total - done, 0));
      left = clock_text(elapsed / static_cast<double>(done) * rest);
    }
    std::string out_text = total ? fmt::format("{}/{} [{}<{}", done, *total, clock_text(elapsed), left)
                                 : fmt::format("{}{} [{}", done, options.unit(), clock_text(elapsed));
    out_text += ", " + rate_text(static_cast<double>(done), elapsed, options.unit());
    return out_text + (postfix.empty() ? "]" : ", " + postfix + "]");
  }

  double part() const {
    const auto total = options.total();
    return total && *total > 0 ? static_cast<double>(done) / static_cast<double>(*total) : 1.0;
  }

  std::string percent() const {
    const std::int64_t total = options.total().value_or(0);
    return fmt::format("{:3}%", total > 0 ? std::min<std::int64_t>(100 * done / total, 100) : 100);
  }

  /// The line for a terminal: the bar takes the columns that the texts leave.
  std::string picture(double now) const {
    const int columns = out.columns() - 1;  // the last column stays free: some terminals wrap when it is written
    std::string line_text = head() + tail(now);
    if (options.total()) {
      const std::string before = head() + percent() + "|", after = "| " + tail(now);
      const int width = std::min(columns - length_of(before) - length_of(after), kWidestBar);
      line_text = width >= kNarrowestBar ? before + bar_text(part(), width, out.unicode) + after
                                         : head() + percent() + " " + tail(now);
    }
    return cut(line_text, columns);
  }

  void draw(double now) {
    last_time = now, last_done = done;
    // Down to this bar's line, over what stands there, and back up.
    out.write(fmt::format("{}\r{}\x1b[K{}", std::string(static_cast<std::size_t>(line), '\n'), picture(now), up()));
  }
  std::string up() const { return line > 0 ? fmt::format("\x1b[{}A\r", line) : ""; }

  void print_plain(double now) {
    last_time = now, last_done = done;
    printed = true;
    out.write(head() + (options.total() ? percent() + " " : "") + tail(now) + "\n");
  }

  void close() {
    if (closed) return;
    closed = true;
    --open_bars;
    const double now = out.seconds();
    const bool leave = options.leave().value_or(line == 0);
    if (!out.terminal) {
      // Inner bars of a long loop would fill the log with their last lines.
      const bool repeats = printed && last_done == done;
      if ((leave || printed) && !repeats) print_plain(now);
    } else if (leave) {
      draw(now);
      if (line == 0) out.write("\n");
    } else {
      out.write(fmt::format("{}\r\x1b[K{}", std::string(static_cast<std::size_t>(line), '\n'), up()));
    }
  }

  ProgressOptions options;
  ProgressOutput out;
  std::string desc, postfix;
  std::int64_t done = 0, last_done = 0;
  double start = 0, last_time = 0;
  int line = 0;
  bool closed = false, printed = false;
};

ProgressBar::ProgressBar(std::int64_t total, ProgressOptions options) : ProgressBar(options.total(total)) {}
ProgressBar::ProgressBar(ProgressOptions options) : state_(std::make_unique<State>(std::move(options))) {}
ProgressBar::ProgressBar(ProgressBar&&) noexcept = default;
ProgressBar& ProgressBar::operator=(ProgressBar&&) noexcept = default;
ProgressBar::~ProgressBar() = default;

void ProgressBar::update(std::int64_t n) { state_->update(n); }
void ProgressBar::close() { state_->close(); }
std::int64_t ProgressBar::n() const { return state_->done; }

void ProgressBar::set_description(std::string text) {
  state_->desc = std::move(text);
  state_->refresh();
}

void ProgressBar::set_postfix(std::string text) {
  state_->postfix = std::move(text);
  state_->refresh();
}

}  // namespace xgrad
