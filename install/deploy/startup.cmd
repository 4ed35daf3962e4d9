@echo off
rem A start script of computers, for group policies: installs or upgrades ShmBroker, and applies the
rem configuration. Beside it lie ShmBroker-VERSION-x64.msi (one version only) and shmbroker.yaml. Its
rem parameters are properties for the package, such as ACCOUNT=LocalService.
rem
rem Exit code: of msiexec if it fails, else of shmbroker apply. The log says what was done. It is where
rem users cannot write: in %SystemRoot%\Temp one of them could put something else in its place.
setlocal enableextensions
set "log=%SystemRoot%\Logs\shmbroker-startup.log"
set "name="
for /f "delims=" %%f in ('dir /b "%~dp0ShmBroker-*-x64.msi" 2^>nul') do set "name=%%~nf"
if not defined name goto without_package
set "version=%name:ShmBroker-=%"
set "version=%version:-x64=%"

rem A whole line, for 1.0.0 is not 1.0.0-rc.1.
call :find
if not exist "%program%" goto package
"%program%" --version | findstr /l /x /c:"shmbroker %version%" >nul && goto configuration

:package
>>"%log%" echo %date% %time% installing %name%
start "" /wait msiexec /i "%~dp0%name%.msi" /qn /norestart %*
set "code=%errorlevel%"
if "%code%"=="3010" set "code=0"
if not "%code%"=="0" goto failed
call :find

:configuration
>>"%log%" echo %date% %time% shmbroker apply
"%program%" apply "%~dp0shmbroker.yaml" >>"%log%" 2>&1
exit /b %errorlevel%

:without_package
>>"%log%" echo %date% %time% there is no package in "%~dp0"
exit /b 2

:failed
>>"%log%" echo %date% %time% msiexec failed with exit code %code%
exit /b %code%

rem The program is in the folder that the package was installed to.
:find
set "program=%ProgramFiles%\ShmBroker\shmbroker.exe"
for /f "tokens=2,*" %%a in ('reg query HKLM\Software\ShmBroker /v InstallFolder 2^>nul') do set "program=%%bshmbroker.exe"
exit /b 0
