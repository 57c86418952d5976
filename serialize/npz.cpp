#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/entry_name.hpp>
#include <xgrad/serialize/npy.hpp>
#include <xgrad/serialize/numpy.hpp>
#include <xgrad/serialize/source.hpp>
#include <xgrad/serialize/zip.hpp>
#include <xgrad/serialize/zip_entry.hpp>

#include <algorithm>
#include <memory>

namespace xgrad::serialize {
namespace {

constexpr std::string_view kNpySuffix = ".npy";

/// As much of large archives as numbers are ever packed to; of small ones LoadNpzOptions decides.
constexpr std::uint64_t kUnpackedRatio = 32;

std::string key_of(const std::string& name) {
  if (!name.ends_with(kNpySuffix)) {
    ValueError e(fmt::format("entry {} is no .npy file", in_quotes(name)));
    if (name.ends_with("/data.pkl")) e.set_hint("this is a file of PyTorch's: load() reads it");
    throw e;
  }
  return name.substr(0, name.size() - kNpySuffix.size());
}

void check_unpacked_size(const ZipReader& zip, const LoadNpzOptions& options) {
  const std::uint64_t more = kUnpackedRatio * zip.archive_size();
  const std::uint64_t most = options.unpacked_bytes + std::min(more, ~options.unpacked_bytes);
  std::uint64_t total = 0;
  for (const ZipReader::Entry& entry : zip.entries()) {
    if (entry.size <= most && (total += entry.size) <= most) continue;
    Error e(
        fmt::format("entry {} claims {} bytes; with those before it that is more than the {} that an archive of {} "
                    "bytes is unpacked to",
                    in_quotes(entry.name), entry.size, most, zip.archive_size()));
    e.set_hint("if it can be trusted, give load_npz a larger LoadNpzOptions::unpacked_bytes");
    throw e;
  }
}

/// The reader speaks of PyTorch's files; what is wrong with the archive is the same.
std::unique_ptr<ZipReader> open_npz(Source source) {
  try {
    return std::make_unique<ZipReader>(std::move(source));
  } catch (const Error& e) {
    const std::string_view what = e.what();
    fail("File is not a zip file, or a damaged one\n  {}", what.substr(0, what.find("\n  hint:")));
  }
}

TensorDict read_npz(Source source, const LoadNpzOptions& options) {
  const std::string name = source.name();
  return while_loading(name, [&] {
    const auto archive = open_npz(std::move(source));
    const ZipReader& zip = *archive;
    check_unpacked_size(zip, options);
    TensorDict tensors;
    for (const ZipReader::Entry& entry : zip.entries()) {
      const std::string key = key_of(entry.name);
      try {
        Input in = open_entry(zip, entry);
        Tensor x = read_npy(in);
        char more = 0;
        check(in.read(&more, 1) == 0, "more bytes follow the array");
        tensors.insert(key, std::move(x));
      } catch (Error& e) {
        e.add_context(fmt::format("in its entry {}", in_quotes(entry.name)));
        throw;
      }
    }
    return tensors;
  });
}

void write_npz(const Write& write, const TensorDict& tensors) {
  ZipWriter zip(write);
  for (const auto& [key, x] : tensors) {
    const std::string name = key + std::string(kNpySuffix);
    check<ValueError>(!leads_outside(name), "{} cannot be a name in an archive", in_quotes(key));
    check<ValueError>(x.defined(), "cannot save the undefined tensor {}", in_quotes(key));
    zip.add(name, [&x = x](const Write& out) { write_npy(out, x); });
  }
  zip.finish();
}

}  // namespace

void save_npz(const TensorDict& tensors, const std::string& path) {
  write_file(path, [&](const Write& write) { write_npz(write, tensors); });
}
void save_npz(const TensorDict& tensors, std::ostream& out) {
  write_stream(out, [&](const Write& write) { write_npz(write, tensors); });
}
std::string save_npz_bytes(const TensorDict& tensors) {
  return write_bytes([&](const Write& write) { write_npz(write, tensors); });
}

TensorDict load_npz(const std::string& path, const LoadNpzOptions& options) {
  return read_npz(Source::file(path), options);
}
TensorDict load_npz(std::istream& in, const LoadNpzOptions& options) { return read_npz(Source::stream(in), options); }
TensorDict load_npz_bytes(std::string_view bytes, const std::string& name, const LoadNpzOptions& options) {
  return read_npz(Source::memory(bytes, name), options);
}

}  // namespace xgrad::serialize
