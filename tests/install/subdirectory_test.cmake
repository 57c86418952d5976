# cmake -D source=<xgrad> -D shared=ON|OFF -D work=<folder> [-D compiler=<c++>] -P subdirectory_test.cmake
# Builds xgrad as a part of the consumer project and then installs that build for the consumer to find, so that this
# kind of library is used in both ways and built once. Without optimisation: it is the building that is tested.

include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
if(NOT compiler)
  set(compiler c++)
endif()
cmake_path(ABSOLUTE_PATH source NORMALIZE)
cmake_path(ABSOLUTE_PATH work NORMALIZE)

file(REMOVE_RECURSE "${work}")
set(folder "${work}/a consumer with xgrad in it")
set(launcher)
find_program(ccache ccache)
if(ccache)
  set(launcher -D "CMAKE_CXX_COMPILER_LAUNCHER=${ccache}")
endif()
build_and_run_consumer("${folder}" -D "xgrad_source=${source}" -D "BUILD_SHARED_LIBS=${shared}" -D XGRAD_INSTALL=ON
                       -D "CMAKE_CXX_COMPILER=${compiler}" -D CMAKE_BUILD_TYPE=None ${launcher})

set(build "${folder}")
set(config None)
set(work "${work}/installed")
include("${CMAKE_CURRENT_LIST_DIR}/find_package_test.cmake")
