#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/torch_types.hpp>

#include <array>

namespace xgrad::serialize {
namespace {

constexpr std::size_t kMaxDims = 64;

/// In the order of ScalarType.
constexpr std::array<std::string_view, kDtypeCount> kStorageClasses{"ByteStorage",   "CharStorage", "ShortStorage",
                                                                    "IntStorage",    "LongStorage", "FloatStorage",
                                                                    "DoubleStorage", "BoolStorage"};

template <class Name>
std::optional<ScalarType> find_dtype(Name name_of, std::string_view name) {
  for (int i = 0; i < kDtypeCount; ++i) {
    const auto dtype = static_cast<ScalarType>(i);
    if (name_of(dtype) == name) return dtype;
  }
  return std::nullopt;
}

}  // namespace

std::string_view storage_class(ScalarType dtype) { return kStorageClasses[static_cast<std::size_t>(dtype)]; }

std::optional<ScalarType> dtype_of_storage(std::string_view class_name) {
  return find_dtype(storage_class, class_name);
}

std::optional<ScalarType> dtype_named(std::string_view name) {
  return find_dtype([](ScalarType t) { return info(t).name; }, name);
}

void check_view_fits(IntArrayRef sizes, IntArrayRef strides, std::int64_t offset, std::int64_t numel) {
  // Texts are made only where they are needed: a file may have millions of tensors of 64 dimensions.
  if (sizes.size() != strides.size()) {
    fail<ValueError>("mismatch in length of strides and shape: {} and {}", to_string(sizes), to_string(strides));
  }
  check<ValueError>(sizes.size() <= kMaxDims, "a tensor has {} dimensions; at most {} are supported", sizes.size(),
                    kMaxDims);
  const bool empty = count_elements(sizes) == 0;
  bool fits = offset >= 0;
  std::int64_t last = offset;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (strides[i] < 0) {
      fail<ValueError>("Tensor: invalid strides {}: negative strides are not supported", to_string(strides));
    }
    std::int64_t reach = 0;
    fits = fits && (empty || (!__builtin_mul_overflow(strides[i], sizes[i] - 1, &reach) &&
                              !__builtin_add_overflow(last, reach, &last)));
  }
  if (!fits || (!empty && last >= numel)) {
    fail<ValueError>("setStorage: sizes {}, strides {}, storage offset {} are out of bounds for storage of {} elements",
                     to_string(sizes), to_string(strides), offset, numel);
  }
}

}  // namespace xgrad::serialize
