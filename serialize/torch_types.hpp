/// PyTorch's names for what a pickle of tensors refers to, and the one check every tensor of a file must pass.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <optional>
#include <string_view>

namespace xgrad::serialize {

/// "FloatStorage"
std::string_view storage_class(ScalarType dtype);
/// The way back; nothing for the storage of a type that no Array has.
std::optional<ScalarType> dtype_of_storage(std::string_view class_name);
/// "float32" as in torch.float32.
std::optional<ScalarType> dtype_named(std::string_view name);

/// Throws unless every element of such a view lies inside a storage of `numel` elements, the strides are not negative,
/// and there are at most 64 dimensions. Survives any numbers.
void check_view_fits(IntArrayRef sizes, IntArrayRef strides, std::int64_t offset, std::int64_t numel);

}  // namespace xgrad::serialize
