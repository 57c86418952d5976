#include <xgrad/serialize/save.hpp>

namespace xgrad {

void save(const OrderedDict<std::string, Tensor>& state_dict, const std::string& path) {
  serialize::StateDict arrays;
  for (const auto& item : state_dict) arrays.emplace_back(item.key(), item.value().array());
  serialize::save_state_dict(arrays, path);
}

OrderedDict<std::string, Tensor> load(const std::string& path) {
  OrderedDict<std::string, Tensor> state_dict;
  for (auto& [name, array] : serialize::load_state_dict(path)) state_dict.insert(name, Tensor(std::move(array)));
  return state_dict;
}

}  // namespace xgrad
