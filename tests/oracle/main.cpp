// GoogleTest's main, and what writes the files that come out of the comparison:
//
//   oracle_tests --write    tests/data/ops_fingerprints.txt and docs/ops.md, from this PyTorch
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string_view>

#include "../autograd/ops/fingerprint.hpp"
#include "compare.hpp"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1 && std::string_view(argv[1]) == "--write") {
    std::ofstream(xgrad::op_table::fingerprint_path()) << xgrad::op_table::fingerprints_file();
    std::ofstream(XGRAD_SOURCE_DIR "/docs/ops.md") << xgrad::op_table::ops_page();
    return 0;
  }
  return RUN_ALL_TESTS();
}
