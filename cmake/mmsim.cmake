# One library per folder, so that the linker enforces the direction of dependency.
#
#   mmsim_library(core SOURCES a.cpp b.cpp DEPENDS ...)        libmmsim_core.a
#   mmsim_library(run MESSAGES SOURCES ...)                    the same of a folder that handles scenarios or results
#   mmsim_library(run ... APART a.cpp | ONE_BY_ONE)            files that do not go with others into one (see mmsim_merge)
#   mmsim_tests(core SOURCES a_test.cpp DEPENDS ...)           core_test, its cases found by CTest
#   mmsim_benchmark(engine_bench SOURCES ... DEPENDS ...)      only with MMSIM_BENCHMARKS

# What is tested is optimised as it is shipped, and has every sanitizer; the tests themselves are better compiled fast than run fast.
# UndefinedBehaviorSanitizer would take 40 % of their compilation.
set(MMSIM_TEST_OPTIONS $<$<CONFIG:Release>:-O1>)
if(MMSIM_SANITIZE MATCHES undefined)
  list(APPEND MMSIM_TEST_OPTIONS -fno-sanitize=undefined)
endif()

# With CMAKE_UNITY_BUILD several files of a library are compiled as one, which takes half the time from scratch, and more for one
# change. Files that have a name of their own which others have too are kept apart.
function(mmsim_merge target apart one_by_one)
  if(NOT CMAKE_UNITY_BUILD)
    return()
  endif()
  set_source_files_properties(${apart} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  # Coroutines have frames of types that only their own file knows; the merged file counts as another one.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  if(one_by_one)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  endif()
endfunction()

function(mmsim_library name)
  cmake_parse_arguments(arg "MESSAGES;ONE_BY_ONE" "" "SOURCES;APART;DEPENDS;PRIVATE" ${ARGN})
  add_library(mmsim_${name} STATIC ${arg_SOURCES})
  mmsim_merge(mmsim_${name} "${arg_APART}" "${arg_ONE_BY_ONE}")
  target_link_libraries(mmsim_${name} PUBLIC mmsim_options ${arg_DEPENDS} PRIVATE ${arg_PRIVATE})
  if(arg_MESSAGES AND MMSIM_PRECOMPILE)
    target_precompile_headers(mmsim_${name} REUSE_FROM mmsim_frame)
    # GCC 12 takes precompiled system headers for ours, and warns of strings that are inlined.
    target_compile_options(mmsim_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>)
  endif()
endfunction()

# Headers that cost much and that many include, compiled once: for libraries that handle MESSAGES, and for tests. Each file
# still names what it uses: the second compiler builds without (MMSIM_PRECOMPILE).
function(mmsim_frames)
  if(NOT MMSIM_PRECOMPILE)
    return()
  endif()
  set(headers <algorithm> <filesystem> <functional> <map> <memory> <optional> <ranges> <set> <string> <vector>
    <boost/graph/adjacency_list.hpp> <fmt/format.h> <google/protobuf/text_format.h>
    ${CMAKE_BINARY_DIR}/proto/result.pb.h ${CMAKE_BINARY_DIR}/proto/scenario.pb.h)
  add_library(mmsim_frame STATIC cmake/frame.cpp)
  target_link_libraries(mmsim_frame PRIVATE mmsim_options mmsim_proto fmt::fmt)
  target_precompile_headers(mmsim_frame PRIVATE ${headers})
  if(MMSIM_TESTS)
    add_library(mmsim_test_frame STATIC cmake/frame.cpp)
    target_link_libraries(mmsim_test_frame PRIVATE mmsim_options mmsim_proto fmt::fmt rapidcheck rapidcheck_gtest GTest::gmock)
    target_compile_options(mmsim_test_frame PRIVATE ${MMSIM_TEST_OPTIONS})
    target_precompile_headers(mmsim_test_frame PRIVATE ${headers} <fstream> <sstream> <gmock/gmock.h> <gtest/gtest.h> <rapidcheck/gtest.h>)
  endif()
endfunction()

function(mmsim_tests name)
  if(NOT MMSIM_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name}_test ${arg_SOURCES})
  set_target_properties(${name}_test PROPERTIES UNITY_BUILD OFF)   # their helpers have short names, often the same
  # All tests link what the headers that they share need, messages too.
  target_link_libraries(${name}_test PRIVATE mmsim_${name} ${arg_DEPENDS} mmsim_proto fmt::fmt rapidcheck rapidcheck_gtest GTest::gmock GTest::gtest_main)
  target_compile_options(${name}_test PRIVATE ${MMSIM_TEST_OPTIONS})
  if(MMSIM_PRECOMPILE)
    target_precompile_headers(${name}_test REUSE_FROM mmsim_test_frame)
  endif()
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
