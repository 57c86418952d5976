#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/crc32.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/entry_name.hpp>
#include <xgrad/serialize/zip.hpp>
#include <xgrad/serialize/zip_format.hpp>

#include <algorithm>

namespace xgrad::serialize {
namespace {

/// A piece that is still in the processor's cache when its checksum is computed.
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  return zip::Fields(bytes.substr(at)).next<T>();
}

}  // namespace

ZipReader::ZipReader(Source source) : source_(std::move(source)) {
  const Directory directory = find_directory();
  list_entries(directory);
  locate_entries(directory);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const bool fresh = by_name_.emplace(entries_[i].name, i).second;
    if (!fresh) fail_not_zip(fmt::format("two entries are named {}", in_quotes(entries_[i].name)));
  }
}

void ZipReader::fail_not_zip(const std::string& why) const {
  Error e(fmt::format("PytorchStreamReader failed reading zip archive: {}\n  in '{}' ({} bytes)", why, source_.name(),
                      source_.size()));
  const std::string head = source_.read(0, std::min<std::uint64_t>(4, source_.size()));
  if (head.empty()) {
    e.set_hint("the file is empty");
  } else if (head == "PK\x03\x04") {
    e.set_hint("the file starts as a zip archive does, so its end is missing or damaged: was it copied completely?");
  } else {
    e.set_hint("the file was not written by torch.save or save()");
  }
  throw e;
}

/// The last record says where the directory is. A comment may follow it, of the length that it states.
ZipReader::Directory ZipReader::find_directory() const {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(source_.size(), zip::kEndBytes + zip::kFull16);
  const std::uint64_t tail_at = source_.size() - tail_bytes;
  const std::string tail = source_.read(tail_at, tail_bytes);
  std::size_t at = tail.size() < zip::kEndBytes ? 0 : tail.size() - zip::kEndBytes + 1;
  const auto is_end = [&](std::size_t i) {
    return number_at<std::uint32_t>(tail, i) == zip::kEnd &&
           number_at<std::uint16_t>(tail, i + 20) == tail.size() - i - zip::kEndBytes;
  };
  do {
    if (at == 0) fail_not_zip("failed finding central directory");
  } while (!is_end(--at));

  zip::Fields end(std::string_view(tail).substr(at + 4));
  const auto disk = end.next<std::uint16_t>(), directory_disk = end.next<std::uint16_t>();
  const auto here = end.next<std::uint16_t>(), count = end.next<std::uint16_t>();
  const auto size = end.next<std::uint32_t>(), place = end.next<std::uint32_t>();
  Directory d{place, size, count};
  std::uint64_t limit = tail_at + at;
  bool one_disk = disk == 0 && directory_disk == 0 && here == count;
  // PyTorch writes the records of zip64 also where these numbers have room for all.
  if (limit >= zip::kEnd64LocatorBytes) {
    const std::string locator = source_.read(limit - zip::kEnd64LocatorBytes, zip::kEnd64LocatorBytes);
    const auto end64 = number_at<std::uint64_t>(locator, 8);
    if (number_at<std::uint32_t>(locator, 0) == zip::kEnd64Locator) {
      if (end64 > limit || limit - end64 < zip::kEnd64Bytes + zip::kEnd64LocatorBytes) {
        fail_not_zip("the zip64 end of central directory is elsewhere than stated");
      }
      const std::string record = source_.read(end64, zip::kEnd64Bytes);
      if (number_at<std::uint32_t>(record, 0) != zip::kEnd64) fail_not_zip("bad zip64 end of central directory");
      zip::Fields fields(std::string_view(record).substr(16));
      one_disk = fields.next<std::uint64_t>() == 0;  // two numbers of disks
      const auto here64 = fields.next<std::uint64_t>();
      d.entries = fields.next<std::uint64_t>();
      d.size = fields.next<std::uint64_t>();
      d.place = fields.next<std::uint64_t>();
      one_disk = one_disk && here64 == d.entries;
      limit = end64;
    }
  }
  if (!one_disk) fail_not_zip("archives in several parts are not supported");
  if (d.place > limit || d.size > limit - d.place || d.entries > d.size / zip::kCentralHeaderBytes) {
    fail_not_zip(fmt::format("a central directory of {} entries in {} bytes at {} does not fit into the file",
                             d.entries, d.size, d.place));
  }
  // So that two archives one after another are not taken for the first or the last of them, nor one behind other bytes.
  if (d.place + d.size != limit) {
    fail_not_zip(fmt::format(
        "its central directory ends at {}, but the record of its end is at {}: bytes precede the archive, or "
        "several follow one another",
        d.place + d.size, limit));
  }
  return d;
}

void ZipReader::list_entries(const Directory& directory) {
  const std::string bytes = source_.read(directory.place, directory.size);
  std::string_view rest = bytes;
  entries_.reserve(directory.entries);
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    Entry entry = parse_entry(rest);
    if (leads_outside(entry.name)) {
      fail_not_zip(fmt::format("entry {} leads out of the archive", in_quotes(entry.name)));
    }
    // What is stored as it is can be no larger than the file, which bounds all that follows. Compressed entries are
    // only counted here: require_stored() refuses them.
    const bool lies = entry.method == 0 && entry.size != entry.stored;
    if (lies || entry.stored > directory.place || (total += entry.stored) > directory.place) {
      fail_not_zip(
          fmt::format("entry {} claims {} bytes, {} of them stored; with the entries before it that is more "
                      "than the file has",
                      in_quotes(entry.name), entry.size, entry.stored));
    }
    entries_.push_back(std::move(entry));
  }
  if (!rest.empty()) fail_not_zip(fmt::format("its central directory has {} bytes behind its entries", rest.size()));
}

/// Takes one header of the central directory from the front of `rest`.
ZipReader::Entry ZipReader::parse_entry(std::string_view& rest) const {
  const auto broken = [&](const char* why) {
    fail_not_zip(fmt::format("entry {} of the central directory {}", entries_.size(), why));
  };
  if (rest.size() < zip::kCentralHeaderBytes) broken("is cut short");
  zip::Fields fields(rest);
  if (fields.next<std::uint32_t>() != zip::kCentralHeader) broken("does not start as one");
  Entry entry;
  fields.skip(4);  // versions
  const auto flags = fields.next<std::uint16_t>();
  entry.method = fields.next<std::uint16_t>();
  fields.skip(4);  // time and date
  entry.crc = fields.next<std::uint32_t>();
  entry.stored = fields.next<std::uint32_t>();
  entry.size = fields.next<std::uint32_t>();
  const std::size_t name = fields.next<std::uint16_t>(), extra = fields.next<std::uint16_t>(),
                    comment = fields.next<std::uint16_t>();
  fields.skip(8);  // disk and attributes
  entry.place = fields.next<std::uint32_t>();
  rest.remove_prefix(zip::kCentralHeaderBytes);
  if (rest.size() < name + extra + comment) broken("is cut short");
  entry.name = rest.substr(0, name);
  if (flags & zip::kEncrypted) fail_not_zip(fmt::format("entry {} is encrypted", in_quotes(entry.name)));

  std::string_view extras = rest.substr(name, extra);
  rest.remove_prefix(name + extra + comment);
  while (extras.size() >= 4) {
    const auto id = number_at<std::uint16_t>(extras, 0), size = number_at<std::uint16_t>(extras, 2);
    if (extras.size() - 4 < size) broken("has an extra field that is cut short");
    std::string_view field = extras.substr(4, size);
    extras.remove_prefix(4 + std::size_t{size});
    if (id != zip::kZip64Id) continue;
    for (std::uint64_t* number : {&entry.size, &entry.stored, &entry.place}) {
      if (*number != zip::kFull32) continue;
      if (field.size() < 8) broken("lacks a zip64 number");
      *number = number_at<std::uint64_t>(field, 0);
      field.remove_prefix(8);
    }
  }
  return entry;
}

/// Follows each entry to its own header, behind which its bytes begin. No two may share a byte, or one stored block
/// could pass for any number of them.
void ZipReader::locate_entries(const Directory& directory) {
  std::vector<Entry*> in_order;
  for (Entry& entry : entries_) in_order.push_back(&entry);
  std::ranges::sort(in_order, {}, &Entry::place);
  std::uint64_t taken = 0;
  for (Entry* entry : in_order) {
    const std::uint64_t header_at = entry->place, left = directory.place - std::min(header_at, directory.place);
    const std::size_t header_bytes = zip::kLocalHeaderBytes + entry->name.size();
    const auto broken = [&](const char* why) { fail_not_zip(fmt::format("entry {} {}", in_quotes(entry->name), why)); };
    if (header_at < taken) broken("overlaps the one before it");
    if (left < header_bytes) broken("lies beyond the end of the file");
    const std::string header = source_.read(header_at, header_bytes);
    if (number_at<std::uint32_t>(header, 0) != zip::kLocalHeader ||
        number_at<std::uint16_t>(header, 26) != entry->name.size() ||
        header.compare(zip::kLocalHeaderBytes, std::string::npos, entry->name) != 0 ||
        number_at<std::uint16_t>(header, 8) != entry->method) {
      broken("has another header than the central directory says");
    }
    const std::size_t extra = number_at<std::uint16_t>(header, 28);
    if (left - header_bytes < extra || left - header_bytes - extra < entry->stored) {
      broken("lies beyond the end of the file");
    }
    entry->place = header_at + header_bytes + extra;
    taken = entry->place + entry->stored;
  }
}

const ZipReader::Entry* ZipReader::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

void ZipReader::require_stored(const Entry& entry) const {
  if (entry.method == 0) return;
  Error e(fmt::format("entry {} of '{}' is compressed (zip method {})", in_quotes(entry.name), source_.name(),
                      entry.method));
  e.set_hint("PyTorch stores its entries uncompressed; pack the file again with `zip -0`");
  throw e;
}

void ZipReader::read(const Entry& entry, void* out) const {
  require_stored(entry);
  auto* to = static_cast<char*>(out);
  std::uint32_t crc = 0;
  for (std::uint64_t done = 0; done < entry.size; done += kPieceBytes) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, entry.size - done));
    source_.read(entry.place + done, to + done, n);
    crc = crc32(crc, to + done, n);
  }
  // PyTorch from 2.6 on can leave the checksums out (set_crc32_options(False)): they are then 0.
  check(crc == entry.crc || entry.crc == 0, "PytorchStreamReader failed reading file {}: CRC error\n  in '{}'",
        shortened(entry.name), source_.name());
}

std::string ZipReader::read(const Entry& entry) const {
  require_stored(entry);
  std::string bytes(entry.size, '\0');
  read(entry, bytes.data());
  return bytes;
}

}  // namespace xgrad::serialize
