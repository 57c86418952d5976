/// save() and load(): a model's tensors in a file that Python's torch.load opens.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/ordered_dict.hpp>
#include <xgrad/serialize/pytorch.hpp>

#include <string>

namespace xgrad {

/// Writes a state_dict as `torch.save(model.state_dict(), path)` does, whole or not at all.
///
///     save(model.state_dict(), "saved_model");          // in Python: model.load_state_dict(torch.load("saved_model"))
///
/// Throws Error with the path and the system's reason.
void save(const OrderedDict<std::string, Tensor>& state_dict, const std::string& path);

/// Reads a state_dict that save() or torch.save wrote. Throws Error for a file that is missing, cut short or corrupt,
/// TypeError for one that holds something else.
///
///     model.load_state_dict(load("saved_model"));
OrderedDict<std::string, Tensor> load(const std::string& path);

}  // namespace xgrad
