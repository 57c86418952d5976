/// Distances between all rows of two matrices.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// [B, R, S]: |a[b, r] − c[b, s]|_p for floating a [B, R, C] and c [B, S, C], p from 0 to infinity.
Array row_distances(const Array& a, const Array& c, double p);
/// [R·(R − 1)/2]: |a[r] − a[s]|_p of all r < s, in order of r and then of s, for floating a [R, C].
Array pair_distances(const Array& a, double p);
/// The gradient of a, from that of the distances: Σ_s g[b, r, s]·d|a[b, r] − c[b, s]|_p/da. Slopes at 0 are 0. That of
/// c is the same with the roles, and the last two dimensions of g and distances, exchanged.
Array row_distances_backward(const Array& g, const Array& a, const Array& c, const Array& distances, double p);
/// The same of pair_distances: each pair has a part in the gradients of both of its rows.
Array pair_distances_backward(const Array& g, const Array& a, const Array& distances, double p);

}  // namespace xgrad::kernels
