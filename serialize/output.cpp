#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/output.hpp>

#include <ostream>

namespace xgrad::serialize {

void write_file(const std::string& path, const Produce& produce) {
  AtomicFile file(path);
  produce([&](const void* data, std::size_t size) { file.write(data, size); });
  file.commit();
}

void write_stream(std::ostream& out, const Produce& produce) {
  const auto check_stream = [&] { check(static_cast<bool>(out), "the stream failed while it was written"); };
  check_stream();
  produce([&](const void* data, std::size_t size) {
    out.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    check_stream();
  });
  out.flush();
  check_stream();
}

std::string write_bytes(const Produce& produce) {
  std::string bytes;
  produce([&](const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); });
  return bytes;
}

}  // namespace xgrad::serialize
