/// What can be plotted: numbers from any container or 1-D array, and pixels from a 2-D or 3-D array.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <concepts>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::plotting {

/// A tensor: something whose elements are an Array.
template <class T>
concept HasArray = requires(const T& t) {
  { t.array() } -> std::convertible_to<const Array&>;
};

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, char>;

/// What a loop can go through. (Not the standard's: <ranges> is a large header, and every program reads this one.)
template <class R>
concept Iterable = requires(R& range) {
  std::begin(range) != std::end(range);
};
template <Iterable R>
using ElementOf = std::iter_value_t<decltype(std::begin(std::declval<R&>()))>;

/// A list of numbers as double. Made from a vector, list, span or range of any arithmetic type, a braced list, a 1-D
/// array or tensor, or a range of one-element tensors; throws ValueError for other shapes.
///
///     plt::plot(std::vector<int>{1, 2, 3}, tensor);
class Values {
 public:
  Values() = default;

  template <Iterable R>
  requires(Number<ElementOf<R>> && !HasArray<R>) Values(R&& range) {
    for (auto&& v : range) numbers_.push_back(static_cast<double>(v));
  }

  template <Iterable R>
  requires(HasArray<ElementOf<R>> && !HasArray<R>) Values(R&& range) {
    for (auto&& v : range) append(v.array());
  }

  template <Number T>
  Values(std::initializer_list<T> list) : numbers_(list.begin(), list.end()) {}

  Values(std::initializer_list<double> list) : numbers_(list) {}  // integers and fractions mixed

  Values(const Array& array);

  template <HasArray T>
  Values(const T& tensor) : Values(tensor.array()) {}

  /// 0, 1, ..., n - 1
  static Values indices(std::size_t n);

  std::size_t size() const { return numbers_.size(); }
  double operator[](std::size_t i) const { return numbers_[i]; }
  const std::vector<double>& vec() const { return numbers_; }

 private:
  void append(const Array& array);

  std::vector<double> numbers_;
};

/// An image's numbers: rows x cols x channels, row by row; 1 channel is coloured by a colormap, 3 are RGB, 4 RGBA.
/// Made from an array or tensor of shape (H, W), (1, H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of any dtype;
/// throws TypeError "Invalid shape (...) for image data" for others.
class Pixels {
 public:
  Pixels(const Array& array);

  template <HasArray T>
  Pixels(const T& tensor) : Pixels(tensor.array()) {}

  /// Rows of numbers, all of one length.
  template <Number T>
  Pixels(const std::vector<std::vector<T>>& rows)
      : rows_(rows.size()), cols_(rows.empty() ? 0 : rows[0].size()), floating_(std::is_floating_point_v<T>) {
    for (const auto& row : rows) {
      check<ValueError>(row.size() == cols_, "imshow: the rows of an image must have one length, got {} and {}", cols_,
                        row.size());
      numbers_.insert(numbers_.end(), row.begin(), row.end());
    }
    check_not_empty();
  }

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  std::size_t channels() const { return channels_; }
  /// Whether a full channel of RGB is 1.0 (floating types) or 255.
  bool floating() const { return floating_; }
  double at(std::size_t row, std::size_t col, std::size_t channel = 0) const {
    return numbers_[(row * cols_ + col) * channels_ + channel];
  }
  const std::vector<double>& vec() const { return numbers_; }

 private:
  void check_not_empty() const;

  std::size_t rows_ = 0, cols_ = 0, channels_ = 1;
  bool floating_ = false;
  std::vector<double> numbers_;
};

}  // namespace xgrad::plotting
