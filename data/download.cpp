#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/data/download.hpp>

#include <algorithm>

#ifdef XGRAD_HAS_CURL
#include <curl/curl.h>
#include <md5.h>

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#endif

namespace xgrad::data {

std::string progress_line(const DownloadProgress& progress) {
  constexpr double kMega = 1e6;
  constexpr int kWidth = 20;
  const auto got = static_cast<double>(progress.received), all = static_cast<double>(progress.total);
  if (progress.total == 0) return fmt::format("{}  {:.1f} MB", progress.url, got / kMega);
  const double part = std::min(got / all, 1.0);
  const std::string done(static_cast<std::size_t>(part * kWidth), '#');
  return fmt::format("{}  [{:{}}] {:3.0f}% of {:.1f} MB", progress.url, done, kWidth, 100 * part, all / kMega);
}

#ifdef XGRAD_HAS_CURL
namespace {

class Md5 {
 public:
  Md5() { MD5Init(&context_); }
  void update(const void* bytes, std::size_t size) {
    MD5Update(&context_, static_cast<const std::uint8_t*>(bytes), size);
  }
  std::string hex() {
    std::array<std::uint8_t, MD5_DIGEST_LENGTH> digest;
    MD5Final(digest.data(), &context_);
    std::string text;
    for (std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
    return text;
  }

 private:
  MD5_CTX context_;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

/// One try at one mirror.
class Transfer {
 public:
  Transfer(const std::string& url, const std::filesystem::path& destination, const DownloadOptions& options)
      : options_(options), progress_{url}, file_(destination), curl_(curl_easy_init(), curl_easy_cleanup) {
    check(curl_ != nullptr, "libcurl cannot start");
    configure();
  }

  /// Nothing on success, else why this mirror would not do. Throws what has nothing to do with the mirror.
  std::optional<std::string> run() {
    const CURLcode code = curl_easy_perform(curl_.get());
    if (thrown_) std::rethrow_exception(thrown_);
    if (code == CURLE_HTTP_RETURNED_ERROR) return fmt::format("HTTP status {}", info<long>(CURLINFO_RESPONSE_CODE));
    if (code != CURLE_OK) return message_[0] ? message_.data() : curl_easy_strerror(code);
    const std::string found = md5_.hex();
    if (!options_.md5.empty() && found != lower(options_.md5))
      return fmt::format("expected MD5 {}, found {} in {} bytes", options_.md5, found, progress_.received);
    file_.commit();
    return std::nullopt;
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(curl_.get(), option, value);
    check(code == CURLE_OK, "libcurl: {}", curl_easy_strerror(code));
  }

  template <class Value>
  Value info(CURLINFO what) const {
    Value value{};
    curl_easy_getinfo(curl_.get(), what, &value);
    return value;
  }

  void configure() {
    set(CURLOPT_URL, progress_.url.c_str());
    set(CURLOPT_USERAGENT, "xgrad");
    set(CURLOPT_PROTOCOLS_STR, "http,https");  // also after a redirect: no mirror may send us to file:
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 5L);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);  // timeouts without signals, which threads could not stand
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
    set(CURLOPT_ERRORBUFFER, message_.data());
    set(CURLOPT_WRITEFUNCTION, &Transfer::receive);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  }

  // Called by libcurl, which exceptions must not cross: they are kept, and the transfer stops as nothing is accepted.
  static std::size_t receive(char* bytes, std::size_t, std::size_t size, void* self) {
    Transfer& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.accept(bytes, size);
      return size;
    } catch (...) {
      transfer.thrown_ = std::current_exception();
      return CURL_WRITEFUNC_ERROR;
    }
  }

  void accept(const char* bytes, std::size_t size) {
    file_.write(bytes, size);
    md5_.update(bytes, size);
    progress_.received += size;
    const auto total = info<curl_off_t>(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
    progress_.total = total > 0 ? static_cast<std::uint64_t>(total) : 0;
    if (options_.progress) options_.progress(progress_);
  }

  const DownloadOptions& options_;
  DownloadProgress progress_;
  AtomicFile file_;
  Md5 md5_;
  std::exception_ptr thrown_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  std::unique_ptr<CURL, void (*)(CURL*)> curl_;
};

}  // namespace

bool download_available() { return true; }

std::string download(const std::vector<std::string>& urls, const std::filesystem::path& destination,
                     const DownloadOptions& options) {
  check<ValueError>(!urls.empty(), "{}: no mirror to download it from", destination.string());
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  check(started == CURLE_OK, "libcurl: {}", curl_easy_strerror(started));
  std::error_code error;
  const std::filesystem::path folder = destination.parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  check(!error, "{}: cannot make the folder: {}", folder.string(), error.message());

  std::string reasons;
  for (const std::string& url : urls) {
    const std::optional<std::string> reason = Transfer(url, destination, options).run();
    if (!reason) return url;
    reasons += fmt::format("\n  {}: {}", url, *reason);
  }
  fail("{}: Error downloading {}:{}", destination.string(), destination.filename().string(), reasons);
}

#else

bool download_available() { return false; }

std::string download(const std::vector<std::string>& urls, const std::filesystem::path& destination,
                     const DownloadOptions&) {
  Error error(fmt::format("{}: Error downloading {}: xgrad was built without libcurl and libmd", destination.string(),
                          destination.filename().string()));
  for (const std::string& url : urls) error.add_context(url);
  error.set_hint("install them (Debian: libcurl4-openssl-dev libmd-dev) and build again, or fetch the file by hand");
  throw error;
}

#endif

}  // namespace xgrad::data
