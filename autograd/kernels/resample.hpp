/// Linear maps along dimensions: padding, average pooling, upsampling. Each element of the result is a weighted sum of
/// a few elements along one dimension.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <vector>

namespace xgrad::kernels {

/// out[i] = Σ weight[t]·in[source[t]] for start[i] ≤ t < start[i + 1].
struct Taps {
  std::int64_t in = 0;  ///< length of what it reads
  std::vector<std::int64_t> start{0}, source;
  std::vector<double> weight;

  std::int64_t out() const { return static_cast<std::int64_t>(start.size()) - 1; }
  void tap(std::int64_t from, double by = 1) { source.push_back(from), weight.push_back(by); }
  /// The current element of the result has all its taps.
  void next() { start.push_back(static_cast<std::int64_t>(source.size())); }
  /// The map in the other direction, which derivatives take.
  Taps transposed() const;
};

/// The taps of `maps[i]` along dimension dim() − maps.size() + i; floating x. Null stands for no map.
Array resample(const Array& x, const std::vector<const Taps*>& maps);

}  // namespace xgrad::kernels
