# The library itself: every source in the module folders.

set(XGRAD_MODULES autograd nn optim data serialize plot)

set(source_globs ${XGRAD_MODULES})
list(TRANSFORM source_globs PREPEND "${PROJECT_SOURCE_DIR}/")
list(TRANSFORM source_globs APPEND "/*.cpp")
file(GLOB_RECURSE XGRAD_SOURCES CONFIGURE_DEPENDS ${source_globs})
list(FILTER XGRAD_SOURCES EXCLUDE REGEX "/autograd/gradcheck/")  # a library of its own, see XgradGradcheck
if(NOT XGRAD_X86_64)
  list(FILTER XGRAD_SOURCES EXCLUDE REGEX "/autograd/kernels/levels/v4[.]cpp$")
endif()

# Public headers, relative to the source folder: all but the kernels', which include xtensor and cblas.
set(header_globs ${XGRAD_MODULES})
list(TRANSFORM header_globs PREPEND "${PROJECT_SOURCE_DIR}/")
list(TRANSFORM header_globs APPEND "/*.hpp")
file(GLOB_RECURSE XGRAD_PUBLIC_HEADERS RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS ${header_globs})
file(GLOB root_headers RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/*.hpp")
list(APPEND XGRAD_PUBLIC_HEADERS ${root_headers})
list(FILTER XGRAD_PUBLIC_HEADERS EXCLUDE REGEX "^autograd/kernels/")

# CMake compiles sources with flags of their own one by one, also where others come several at a time, and kernels have
# flags of their own. So most of them are joined here, each four in one file; what takes long anyway, or has more flags
# than the rest, stays by itself.
if(XGRAD_UNITY)
  set(kernels ${XGRAD_SOURCES})
  list(FILTER kernels INCLUDE REGEX "/autograd/kernels/[^/]+[.]cpp$")
  list(FILTER kernels EXCLUDE REGEX "/(arithmetic|blas|compare|copy|lapack|optim|random|reduce_(extreme|logical)|unary)[^/]*$")
  list(REMOVE_ITEM XGRAD_SOURCES ${kernels})
  list(LENGTH kernels count)
  math(EXPR last "${count} - 1")
  foreach(first RANGE 0 ${last} 4)
    list(SUBLIST kernels ${first} 4 some)
    list(TRANSFORM some REPLACE "(.+)" "#include \"\\1\"")
    string(REPLACE ";" "\n" some "${some}")
    set(joined "${PROJECT_BINARY_DIR}/joined/autograd/kernels/joined_${first}.cpp")
    file(CONFIGURE OUTPUT "${joined}" CONTENT "${some}\n" @ONLY)
    list(APPEND XGRAD_SOURCES "${joined}")
  endforeach()
endif()

# Headers live beside their sources and are included as <xgrad/...>: a link of that name to the source tree.
set(XGRAD_INCLUDE_DIR "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${XGRAD_INCLUDE_DIR}")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}" "${XGRAD_INCLUDE_DIR}/xgrad" SYMBOLIC)

add_library(xgrad ${XGRAD_SOURCES})
add_library(xgrad::xgrad ALIAS xgrad)
xgrad_compile_options(xgrad)
xgrad_unity(xgrad 10)
# Includes the modules' headers in a way of its own.
set_source_files_properties("${PROJECT_SOURCE_DIR}/nn/modules/copies.cpp" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set_target_properties(xgrad PROPERTIES LINKER_LANGUAGE CXX POSITION_INDEPENDENT_CODE ON DEFINE_SYMBOL ""
                                       VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_include_directories(xgrad PUBLIC "$<BUILD_INTERFACE:${XGRAD_INCLUDE_DIR}>"
                                        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_link_libraries(xgrad PUBLIC fmt::fmt
                            PRIVATE OpenBLAS::OpenBLAS ZLIB::ZLIB Threads::Threads
                                    "$<BUILD_INTERFACE:xtensor>" "$<BUILD_INTERFACE:xsimd>"
                                    "$<BUILD_INTERFACE:nlohmann_json::nlohmann_json>")
target_compile_definitions(xgrad PRIVATE $<$<CONFIG:Debug>:XTENSOR_ENABLE_ASSERT>)
if(XGRAD_HAS_CURL)
  target_link_libraries(xgrad PRIVATE CURL::libcurl LibMd::LibMd)
  target_compile_definitions(xgrad PRIVATE XGRAD_HAS_CURL)
endif()
if(XGRAD_HAS_LIBDW)
  target_link_libraries(xgrad PRIVATE LibDw::LibDw)
  target_compile_definitions(xgrad PRIVATE XGRAD_HAS_LIBDW)
endif()
target_link_libraries(xgrad PRIVATE ${CMAKE_DL_LIBS})
set_property(SOURCE "${PROJECT_SOURCE_DIR}/autograd/array/backtrace.cpp" TARGET_DIRECTORY xgrad APPEND
             PROPERTY COMPILE_DEFINITIONS "XGRAD_SOURCE_ROOT=\"${PROJECT_SOURCE_DIR}\"")

# Speed. None of this leaks to the library's users, and none of it changes what a program computes: no -ffast-math.
target_compile_options(xgrad PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O2>
                                     -fno-math-errno -fno-trapping-math  # nobody reads errno or the FPU's flags
                                     -ftls-model=initial-exec)           # thread-local state is on the hot path
if(XGRAD_X86_64)
  target_compile_options(xgrad PRIVATE -march=x86-64-v3)
  target_compile_definitions(xgrad PRIVATE XGRAD_HAS_V4)
endif()
if(XGRAD_HAS_SLEEF)
  target_link_libraries(xgrad PRIVATE Sleef::Sleef)
  target_compile_definitions(xgrad PRIVATE XGRAD_HAS_SLEEF)
endif()
# Calls within the library go straight to their target: nobody replaces our functions from outside. Both kinds of library
# are compiled alike, so that ccache knows the objects of one from the other.
target_compile_options(xgrad PRIVATE -fno-semantic-interposition -fno-plt)
get_target_property(XGRAD_LIBRARY_TYPE xgrad TYPE)
if(XGRAD_LIBRARY_TYPE STREQUAL "SHARED_LIBRARY")
  set(exports "${PROJECT_SOURCE_DIR}/cmake/xgrad.exports")
  target_link_options(xgrad PRIVATE -Wl,-Bsymbolic-functions "-Wl,--version-script=${exports}")
  set_property(TARGET xgrad APPEND PROPERTY LINK_DEPENDS "${exports}")
  # Addresses of virtual functions as a bitmap instead of 24 bytes each (glibc 2.36, which is Debian 12's).
  include(CheckLinkerFlag)
  check_linker_flag(CXX "-Wl,-z,pack-relative-relocs" XGRAD_HAS_PACKED_RELOCATIONS)
  if(XGRAD_HAS_PACKED_RELOCATIONS)
    target_link_options(xgrad PRIVATE -Wl,-z,pack-relative-relocs)
  endif()
endif()

# Flags of single files: pairs of a pattern below the source folder and its flags.
set(XGRAD_FILE_FLAGS
    "autograd/kernels/.*[.]cpp" "$<$<CONFIG:Release,RelWithDebInfo>:-O3>"  # the rest is calls, not loops
    # One simple loop for each operation and dtype: vectorised as -O3 does, without its copies of functions and loops, which
    # gain nothing there and take a third of the compiler's time.
    "autograd/kernels/(compare|unary|copy|reduce_(extreme|logical))[.]cpp"
    "$<$<CONFIG:Release,RelWithDebInfo>:-O2 -ftree-vectorize -fvect-cost-model=dynamic>"
    "autograd/(tensor|graph/(engine|node|differentiable)|array/(array|storage)|ops/arithmetic)[.]cpp" "$<$<CONFIG:Release,RelWithDebInfo>:-O3>"  # 6 % of what a small operation costs
    "autograd/(array/generator|kernels/(random|optim)[^/]*)[.]cpp" "-ffp-contract=off"  # PyTorch's bits: fma only where written
    "autograd/kernels/levels/v4[.]cpp" "-march=x86-64-v4 -mprefer-vector-width=512"
    "autograd/array/processor[.]cpp" "$<$<BOOL:${XGRAD_X86_64}>:-march=x86-64>")  # runs on any, to say when it is too old
while(XGRAD_FILE_FLAGS)
  list(POP_FRONT XGRAD_FILE_FLAGS pattern flags)
  string(REPLACE " " ";" flags "${flags}")
  set(matching ${XGRAD_SOURCES})
  list(FILTER matching INCLUDE REGEX "/${pattern}$")
  set_property(SOURCE ${matching} TARGET_DIRECTORY xgrad APPEND PROPERTY COMPILE_OPTIONS ${flags})
endwhile()
