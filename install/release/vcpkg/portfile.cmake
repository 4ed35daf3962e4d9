# The client only: the library, shmb.exe and the headers.
vcpkg_download_distfile(ARCHIVE
  URLS "@HOME@/releases/download/v@VERSION@/@SOURCE@"
  FILENAME "@SOURCE@"
  SHA512 @SOURCE_SHA512@
)
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "${ARCHIVE}")
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS -DSHMB_CLIENT_ONLY=ON -DBUILD_TESTING=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME ShmBroker CONFIG_PATH lib/cmake/ShmBroker)
vcpkg_fixup_pkgconfig()
vcpkg_copy_pdbs()
vcpkg_copy_tools(TOOL_NAMES shmb AUTO_CLEAN)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
# Each build makes the DLL and the static library; a program chooses by its target.
set(VCPKG_POLICY_DLLS_IN_STATIC_LIBRARY enabled)
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
