@echo off
rem Builds and runs all tests on Windows; on Linux: tests/run.sh.
rem   tests\run.cmd [windows-x64 or windows-x86]
rem The last line is "N passed, N failed, N skipped"; the exit code is 0 where
rem nothing failed. A program without cmocka's summary line has failed. One that hangs is
rem ended with what it started, as far as tests\tools\time_limit.c can see it.
setlocal
cd /d "%~dp0.."
set "preset=%~1"
if "%preset%"=="" set "preset=windows-x64"
call install\build.cmd %preset%
if errorlevel 1 exit /b 1
set "bin=build\%preset%\bin"
rem With both bitnesses built, tests of the one start programs of the other, and
rem the broker is the 64-bit one.
set "other=windows-x86"
if "%preset%"=="windows-x86" set "other=windows-x64"
set "other=%CD%\build\%other%\bin"
if exist "%other%\test_mixed.exe" set "SHMB_OTHER_BIN=%other%"
if "%preset%"=="windows-x86" if defined SHMB_OTHER_BIN set "SHMB_BROKER=%other%"
set "out=%TEMP%\shmb-test-%RANDOM%%RANDOM%"
rem seconds for one program: only one that hangs comes near
set /a limit=600, torture_limit=2400
set /a passed=0, failed=0, skipped=0, programs=0
for /f "usebackq" %%t in ("build\%preset%\tests.txt") do call :program %%t
if exist "%bin%\torture.exe" call :torture
del "%out%.out" "%out%.err" >nul 2>&1
if %programs%==0 set /a failed+=1
echo %passed% passed, %failed% failed, %skipped% skipped
if not %failed%==0 exit /b 1
exit /b 0

:program
set /a programs+=1
"%bin%\time_limit.exe" %limit% "%bin%\%1.exe" >"%out%.out" 2>"%out%.err" <nul
set code=%errorlevel%
call :count ok "[       OK ] "
call :count bad "[  FAILED  ] "
call :count skip "[  SKIPPED ] "
set "note="
set /a seen=ok+bad+skip
find "test(s) run." <"%out%.out" >nul
if errorlevel 1 set "note=no summary line"
find "[  PASSED  ]" <"%out%.err" >nul
if errorlevel 1 set "note=no summary line"
if %seen%==0 set "note=no test was run"
if %code%==124 set "note=stopped after %limit% s"
if not defined note if %bad%==0 if not %code%==0 set "note=exit code %code%"
if defined note set /a bad+=1
set /a passed+=ok, failed+=bad, skipped+=skip
echo %1: %ok% passed, %bad% failed, %skip% skipped %note%
if not %bad%==0 type "%out%.out" "%out%.err"
exit /b 0

:torture
set "worker="
if defined SHMB_OTHER_BIN set worker="%other%\torture_worker.exe"
"%bin%\time_limit.exe" %torture_limit% "%bin%\torture.exe" 20 %RANDOM% "%bin%\shmbroker.exe" %worker% >"%out%.out" 2>"%out%.err" <nul
if errorlevel 1 goto torture_failed
set /a passed+=1
echo torture: nothing is lost
exit /b 0
:torture_failed
set /a failed+=1
echo torture: FAILED
type "%out%.out" "%out%.err"
exit /b 0

:count
set /a %1=0
for /f %%n in ('find "%~2" ^<"%out%.out"') do set /a %1+=1
exit /b 0
