/// Runs another program without a shell.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::plotting {

struct ProcessResult {
  bool found = true;  ///< false: there is no such program
  int status = 0;     ///< exit status, 128 + n for signal n, -1 when someone else collected it
  std::string error;  ///< what it wrote on standard error

  bool ok() const { return found && status == 0; }
};

/// Runs `arguments[0]` (looked up in PATH) with `input` as its standard input and its standard output going to the open
/// file `output`, and waits for it. Throws Error when the operating system refuses.
ProcessResult run_process(const std::vector<std::string>& arguments, std::string_view input, int output);

/// A nameless file that is gone when closed.
class ScratchFile {
 public:
  ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();

  int descriptor() const { return descriptor_; }
  /// Writes `bytes` and goes back to the start.
  void fill(std::string_view bytes);
  /// Everything in the file.
  std::string contents();

 private:
  std::FILE* file_;
  int descriptor_;
};

}  // namespace xgrad::plotting
