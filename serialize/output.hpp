/// Where a format's writer puts its bytes: a file, a stream or memory.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

namespace xgrad::serialize {

/// Appends bytes.
using Write = std::function<void(const void* data, std::size_t size)>;
/// A format's writer: calls what it is given for one piece after another.
using Produce = std::function<void(const Write& write)>;

/// The file appears whole or not at all (AtomicFile).
void write_file(const std::string& path, const Produce& produce);
/// Throws Error when the stream fails.
void write_stream(std::ostream& out, const Produce& produce);
std::string write_bytes(const Produce& produce);

}  // namespace xgrad::serialize
