@echo off
rem What the user who runs this may do with a segment, to send back with an experiment of
rem first-run.md. Not elevated, in the user's own session:
rem   as_user.cmd BIN OUT LABEL SEGMENT
rem BIN: the folder of shmb.exe (and of old_foxpro.exe, where that is to be tried)
rem OUT: a folder that all users may write; the answers go to OUT\LABEL.txt
rem LABEL: whose answers these are, such as user1-64; no name of a user is written
setlocal
if "%~4"=="" goto usage
set "bin=%~f1"
set "out=%~f2\%~3.txt"
set "label=%~3"
set "segment=%~4"
if not exist "%bin%\shmb.exe" goto usage
>"%out%" echo == %label%, %date% %time%, program of %PROCESSOR_ARCHITECTURE%
call :shmb --version
call :shmb list
call :shmb info "%segment%"
call :shmb doctor "%segment%" --as read
call :shmb doctor "%segment%" --as write
call :shmb doctor "%segment%" --as full
call :shmb write "%segment%" --text "%label%" --zero
call :shmb read "%segment%" --text
call :shmb lock "%segment%" --timeout 5000 -- cmd /c echo locked
if not exist "%bin%\old_foxpro.exe" goto done
call :run "%bin%\old_foxpro.exe" "%segment%" 512 read 16 0
call :run "%bin%\old_foxpro.exe" "%segment%" 512 write "fox %label%" 0
call :run "%bin%\old_foxpro.exe" "Global\%segment%" 512 read 32 0
:done
echo %out%
exit /b 0

:shmb
call :run "%bin%\shmb.exe" %*
exit /b 0

:run
>>"%out%" echo == %~nx1 %2 %3 %4 %5 %6 %7
%* >>"%out%" 2>&1 <nul
>>"%out%" echo exit code %errorlevel%
exit /b 0

:usage
echo as_user.cmd BIN OUT LABEL SEGMENT
exit /b 2
