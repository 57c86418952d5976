#include <sys/stat.h>
#include <zip.h>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/zip.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace xgrad::serialize {
namespace {

/// What torch.save wrote before 1.6 starts with this pickled number.
constexpr std::string_view kLegacyMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);

}  // namespace

struct ZipReader::Impl {
  zip_t* archive = nullptr;
  std::FILE* file = nullptr;  // until libzip owns it
  std::string head;           // the archive's first bytes
  zip_error_t error{};

  Impl() { zip_error_init(&error); }
  ~Impl() {
    if (archive) zip_discard(archive);
    if (file) std::fclose(file);
    zip_error_fini(&error);
  }
};

ZipReader::ZipReader(const std::string& path) : impl_(std::make_unique<Impl>()), name_(path) {
  const auto fail_with_errno = [&](int code) { fail("[Errno {}] {}: '{}'", code, std::strerror(code), path); };
  // Asked before opening, since opening a pipe would wait for its writer.
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) fail_with_errno(errno);
  if (S_ISDIR(about.st_mode)) fail_with_errno(EISDIR);
  check(S_ISREG(about.st_mode), "cannot load '{}': it is not a regular file", path);
  size_ = static_cast<std::uint64_t>(about.st_size);
  impl_->file = std::fopen(path.c_str(), "rbe");
  if (!impl_->file) fail_with_errno(errno);
  impl_->head.resize(kLegacyMagic.size());
  impl_->head.resize(std::fread(impl_->head.data(), 1, impl_->head.size(), impl_->file));
  open(zip_source_filep_create(impl_->file, 0, -1, &impl_->error));
}

ZipReader::ZipReader(std::string_view bytes, std::string name)
    : impl_(std::make_unique<Impl>()), name_(std::move(name)) {
  size_ = bytes.size();
  impl_->head = bytes.substr(0, kLegacyMagic.size());
  open(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &impl_->error));
}

ZipReader::~ZipReader() = default;

void ZipReader::fail_not_zip(const std::string& why) const {
  Error e(fmt::format("PytorchStreamReader failed reading zip archive: {}\n  in '{}' ({} bytes)", why, name_, size_));
  const std::string& head = impl_->head;
  if (head == kLegacyMagic) {
    e.set_hint("this is the format that torch.save wrote before PyTorch 1.6; load it in Python and save it again");
  } else if (size_ == 0) {
    e.set_hint("the file is empty");
  } else if (head.starts_with("PK\x03\x04")) {
    e.set_hint("the file starts as a zip archive does, so its end is missing or damaged: was it copied completely?");
  } else {
    e.set_hint("the file was not written by torch.save or save()");
  }
  throw e;
}

void ZipReader::open(void* source) {
  auto* from = static_cast<zip_source_t*>(source);
  check(from, "cannot read '{}': {}", name_, zip_error_strerror(&impl_->error));
  impl_->file = nullptr;  // the source closes it
  impl_->archive = zip_open_from_source(from, ZIP_RDONLY, &impl_->error);
  if (!impl_->archive) {
    const int code = zip_error_code_zip(&impl_->error);
    const std::string why =
        code == ZIP_ER_NOZIP ? "failed finding central directory" : zip_error_strerror(&impl_->error);
    zip_source_free(from);
    fail_not_zip(why);
  }
  list_entries();
}

void ZipReader::list_entries() {
  const auto count = static_cast<std::uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(impl_->archive, 0), 0));
  entries_.reserve(count);
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    zip_stat_t about;
    zip_stat_init(&about);
    const char* name = zip_get_name(impl_->archive, i, ZIP_FL_ENC_RAW);
    constexpr auto kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (!name || zip_stat_index(impl_->archive, i, 0, &about) != 0 || (about.valid & kNeeded) != kNeeded) {
      fail_not_zip(fmt::format("entry {} of {}: {}", i, count, zip_strerror(impl_->archive)));
    }
    Entry entry{name, i, about.size, about.comp_method};
    // What is stored as it is can be no larger than the file, which bounds all that follows. Compressed entries are
    // only counted here: require_stored() refuses them.
    const bool lies = about.comp_method == ZIP_CM_STORE && about.size != about.comp_size;
    if (lies || about.comp_size > size_ || (total += about.comp_size) > size_) {
      fail_not_zip(
          fmt::format("entry '{}' claims {} bytes, {} of them stored; with the entries before it that is more "
                      "than the file has",
                      entry.name, about.size, about.comp_size));
    }
    entries_.push_back(std::move(entry));
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const bool fresh = by_name_.emplace(entries_[i].name, i).second;
    if (!fresh) fail_not_zip(fmt::format("two entries are named '{}'", entries_[i].name));
  }
}

const ZipReader::Entry* ZipReader::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

void ZipReader::require_stored(const Entry& entry) const {
  if (entry.method == ZIP_CM_STORE) return;
  Error e(fmt::format("entry '{}' of '{}' is compressed (zip method {})", entry.name, name_, entry.method));
  e.set_hint("PyTorch stores its entries uncompressed; pack the file again with `zip -0`");
  throw e;
}

void ZipReader::read(const Entry& entry, void* out) const {
  require_stored(entry);
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(impl_->archive, entry.index, 0),
                                                               &zip_fclose);
  check(file != nullptr, "PytorchStreamReader failed reading file {}: {}\n  in '{}'", entry.name,
        zip_strerror(impl_->archive), name_);
  std::uint64_t done = 0;
  zip_int64_t n = 1;
  while (done < entry.size && n > 0) {
    n = zip_fread(file.get(), static_cast<char*>(out) + done, entry.size - done);
    if (n > 0) done += static_cast<std::uint64_t>(n);
  }
  // Only the read that meets the end compares the checksum.
  char beyond;
  if (n > 0 || entry.size == 0) n = zip_fread(file.get(), &beyond, 1);
  check(n == 0 && done == entry.size,
        "PytorchStreamReader failed reading file {}: {}\n  in '{}': expected {} bytes, found {}", entry.name,
        n < 0 ? zip_file_strerror(file.get()) : "the file ends early", name_, entry.size, done);
}

std::string ZipReader::read(const Entry& entry) const {
  require_stored(entry);
  std::string bytes(entry.size, '\0');
  read(entry, bytes.data());
  return bytes;
}

}  // namespace xgrad::serialize
