#include <xgrad/autograd/array/error.hpp>
#include <xgrad/plot/process.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

extern char** environ;

namespace xgrad::plotting {
namespace {

constexpr int kNotFoundStatus = 127;  // of a child that could not become the program, where spawning cannot tell

/// What the child's standard streams are.
class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  void connect(int ours, int theirs) { posix_spawn_file_actions_adddup2(&actions_, ours, theirs); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;  // SIGCHLD is ignored: the system threw the status away
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ScratchFile::ScratchFile() : file_(std::tmpfile()) {
  check(file_ != nullptr, "cannot create a temporary file: {}", std::strerror(errno));
  descriptor_ = fileno(file_);
  fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
}

ScratchFile::~ScratchFile() { std::fclose(file_); }

void ScratchFile::fill(std::string_view bytes) {
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size() && std::fflush(file_) == 0;
  check(written, "cannot write a temporary file: {}", std::strerror(errno));
  std::rewind(file_);
}

std::string ScratchFile::contents() {
  std::string out;
  char buffer[4096];
  std::rewind(file_);
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file_)) > 0;) out.append(buffer, n);
  return out;
}

ProcessResult run_process(const std::vector<std::string>& arguments, std::string_view input, int output) {
  // Files rather than pipes: neither side can block the other, and a child that dies early raises no SIGPIPE here.
  ScratchFile in, error;
  in.fill(input);
  FileActions actions;
  actions.connect(in.descriptor(), STDIN_FILENO);
  actions.connect(output, STDOUT_FILENO);
  actions.connect(error.descriptor(), STDERR_FILENO);

  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);

  pid_t child = 0;
  const int code = posix_spawnp(&child, argv[0], actions.get(), nullptr, argv.data(), environ);
  if (code == ENOENT || code == EACCES || code == ENOTDIR) return {false, kNotFoundStatus, std::strerror(code)};
  check(code == 0, "cannot run {}: {}", arguments[0], std::strerror(code));
  const int status = wait_for(child);
  return {status != kNotFoundStatus, status, error.contents()};
}

}  // namespace xgrad::plotting
