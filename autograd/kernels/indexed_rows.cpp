#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/indexed_rows.hpp>

#include <unistd.h>

#include <cstring>

#ifdef __AVX__
#include <immintrin.h>
#endif

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;
enum class Side { From, To };  ///< which of them the index names

/// n bytes by V, the last of which may overlap the one before it: no loop for what is left.
template <class V>
inline void copy_by(char* to, const char* from, Int n) {
  constexpr auto v = static_cast<Int>(sizeof(V));
  V piece;
  for (Int k = 0; k < n - v; k += v) {
    std::memcpy(&piece, from + k, sizeof piece);
    std::memcpy(to + k, &piece, sizeof piece);
  }
  std::memcpy(&piece, from + n - v, sizeof piece);
  std::memcpy(to + n - v, &piece, sizeof piece);
}

/// At least 64 bytes by lines of the cache, for each of which one of the row that comes `soon` is asked for.
template <int write, class Store>
inline void copy_lines(char* to, const char* from, const char* soon, Int n, Store store) {
  typedef std::uint64_t Half __attribute__((vector_size(32)));
  Int k = 0;
  for (; k + 64 <= n; k += 64) {
    __builtin_prefetch(soon + k, write);
    Half left, right;  // no array, which would go through memory
    std::memcpy(&left, from + k, sizeof left);
    std::memcpy(&right, from + k + 32, sizeof right);
    store(to + k, left);
    store(to + k + 32, right);
  }
  if (k < n) copy_by<Half>(to + n - 64, from + n - 64, 64);
}

/// copy(to, from, soon, n), where `soon` is a row that is named in a moment.
template <Side named, class Copy>
void move_rows(char* to, const char* from, const Int* index, Int count, const NamedRows& rows, Copy copy) {
  const auto bytes = rows.bytes, last = count - 1, ahead = rows_ahead(static_cast<std::size_t>(bytes));
  for (Int i = 0; i <= last; ++i) {
    const Int at = index[i] * rows.named_step;
    const Int soon = index[std::min(i + ahead, last)] * rows.named_step;
    if constexpr (named == Side::From)
      copy(to + i * rows.step, from + at, from + soon, bytes);
    else
      copy(to + at, from + i * rows.step, to + soon, bytes);
  }
}

/// Rows that are asked for as a whole.
template <Side named, class V>
void move_short_rows(char* to, const char* from, const Int* index, Int count, const NamedRows& rows) {
  move_rows<named>(to, from, index, count, rows, [](char* a, const char* b, const char* soon, Int n) {
    prefetch_row<named == Side::To>(soon, static_cast<std::size_t>(n));
    copy_by<V>(a, b, n);
  });
}

template <Side named>
void move_named(char* to, const char* from, const Int* index, Int count, const NamedRows& rows) {
  typedef std::uint64_t Two __attribute__((vector_size(16)));
  typedef std::uint64_t Four __attribute__((vector_size(32)));
  constexpr Int kLong = 256, kVeryLong = 65536;
  constexpr int kWrite = named == Side::To;
  const Int n = rows.bytes;
  if (n < 4) return move_short_rows<named, char>(to, from, index, count, rows);
  if (n < 8) return move_short_rows<named, std::uint32_t>(to, from, index, count, rows);
  if (n < 16) return move_short_rows<named, std::uint64_t>(to, from, index, count, rows);
  if (n < 32) return move_short_rows<named, Two>(to, from, index, count, rows);
  if (n < kLong) return move_short_rows<named, Four>(to, from, index, count, rows);
#ifdef __AVX__
  if (named == Side::From && rows.past_cache && (reinterpret_cast<std::uintptr_t>(to) | rows.step) % 32 == 0) {
    move_rows<named>(to, from, index, count, rows, [](char* a, const char* b, const char* soon, Int size) {
      copy_lines<0>(a, b, soon, size, [](char* at, Four half) {
        _mm256_stream_si256(reinterpret_cast<__m256i*>(at), reinterpret_cast<__m256i>(half));
      });
    });
    _mm_sfence();  // before another thread is told
    return;
  }
#endif
  if (n >= kVeryLong) {
    return move_rows<named>(to, from, index, count, rows, [](char* a, const char* b, const char*, Int size) {
      std::memcpy(a, b, static_cast<std::size_t>(size));
    });
  }
  move_rows<named>(to, from, index, count, rows, [](char* a, const char* b, const char* soon, Int size) {
    copy_lines<kWrite>(a, b, soon, size, [](char* at, Four half) { std::memcpy(at, &half, sizeof half); });
  });
}

}  // namespace

bool exceeds_cache(std::size_t bytes) {
  static const std::size_t limit = [] {
    constexpr long kUnknown = 32 << 20;
    const long size = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
    return static_cast<std::size_t>(size > 0 ? size : kUnknown) / 2;
  }();
  return bytes >= limit;
}

std::optional<NamedRows> named_rows_of(RowPlan<3>& plan, Int element, Int named_step) {
  const auto& s = plan.row_stride;
  if (plan.ndim == 0 || s[0] != element || s[1] != 0 || s[2] != element) return std::nullopt;
  const std::size_t d = plan.ndim - 1;
  if (plan.stride[1][d] != 8 || plan.stride[2][d] != 0) return std::nullopt;
  plan.ndim = d;
  return NamedRows{plan.size[d], plan.row * element, named_step, plan.stride[0][d]};
}

bool take_named_rows(char* to, const char* index, const char* from, const NamedRows& rows, Int first, Int last,
                     Int size) {
  constexpr Int kRows = 1024;  // whose indices stay in the nearest cache from the check on
  for (Int i = first; i < last; i += kRows) {
    const Int* const names = reinterpret_cast<const Int*>(index) + i;
    const Int count = std::min(kRows, last - i);
    if (size != kKnown && any_outside(names, count, size)) return false;
    move_named<Side::From>(to + i * rows.step, from, names, count, rows);
  }
  return true;
}
void put_named_rows(char* to, const char* index, const char* from, const NamedRows& rows) {
  move_named<Side::To>(to, from, reinterpret_cast<const Int*>(index), rows.count, rows);
}

}  // namespace xgrad::kernels
