# Finds libtorch by hand and not through its own package configuration, which wants all of Caffe2 and prints pages.
# Defines LibTorch::LibTorch.

find_path(LibTorch_INCLUDE_DIR torch/csrc/jit/runtime/operator.h)
find_path(LibTorch_API_DIR torch/torch.h PATH_SUFFIXES torch/csrc/api/include)
set(_libtorch_variables LibTorch_INCLUDE_DIR LibTorch_API_DIR)
set(_libtorch_libraries)
foreach(_library torch torch_cpu c10)
  find_library(LibTorch_${_library}_LIBRARY ${_library})
  list(APPEND _libtorch_variables LibTorch_${_library}_LIBRARY)
  list(APPEND _libtorch_libraries "${LibTorch_${_library}_LIBRARY}")
endforeach()
mark_as_advanced(${_libtorch_variables})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS ${_libtorch_variables})

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  set_target_properties(LibTorch::LibTorch PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_API_DIR}"
    INTERFACE_LINK_LIBRARIES "${_libtorch_libraries}")
endif()
