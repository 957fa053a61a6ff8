# Cross-compilation for AWS's arm64 with Debian's g++-aarch64-linux-gnu. Its libraries lie in a folder of their own, which
# tools/build_lambda.sh fills from Debian's arm64 packages: their development packages cannot all be installed beside those of this machine.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(satchel_root ${CMAKE_CURRENT_LIST_DIR}/../build/arm64-root)
set(CMAKE_FIND_ROOT_PATH ${satchel_root})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
add_compile_options("SHELL:-isystem ${satchel_root}/usr/include" "SHELL:-isystem ${satchel_root}/usr/include/aarch64-linux-gnu")
add_link_options(-L${satchel_root}/usr/lib/aarch64-linux-gnu)
