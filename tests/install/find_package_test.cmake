# cmake -D build=<a build of xgrad> -D config=Release -D compiler=<c++> -D source=<xgrad> -D work=<folder>
#       -P find_package_test.cmake
# Installs the build, moves what was installed elsewhere (it is relocatable), and lets the consumer find, link and run
# it. All paths have a space in them.

include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

file(REMOVE_RECURSE "${work}")
set(prefix "${work}/moved to another place")
run(COMMAND "${CMAKE_COMMAND}" --install "${build}" --config "${config}" --prefix "${work}/installed here")
file(RENAME "${work}/installed here" "${prefix}")

# Nothing of the machine it was built on.
file(GLOB_RECURSE package_files "${prefix}/*.cmake")
foreach(file IN LISTS package_files)
  file(READ "${file}" text)
  foreach(path "${build}" "${source}" "${work}")
    string(FIND "${text}" "${path}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} names ${path}")
    endif()
  endforeach()
endforeach()
if(EXISTS "${prefix}/include/xgrad/autograd/kernels")
  message(FATAL_ERROR "the kernels' private headers were installed")
endif()

build_and_run_consumer("${work}/a consumer" -D "CMAKE_PREFIX_PATH=${prefix}" -D "CMAKE_CXX_COMPILER=${compiler}"
                       -D "CMAKE_BUILD_TYPE=${config}")
