#include <xgrad/autograd/array/conversion.hpp>
#include <xgrad/autograd/array/dtype.hpp>

#include <atomic>

namespace xgrad {
namespace {

std::atomic<ScalarType> default_dtype{kFloat32};

constexpr auto u1 = kUInt8, i1 = kInt8, i2 = kInt16, i4 = kInt32, i8 = kInt64, f4 = kFloat32, f8 = kFloat64, b1 = kBool;

// Rows and columns in the order of the enumeration.
constexpr ScalarType kPromotion[kDtypeCount][kDtypeCount] = {
    /*        u1  i1  i2  i4  i8  f4  f8  b1 */
    /* u1 */ {u1, i2, i2, i4, i8, f4, f8, u1},
    /* i1 */ {i2, i1, i2, i4, i8, f4, f8, i1},
    /* i2 */ {i2, i2, i2, i4, i8, f4, f8, i2},
    /* i4 */ {i4, i4, i4, i4, i8, f4, f8, i4},
    /* i8 */ {i8, i8, i8, i8, i8, f4, f8, i8},
    /* f4 */ {f4, f4, f4, f4, f4, f4, f8, f4},
    /* f8 */ {f8, f8, f8, f8, f8, f8, f8, f8},
    /* b1 */ {u1, i1, i2, i4, i8, f4, f8, b1},
};

}  // namespace

ScalarType promote_types(ScalarType a, ScalarType b) {
  return kPromotion[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
}

bool can_cast(ScalarType from, ScalarType to) {
  if (is_floating_point(from) && !is_floating_point(to)) return false;
  return from == kBool || to != kBool;
}

ScalarType get_default_dtype() { return default_dtype.load(std::memory_order_relaxed); }

void set_default_dtype(ScalarType dtype) {
  check<TypeError>(is_floating_point(dtype), "only floating-point types are supported as the default type");
  default_dtype.store(dtype, std::memory_order_relaxed);
}

std::ostream& operator<<(std::ostream& out, ScalarType dtype) { return out << info(dtype).cname; }

void detail::fail_to_convert(const char* type) { fail("value cannot be converted to type {} without overflow", type); }

}  // namespace xgrad

fmt::format_context::iterator fmt::formatter<xgrad::ScalarType>::format(xgrad::ScalarType dtype,
                                                                        fmt::format_context& c) const {
  const std::string_view name = xgrad::info(dtype).cname;
  return std::copy(name.begin(), name.end(), c.out());
}
