#include <xgrad/serialize/source.hpp>

#include <unistd.h>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/regular_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <istream>
#include <iterator>

namespace xgrad::serialize {
namespace {

std::size_t read_file_at(const RegularFile& file, std::uint64_t place, void* to, std::size_t count) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // the system reads at most 2 GiB at once
  std::size_t done = 0;
  while (done < count) {
    const ssize_t n = ::pread(file.descriptor(), static_cast<char*>(to) + done, std::min(count - done, kMost),
                              static_cast<off_t>(place + done));
    if (n < 0 && errno != EINTR) file.fail_with_errno(errno);
    if (n == 0) break;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace

Source Source::file(const std::string& path) {
  auto file = std::make_shared<RegularFile>(path);
  const std::uint64_t size = file->size();
  return {path, size, [file = std::move(file)](std::uint64_t place, void* to, std::size_t count) {
            return read_file_at(*file, place, to, count);
          }};
}

Source Source::memory(std::string_view bytes, std::string name) {
  return {std::move(name), bytes.size(), [bytes](std::uint64_t place, void* to, std::size_t count) {
            const std::string_view there = place < bytes.size() ? bytes.substr(place, count) : std::string_view();
            if (!there.empty()) std::memcpy(to, there.data(), there.size());
            return there.size();
          }};
}

Source Source::stream(std::istream& in) {
  const std::string name = "<stream>";
  check(static_cast<bool>(in), "cannot load from a stream that has failed or is at its end");
  const std::streamoff start = in.tellg();
  if (start >= 0 && in.seekg(0, std::ios::end)) {
    const std::streamoff end = in.tellg();
    check(end >= start, "cannot tell how long a stream is");
    return {name, static_cast<std::uint64_t>(end - start),
            [&in, start](std::uint64_t place, void* to, std::size_t count) {
              in.clear();
              in.seekg(start + static_cast<std::streamoff>(place));
              in.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
              const std::streamsize n = in.gcount();
              in.clear();
              in.seekg(0, std::ios::end);
              return static_cast<std::size_t>(n);
            }};
  }
  in.clear();
  auto bytes = std::make_shared<std::string>(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  Source inner = memory(*bytes, name);
  return {name, inner.size(),
          [bytes, inner](std::uint64_t place, void* to, std::size_t count) { return inner.read_(place, to, count); }};
}

void Source::read(std::uint64_t place, void* to, std::size_t count) const {
  const std::size_t n = read_(place, to, count);
  check(n == count, "'{}' is cut short: {} bytes expected at {}, {} found", name_, count, place, n);
}

std::string Source::read(std::uint64_t place, std::size_t count) const {
  std::string bytes(count, '\0');
  read(place, bytes.data(), count);
  return bytes;
}

}  // namespace xgrad::serialize
