# The front-end inside the binary: satchel_web_assets(<target>) adds a source with all files of web/, built and compressed.

option(SATCHEL_WEB "Build the front-end (Node.js 20 or newer) into the binary; OFF: a page that says that there is none" OFF)

function(satchel_web_assets target)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/web_assets)
  set(embed ${CMAKE_SOURCE_DIR}/tools/embed_assets.py)
  if(SATCHEL_WEB)
    set(dist ${CMAKE_CURRENT_BINARY_DIR}/web_dist)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/* ${CMAKE_SOURCE_DIR}/web/build/*)
    file(GLOB roots CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/*.html ${CMAKE_SOURCE_DIR}/web/*.json ${CMAKE_SOURCE_DIR}/web/*.ts ${CMAKE_SOURCE_DIR}/web/*.js)
    add_custom_command(OUTPUT ${out}.cpp ${out}.bin
      COMMAND ${CMAKE_SOURCE_DIR}/tools/build_web.sh ${dist}
      COMMAND python3 ${embed} ${dist} ${out}
      DEPENDS ${sources} ${roots} ${embed} ${CMAKE_SOURCE_DIR}/tools/build_web.sh
      USES_TERMINAL COMMENT "Building the front-end")
  else()
    add_custom_command(OUTPUT ${out}.cpp ${out}.bin COMMAND python3 ${embed} --placeholder ${out} DEPENDS ${embed} COMMENT "No front-end in this build")
  endif()
  target_sources(${target} PRIVATE ${out}.cpp)
  set_property(SOURCE ${out}.cpp PROPERTY OBJECT_DEPENDS ${out}.bin)
endfunction()
