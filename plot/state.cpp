#include <xgrad/plot/state.hpp>
#include <xgrad/plot/text.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

namespace xgrad::plotting {
namespace {

namespace fs = std::filesystem;

/// One spelling for one file.
std::string spelled(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return (error ? path : absolute).lexically_normal().string();
}

}  // namespace

std::string suggested_name(const Figure& figure) {
  std::string name = slug(figure.title.text);
  if (name.empty() && figure.axes.size() == 1) {
    const Axes& axes = figure.axes[0];
    name = slug(axes.title.text);
    const std::string what = slug(axes.y.label.text);
    if (!what.empty()) name += (name.empty() ? "" : "_") + what;
  }
  return name.empty() ? fmt::format("figure_{}", figure.number) : name;
}

Session& session() {
  static Session instance;
  return instance;
}

Session::Session() : process_(getpid()) {}

Session::~Session() {
  if (getpid() != process_) return;
  try {
    show();
  } catch (const std::exception& error) {
    say(error.what());
  }
}

Session::Open& Session::current() {
  if (open_.empty()) select_figure(std::nullopt, Figure{});
  return open_.back();
}

Figure& Session::figure() {
  Open& open = current();
  open.saved = false;
  return open.figure;
}

Axes& Session::axes() {
  Figure& f = figure();
  if (f.axes.empty()) f.axes.emplace_back(), f.current = 0;
  return f.axes[f.current];
}

void Session::select_figure(std::optional<int> number, const Figure& fresh) {
  const auto it =
      std::find_if(open_.begin(), open_.end(), [&](const Open& o) { return number && o.figure.number == *number; });
  if (it != open_.end()) {
    open_.splice(open_.end(), open_, it);
    return;
  }
  open_.push_back({fresh});
  open_.back().figure.number = number.value_or(next_number_);
  next_number_ = std::max(next_number_, open_.back().figure.number + 1);
}

void Session::save(const std::string& path, std::optional<double> dpi) {
  Open& open = current();
  if (!render(open.figure, path, dpi.value_or(open.figure.dpi), tools)) return;
  open.saved = true;
  written_.insert(spelled(path));
}

std::vector<std::string> Session::show() {
  std::list<Open> shown = std::exchange(open_, {});
  shown.sort([](const Open& a, const Open& b) { return a.figure.number < b.figure.number; });
  std::vector<std::string> files;
  for (const Open& open : shown) {
    if (open.saved || open.figure.empty()) continue;
    if (auto file = write(open.figure)) files.push_back(std::move(*file));
  }
  return files;
}

std::optional<std::string> Session::write(const Figure& figure) {
  const std::string path = unused_name(figure);
  if (!render(figure, path, figure.dpi, tools)) return std::nullopt;
  written_.insert(spelled(path));
  say("wrote " + path);
  return path;
}

std::string Session::unused_name(const Figure& figure) const {
  const std::string base = prefix + suggested_name(figure);
  std::string path = base + ".png";
  for (int i = 2; written_.contains(spelled(path)); ++i) path = fmt::format("{}_{}.png", base, i);
  return path;
}

void Session::close() {
  if (!open_.empty()) open_.pop_back();
}

void Session::close(int number) {
  open_.remove_if([&](const Open& o) { return o.figure.number == number; });
}

}  // namespace xgrad::plotting
