# The Lambda binary: everything in it, nothing beside it. Included before the folders, so that they find these targets in place of those
# that find_package() would bring: Debian has libfmt and pugixml's targets as shared libraries only.
option(SATCHEL_LAMBDA "Build the static `bootstrap` of the Lambdas and nothing else" OFF)

if(SATCHEL_LAMBDA)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(Boost_USE_STATIC_LIBS ON)
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
  set(CMAKE_EXE_LINKER_FLAGS "${CMAKE_EXE_LINKER_FLAGS} -static -Wl,--gc-sections")
  add_compile_options(-ffunction-sections -fdata-sections)
  add_library(fmt::fmt INTERFACE IMPORTED GLOBAL)
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY=1)
  find_library(SATCHEL_PUGIXML libpugixml.a REQUIRED)
  add_library(pugixml::pugixml INTERFACE IMPORTED GLOBAL)
  target_link_libraries(pugixml::pugixml INTERFACE ${SATCHEL_PUGIXML})
endif()
