/// An entry of a zip archive as bytes that come one after another, unpacked on the way.
#pragma once

#include <xgrad/serialize/input.hpp>
#include <xgrad/serialize/zip.hpp>

namespace xgrad::serialize {

/// The bytes of a stored or deflated entry. No more come than the entry claims to hold, and what is read to its end has
/// the checksum that the archive states: else the read throws Error, as it does for other methods and for damaged data.
/// The archive must outlive what is returned.
Input open_entry(const ZipReader& zip, const ZipReader::Entry& entry);

}  // namespace xgrad::serialize
