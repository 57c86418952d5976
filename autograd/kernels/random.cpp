#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/random.hpp>
#include <xgrad/autograd/kernels/random_draw.hpp>

#include <bit>
#include <limits>

namespace xgrad::kernels {
namespace {

template <class T>
using WordFor = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

/// What C++ calls the dtype; PyTorch's range errors speak of "unsigned char", not "Byte".
const char* cpp_name(ScalarType dtype) {
  static constexpr const char* kNames[kDtypeCount] = {"unsigned char", "signed char", "short",  "int",
                                                      "long",          "float",       "double", "bool"};
  return kNames[static_cast<std::size_t>(dtype)];
}

}  // namespace

void uniform_(Array& out, double from, double to, Generator& generator) {
  dispatch_floating(out.dtype(), "check_uniform_bounds", [&]<class T>() {
    constexpr double kMax = std::numeric_limits<T>::max();
    check(from >= -kMax && from <= kMax, "from is out of bounds for {}", cpp_name(out.dtype()));
    check(to >= -kMax && to <= kMax, "to is out of bounds for {}", cpp_name(out.dtype()));
    check(from <= to, "uniform_ expects to return a [from, to) range, but found from={:g} > to={:g}", from, to);
    check(to - from <= kMax,
          "uniform_ expects to-from <= std::numeric_limits<{}>::max(), but found to={:g} and from={:g} which result in "
          "to-from to exceed the limit",
          info(out.dtype()).cname, to, from);
    check_writable(out);

    const T low = static_cast<T>(from), span = static_cast<T>(to) - low;
    const std::lock_guard lock(generator.mutex());
    fill<T, WordFor<T>>(out, *generator.get(), [=](auto word) { return std::fma(unit(word), span, low); });
  });
}

void exponential_(Array& out, double lambda, Generator& generator) {
  check(lambda >= 0.0, "exponential_ expects lambda >= 0.0, but found lambda={:g}", lambda);
  check_writable(out);
  dispatch_floating(out.dtype(), "exponential_cpu", [&]<class T>() {
    const double scale = -1.0 / lambda;
    [[maybe_unused]] const auto log = row_functions<double>().of[static_cast<int>(Function::Log)];
    const std::lock_guard lock(generator.mutex());
    fill_blocks<T, std::uint64_t>(out, *generator.get(), [=](T* to, const std::uint64_t* words, std::int64_t n) {
      double x[kDrawBlock];
      for (std::int64_t i = 0; i < n; ++i) x[i] = 1.0 - unit(words[i]);
      // A float does not show which logarithm it was; a double is to have PyTorch's bits.
      if constexpr (std::is_same_v<T, float>)
        log(x, x, n);
      else
        for (std::int64_t i = 0; i < n; ++i) x[i] = std::log(x[i]);
      for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(scale * x[i]);
    });
  });
}

void bernoulli_(Array& out, double p, Generator& generator) {
  check(0 <= p && p <= 1, "bernoulli_ expects p to be in [0, 1], but got p={:g}", p);
  check_writable(out);
  // unit(word) < p on the integers behind both: scaling p is exact, and no branch is mispredicted.
  const auto threshold = static_cast<std::int64_t>(std::ceil(p * 0x1p53));
  dispatch(out.dtype(), [&]<class T>() {
    const std::lock_guard lock(generator.mutex());
    fill<T, std::uint64_t>(out, *generator.get(), [=](std::uint64_t word) {
      return static_cast<T>(static_cast<int>(static_cast<std::int64_t>(word << 11 >> 11) < threshold));
    });
  });
}

namespace {

/// The same elements at different indices: `p` would be overwritten before it is read.
void check_apart(const Array& out, const Array& p) {
  if (!out.same_storage(p) || !out.is_dense() || !p.is_dense()) return;
  const std::int64_t size = static_cast<std::int64_t>(out.itemsize()), p_size = static_cast<std::int64_t>(p.itemsize());
  const std::int64_t begin = out.offset() * size, p_begin = p.offset() * p_size;
  if (begin == p_begin && size == p_size && out.strides() == p.strides()) return;
  check(begin >= p_begin + p.numel() * p_size || p_begin >= begin + out.numel() * size,
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
        "location. Please clone() the tensor before performing the operation.");
}

}  // namespace

void bernoulli_(Array& out, const Array& p, Generator& generator) {
  check_writable(out);
  const Array each_p = p.expand(out.sizes());
  check_apart(out, p);
  dispatch_floating(p.dtype(), "bernoulli_tensor_cpu_p_", [&]<class P>() {
    dispatch(out.dtype(), [&]<class T>() {
      const std::lock_guard lock(generator.mutex());
      WordFor<P> words[kDrawBlock];
      Rows(out, each_p).each([&](const Row& row) {
        T* to = out.data<T>() + row.first;
        const P* from = each_p.data<P>() + row.other_first;
        for (std::int64_t done = 0; done < row.count; done += kDrawBlock) {
          const std::int64_t n = std::min(row.count - done, kDrawBlock);
          draw(*generator.get(), words, static_cast<std::size_t>(n));
          bool valid = true;
          for (std::int64_t i = 0; i < n; ++i) {
            const P chance = from[i * row.other_stride];
            valid &= (chance >= 0) & (chance <= 1);
            to[i * row.stride] = static_cast<T>(static_cast<int>(unit(words[i]) < chance));
          }
          check(valid, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
          to += n * row.stride;
          from += n * row.other_stride;
        }
      });
    });
  });
}

namespace {

template <class T>
constexpr std::int64_t largest() {
  if constexpr (std::is_floating_point_v<T>)
    return std::int64_t{1} << std::numeric_limits<T>::digits;
  else
    return std::numeric_limits<T>::max();
}

template <class T>
std::int64_t rounded(std::int64_t value) {
  const T x = static_cast<T>(value);
  return x < T(0x1p63) ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::min();
}

/// The distance between neighbouring Ts at `value`, for values beyond T's exact integers.
template <class T>
std::int64_t spacing(std::int64_t value) {
  const int exponent = std::bit_width(static_cast<std::uint64_t>(std::abs(value))) - 1;
  return std::int64_t{1} << (exponent - std::numeric_limits<T>::digits + 1);
}

// A bound that T cannot hold moves inwards to one that it can, so that rounding does not leave [from, to).
template <class T>
std::int64_t narrowed_from(std::int64_t from) {
  const std::int64_t next = rounded<T>(from + 1);
  return next < from ? next + spacing<T>(from + 1) : from;
}
template <class T>
std::int64_t narrowed_to(std::int64_t to) {
  const std::int64_t last = rounded<T>(to - 1);
  return last >= to ? last - spacing<T>(to - 1) : to;
}

/// Fills with base + word % range; a range of 0 stands for 2^64.
template <class T, class Word, class Range>
void fill_integers(Array& out, Range range, std::int64_t base, Generator& generator) {
  const std::lock_guard lock(generator.mutex());
  fill<T, Word>(out, *generator.get(), [=](Word word) {
    const std::uint64_t above = range ? word % range : word;
    return static_cast<T>(static_cast<std::int64_t>(above + static_cast<std::uint64_t>(base)));
  });
}

template <class T>
void fill_range(Array& out, std::uint64_t range, std::int64_t base, Generator& generator) {
  constexpr bool kWide = std::is_same_v<T, std::int64_t> || std::is_floating_point_v<T>;
  if (range >> 32 == 0) return fill_integers<T, std::uint32_t>(out, static_cast<std::uint32_t>(range), base, generator);
  if constexpr (kWide)
    fill_integers<T, std::uint64_t>(out, range, base, generator);
  else
    fill_integers<T, std::uint32_t>(out, range, base, generator);
}

}  // namespace

void random_(Array& out, Generator& generator) {
  check_writable(out);
  dispatch(out.dtype(), [&]<class T>() {
    // The count of values, 0 to the largest; the draw's width goes by the type, not by the count.
    const std::uint64_t range = static_cast<std::uint64_t>(largest<T>()) + 1;
    fill_integers<T, WordFor<T>>(out, range, 0, generator);
  });
}

void random_from_to(Array& out, std::int64_t from, std::optional<std::int64_t> to, Generator& generator) {
  check_writable(out);
  dispatch(out.dtype(), [&]<class T>() {
    constexpr bool kFloating = std::is_floating_point_v<T>;
    std::int64_t last = largest<T>();
    if (to) {
      check(from < *to, "random_ expects 'from' to be less than 'to', but got from={} >= to={}", from, *to);
      if constexpr (kFloating) {
        from = narrowed_from<T>(from);
        *to = narrowed_to<T>(*to);
        check(from < *to,
              "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from={} >= to={}",
              from, *to);
      }
      last = *to - 1;
    } else if (from == std::numeric_limits<std::int64_t>::min()) {
      check<NotImplementedError>(out.dtype() != kBool,
                                 "\"random_full_64_bits_range_kernel_cpu\" not implemented for 'Bool'");
      check(kFloating || out.dtype() == kInt64,
            "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16");
      return fill_integers<T, std::uint64_t>(out, std::uint64_t{0}, 0, generator);
    } else if constexpr (kFloating) {
      check(from < last,
            "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got "
            "from={} > to_inc={}",
            from, last);
      from = narrowed_from<T>(from);
    }
    if constexpr (!kFloating) {
      constexpr std::int64_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
      check(from >= kLow && from <= kHigh, "from is out of bounds for {}", cpp_name(out.dtype()));
      check(last >= kLow && last <= kHigh, "to - 1 is out of bounds for {}", cpp_name(out.dtype()));
    }
    fill_range<T>(out, static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(from) + 1, from, generator);
  });
}

Array randperm(std::int64_t n, ScalarType dtype, Generator& generator) {
  check(n >= 0, "Trying to create tensor with negative dimension {}: [{}]", n, n);
  check<NotImplementedError>(dtype != kBool, "\"randperm\" not implemented for 'Bool'");
  dispatch(dtype, [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      check(n <= largest<T>() + 1, "n cannot be greater than 2^{}+1 for {} type.", std::numeric_limits<T>::digits,
            info(dtype).cname);
    } else {
      check_held(n - 1, dtype);
    }
  });

  Array out = Array::empty({n}, dtype);
  dispatch(dtype, [&]<class T>() {
    T* values = out.data<T>();
    for (std::int64_t i = 0; i < n; ++i) values[i] = static_cast<T>(i);
    // Each place but the last is exchanged with itself or a later one.
    const std::lock_guard lock(generator.mutex());
    std::uint32_t words[kDrawBlock];
    for (std::int64_t i = 0; i < n - 1;) {
      const std::int64_t block = std::min(n - 1 - i, kDrawBlock);
      generator->random(words, static_cast<std::size_t>(block));
      for (std::int64_t k = 0; k < block; ++k, ++i) {
        const std::uint64_t rest = static_cast<std::uint64_t>(n - i);
        const std::uint64_t ahead = rest >> 32 ? words[k] % rest : words[k] % static_cast<std::uint32_t>(rest);
        std::swap(values[i], values[i + static_cast<std::int64_t>(ahead)]);
      }
    }
  });
  return out;
}

}  // namespace xgrad::kernels
