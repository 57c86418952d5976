#include <xgrad/autograd/kernels/arithmetic_blocks.hpp>
#include <xgrad/autograd/kernels/binary_functions.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

#include <cmath>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace xgrad::kernels {
namespace {

/// What bool has in other words.
struct Operators {
  template <class T>
  static T add(T a, T b) {
    if constexpr (std::is_same_v<T, bool>)
      return a || b;
    else
      return static_cast<T>(a + b);
  }
  template <class T>
  static T mul(T a, T b) {
    if constexpr (std::is_same_v<T, bool>)
      return a && b;
    else
      return static_cast<T>(a * b);
  }
};

template <class T, class F>
void apply(const Array& out, const Array& a, const Array& b, F f, std::int64_t cost = 1) {
  map_binary<T, T>(out, a, b, f, cost);
}

template <class T>
void run_binary(Binary op, const Array& out, const Array& a, const Array& b) {
  constexpr bool floating = std::is_floating_point_v<T>;
  switch (op) {
    case Binary::Add:
      return apply<T>(out, a, b, [](T x, T y) { return Operators::add(x, y); });
    case Binary::Mul:
      return apply<T>(out, a, b, [](T x, T y) { return Operators::mul(x, y); });
    case Binary::Sub:
      return apply<T>(out, a, b, [](T x, T y) { return static_cast<T>(x - y); });
    case Binary::Maximum:
      return apply<T>(out, a, b, [](T x, T y) { return is_nan(x) || x > y ? x : y; });
    case Binary::Minimum:
      return apply<T>(out, a, b, [](T x, T y) { return is_nan(x) || x < y ? x : y; });
    case Binary::Fmax:
      return apply<T>(out, a, b, [](T x, T y) { return is_nan(y) || x >= y ? x : y; });
    case Binary::Fmin:
      return apply<T>(out, a, b, [](T x, T y) { return is_nan(y) || x <= y ? x : y; });
    case Binary::Heaviside:
      return apply<T>(out, a, b, [](T x, T y) { return x == T(0) ? y : static_cast<T>(x > T(0)); });
    default:
      break;
  }
  if constexpr (floating) {
    if (binary_by_blocks<T>(op, out, a, b)) return;
  }
  const auto if_named = [&](const auto& named) {
    constexpr std::int64_t kCallCost = 16;  // most are called one number at a time
    if (named.first == op) apply<T>(out, a, b, named.second, kCallCost);
    return named.first == op;
  };
  if (std::apply([&](const auto&... named) { return (if_named(named) || ...); }, binary_functions<T>())) return;
  if constexpr (floating) {
    switch (op) {
      case Binary::Div:
        return apply<T>(out, a, b, [](T x, T y) { return x / y; });
      case Binary::SigmoidBackward:
        return apply<T>(out, a, b, [](T g, T y) { return g * y * (1 - y); });
      case Binary::TanhBackward:
        return apply<T>(out, a, b, [](T g, T y) { return g * (1 - y * y); });
      case Binary::ReluBackward:
        return apply<T>(out, a, b, [](T g, T y) { return y <= 0 ? T(0) : g; });
      case Binary::Prelu:
        return apply<T>(out, a, b, [](T x, T w) {
          const T scaled = x * w;
          return x > 0 ? x : scaled;
        });
      default:
        break;
    }
  }
  fail("internal error: no such elementwise operation for '{}'", dtype_of<T>());
}

/// out = f(a, b, c)
template <class T, class F>
void map_ternary(const Array& out, const Array& a, const Array& b, const Array& c, F f) {
  using Row = RowKernel<4>;
  const auto row = [](const F& h, const Row::Pointers& p, const Row::Strides& s, std::int64_t n) {
    constexpr std::int64_t size = sizeof(T);
    if (s[0] == size && s[1] == size && s[2] == size && s[3] == size) {
      auto* r = reinterpret_cast<T*>(p[0]);
      const auto *x = reinterpret_cast<const T*>(p[1]), *y = reinterpret_cast<const T*>(p[2]),
                 *z = reinterpret_cast<const T*>(p[3]);
      XGRAD_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) r[i] = h(x[i], y[i], z[i]);
      return;
    }
    if (s[0] == size && s[1] == size && s[2] == 0 && s[3] == size) {  // a column times a row
      auto* r = reinterpret_cast<T*>(p[0]);
      const auto *x = reinterpret_cast<const T*>(p[1]), *z = reinterpret_cast<const T*>(p[3]);
      const T y = *reinterpret_cast<const T*>(p[2]);
      XGRAD_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) r[i] = h(x[i], y, z[i]);
      return;
    }
    if (s[0] == size && s[1] == 0 && s[2] == size && s[3] == 0) {  // a row between two numbers
      auto* r = reinterpret_cast<T*>(p[0]);
      const auto* y = reinterpret_cast<const T*>(p[2]);
      const T x = *reinterpret_cast<const T*>(p[1]), z = *reinterpret_cast<const T*>(p[3]);
      XGRAD_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) r[i] = h(x, y[i], z);
      return;
    }
    for (std::int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<T*>(p[0] + i * s[0]) =
          h(*reinterpret_cast<const T*>(p[1] + i * s[1]), *reinterpret_cast<const T*>(p[2] + i * s[2]),
            *reinterpret_cast<const T*>(p[3] + i * s[3]));
    }
  };
  run_rows<4>({[](const void* g, const Row::Pointers& at, const RowBlock<4>& rows) {
                 rows.each(at, [&](const Row::Pointers& p) {
                   decltype(row)()(*static_cast<const F*>(g), p, rows.stride, rows.n);
                 });
               },
               &f,
               {sizeof(T), sizeof(T), sizeof(T), sizeof(T)}},
              {&out, &a, &b, &c}, 1);
}

template <class T>
void run_ternary(Ternary op, const Array& out, const Array& a, const Array& b, const Array& c, T value) {
  if constexpr (!std::is_same_v<T, bool>) {
    using W = Wrapping<T>;
    const auto factor = static_cast<W>(value);
    if (op == Ternary::Addcmul) {
      return map_ternary<T>(out, a, b, c, [factor](T x, T y, T z) {
        return static_cast<T>(static_cast<W>(x) + factor * static_cast<W>(y) * static_cast<W>(z));
      });
    }
    if (op == Ternary::Addr) {
      return map_ternary<T>(out, a, b, c, [factor](T x, T y, T z) {
        return static_cast<T>(factor * static_cast<W>(x) + static_cast<W>(y) * static_cast<W>(z));
      });
    }
    if (op == Ternary::Clamp) {
      return map_ternary<T>(out, a, b, c, [](T x, T low, T high) {
        const T y = is_nan(low) || x < low ? low : x;
        return is_nan(y) ? y : is_nan(high) || high < y ? high : y;
      });
    }
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (op == Ternary::Addcdiv)
      return map_ternary<T>(out, a, b, c, [value](T x, T y, T z) { return x + value * y / z; });
    if (op == Ternary::Lerp) {
      return map_ternary<T>(
          out, a, b, c, [](T x, T y, T w) { return std::abs(w) < T(0.5) ? x + w * (y - x) : y - (y - x) * (1 - w); });
    }
  }
  fail("internal error: no such elementwise operation for '{}'", dtype_of<T>());
}

/// `a` in `dtype`, converted only if it must be.
Array as_dtype(const Array& a, ScalarType dtype) { return a.dtype() == dtype ? a : to_dtype(a, dtype); }

/// Runs `compute(target)` into `out`, through a temporary when out has another dtype.
template <class F>
void into(const Array& result, ScalarType dtype, F compute) {
  if (result.dtype() == dtype) return compute(result);
  const Array temporary = Array::empty(result.sizes(), dtype);
  compute(temporary);
  copy(result, temporary);
}

}  // namespace

namespace {

/// a op b of one number each, for what needs no more than an instruction: whatever an operation does beside is
/// overhead.
template <class T>
inline bool run_one(Binary op, const Array& out, const Array& a, const Array& b) {
  const T x = *a.data<T>(), y = *b.data<T>();
  T* const r = out.data<T>();
  switch (op) {
    case Binary::Add:
      return *r = x + y, true;
    case Binary::Sub:
      return *r = x - y, true;
    case Binary::Mul:
      return *r = x * y, true;
    case Binary::Div:
      return *r = x / y, true;
    default:
      return false;
  }
}

[[gnu::noinline]] void run_any(Binary op, const Array& out, const Array& a, const Array& b) {
  dispatch(out.dtype(), [&]<class T>() { run_binary<T>(op, out, a, b); });
}

}  // namespace

void binary_into(Binary op, const Array& out, const Array& a, const Array& b) {
  if (out.numel() == 1 && out.dtype() == kFloat32 && run_one<float>(op, out, a, b)) return;
  run_any(op, out, a, b);
}

namespace {

/// What most calls are: packed arrays of one shape and dtype, and a result of the same.
bool all_packed(const Array& a, const Array& b, ScalarType dtype, const Array* out) {
  const auto packed = [dtype](const Array& x) { return x.dtype() == dtype && x.is_contiguous(); };
  if (!packed(a) || !packed(b) || a.sizes() != b.sizes()) return false;
  if (!out) return true;
  const auto apart = [out](const Array& x) { return !out->same_storage(x) || out->offset() == x.offset(); };
  return packed(*out) && out->sizes() == a.sizes() && apart(a) && apart(b);
}
Array binary_of_packed(Binary op, const Array& a, const Array& b, const Array* out) {
  Array result = out ? Array(*out) : Array::packed_like(a, a.dtype());
  binary_into(op, result, a, b);
  return result;
}

}  // namespace

namespace {

/// binary() of arrays that need a broadcast or a look at their strides.
[[gnu::noinline]] Array binary_of_any(Binary op, const Array& a, const Array& b, ScalarType dtype, const Array* out) {
  Array result = result_for({&a, &b}, dtype, out);  // the one thing returned, so that it is made in its place
  into(result, dtype, [&](const Array& r) { binary_into(op, r, a, b); });
  return result;
}

/// The result has the memory order of the arguments as they are computed with, and may overlap none as it was given.
Array target_for(std::initializer_list<const Array*> given, std::initializer_list<const Array*> converted,
                 ScalarType dtype, const Array* out) {
  return result_for(out ? given : converted, dtype, out);
}

[[gnu::noinline]] Array binary_of_mixed(Binary op, const Array& a, const Array& b, ScalarType dtype, const Array* out) {
  const Array x = as_dtype(a, dtype), y = as_dtype(b, dtype);
  Array result = target_for({&a, &b}, {&x, &y}, dtype, out);
  into(result, dtype, [&](const Array& r) { binary_into(op, r, x, y); });
  return result;
}

}  // namespace

Array binary(Binary op, const Array& a, const Array& b, ScalarType dtype, const Array* out) {
  if (all_packed(a, b, dtype, out)) return binary_of_packed(op, a, b, out);
  return a.dtype() == dtype && b.dtype() == dtype ? binary_of_any(op, a, b, dtype, out)
                                                  : binary_of_mixed(op, a, b, dtype, out);
}

Array add_scaled(const Array& a, const Array& b, Scalar alpha, ScalarType dtype, const Array* out) {
  const Array x = as_dtype(a, dtype), y = as_dtype(b, dtype);
  const Array result = target_for({&a, &b}, {&x, &y}, dtype, out);
  into(result, dtype, [&](const Array& r) {
    dispatch(dtype, [&]<class T>() {
      const T c = alpha.to<T>();
      if constexpr (std::is_same_v<T, bool>)
        map_binary<T, T>(r, x, y, [c](T p, T q) { return p || (c && q); });
      else
        map_binary<T, T>(r, x, y, [c = static_cast<Wrapping<T>>(c)](T p, T q) {
          return static_cast<T>(static_cast<Wrapping<T>>(p) + c * static_cast<Wrapping<T>>(q));
        });
    });
  });
  return result;
}

namespace {

/// r[i] = c[i] ? u[i] : v[i] of one row, with strides in bytes. By arithmetic on bits, since conditions are nothing to
/// be guessed, and a loop with a branch in it does not vectorise.
template <class W>
void where_row(const std::array<char*, 4>& p, const std::array<std::int64_t, 4>& s, std::int64_t n) {
  const auto choose = [](std::uint8_t c, W u, W v) {
    const W mask = static_cast<W>(-static_cast<W>(c != 0));
    return static_cast<W>(v ^ ((u ^ v) & mask));
  };
  using Word [[gnu::may_alias]] = W;  // the memory holds numbers of any dtype
  constexpr std::int64_t w = sizeof(W);
  auto* const r = reinterpret_cast<Word*>(p[0]);
  const auto* const c = reinterpret_cast<const std::uint8_t*>(p[1]);
  const auto *const u = reinterpret_cast<const Word*>(p[2]), *const v = reinterpret_cast<const Word*>(p[3]);
  if (s[0] == w && s[1] == 1 && s[2] == w && s[3] == w) {
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) r[i] = choose(c[i], u[i], v[i]);
  } else if (s[0] == w && s[1] == 1 && s[2] == w && s[3] == 0) {
    const W other = *v;
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) r[i] = choose(c[i], u[i], other);
  } else if (s[0] == w && s[1] == 1 && s[2] == 0 && s[3] == w) {
    const W one = *u;
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) r[i] = choose(c[i], one, v[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<Word*>(p[0] + i * s[0]) =
          choose(*reinterpret_cast<const std::uint8_t*>(p[1] + i * s[1]),
                 *reinterpret_cast<const Word*>(p[2] + i * s[2]), *reinterpret_cast<const Word*>(p[3] + i * s[3]));
    }
  }
}

}  // namespace

Array where(const Array& condition, const Array& a, const Array& b, ScalarType dtype) {
  const Array x = as_dtype(a, dtype), y = as_dtype(b, dtype);
  const Array result = result_for({&condition, &x, &y}, dtype, nullptr);
  if (result.numel() == 0) return result;
  const auto plan = plan_rows<4>({&result, &condition, &x, &y});
  const auto row = [&result] {
    switch (result.itemsize()) {
      case 1:
        return where_row<std::uint8_t>;
      case 2:
        return where_row<std::uint16_t>;
      case 4:
        return where_row<std::uint32_t>;
      default:
        return where_row<std::uint64_t>;
    }
  }();
  split_rows(plan, 1, [&](const auto& p, std::int64_t n) { row(p, plan.row_stride, n); });
  return result;
}

Array ternary(Ternary op, const Array& a, const Array& b, const Array& c, Scalar value, ScalarType dtype,
              const Array* out) {
  const Array x = as_dtype(a, dtype), y = as_dtype(b, dtype), z = as_dtype(c, dtype);
  const Array result = result_for({&x, &y, &z}, dtype, out);
  into(result, dtype,
       [&](const Array& r) { dispatch(dtype, [&]<class T>() { run_ternary<T>(op, r, x, y, z, value.to<T>()); }); });
  return result;
}

namespace {

/// Reads of elements that lie a multiple of this apart find their lines in one set of the nearest cache.
constexpr std::int64_t kSetStride = 4096;

/// Packs n elements that lie `stride` bytes apart, a multiple of kSetStride. All these lines want the same few places
/// of the cache, and come faster where the processor asks for fewer of them ahead of their turn. So it waits for some
/// before it asks for more; docs/performance.md has what was measured.
template <class T>
void pack_conflicting(T* to, const char* from, std::int64_t stride, std::int64_t n) {
  constexpr std::int64_t kAtATime = 16;
  for (std::int64_t i = 0; i < n; i += kAtATime) {
    const std::int64_t end = std::min(i + kAtATime, n);
    for (std::int64_t j = i; j < end; ++j) to[j] = *reinterpret_cast<const T*>(from + j * stride);
#ifdef __x86_64__
    _mm_lfence();
#endif
  }
}

template <class T>
void cross_row(const std::array<char*, 3>& p, const std::array<std::int64_t, 3>& s,
               const std::array<std::int64_t, 3>& step, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    T* const r = reinterpret_cast<T*>(p[0] + i * s[0]);
    const T* const x = reinterpret_cast<const T*>(p[1] + i * s[1]);
    const T* const y = reinterpret_cast<const T*>(p[2] + i * s[2]);
    const T x0 = x[0], x1 = x[step[1]], x2 = x[2 * step[1]], y0 = y[0], y1 = y[step[2]], y2 = y[2 * step[2]];
    r[0] = static_cast<T>(x1 * y2 - x2 * y1);
    r[step[0]] = static_cast<T>(x2 * y0 - x0 * y2);
    r[2 * step[0]] = static_cast<T>(x0 * y1 - x1 * y0);
  }
}

}  // namespace

Array cross(const Array& a, const Array& b, std::int64_t dim) {
  const Array out = Array::empty(a.sizes(), a.dtype());
  if (out.numel() == 0) return out;
  const Array first_out = out.select(dim, 0), first_a = a.select(dim, 0), first_b = b.select(dim, 0);
  const auto plan = plan_rows<3>({&first_out, &first_a, &first_b});
  const auto s = plan.row_stride;
  dispatch(a.dtype(), [&]<class T>() {
    const std::array<std::int64_t, 3> step{out.stride(dim), a.stride(dim), b.stride(dim)};
    constexpr std::int64_t kCost = 12, kPacked = 64, kFew = 16;
    const bool conflicting = s[1] && s[2] && s[1] % kSetStride == 0 && s[2] % kSetStride == 0;
    split_rows(plan, kCost, [&](const auto& p, std::int64_t n) {
      if (!conflicting || n <= kFew) return cross_row<T>(p, s, step, n);
      T packed[2][3][kPacked];
      for (std::int64_t i = 0; i < n; i += kPacked) {
        const std::int64_t some = std::min(kPacked, n - i);
        for (std::size_t input = 1; input <= 2; ++input) {
          for (std::int64_t k = 0; k < 3; ++k) {
            const char* const line = p[input] + i * s[input] + k * step[input] * std::int64_t{sizeof(T)};
            pack_conflicting(packed[input - 1][k], line, s[input], some);
          }
        }
        const auto at = [](T* x) { return reinterpret_cast<char*>(x); };
        cross_row<T>({p[0] + i * s[0], at(packed[0][0]), at(packed[1][0])}, {s[0], sizeof(T), sizeof(T)},
                     {step[0], kPacked, kPacked}, some);
      }
    });
  });
  return out;
}

Array clamp(const Array& x, std::optional<Scalar> low, std::optional<Scalar> high, const Array* out) {
  const Array result = result_for({&x}, x.dtype(), out);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      fail<NotImplementedError>("\"clamp\" not implemented for 'Bool'");
    } else {
      const T lo = low ? low->to<T>() : T(0), hi = high ? high->to<T>() : T(0);
      if (low && high)
        map_unary<T, T>(result, x, [lo, hi](T v) {  // an instruction each, which give NaN back, and hi if that is less
          const T least = lo > v ? lo : v;
          return hi < least ? hi : least;
        });
      else if (low)
        map_unary<T, T>(result, x, [lo](T v) { return v < lo ? lo : v; });
      else
        map_unary<T, T>(result, x, [hi](T v) { return v > hi ? hi : v; });
    }
  });
  return result;
}

}  // namespace xgrad::kernels
