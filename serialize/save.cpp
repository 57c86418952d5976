#include <xgrad/serialize/save.hpp>

namespace xgrad {
namespace {

serialize::StateDict arrays_of(const OrderedDict<std::string, Tensor>& state_dict) {
  serialize::StateDict arrays;
  for (const auto& item : state_dict) arrays.emplace_back(item.key(), item.value().array());
  return arrays;
}

OrderedDict<std::string, Tensor> tensors_of(serialize::StateDict arrays) {
  OrderedDict<std::string, Tensor> state_dict;
  for (auto& [name, array] : arrays) state_dict.insert(name, Tensor(std::move(array)));
  return state_dict;
}

}  // namespace

void save(const OrderedDict<std::string, Tensor>& state_dict, const std::string& path) {
  serialize::save_state_dict(arrays_of(state_dict), path);
}
void save(const OrderedDict<std::string, Tensor>& state_dict, std::ostream& stream) {
  serialize::save_state_dict(arrays_of(state_dict), stream);
}

OrderedDict<std::string, Tensor> load(const std::string& path) { return tensors_of(serialize::load_state_dict(path)); }
OrderedDict<std::string, Tensor> load(std::istream& stream) { return tensors_of(serialize::load_state_dict(stream)); }

std::vector<char> pickle_save(const serialize::Value& value) {
  const std::string bytes = serialize::save_bytes_for_libtorch(value);
  return {bytes.begin(), bytes.end()};
}

serialize::Value pickle_load(const std::vector<char>& data) {
  return serialize::load_bytes({data.data(), data.size()}, "<vector>");
}

}  // namespace xgrad
