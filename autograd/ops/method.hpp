/// How an operation becomes a method: each family's header declares its functions, then a mixin that forwards to them.
#pragma once

#include <xgrad/autograd/array/dims.hpp>
#include <xgrad/autograd/array/scalar.hpp>
#include <xgrad/autograd/kwargs.hpp>

#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace xgrad {

class Tensor;
class TensorList;
class ValuesIndices;

/// An undefined Tensor: the default of arguments that may be left out.
const Tensor& absent_tensor();

namespace by_keyword {
template <class Form, class... A>
decltype(auto) call(const Tensor& x, A&&... a);

// What XGRAD_TAKES_KEYWORDS names.
struct add_form;
struct addcdiv_form;
struct addcmul_form;
struct addmm_form;
struct all_form;
struct allclose_form;
struct amax_form;
struct amin_form;
struct aminmax_form;
struct any_form;
struct argmax_form;
struct argmin_form;
struct argsort_form;
struct baddbmm_form;
struct chunk_form;
struct clamp_form;
struct count_nonzero_form;
struct cummax_form;
struct cummin_form;
struct cumprod_form;
struct cumsum_form;
struct diff_form;
struct div_form;
struct flatten_form;
struct flip_form;
struct isclose_form;
struct kthvalue_form;
struct log_softmax_form;
struct logcumsumexp_form;
struct logsumexp_form;
struct max_form;
struct mean_form;
struct median_form;
struct min_form;
struct mode_form;
struct multinomial_form;
struct nan_to_num_form;
struct nanmean_form;
struct nanmedian_form;
struct nanquantile_form;
struct nansum_form;
struct norm_form;
struct prod_form;
struct quantile_form;
struct repeat_interleave_form;
struct roll_form;
struct softmax_form;
struct sort_form;
struct split_form;
struct squeeze_form;
struct std_form;
struct sub_form;
struct sum_form;
struct topk_form;
struct tril_form;
struct triu_form;
struct unbind_form;
struct unique_form;
struct unique_consecutive_form;
struct unsqueeze_form;
struct var_form;
}  // namespace by_keyword

/// The method of that name with keywords: `x.sum(dim = 1)`.
#define XGRAD_TAKES_KEYWORDS(NAME)                                                     \
  template <class... A>                                                                \
  requires kwargs::EndsInKeyword<A...>                                                 \
  decltype(auto) NAME(A&&... a) const {                                                \
    return by_keyword::call<by_keyword::NAME##_form>(as(this), std::forward<A>(a)...); \
  }

/// The same, and `x.sum({0, 1}, keepdim = true)`.
#define XGRAD_TAKES_KEYWORDS_AND_DIMS(NAME)                                                               \
  XGRAD_TAKES_KEYWORDS(NAME)                                                                              \
  template <class... A>                                                                                   \
  requires kwargs::EndsInKeyword<A...>                                                                    \
  decltype(auto) NAME(std::initializer_list<std::int64_t> dims, A&&... a) const {                         \
    return by_keyword::call<by_keyword::NAME##_form>(as(this), IntArrayRef(dims), std::forward<A>(a)...); \
  }

/// Base of the families' mixins; `T` is always Tensor, complete by the time a method is used. Each mixin names itself
/// as `Family`: empty bases of one type must lie apart, and would make a handle twice as large.
template <class T, class Family>
struct Methods {
 protected:
  template <class Mixin>
  static const T& as(const Mixin* mixin) {
    return static_cast<const T&>(*mixin);
  }
  template <class Mixin>
  static T& writable(const Mixin* mixin) {
    return const_cast<T&>(static_cast<const T&>(*mixin));
  }
};

}  // namespace xgrad
