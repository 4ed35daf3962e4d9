@echo off
rem Called by demo.cmd and tests\run.cmd: says what is missing, configures, builds.
rem   install\build.cmd PRESET [TARGET...]
setlocal
cd /d "%~dp0.."
set "preset=%~1"
set "arch=%preset:windows-=%"
set "missing="
where cl >nul 2>&1
if errorlevel 1 call :missing "cl, the compiler: install Visual Studio 2022, 17.3 or newer, or its Build Tools with 'Desktop development with C++'" "    and start this from its prompt, or after: VsDevCmd.bat -arch=%arch% -host_arch=x64"
where cmake >nul 2>&1
if errorlevel 1 call :missing "cmake 3.25 or newer: part of Visual Studio, or: winget install Kitware.CMake"
where ninja >nul 2>&1
if errorlevel 1 call :missing "ninja: part of Visual Studio, or: winget install Ninja-build.Ninja"
if not exist "%VCPKG_ROOT%\scripts\buildsystems\vcpkg.cmake" call :missing "vcpkg: part of Visual Studio, whose prompt sets VCPKG_ROOT, or: clone it, run bootstrap-vcpkg.bat, and set VCPKG_ROOT to its folder"
if defined missing exit /b 1
if defined VSCMD_ARG_TGT_ARCH if /i not "%VSCMD_ARG_TGT_ARCH%"=="%arch%" (
    echo this prompt compiles for %VSCMD_ARG_TGT_ARCH%, not for %arch%: use VsDevCmd.bat -arch=%arch%
    exit /b 1
)
cmake --preset %preset%
if errorlevel 1 exit /b 1
set "targets="
:more
shift
if "%~1"=="" goto build
set "targets=%targets% %1"
goto more
:build
if defined targets set "targets=--target%targets%"
cmake --build build\%preset% %targets%
exit /b %errorlevel%

:missing
set "missing=1"
echo missing: %~1
if not "%~2"=="" echo %~2
exit /b 0
