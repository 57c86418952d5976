#include <xgrad/plot/image.hpp>
#include <xgrad/plot/ticks.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xgrad::plotting {
namespace {

std::uint8_t to_byte(double v) { return static_cast<std::uint8_t>(std::lround(std::clamp(v, 0.0, 255.0))); }

Range finite_range(const std::vector<double>& numbers) {
  Range out{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double v : numbers) {
    if (std::isfinite(v)) out = {std::min(out.low, v), std::max(out.high, v)};
  }
  return out;
}

/// Which inputs an output pixel is made of along one dimension, and their weights.
struct Taps {
  std::size_t first = 0;
  std::vector<double> weights;
};

/// Averages over the input an output covers; the nearest input, or a mixture of the two nearest, when enlarging.
std::vector<Taps> make_taps(std::size_t in, std::size_t out, Interpolation interpolation) {
  std::vector<Taps> taps(out);
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  for (std::size_t i = 0; i < out; ++i) {
    const double low = static_cast<double>(i) * scale, high = low + scale, middle = 0.5 * (low + high);
    Taps& t = taps[i];
    if (interpolation == Interpolation::kBilinear && scale < 1) {
      const double at = std::clamp(middle - 0.5, 0.0, static_cast<double>(in - 1));
      t.first = std::min(static_cast<std::size_t>(at), in - 1);
      const double part = at - static_cast<double>(t.first);
      t.weights = part > 0 ? std::vector{1 - part, part} : std::vector{1.0};
    } else if (interpolation == Interpolation::kNearest || scale <= 1) {
      t.first = std::min(static_cast<std::size_t>(middle), in - 1);
      t.weights = {1.0};
    } else {
      t.first = static_cast<std::size_t>(low);
      for (std::size_t j = t.first; j < in && static_cast<double>(j) < high; ++j) {
        const double covered = std::min(high, static_cast<double>(j + 1)) - std::max(low, static_cast<double>(j));
        t.weights.push_back(covered / scale);
      }
    }
  }
  return taps;
}

}  // namespace

Image colored(const Pixels& pixels, const Colormap& map, std::optional<double> vmin, std::optional<double> vmax,
              double alpha, Interpolation interpolation) {
  Image out{pixels.rows(), pixels.cols(), {}, interpolation};
  out.rgb.reserve(out.rows * out.cols * 3);
  const Range range = finite_range(pixels.vec());
  const double low = vmin.value_or(range.low), length = vmax.value_or(range.high) - low;
  const double full = pixels.floating() ? 255.0 : 1.0;
  for (std::size_t r = 0; r < out.rows; ++r) {
    for (std::size_t c = 0; c < out.cols; ++c) {
      std::array<double, 4> color{0, 0, 0, 255};
      if (pixels.channels() == 1) {
        const double v = pixels.at(r, c);
        const Color mapped = map(std::isnan(v) || length > 0 ? (v - low) / length : 0.0);
        color = {double(mapped.r), double(mapped.g), double(mapped.b), double(mapped.a)};
      } else {
        for (std::size_t k = 0; k < pixels.channels(); ++k) color[k] = pixels.at(r, c, k) * full;
      }
      const double opacity = alpha * std::clamp(color[3] / 255, 0.0, 1.0);
      for (std::size_t k = 0; k < 3; ++k) {
        const double v = std::isnan(color[k]) ? 255 : std::clamp(color[k], 0.0, 255.0);
        out.rgb.push_back(to_byte(opacity * v + (1 - opacity) * 255));
      }
    }
  }
  return out;
}

Image resampled(const Image& image, double width, double height) {
  const auto wanted = [&](std::size_t have, double device) {
    const auto pixels = static_cast<std::size_t>(std::clamp(std::round(device), 2.0, 4096.0));
    return have > pixels || image.interpolation == Interpolation::kBilinear ? pixels : std::max<std::size_t>(have, 2);
  };
  const std::size_t rows = wanted(image.rows, height), cols = wanted(image.cols, width);
  if (rows == image.rows && cols == image.cols) return image;
  const auto down = make_taps(image.rows, rows, image.interpolation);
  const auto across = make_taps(image.cols, cols, image.interpolation);
  Image out{rows, cols, {}, image.interpolation};
  out.rgb.reserve(rows * cols * 3);
  for (const Taps& y : down) {
    for (const Taps& x : across) {
      std::array<double, 3> sum{};
      for (std::size_t i = 0; i < y.weights.size(); ++i) {
        for (std::size_t j = 0; j < x.weights.size(); ++j) {
          const std::size_t at = ((y.first + i) * image.cols + x.first + j) * 3;
          for (std::size_t k = 0; k < 3; ++k) sum[k] += y.weights[i] * x.weights[j] * image.rgb[at + k];
        }
      }
      for (const double s : sum) out.rgb.push_back(to_byte(s));
    }
  }
  return out;
}

Image repeated(const Image& image, std::size_t times) {
  Image out{image.rows * times, image.cols * times, {}, image.interpolation};
  out.rgb.reserve(image.rgb.size() * times * times);
  for (std::size_t r = 0; r < out.rows; ++r) {
    for (std::size_t c = 0; c < out.cols; ++c) {
      const auto pixel = image.rgb.begin() + static_cast<std::ptrdiff_t>((r / times * image.cols + c / times) * 3);
      out.rgb.insert(out.rgb.end(), pixel, pixel + 3);
    }
  }
  return out;
}

}  // namespace xgrad::plotting
