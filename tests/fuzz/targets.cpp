#include "targets.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <xgrad/data/idx.hpp>
#include <xgrad/nn/modules/linear.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/serialize/csv.hpp>
#include <xgrad/serialize/numpy.hpp>
#include <xgrad/serialize/pytorch.hpp>
#include <xgrad/serialize/safetensors.hpp>
#include <xgrad/serialize/save.hpp>
#include <xgrad/tests/support/zip_archive.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>
#include <unordered_set>

namespace xgrad::fuzz {
namespace {

/// Not an assertion, which a release build would leave out.
void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "a parser broke its promise: %s\n", what);
  std::abort();
}

/// Where a sanitizer sees what is read and the compiler cannot know that nobody needs it.
volatile unsigned char sink;

/// Reads the first and the last element, whatever the strides: what is between them is in the same memory.
void touch(const Array& a) {
  if (a.numel() == 0) return;
  std::int64_t low = a.offset(), high = a.offset();
  for (std::size_t d = 0; d < a.sizes().size(); ++d) {
    const std::int64_t reach = (a.sizes()[d] - 1) * a.strides()[d];
    (reach < 0 ? low : high) += reach;
  }
  const auto item = static_cast<std::int64_t>(a.itemsize());
  const auto* bytes = static_cast<const unsigned char*>(a.storage()->data());
  must(low >= 0 && static_cast<std::size_t>((high + 1) * item) <= a.storage()->nbytes(), "elements outside of memory");
  sink = bytes[low * item];
  sink = bytes[(high + 1) * item - 1];
  if (a.dtype() == kBool) must(bytes[low] <= 1 && bytes[high] <= 1, "a bool that is neither true nor false");
}

/// Each object once: values may hold one another many times.
void touch(const serialize::Value& v, std::unordered_set<const void*>& seen) {
  using Kind = serialize::Value::Kind;
  if (v.identity() && !seen.insert(v.identity()).second) return;
  if (v.is(Kind::Tensor)) touch(v.as_tensor().array);
  if (v.is(Kind::List) || v.is(Kind::Tuple)) {
    for (const auto& item : v.items()) touch(item, seen);
  }
  if (v.is(Kind::Dict)) {
    for (const auto& [key, value] : v.as_dict().entries) touch(value, seen);
  }
}

void touch(const serialize::Value& v) {
  std::unordered_set<const void*> seen;
  touch(v, seen);
}

void touch(const serialize::TensorDict& tensors) {
  for (const auto& [name, tensor] : tensors) {
    sink = static_cast<unsigned char>(name.size());
    touch(tensor.array());
  }
}

/// The bytes as a file that only this process sees.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    must(fd_ >= 0, "memfd_create");
    must(::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "writing to memory");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

void check_words(const Error& e) {
  must(e.what()[0] != '\0', "an error says nothing");
  must(std::strlen(e.what()) < 10'000, "an error says too much");
}

/// load() into this, which may say that the file is something else.
template <class F>
void load_into(F load) {
  try {
    load();
  } catch (const Error& e) {
    check_words(e);
  }
}

/// All that load() makes of a file. The model and its optimiser are those of the seeds, and stay from file to file: a
/// file is loaded as a whole or not at all.
void load_everything(std::string_view bytes) {
  struct Net : nn::Module {
    nn::Linear layer = register_module("layer", nn::Linear(2, 2));
  };
  static Net net;
  static optim::Adam optimizer(net.parameters(), optim::AdamOptions(0.1));
  const auto from_bytes = [&](auto& value) { load_into([&] { xgrad::load(value, bytes.data(), bytes.size()); }); };
  from_bytes(net);
  from_bytes(optimizer);
  for (const Tensor& p : net.parameters()) touch(p.array());
  touch(optimizer.state_dict());
  Tensor tensor;
  from_bytes(tensor);
  if (tensor.defined()) touch(tensor.array());
  std::vector<Tensor> tensors;
  from_bytes(tensors);
  for (const Tensor& x : tensors) touch(x.array());
  load_into([&] {
    std::istringstream in{std::string(bytes)};
    for (const auto& item : xgrad::load(in)) touch(item.value().array());
  });
}

/// An archive, or the pickle in one: nothing that is changed at random has the checksum that an archive asks for. The
/// format before archives is a row of pickles, too, of which the first is a number.
void parse_pt(std::string_view bytes) {
  constexpr std::string_view kNumber = "\x80\x02\x8a\x0a";
  std::string file(bytes);
  if (bytes.starts_with('\x80') && !bytes.starts_with(kNumber)) {
    const std::string memory(96, '\1');
    file = test::zip_archive({{"x/data.pkl", std::string(bytes)},
                              {"x/data/0", memory},
                              {"x/data/1", memory.substr(72)},
                              {"x/version", "3\n"}});
  }
  touch(serialize::load_bytes(file));
  load_everything(file);  // which only a file that can be read gets to
}

void parse_safetensors(std::string_view bytes) {
  const serialize::TensorDict tensors = serialize::load_safetensors_bytes(bytes);
  touch(tensors);
  const std::string saved = serialize::save_safetensors_bytes(tensors);
  must(serialize::save_safetensors_bytes(serialize::load_safetensors_bytes(saved)) == saved, "safetensors change");
  std::istringstream in{std::string(bytes)};
  must(serialize::save_safetensors_bytes(serialize::load_safetensors(in)) == saved, "a stream gives other tensors");
  const MemoryFile file(bytes);
  const serialize::TensorDict mapped = serialize::SafetensorsFile(file.path()).tensors();
  touch(mapped);
  must(serialize::save_safetensors_bytes(mapped) == saved, "a mapping gives other tensors");
}

void parse_npy(std::string_view bytes) {
  const Tensor x = serialize::load_npy_bytes(bytes);
  touch(x.array());
  const std::string saved = serialize::save_npy_bytes(x);
  must(serialize::save_npy_bytes(serialize::load_npy_bytes(saved)) == saved, "an array changes");
  std::istringstream in{std::string(bytes)};
  must(serialize::save_npy_bytes(serialize::load_npy(in)) == saved, "a stream gives another array");
}

/// An archive, or the array in one, as for parse_pt.
void parse_npz(std::string_view bytes) {
  const bool bare = bytes.starts_with('\x93');
  const std::string wrapped = bare ? test::zip_archive({{"x.npy", std::string(bytes)}}) : std::string();
  const serialize::TensorDict tensors = serialize::load_npz_bytes(bare ? wrapped : bytes);
  touch(tensors);
  const std::string saved = serialize::save_npz_bytes(tensors);
  must(serialize::save_npz_bytes(serialize::load_npz_bytes(saved)) == saved, "an archive changes");
}

void parse_idx(std::string_view bytes) { touch(data::read_idx(MemoryFile(bytes).path())); }

void parse_csv(std::string_view text) {
  std::exception_ptr thrown;
  for (const ScalarType dtype : {kInt64, kUInt8, kBool, kFloat32, kFloat64}) {
    thrown = nullptr;
    try {
      const auto options = serialize::LoadCsvOptions().dtype(dtype);
      const Tensor x = serialize::load_csv_bytes(text, options);
      touch(x.array());
      if (x.numel() == 0) continue;
      const std::string saved = serialize::save_csv_bytes(x);
      must(serialize::save_csv_bytes(serialize::load_csv_bytes(saved, options)) == saved, "a table changes");
    } catch (const Error&) {
      thrown = std::current_exception();
    }
  }
  for (const char delimiter : {' ', '\t'}) {
    try {
      serialize::load_csv_bytes(text, serialize::LoadCsvOptions().delimiter(delimiter).skiprows(1));
    } catch (const Error&) {  // which is allowed, here as with a comma
    }
  }
  if (thrown) std::rethrow_exception(thrown);
}

template <void (*f)(std::string_view)>
bool parses(std::string_view bytes) {
  try {
    f(bytes);
    return true;
  } catch (const Error& e) {
    check_words(e);
    return false;
  }
}

constexpr std::array kTargets{
    Target{"pt", parses<parse_pt>},   Target{"safetensors", parses<parse_safetensors>},
    Target{"npy", parses<parse_npy>}, Target{"npz", parses<parse_npz>},
    Target{"idx", parses<parse_idx>}, Target{"csv", parses<parse_csv>},
};

}  // namespace

std::span<const Target> targets() { return kTargets; }

const Target& target(std::string_view name) {
  const auto* found = std::find_if(kTargets.begin(), kTargets.end(), [&](const Target& t) { return t.name == name; });
  must(found != kTargets.end(), "no such target");
  return *found;
}

}  // namespace xgrad::fuzz
