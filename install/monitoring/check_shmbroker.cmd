@echo off
rem A check for Nagios, Icinga and PRTG: one line, and an exit code.
rem
rem   check_shmbroker.cmd          Nagios, Icinga: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
rem   check_shmbroker.cmd prtg     PRTG, sensor "EXE/Script": VALUE:TEXT; the value is 0 where
rem                                all is well, 1 degraded, 2 not running
rem
rem SHMBROKER names the program, unless it is where install puts it. An account without
rem administrator rights sees a broker that runs, but not each reason why it is degraded.
setlocal enableextensions
if not defined SHMBROKER set "SHMBROKER=%ProgramFiles%\ShmBroker\shmbroker.exe"
if not exist "%SHMBROKER%" (
    set "code=3" & set "text=there is no %SHMBROKER%"
    goto answer
)
"%SHMBROKER%" status >nul 2>nul
set "code=%errorlevel%"
set "text=shmbroker status failed with exit code %code%"
if "%code%"=="0" set "text=ShmBroker runs and holds everything that is configured"
if "%code%"=="1" set "text=ShmBroker is degraded; run shmbroker status in an elevated prompt"
if "%code%"=="5" set "text=ShmBroker does not run; run shmbroker start"
if "%code%"=="5" (set "code=2") else if not "%code%"=="0" if not "%code%"=="1" set "code=3"

:answer
if /i "%~1"=="prtg" goto prtg
set "word=UNKNOWN"
if "%code%"=="0" set "word=OK"
if "%code%"=="1" set "word=WARNING"
if "%code%"=="2" set "word=CRITICAL"
echo SHMBROKER %word% - %text%
exit /b %code%

rem PRTG: 0 OK, 1 warning, 2 system error.
:prtg
set "status=%code%"
if "%code%"=="3" set "status=2"
echo %code%:%text%
exit /b %status%
