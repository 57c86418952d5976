/// The data sets of MNIST's form, by name. What is known of each is in mnist_files.hpp.
#pragma once

namespace xgrad::data {

struct MnistVariant;

/// Handwritten digits.
const MnistVariant& mnist_variant();
/// Pictures of clothes.
const MnistVariant& fashion_mnist_variant();
/// Handwritten characters of old Japanese.
const MnistVariant& kmnist_variant();

}  // namespace xgrad::data
