/// normal_: Box-Muller in PyTorch's two ways. The float32 way owes PyTorch every bit, so it repeats the approximations
/// of log, sin and cos that PyTorch's AVX2 kernel uses (the single-precision ones of the Cephes library) with the same
/// fused multiply-adds. Each fusion is written out as std::fma and no other product meets a sum unrounded by accident:
/// what the compiler may contract cannot change a result.
#include <xgrad/autograd/kernels/random.hpp>
#include <xgrad/autograd/kernels/random_draw.hpp>

#include <bit>
#include <numbers>

namespace xgrad::kernels {
namespace {

/// log(x) for x in [2^-24, 1].
inline float log_approx(float x) {
  const std::int32_t bits = std::bit_cast<std::int32_t>(x);
  // x = m · 2^e with m in [0.5, 1), then m doubled where it is below sqrt(1/2): m - 1 stays near 0.
  float e = static_cast<float>((bits >> 23) - 126);
  const float m = std::bit_cast<float>((bits & 0x007fffff) | 0x3f000000);
  const bool low = m < std::numbers::sqrt2_v<float> / 2;
  e -= low ? 1.0f : 0.0f;
  const float t = (m - 1.0f) + (low ? m : 0.0f);
  const float t2 = t * t;

  float y = 7.0376836292e-2f;
  y = std::fma(y, t, -1.1514610310e-1f);
  y = std::fma(y, t, 1.1676998740e-1f);
  y = std::fma(y, t, -1.2420140846e-1f);
  y = std::fma(y, t, 1.4249322787e-1f);
  y = std::fma(y, t, -1.6668057665e-1f);
  y = std::fma(y, t, 2.0000714765e-1f);
  y = std::fma(y, t, -2.4999993993e-1f);
  y = std::fma(y, t, 3.3333331174e-1f);
  // log 2 in two parts, the large one exact in few bits
  y = std::fma(t2, y * t, e * -2.12194440e-4f);
  y = std::fma(t2, -0.5f, y);
  return std::fma(e, 0.693359375f, t + y);
}

struct SinCos {
  float sin, cos;
};

/// sin and cos of x in [0, 2 pi].
inline SinCos sin_cos_approx(float x) {
  // The octant, made even: x lies within pi/4 of octant · pi/4.
  const std::int32_t octant = (static_cast<std::int32_t>(x * static_cast<float>(4 / std::numbers::pi)) + 1) & ~1;
  const float j = static_cast<float>(octant);
  x = std::fma(j, -0.78515625f, x);  // pi/4 in three parts
  x = std::fma(j, -2.4187564849853515625e-4f, x);
  x = std::fma(j, -3.77489497744594108e-8f, x);
  const float x2 = x * x;

  float c = 2.443315711809948e-5f;
  c = std::fma(c, x2, -1.388731625493765e-3f);
  c = std::fma(c, x2, 4.166664568298827e-2f);
  c = std::fma(x2, c * x2, x2 * -0.5f) + 1.0f;

  float s = -1.9515295891e-4f;
  s = std::fma(s, x2, 8.3321608736e-3f);
  s = std::fma(s, x2, -1.6666654611e-1f);
  s = std::fma(x, s * x2, x);

  // At an odd multiple of pi/2 the two change places; their signs are bits of the octant.
  const bool swapped = (octant & 2) != 0;
  const std::int32_t sin_bits = std::bit_cast<std::int32_t>(swapped ? c : s);
  const std::int32_t cos_bits = std::bit_cast<std::int32_t>(swapped ? s : c);
  const std::int32_t sin_sign = (octant & 4) << 29, cos_sign = (~(octant - 2) & 4) << 29;
  return {std::bit_cast<float>(sin_bits ^ sin_sign), std::bit_cast<float>(cos_bits ^ cos_sign)};
}

/// Sixteen uniforms, in place, into normals: element j pairs with j + 8.
inline void box_muller_16(float* data, float mean, float std) {
  for (int j = 0; j < 8; ++j) {
    const float radius = std::sqrt(-2.0f * log_approx(1.0f - data[j]));
    const SinCos angle = sin_cos_approx(static_cast<float>(2 * std::numbers::pi) * data[j + 8]);
    data[j] = std::fma(radius * angle.cos, std, mean);
    data[j + 8] = std::fma(radius * angle.sin, std, mean);
  }
}

inline void box_muller_16(double* data, double mean, double std) {
  for (int j = 0; j < 8; ++j) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - data[j]));
    const double angle = 2.0 * std::numbers::pi * data[j + 8];
    data[j] = std::fma(radius * std::cos(angle), std, mean);
    data[j + 8] = std::fma(radius * std::sin(angle), std, mean);
  }
}

template <class T, class Word>
void fill_units(T* to, std::int64_t n, CPUGeneratorImpl& g) {
  Word words[kDrawBlock];
  draw(g, words, static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) to[i] = unit(words[i]);
}

/// At least 16 packed elements. A last block that is not whole is drawn again together with what lies before it.
template <class T>
void normal_blocks(T* data, std::int64_t size, T mean, T std, CPUGeneratorImpl& g) {
  using Word = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  static_assert(kDrawBlock % 16 == 0);
  for (std::int64_t done = 0; done < size; done += kDrawBlock) {
    const std::int64_t n = std::min(size - done, kDrawBlock);
    fill_units<T, Word>(data + done, n, g);
    for (std::int64_t i = 0; i + 16 <= n; i += 16) box_muller_16(data + done + i, mean, std);
  }
  if (size % 16 == 0) return;
  T* last = data + size - 16;
  fill_units<T, Word>(last, 16, g);
  box_muller_16(last, mean, std);
}

double standard_normal(CPUGeneratorImpl& g) {
  if (const auto waiting = g.next_double_normal_sample()) {
    g.set_next_double_normal_sample(std::nullopt);
    return *waiting;
  }
  const double angle = 2.0 * std::numbers::pi * unit(g.random64());
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit(g.random64())));
  g.set_next_double_normal_sample(radius * std::sin(angle));
  return radius * std::cos(angle);
}

}  // namespace

void normal_(Array& out, double mean, double std, Generator& generator) {
  check(std >= 0.0, "normal expects std >= 0.0, but found std {:g}", std);
  dispatch_floating(out.dtype(), "normal_kernel_cpu", [&]<class T>() {
    check_writable(out);
    const std::lock_guard lock(generator.mutex());
    CPUGeneratorImpl& g = *generator.get();
    if (out.numel() >= 16 && out.is_contiguous())
      return normal_blocks(out.data<T>(), out.numel(), static_cast<T>(mean), static_cast<T>(std), g);
    Rows(out).each([&](const Row& row) {
      T* to = out.data<T>() + row.first;
      for (std::int64_t i = 0; i < row.count; ++i, to += row.stride)
        *to = static_cast<T>(std::fma(standard_normal(g), std, mean));
    });
  });
}

}  // namespace xgrad::kernels
