// Reads what scripts/goldens/modules.py wrote.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace xgrad::testing {

inline const nlohmann::json& module_goldens() {
  static const nlohmann::json goldens =
      nlohmann::json::parse(std::ifstream(XGRAD_SOURCE_DIR "/tests/data/modules_golden.json"));
  return goldens;
}

/// The text of the error that `f` throws, which must be an E.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another kind of error: " << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

}  // namespace xgrad::testing
