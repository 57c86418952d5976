/// Reads back the PNG files that the tests made: size and colours.
#pragma once

#include <xgrad/plot/color.hpp>

#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace xgrad::test {

/// A PNG of 8 bits a channel, RGB or RGBA, not interlaced: what gnuplot writes.
class Png {
 public:
  explicit Png(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (!bytes.starts_with("\x89PNG\r\n\x1a\n")) throw std::runtime_error("not a PNG: " + path.string());
    std::string packed;
    for (std::size_t at = 8; at + 12 <= bytes.size();) {
      const std::size_t length = number(bytes, at);
      const std::string type = bytes.substr(at + 4, 4), body = bytes.substr(at + 8, length);
      if (type == "IHDR") {
        width_ = number(body, 0), height_ = number(body, 4);
        if (body[8] != 8 || (body[9] != 2 && body[9] != 6) || body[12] != 0) throw std::runtime_error("unusual PNG");
        channels_ = body[9] == 2 ? 3 : 4;
      } else if (type == "IDAT") {
        packed += body;
      }
      at += 12 + length;
    }
    unpack(packed);
  }

  std::size_t width() const { return width_; }
  std::size_t height() const { return height_; }
  plotting::Color at(std::size_t x, std::size_t y) const {
    const std::uint8_t* p = &pixels_[(y * width_ + x) * channels_];
    return {p[0], p[1], p[2]};
  }
  /// How many pixels are within `tolerance` of a colour in every channel.
  std::size_t count(plotting::Color c, int tolerance = 8) const {
    std::size_t n = 0;
    for (std::size_t y = 0; y < height_; ++y) {
      for (std::size_t x = 0; x < width_; ++x) n += near(at(x, y), c, tolerance);
    }
    return n;
  }
  static bool near(plotting::Color a, plotting::Color b, int tolerance) {
    return std::abs(a.r - b.r) <= tolerance && std::abs(a.g - b.g) <= tolerance && std::abs(a.b - b.b) <= tolerance;
  }

 private:
  static std::size_t number(const std::string& bytes, std::size_t at) {
    std::size_t v = 0;
    for (std::size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<std::uint8_t>(bytes.at(at + i));
    return v;
  }

  /// Inflates the rows and undoes the filter that each names in its first byte.
  void unpack(const std::string& packed) {
    const std::size_t stride = width_ * channels_;
    std::vector<std::uint8_t> raw((stride + 1) * height_);
    uLongf size = raw.size();
    if (uncompress(raw.data(), &size, reinterpret_cast<const Bytef*>(packed.data()), packed.size()) != Z_OK ||
        size != raw.size()) {
      throw std::runtime_error("broken PNG data");
    }
    pixels_.resize(stride * height_);
    for (std::size_t y = 0; y < height_; ++y) {
      for (std::size_t i = 0; i < stride; ++i) {
        const int left = i >= channels_ ? pixels_[y * stride + i - channels_] : 0;
        const int up = y > 0 ? pixels_[(y - 1) * stride + i] : 0;
        const int corner = y > 0 && i >= channels_ ? pixels_[(y - 1) * stride + i - channels_] : 0;
        const int guess[] = {0, left, up, (left + up) / 2, paeth(left, up, corner)};
        const std::uint8_t filter = raw[y * (stride + 1)];
        if (filter > 4) throw std::runtime_error("broken PNG filter");
        pixels_[y * stride + i] = static_cast<std::uint8_t>(raw[y * (stride + 1) + 1 + i] + guess[filter]);
      }
    }
  }
  static int paeth(int a, int b, int c) {
    const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
  }

  std::size_t width_ = 0, height_ = 0, channels_ = 3;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace xgrad::test
