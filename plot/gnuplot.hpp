/// Writes a laid out figure as a program for gnuplot that sends the picture to its standard output.
#pragma once

#include <xgrad/plot/figure.hpp>
#include <xgrad/plot/layout.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace xgrad::plotting {

enum class Format { kPng, kSvg };

/// `text` as a gnuplot string: every character that means something to gnuplot is written as an octal escape.
std::string gnuplot_quoted(std::string_view text);

/// The program. Points come as data blocks, images as bytes behind their plot command; everything else is placed in
/// parts of the paper, so that gnuplot's own layout plays no role.
std::string gnuplot_script(const Figure& figure, const Layout& layout, Format format);

}  // namespace xgrad::plotting
