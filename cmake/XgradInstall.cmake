# cmake --install: the library, the public headers as <xgrad/...> and what find_package(xgrad) needs. Relocatable.

include(CMakePackageConfigHelpers)

install(TARGETS xgrad xgrad_gradcheck EXPORT xgradTargets
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")

foreach(header IN LISTS XGRAD_PUBLIC_HEADERS)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES "${PROJECT_SOURCE_DIR}/${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad/${folder}")
endforeach()

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/xgrad")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/xgradConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/package/xgradConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/xgradConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(EXPORT xgradTargets NAMESPACE xgrad:: DESTINATION "${package_dir}")
install(FILES "${PROJECT_BINARY_DIR}/package/xgradConfig.cmake"
              "${PROJECT_BINARY_DIR}/package/xgradConfigVersion.cmake" DESTINATION "${package_dir}")
if(XGRAD_LIBRARY_TYPE STREQUAL "STATIC_LIBRARY")
  # A static library's users link what it needs themselves, so they need to find it.
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/FindOpenBLAS.cmake" "${PROJECT_SOURCE_DIR}/cmake/FindLibDw.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/FindLibMd.cmake" "${PROJECT_SOURCE_DIR}/cmake/FindSleef.cmake"
          DESTINATION "${package_dir}/modules")
endif()
