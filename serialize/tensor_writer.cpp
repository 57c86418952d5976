#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/tensor_writer.hpp>
#include <xgrad/serialize/torch_types.hpp>
#include <xgrad/serialize/utf8.hpp>

#include <filesystem>

namespace xgrad::serialize {

std::size_t StorageTable::key(const Array& array) {
  const auto [known, fresh] = keys_.emplace(array.storage().get(), storages_.size());
  if (fresh) storages_.push_back({array.storage(), array.dtype(), std::nullopt});
  const Saved& saved = storages_[known->second];
  check(saved.dtype == array.dtype() || saved.storage->nbytes() == 0,
        "Cannot save multiple tensors or storages that view the same data as different types\n  here {} and {}",
        info(saved.dtype).name, info(array.dtype()).name);
  return known->second;
}

void StorageTable::write_id(pickle::Writer& out, const Array& array, std::int64_t numel) {
  const std::size_t k = key(array);
  if (storages_[k].place) return out.get(*storages_[k].place);
  out.mark();
  out.constant("storage");
  out.global("torch", std::string(storage_class(array.dtype())));
  out.constant(std::to_string(k));
  out.constant("cpu");
  out.integer(numel);
  out.tuple_since_mark();
  out.persistent_id();
  if (once_) storages_[k].place = out.memoize();
}

void StorageTable::write(ZipWriter& zip, const std::string& folder) const {
  std::size_t key = 0;
  for (const Saved& saved : storages_) {
    const std::size_t size = element_size(saved.dtype), whole = saved.storage->nbytes() / size * size;
    zip.add(folder + "data/" + std::to_string(key++), saved.storage->data(), whole);
  }
}

void write_tensor(pickle::Writer& out, const Array& array, bool requires_grad, StorageTable& storages) {
  check<ValueError>(array.defined(), "cannot save an undefined tensor");
  const auto numel = static_cast<std::int64_t>(array.storage()->nbytes() / array.itemsize());
  check_view_fits(array.sizes(), array.strides(), array.offset(), numel);
  out.global("torch._utils", "_rebuild_tensor_v2");
  out.mark();
  storages.write_id(out, array, numel);
  out.integer(array.offset());
  out.integers(array.sizes());
  out.integers(array.strides());
  out.boolean(requires_grad);
  out.empty_ordered_dict();
  out.tuple_since_mark();
  out.reduce();
}

std::string archive_folder(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  return stem.empty() || !is_utf8(stem) ? kArchiveFolder : stem + "/";
}

void write_version(ZipWriter& zip, const std::string& folder) {
  zip.add(folder + "version", "3\n");  // PyTorch 1.6 to today write 3
}

}  // namespace xgrad::serialize
