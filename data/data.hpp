/// Datasets, transforms, samplers and loaders.
///
/// Names follow two models over one implementation. `xgrad::data` is libtorch's `torch::data`: `datasets::MNIST`,
/// `samplers::RandomSampler`, `make_data_loader`. What Python has in `torch.utils.data` and torchvision stands in
/// `xgrad` itself: `DataLoader`, `TensorDataset`, `datasets::MNIST`, `transforms::ToTensor`, `list`, `enumerate`.
#pragma once

#include <xgrad/data/data_loader.hpp>
#include <xgrad/data/datasets/mnist.hpp>
#include <xgrad/data/datasets/tensor.hpp>
#include <xgrad/data/enumerate.hpp>
#include <xgrad/data/example_list.hpp>
#include <xgrad/data/make_data_loader.hpp>
#include <xgrad/data/range.hpp>
#include <xgrad/data/transforms.hpp>
