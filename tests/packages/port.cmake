# Runs the port of vcpkg where there is no vcpkg: these functions do what its own of the same names do,
# as far as the port asks for it, with MinGW. The source package is taken from a folder.
#
#   cmake -DPORT_FOLDER=… -DPACKAGES=… -DWORK=… -P port.cmake
cmake_minimum_required(VERSION 3.25)
set(PORT shmbroker)
set(CURRENT_PACKAGES_DIR ${WORK}/packages)

function(must_exist)
  foreach(file IN LISTS ARGN)
    if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${file})
      message(FATAL_ERROR "the port did not make ${file}")
    endif()
  endforeach()
endfunction()

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_FILE ${WORK}/log ERROR_FILE ${WORK}/log)
endfunction()

function(vcpkg_download_distfile out)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "FILENAME;SHA512" "URLS")
  if(NOT ARG_URLS MATCHES "^https://.*/releases/download/v.*/${ARG_FILENAME}$")
    message(FATAL_ERROR "an odd address: ${ARG_URLS}")
  endif()
  file(SHA512 ${PACKAGES}/${ARG_FILENAME} sum)
  if(NOT sum STREQUAL ARG_SHA512)
    message(FATAL_ERROR "${ARG_FILENAME} has another SHA-512")
  endif()
  set(${out} ${PACKAGES}/${ARG_FILENAME} PARENT_SCOPE)
endfunction()

function(vcpkg_extract_source_archive out)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "ARCHIVE" "")
  file(ARCHIVE_EXTRACT INPUT ${ARG_ARCHIVE} DESTINATION ${WORK}/source)
  file(GLOB folder ${WORK}/source/*)
  list(LENGTH folder folders)
  if(NOT folders EQUAL 1)
    message(FATAL_ERROR "the source package has ${folders} folders at its top")
  endif()
  set(${out} ${folder} PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "SOURCE_PATH" "OPTIONS")
  run(${CMAKE_COMMAND} -G Ninja -S ${ARG_SOURCE_PATH} -B ${WORK}/build -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_SYSTEM_PROCESSOR=AMD64 -DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc
    -DCMAKE_RC_COMPILER=x86_64-w64-mingw32-windres -DFETCHCONTENT_FULLY_DISCONNECTED=ON
    -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} ${ARG_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${WORK}/build --target install)
endfunction()

function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "PACKAGE_NAME;CONFIG_PATH" "")
  must_exist(${ARG_CONFIG_PATH}/${ARG_PACKAGE_NAME}Config.cmake)
endfunction()

function(vcpkg_fixup_pkgconfig)
  must_exist(lib/pkgconfig)
endfunction()

function(vcpkg_copy_pdbs)
endfunction()

function(vcpkg_copy_tools)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "AUTO_CLEAN" "" "TOOL_NAMES")
  list(TRANSFORM ARG_TOOL_NAMES APPEND .exe)
  list(TRANSFORM ARG_TOOL_NAMES PREPEND bin/)
  must_exist(${ARG_TOOL_NAMES})
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "" "FILE_LIST")
  file(INSTALL ${ARG_FILE_LIST} DESTINATION ${CURRENT_PACKAGES_DIR}/share/${PORT})
endfunction()

# as vcpkg: the port's own folder is CMAKE_CURRENT_LIST_DIR
include(${PORT_FOLDER}/portfile.cmake)
must_exist(bin/shmbclient.dll lib/shmbclient.dll.a lib/shmbclient_static.a include/shmb.h share/shmbroker/usage
  share/shmbroker/LICENSE)
file(GLOB_RECURSE service ${CURRENT_PACKAGES_DIR}/shmbroker*.exe)
if(service)
  message(FATAL_ERROR "the port is of the client only, but made ${service}")
endif()
if(NOT VCPKG_POLICY_DLLS_IN_STATIC_LIBRARY STREQUAL enabled)
  message(FATAL_ERROR "vcpkg would refuse the DLL where the triplet is static")
endif()
