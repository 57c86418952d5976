/// Turns a figure into a picture file.
#pragma once

#include <xgrad/plot/figure.hpp>
#include <xgrad/plot/gnuplot.hpp>

#include <filesystem>
#include <string>

namespace xgrad::plotting {

/// The programs that draw; another name or path can be put here.
struct Tools {
  std::string gnuplot = "gnuplot";
  std::string fc_list = "fc-list";  ///< fontconfig's list of fonts
};

/// The format that a file name asks for; throws ValueError, listing the supported ones, when it is none of ours.
Format format_of(const std::filesystem::path& path);

/// Draws `figure` at `dpi` pixels an inch into `path` (.png or .svg), by way of a temporary file beside it: a reader
/// never sees half a picture. Returns false when there is no gnuplot, having said so once on standard error. Throws
/// Error with gnuplot's or the system's own words when the picture cannot be made.
bool render(const Figure& figure, const std::filesystem::path& path, double dpi, const Tools& tools);

/// One line on standard error, after "plt: ".
void say(const std::string& message);

}  // namespace xgrad::plotting
