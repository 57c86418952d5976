/// What a test asks of an error: its text.
#pragma once

#include <gtest/gtest.h>

#include <xgrad/autograd/array/error.hpp>

#include <exception>
#include <string>

namespace xgrad::test {

/// The text of the E that `f` throws; the test fails when it throws nothing or something else.
template <class E = Error, class F>
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

}  // namespace xgrad::test
