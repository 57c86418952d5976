/// plt's functions with Python's keywords: `plt::plot(x, y, label = "Train")`, `plt::legend(loc = "best")`.
#pragma once

#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/plot/plt.hpp>

namespace xgrad::kwargs {
XGRAD_KEYWORD(aspect);
XGRAD_KEYWORD(bins);
XGRAD_KEYWORD(dpi);
XGRAD_KEYWORD(interpolation);
XGRAD_KEYWORD(markersize);
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
void scatter(const Values& x, const Values& y, K... k) { scatter(x, y, kwargs::apply(ScatterOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void bar(const Values& x, const Values& height, K... k) { bar(x, height, kwargs::apply(BarOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void hist(const Values& numbers, K... k) { hist(numbers, kwargs::apply(HistOptions(), k...)); }
template <class... K>
requires kwargs::Keywords<K...>
void imshow(const Pixels& image, K... k) { imshow(image, kwargs::apply(ImshowOptions(), k...)); }
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

}  // namespace xgrad::plt
