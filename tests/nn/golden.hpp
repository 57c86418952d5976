// Reads what scripts/goldens/modules.py wrote.
#pragma once

#include <xgrad/tests/support/message_of.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace xgrad::test {

inline const nlohmann::json& module_goldens() {
  static const nlohmann::json goldens =
      nlohmann::json::parse(std::ifstream(XGRAD_SOURCE_DIR "/tests/data/modules_golden.json"));
  return goldens;
}

}  // namespace xgrad::test
