# Finds OpenBLAS itself: the cblas.h that comes with it and libopenblas, never a generic libblas, since which library
# that name stands for may change under a built program. Defines OpenBLAS::OpenBLAS.
# Distributions keep OpenBLAS's files in folders named after its threading; any of these will do, as xgrad calls it
# from one thread at a time.

set(_openblas_flavours openblas openblas-pthread openblas-openmp openblas-serial)
set(_openblas_include_suffixes ${_openblas_flavours})
set(_openblas_library_suffixes ${_openblas_flavours})
if(CMAKE_LIBRARY_ARCHITECTURE)
  list(TRANSFORM _openblas_flavours PREPEND "${CMAKE_LIBRARY_ARCHITECTURE}/" OUTPUT_VARIABLE _openblas_arch_suffixes)
  list(PREPEND _openblas_include_suffixes ${_openblas_arch_suffixes})
endif()

# openblas_config.h is what tells OpenBLAS's cblas.h from the others.
find_path(OpenBLAS_INCLUDE_DIR openblas_config.h HINTS "$ENV{OpenBLAS_HOME}" ENV OPENBLAS_ROOT
          PATH_SUFFIXES include ${_openblas_include_suffixes})
find_library(OpenBLAS_LIBRARY NAMES openblas HINTS "$ENV{OpenBLAS_HOME}" ENV OPENBLAS_ROOT
             PATH_SUFFIXES lib ${_openblas_library_suffixes})
mark_as_advanced(OpenBLAS_INCLUDE_DIR OpenBLAS_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS REQUIRED_VARS OpenBLAS_LIBRARY OpenBLAS_INCLUDE_DIR)

if(OpenBLAS_FOUND AND NOT TARGET OpenBLAS::OpenBLAS)
  add_library(OpenBLAS::OpenBLAS UNKNOWN IMPORTED)
  set_target_properties(OpenBLAS::OpenBLAS PROPERTIES IMPORTED_LOCATION "${OpenBLAS_LIBRARY}"
                                                      INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_INCLUDE_DIR}")
endif()
