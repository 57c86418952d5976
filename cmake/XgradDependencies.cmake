# Everything the library needs. scripts/install-dependencies.sh installs all of it on Debian.

# One sentence per missing package rather than CMake's page on search paths.
function(xgrad_require found what package)
  if(NOT ${found})
    message(FATAL_ERROR "xgrad needs ${what}, which was not found. On Debian: apt-get install ${package} "
                        "(or scripts/install-dependencies.sh for everything).")
  endif()
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

find_package(fmt 9 QUIET CONFIG)
xgrad_require(fmt_FOUND "{fmt} 9 or newer" libfmt-dev)

find_package(OpenBLAS MODULE QUIET)
xgrad_require(OpenBLAS_FOUND "OpenBLAS (its own cblas.h and libopenblas; no other BLAS will do)" libopenblas-dev)

find_package(xtensor 0.24 QUIET CONFIG)
xgrad_require(xtensor_FOUND "xtensor 0.24" libxtensor-dev)
find_package(xsimd 8 QUIET CONFIG)
xgrad_require(xsimd_FOUND "xsimd 8" libxsimd-dev)

find_package(ZLIB QUIET)
xgrad_require(ZLIB_FOUND "zlib" zlib1g-dev)
find_package(nlohmann_json 3.9 QUIET CONFIG)
xgrad_require(nlohmann_json_FOUND "nlohmann/json 3.9 or newer" nlohmann-json3-dev)

set(XGRAD_HAS_CURL OFF)
if(NOT XGRAD_WITH_CURL STREQUAL "OFF")
  find_package(CURL 7.85 QUIET)
  find_package(LibMd MODULE QUIET)  # checks what was downloaded
  if(CURL_FOUND AND LibMd_FOUND)
    set(XGRAD_HAS_CURL ON)
  elseif(XGRAD_WITH_CURL STREQUAL "AUTO")
    message(STATUS "libcurl 7.85 or libmd not found: data sets are read from local files but never downloaded "
                   "(on Debian: apt-get install libcurl4-openssl-dev libmd-dev)")
  else()
    xgrad_require(CURL_FOUND "libcurl 7.85 (XGRAD_WITH_CURL is ${XGRAD_WITH_CURL})" libcurl4-openssl-dev)
    xgrad_require(LibMd_FOUND "libmd (XGRAD_WITH_CURL is ${XGRAD_WITH_CURL})" libmd-dev)
  endif()
endif()

set(XGRAD_HAS_LIBDW OFF)
if(NOT XGRAD_WITH_LIBDW STREQUAL "OFF")
  find_package(LibDw MODULE QUIET)
  if(LibDw_FOUND)
    set(XGRAD_HAS_LIBDW ON)
  elseif(XGRAD_WITH_LIBDW STREQUAL "AUTO")
    message(STATUS "libdw not found: anomaly mode names functions, but no files and lines (on Debian: apt-get install "
                   "libdw-dev)")
  else()
    xgrad_require(LibDw_FOUND "libdw (XGRAD_WITH_LIBDW is ${XGRAD_WITH_LIBDW})" libdw-dev)
  endif()
endif()

# SLEEF's vector functions are asked for by the names of x86-64's instruction sets; elsewhere the C library has to do.
set(XGRAD_HAS_SLEEF OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(XGRAD_X86_64 ON)
  find_package(Sleef MODULE QUIET)
  xgrad_require(Sleef_FOUND "SLEEF 3.5" libsleef-dev)
  set(XGRAD_HAS_SLEEF ON)
endif()
