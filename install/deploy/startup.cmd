@echo off
rem A start script of computers, for group policies: installs or upgrades ShmBroker, and applies the
rem configuration. Beside it lie ShmBroker-VERSION-x64.msi (one version only) and shmbroker.yaml. Its
rem parameters are properties for the package, such as ACCOUNT=LocalService.
rem
rem Exit code: of msiexec if it fails, else of shmbroker apply. The log says what was done.
setlocal enableextensions
set "program=%ProgramFiles%\ShmBroker\shmbroker.exe"
set "log=%SystemRoot%\Temp\shmbroker-startup.log"
set "name="
for /f "delims=" %%f in ('dir /b "%~dp0ShmBroker-*-x64.msi" 2^>nul') do set "name=%%~nf"
if not defined name (
    echo there is no package in %~dp0>>"%log%"
    exit /b 2
)
set "version=%name:ShmBroker-=%"
set "version=%version:-x64=%"

rem A whole line, for 1.0.0 is not 1.0.0-rc.1.
if not exist "%program%" goto package
"%program%" --version | findstr /l /x /c:"shmbroker %version%" >nul && goto configuration

:package
echo %date% %time% installing %name%>>"%log%"
start "" /wait msiexec /i "%~dp0%name%.msi" /qn /norestart %*
set "code=%errorlevel%"
if "%code%"=="3010" set "code=0"
if not "%code%"=="0" (
    echo msiexec failed with exit code %code%>>"%log%"
    exit /b %code%
)

:configuration
echo %date% %time% shmbroker apply>>"%log%"
"%program%" apply "%~dp0shmbroker.yaml" >>"%log%" 2>&1
exit /b %errorlevel%
