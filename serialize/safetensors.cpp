#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/file_budget.hpp>
#include <xgrad/serialize/input.hpp>
#include <xgrad/serialize/output.hpp>
#include <xgrad/serialize/regular_file.hpp>
#include <xgrad/serialize/safetensors.hpp>
#include <xgrad/serialize/safetensors_header.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>

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
  for (const auto& piece : metadata) header.add_metadata(piece.key(), piece.value());
  std::uint64_t end = 0;
  for (const auto* item : items) {
    const Tensor& t = item->value();
    const std::uint64_t begin = std::exchange(end, end + t.nbytes());
    header.add(item->key(), safetensors_dtype(t.dtype()), t.sizes(), begin, end);
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

void check_start(std::size_t bytes) {
  check(bytes >= kLengthBytes, "header too small: the file has {} bytes, its header's length alone takes {}", bytes,
        kLengthBytes);
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

void check_there(std::uint64_t length, std::uint64_t left) {
  check(length <= left, "invalid header length: {} bytes, and {} are there", length, left);
}

struct FileStart {
  SafetensorsHeader header;
  std::uint64_t bytes;  // that it takes
};

FileStart read_start(Input& in) {
  unsigned char start[kLengthBytes];
  check_start(in.read(start, kLengthBytes));
  const std::uint64_t length = header_length(start);
  if (in.left()) check_there(length, *in.left());
  SafetensorsHeader header = parse_safetensors_header(in.text(length, "the header"));
  if (in.left()) check_covered(*in.left(), header);
  return {std::move(header), kLengthBytes + length};
}

/// Of a whole file in memory, of which nothing is copied.
SafetensorsHeader header_of(std::string_view file) {
  check_start(file.size());
  const std::uint64_t length = header_length(reinterpret_cast<const unsigned char*>(file.data()));
  check_there(length, file.size() - kLengthBytes);
  SafetensorsHeader header = parse_safetensors_header(file.substr(kLengthBytes, length));
  check_covered(file.size() - kLengthBytes - length, header);
  return header;
}

ScalarType scalar_type(const SafetensorsHeader& header, const Entry& e) {
  const SafetensorsDtype& dtype = header.dtype(e);
  check<NotImplementedError>(dtype.scalar.has_value(), "tensor {} has the dtype {}, which no Tensor has",
                             in_quotes(header.name(e)), dtype.name);
  return *dtype.scalar;
}

/// What tensors take beside their elements, which are in the file. It is next to nothing, unless there are a quarter of
/// a million of them that are shorter than their own descriptions.
void charge_for_tensors(const SafetensorsHeader& header, std::uint64_t file_bytes) {
  constexpr std::uint64_t kTensor = 256, kTimes = 2;
  FileBudget budget(file_bytes, kTimes);
  try {
    for (const Entry& e : header.entries()) {
      const std::uint64_t beyond_inline = e.dims > Dims::kInline ? e.dims : 0;
      budget.charge(kTensor + 2 * sizeof(std::int64_t) * beyond_inline, "its tensors would take");  // sizes and strides
    }
  } catch (Error& e) {
    e.set_hint("SafetensorsFile::get_tensor() makes one at a time");
    throw;
  }
}

Array checked_array(Array array) {
  make_native(array, std::endian::little);
  return array;
}

TensorDict read_safetensors(Input in) {
  return while_loading(in.name(), [&] {
    const auto [header, start] = read_start(in);
    // Before anything large is read.
    for (const Entry& e : header.entries()) scalar_type(header, e);
    charge_for_tensors(header, start + header.data_bytes());
    TensorDict tensors;
    tensors.reserve(header.entries().size());
    for (const Entry& e : header.entries()) {
      const std::string_view name = header.name(e);
      Array array = in.elements(header.sizes(e), scalar_type(header, e), std::string(in_quotes(name)));
      tensors.insert(std::string(name), Tensor(checked_array(std::move(array))));
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
      header = header_of({mapping->data(), mapping->size()});
      data = mapping->data() + (mapping->size() - header.data_bytes());
      metadata.reserve(header.metadata_count());
      for (std::size_t i = 0; i < header.metadata_count(); ++i) {
        const auto [key, value] = header.metadata(i);
        metadata.insert(std::string(key), std::string(value));
      }
      arrays.resize(header.entries().size());
    });
  }

  /// The array of an entry, which is made once.
  Array array(std::size_t i) {
    const std::lock_guard lock(mutex);
    std::unique_ptr<Array>& array = arrays[i];
    if (!array) array = std::make_unique<Array>(checked_array(view(header.entries()[i])));
    return *array;
  }

  Array view(const Entry& e) const {
    const ScalarType dtype = scalar_type(header, e);
    const Dims sizes = header.sizes(e);
    const auto nbytes = checked_nbytes(sizes, dtype);
    char* at = data + e.begin;
    const bool aligned = reinterpret_cast<std::uintptr_t>(at) % element_size(dtype) == 0;
    if (!aligned || nbytes == 0) {
      Array copy = Array::empty(sizes, dtype);
      if (nbytes > 0) std::memcpy(copy.raw(), at, nbytes);
      return copy;
    }
    auto storage = Storage::borrow(at, nbytes, [keep = mapping](void*) {});
    return Array(std::move(storage), dtype, sizes, contiguous_strides(sizes), 0);
  }

  std::string path;
  std::shared_ptr<FileMapping> mapping;
  char* data = nullptr;  // the first byte behind the header
  Metadata metadata;
  SafetensorsHeader header;
  std::mutex mutex;
  std::vector<std::unique_ptr<Array>> arrays;  // of those that were asked for
};

SafetensorsFile::SafetensorsFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

std::vector<std::string> SafetensorsFile::keys() const {
  std::vector<std::string> names;
  names.reserve(impl_->header.entries().size());
  for (const Entry& e : impl_->header.entries()) names.emplace_back(impl_->header.name(e));
  return names;
}

const Metadata& SafetensorsFile::metadata() const { return impl_->metadata; }

Tensor SafetensorsFile::get_tensor(const std::string& name) const {
  return while_loading(impl_->path, [&] {
    const auto place = impl_->header.find(name);
    check(place.has_value(), "tensor {} not found", in_quotes(name));
    return Tensor(impl_->array(*place));
  });
}

TensorDict SafetensorsFile::tensors() const {
  return while_loading(impl_->path, [&] {
    TensorDict all;
    const auto& entries = impl_->header.entries();
    charge_for_tensors(impl_->header, impl_->mapping->size());
    all.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      all.insert(std::string(impl_->header.name(entries[i])), Tensor(impl_->array(i)));
    }
    return all;
  });
}

}  // namespace xgrad::serialize
