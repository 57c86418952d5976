#include <xgrad/autograd/kernels/copy_runs.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

#include <cstring>

namespace xgrad::kernels {
namespace {

/// Floats to integers of at most 32 bits. The processor converts vectors of what fits into 32, so that all blocks go
/// there; one in which something is beyond is done again, and wraps through int64.
template <class To, class From>
__attribute__((no_sanitize("float-cast-overflow"))) void floats_to_integers(char* out, std::int64_t so, const char* in,
                                                                            std::int64_t si, std::int64_t n) {
  if (so != sizeof(To) || si != sizeof(From)) return unary_row<To, From>(out, so, in, si, n, convert<To, From>);
  constexpr std::int64_t kBlock = 512;
  auto* const __restrict to = reinterpret_cast<To*>(out);
  const auto* const from = reinterpret_cast<const From*>(in);
  for (std::int64_t i = 0; i < n; i += kBlock) {
    const std::int64_t end = std::min(i + kBlock, n);
    int beyond = 0;
    for (std::int64_t j = i; j < end; ++j) {
      beyond |= !(std::abs(from[j]) < From(2147483648.0));
      to[j] = static_cast<To>(static_cast<std::int32_t>(from[j]));
    }
    if (!beyond) continue;
    for (std::int64_t j = i; j < end; ++j) to[j] = convert<To>(from[j]);
  }
}

template <class To, class From>
void convert_all(const Array& dst, const Array& src) {
  // A bool is a byte of 0 or 1, which vectors read as such.
  using Bits = std::conditional_t<std::is_same_v<From, bool> && !std::is_same_v<To, bool>, std::uint8_t, From>;
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && sizeof(To) <= 4 &&
                !std::is_same_v<To, bool>) {
    using Row = RowKernel<2>;
    run_rows<2>(
        {[](const void*, const Row::Pointers& at, const RowBlock<2>& rows) {
           const auto& s = rows.stride;
           rows.each(at, [&](const Row::Pointers& p) { floats_to_integers<To, From>(p[0], s[0], p[1], s[1], rows.n); });
         },
         nullptr,
         {sizeof(To), sizeof(From)}},
        {&dst, &src}, 1);
  } else {
    map_unary<To, Bits>(dst, src, [](Bits v) { return convert<To>(v); });
  }
}

template <std::size_t Bytes>
struct Word;
template <>
struct Word<1> {
  using type = std::uint8_t;
};
template <>
struct Word<2> {
  using type = std::uint16_t;
};
template <>
struct Word<4> {
  using type = std::uint32_t;
};
template <>
struct Word<8> {
  using type = std::uint64_t;
};

/// Two dimensions copied tile by tile, so that both sides stay in cache lines.
template <class W>
void copy_tiled(char* dst, const char* src, std::int64_t rows, std::int64_t cols, std::int64_t dst_row,
                std::int64_t dst_col, std::int64_t src_row, std::int64_t src_col) {
  constexpr std::int64_t kTile = 16;
  for (std::int64_t i0 = 0; i0 < rows; i0 += kTile) {
    const std::int64_t i1 = std::min(rows, i0 + kTile);
    for (std::int64_t j0 = 0; j0 < cols; j0 += kTile) {
      const std::int64_t j1 = std::min(cols, j0 + kTile);
      for (std::int64_t i = i0; i < i1; ++i) {
        for (std::int64_t j = j0; j < j1; ++j) {
          *reinterpret_cast<W*>(dst + i * dst_row + j * dst_col) =
              *reinterpret_cast<const W*>(src + i * src_row + j * src_col);
        }
      }
    }
  }
}

/// The same where one side has packed rows and the other packed columns: registers transpose what they can.
template <class W>
void copy_transposed(char* dst, const char* src, std::int64_t rows, std::int64_t cols, std::int64_t dst_row,
                     std::int64_t src_col) {
  constexpr auto w = static_cast<std::int64_t>(sizeof(W));
  std::int64_t whole_rows = 0, whole_cols = 0;
  if constexpr (sizeof(W) >= 4) {
    whole_rows = rows - rows % kTransposeTile<W>;
    whole_cols = cols - cols % kTransposeTile<W>;
    const auto transpose = [] {
      if constexpr (sizeof(W) == 4)
        return level().transpose_4;
      else
        return level().transpose_8;
    }();
    transpose(reinterpret_cast<W*>(dst), dst_row / w, reinterpret_cast<const W*>(src), src_col / w, whole_rows,
              whole_cols);
  }
  copy_tiled<W>(dst + whole_cols * w, src + whole_cols * src_col, whole_rows, cols - whole_cols, dst_row, w, w,
                src_col);
  copy_tiled<W>(dst + whole_rows * dst_row, src + whole_rows * w, rows - whole_rows, cols, dst_row, w, w, src_col);
}

/// to[i] = last[−i], both packed.
template <class W>
void copy_backwards(char* to, const char* last, std::int64_t n) {
  auto* const __restrict out = reinterpret_cast<W*>(to);
  const auto* const __restrict in = reinterpret_cast<const W*>(last) - (n - 1);
  for (std::int64_t i = 0; i < n; ++i) out[i] = in[n - 1 - i];
}

/// Whether rows of so many bytes go to copy_short_rows: a call of memcpy for each would cost as much as the copy. It
/// also copies longer ones in ways that are slower than a loop where the source stays in the nearest cache.
bool is_short(std::int64_t bytes, bool repeats) {
  constexpr std::int64_t kShort = 512, kNear = 16384;
  return bytes < (repeats ? kNear : kShort);
}

/// `count` copies of a piece, one after another: most of them from larger pieces that were written before.
void fill_with(char* to, const char* piece, std::int64_t bytes, std::int64_t count) {
  constexpr std::int64_t kNear = 8192;
  const std::int64_t most = std::max<std::int64_t>(kNear / bytes, 1) * bytes;
  std::memcpy(to, piece, static_cast<std::size_t>(bytes));
  for (std::int64_t done = bytes, end = bytes * count; done < end;) {
    const std::int64_t n = std::min({done, most, end - done});
    with_piece_for(n, [&](auto v) { copy_by<decltype(v)>(to + done, to, n); });
    done += n;
  }
}

/// Packed rows on both sides, and what is around them.
void copy_short_rows(RowPlan<2>& plan, std::int64_t bytes) {
  const std::size_t d = --plan.ndim;
  const std::int64_t to_step = plan.stride[0][d], from_step = plan.stride[1][d];
  constexpr std::int64_t kPiece = 2048;
  if (from_step == 0 && to_step == bytes && bytes < kPiece) {
    return split_matrix(plan.rows(), plan.size[d], plan.row, 1, [&](auto first, auto last, auto begin, auto end) {
      for_rows(plan, first, last, [&](const auto& p) { fill_with(p[0] + begin * bytes, p[1], bytes, end - begin); });
    });
  }
  with_piece_for(bytes, [&](auto piece) {
    split_matrix(plan.rows(), plan.size[d], plan.row, 1, [&](auto first, auto last, auto begin, auto end) {
      for_rows(plan, first, last, [&](const auto& p) {
        for (std::int64_t i = begin; i < end; ++i)
          copy_by<decltype(piece)>(p[0] + i * to_step, p[1] + i * from_step, bytes);
      });
    });
  });
}

template <class W>
void copy_words(const Array& dst, const Array& src) {
  auto plan = plan_rows<2>({&dst, &src});
  constexpr auto w = static_cast<std::int64_t>(sizeof(W));
  const std::int64_t along = plan.row_stride[1];
  if (plan.ndim >= 1 && plan.row_stride[0] == w && along != w && along != -w && along != 0 &&
      plan.stride[1][plan.ndim - 1] != 0) {
    const std::size_t d = --plan.ndim;   // the row and the dimension around it make the tiles
    constexpr std::int64_t kLines = 32;  // a whole number of tiles
    const auto tiles = [&](std::int64_t first, std::int64_t last, std::int64_t from, std::int64_t to) {
      for_rows(plan, first, last, [&](const auto& p) {
        char* const out = p[0] + from * plan.stride[0][d];
        const char* const in = p[1] + from * plan.stride[1][d];
        if (plan.stride[1][d] == w)
          copy_transposed<W>(out, in, to - from, plan.row, plan.stride[0][d], plan.row_stride[1]);
        else
          copy_tiled<W>(out, in, to - from, plan.row, plan.stride[0][d], w, plan.stride[1][d], plan.row_stride[1]);
      });
    };
    split_matrix(plan.rows(), plan.size[d], plan.row, kLines, tiles);
    return;
  }
  if (plan.ndim >= 1 && plan.row_stride[0] == w && along == w &&
      is_short(plan.row * w, plan.stride[1][plan.ndim - 1] == 0))
    return copy_short_rows(plan, plan.row * w);
  const auto s = plan.row_stride;
  split_rows(plan, 1, [&](const auto& p, std::int64_t n) {
    if (s[0] == w && s[1] == w)
      std::memcpy(p[0], p[1], static_cast<std::size_t>(n * w));
    else if (s[0] == w && s[1] == -w)
      copy_backwards<W>(p[0], p[1], n);
    else if (s[0] == w && s[1] == 0)
      std::fill_n(reinterpret_cast<W*>(p[0]), n, *reinterpret_cast<const W*>(p[1]));
    else
      unary_row<W, W>(p[0], s[0], p[1], s[1], n, [](W v) { return v; });
  });
}

}  // namespace

void copy(const Array& dst, const Array& src) {
  if (dst.numel() == 0) return;
  if (dst.dtype() == src.dtype()) {
    if (same_packed(dst, src)) {
      if (dst.raw() == src.raw()) return;
      auto* const to = static_cast<char*>(dst.raw());
      const auto* const from = static_cast<const char*>(src.raw());
      const auto bytes = static_cast<std::int64_t>(dst.nbytes());
      if (to < from + bytes && from < to + bytes) {
        std::memmove(to, from, dst.nbytes());
        return;
      }
      constexpr std::int64_t kLine = 64;
      split((bytes + kLine - 1) / kLine, kLine / 4, 1, [=](std::int64_t first, std::int64_t last) {
        const std::int64_t at = first * kLine, end = std::min(bytes, last * kLine);
        std::memcpy(to + at, from + at, static_cast<std::size_t>(end - at));
      });
      return;
    }
    switch (dst.itemsize()) {
      case 1:
        return copy_words<Word<1>::type>(dst, src);
      case 2:
        return copy_words<Word<2>::type>(dst, src);
      case 4:
        return copy_words<Word<4>::type>(dst, src);
      default:
        return copy_words<Word<8>::type>(dst, src);
    }
  }
  dispatch(dst.dtype(),
           [&]<class To>() { dispatch(src.dtype(), [&]<class From>() { convert_all<To, From>(dst, src); }); });
}

void check_held(Scalar value, ScalarType dtype) {
  dispatch(dtype, [&]<class T>() { static_cast<void>(value.to<T>()); });
}

void check_held(const Array& number, ScalarType dtype) {
  if (number.dtype() == dtype) return;
  dispatch(number.dtype(), [&]<class T>() { check_held(Scalar(*number.data<T>()), dtype); });
}

void fill(const Array& dst, Scalar value) {
  dispatch(dst.dtype(), [&]<class T>() {
    const T v = value.to<T>();  // of no elements too
    if (dst.numel() == 0) return;
    if (dst.is_contiguous()) {
      T* const to = dst.data<T>();
      split(dst.numel(), 1, split_limits.elements,
            [=](std::int64_t i, std::int64_t end) { std::fill_n(to + i, end - i, v); });
      return;
    }
    // What is overwritten need not be a bool yet.
    using Bits = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
    map_unary<Bits, Bits>(dst, dst, [bits = static_cast<Bits>(v)](Bits) { return bits; });
  });
}

Array to_dtype(const Array& x, ScalarType dtype) {
  const Array result = Array::empty_like(x, dtype);
  copy(result, x);
  return result;
}

Array contiguous_copy(const Array& x) {
  const Array result = Array::empty(x.sizes(), x.dtype());
  copy(result, x);
  return result;
}

void scatter_add_strided(const Array& flat, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset,
                         const Array& g) {
  const Array target(flat.storage(), flat.dtype(), sizes, strides, flat.offset() + offset);
  if (target.numel() == 0) return;
  const auto plan = plan_rows<2>({&target, &g});
  const auto s = plan.row_stride;
  dispatch(flat.dtype(), [&]<class T>() {
    for_each_row(plan, [&](const auto& p) {
      for (std::int64_t i = 0; i < plan.row; ++i) {  // elements may coincide, so one after another
        T& t = *reinterpret_cast<T*>(p[0] + i * s[0]);
        t = static_cast<T>(t + *reinterpret_cast<const T*>(p[1] + i * s[1]));
      }
    });
  });
}

}  // namespace xgrad::kernels
