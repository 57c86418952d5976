#include "members.hpp"

namespace xgrad::op_table {
namespace {

using Int = std::int64_t;
using OptionalInt = std::optional<Int>;
using OptionalBool = std::optional<bool>;
using OptionalDouble = std::optional<double>;
using OptionalScalar = std::optional<Scalar>;
using Type = std::optional<ScalarType>;
using Text = std::string;
using Word = std::optional<std::string>;
using Entries = std::span<const TensorIndex>;

template <class Method, class Function>
struct Named {
  const char* name;
  Method method;
  Function function;
};
template <class Method, class Function>
Named(const char*, Method, Function) -> Named<Method, Function>;

/// f of a sample's arguments, which are a tensor and then these.
template <class... P, class F>
Member::Call call_of(F f) {
  return [f](const Values& in) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return detail::results(f(detail::argument<Tensor>(in, 0), detail::argument<P>(in, I + 1)...));
    }
    (std::index_sequence_for<P...>{});
  };
}

template <class... P, class Method, class Function>
Member member(const Named<Method, Function>& of) {
  Member m{of.name, {'T', detail::letter_of<std::remove_cvref_t<P>>...}, call_of<P...>(of.method), {}};
  using Self = decltype(detail::argument<Tensor>(std::declval<const Values&>(), 0));
  if constexpr (std::is_invocable_v<Function, Self, decltype(detail::argument<P>(std::declval<const Values&>(), 0))...>)
    m.function = call_of<P...>(of.function);
  return m;
}

/// Members that take these after the tensor.
template <class... P, class... Of>
void add(std::vector<Member>& into, const Of&... of) {
  (into.push_back(member<P...>(of)), ...);
}

/// x.NAME(...) and, where there is such a function, NAME(x, ...).
#define M(NAME)                                                                                                   \
  Named {                                                                                                         \
#NAME, [](Tensor & x, auto&&... rest)                                                                         \
                -> decltype(auto) { return x.NAME(rest...); }, [](Tensor & x, auto&&... rest)                     \
                                                                    -> decltype(NAME(                             \
                                                                        x, rest...)) { return NAME(x, rest...); } \
  }

std::vector<Member> all_members() {
  std::vector<Member> into;  // a name that no member has
  add<>(into, M(abs), M(abs_), M(acos), M(acos_), M(acosh), M(acosh_), M(adjoint), M(all), M(any), M(argwhere), M(asin),
        M(asin_), M(asinh), M(asinh_), M(atan), M(atan_), M(atanh), M(atanh_), M(bernoulli), M(bincount),
        M(bitwise_not), M(bitwise_not_), M(ceil), M(ceil_), M(clone), M(contiguous), M(cos), M(cos_), M(cosh), M(cosh_),
        M(count_nonzero), M(deg2rad), M(deg2rad_), M(det), M(digamma), M(digamma_), M(erf), M(erf_), M(erfc), M(erfc_),
        M(erfinv), M(erfinv_), M(exp), M(exp2), M(exp2_), M(exp_), M(expm1), M(expm1_), M(fliplr), M(flipud), M(floor),
        M(floor_), M(frac), M(frac_), M(inverse), M(isfinite), M(isinf), M(isnan), M(isneginf), M(isposinf), M(isreal),
        M(positive), M(lgamma), M(lgamma_), M(log), M(log10), M(log10_), M(log1p), M(log1p_), M(log2), M(log2_),
        M(log_), M(logdet), M(logical_not), M(logical_not_), M(matrix_exp), M(max), M(mean), M(median), M(min),
        M(msort), M(nanmedian), M(neg), M(neg_), M(nonzero), M(nonzero_numpy), M(prod), M(rad2deg), M(rad2deg_),
        M(random_), M(ravel), M(reciprocal), M(reciprocal_), M(relu), M(relu_), M(round), M(round_), M(rsqrt),
        M(rsqrt_), M(sigmoid), M(sigmoid_), M(sign), M(sign_), M(signbit), M(sin), M(sin_), M(sinc), M(sinc_), M(sinh),
        M(sinh_), M(slogdet), M(sqrt), M(sqrt_), M(square), M(square_), M(squeeze), M(squeeze_), M(sum), M(t), M(t_),
        M(tan), M(tan_), M(tanh), M(tanh_), M(trace), M(trunc), M(trunc_), M(zero_));
  add<Entries>(into, M(index));
  add<Int>(into, M(count_nonzero), M(diag), M(diagflat), M(dsplit), M(hsplit), M(log_softmax), M(logcumsumexp),
           M(matrix_power), M(polygamma_), M(random_), M(round), M(round_), M(softmax), M(squeeze), M(squeeze_),
           M(tril), M(tril_), M(triu), M(triu_), M(unbind), M(unsqueeze), M(unsqueeze_), M(vsplit));
  add<IntArrayRef>(into, M(broadcast_to), M(count_nonzero), M(dsplit), M(expand), M(flip), M(hsplit), M(permute),
                   M(repeat), M(reshape), M(resize_), M(sum_to_size), M(tile), M(view), M(vsplit));
  add<OptionalDouble>(into, M(logit), M(logit_));
  add<Scalar>(into, M(add), M(add_), M(bitwise_and), M(bitwise_and_), M(bitwise_left_shift), M(bitwise_left_shift_),
              M(bitwise_or), M(bitwise_or_), M(bitwise_right_shift), M(bitwise_right_shift_), M(bitwise_xor),
              M(bitwise_xor_), M(clamp_max), M(clamp_max_), M(clamp_min), M(clamp_min_), M(copysign), M(copysign_),
              M(div), M(div_), M(eq), M(eq_), M(fill_), M(float_power), M(float_power_), M(floor_divide),
              M(floor_divide_), M(fmod), M(fmod_), M(ge), M(ge_), M(gt), M(gt_), M(le), M(le_), M(lt), M(lt_), M(mul),
              M(mul_), M(ne), M(ne_), M(norm), M(pow), M(pow_), M(remainder), M(remainder_), M(sub), M(sub_), M(xlogy),
              M(xlogy_));
  add<ScalarType>(into, M(to));
  add<T>(into, M(add), M(add_), M(allclose), M(atan2), M(atan2_), M(bernoulli), M(bernoulli_), M(bitwise_and),
         M(bitwise_and_), M(bitwise_left_shift), M(bitwise_left_shift_), M(bitwise_or), M(bitwise_or_),
         M(bitwise_right_shift), M(bitwise_right_shift_), M(bitwise_xor), M(bitwise_xor_), M(bmm), M(clamp_max),
         M(clamp_max_), M(clamp_min), M(clamp_min_), M(copy_), M(copysign), M(copysign_), M(div), M(div_), M(dot),
         M(eq), M(eq_), M(equal), M(expand_as), M(fill_), M(float_power), M(float_power_), M(floor_divide),
         M(floor_divide_), M(fmax), M(fmin), M(fmod), M(fmod_), M(gcd), M(gcd_), M(ge), M(ge_), M(ger), M(gt), M(gt_),
         M(heaviside), M(heaviside_), M(hypot), M(hypot_), M(inner), M(isclose), M(kron), M(lcm), M(lcm_), M(le),
         M(le_), M(logaddexp), M(logaddexp2), M(logical_and), M(logical_and_), M(logical_or), M(logical_or_),
         M(logical_xor), M(logical_xor_), M(lt), M(lt_), M(masked_select), M(matmul), M(max), M(maximum), M(min),
         M(minimum), M(mm), M(mul), M(mul_), M(mv), M(ne), M(ne_), M(outer), M(pow), M(pow_), M(remainder),
         M(remainder_), M(reshape_as), M(resize_as_), M(sub), M(sub_), M(take), M(vdot), M(view_as), M(xlogy),
         M(xlogy_));
  add<Type>(into, M(mean), M(prod), M(sum));
  add<bool>(into, M(cholesky), M(cholesky_inverse), M(qr));
  add<double>(into, M(bernoulli), M(bernoulli_), M(exponential_), M(pinverse));
  add<Entries, T>(into, M(index_put_));
  add<Int, Int>(into, M(chunk), M(diff), M(flatten), M(random_), M(select), M(split), M(swapaxes), M(swapaxes_),
                M(swapdims), M(swapdims_), M(tensor_split), M(transpose), M(transpose_));
  add<Int, IntArrayRef>(into, M(rot90), M(unflatten));
  add<Int, OptionalInt>(into, M(repeat_interleave));
  add<Int, ScalarType>(into, M(log_softmax), M(softmax));
  add<Int, T>(into, M(gather), M(index_select));
  add<Int, Type>(into, M(cumprod), M(cumprod_), M(cumsum), M(cumsum_));
  add<Int, bool>(into, M(all), M(any), M(argsort), M(max), M(min), M(multinomial));
  add<IntArrayRef, Int>(into, M(split_with_sizes), M(tensor_split));
  add<IntArrayRef, IntArrayRef>(into, M(moveaxis), M(movedim), M(roll));
  add<IntArrayRef, bool>(into, M(amax), M(amin), M(logsumexp));
  add<OptionalInt, bool>(into, M(argmax), M(argmin));
  add<OptionalScalar, OptionalScalar>(into, M(clamp), M(clamp_));
  add<OptionalScalar, ScalarType>(into, M(norm));
  add<Scalar, Scalar>(into, M(add), M(add_), M(sub), M(sub_));
  add<Scalar, Word>(into, M(div), M(div_));
  add<Scalar, bool>(into, M(fill_diagonal_));
  add<T, Int>(into, M(bincount), M(tensor_split));
  add<T, OptionalInt>(into, M(cross), M(repeat_interleave), M(take_along_dim));
  add<T, Scalar>(into, M(add), M(add_), M(dist), M(lerp), M(lerp_), M(masked_fill), M(masked_fill_), M(sub), M(sub_));
  add<T, T>(into, M(addbmm), M(addbmm_), M(addmm), M(addmm_), M(addmv), M(addmv_), M(addr), M(addr_), M(baddbmm),
            M(baddbmm_), M(clamp), M(clamp_), M(lerp), M(lerp_), M(lu_solve), M(masked_fill), M(masked_fill_),
            M(masked_scatter), M(masked_scatter_));
  add<T, Word>(into, M(div), M(div_));
  add<T, bool>(into, M(cholesky_solve));
  add<bool, bool>(into, M(svd));
  add<double, double>(into, M(normal_), M(uniform_));
  add<Int, Int, Int>(into, M(diag_embed), M(diagonal), M(narrow), M(unfold));
  add<Int, Scalar, Scalar>(into, M(histc));
  add<Int, T, Int>(into, M(narrow));
  add<Int, T, Scalar>(into, M(index_fill), M(index_fill_), M(scatter), M(scatter_));
  add<Int, T, T>(into, M(index_add), M(index_add_), M(index_copy), M(index_copy_), M(index_fill), M(index_fill_),
                 M(scatter), M(scatter_), M(scatter_add), M(scatter_add_));
  add<Int, bool, Type>(into, M(prod));
  add<IntArrayRef, IntArrayRef, OptionalInt>(into, M(as_strided), M(as_strided_));
  add<IntArrayRef, bool, Type>(into, M(mean), M(nanmean), M(nansum), M(sum));
  add<OptionalDouble, OptionalDouble, OptionalDouble>(into, M(nan_to_num), M(nan_to_num_));
  add<OptionalScalar, IntArrayRef, bool>(into, M(norm));
  add<T, Int, Int>(into, M(select_scatter));
  add<T, T, Scalar>(into, M(addcdiv), M(addcdiv_), M(addcmul), M(addcmul_));
  add<T, T, bool>(into, M(put), M(put_));
  add<T, bool, bool>(into, M(bucketize));
  add<bool, Int, bool>(into, M(argsort));
  add<Int, Int, T, T>(into, M(diff));
  add<Int, OptionalInt, OptionalInt, Int>(into, M(slice));
  add<Int, T, Scalar, Text>(into, M(scatter), M(scatter_));
  add<Int, T, T, Scalar>(into, M(index_add), M(index_add_));
  add<Int, T, T, Text>(into, M(scatter), M(scatter_));
  add<OptionalScalar, IntArrayRef, bool, ScalarType>(into, M(norm));
  add<T, Int, Int, Int>(into, M(diagonal_scatter));
  add<T, OptionalInt, bool, Text>(into, M(nanquantile), M(quantile));
  add<T, T, Scalar, Scalar>(into, M(addbmm), M(addbmm_), M(addmm), M(addmm_), M(addmv), M(addmv_), M(addr), M(addr_),
                            M(baddbmm), M(baddbmm_));
  add<T, bool, bool, bool>(into, M(triangular_solve));
  add<T, double, double, bool>(into, M(allclose), M(isclose));
  add<double, OptionalInt, bool, Text>(into, M(nanquantile), M(quantile));
  add<Int, T, T, Text, bool>(into, M(scatter_reduce), M(scatter_reduce_));
  add<T, Int, OptionalInt, OptionalInt, Int>(into, M(slice_scatter));
  // The tensor is not the first argument.
  const auto where_method = [](Tensor& condition, Tensor& x, auto&& y) { return x.where(condition, y); };
  const auto where_function = [](Tensor& condition, Tensor& x, auto&& y) { return where(condition, x, y); };
  add<T, T>(into, Named{"where", where_method, where_function});
  add<T, Scalar>(into, Named{"where", where_method, where_function});
  return into;
}
#undef M

std::string base_of(const std::string& name) { return name.substr(0, name.find('.')); }

}  // namespace

const std::vector<Member>& members() {
  static const std::vector<Member> all = all_members();
  return all;
}

const Member* member_of(const Row& row, bool in_place) {
  if (in_place && !row.in_place) return nullptr;
  std::string name = base_of(row.name);
  if (in_place && !row.only_in_place()) name += '_';
  for (const Member& m : members()) {
    if (m.name == name && m.signature == row.signature) return &m;
  }
  return nullptr;
}

Row called_as(const Row& row, const Member& member, const Member::Call& call) {
  Row out = row;
  if (member.in_place())
    out.in_place = [call](Values& in) { call(in); };
  else
    out.call = call;
  return out;
}

Complaints members_not_called(const Rows& rows, const std::vector<Member>& called,
                              const std::vector<Declaration>& declared) {
  Complaints out;
  for (const Declaration& d : declared) {
    const auto calls = [&](const Member& m) { return m.name == d.name && fits(m.signature, d); };
    if (std::none_of(called.begin(), called.end(), calls))
      out.push_back(fmt::format("{} declares the member {}({}), which members.cpp does not call", d.header, d.name,
                                d.parameters));
  }
  for (const Member& m : called) {
    const auto gives = [&](const Row& r) { return member_of(r, m.in_place()) == &m; };
    if (std::none_of(rows.begin(), rows.end(), gives))
      out.push_back(fmt::format("members.cpp calls {} with {}, and no row has such arguments", m.name, m.signature));
  }
  return out;
}

}  // namespace xgrad::op_table
