#include <zip.h>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/zip.hpp>

#include <algorithm>
#include <exception>
#include <limits>

namespace xgrad::serialize {
namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kLocalHeaderBytes = 30;
constexpr std::uint64_t kZip64ExtraBytes = 20;
constexpr std::uint16_t kPaddingId = 'F' | 'B' << 8;  // the extra field that PyTorch pads with
constexpr std::uint16_t kDate1980 = 1 << 5 | 1;       // the first day a zip can name

}  // namespace

/// libzip writes through callbacks; an exception must not cross it, so it waits here.
struct ZipWriter::Impl {
  AtomicFile& file;
  zip_t* archive = nullptr;
  std::uint64_t end = 0;     // where the next entry's header will be
  std::uint64_t length = 0;  // of what is written
  std::exception_ptr thrown;
  zip_error_t error{};

  explicit Impl(AtomicFile& f) : file(f) { zip_error_init(&error); }
  ~Impl() {
    if (archive) zip_discard(archive);
    zip_error_fini(&error);
  }

  template <class F>
  zip_int64_t guarded(F f) {
    try {
      f();
      return 0;
    } catch (...) {
      thrown = std::current_exception();
      zip_error_set(&error, ZIP_ER_WRITE, 0);
      return -1;
    }
  }

  static zip_int64_t command(void* self, void* data, zip_uint64_t size, zip_source_cmd_t cmd) {
    return static_cast<Impl*>(self)->handle(data, size, cmd);
  }

  zip_int64_t handle(void* data, zip_uint64_t size, zip_source_cmd_t cmd) {
    switch (cmd) {
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
                                              ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE,
                                              ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE,
                                              ZIP_SOURCE_WRITE, ZIP_SOURCE_REMOVE, -1);
      case ZIP_SOURCE_STAT: {
        auto* stat = static_cast<zip_stat_t*>(data);
        zip_stat_init(stat);
        stat->size = 0;  // nothing to read: the archive starts empty
        stat->valid = ZIP_STAT_SIZE;
        return sizeof *stat;
      }
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error, data, size);
      case ZIP_SOURCE_WRITE:
        if (guarded([&] { file.write(data, size); }) < 0) return -1;
        length = std::max(length, file.tell());
        return static_cast<zip_int64_t>(size);
      case ZIP_SOURCE_TELL_WRITE:
        return static_cast<zip_int64_t>(file.tell());
      case ZIP_SOURCE_SEEK_WRITE: {
        const zip_int64_t to = zip_source_seek_compute_offset(file.tell(), length, data, size, &error);
        return to < 0 ? -1 : guarded([&] { file.seek(static_cast<std::uint64_t>(to)); });
      }
      case ZIP_SOURCE_OPEN:
      case ZIP_SOURCE_READ:
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_FREE:
      case ZIP_SOURCE_SEEK:
      case ZIP_SOURCE_TELL:
      case ZIP_SOURCE_BEGIN_WRITE:
      case ZIP_SOURCE_COMMIT_WRITE:
      case ZIP_SOURCE_ROLLBACK_WRITE:
      case ZIP_SOURCE_REMOVE:
        return 0;
      default:
        zip_error_set(&error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  [[noreturn]] void fail_zip(const char* doing) {
    if (thrown) std::rethrow_exception(thrown);
    fail("writing a zip archive failed while {}: {}", doing, zip_strerror(archive));
  }
};

ZipWriter::ZipWriter(AtomicFile& file) : impl_(std::make_unique<Impl>(file)) {
  zip_source_t* sink = zip_source_function_create(&Impl::command, impl_.get(), &impl_->error);
  if (sink) impl_->archive = zip_open_from_source(sink, ZIP_CREATE | ZIP_TRUNCATE, &impl_->error);
  if (sink && !impl_->archive) zip_source_free(sink);
  check(impl_->archive, "writing a zip archive failed: {}", zip_error_strerror(&impl_->error));
}

ZipWriter::~ZipWriter() = default;

void ZipWriter::add(const std::string& name, const void* data, std::size_t size) {
  Impl& z = *impl_;
  zip_source_t* source = zip_source_buffer(z.archive, data, size, 0);
  if (!source) z.fail_zip("adding an entry");
  const zip_int64_t added = zip_file_add(z.archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (added < 0) {
    zip_source_free(source);
    z.fail_zip("adding an entry");
  }
  const auto i = static_cast<zip_uint64_t>(added);
  // The header's length is known, so an extra field can push the data to a multiple of 64.
  const bool zip64 = size >= std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t header = kLocalHeaderBytes + name.size() + (zip64 ? kZip64ExtraBytes : 0) + 4;
  const std::vector<zip_uint8_t> padding((kAlignment - (z.end + header) % kAlignment) % kAlignment, 'Z');
  if (zip_set_file_compression(z.archive, i, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(z.archive, i, 0, kDate1980, 0) != 0 ||
      zip_file_extra_field_set(z.archive, i, kPaddingId, ZIP_EXTRA_FIELD_NEW, padding.data(),
                               static_cast<zip_uint16_t>(padding.size()), ZIP_FL_LOCAL) != 0) {
    z.fail_zip("describing an entry");
  }
  z.end += header + padding.size() + size;
}

void ZipWriter::finish() {
  if (zip_close(impl_->archive) != 0) impl_->fail_zip("writing its entries");
  impl_->archive = nullptr;
}

}  // namespace xgrad::serialize
