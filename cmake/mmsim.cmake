# One library per folder, so that the linker enforces the direction of dependency.
#
#   mmsim_library(core SOURCES a.cpp b.cpp DEPENDS ...)        libmmsim_core.a
#   mmsim_tests(core SOURCES a_test.cpp DEPENDS ...)           core_test, its cases found by CTest
#   mmsim_benchmark(engine_bench SOURCES ... DEPENDS ...)      only with MMSIM_BENCHMARKS

function(mmsim_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(mmsim_${name} STATIC ${arg_SOURCES})
  target_link_libraries(mmsim_${name} PUBLIC mmsim_options ${arg_DEPENDS} PRIVATE ${arg_PRIVATE})
endfunction()

function(mmsim_tests name)
  if(NOT MMSIM_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name}_test ${arg_SOURCES})
  target_link_libraries(${name}_test PRIVATE mmsim_${name} ${arg_DEPENDS} rapidcheck rapidcheck_gtest GTest::gmock GTest::gtest_main)
  # What is tested is optimised as it is shipped; the tests themselves are better compiled fast than run fast.
  target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
  # Only where it is used, so that a compiler cache serves several checkouts.
  foreach(source ${arg_SOURCES})
    file(STRINGS ${source} uses REGEX "MMSIM_SOURCE_DIR|cli/testing\\.hpp")
    if(uses)
      set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS MMSIM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    endif()
  endforeach()
  # Properties draw the same cases every time; run the program itself, with another RC_PARAMS, to draw others.
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit ENVIRONMENT "RC_PARAMS=seed=20220927")
endfunction()

function(mmsim_benchmark name)
  if(NOT MMSIM_BENCHMARKS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE mmsim_options ${arg_DEPENDS} benchmark::benchmark_main)
endfunction()
