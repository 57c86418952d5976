/// plt's functions and tqdm with Python's keywords: `plt::plot(x, y, label = "Train")`, `plt::legend(loc = "best")`,
/// `tqdm(loader, desc = "epoch 1", leave = false)`. Each keyword is the setter of that name in the function's options.
#pragma once

#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/plot/plt.hpp>
#include <xgrad/plot/progress.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(aspect);
XGRAD_KEYWORD(axis);
XGRAD_KEYWORD(density);
XGRAD_KEYWORD(disable);
XGRAD_KEYWORD(dpi);
XGRAD_KEYWORD(frameon);
XGRAD_KEYWORD(leave);
XGRAD_KEYWORD(markersize);
XGRAD_KEYWORD(unit);
}  // namespace xgrad::kwargs

namespace xgrad::plt {

template <class... K>
requires kwargs::Keywords<K...>
void figure(K... k) { figure(kwargs::apply(FigureOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void plot(const Values& y, K... k) { plot(y, kwargs::apply(PlotOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void plot(const Values& x, const Values& y, K... k) { plot(x, y, kwargs::apply(PlotOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void plot(const Values& y, const char* fmt, K... k) { plot(y, fmt, kwargs::apply(PlotOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void plot(const Values& x, const Values& y, const char* fmt, K... k) {
  plot(x, y, fmt, kwargs::apply(PlotOptions(), k...));
}
template <class... K>
requires kwargs::Keywords<K...>
void scatter(const Values& x, const Values& y, K... k) { scatter(x, y, kwargs::apply(ScatterOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void bar(const Values& x, const Values& height, K... k) { bar(x, height, kwargs::apply(BarOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void bar(const std::vector<std::string>& names, const Values& height, K... k) {
  bar(names, height, kwargs::apply(BarOptions(), k...));
}
template <class... K>
requires kwargs::Keywords<K...>
void hist(const Values& numbers, K... k) { hist(numbers, kwargs::apply(HistOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void imshow(const Pixels& image, K... k) { imshow(image, kwargs::apply(ImshowOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void suptitle(const std::string& text, K... k) { suptitle(text, kwargs::apply(TextOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void title(const std::string& text, K... k) { title(text, kwargs::apply(TextOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void xlabel(const std::string& text, K... k) { xlabel(text, kwargs::apply(TextOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void ylabel(const std::string& text, K... k) { ylabel(text, kwargs::apply(TextOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void legend(K... k) { legend(kwargs::apply(LegendOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void legend(const std::vector<std::string>& labels, K... k) { legend(labels, kwargs::apply(LegendOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void grid(K... k) { grid(true, kwargs::apply(GridOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void grid(bool visible, K... k) { grid(visible, kwargs::apply(GridOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void savefig(const std::string& path, K... k) { savefig(path, kwargs::apply(SavefigOptions(), k...)); }

}  // namespace xgrad::plt

namespace xgrad {

/// `tqdm(loader, desc = "epoch 1", unit = "batch")`; the text may come first without its name.
template <class Range, class... K>
requires(!kwargs::Keyworded<Range> && kwargs::Keywords<K...>) ProgressRange<Range> tqdm(Range&& range, K... k) {
  return {std::forward<Range>(range), kwargs::apply(ProgressOptions(), std::move(k)...)};
}
template <class Range, class... K>
requires(!kwargs::Keyworded<Range> && kwargs::Keywords<K...>) ProgressRange<Range> tqdm(Range&& range, std::string desc,
                                                                                        K... k) {
  return {std::forward<Range>(range), kwargs::apply(ProgressOptions(std::move(desc)), std::move(k)...)};
}
/// Without a range, a bar that is moved by hand: `auto bar = tqdm(total = 100, desc = "pages"); bar.update(10);`
template <class... K>
requires kwargs::Keywords<K...> ProgressBar tqdm(K... k) {
  return ProgressBar(kwargs::apply(ProgressOptions(), std::move(k)...));
}

}  // namespace xgrad
