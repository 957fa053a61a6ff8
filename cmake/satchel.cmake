# How every folder of Satchel is built: flags, sanitizers, one library and one test binary a folder.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(SATCHEL_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, e.g. address,undefined or thread")

# A designated initialiser leaves out what has a default; that is its point.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wswitch-enum
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these from inside libstdc++ and Boost when it inlines across them; clang-19 checks the same code.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-dangling-pointer)
endif()
if(DEFINED ENV{CI})
  add_compile_options(-Werror)
endif()
if(SATCHEL_SANITIZE)
  add_compile_options(-fsanitize=${SATCHEL_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SATCHEL_SANITIZE})
  if(SATCHEL_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# satchel_library(<folder> SOURCES a.cpp ... [DEPENDS satchel folders] [LINK third-party targets] [TESTS a_test.cpp ...])
# makes the library satchel_<folder> and, with TESTS, the test binary <folder>_tests.
function(satchel_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK;TESTS" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND satchel_)
  add_library(satchel_${name} STATIC ${ARG_SOURCES})
  target_include_directories(satchel_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(satchel_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_LINK})
  if(SATCHEL_TESTS AND ARG_TESTS)
    satchel_test(${name}_tests SOURCES ${ARG_TESTS} DEPENDS ${name} LINK ${ARG_LINK})
  endif()
endfunction()

# satchel_test(<target> SOURCES ... [DEPENDS satchel folders] [LINK ...]): a GoogleTest binary, one ctest entry.
function(satchel_test target)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND satchel_)
  add_executable(${target} ${ARG_SOURCES})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE ${ARG_DEPENDS} ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main Threads::Threads)
  add_test(NAME ${target} COMMAND ${target})
  set_tests_properties(${target} PROPERTIES TIMEOUT 600)
endfunction()
