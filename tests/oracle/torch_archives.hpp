/// Real libtorch's archives: written and read by it. Like torch_oracle.hpp, this header includes neither library.
#pragma once

#include <string>
#include <vector>

namespace xgrad::oracle {

/// A module of linear layers, batch norm, a function and a GRU with these numbers as its parameters, one after another.
/// The names of its parts: fc, bn, layers, gru.
void save_module(const std::string& path, const std::vector<float>& parameters);
/// All parameters and buffers of such a module, loaded from a file, in the same order.
std::vector<float> load_module(const std::string& path);

/// The elements of a tensor, or of a vector of them one after another.
std::vector<float> load_tensors(const std::string& path);

/// What an optimiser ("SGD", "Adam", ...) of a parameter of three ones makes of it in two steps with these gradients,
/// after its state was loaded from a file; and such a state after two steps.
std::vector<float> steps_after_load(const std::string& optimizer, const std::string& path, float gradient);
void save_optimizer(const std::string& optimizer, const std::string& path, float gradient);

/// The values of an archive as libtorch prints them, "name=value" each.
std::vector<std::string> print_archive(const std::string& path);
/// What pickle_load reads, printed.
std::string print_pickle(const std::vector<char>& bytes);

}  // namespace xgrad::oracle
