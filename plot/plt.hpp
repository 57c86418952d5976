/// matplotlib's pyplot for C++: the same functions draw on the current axes of the current figure.
///
///     plt::title("Training Curve");
///     plt::plot(iters, losses, plt::PlotOptions().label("Train"));
///     plt::xlabel("Iterations");
///     plt::ylabel("Loss");
///     plt::legend(plt::LegendOptions().loc("best"));
///     plt::show();                                     // writes training_curve_loss.png
///
/// There are no windows: show() writes a PNG into the current folder and says so. gnuplot (run at that moment) draws;
/// where it is not installed, one line says what to install and the program goes on without pictures. Texts appear as
/// they are typed: neither `$`, `_` nor `^` means anything. Wrong arguments throw ValueError or TypeError in
/// matplotlib's words. The functions may be called from several threads; they share one state, as pyplot's do.
#pragma once

#include <xgrad/plot/options.hpp>
#include <xgrad/plot/values.hpp>

#include <string>
#include <vector>

namespace xgrad::plt {

using plotting::Pixels;
using plotting::Values;

// Figures and axes.

/// Starts a new figure, or goes back to the open one of that number.
void figure(const FigureOptions& options = {});
void figure(int num, FigureOptions options = {});
/// Makes cell `index` (from 1, row by row) of a grid of rows x cols the current axes. The same cell again goes back to
/// it; axes of another grid that lie under the new ones are removed.
void subplot(int rows, int cols, int index);
/// subplot(2, 3, 6) in three digits: subplot(236).
void subplot(int digits);
/// A title above all axes of the figure.
void suptitle(const std::string& text, const TextOptions& options = {});
/// Margins just as wide as the labels need.
void tight_layout();

// Drawing.

/// Points joined by a line; without x they are numbered from 0. x and y must have one length. A NaN interrupts the
/// line.
void plot(const Values& y, const PlotOptions& options = {});
void plot(const Values& x, const Values& y, const PlotOptions& options = {});
/// With matplotlib's short form, such as "r--" or "o-"; see PlotOptions::fmt.
void plot(const Values& y, const char* fmt, PlotOptions options = {});
void plot(const Values& x, const Values& y, const char* fmt, PlotOptions options = {});
/// A marker for each point.
void scatter(const Values& x, const Values& y, const ScatterOptions& options = {});
/// A bar for each number, around x or over names.
void bar(const Values& x, const Values& height, const BarOptions& options = {});
void bar(const std::vector<std::string>& names, const Values& height, const BarOptions& options = {});
/// How many of the numbers fall into each of some equal intervals.
void hist(const Values& numbers, const HistOptions& options = {});
/// An image, its pixel (0, 0) at the top left; see Pixels for the shapes and ImshowOptions for the colours.
void imshow(const Pixels& image, const ImshowOptions& options = {});

// Texts, limits and looks of the current axes.

void title(const std::string& text, const TextOptions& options = {});
void xlabel(const std::string& text, const TextOptions& options = {});
void ylabel(const std::string& text, const TextOptions& options = {});
/// The limits of an axis; the larger first turns the axis round.
void xlim(double left, double right);
void ylim(double bottom, double top);
/// The places of the ticks (none for an empty list), and what is written there instead of the numbers.
void xticks(const Values& ticks);
void xticks(const Values& ticks, const std::vector<std::string>& labels);
void yticks(const Values& ticks);
void yticks(const Values& ticks, const std::vector<std::string>& labels);
/// A box that explains the series that have a label; or gives labels to the series in the order they were drawn.
void legend(const LegendOptions& options = {});
void legend(const std::vector<std::string>& labels, const LegendOptions& options = {});
void grid(bool visible = true, const GridOptions& options = {});
/// "off" and "on" (frame, ticks and numbers), "equal" (one unit as long in x as in y), "image" (the same, without
/// margins), "tight" (without margins), "auto".
void axis(const std::string& what);
void axis(double xmin, double xmax, double ymin, double ymax);

// Output.

/// Writes every open figure that holds something to the current folder, says so on standard error, and closes them.
/// Returns the files. The name comes from suptitle, or from title and ylabel ("training_curve_loss.png"), else it is
/// figure_1.png and so on; a picture of the same program is never overwritten ("..._2.png"), one of an earlier run is.
/// A figure that savefig has written unchanged is only closed. Figures still open at the end of the program are written
/// likewise. Throws Error when a picture cannot be written.
std::vector<std::string> show();
/// Writes the current figure; the extension says how: .png or .svg. Throws ValueError for another one and Error, with
/// gnuplot's or the system's words, when the picture cannot be written.
void savefig(const std::string& path, const SavefigOptions& options = {});
/// Closes the current figure, that of a number, or "all", without writing them.
void close();
void close(int num);
void close(const std::string& all);
/// Empties the current figure; the current axes.
void clf();
void cla();

/// Goes before the file names that show() finds: "out/run1_" writes out/run1_training_curve_loss.png.
void set_output_prefix(const std::string& prefix);
/// Another name or path for gnuplot.
void set_gnuplot(const std::string& program);

}  // namespace xgrad::plt
