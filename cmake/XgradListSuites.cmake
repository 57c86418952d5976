# Run by ctest: adds one test per suite of `program`, called `name`/Suite and run in the folder `work`. A suite of very
# many tests (one a row of a table) becomes several ctest entries, each with a share of them, that run side by side.
set(tests_an_entry 60)

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
set(suites)
foreach(line IN LISTS lines)
  if(line MATCHES "^([A-Za-z0-9_/]+)[.]( |$)")
    set(suite "${CMAKE_MATCH_1}")
    list(APPEND suites "${suite}")
    set("count_${suite}" 0)
  elseif(line MATCHES "^  ")
    math(EXPR "count_${suite}" "${count_${suite}} + 1")
  endif()
endforeach()
# ctest runs entries side by side: a pool of threads in each would only make them queue.
set(environment "XGRAD_NUM_THREADS=2;OPENBLAS_NUM_THREADS=1;OMP_NUM_THREADS=1")
foreach(suite IN LISTS suites)
  math(EXPR shards "(${count_${suite}} + ${tests_an_entry} - 1) / ${tests_an_entry}")
  math(EXPR last "${shards} - 1")
  foreach(shard RANGE 0 ${last})
    set(entry "${name}/${suite}")
    set(share)
    if(shards GREATER 1)
      string(APPEND entry "/${shard}")
      set(share ";GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${shard}")
    endif()
    add_test("${entry}" "${program}" "--gtest_filter=${suite}.*")
    set_tests_properties("${entry}" PROPERTIES WORKING_DIRECTORY "${work}" TIMEOUT 600
                         ENVIRONMENT "${environment}${share}")
  endforeach()
endforeach()
