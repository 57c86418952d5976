#include <xgrad/autograd/kernels/distances.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace xgrad::kernels {
namespace {

Array compact(const Array& a) { return a.is_contiguous() ? a : contiguous_copy(a); }

template <class T>
T sign_of(T x) {
  return x > 0 ? T(1) : x < 0 ? T(-1) : x;
}

// What norms differ in: what a difference contributes, how contributions add up, what the sum means, and the slope of
// the norm along a difference: a factor of the whole distance, times g, and what the difference gives.
template <class T>
struct Summed {
  static T join(T a, T b) { return a + b; }
};
template <class T>
struct Different : Summed<T> {  // p = 0
  explicit Different(double) {}
  T term(T d) const { return d != 0 ? T(1) : T(0); }
  T finish(T sum) const { return sum; }
  T factor(T g, T) const { return g; }
  T slope(T, T) const { return 0; }
};
template <class T>
struct Manhattan : Summed<T> {  // p = 1
  explicit Manhattan(double) {}
  T term(T d) const { return std::abs(d); }
  T finish(T sum) const { return sum; }
  T factor(T g, T) const { return g; }
  T slope(T d, T) const { return sign_of(d); }
};
template <class T>
struct Euclid : Summed<T> {  // p = 2
  explicit Euclid(double) {}
  T term(T d) const { return d * d; }
  T finish(T sum) const { return std::sqrt(sum); }
  T factor(T g, T distance) const { return distance == 0 ? T(0) : g / distance; }
  T slope(T d, T) const { return d; }
};
template <class T>
struct Largest {  // p = ∞
  explicit Largest(double) {}
  static T join(T a, T b) { return b > a || b != b ? b : a; }
  T term(T d) const { return std::abs(d); }
  T finish(T most) const { return most; }
  T factor(T g, T) const { return g; }
  T slope(T d, T distance) const {
    const T sign = sign_of(d);
    return std::abs(d) == distance ? sign : T(0);
  }
};
template <class T>
struct AnyPower : Summed<T> {
  explicit AnyPower(double power) : p(static_cast<T>(power)) {}
  T term(T d) const { return std::pow(std::abs(d), p); }
  T finish(T sum) const { return std::pow(sum, 1 / p); }
  T factor(T g, T distance) const { return distance == 0 ? T(0) : g / std::pow(distance, p - 1); }
  T slope(T d, T) const { return d == 0 ? T(0) : sign_of(d) * std::pow(std::abs(d), p - 1); }
  T p;
};

/// f(norm) with the norm for p in T, and roughly what an element of it costs.
template <class T, class F>
void with_norm(double power, F f) {
  const double p = Scalar(power).to_unchecked<T>();  // where T cannot hold it, 0 or infinity
  if (p == 0) return f(Different<T>(p), 1);
  if (p == 1) return f(Manhattan<T>(p), 1);
  if (p == 2) return f(Euclid<T>(p), 1);
  if (std::isinf(p)) return f(Largest<T>(p), 1);
  f(AnyPower<T>(p), 40);
}

/// The norm of a − c, in partial results side by side.
template <class T, class Norm>
T distance(const T* a, const T* c, std::int64_t n, const Norm& norm) {
  constexpr std::int64_t kLanes = 8;
  T part[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) part[l] = norm.join(part[l], norm.term(a[i + l] - c[i + l]));
  }
  for (std::int64_t l = 0; i < n; ++i, ++l) part[l] = norm.join(part[l], norm.term(a[i] - c[i]));
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::int64_t l = 0; l < width; ++l) part[l] = norm.join(part[l], part[l + width]);
  }
  return norm.finish(part[0]);
}

/// to += g·d|x − y|/dx
template <class T, class Norm>
void add_slope(T* to, const T* x, const T* y, std::int64_t n, T g, T distance, const Norm& norm) {
  const T by = norm.factor(g, distance);
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) to[i] += by * norm.slope(x[i] - y[i], distance);
}

/// The number of the pair of row r and the row after it: before those are the pairs of all rows above r, rows − 1 of
/// the first, one less of each next one.
std::int64_t first_pair(std::int64_t r, std::int64_t rows) { return r * (2 * rows - r - 1) / 2; }

template <class F>
void of_dtype(ScalarType dtype, double p, F f) {
  if (dtype == kFloat32)
    with_norm<float>(p, [&](const auto& norm, std::int64_t cost) { f.template operator()<float>(norm, cost); });
  else
    with_norm<double>(p, [&](const auto& norm, std::int64_t cost) { f.template operator()<double>(norm, cost); });
}

}  // namespace

Array row_distances(const Array& given_a, const Array& given_c, double p) {
  const Array a = compact(given_a), c = compact(given_c);
  const std::int64_t rows = a.size(1), columns = c.size(1), n = a.size(2);
  const Array out = Array::empty({a.size(0), rows, columns}, a.dtype());
  of_dtype(a.dtype(), p, [&]<class T>(const auto& norm, std::int64_t cost) {
    split(a.size(0) * rows, columns * n * cost, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const T* const x = a.data<T>() + r * n;
        const T* y = c.data<T>() + r / rows * columns * n;
        T* const to = out.data<T>() + r * columns;
        for (std::int64_t s = 0; s < columns; ++s, y += n) to[s] = distance(x, y, n, norm);
      }
    });
  });
  return out;
}

Array pair_distances(const Array& given, double p) {
  const Array a = compact(given);
  const std::int64_t rows = a.size(0), n = a.size(1);
  const Array out = Array::empty({rows * (rows - 1) / 2}, a.dtype());
  of_dtype(a.dtype(), p, [&]<class T>(const auto& norm, std::int64_t cost) {
    split(rows, rows * n * cost / 2, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        T* to = out.data<T>() + first_pair(r, rows);
        for (std::int64_t s = r + 1; s < rows; ++s) *to++ = distance(a.data<T>() + r * n, a.data<T>() + s * n, n, norm);
      }
    });
  });
  return out;
}

Array row_distances_backward(const Array& given_g, const Array& given_a, const Array& given_c,
                             const Array& given_distances, double p) {
  const Array g = compact(given_g), a = compact(given_a), c = compact(given_c), distances = compact(given_distances);
  const std::int64_t rows = a.size(1), columns = c.size(1), n = a.size(2);
  const Array out = Array::empty(a.sizes(), a.dtype());
  fill(out, Scalar(0.));
  of_dtype(a.dtype(), p, [&]<class T>(const auto& norm, std::int64_t cost) {
    split(a.size(0) * rows, columns * n * cost, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const T* const x = a.data<T>() + r * n;
        const T* y = c.data<T>() + r / rows * columns * n;
        T* const to = out.data<T>() + r * n;
        for (std::int64_t s = 0; s < columns; ++s, y += n)
          add_slope(to, x, y, n, g.data<T>()[r * columns + s], distances.data<T>()[r * columns + s], norm);
      }
    });
  });
  return out;
}

Array pair_distances_backward(const Array& given_g, const Array& given, const Array& given_distances, double p) {
  const Array g = compact(given_g), a = compact(given), distances = compact(given_distances);
  const std::int64_t rows = a.size(0), n = a.size(1);
  const Array out = Array::empty(a.sizes(), a.dtype());
  fill(out, Scalar(0.));
  of_dtype(a.dtype(), p, [&]<class T>(const auto& norm, std::int64_t cost) {
    const T *const all = a.data<T>(), *const up = g.data<T>(), *const of_pair = distances.data<T>();
    split(rows, rows * n * cost, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        for (std::int64_t s = 0; s < rows; ++s) {
          if (s == r) continue;
          const std::int64_t above = std::min(r, s), pair = first_pair(above, rows) + std::max(r, s) - above - 1;
          add_slope(out.data<T>() + r * n, all + r * n, all + s * n, n, up[pair], of_pair[pair], norm);
        }
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
