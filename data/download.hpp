/// Fetching a file from the first mirror that has it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace xgrad::data {

/// How far the transfer from one mirror is.
struct DownloadProgress {
  std::string url;
  std::uint64_t received = 0;  ///< bytes
  std::uint64_t total = 0;     ///< bytes; 0 when the server does not say
};
/// `http://host/file.gz  [#####     ]  50% of 9.9 MB`: what a terminal shows meanwhile. No bar when the size is
/// unknown.
std::string progress_line(const DownloadProgress& progress);
/// Called after every piece received. An exception it throws ends the download and reaches the caller of `download`.
using ProgressCallback = std::function<void(const DownloadProgress&)>;

struct DownloadOptions {
  std::string md5 = {};  ///< in hexadecimal; what differs is discarded and the next mirror asked. Empty: anything goes
  ProgressCallback progress = {};
  std::chrono::seconds connect_timeout{15};
  std::chrono::seconds stall_timeout{30};  ///< give a mirror up when nothing has come for so long
};

/// Whether this build can download: it was compiled with libcurl and libmd.
bool download_available();

/// Fetches `destination` from the first of `urls` (http or https) that delivers it whole and with the right MD5, and
/// returns that url. The file appears under its name only when it is complete and checked; missing folders are made.
///
/// Throws Error when every mirror failed, with each one's reason; when the file cannot be written; and, saying what to
/// install, when this build cannot download.
///
///     data::download({"https://a.example/x.gz", "https://b.example/x.gz"}, "data/x.gz", {.md5 = "9fb629c4..."});
std::string download(const std::vector<std::string>& urls, const std::filesystem::path& destination,
                     const DownloadOptions& options = {});

}  // namespace xgrad::data
