# Run by ctest: adds one test per suite of `program`, called `name`/Suite and run in the folder `work`.

set(listing "")
set(status "not built")
if(EXISTS "${program}")
  execute_process(COMMAND "${program}" --gtest_list_tests OUTPUT_VARIABLE listing ERROR_VARIABLE errors
                  RESULT_VARIABLE status)
endif()
if(NOT status STREQUAL "0")
  # Run as a test all the same: its failure is then in the report.
  add_test("${name}/starts" "${program}" --gtest_list_tests)
  return()
endif()

# Suites are the lines that begin in the first column: `Suite.` or `Suite/0.  # TypeParam = float`.
string(REGEX REPLACE "[][;]" "_" listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")
foreach(line IN LISTS lines)
  if(line MATCHES "^([A-Za-z0-9_/]+)[.]( |$)")
    set(suite "${CMAKE_MATCH_1}")
    add_test("${name}/${suite}" "${program}" "--gtest_filter=${suite}.*")
    # ctest runs suites side by side: a pool of threads in each would only make them queue.
    set_tests_properties("${name}/${suite}" PROPERTIES WORKING_DIRECTORY "${work}" TIMEOUT 600
                         ENVIRONMENT "XGRAD_NUM_THREADS=2;OPENBLAS_NUM_THREADS=1;OMP_NUM_THREADS=1")
  endif()
endforeach()
