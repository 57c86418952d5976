/// Keyword arguments: `optim::SGD(model.parameters(), lr = 0.01, momentum = 0.9)`.
///
/// A keyword is an object whose `operator=` makes an argument that remembers its name; the callee turns its arguments
/// into an Options object by calling the fluent setter of that name. A keyword the callee does not have is a compile
/// error that names both. Arguments without a keyword fill Options in Python's positional order.
#pragma once

#include <xgrad/autograd/none.hpp>

#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {
class IntArrayRef;
}

namespace xgrad::by_keyword {
/// Base of keywords, by which calls with them find the functions of this namespace (ops/keyword_forms.hpp).
struct Found {};
}  // namespace xgrad::by_keyword

namespace xgrad::kwargs {

/// `name = value`, on its way into an Options object.
template <class Key, class Value>
struct Argument {
  Value value;
};

template <class T>
inline constexpr bool is_argument = false;
template <class Key, class Value>
inline constexpr bool is_argument<Argument<Key, Value>> = true;

/// Satisfied by `name = value`.
template <class T>
concept Keyworded = is_argument<std::remove_cvref_t<T>>;
/// One or more of them and nothing else.
template <class... T>
concept Keywords = sizeof...(T) > 0 && (Keyworded<T> && ...);

template <class... T>
inline constexpr bool ends_in_keyword = [] {
  bool last = false;
  ((last = Keyworded<T>), ...);
  return last;
}();
/// The last of them is one.
template <class... T>
concept EndsInKeyword = ends_in_keyword<T...>;

/// The order in which an Options type takes arguments without a keyword: `using Positional = Order<key::lr, ...>`.
template <class... Keys>
struct Order {};

namespace filling {

/// Instantiated to fail, with both names in the compiler's message.
template <class Options, class Key>
struct ThisCallHasNoArgument {
  static_assert(sizeof(Key) == 0, "the function called has no argument of this name, or not of this type");
};

template <class Key, class Options, class Value>
void set(Options& options, Value&& value) {
  if constexpr (Key::template settable<Options, Value>)
    Key::set(options, std::forward<Value>(value));
  else if constexpr (std::same_as<std::remove_cvref_t<Value>, indexing::NoneType> &&
                     Key::template settable<Options, std::nullptr_t>)
    Key::set(options, nullptr);  // a function that is not given
  else
    ThisCallHasNoArgument<Options, Key>{};
}

/// Hands out arguments one after another; `Order` shrinks as positional ones are used up.
struct Filler {
  template <class Options, class... Keys>
  static void fill(Options&, Order<Keys...>) {}

  template <class Options, class... Keys, class Key, class Value, class... Rest>
  static void fill(Options& options, Order<Keys...> order, Argument<Key, Value> argument, Rest&&... rest) {
    set<Key>(options, std::move(argument.value));
    fill(options, order, std::forward<Rest>(rest)...);
  }

  template <class Options, class First, class... Keys, class Value, class... Rest>
  requires(!Keyworded<Value>) static void fill(Options& options, Order<First, Keys...>, Value&& value, Rest&&... rest) {
    set<First>(options, std::forward<Value>(value));
    fill(options, Order<Keys...>{}, std::forward<Rest>(rest)...);
  }
};

template <class Options>
struct PositionalOf {
  using type = Order<>;
};
template <class Options>
requires requires { typename Options::Positional; }
struct PositionalOf<Options> {
  using type = typename Options::Positional;
};

}  // namespace filling

/// Applies arguments, positional ones first, to `options` and returns it.
template <class Options, class... Args>
Options apply(Options options, Args&&... args) {
  filling::Filler::fill(options, typename filling::PositionalOf<Options>::type{}, std::forward<Args>(args)...);
  return options;
}

// What every keyword can do: `name = value`, `name = {a, b}`, and call the setter of its name. Written out in each, as
// a base that is a template of it would take the compiler twice the memory.
#define XGRAD_KEY_MEMBERS(NAME)                                                           \
  template <class Value>                                                                  \
  constexpr Argument<NAME, std::decay_t<Value>> operator=(Value&& value) const {          \
    return {std::forward<Value>(value)};                                                  \
  }                                                                                       \
  template <class Value>                                                                  \
  Argument<NAME, std::vector<Value>> operator=(std::initializer_list<Value> list) const { \
    return {list};                                                                        \
  }                                                                                       \
  template <class Options, class Value>                                                   \
  static constexpr bool settable = requires(Options & o, Value && v) {                    \
    o.NAME(std::forward<Value>(v));                                                       \
  };                                                                                      \
  template <class Options, class Value>                                                   \
  static void set(Options& o, Value&& v) {                                                \
    o.NAME(std::forward<Value>(v));                                                       \
  }

// The type of a keyword, in `key`.
#define XGRAD_KEY(NAME)             \
  namespace key {                   \
  struct NAME : by_keyword::Found { \
    XGRAD_KEY_MEMBERS(NAME)         \
  };                                \
  }                                 \
  static_assert(true)

// One line a keyword: its type, and the object users write.
#define XGRAD_KEYWORD(NAME) \
  XGRAD_KEY(NAME);          \
  inline constexpr key::NAME NAME {}

/// `dims = {{0, 1}, {1, 0}}`, of tensordot; and `dims = {}`, which is one list of nothing to all others.
struct Lists : std::vector<std::vector<std::int64_t>> {
  using vector::vector;
  operator IntArrayRef() const;
};

namespace key {
struct dims : by_keyword::Found {
  XGRAD_KEY_MEMBERS(dims)
  Argument<dims, Lists> operator=(std::initializer_list<std::vector<std::int64_t>> lists) const { return {lists}; }
};
struct dim : by_keyword::Found {
  XGRAD_KEY_MEMBERS(dim)
  /// `dim = {}`: no dimension, which sums and the like read as all of them.
  Argument<dim, std::vector<std::int64_t>> operator=(std::initializer_list<std::int64_t> list) const { return {list}; }
};
}  // namespace key
inline constexpr key::dims dims{};
inline constexpr key::dim dim{};

XGRAD_KEY(accumulate);  // kw::accumulate, below, and so on
XGRAD_KEY(A);
XGRAD_KEY(a);
XGRAD_KEY(adjoint);
XGRAD_KEYWORD(affine);
XGRAD_KEYWORD(allow_kinks);
XGRAD_KEYWORD(allow_unused);
XGRAD_KEYWORD(alpha);
XGRAD_KEY(append);
XGRAD_KEYWORD(as_tuple);
XGRAD_KEYWORD(assume_unique);
XGRAD_KEY(atol);
XGRAD_KEYWORD(axis0);
XGRAD_KEYWORD(axis1);
XGRAD_KEY(B);
XGRAD_KEY(b);
XGRAD_KEY(base);
XGRAD_KEY(batch1);
XGRAD_KEY(batch2);
XGRAD_KEYWORD(batch_size);
XGRAD_KEYWORD(beta);
XGRAD_KEYWORD(bias);
XGRAD_KEYWORD(bins);
XGRAD_KEY(boundaries);
XGRAD_KEYWORD(check_errors);
XGRAD_KEYWORD(check_undefined_grad);
XGRAD_KEY(chunks);
XGRAD_KEYWORD(cmap);
XGRAD_KEY(col);
XGRAD_KEYWORD(collate_fn);
XGRAD_KEYWORD(color);
XGRAD_KEYWORD(compute_mode);
XGRAD_KEYWORD(compute_uv);
XGRAD_KEY(copy);
XGRAD_KEYWORD(correction);
XGRAD_KEYWORD(create_graph);
XGRAD_KEYWORD(dampening);
XGRAD_KEYWORD(decimals);
XGRAD_KEYWORD(desc);
XGRAD_KEYWORD(descending);
XGRAD_KEY(destination);
XGRAD_KEY(diagonal);
XGRAD_KEY(deviation);  // kw::std: `std` names another namespace here
XGRAD_KEYWORD(dim0);
XGRAD_KEYWORD(dim1);
XGRAD_KEYWORD(dim2);
XGRAD_KEY(dimension);
XGRAD_KEYWORD(download);
XGRAD_KEY(driver);
XGRAD_KEYWORD(drop_last);
XGRAD_KEYWORD(edgeitems);
XGRAD_KEYWORD(elementwise);
XGRAD_KEY(end);
XGRAD_KEYWORD(end_dim);
XGRAD_KEYWORD(eps);
XGRAD_KEYWORD(equal_nan);
XGRAD_KEY(exponent);
XGRAD_KEYWORD(fast_mode);
XGRAD_KEYWORD(figsize);
XGRAD_KEYWORD(fill_value);
XGRAD_KEY(first);  // of a call that may have one number or two: arange()
XGRAD_KEYWORD(fontsize);
XGRAD_KEY(from);
XGRAD_KEYWORD(full_matrices);
XGRAD_KEYWORD(gain);
XGRAD_KEYWORD(generator);
XGRAD_KEYWORD(grad_outputs);
XGRAD_KEYWORD(gradient);
XGRAD_KEYWORD(hermitian);
XGRAD_KEY(high);
XGRAD_KEYWORD(ignore_index);
XGRAD_KEYWORD(include_self);
XGRAD_KEY(ind);
XGRAD_KEY(index);
XGRAD_KEY(indexing);
XGRAD_KEY(indices);
XGRAD_KEYWORD(indices_or_sections);
XGRAD_KEYWORD(inplace);
XGRAD_KEY(input2);
XGRAD_KEY(inputs);
XGRAD_KEYWORD(interpolation);
XGRAD_KEY(invert);
XGRAD_KEY(k);
XGRAD_KEYWORD(keepdim);
XGRAD_KEYWORD(label);
XGRAD_KEYWORD(label_smoothing);
XGRAD_KEYWORD(lambd);
XGRAD_KEYWORD(largest);
XGRAD_KEY(left);
XGRAD_KEY(length);
XGRAD_KEYWORD(linestyle);
XGRAD_KEYWORD(linewidth);
XGRAD_KEYWORD(loc);
XGRAD_KEY(low);
XGRAD_KEYWORD(lr);
XGRAD_KEY(LU_data);
XGRAD_KEY(LU_pivots);
XGRAD_KEY(m);
XGRAD_KEYWORD(marker);
XGRAD_KEYWORD(mask);
XGRAD_KEY(mat);
XGRAD_KEY(mat1);
XGRAD_KEY(mat2);
XGRAD_KEY(max);
XGRAD_KEYWORD(max_entries);
XGRAD_KEYWORD(maximize);
XGRAD_KEY(mean);
XGRAD_KEY(memory_format);
XGRAD_KEY(min);
XGRAD_KEYWORD(minlength);
XGRAD_KEY(mode);
XGRAD_KEYWORD(momentum);
XGRAD_KEY(n);
XGRAD_KEY(nan);
XGRAD_KEYWORD(neginf);
XGRAD_KEYWORD(nesterov);
XGRAD_KEYWORD(non_blocking);
XGRAD_KEYWORD(nondet_tol);
XGRAD_KEYWORD(num_classes);
XGRAD_KEYWORD(num_samples);
XGRAD_KEYWORD(num_workers);
XGRAD_KEY(offset);
XGRAD_KEY(ord);
XGRAD_KEY(other);
XGRAD_KEYWORD(out_int32);
namespace key {
struct output_size : by_keyword::Found {
  XGRAD_KEY_MEMBERS(output_size)
  /// `output_size = {3, None}`, whose elements have no common type.
  Argument<output_size, std::vector<std::optional<std::int64_t>>> operator=(
      std::initializer_list<std::optional<std::int64_t>> list) const {
    return {list};
  }
};
}  // namespace key
inline constexpr key::output_size output_size{};
XGRAD_KEYWORD(p);
XGRAD_KEYWORD(pivot);
XGRAD_KEY(pivots);
XGRAD_KEYWORD(pos_weight);
XGRAD_KEYWORD(posinf);
XGRAD_KEYWORD(precision);
XGRAD_KEY(prepend);
XGRAD_KEYWORD(preserve_rng_state);
XGRAD_KEYWORD(profile);
XGRAD_KEY(q);
XGRAD_KEY(r);
XGRAD_KEYWORD(raise_exception);
XGRAD_KEYWORD(rcond);
XGRAD_KEY(reduce);
XGRAD_KEYWORD(reduction);
XGRAD_KEY(repeats);
XGRAD_KEYWORD(replacement);
XGRAD_KEYWORD(retain_graph);
XGRAD_KEYWORD(return_counts);
XGRAD_KEYWORD(return_inverse);
XGRAD_KEYWORD(ridders);
XGRAD_KEY(right);
XGRAD_KEYWORD(rounding_mode);
XGRAD_KEY(row);
XGRAD_KEYWORD(rtol);
XGRAD_KEYWORD(sampler);
XGRAD_KEYWORD(sci_mode);
XGRAD_KEY(shape);
XGRAD_KEYWORD(shifts);
XGRAD_KEYWORD(shuffle);
XGRAD_KEY(side);
XGRAD_KEY(size);
XGRAD_KEYWORD(sizes);
XGRAD_KEY(sections);
XGRAD_KEY(some);
XGRAD_KEYWORD(sorted);
XGRAD_KEY(sorter);
XGRAD_KEY(source);
XGRAD_KEYWORD(sparse_grad);
XGRAD_KEY(split_sizes);
XGRAD_KEY(src);
XGRAD_KEYWORD(split_size_or_sections);
XGRAD_KEY(split_size);
XGRAD_KEYWORD(stable);
XGRAD_KEY(start);
XGRAD_KEYWORD(start_dim);
XGRAD_KEY(step);
XGRAD_KEY(steps);
XGRAD_KEYWORD(storage_offset);
XGRAD_KEYWORD(strict);
XGRAD_KEYWORD(target_transform);
XGRAD_KEY(tensor);
XGRAD_KEY(tensor1);
XGRAD_KEY(tensor2);
XGRAD_KEY(test_elements);
XGRAD_KEY(threshold);
XGRAD_KEYWORD(stride);
XGRAD_KEY(to);
XGRAD_KEY(tol);
XGRAD_KEYWORD(total);
XGRAD_KEY(train);
XGRAD_KEYWORD(transform);
XGRAD_KEY(transpose);
XGRAD_KEYWORD(unbiased);
XGRAD_KEYWORD(unitriangular);
XGRAD_KEY(unpack_data);
XGRAD_KEY(unpack_pivots);
XGRAD_KEYWORD(UPLO);
XGRAD_KEYWORD(upper);
XGRAD_KEYWORD(value);
XGRAD_KEY(values);
XGRAD_KEY(vec);
XGRAD_KEY(vec1);
XGRAD_KEY(vec2);
XGRAD_KEYWORD(vmax);
XGRAD_KEYWORD(vmin);
XGRAD_KEYWORD(weight);
XGRAD_KEYWORD(weight_decay);
XGRAD_KEY(weights);
XGRAD_KEYWORD(with_replacement);
XGRAD_KEY(wrap);
XGRAD_KEY(x2);
XGRAD_KEY(y);

}  // namespace xgrad::kwargs

/// All keywords by a short name, for where a program has a name of its own: `kw::lr = 0.1`.
///
/// Some are here only, since a keyword in `kwargs` would make `train(model)` or `max(x)` ambiguous under `using
/// namespace xgrad::kwargs`: `train`, `inputs`, `index`, `k`, `n`, `src` and the like, because programs like to call
/// something of theirs so, and the names of functions.
namespace xgrad::kw {
using namespace kwargs;
inline constexpr kwargs::key::a a{};
inline constexpr kwargs::key::A A{};
inline constexpr kwargs::key::accumulate accumulate{};
inline constexpr kwargs::key::adjoint adjoint{};
inline constexpr kwargs::key::append append{};
inline constexpr kwargs::key::atol atol{};
inline constexpr kwargs::key::B B{};
inline constexpr kwargs::key::b b{};
inline constexpr kwargs::key::base base{};
inline constexpr kwargs::key::batch1 batch1{};
inline constexpr kwargs::key::batch2 batch2{};
inline constexpr kwargs::key::boundaries boundaries{};
inline constexpr kwargs::key::chunks chunks{};
inline constexpr kwargs::key::col col{};
inline constexpr kwargs::key::copy copy{};
inline constexpr kwargs::key::destination destination{};
inline constexpr kwargs::key::diagonal diagonal{};
inline constexpr kwargs::key::dimension dimension{};
inline constexpr kwargs::key::driver driver{};
inline constexpr kwargs::key::end end{};
inline constexpr kwargs::key::exponent exponent{};
inline constexpr kwargs::key::from from{};
inline constexpr kwargs::key::high high{};
inline constexpr kwargs::key::ind ind{};
inline constexpr kwargs::key::index index{};
inline constexpr kwargs::key::indexing indexing{};
inline constexpr kwargs::key::indices indices{};
inline constexpr kwargs::key::input2 input2{};
inline constexpr kwargs::key::inputs inputs{};
inline constexpr kwargs::key::invert invert{};
inline constexpr kwargs::key::k k{};
inline constexpr kwargs::key::left left{};
inline constexpr kwargs::key::length length{};
inline constexpr kwargs::key::low low{};
inline constexpr kwargs::key::LU_data LU_data{};
inline constexpr kwargs::key::LU_pivots LU_pivots{};
inline constexpr kwargs::key::m m{};
inline constexpr kwargs::key::mat mat{};
inline constexpr kwargs::key::mat1 mat1{};
inline constexpr kwargs::key::mat2 mat2{};
inline constexpr kwargs::key::max max{};
inline constexpr kwargs::key::mean mean{};
inline constexpr kwargs::key::memory_format memory_format{};
inline constexpr kwargs::key::min min{};
inline constexpr kwargs::key::mode mode{};
inline constexpr kwargs::key::n n{};
inline constexpr kwargs::key::nan nan{};
inline constexpr kwargs::key::offset offset{};
inline constexpr kwargs::key::ord ord{};
inline constexpr kwargs::key::other other{};
inline constexpr kwargs::key::pivots pivots{};
inline constexpr kwargs::key::prepend prepend{};
inline constexpr kwargs::key::q q{};
inline constexpr kwargs::key::r r{};
inline constexpr kwargs::key::reduce reduce{};
inline constexpr kwargs::key::repeats repeats{};
inline constexpr kwargs::key::right right{};
inline constexpr kwargs::key::row row{};
inline constexpr kwargs::key::sections sections{};
inline constexpr kwargs::key::shape shape{};
inline constexpr kwargs::key::side side{};
inline constexpr kwargs::key::size size{};
inline constexpr kwargs::key::some some{};
inline constexpr kwargs::key::sorter sorter{};
inline constexpr kwargs::key::source source{};
inline constexpr kwargs::key::split_size split_size{};
inline constexpr kwargs::key::split_sizes split_sizes{};
inline constexpr kwargs::key::src src{};
inline constexpr kwargs::key::start start{};
inline constexpr kwargs::key::deviation std{};
inline constexpr kwargs::key::step step{};
inline constexpr kwargs::key::steps steps{};
inline constexpr kwargs::key::tensor tensor{};
inline constexpr kwargs::key::tensor1 tensor1{};
inline constexpr kwargs::key::tensor2 tensor2{};
inline constexpr kwargs::key::test_elements test_elements{};
inline constexpr kwargs::key::threshold threshold{};
inline constexpr kwargs::key::to to{};
inline constexpr kwargs::key::tol tol{};
inline constexpr kwargs::key::train train{};
inline constexpr kwargs::key::transpose transpose{};
inline constexpr kwargs::key::unpack_data unpack_data{};
inline constexpr kwargs::key::unpack_pivots unpack_pivots{};
inline constexpr kwargs::key::values values{};
inline constexpr kwargs::key::vec vec{};
inline constexpr kwargs::key::vec1 vec1{};
inline constexpr kwargs::key::vec2 vec2{};
inline constexpr kwargs::key::weights weights{};
inline constexpr kwargs::key::wrap wrap{};
inline constexpr kwargs::key::x2 x2{};
inline constexpr kwargs::key::y y{};
}  // namespace xgrad::kw
