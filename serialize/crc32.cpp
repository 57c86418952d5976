#include <xgrad/serialize/crc32.hpp>

#include <zlib.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace xgrad::serialize {
namespace {

std::uint32_t crc32_of_zlib(std::uint32_t crc, const unsigned char* data, std::size_t size) {
  return static_cast<std::uint32_t>(::crc32_z(crc, data, size));
}

#ifdef __x86_64__

// The bytes are a polynomial over GF(2) and the checksum is its remainder modulo P, so 128 bits A that stand n bits
// before others may be taken out and A·(x^n mod P) added to those. A is two halves of 64 bits, multiplied separately:
//     A · x^n = high · x^(n+64) + low · x^n  (mod P)
// CRC-32 numbers bits backwards. A product of reflected numbers of 64 and 32 bits has its bits 33 places too low in a
// register of 128, of which shifting the constant makes up one and powers smaller by 32 the others.

/// x^n mod P, its bits backwards and moved up by one.
constexpr std::uint64_t power(unsigned n) {
  std::uint64_t r = 0x80000000u;  // x^0
  for (; n > 0; --n) r = (r >> 1) ^ (r & 1 ? 0xedb88320u : 0u);
  return r << 1;
}
struct Fold {
  std::uint64_t high, low;
};
/// To multiply by x^bits.
constexpr Fold fold_by(unsigned bits) { return {power(bits + 32), power(bits - 32)}; }

[[gnu::target("pclmul,sse4.1")]] inline __m128i folded(__m128i a, __m128i by, __m128i next) {
  // In memory's order the higher powers come first, in the register's lower half.
  const __m128i high = _mm_clmulepi64_si128(a, by, 0x00), low = _mm_clmulepi64_si128(a, by, 0x11);
  return _mm_xor_si128(_mm_xor_si128(high, low), next);
}

[[gnu::target("pclmul,sse4.1")]] inline __m128i load(const unsigned char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

/// Of at least 64 bytes.
[[gnu::target("pclmul,sse4.1")]] std::uint32_t crc32_folding(std::uint32_t crc, const unsigned char* p,
                                                             std::size_t size) {
  constexpr Fold kFar = fold_by(4 * 128), kNear = fold_by(128);
  const __m128i far = _mm_set_epi64x(static_cast<long long>(kFar.low), static_cast<long long>(kFar.high));
  const __m128i near = _mm_set_epi64x(static_cast<long long>(kNear.low), static_cast<long long>(kNear.high));
  __m128i a = _mm_xor_si128(load(p), _mm_cvtsi32_si128(static_cast<int>(~crc)));
  __m128i b = load(p + 16), c = load(p + 32), d = load(p + 48);
  for (p += 64, size -= 64; size >= 64; p += 64, size -= 64) {
    a = folded(a, far, load(p));
    b = folded(b, far, load(p + 16));
    c = folded(c, far, load(p + 32));
    d = folded(d, far, load(p + 48));
  }
  a = folded(folded(folded(a, near, b), near, c), near, d);
  for (; size >= 16; p += 16, size -= 16) a = folded(a, near, load(p));
  unsigned char rest[16];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest), a);
  // These 16 bytes have the whole's remainder; the register starts at zero, which zlib writes as all ones.
  return crc32_of_zlib(crc32_of_zlib(~0u, rest, sizeof rest), p, size);
}

#endif

}  // namespace

std::uint32_t crc32(std::uint32_t crc, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
#ifdef __x86_64__
  static const bool kFolds = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  if (kFolds && size >= 64) return crc32_folding(crc, bytes, size);
#endif
  return crc32_of_zlib(crc, bytes, size);
}

}  // namespace xgrad::serialize
