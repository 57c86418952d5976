#include <xgrad/autograd/array/error.hpp>
#include <xgrad/data/download.hpp>

#include "loopback_server.hpp"
#include "temp_folder.hpp"

#include <stdexcept>

namespace xgrad::data {
namespace {

using xgrad::test::BoundSocket;
using xgrad::test::LoopbackServer;
using xgrad::test::message_of;
using xgrad::test::read_bytes;
using xgrad::test::TempFolder;
using xgrad::test::write_bytes;

using Names = std::vector<std::string>;

// RFC 1321's own examples.
constexpr const char* kMd5OfAbc = "900150983cd24fb0d6963f7d28e17f72";
constexpr const char* kMd5OfNothing = "d41d8cd98f00b204e9800998ecf8427e";

/// One suite runs in builds that can download and the other in those that cannot; the parameter only tells them apart.
class DownloadFixture : public ::testing::TestWithParam<bool> {
 protected:
  // A proxy in the environment is not asked for this machine.
  void SetUp() override { ::setenv("no_proxy", "127.0.0.1", 1); }

  std::filesystem::path destination() const { return folder / "sub/folder/file.gz"; }
  std::string failure(const Names& urls, const DownloadOptions& options) {
    return message_of<Error>([&] { download(urls, destination(), options); });
  }

  TempFolder folder;
};

class Download : public DownloadFixture {
 protected:
  std::string start_of_failure() const { return destination().string() + ": Error downloading file.gz:\n  "; }

  LoopbackServer server;
};
class DownloadMissing : public DownloadFixture {};

std::vector<bool> once_if(bool condition) { return condition ? std::vector<bool>{true} : std::vector<bool>{}; }
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Download);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DownloadMissing);
INSTANTIATE_TEST_SUITE_P(ThisBuild, Download, ::testing::ValuesIn(once_if(download_available())));
INSTANTIATE_TEST_SUITE_P(ThisBuild, DownloadMissing, ::testing::ValuesIn(once_if(!download_available())));

TEST(DownloadProgressLine, IsABarWhereTheSizeIsKnown) {
  const std::string url = "http://host/file.gz";
  EXPECT_EQ(progress_line({url, 0, 9912422}), url + "  [                    ]   0% of 9.9 MB");
  EXPECT_EQ(progress_line({url, 4956211, 9912422}), url + "  [##########          ]  50% of 9.9 MB");
  EXPECT_EQ(progress_line({url, 9912422, 9912422}), url + "  [####################] 100% of 9.9 MB");
  EXPECT_EQ(progress_line({url, 20, 10}), url + "  [####################] 100% of 0.0 MB");
  EXPECT_EQ(progress_line({url, 1234567, 0}), url + "  1.2 MB");
}

TEST_P(Download, FetchesAndMakesFolders) {
  server.add("/file.gz", "abc");
  const std::string url = server.url("/file.gz");
  EXPECT_EQ(download({url}, destination(), {.md5 = kMd5OfAbc}), url);
  EXPECT_EQ(read_bytes(destination()), "abc");
  EXPECT_EQ(folder.files(), Names{"sub/folder/file.gz"});
}

TEST_P(Download, ReplacesWhatIsThere) {
  server.add("/file.gz", "abc");
  write_bytes(destination(), "old and longer");
  download({server.url("/file.gz")}, destination(), {.md5 = "900150983CD24FB0D6963F7D28E17F72"});
  EXPECT_EQ(read_bytes(destination()), "abc");
}

TEST_P(Download, AcceptsAnythingWithoutMd5AndEmptyFiles) {
  server.add("/file.gz", "whatever");
  server.add("/empty", "");
  download({server.url("/file.gz")}, destination());
  EXPECT_EQ(read_bytes(destination()), "whatever");
  download({server.url("/empty")}, destination(), {.md5 = kMd5OfNothing});
  EXPECT_EQ(read_bytes(destination()), "");
}

TEST_P(Download, FollowsRedirects) {
  server.add_redirect("/file.gz", server.url("/elsewhere"));
  server.add("/elsewhere", "abc");
  download({server.url("/file.gz")}, destination(), {.md5 = kMd5OfAbc});
  EXPECT_EQ(read_bytes(destination()), "abc");
  EXPECT_EQ(server.requests(), (Names{"/file.gz", "/elsewhere"}));
}

TEST_P(Download, NeverFollowsARedirectToALocalFile) {
  write_bytes(folder / "secret", "abc");
  server.add_redirect("/file.gz", "file://" + (folder / "secret").string());
  EXPECT_NE(failure({server.url("/file.gz")}, {.md5 = kMd5OfAbc}).find("file"), std::string::npos);
  EXPECT_EQ(folder.files(), Names{"secret"});
}

TEST_P(Download, TriesMirrorsInTurnAndStopsAtTheFirstGoodOne) {
  server.add("/wrong", "abd");
  server.add_cut_off("/cut", "ab", 3);
  server.add("/good", "abc");
  server.add("/unused", "abc");
  const BoundSocket refusing;
  const Names urls{server.url("/missing"), server.url("/wrong"), refusing.url("/"),
                   server.url("/cut"),     server.url("/good"),  server.url("/unused")};
  EXPECT_EQ(download(urls, destination(), {.md5 = kMd5OfAbc}), server.url("/good"));
  EXPECT_EQ(read_bytes(destination()), "abc");
  EXPECT_EQ(server.requests(), (Names{"/missing", "/wrong", "/cut", "/good"}));
  EXPECT_EQ(folder.files(), Names{"sub/folder/file.gz"});
}

TEST_P(Download, AllMirrorsFailing) {
  server.add("/wrong", "abcd");
  server.add_cut_off("/cut", "abc", 100);
  const BoundSocket refusing;
  const Names urls{server.url("/missing"), server.url("/wrong"), refusing.url("/x"), server.url("/cut")};
  const std::string message = failure(urls, {.md5 = kMd5OfAbc});
  EXPECT_EQ(message.find(start_of_failure() + urls[0] + ": HTTP status 404\n  " + urls[1] + ": expected MD5 " +
                         kMd5OfAbc + ", found e2fc714c4727ee9395f324cd2e7f331f in 4 bytes\n  " + urls[2] + ": "),
            0U)
      << message;
  // libcurl's words follow for the other two.
  EXPECT_NE(message.find("onnect", message.find(urls[2])), std::string::npos) << message;
  EXPECT_NE(message.find("97 bytes", message.find(urls[3])), std::string::npos) << message;
  EXPECT_TRUE(folder.files().empty());
}

TEST_P(Download, FailureKeepsTheOldFile) {
  server.add("/wrong", "abd");
  write_bytes(destination(), "old");
  failure({server.url("/wrong"), server.url("/missing")}, {.md5 = kMd5OfAbc});
  EXPECT_EQ(read_bytes(destination()), "old");
  EXPECT_EQ(folder.files(), Names{"sub/folder/file.gz"});
}

TEST_P(Download, GivesUpOnASilentMirror) {
  server.add_silence("/silent");
  server.add("/good", "abc");
  const DownloadOptions options{.md5 = kMd5OfAbc, .progress = {}, .stall_timeout = std::chrono::seconds(1)};
  EXPECT_EQ(download({server.url("/silent"), server.url("/good")}, destination(), options), server.url("/good"));
}

TEST_P(Download, RefusesOtherProtocols) {
  write_bytes(folder / "local", "abc");
  const std::string message = failure({"file://" + (folder / "local").string(), "nonsense://x"}, {.md5 = kMd5OfAbc});
  EXPECT_EQ(message.find(start_of_failure()), 0U) << message;
  EXPECT_EQ(folder.files(), Names{"local"});
}

TEST_P(Download, ReportsProgress) {
  const std::string body(1'000'000, 'x');
  server.add("/file.gz", body);
  std::vector<DownloadProgress> seen;
  download({server.url("/file.gz")}, destination(),
           {.progress = [&](const DownloadProgress& progress) { seen.push_back(progress); }});
  ASSERT_GT(seen.size(), 1U);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].url, server.url("/file.gz"));
    EXPECT_EQ(seen[i].total, body.size());
    EXPECT_GT(seen[i].received, i == 0 ? 0 : seen[i - 1].received);
  }
  EXPECT_EQ(seen.back().received, body.size());
  EXPECT_EQ(read_bytes(destination()), body);
}

TEST_P(Download, ProgressWithoutATotal) {
  server.add_without_length("/file.gz", "abc");
  DownloadProgress last;
  download({server.url("/file.gz")}, destination(),
           {.md5 = kMd5OfAbc, .progress = [&](const DownloadProgress& progress) { last = progress; }});
  EXPECT_EQ(last.received, 3U);
  EXPECT_EQ(last.total, 0U);
}

TEST_P(Download, ExceptionFromTheCallbackEndsItAll) {
  server.add("/file.gz", std::string(1'000'000, 'x'));
  server.add("/second", "abc");
  const auto interrupt = [](const DownloadProgress&) { throw std::logic_error("the user pressed a key"); };
  EXPECT_EQ(message_of<std::logic_error>([&] {
              download({server.url("/file.gz"), server.url("/second")}, destination(), {.progress = interrupt});
            }),
            "the user pressed a key");
  EXPECT_EQ(server.requests(), Names{"/file.gz"});
  EXPECT_TRUE(folder.files().empty());
}

TEST_P(Download, FolderThatCannotBe) {
  write_bytes(folder / "sub", "a file where a folder is wanted");
  EXPECT_EQ(failure({server.url("/file.gz")}, {}),
            (folder / "sub/folder").string() + ": cannot make the folder: Not a directory");
  EXPECT_TRUE(server.requests().empty());
}

TEST_P(Download, DestinationThatIsAFolder) {
  server.add("/file.gz", "abc");
  std::filesystem::create_directories(destination());
  EXPECT_EQ(failure({server.url("/file.gz")}, {}), "[Errno 21] Is a directory: '" + destination().string() + "'");
  EXPECT_TRUE(folder.files().empty());
}

TEST_P(Download, NoMirror) {
  EXPECT_EQ(message_of<ValueError>([&] { download({}, destination()); }),
            destination().string() + ": no mirror to download it from");
}

TEST_P(DownloadMissing, SaysWhatToInstall) {
  EXPECT_EQ(failure({"http://127.0.0.1/a", "http://127.0.0.1/b"}, {}),
            destination().string() +
                ": Error downloading file.gz: xgrad was built without libcurl and libmd\n"
                "  http://127.0.0.1/a\n  http://127.0.0.1/b\n"
                "  hint: install them (Debian: libcurl4-openssl-dev libmd-dev) and build again, or fetch the file by "
                "hand");
  EXPECT_TRUE(folder.files().empty());
}

}  // namespace
}  // namespace xgrad::data
