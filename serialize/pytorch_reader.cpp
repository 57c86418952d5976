#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/legacy_reader.hpp>
#include <xgrad/serialize/pytorch.hpp>
#include <xgrad/serialize/torch_resolver.hpp>
#include <xgrad/serialize/zip.hpp>

#include <bit>
#include <charconv>
#include <new>
#include <unordered_map>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

constexpr int kNewestVersion = 10;  // of the archive's layout, as far as PyTorch itself reads

/// Tensors whose memory is in entries of the archive, `data/` and the key.
class ZipResolver final : public TorchResolver {
 public:
  ZipResolver(const ZipReader& zip, std::string folder, std::endian order)
      : zip_(zip), folder_(std::move(folder)), order_(order) {}

 private:
  Value storage(const StorageId& id) override;

  const ZipReader& zip_;
  std::string folder_;
  std::endian order_;
  std::unordered_map<std::string, Value, KeyedHash> storages_;
};

Value ZipResolver::storage(const StorageId& id) {
  const std::string entry_name = folder_ + "data/" + id.key;
  const ZipReader::Entry* entry = zip_.find(entry_name);
  check(entry, "PytorchStreamReader failed locating file data/{}: file not found", shortened(id.key));
  // A view of uint8 as int32 may be of memory whose bytes are no multiple of 4; PyTorch rounds down.
  check(id.numel >= 0 && entry->size / element_size(id.dtype) == static_cast<std::uint64_t>(id.numel),
        "entry {} holds {} bytes, but {} elements of {} were expected", in_quotes(entry_name), entry->size, id.numel,
        info(id.dtype).name);
  if (const auto known = storages_.find(id.key); known != storages_.end()) {
    const Value::Storage& storage = known->second.as_storage();
    check(storage.dtype == id.dtype || id.numel == 0,
          "entry {} is used as {} and as {}; tensors that view the same data as different types are not supported",
          in_quotes(entry_name), info(storage.dtype).name, info(id.dtype).name);
    return id.numel == 0 ? Value(Value::Storage{storage.memory, id.dtype, 0}) : known->second;
  }
  zip_.require_stored(*entry);
  Value::Storage storage{Storage::create(entry->size), id.dtype, id.numel};
  zip_.read(*entry, storage.memory->data());
  if (const auto size = element_size(id.dtype); order_ != std::endian::native && size > 1) {
    swap_bytes(storage.memory->data(), entry->size / size, size);
  }
  if (id.dtype == kBool) normalise_bools(*storage.memory);
  return storages_.emplace(id.key, std::move(storage)).first->second;
}

/// "name/" of the folder that all entries of a PyTorch archive lie in.
std::string archive_folder(const ZipReader& zip) {
  const std::string first = zip.entries().empty() ? "" : zip.entries().front().name;
  return first.substr(0, first.find('/') + 1);
}

/// What PyTorch 2 says the storages are in; files of before are little-endian.
std::endian byte_order(const ZipReader& zip, const std::string& folder) {
  const auto* entry = zip.find(folder + "byteorder");
  if (!entry) return std::endian::little;
  constexpr std::uint64_t kLongest = 6;
  const std::string order = entry->size <= kLongest ? zip.read(*entry) : "";
  check(order == "little" || order == "big", "Unknown endianness type: {}", in_quotes(order));
  return order == "big" ? std::endian::big : std::endian::little;
}

void check_version(const ZipReader& zip, const std::string& folder) {
  if (const auto* entry = zip.find(folder + "version"); entry && entry->size < 20) {
    const std::string text = zip.read(*entry);
    int version = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), version);
    check(parsed.ec == std::errc() && version >= 1, "the entry {} is not a version: {}", in_quotes(entry->name),
          in_quotes(text));
    check(version <= kNewestVersion,
          "Attempted to read a PyTorch file with version {}, but the maximum supported version for reading is {}",
          version, kNewestVersion);
  }
}

Value load_zip(Source source) {
  const ZipReader zip(std::move(source));
  const std::string folder = archive_folder(zip);
  check<NotImplementedError>(!zip.find(folder + "model.json"),
                             "the file is a TorchScript archive of PyTorch before 1.4, whose layout was another one");
  const ZipReader::Entry* data = zip.find(folder + "data.pkl");
  if (folder.empty() || !data) {
    Error e("PytorchStreamReader failed locating file data.pkl: file not found");
    e.set_hint("this is a zip archive, but not one that torch.save wrote");
    throw e;
  }
  check_version(zip, folder);
  ZipResolver resolver(zip, folder, byte_order(zip, folder));
  return pickle::load(zip.read(*data), resolver);
}

}  // namespace

Value load_source(Source source) {
  const std::string name = source.name();
  try {
    if (is_legacy(source)) return load_legacy(source);
    refuse_tar(source);
    return load_zip(std::move(source));
  } catch (const std::bad_alloc&) {
    fail("not enough memory to load '{}'", name);
  } catch (Error& e) {
    e.add_context(fmt::format("loading '{}'", name));
    throw;
  }
}

Value load(const std::string& path) { return load_source(Source::file(path)); }
Value load(std::istream& stream) { return load_source(Source::stream(stream)); }
Value load_bytes(std::string_view bytes, const std::string& name) { return load_source(Source::memory(bytes, name)); }

}  // namespace xgrad::serialize
