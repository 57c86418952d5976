# What both install tests do: run a command that has to succeed, and build and run the consumer.

macro(run)
  execute_process(${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endmacro()

# build_and_run_consumer(FOLDER CMAKE_ARGUMENT...)
function(build_and_run_consumer folder)
  run(COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/consumer" -B "${folder}" -G Ninja ${ARGN})
  run(COMMAND "${CMAKE_COMMAND}" --build "${folder}")
  run(COMMAND "${folder}/consumer" WORKING_DIRECTORY "${folder}" OUTPUT_VARIABLE output)
  set(expected "tensor([2., 4., 6.])\ntensor([2., 4., 6.])\n")
  if(NOT output STREQUAL expected)
    message(FATAL_ERROR "the consumer printed\n${output}instead of\n${expected}")
  endif()
endfunction()
