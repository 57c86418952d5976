#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/pytorch.hpp>
#include <xgrad/serialize/tensor_writer.hpp>

namespace xgrad::serialize {
namespace {

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

/// Pickles at once, so that what no file can hold is known before there is one, and returns what writes the rest.
Produce saving(const Value& value, std::string folder, bool for_libtorch = false) {
  StorageTable storages(for_libtorch);
  pickle::Writer writer([&](pickle::Writer& out, const Value::Tensor& t) { write_value_tensor(out, t, storages); },
                        for_libtorch);
  std::string pickled = writer.dump(value);
  return
      [storages = std::move(storages), pickled = std::move(pickled), folder = std::move(folder)](const Write& write) {
        ZipWriter zip(write);
        zip.add(folder + "data.pkl", pickled);
        storages.write(zip, folder);
        write_version(zip, folder);
        zip.finish();
      };
}

}  // namespace

void save(const Value& value, const std::string& path) { save(value, path, ""); }
void save(const Value& value, const std::string& path, const std::string& previous) {
  const Produce produce = saving(value, archive_folder(path));
  AtomicFile file(path);
  if (!previous.empty()) file.keep_previous(previous);
  produce([&](const void* data, std::size_t size) { file.write(data, size); });
  file.commit();
}
void save(const Value& value, std::ostream& stream) { write_stream(stream, saving(value, kArchiveFolder)); }
std::string save_bytes(const Value& value) { return write_bytes(saving(value, kArchiveFolder)); }
std::string save_bytes_for_libtorch(const Value& value) { return write_bytes(saving(value, kArchiveFolder, true)); }

}  // namespace xgrad::serialize
