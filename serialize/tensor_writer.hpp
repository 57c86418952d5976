/// Tensors in pickles, and their memory in entries beside these: what torch.save's files and libtorch's archives share.
#pragma once

#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/zip.hpp>

#include <optional>
#include <unordered_map>
#include <vector>

namespace xgrad::serialize {

/// The storages met so far, in the order of their entries' names: 0, 1, 2, ...
class StorageTable {
 public:
  /// Python writes what a storage is for each tensor again, libtorch writes it `once` and refers back to it; its
  /// readers take two of the same for two storages.
  explicit StorageTable(bool once = false) : once_(once) {}

  /// Writes the persistent id ('storage', FloatStorage, '0', 'cpu', numel), or where it was written.
  void write_id(pickle::Writer& out, const Array& array, std::int64_t numel);
  /// Adds their entries.
  void write(ZipWriter& zip, const std::string& folder) const;

 private:
  // Throws Error if an array of another dtype has the same memory.
  std::size_t key(const Array& array);

  struct Saved {
    Intrusive<Storage> storage;
    ScalarType dtype;
    std::optional<std::uint32_t> place = std::nullopt;  // of its id in the pickle
  };
  bool once_;
  std::unordered_map<const Storage*, std::size_t> keys_;
  std::vector<Saved> storages_;
};

/// The calls that Python writes for a tensor:
///     _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, OrderedDict())
/// where storage is a persistent id. Throws ValueError for an undefined array.
void write_tensor(pickle::Writer& out, const Array& array, bool requires_grad, StorageTable& storages);

/// The name of the folder that an archive at `path` has its entries in, as PyTorch names it: after the file.
std::string archive_folder(const std::string& path);
/// And of one that is no file.
inline constexpr const char* kArchiveFolder = "archive/";
/// Adds the version of the archive's layout, which comes last.
void write_version(ZipWriter& zip, const std::string& folder);

}  // namespace xgrad::serialize
