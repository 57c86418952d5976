# The program xgrad_bench: see docs/performance.md. libtorch's side is built where libtorch is found (on Debian:
# libtorch-dev).
find_package(LibTorch MODULE QUIET)
set(bench "${PROJECT_SOURCE_DIR}/benchmarks")
add_custom_target(benchmarks)
add_executable(xgrad_files "${bench}/files.cpp")
xgrad_compile_options(xgrad_files)
target_link_libraries(xgrad_files PRIVATE xgrad::xgrad)
set_target_properties(xgrad_files PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/benchmarks")
add_dependencies(benchmarks xgrad_files)


add_library(bench_xgrad OBJECT "${bench}/inputs.cpp" "${bench}/with_xgrad.cpp")
xgrad_compile_options(bench_xgrad)
target_link_libraries(bench_xgrad PUBLIC xgrad::xgrad)

# For the count of instructions: no libtorch, which takes minutes to load under callgrind.
add_executable(xgrad_instructions "${bench}/instructions.cpp")
xgrad_compile_options(xgrad_instructions)
target_link_libraries(xgrad_instructions PRIVATE bench_xgrad)
set_target_properties(xgrad_instructions PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/benchmarks")

add_executable(xgrad_bench "${bench}/main.cpp" "${bench}/harness.cpp" "${bench}/by_hand.cpp"
               "${bench}/functional_with_xgrad.cpp" "${bench}/operations_with_xgrad.cpp")
xgrad_compile_options(xgrad_bench)
target_link_libraries(xgrad_bench PRIVATE bench_xgrad OpenBLAS::OpenBLAS nlohmann_json::nlohmann_json)
set_target_properties(xgrad_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/benchmarks")
# Loops by hand get the library's own flags, or the limit would not be one.
set(hand_flags -O3 -fno-math-errno -fno-trapping-math)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND hand_flags -march=x86-64-v3)
endif()
set_source_files_properties("${bench}/by_hand.cpp" PROPERTIES COMPILE_OPTIONS "${hand_flags}")
add_dependencies(benchmarks xgrad_bench)

if(LibTorch_FOUND AND NOT XGRAD_SANITIZE)
  # Its warnings are left to its authors.
  add_library(bench_libtorch STATIC "${bench}/with_libtorch.cpp" "${bench}/functional_with_libtorch.cpp"
              "${bench}/operations_with_libtorch.cpp")
  set_target_properties(bench_libtorch PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON)
  target_compile_options(bench_libtorch PRIVATE -O3 -w)
  target_link_libraries(bench_libtorch PRIVATE LibTorch::LibTorch)
  target_compile_definitions(xgrad_bench PRIVATE BENCH_LIBTORCH)
  target_link_libraries(xgrad_bench PRIVATE bench_libtorch)
else()
  message(STATUS "Benchmarks without a comparison: libtorch not found (on Debian: apt-get install libtorch-dev)")
endif()
