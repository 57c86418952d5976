# xgrad::gradcheck, the checker of derivatives: for tests, ours and other people's, and so not in the library itself.

file(GLOB gradcheck_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/autograd/gradcheck/*.cpp")
add_library(xgrad_gradcheck ${gradcheck_sources})
add_library(xgrad::gradcheck ALIAS xgrad_gradcheck)
xgrad_compile_options(xgrad_gradcheck)
xgrad_unity(xgrad_gradcheck 4)
set_target_properties(xgrad_gradcheck PROPERTIES EXPORT_NAME gradcheck POSITION_INDEPENDENT_CODE ON DEFINE_SYMBOL ""
                                                 VERSION ${PROJECT_VERSION}
                                                 SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_link_libraries(xgrad_gradcheck PUBLIC xgrad)
target_compile_options(xgrad_gradcheck PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O2>)
