#include <xgrad/autograd/kernels/copy_runs.hpp>
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

/// At least 64 bytes by lines of the cache, for each of which one of the row that comes `soon` is asked for.
template <int write, class Store>
inline void copy_lines(char* to, const char* from, const char* soon, Int n, Store store) {
  Int k = 0;
  for (; k + 64 <= n; k += 64) {
    __builtin_prefetch(soon + k, write);
    HalfLine left, right;  // no array, which would go through memory
    std::memcpy(&left, from + k, sizeof left);
    std::memcpy(&right, from + k + 32, sizeof right);
    store(to + k, left);
    store(to + k + 32, right);
  }
  if (k < n) copy_by<HalfLine>(to + n - 64, from + n - 64, 64);
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

template <Side named>
void move_named(char* to, const char* from, const Int* index, Int count, const NamedRows& rows) {
  constexpr Int kLong = 256, kVeryLong = 65536;
  constexpr int kWrite = named == Side::To;
  const Int n = rows.bytes;
  if (n < kLong) {
    return with_piece_for(n, [&](auto piece) {
      // Asked for as a whole.
      move_rows<named>(to, from, index, count, rows, [](char* a, const char* b, const char* soon, Int size) {
        prefetch_row<kWrite>(soon, static_cast<std::size_t>(size));
        copy_by<decltype(piece)>(a, b, size);
      });
    });
  }
#ifdef __AVX__
  if (named == Side::From && rows.past_cache && (reinterpret_cast<std::uintptr_t>(to) | rows.step) % 32 == 0) {
    move_rows<named>(to, from, index, count, rows, [](char* a, const char* b, const char* soon, Int size) {
      copy_lines<0>(a, b, soon, size, [](char* at, HalfLine half) {
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
    copy_lines<kWrite>(a, b, soon, size, [](char* at, HalfLine half) { std::memcpy(at, &half, sizeof half); });
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

std::optional<NamedRows> named_rows_of(const RowPlan<3>& plan, Int element, Int named_step) {
  const auto& s = plan.row_stride;
  if (plan.ndim == 0 || s[0] != element || s[1] != 0 || s[2] != element) return std::nullopt;
  const std::size_t d = plan.ndim - 1;
  if (plan.stride[1][d] != 8 || plan.stride[2][d] != 0) return std::nullopt;
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
