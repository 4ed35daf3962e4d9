@echo off
rem ShmBroker before your eyes, on Windows; on Linux: install/demo.sh.
rem Needs an elevated prompt of Visual Studio, and VCPKG_ROOT. Everything happens
rem in your session, the standard user is you with a restricted token; the
rem service itself runs in session 0.
setlocal
cd /d "%~dp0.."
set "root=%CD%"
set "bin=%root%\build\windows-x64\bin"
set "section=Global\MyFileMappingObject"
set "mutex=Global\sync_MyFileMappingObject"
set "message=Hello from the writer"
set "price=1.0842"
set "work=%TEMP%\shmb-demo-%RANDOM%%RANDOM%"
set "plain="%bin%\plain.exe""
set "user="%bin%\session_launcher.exe" -r -t 30 -- "%bin%\plain.exe""
set "shmb="%bin%\session_launcher.exe" -r -t 30 -- "%bin%\shmb.exe""
rem the reader in 32 bit, where that has been built: install\build.cmd windows-x86
set "reader=%shmb%"
set "reader_bits="
set "bin32=%root%\build\windows-x86\bin"
if exist "%bin32%\shmb.exe" set "reader="%bin%\session_launcher.exe" -r -t 30 -- "%bin32%\shmb.exe""
if exist "%bin32%\shmb.exe" set "reader_bits=32-bit "
set /a number=0

net session >nul 2>&1
if errorlevel 1 (
    echo this needs an elevated prompt: sc create asks for it
    exit /b 1
)
sc query ShmBroker >nul 2>&1
if not errorlevel 1 (
    echo ShmBroker is installed on this machine already; the demo would disturb it
    exit /b 1
)
mkdir "%work%"

call :step "building"
call install\build.cmd windows-x64 shmbroker shmb plain session_launcher
if errorlevel 1 goto failed

call :step "sc create ShmBroker"
sc create ShmBroker binPath= "\"%bin%\shmbroker.exe\" --config \"%root%\config\demo.yaml\" --allow-unsafe-config" >nul
if errorlevel 1 goto failed

call :step "start"
"%bin%\shmbroker.exe" start >nul
if errorlevel 1 goto failed
sc query ShmBroker | find "RUNNING" >nul
if errorlevel 1 goto failed
%plain% exists section "%section%" >nul
if errorlevel 1 goto failed

call :step "plain Win32 writer"
%plain% write "%section%" "%message%"
if errorlevel 1 goto failed

call :step "reader, standard user"
%user% read "%section%" >"%work%\text.txt"
if errorlevel 1 goto failed
call :first text "%work%\text.txt"
if not "%text%"=="%message%" goto failed
echo         "%text%"

call :step "shmb list, standard user"
%shmb% list
if errorlevel 1 goto failed

call :step "shmb write, through the library"
%shmb% write Prices --text "%price%" --zero
if errorlevel 1 goto failed

call :step "%reader_bits%shmb read"
%reader% read Prices --text >"%work%\price.txt"
if errorlevel 1 goto failed
call :first text "%work%\price.txt"
if not "%text%"=="%price%" goto failed
echo         "%text%"

call :step "shmb lock: a second one is told timeout, then has it"
rem 120 and more are shmb's own failures
%shmb% lock Prices -- "%bin%\shmb.exe" lock Prices --timeout 0 -- cmd /c ver >nul 2>&1
if not errorlevel 124 goto failed
if errorlevel 125 goto failed
%reader% lock Prices --timeout 0 -- cmd /c ver >nul
if errorlevel 1 goto failed

call :step "a writer is killed while it holds the lock"
rem the launcher kills it at the end of its time: exit code 124
"%bin%\session_launcher.exe" -r -t 3 -- "%bin%\plain.exe" hold-mutex "%mutex%" >"%work%\holder.txt"
if not errorlevel 124 goto failed
call :first text "%work%\holder.txt"
if not "%text%"=="holding" goto failed

call :step "the next one is told, the one after it finds all well"
%user% take-mutex "%mutex%" >"%work%\first.txt"
if errorlevel 1 goto failed
call :first text "%work%\first.txt"
if not "%text%"=="abandoned" goto failed
%user% take-mutex "%mutex%" >"%work%\second.txt"
if errorlevel 1 goto failed
call :first text "%work%\second.txt"
if not "%text%"=="taken" goto failed

call :step "status"
"%bin%\shmbroker.exe" status
if errorlevel 1 goto failed

call :step "stop: the names are gone"
"%bin%\shmbroker.exe" stop --release >nul
if errorlevel 1 goto failed
sc query ShmBroker | find "STOPPED" >nul
if errorlevel 1 goto failed
%plain% exists section "%section%" >"%work%\gone.txt"
call :first text "%work%\gone.txt"
if not "%text%"=="not there" goto failed

call :step "removed"
sc delete ShmBroker >nul
if errorlevel 1 goto failed
sc query ShmBroker >nul 2>&1
if not errorlevel 1 goto failed
rmdir /s /q "%work%"
echo Done.
exit /b 0

:failed
echo FAILED in step %number%
sc stop ShmBroker >nul 2>&1
sc delete ShmBroker >nul 2>&1
rmdir /s /q "%work%" >nul 2>&1
exit /b 1

:step
set /a number+=1
echo [%number%/14] %~1
exit /b 0

:first
set "%1="
for /f "usebackq delims=" %%l in ("%~2") do if not defined %1 set "%1=%%l"
exit /b 0
