/// Files of torch.save as they were until PyTorch 1.6, and with `_use_new_zipfile_serialization=False` are today.
#pragma once

#include <xgrad/serialize/source.hpp>
#include <xgrad/serialize/value.hpp>

namespace xgrad::serialize {

/// Whether the source begins as such a file does.
bool is_legacy(const Source& source);
/// Reads one. Its parts follow each other without a directory: five pickles (a magic number, the version of the
/// protocol, the machine's byte order, the value, the keys of its storages) and the storages, each the number of its
/// elements as int64 and then those.
Value load_legacy(const Source& source);
/// Throws NotImplementedError for the format before that, a tar archive.
void refuse_tar(const Source& source);

}  // namespace xgrad::serialize
