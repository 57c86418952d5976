# The fuzzers of tests/fuzz: one program a parser, all in the target `fuzzers`, none in `all`. scripts/fuzz.sh builds and
# runs them.

include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS "-fsanitize=fuzzer,address,undefined")
check_cxx_source_compiles("#include <cstddef>
#include <cstdint>
extern \"C\" int LLVMFuzzerTestOneInput(const std::uint8_t*, std::size_t) { return 0; }" XGRAD_HAS_LIBFUZZER)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT XGRAD_HAS_LIBFUZZER)
  message(FATAL_ERROR "XGRAD_FUZZ needs clang++ and its libFuzzer, and ${CMAKE_CXX_COMPILER} has none. "
                      "On Debian: apt-get install clang libclang-rt-14-dev, then cmake --preset fuzz.")
endif()
if(NOT BUILD_SHARED_LIBS)
  message(FATAL_ERROR "XGRAD_FUZZ needs BUILD_SHARED_LIBS: the fuzzers hold the parsers once more")
endif()

# The parsers are compiled once more with what tells libFuzzer which branches were taken; the rest is the library's.
file(GLOB parser_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/serialize/*.cpp")
list(APPEND parser_sources "${PROJECT_SOURCE_DIR}/data/idx.cpp" "${PROJECT_SOURCE_DIR}/data/gzip.cpp"
                           "${PROJECT_SOURCE_DIR}/tests/fuzz/targets.cpp")
set(fuzz_flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
set(fuzz_libraries xgrad::xgrad ZLIB::ZLIB nlohmann_json::nlohmann_json Threads::Threads)
add_library(fuzz_parsers OBJECT EXCLUDE_FROM_ALL ${parser_sources})
xgrad_compile_options(fuzz_parsers)
xgrad_unity(fuzz_parsers 10)
target_compile_options(fuzz_parsers PRIVATE ${fuzz_flags} -fsanitize=fuzzer-no-link)
target_link_libraries(fuzz_parsers PRIVATE ${fuzz_libraries})

add_custom_target(fuzzers)
file(GLOB corpora LIST_DIRECTORIES ON CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/*")
foreach(corpus IN LISTS corpora)
  cmake_path(GET corpus FILENAME parser)
  add_executable(fuzz_${parser} EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/tests/fuzz/fuzzer.cpp"
                                                 $<TARGET_OBJECTS:fuzz_parsers>)
  xgrad_compile_options(fuzz_${parser})
  target_compile_definitions(fuzz_${parser} PRIVATE XGRAD_FUZZ_TARGET="${parser}")
  target_compile_options(fuzz_${parser} PRIVATE ${fuzz_flags})
  target_link_options(fuzz_${parser} PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_libraries(fuzz_${parser} PRIVATE ${fuzz_libraries})
  set_target_properties(fuzz_${parser} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
  add_dependencies(fuzzers fuzz_${parser})
endforeach()
