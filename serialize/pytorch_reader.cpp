#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/pytorch.hpp>
#include <xgrad/serialize/torch_types.hpp>
#include <xgrad/serialize/utf8.hpp>
#include <xgrad/serialize/zip.hpp>

#include <algorithm>
#include <charconv>
#include <new>
#include <unordered_map>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

constexpr int kNewestVersion = 10;  // of the archive's layout, as far as PyTorch itself reads

/// Any byte but 0 means true; C++ knows only 0 and 1.
void normalise_bools(Storage& memory) {
  auto* bytes = static_cast<unsigned char*>(memory.data());
  std::transform(bytes, bytes + memory.nbytes(), bytes, [](unsigned char b) -> unsigned char { return b != 0; });
}

Dims dims_of(const Value& tuple) {
  Dims dims(tuple.as_tuple().size(), 0);
  for (std::size_t i = 0; i < dims.size(); ++i) dims[i] = tuple.as_tuple()[i].as_int();
  return dims;
}

/// Gives a pickle the few names it may use, and its tensors the entries that hold their memory.
class TorchResolver final : public pickle::Resolver {
 public:
  TorchResolver(const ZipReader& zip, std::string folder) : zip_(zip), folder_(std::move(folder)) {}

  Value global(const std::string& module, const std::string& name) override;
  Value call(const Value::Global& function, const Value::Items& arguments) override;
  Value persistent(const Value& id) override;

 private:
  using Function = Value (*)(const Value::Items& arguments);
  static Function function(const Value::Global& g);

  const ZipReader& zip_;
  std::string folder_;
  std::unordered_map<std::string, Value> storages_;
};

/// (storage, offset, sizes, strides, requires_grad, hooks[, metadata])
Value rebuild_tensor(const Value::Items& a) {
  check<TypeError>(a.size() == 6 || a.size() == 7, "_rebuild_tensor_v2() with {} arguments", a.size());
  const Value::Storage& storage = a[0].as_storage();
  const std::int64_t offset = a[1].as_int();
  check<NotImplementedError>(a.size() == 6 || a[6].is_none() || (a[6].is(Kind::Dict) && a[6].as_dict().entries.empty()),
                             "tensors with conjugate or negative bits are not supported");
  Dims sizes = dims_of(a[2]), strides = dims_of(a[3]);
  check_view_fits(sizes, strides, offset, storage.numel);
  // An empty view may start anywhere; it must not make a pointer outside its memory.
  const std::int64_t start = std::min(offset, storage.numel);
  return Value::Tensor{Array(storage.memory, storage.dtype, std::move(sizes), std::move(strides), start),
                       a[4].as_bool(), false};
}

/// (tensor, requires_grad, hooks)
Value rebuild_parameter(const Value::Items& a) {
  check<TypeError>(a.size() == 3, "_rebuild_parameter() with {} arguments", a.size());
  return Value::Tensor{a[0].as_tensor().array, a[1].as_bool(), true};
}

/// No arguments, or one list of pairs.
Value ordered_dict(const Value::Items& a) {
  check<TypeError>(a.size() <= 1, "OrderedDict() with {} arguments", a.size());
  Value::Dict dict;
  dict.ordered = true;
  if (a.size() == 1) {
    for (const Value& pair : a[0].items()) {
      const Value::Items& entry = pair.items();
      check<TypeError>(entry.size() == 2 && entry[0].kind() <= Kind::Bytes,
                       "OrderedDict() of something else than pairs");
      dict.entries.emplace_back(entry[0], entry[1]);
    }
  }
  return dict;
}

/// (text, "latin1"): how protocol 2 spells bytes.
Value encode(const Value::Items& a) {
  check<NotImplementedError>(a.size() == 2 && a[1].as_str() == "latin1", "_codecs.encode() of anything but latin1");
  auto data = utf8_to_latin1(a[0].as_str());
  check<ValueError>(data.has_value(), "_codecs.encode() of characters beyond latin1");
  return Value::Bytes{*std::move(data)};
}

Value empty_bytes(const Value::Items& a) {
  check<NotImplementedError>(a.empty(), "bytes() with {} arguments", a.size());
  return Value::Bytes{};
}

/// torch.Size is a tuple with another name.
Value size(const Value::Items& a) {
  check<TypeError>(a.size() == 1 && a[0].is(Kind::Tuple), "torch.Size() of something else than a tuple");
  return a[0];
}

TorchResolver::Function TorchResolver::function(const Value::Global& g) {
  static const std::unordered_map<std::string_view, Function> kFunctions{
      {"torch._utils._rebuild_tensor_v2", rebuild_tensor},
      {"torch._utils._rebuild_parameter", rebuild_parameter},
      {"collections.OrderedDict", ordered_dict},
      {"torch.Size", size},
      {"_codecs.encode", encode},
      {"__builtin__.bytes", empty_bytes},
  };
  const auto found = kFunctions.find(g.module + "." + g.name);
  return found == kFunctions.end() ? nullptr : found->second;
}

Value TorchResolver::global(const std::string& module, const std::string& name) {
  const bool in_torch = module == "torch" || module == "torch.cuda";
  if (const auto dtype = dtype_named(name); dtype && module == "torch") return *dtype;
  if (in_torch && name.ends_with("Storage")) {
    check<NotImplementedError>(dtype_of_storage(name).has_value(), "Unsupported storage type torch.{}", name);
    return Value::Global{"torch", name};
  }
  Value::Global g{module, name};
  if (!function(g)) {
    NotImplementedError e(fmt::format("Weights only load failed: Unsupported class {}.{}", module, name));
    e.set_hint("only tensors, containers, numbers and strings can be loaded: save model.state_dict(), not the model");
    throw e;
  }
  return g;
}

Value TorchResolver::call(const Value::Global& g, const Value::Items& arguments) {
  const Function f = function(g);
  check<TypeError>(f != nullptr, "Trying to call {}.{}, which is no function", g.module, g.name);
  return f(arguments);
}

Value TorchResolver::persistent(const Value& id) {
  check<TypeError>(id.is(Kind::Tuple) && id.as_tuple().size() == 5 && id.as_tuple()[0].is(Kind::Str) &&
                       id.as_tuple()[0].as_str() == "storage",
                   "Only persistent_load of storage is allowed");
  const Value::Items& parts = id.as_tuple();
  const auto dtype = dtype_of_storage(parts[1].as_global().name);
  check<TypeError>(dtype.has_value(), "a storage of type {}.{}", parts[1].as_global().module,
                   parts[1].as_global().name);
  const std::string& key = parts[2].as_str();
  const std::int64_t numel = parts[4].as_int();
  const std::string entry_name = folder_ + "data/" + key;

  const ZipReader::Entry* entry = zip_.find(entry_name);
  check(entry, "PytorchStreamReader failed locating file data/{}: file not found", key);
  check(numel >= 0 && entry->size / element_size(*dtype) == static_cast<std::uint64_t>(numel) &&
            entry->size % element_size(*dtype) == 0,
        "entry '{}' holds {} bytes, but {} elements of {} were expected", entry_name, entry->size, numel,
        info(*dtype).name);
  if (const auto known = storages_.find(key); known != storages_.end()) {
    check(known->second.as_storage().dtype == *dtype || numel == 0,
          "entry '{}' is used as {} and as {}; tensors that view the same data as different types are not supported",
          entry_name, info(known->second.as_storage().dtype).name, info(*dtype).name);
    return numel == 0 ? Value(Value::Storage{known->second.as_storage().memory, *dtype, 0}) : known->second;
  }
  zip_.require_stored(*entry);
  Value::Storage storage{Storage::create(entry->size), *dtype, numel};
  zip_.read(*entry, storage.memory->data());
  if (*dtype == kBool) normalise_bools(*storage.memory);
  return storages_.emplace(key, std::move(storage)).first->second;
}

/// "name/" of the folder that all entries of a PyTorch archive lie in.
std::string archive_folder(const ZipReader& zip) {
  const std::string first = zip.entries().empty() ? "" : zip.entries().front().name;
  return first.substr(0, first.find('/') + 1);
}

void check_layout(const ZipReader& zip, const std::string& folder) {
  check<NotImplementedError>(
      !zip.find(folder + "constants.pkl"),
      "the file is a TorchScript archive (torch.jit.save); only torch.save's files can be loaded");
  if (const auto* order = zip.find(folder + "byteorder")) {
    check<NotImplementedError>(order->size == 6 && zip.read(*order) == "little",
                               "the file was written on a big-endian machine; only little-endian files can be loaded");
  }
  if (const auto* entry = zip.find(folder + "version"); entry && entry->size < 20) {
    const std::string text = zip.read(*entry);
    int version = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), version);
    check(parsed.ec == std::errc() && version >= 1, "the entry '{}' is not a version: '{}'", entry->name, text);
    check(version <= kNewestVersion,
          "Attempted to read a PyTorch file with version {}, but the maximum supported version for reading is {}",
          version, kNewestVersion);
  }
}

Value load(const ZipReader& zip, const std::string& name) try {
  const std::string folder = archive_folder(zip);
  const ZipReader::Entry* data = zip.find(folder + "data.pkl");
  if (folder.empty() || !data) {
    Error e("PytorchStreamReader failed locating file data.pkl: file not found");
    e.set_hint("this is a zip archive, but not one that torch.save wrote");
    throw e;
  }
  check_layout(zip, folder);
  TorchResolver resolver(zip, folder);
  return pickle::load(zip.read(*data), resolver);
} catch (Error& e) {
  e.add_context(fmt::format("loading '{}'", name));
  throw;
}

}  // namespace

Value load(const std::string& path) try { return load(ZipReader(path), path); } catch (const std::bad_alloc&) {
  fail("not enough memory to load '{}'", path);
}

Value load_bytes(std::string_view bytes, const std::string& name) try {
  return load(ZipReader(bytes, name), name);
} catch (const std::bad_alloc&) {
  fail("not enough memory to load '{}'", name);
}

StateDict load_state_dict(const std::string& path) {
  const Value value = load(path);
  if (!value.is(Kind::Dict)) {
    fail<TypeError>("Expected state_dict to be dict-like, got {}.\n  loading '{}'", kind_name(value.kind()), path);
  }
  StateDict state;
  state.reserve(value.as_dict().entries.size());
  for (const auto& [key, tensor] : value.as_dict().entries) {
    check<TypeError>(key.is(Kind::Str), "Expected state_dict to have keys of type str, got {}.\n  loading '{}'",
                     kind_name(key.kind()), path);
    if (!tensor.is(Kind::Tensor)) {
      TypeError e(fmt::format("the entry '{}' is a {}, not a tensor\n  loading '{}'", key.as_str(),
                              kind_name(tensor.kind()), path));
      e.set_hint("a checkpoint that holds a state_dict among other things is read with serialize::load()");
      throw e;
    }
    state.emplace_back(key.as_str(), tensor.as_tensor().array);
  }
  return state;
}

}  // namespace xgrad::serialize
