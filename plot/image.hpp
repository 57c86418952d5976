/// Numbers to coloured pixels, and pixels to the size of the paper.
#pragma once

#include <xgrad/plot/figure.hpp>
#include <xgrad/plot/values.hpp>

#include <optional>

namespace xgrad::plotting {

/// One channel through a colormap, whose ends stand for `vmin` and `vmax` (default: the smallest and largest finite
/// number); RGB and RGBA as they are, clipped. NaN and opacity below one show the white paper.
Image colored(const Pixels& pixels, const Colormap& map, std::optional<double> vmin, std::optional<double> vmax,
              double alpha, Interpolation interpolation);

/// The image as it should be handed to a renderer that draws it `width` x `height` device pixels large: averaged down
/// when it has more pixels than that, interpolated when asked for, else unchanged. At least 2 x 2 pixels.
Image resampled(const Image& image, double width, double height);

/// Each pixel as a square of `times` x `times`.
Image repeated(const Image& image, std::size_t times);

}  // namespace xgrad::plotting
