#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/input.hpp>
#include <xgrad/serialize/output.hpp>
#include <xgrad/serialize/regular_file.hpp>
#include <xgrad/serialize/safetensors.hpp>
#include <xgrad/serialize/safetensors_header.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace xgrad::serialize {
namespace {

using Entry = SafetensorsHeader::Entry;

constexpr std::size_t kLengthBytes = 8;

void write_safetensors(const Write& write, const TensorDict& tensors, const Metadata& metadata) {
  std::vector<const TensorDict::Item*> items;
  for (const auto& item : tensors) {
    check<ValueError>(item.value().defined(), "cannot save the undefined tensor '{}'", item.key());
    items.push_back(&item);
  }
  // The table of dtypes is in the order of their alignment.
  std::sort(items.begin(), items.end(), [](const auto* a, const auto* b) {
    const auto *x = &safetensors_dtype((*a)->dtype()), *y = &safetensors_dtype((*b)->dtype());
    return x != y ? x > y : a->key() < b->key();
  });
  SafetensorsHeader header;
  header.metadata = metadata.pairs();
  std::uint64_t end = 0;
  for (const auto* item : items) {
    const Tensor& t = item->value();
    const std::uint64_t begin = std::exchange(end, end + t.nbytes());
    header.entries.push_back({item->key(), &safetensors_dtype(t.dtype()), t.sizes(), begin, end});
  }
  const std::string json = safetensors_header_json(header);
  check<ValueError>(json.size() <= kMaxSafetensorsHeader, "header too large: {} bytes, of at most {}", json.size(),
                    kMaxSafetensorsHeader);
  unsigned char length[kLengthBytes];
  for (std::size_t i = 0; i < kLengthBytes; ++i) length[i] = static_cast<unsigned char>(json.size() >> (8 * i));
  write(length, kLengthBytes);
  write(json.data(), json.size());
  for (const auto* item : items) write_elements(write, item->value().array());
}

/// From the first 8 bytes.
std::uint64_t header_length(const unsigned char* bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | bytes[i];
  if (length > kMaxSafetensorsHeader) {
    Error e(fmt::format("header too large: {} bytes, of at most {}", length, kMaxSafetensorsHeader));
    const std::string_view start(reinterpret_cast<const char*>(bytes), kLengthBytes);
    if (start.starts_with("PK\3\4"))
      e.set_hint("this is a zip archive, of PyTorch or NumPy: load() or load_npz() read it");
    throw e;
  }
  return length;
}

void check_covered(std::uint64_t behind_header, const SafetensorsHeader& header) {
  check(behind_header == header.data_bytes(),
        "incomplete metadata, file not fully covered: the tensors take {} bytes, and {} are there", header.data_bytes(),
        behind_header);
}

SafetensorsHeader read_header(Input& in) {
  unsigned char start[kLengthBytes];
  const std::size_t got = in.read(start, kLengthBytes);
  check(got == kLengthBytes, "header too small: the file has {} bytes, its header's length alone takes {}", got,
        kLengthBytes);
  const std::uint64_t length = header_length(start);
  check(!in.left() || length <= *in.left(), "invalid header length: {} bytes, and {} are there", length,
        in.left().value_or(0));
  SafetensorsHeader header = parse_safetensors_header(in.text(length, "the header"));
  if (in.left()) check_covered(*in.left(), header);
  return header;
}

ScalarType scalar_type(const Entry& e) {
  check<NotImplementedError>(e.dtype->scalar.has_value(), "tensor {} has the dtype {}, which no Tensor has",
                             in_quotes(e.name), e.dtype->name);
  return *e.dtype->scalar;
}

Array checked_array(Array array) {
  make_native(array, std::endian::little);
  return array;
}

TensorDict read_safetensors(Input in) {
  return while_loading(in.name(), [&] {
    const SafetensorsHeader header = read_header(in);
    for (const Entry& e : header.entries) scalar_type(e);  // before anything large is read
    TensorDict tensors;
    tensors.reserve(header.entries.size());
    for (const Entry& e : header.entries) {
      tensors.insert(e.name,
                     Tensor(checked_array(in.elements(e.sizes, scalar_type(e), std::string(in_quotes(e.name))))));
    }
    return tensors;
  });
}

}  // namespace

void save_safetensors(const TensorDict& tensors, const std::string& path, const Metadata& metadata) {
  write_file(path, [&](const Write& write) { write_safetensors(write, tensors, metadata); });
}
void save_safetensors(const TensorDict& tensors, std::ostream& out, const Metadata& metadata) {
  write_stream(out, [&](const Write& write) { write_safetensors(write, tensors, metadata); });
}
std::string save_safetensors_bytes(const TensorDict& tensors, const Metadata& metadata) {
  return write_bytes([&](const Write& write) { write_safetensors(write, tensors, metadata); });
}

TensorDict load_safetensors(const std::string& path) { return read_safetensors(Input::file(path)); }
TensorDict load_safetensors(std::istream& in) { return read_safetensors(Input::stream(in)); }
TensorDict load_safetensors_bytes(std::string_view bytes, const std::string& name) {
  return read_safetensors(Input::memory(bytes, name));
}

struct SafetensorsFile::Impl {
  explicit Impl(const std::string& file) : path(file), mapping(std::make_shared<FileMapping>(file)) {
    while_loading(path, [&] {
      Input in = Input::memory({mapping->data(), mapping->size()}, path);
      SafetensorsHeader header = read_header(in);
      data = mapping->data() + (mapping->size() - header.data_bytes());
      for (auto& [key, value] : header.metadata) metadata.insert(std::move(key), std::move(value));
      entries = std::move(header.entries);
      arrays.resize(entries.size());
      by_name.reserve(entries.size());
      for (std::size_t i = 0; i < entries.size(); ++i) by_name.emplace(entries[i].name, i);
    });
  }

  /// The array of an entry, which is made once.
  Array array(std::size_t i) {
    const std::lock_guard lock(mutex);
    Array& array = arrays[i];
    if (!array.defined()) array = checked_array(view(entries[i]));
    return array;
  }

  Array view(const Entry& e) const {
    const ScalarType dtype = scalar_type(e);
    const auto nbytes = checked_nbytes(e.sizes, dtype);
    char* at = data + e.begin;
    const bool aligned = reinterpret_cast<std::uintptr_t>(at) % element_size(dtype) == 0;
    if (!aligned || nbytes == 0) {
      Array copy = Array::empty(e.sizes, dtype);
      if (nbytes > 0) std::memcpy(copy.raw(), at, nbytes);
      return copy;
    }
    auto storage = Storage::borrow(at, nbytes, [keep = mapping](void*) {});
    return Array(std::move(storage), dtype, e.sizes, contiguous_strides(e.sizes), 0);
  }

  std::string path;
  std::shared_ptr<FileMapping> mapping;
  char* data = nullptr;  // the first byte behind the header
  Metadata metadata;
  std::vector<Entry> entries;
  std::unordered_map<std::string_view, std::size_t> by_name;
  std::mutex mutex;
  std::vector<Array> arrays;
};

SafetensorsFile::SafetensorsFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

std::vector<std::string> SafetensorsFile::keys() const {
  std::vector<std::string> names;
  for (const Entry& e : impl_->entries) names.push_back(e.name);
  return names;
}

const Metadata& SafetensorsFile::metadata() const { return impl_->metadata; }

Tensor SafetensorsFile::get_tensor(const std::string& name) const {
  return while_loading(impl_->path, [&] {
    const auto found = impl_->by_name.find(name);
    check(found != impl_->by_name.end(), "tensor {} not found", in_quotes(name));
    return Tensor(impl_->array(found->second));
  });
}

TensorDict SafetensorsFile::tensors() const {
  return while_loading(impl_->path, [&] {
    TensorDict all;
    all.reserve(impl_->entries.size());
    for (std::size_t i = 0; i < impl_->entries.size(); ++i) {
      all.insert(impl_->entries[i].name, Tensor(impl_->array(i)));
    }
    return all;
  });
}

}  // namespace xgrad::serialize
