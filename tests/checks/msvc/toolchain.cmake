# clang as MSVC's stand-in, with Microsoft's headers (tests/checks/msvc.sh). CMake takes
# its branches for MSVC; there are no libraries to link with.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SHMB_ARCH SHMB_TOOLS SHMB_SDK)
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
if(SHMB_ARCH STREQUAL "x64")
  set(CMAKE_SYSTEM_PROCESSOR AMD64)
  set(target x86_64)
elseif(SHMB_ARCH STREQUAL "x86")
  set(CMAKE_SYSTEM_PROCESSOR X86)
  set(target i686)
elseif(SHMB_ARCH STREQUAL "arm64")
  set(CMAKE_SYSTEM_PROCESSOR ARM64)
  set(target aarch64)
else()
  message(FATAL_ERROR "SHMB_ARCH is x64, x86 or arm64")
endif()

# Nothing is linked.
set(CMAKE_LINKER true)
set(CMAKE_MT true)
set(CMAKE_AR ${SHMB_TOOLS}/lib)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(SHMB_WINDMC x86_64-w64-mingw32-windmc)

# 19.33 is Visual Studio 2022 17.3, the oldest one that README names. Beyond /W4:
# what cl warns of at that level, and clang does not; and MSVC has no VLAs.
set(flags "-fmsc-version=1933 -Wshadow -Wconditional-uninitialized -Wunreachable-code-aggressive")
string(APPEND flags " -Wpedantic -Wno-language-extension-token -Wvla")
set(headers "-imsvc ${SHMB_TOOLS}/include")
foreach(folder ucrt shared um)
  string(APPEND headers " -imsvc ${SHMB_SDK}/${folder}")
endforeach()
set(CMAKE_C_FLAGS_INIT "${flags} ${headers}")

# LLVM's library stands in for MSVC's; its headers go before clang's own.
execute_process(COMMAND ${SHMB_TOOLS}/clang-cl /clang:-print-resource-dir
  OUTPUT_VARIABLE resources OUTPUT_STRIP_TRAILING_WHITESPACE)
cmake_path(SET library NORMALIZE ${resources}/../../../include/c++/v1)
set(CMAKE_CXX_FLAGS_INIT
  "${flags} -nobuiltininc -D_LIBCPP_NO_VCRUNTIME -imsvc ${library} -imsvc ${resources}/include ${headers}")

foreach(language C CXX)
  set(CMAKE_${language}_COMPILER ${SHMB_TOOLS}/clang-cl)
  set(CMAKE_${language}_COMPILER_TARGET ${target}-pc-windows-msvc)
endforeach()
