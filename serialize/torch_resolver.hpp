/// What pickles that hold tensors may name: a fixed list of PyTorch's classes and functions. Anything else is an error.
#pragma once

#include <xgrad/serialize/pickle.hpp>

namespace xgrad::serialize {

/// Gives pickles tensors. Where their memory comes from is for the format that the pickle is a part of.
class TorchResolver : public pickle::Resolver {
 public:
  Value global(const std::string& module, const std::string& name) final;
  Value call(const Value::Global& function, const Value::Items& arguments) final;
  Value object(const Value::Global& type) final;
  Value persistent(const Value& id) final;

 protected:
  /// The parts of a persistent id after its class: ("storage", class, key, device, number of elements, ...).
  struct StorageId {
    ScalarType dtype;
    std::string key;
    std::int64_t numel;
    const Value::Items& parts;
  };
  /// The memory of that key, of which a pickle may ask several times.
  virtual Value storage(const StorageId& id) = 0;
};

/// A stored byte other than 0 means true; C++ knows only 0 and 1.
void normalise_bools(Storage& memory);

}  // namespace xgrad::serialize
