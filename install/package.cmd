@echo off
rem Builds the packages on Windows, with MSVC, in build\packages: a zip of all, the same as MSI, a zip
rem of the client for each architecture, SHA256SUMS. Needs Visual Studio 2022 and VCPKG_ROOT, as
rem install\build.cmd; any prompt will do. The MSI needs WiX 3.14 and Python 3. SHMB_SIGN_CERTIFICATE,
rem a .pfx file, or SHMB_SIGN_COMMAND signs, as in install/release/README.md.
rem   install\package.cmd
setlocal
cd /d "%~dp0.."
set "out=%CD%\build\packages"
set "vswhere=%ProgramFiles(x86)%\Microsoft Visual Studio\Installer\vswhere.exe"
if not exist "%vswhere%" (
    echo missing: Visual Studio 2022, 17.3 or newer, or its Build Tools with 'Desktop development with C++'
    exit /b 1
)
for /f "usebackq delims=" %%i in (`"%vswhere%" -latest -products * -property installationPath`) do set "vs=%%i"
call :build x64
if errorlevel 1 exit /b 1
call :build x86
if errorlevel 1 exit /b 1
for /f "tokens=2" %%v in ('findstr /b /c:"Version: " build\windows-x64\install\shmbclient.pc') do set "version=%%v"
if not defined version (
    echo no version in build\windows-x64\install\shmbclient.pc
    exit /b 1
)
if exist "%out%" rmdir /s /q "%out%"
if exist "%out%" (
    echo cannot delete "%out%": a program uses it
    exit /b 1
)
mkdir "%out%\trees"
if errorlevel 1 exit /b 1
rem cmake, and signtool of the Windows SDK
call "%vs%\Common7\Tools\VsDevCmd.bat" -arch=x64 -host_arch=x64 >nul
if errorlevel 1 exit /b 1
call :tree x64 "ShmBroker-%version%"
if errorlevel 1 exit /b 1
call :tree x86 "ShmBroker-%version%\x86"
if errorlevel 1 exit /b 1
rem the documents are in the folder above
rmdir /s /q "%out%\trees\ShmBroker-%version%\x86\share"
for %%a in (x64 x86) do (
    call :tree %%a "ShmBroker-client-%version%-%%a" --component client
    if errorlevel 1 exit /b 1
)
for /r "%out%\trees" %%f in (*.exe *.dll) do (
    call :sign "%%f"
    if errorlevel 1 exit /b 1
)
call :pack "ShmBroker-%version%" "ShmBroker-%version%-x64"
if errorlevel 1 exit /b 1
for %%a in (x64 x86) do (
    call :pack "ShmBroker-client-%version%-%%a" "ShmBroker-client-%version%-%%a"
    if errorlevel 1 exit /b 1
)
call :msi
if errorlevel 1 exit /b 1
for %%f in ("%out%\*.zip" "%out%\*.msi") do call :sum "%%f"
dir "%out%"
exit /b 0

rem The compiler of one architecture, for this call only.
:build
setlocal
call "%vs%\Common7\Tools\VsDevCmd.bat" -arch=%1 -host_arch=x64 >nul
if errorlevel 1 exit /b 1
if not defined VCPKG_ROOT set "VCPKG_ROOT=%VCPKG_INSTALLATION_ROOT%"
call install\build.cmd windows-%1 shmbroker shmb shmbclient shmbclient_static
exit /b %errorlevel%

:tree
cmake --install build\windows-%1 --prefix "%out%\trees\%~2" %3 %4 >nul
exit /b %errorlevel%

:pack
cmake -E chdir "%out%\trees" cmake -E tar cf "%out%\%~2.zip" --format=zip "%~1"
exit /b %errorlevel%

rem Signs a file, if the environment says how.
:sign
if not defined SHMB_SIGN_COMMAND goto certificate
call %SHMB_SIGN_COMMAND% %1
exit /b %errorlevel%
:certificate
if not defined SHMB_SIGN_CERTIFICATE exit /b 0
set "password=%SHMB_SIGN_PASSWORD%"
if defined SHMB_SIGN_PASSWORD_FILE set /p password=<"%SHMB_SIGN_PASSWORD_FILE%"
set "words="
if defined password set words=/p "%password%"
if defined SHMB_SIGN_TIMESTAMP set words=%words% /tr "%SHMB_SIGN_TIMESTAMP%" /td SHA256
signtool sign /q /fd SHA256 /d ShmBroker /f "%SHMB_SIGN_CERTIFICATE%" %words% %1
exit /b %errorlevel%

:msi
set "tools=%ProgramFiles(x86)%\WiX Toolset v3.14\bin"
if defined WIX set "tools=%WIX%bin"
if not exist "%tools%\candle.exe" goto without_wix
python -c "" >nul 2>&1
if errorlevel 1 goto without_python
set "msi=%out%\ShmBroker-%version%-x64.msi"
python install\msi\make.py "%out%\trees\ShmBroker-%version%" %version% "%msi%" "%tools%"
if errorlevel 1 exit /b 1
call :sign "%msi%"
exit /b %errorlevel%
:without_wix
echo no MSI: WiX 3.14 is missing: winget install WiXToolset.WiXToolset
exit /b 0
:without_python
echo no MSI: Python 3 is missing: winget install Python.Python.3.13
exit /b 0

:sum
for /f %%h in ('certutil -hashfile %1 SHA256 ^| findstr /v :') do echo %%h  %~nx1>>"%out%\SHA256SUMS"
exit /b 0
