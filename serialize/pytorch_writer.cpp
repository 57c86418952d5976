#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/pytorch.hpp>
#include <xgrad/serialize/torch_types.hpp>
#include <xgrad/serialize/utf8.hpp>
#include <xgrad/serialize/zip.hpp>

#include <filesystem>
#include <unordered_map>

namespace xgrad::serialize {
namespace {

/// The storages met so far, in the order of their entries' names: 0, 1, 2, ...
class StorageTable {
 public:
  std::size_t key(const Array& array) {
    const auto [known, fresh] = keys_.emplace(array.storage().get(), storages_.size());
    if (fresh) storages_.push_back({array.storage(), array.dtype()});
    const Saved& saved = storages_[known->second];
    check(saved.dtype == array.dtype() || saved.storage->nbytes() == 0,
          "Cannot save multiple tensors or storages that view the same data as different types\n  here {} and {}",
          info(saved.dtype).name, info(array.dtype()).name);
    return known->second;
  }

  struct Saved {
    Intrusive<Storage> storage;
    ScalarType dtype;
    std::size_t nbytes() const { return storage->nbytes() / element_size(dtype) * element_size(dtype); }
  };
  const std::vector<Saved>& storages() const { return storages_; }

 private:
  std::unordered_map<const Storage*, std::size_t> keys_;
  std::vector<Saved> storages_;
};

/// The calls that Python writes for a tensor:
///     _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, OrderedDict())
/// where storage is the persistent id ('storage', FloatStorage, '0', 'cpu', numel).
void write_tensor(pickle::Writer& out, const Array& array, bool requires_grad, StorageTable& storages) {
  check<ValueError>(array.defined(), "cannot save an undefined tensor");
  const auto numel = static_cast<std::int64_t>(array.storage()->nbytes() / array.itemsize());
  check_view_fits(array.sizes(), array.strides(), array.offset(), numel);
  out.global("torch._utils", "_rebuild_tensor_v2");
  out.mark();
  out.mark();
  out.constant("storage");
  out.global("torch", std::string(storage_class(array.dtype())));
  out.constant(std::to_string(storages.key(array)));
  out.constant("cpu");
  out.integer(numel);
  out.tuple_since_mark();
  out.persistent_id();
  out.integer(array.offset());
  out.integers(array.sizes());
  out.integers(array.strides());
  out.boolean(requires_grad);
  out.empty_ordered_dict();
  out.tuple_since_mark();
  out.reduce();
}

/// A parameter is _rebuild_parameter(tensor, requires_grad, OrderedDict()).
void write_value_tensor(pickle::Writer& out, const Value::Tensor& tensor, StorageTable& storages) {
  if (!tensor.parameter) return write_tensor(out, tensor.array, tensor.requires_grad, storages);
  out.global("torch._utils", "_rebuild_parameter");
  write_tensor(out, tensor.array, false, storages);
  out.boolean(tensor.requires_grad);
  out.empty_ordered_dict();
  out.tuple3();
  out.reduce();
}

/// As PyTorch, the archive's folder is named after the file.
std::string archive_name(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  return stem.empty() || !is_utf8(stem) ? "archive" : stem;
}

}  // namespace

void save(const Value& value, const std::string& path) {
  StorageTable storages;
  pickle::Writer writer([&](pickle::Writer& out, const Value::Tensor& t) { write_value_tensor(out, t, storages); });
  const std::string pickled = writer.dump(value);
  AtomicFile file(path);
  ZipWriter zip(file);
  const std::string folder = archive_name(path) + "/";
  zip.add(folder + "data.pkl", pickled.data(), pickled.size());
  std::size_t key = 0;
  for (const auto& saved : storages.storages()) {
    zip.add(folder + "data/" + std::to_string(key++), saved.storage->data(), saved.nbytes());
  }
  constexpr std::string_view kVersion = "3\n";  // of the archive's layout; PyTorch 1.6 to today write 3
  zip.add(folder + "version", kVersion.data(), kVersion.size());
  zip.finish();
  file.commit();
}

void save_state_dict(const StateDict& state, const std::string& path) {
  Value::Dict dict;
  dict.ordered = true;
  dict.entries.reserve(state.size());
  for (const auto& [name, array] : state) dict.entries.emplace_back(name, array);
  save(std::move(dict), path);
}

}  // namespace xgrad::serialize
