#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/legacy_reader.hpp>
#include <xgrad/serialize/torch_resolver.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace xgrad::serialize {
namespace {

/// 0x1950a86a20f9469cfc6c, pickled in binary and in text.
constexpr std::string_view kMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 13);
constexpr std::uint64_t kLongestMagic = 32;
constexpr std::string_view kMagicDigits = "L119547037146038801333356L\n.";
constexpr std::int64_t kProtocol = 1001;
constexpr std::uint64_t kFirstBytes = 1 << 20;

/// How long the pickle of the magic number is that a file begins with: the `pickle_protocol` of torch.save decides how
/// it is spelled. 0 if there is none.
std::size_t magic_bytes(std::string_view head) {
  if (head.starts_with(kMagicDigits)) return kMagicDigits.size();
  constexpr char kProto = '\x80', kFrame = '\x95';
  constexpr std::size_t kFrameBytes = 9;
  if (head.size() < 2 || head[0] != kProto || head[1] < 2 || head[1] > 5) return 0;
  std::string_view rest = head.substr(2);
  if (rest.starts_with(kFrame)) rest.remove_prefix(std::min(kFrameBytes, rest.size()));
  return rest.starts_with(kMagic) ? head.size() - rest.size() + kMagic.size() : 0;
}

/// Storages are made when a tensor asks for them, and filled when the pickles are read.
class LegacyResolver final : public TorchResolver {
 public:
  explicit LegacyResolver(std::uint64_t file_bytes) : left_(file_bytes) {}
  /// The storage of that key, or null.
  const Value::Storage* find(const std::string& key) const {
    const auto known = storages_.find(key);
    return known == storages_.end() ? nullptr : &known->second.as_storage();
  }
  std::size_t storages() const { return storages_.size(); }

 private:
  Value storage(const StorageId& id) override {
    const auto known = storages_.find(id.key);
    if (known != storages_.end()) {
      const Value::Storage& storage = known->second.as_storage();
      check(storage.dtype == id.dtype && storage.numel == id.numel,
            "storage {} is used as {} elements of {} and as {} of {}", in_quotes(id.key), storage.numel,
            info(storage.dtype).name, id.numel, info(id.dtype).name);
      return known->second;
    }
    check<NotImplementedError>(id.parts.size() < 6 || id.parts[5].is_none(),
                               "storages that are views of others, as PyTorch 0.1 wrote them, are not supported");
    const auto size = element_size(id.dtype);
    check(id.numel >= 0 && static_cast<std::uint64_t>(id.numel) <= left_ / size,
          "storage {} claims {} elements of {}, more than the file has", in_quotes(id.key), id.numel,
          info(id.dtype).name);
    const std::size_t bytes = static_cast<std::size_t>(id.numel) * size;
    left_ -= bytes;
    return storages_.emplace(id.key, Value::Storage{Storage::create(bytes), id.dtype, id.numel}).first->second;
  }

  std::uint64_t left_;  // of the file, for storages still to come
  std::unordered_map<std::string, Value, KeyedHash> storages_;
};

/// The value and the keys of its storages, and where in the file they end.
struct Pickles {
  Value value;
  Value::Items keys;
  std::uint64_t end = 0;
};

Pickles read_pickles(std::string_view bytes, LegacyResolver& resolver) {
  std::size_t at = magic_bytes(bytes);
  const auto next = [&] {
    std::size_t used = 0;
    Value value = pickle::load(bytes.substr(at), resolver, &used);
    at += used;
    return value;
  };
  const Value protocol = next(), machine = next();
  check(protocol.is(Value::Kind::Int) && protocol.as_int() == kProtocol, "Invalid protocol version");
  check<NotImplementedError>(machine.as_dict().at("little_endian").as_bool(),
                             "the file was written on a big-endian machine; only little-endian files can be loaded");
  Value value = next();
  Value::Items keys = next().as_list();
  return {std::move(value), std::move(keys), at};
}

void read_storages(const Source& source, const Pickles& pickles, const LegacyResolver& resolver) {
  check(pickles.keys.size() == resolver.storages(), "the file has {} storages, but its tensors use {}",
        pickles.keys.size(), resolver.storages());
  std::unordered_set<std::string_view, KeyedHash> filled;
  std::uint64_t at = pickles.end;
  for (const Value& key : pickles.keys) {
    const Value::Storage* storage = resolver.find(key.as_str());
    check(storage && filled.insert(key.as_str()).second, "the storage {} is there twice, or no tensor uses it",
          in_quotes(key.as_str()));
    std::int64_t numel = 0;
    source.read(at, &numel, sizeof numel);
    check(numel == storage->numel, "storage {} has {} elements, but {} were expected", in_quotes(key.as_str()), numel,
          storage->numel);
    source.read(at + sizeof numel, storage->memory->data(), storage->memory->nbytes());
    at += sizeof numel + storage->memory->nbytes();
    if (storage->dtype == kBool) normalise_bools(*storage->memory);
  }
}

}  // namespace

bool is_legacy(const Source& source) { return magic_bytes(source.read(0, std::min(source.size(), kLongestMagic))) > 0; }

void refuse_tar(const Source& source) {
  constexpr std::uint64_t kPlace = 257;
  constexpr std::string_view kTar = "ustar";
  if (source.size() < kPlace + kTar.size() || source.read(kPlace, kTar.size()) != kTar) return;
  NotImplementedError e("the file is a tar archive, as torch.save wrote them before PyTorch 0.1.10");
  e.set_hint("load it in Python with a PyTorch that still can, and save it again");
  throw e;
}

Value load_legacy(const Source& source) {
  // Nothing says how long the pickles are. They are short beside the storages, so more is read only if it was not
  // enough, up to the whole of the file.
  for (std::uint64_t n = std::min(source.size(), kFirstBytes);; n = std::min(source.size(), 8 * n)) {
    const std::string head = source.read(0, n);
    LegacyResolver resolver(source.size());
    Pickles pickles;
    try {
      pickles = read_pickles(head, resolver);
    } catch (const Error&) {
      if (n == source.size()) throw;
      continue;
    }
    read_storages(source, pickles, resolver);
    return std::move(pickles.value);
  }
}

}  // namespace xgrad::serialize
