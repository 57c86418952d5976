/// What Options classes and the functions that take them are made of.
#pragma once

#include <xgrad/autograd/array/reduction.hpp>
#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/autograd/ops/keyword_forms.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad::kwargs {
// Of functions and options both.
XGRAD_KEYWORD(batch_first);
XGRAD_KEYWORD(groups);
XGRAD_KEYWORD(max_norm);
XGRAD_KEYWORD(nonlinearity);
XGRAD_KEYWORD(norm_type);
}  // namespace xgrad::kwargs

namespace xgrad {

/// libtorch's words, where Python has texts: `.padding(kSame)`, `.padding_mode(kCircular)`.
struct Word {
  const char* text;
  operator std::string() const { return text; }
};
inline constexpr Word kBatchMean{"batchmean"}, kMax{"max"};

inline constexpr Reduction kNone = Reduction::None;
inline constexpr Reduction kMean = Reduction::Mean;
inline constexpr Reduction kSum = Reduction::Sum;
}  // namespace xgrad

namespace xgrad::nn {

/// "none", "mean" or "sum"; throws ValueError for another word.
Reduction parse_reduction(std::string_view word);

namespace detail {

/// Of a dtype, or of the default one.
inline TensorOptions of_dtype(const std::optional<ScalarType>& dtype) {
  TensorOptions options;
  options.dtype(dtype);
  return options;
}

/// The options among `args`: an Options object by itself, or positional and keyword arguments.
template <class Options, class... Args>
Options options_of(Args&&... args) {
  return kwargs::apply(Options(), std::forward<Args>(args)...);
}

/// Form's function of (x, by position..., by keyword...).
template <class Form, class X, class... A>
decltype(auto) call_by_keyword(X&& x, A&&... a) {
  constexpr std::size_t named = (std::size_t{0} + ... + kwargs::Keyworded<A>), placed = sizeof...(A) - named;
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>, auto all) {
    const std::tuple keywords(std::get<placed + J>(all)...);
    return by_keyword::bind<Form, 0>(by_keyword::after<placed>(typename Form::Parameters()), keywords,
                                     std::forward<X>(x), std::get<I>(std::move(all))...);
  }
  (std::make_index_sequence<placed>(), std::make_index_sequence<named>(), std::forward_as_tuple(std::forward<A>(a)...));
}

/// Arguments that do not begin with an Options object (nor with one of its base, which fluent setters return).
template <class Options, class First, class...>
concept LooseArguments =
    !std::derived_from<std::remove_cvref_t<First>, Options> && !std::derived_from<Options, std::remove_cvref_t<First>>;

}  // namespace detail

/// N numbers, one for each spatial dimension: `3` for all of them, or `{3, 5}`.
template <std::size_t N>
class ExpandingArray {
 public:
  ExpandingArray(std::int64_t all) : one_(true) { values_.fill(all); }
  ExpandingArray(std::initializer_list<std::int64_t> list) : ExpandingArray(IntArrayRef(list.begin(), list.size())) {}
  ExpandingArray(const std::vector<std::int64_t>& list) : ExpandingArray(IntArrayRef(list.data(), list.size())) {}
  ExpandingArray(const std::vector<int>& list) : ExpandingArray(std::vector<std::int64_t>(list.begin(), list.end())) {}
  ExpandingArray(const std::array<std::int64_t, N>& list) : values_(list) {}
  ExpandingArray(IntArrayRef list) {
    check<TypeError>(list.size() == N || list.size() == 1, "Expected {} values, but instead got {}", N, list.size());
    for (std::size_t i = 0; i < N; ++i) values_[i] = list[list.size() == 1 ? 0 : i];
  }

  operator IntArrayRef() const { return IntArrayRef(values_.data(), N); }
  const std::array<std::int64_t, N>& operator*() const { return values_; }
  const std::array<std::int64_t, N>* operator->() const { return &values_; }
  std::int64_t operator[](std::size_t i) const { return values_[i]; }
  bool operator==(const ExpandingArray& other) const { return values_ == other.values_; }
  /// As Python writes a tuple: (3, 5), and (3,) for one.
  std::string str() const {
    std::string text = "(";
    for (std::size_t i = 0; i < N; ++i) text += fmt::format("{}{}", i ? ", " : "", values_[i]);
    return text + (N == 1 ? ",)" : ")");
  }
  /// The same, but the number alone if it was given alone.
  std::string str_as_given() const { return one_ ? fmt::format("{}", values_[0]) : str(); }

 private:
  std::array<std::int64_t, N> values_{};
  bool one_ = false;
};

}  // namespace xgrad::nn

// One option: a fluent setter and a getter of the same name.
#define XGRAD_OPTION(TYPE, NAME, DEFAULT)                              \
 public:                                                               \
  auto& NAME(TYPE value) { return NAME##_ = std::move(value), *this; } \
  const TYPE& NAME() const { return NAME##_; }                         \
                                                                       \
 private:                                                              \
  TYPE NAME##_ = DEFAULT
// The same in a base class of options, SELF.
#define XGRAD_SHARED_OPTION(SELF, TYPE, NAME, DEFAULT)                                     \
 public:                                                                                   \
  SELF& NAME(TYPE value) { return NAME##_ = std::move(value), static_cast<SELF&>(*this); } \
  const TYPE& NAME() const { return NAME##_; }                                             \
                                                                                           \
 private:                                                                                  \
  TYPE NAME##_ = DEFAULT
// `output_size`, the sizes of what a call undoes: any list of numbers, or None.
#define XGRAD_OPTION_OUTPUT_SIZE(SELF)                                     \
  XGRAD_OPTION(std::optional<std::vector<std::int64_t>>, output_size, {}); \
                                                                           \
 public:                                                                   \
  template <class Sizes>                                                   \
  requires requires(const Sizes& sizes) { *sizes.begin() + 1; }            \
  SELF& output_size(const Sizes& sizes) {                                  \
    output_size_.emplace(sizes.begin(), sizes.end());                      \
    return *this;                                                          \
  }                                                                        \
  static_assert(true)
#define XGRAD_OPTION_REDUCTION                                                                   \
 public:                                                                                         \
  auto& reduction(Reduction value) { return reduction_ = value, *this; }                         \
  auto& reduction(std::string_view value) { return reduction_ = parse_reduction(value), *this; } \
  Reduction reduction() const { return reduction_; }                                             \
                                                                                                 \
 private:                                                                                        \
  Reduction reduction_ = kMean

// The second form of each function: its options, loose.
#define XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, PARAMETERS, ...)                                                \
  template <class First, class... Rest>                                                                    \
  requires nn::detail::LooseArguments<OPTIONS, First, Rest...> Tensor NAME(PARAMETERS, First&& first,      \
                                                                           Rest&&... rest) {               \
    return NAME(__VA_ARGS__,                                                                               \
                nn::detail::options_of<OPTIONS>(std::forward<First>(first), std::forward<Rest>(rest)...)); \
  }
// The third: the first option is a list between braces, `F::pad(x, {1, 1}, "reflect")`.
#define XGRAD_BRACED_OPTIONS(RESULT, NAME, OPTIONS, PARAMETERS, ...)                                      \
  template <std::size_t N, class... Rest>                                                                 \
  RESULT NAME(PARAMETERS, const std::int64_t(&first)[N], Rest&&... rest) {                                \
    return NAME(__VA_ARGS__, nn::detail::options_of<OPTIONS>(std::vector<std::int64_t>(first, first + N), \
                                                             std::forward<Rest>(rest)...));               \
  }
#define XGRAD_COMMA ,
// A function without options, by keyword: of an X, and of parameters as in ops/keyword_forms.hpp.
#define XGRAD_BY_KEYWORD(NAME, X, ...)                                                          \
  struct NAME##_form {                                                                          \
    using Parameters = ::xgrad::by_keyword::Takes<__VA_ARGS__>;                                 \
    template <class Of, class... A>                                                             \
    static decltype(auto) call(Of&& x, A&&... a) {                                              \
      return NAME(std::forward<Of>(x), std::forward<A>(a)...);                                  \
    }                                                                                           \
  };                                                                                            \
  template <class... A>                                                                         \
  requires kwargs::EndsInKeyword<A...>                                                          \
  decltype(auto) NAME(X x, A&&... a) {                                                          \
    return nn::detail::call_by_keyword<NAME##_form>(std::forward<X>(x), std::forward<A>(a)...); \
  }
// A function of one tensor with options, in both forms.
#define XGRAD_FUNCTION(NAME, OPTIONS)                            \
  Tensor NAME(const Tensor& input, const OPTIONS& options = {}); \
  XGRAD_LOOSE_OPTIONS(NAME, OPTIONS, const Tensor& input, input)

namespace xgrad::nn::detail {
/// The keyword of a call that undoes a size.
class OutputSizeCall {
  XGRAD_OPTION_OUTPUT_SIZE(OutputSizeCall);
};
}  // namespace xgrad::nn::detail
