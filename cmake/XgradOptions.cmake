# How everything in this project is compiled: xgrad_compile_options(target) for the library, tests, examples, benchmarks.

if(PROJECT_IS_TOP_LEVEL)
  find_program(XGRAD_CCACHE ccache)
  mark_as_advanced(XGRAD_CCACHE)
  if(XGRAD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${XGRAD_CCACHE}")
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

# No -Wshadow: keyword arguments are objects such as `dtype`, and any parameter of that name would set it off.
# No -Wrestrict: g++ 12 gives it for string concatenation in its own library (GCC bug 105651).
# No -Wpass-failed: clang gives it where a loop that may be vectorised cannot be, which is no mistake.
set(XGRAD_WARNINGS -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                   $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wno-pass-failed>)

function(xgrad_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE ${XGRAD_WARNINGS} $<$<BOOL:${XGRAD_WERROR}>:-Werror>)
  if(XGRAD_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${XGRAD_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${XGRAD_SANITIZE})
  endif()
endfunction()

# Reading the headers takes longer than compiling what stands below them, so sources are compiled in batches. Those with
# flags of their own (XGRAD_FILE_FLAGS) are left out by CMake.
function(xgrad_unity target batch)
  if(XGRAD_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
  endif()
endfunction()
