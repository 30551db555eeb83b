# A room is one static library troupe_<name> over the sources given.
function(troupe_room name)
  add_library(troupe_${name} STATIC ${ARGN})
  target_link_libraries(troupe_${name} PUBLIC troupe_options)
endfunction()

# One GoogleTest binary per room: <room>_tests over tests/<room>/*_test.cpp. Tests that
# hold the clock against the program, named by the filter ALONE, run beside no other.
# PRECOMPILED names headers that most of the sources include, beside those of gmock.
# Instrumented programs start and run slowly: their unit tests are one test a room, they
# have four times the time, and what the filter VOLUME names, which tests with much data
# or holds the clock against the program, is left out.
function(troupe_tests room)
  cmake_parse_arguments(T "" "TIMEOUT;ALONE;VOLUME" "SOURCES;LIBRARIES;LABELS;PRECOMPILED" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 20)
  endif()
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  add_executable(${room}_tests ${T_SOURCES})
  target_compile_definitions(${room}_tests PRIVATE
    TROUPE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" TROUPE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${room}_tests PRIVATE ${T_LIBRARIES} GTest::gmock_main)
  target_precompile_headers(${room}_tests PRIVATE <gmock/gmock.h> ${T_PRECOMPILED})
  set(left_out "")
  if(TROUPE_SANITIZE)
    math(EXPR T_TIMEOUT "4 * ${T_TIMEOUT}")
    if(T_VOLUME)
      set(left_out ":${T_VOLUME}")
    endif()
    if(T_LABELS STREQUAL unit)
      add_test(NAME ${room}.all COMMAND ${room}_tests "--gtest_filter=-${T_VOLUME}")
      set_tests_properties(${room}.all PROPERTIES TIMEOUT 900 LABELS unit)
      if(T_ALONE)
        set_tests_properties(${room}.all PROPERTIES RUN_SERIAL TRUE)
      endif()
      return()
    endif()
  endif()
  set(common TEST_PREFIX ${room}. DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
  if(T_ALONE)
    gtest_discover_tests(${room}_tests TEST_FILTER "-${T_ALONE}${left_out}" ${common})
    gtest_discover_tests(${room}_tests TEST_FILTER "${T_ALONE}"
      TEST_LIST ${room}_alone ${common} RUN_SERIAL TRUE)
  else()
    gtest_discover_tests(${room}_tests ${common})
  endif()
endfunction()

# One libFuzzer target, part of fuzz_targets: <name> over <name>.cpp and the libraries
# given, which are compiled for coverage too. .ci/fuzz runs them.
function(troupe_fuzz name)
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  foreach(library ${ARGN})
    target_compile_options(${library} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
  add_dependencies(fuzz_targets ${name})
endfunction()

include(GoogleTest)
