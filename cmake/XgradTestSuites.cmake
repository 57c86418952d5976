# xgrad_discover_test_suites(target): one ctest entry per GoogleTest suite, found by asking the program when ctest
# starts, so that no list is kept by hand and a suite that fails to start is a failed test.

set(XGRAD_SUITES_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/XgradListSuites.cmake")

function(xgrad_discover_test_suites target)
  set(work "${CMAKE_CURRENT_BINARY_DIR}/run/${target}")
  file(MAKE_DIRECTORY "${work}")
  file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake" CONTENT
"set(program [==[$<TARGET_FILE:${target}>]==])
set(name [==[${target}]==])
set(work [==[${work}]==])
include([==[${XGRAD_SUITES_SCRIPT}]==])
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake")
endfunction()
