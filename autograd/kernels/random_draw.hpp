/// What the random kernels share: the order in which elements are visited, and draws in blocks.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/generator.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace xgrad::kernels {

/// Throws PyTorch's error for an array that has one element at several indices.
void check_writable(const Array& out);

/// A run of elements at equal distance in each of two arrays; positions count from their element at index 0.
struct Row {
  std::int64_t count;
  std::int64_t first, stride;              // in the array that is written
  std::int64_t other_first, other_stride;  // in the other
};

/// Cuts an array into rows in the order in which PyTorch writes it: dimensions by stride, the smallest innermost.
class Rows {
 public:
  explicit Rows(const Array& out) : Rows(out, out) {}
  /// The same with a second array of equal shape read alongside.
  Rows(const Array& out, const Array& other);

  template <class F>
  void each(F&& f) const;

 private:
  Dims sizes_, strides_, other_strides_;  // innermost first, neighbours that form one run merged; at least one entry
};

template <class F>
void Rows::each(F&& f) const {
  const std::size_t n = sizes_.size();
  if (std::find(sizes_.begin(), sizes_.end(), 0) != sizes_.end()) return;
  Dims index(n, 0);
  Row row{sizes_[0], 0, strides_[0], 0, other_strides_[0]};
  while (true) {
    f(row);
    std::size_t d = 1;
    for (; d < n; ++d) {
      row.first += strides_[d];
      row.other_first += other_strides_[d];
      if (++index[d] < sizes_[d]) break;
      row.first -= sizes_[d] * strides_[d];
      row.other_first -= sizes_[d] * other_strides_[d];
      index[d] = 0;
    }
    if (d >= n) return;
  }
}

inline void draw(CPUGeneratorImpl& g, std::uint32_t* words, std::size_t n) { g.random(words, n); }
inline void draw(CPUGeneratorImpl& g, std::uint64_t* words, std::size_t n) { g.random64(words, n); }

/// Draws that are made at a time: enough to vectorise, few enough to stay in the nearest cache.
inline constexpr std::int64_t kDrawBlock = 512;

/// Sets the elements of `out`, which holds Ts, a block at a time: values(to, words, n) makes n packed ones of a word
/// drawn for each.
template <class T, class Word, class F>
void fill_blocks(Array& out, CPUGeneratorImpl& g, F&& values) {
  Word words[kDrawBlock];
  T apart[kDrawBlock];
  Rows(out).each([&](const Row& row) {
    T* to = out.data<T>() + row.first;
    for (std::int64_t left = row.count; left > 0; left -= kDrawBlock, to += kDrawBlock * row.stride) {
      const std::int64_t n = std::min(left, kDrawBlock);
      draw(g, words, static_cast<std::size_t>(n));
      if (row.stride == 1) {
        values(to, words, n);
      } else {
        values(apart, words, n);
        for (std::int64_t i = 0; i < n; ++i) to[i * row.stride] = apart[i];
      }
    }
  });
}

/// Sets each element to `value(word)`.
template <class T, class Word, class F>
void fill(Array& out, CPUGeneratorImpl& g, F&& value) {
  fill_blocks<T, Word>(out, g, [&](T* to, const Word* words, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) to[i] = value(words[i]);
  });
}

/// Uniform in [0, 1): as many bits as the type's significand has, so that every value is exact.
inline float unit(std::uint32_t word) {
  return static_cast<float>(static_cast<std::int32_t>(word & 0xffffffu)) * 0x1p-24f;
}
inline double unit(std::uint64_t word) {
  return static_cast<double>(static_cast<std::int64_t>(word & ((std::uint64_t{1} << 53) - 1))) * 0x1p-53;
}

}  // namespace xgrad::kernels
