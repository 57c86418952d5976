/// The one door to xtensor: include this, never an xtensor header, so that everything sees the same configuration.
///
/// XSIMD is on, which needs the same definition in every file; and a trait that xtensor 0.24 loses in C++20 is put
/// back.
#pragma once

#ifndef XTENSOR_USE_XSIMD
#define XTENSOR_USE_XSIMD
#endif

#include <xtensor/xexpression_traits.hpp>
#include <xtensor/xstorage.hpp>
#include <xtensor/xtensor_forward.hpp>

#ifndef XGRAD_XTENSOR_SVECTOR_TRAIT  // the public xtensor.hpp has the same
#define XGRAD_XTENSOR_SVECTOR_TRAIT
namespace xt::detail {

// Which container holds the value of an expression is read off its shape's type: `S<X, N>` means N dimensions. The
// shape of xarray, svector<X, 4>, is no such thing (4 is only how many sizes it keeps without allocating), but g++ from
// C++17 on lets it match, as its two further template parameters have defaults. xtensor has a specialisation against
// this that is compiled in C++17 alone, so in C++20 the value of any xarray expression became a 4-dimensional xtensor:
// immediate reductions and eval() wrote out of bounds. This one names svector itself. It is more special than both of
// xtensor's, so it also does no harm where they are right.
template <class X, std::size_t N>
struct xtype_for_shape<svector<X, N>> {
  template <class T, layout_type L>
  using type = xarray<T, L>;
};

}  // namespace xt::detail
#endif

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
