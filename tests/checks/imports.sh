#!/usr/bin/env bash
# Fails where a program or DLL imports from a DLL that is not one of Windows' known DLLs.
# Windows takes the known ones from the system folder; it looks for any other one in the
# program's own folder first, before the program can say where to look. Fails too where it
# imports user32, gdi32 or what loads them (shell32, ole32): Windows does not tell a console
# program that has them of a log-off or a shutdown. So four DLLs are left.
#
# Functions of advapi32 that live in cryptsp.dll and cryptbase.dll, no known DLLs, fail as well.
#
#   tests/checks/imports.sh [--sockets] PROGRAM…     --sockets: ws2_32, a known DLL, too
#
# With --opens-only, where an object file, a library, or an object file below a folder
# uses a function that makes a named object: of the client library only private_memory.c does,
# which makes memory under `Local\`; and subscribe.c and request_pipe.c, which make events without
# names.
#
#   tests/checks/imports.sh --opens-only FILE-OR-FOLDER…
#
# With --no-input, where a program has the name of a function by which other programs could talk
# to it, imported or in a text for GetProcAddress: pipes and mailslots that it makes, ports, RPC,
# COM, sockets, windows, and the memory or messages of other processes' threads.
#
#   tests/checks/imports.sh --no-input PROGRAM…
#
# With --one-pipe, the same of the service, which may have one way in: a pipe for requests
# (service/win32/requests). Fails too where an object file of another wing uses what it takes.
#
#   tests/checks/imports.sh --one-pipe BUILD PROGRAM…
set -u

inputs='(Nt|Zw)?(Create|Connect|Call|Impersonate)(NamedPipe|Mailslot|Alpc|WaitablePort|Port)[A-Za-z]*'
inputs+='|(Nt|Zw)?(Alpc|LpcR|ListenPort|ReplyWait|AcceptConnect)[A-Za-z]*|Rpc[A-Z][A-Za-z0-9]*'
inputs+='|Co(Initialize|RegisterClass)[A-Za-z]*|WSA[A-Z][A-Za-z]*|RegisterClass[A-Za-z]*'
inputs+='|(Get|Peek)Message[AW]?|Http[A-Z][A-Za-z]*|(Queue|Nt)[A-Za-z]*Apc[A-Za-z]*'
pipes='CreateNamedPipeW|ConnectNamedPipe|ImpersonateNamedPipeClient'
# no_input PROGRAM [ALLOWED]
no_input() {
    local names found
    names=$(strings -a "$1") || return 1
    # Whatever else it does, it makes sections: a list without that has been misread.
    grep -q '^CreateFileMapping' <<<"$names" || { echo "$1: no names found"; return 1; }
    found=$(grep -xE "$inputs" <<<"$names" | grep -vxE "${2:-none}" | sort -u)
    [ -z "$found" ] || echo "$1: can take input: $found"
    [ -z "$found" ]
}

# pipes_in FOLDER: the object files below it that use what makes a pipe. "FILE: U SYMBOL"
pipes_in() {
    find "$1" -type f -name '*.obj' -exec x86_64-w64-mingw32-nm -A -u {} + |
        grep -E "\\b(__imp_|_imp__|_)*($pipes)(@[0-9]+)?\$"
}

# Where nobody uses them, the list has been misread.
one_pipe() {
    local found elsewhere
    found=$(for folder in client config service; do pipes_in "$1/$folder"; done)
    elsewhere=$(grep -v '/wing_service_win32_requests\.dir/' <<<"$found")
    [ -n "$found" ] || { echo "$1: no pipe found"; return 1; }
    [ -z "$elsewhere" ] || echo "a pipe elsewhere: $elsewhere"
    [ -z "$elsewhere" ]
}

makers='(Nt|Zw)?(Create|create)(FileMapping|Mutex|Event|Semaphore|WaitableTimer|JobObject|Section|Mutant)'
opens_only() {
    local files names found
    mapfile -t files < <(find "$1" -type f \( -name '*.obj' -o -name '*.a' \))
    [ ${#files[@]} -gt 0 ] || { echo "no objects: $1"; return 1; }
    # "FILE:[MEMBER:] U SYMBOL"
    names=$(x86_64-w64-mingw32-nm -A -u "${files[@]}") || return 1
    names=$(grep -vE '[/:](private_memory|subscribe|request_pipe)\.c\.obj:' <<<"$names")
    # Whatever else it does, it opens: a list without that has been misread.
    if ! grep -qE 'Open(FileMapping|Mutex)' <<<"$names"; then
        echo "no imports found: $1"
        return 1
    fi
    found=$(grep -E "\\b(__imp_|_imp__|_)*$makers" <<<"$names")
    [ -z "$found" ] || echo "makes objects: $found"
    [ -z "$found" ]
}

if [ "${1:-}" = --opens-only ]; then
    shift
    [ $# -gt 0 ] || exit 1
    for what in "$@"; do
        opens_only "$what" || exit 1
    done
    exit 0
fi
if [ "${1:-}" = --no-input ]; then
    shift
    [ $# -gt 0 ] || exit 1
    for what in "$@"; do
        no_input "$what" || exit 1
    done
    exit 0
fi
if [ "${1:-}" = --one-pipe ]; then
    shift
    [ $# -gt 1 ] || exit 1
    one_pipe "$1" || exit 1
    shift
    for what in "$@"; do
        no_input "$what" "$pipes" || exit 1
    done
    exit 0
fi
known_dlls='advapi32 kernel32 msvcrt ntdll'
if [ "${1:-}" = --sockets ]; then
    shift
    known_dlls+=' ws2_32'
fi
elsewhere='(Crypt|SystemFunction)[A-Za-z0-9]+'
bad=0
for program in "$@"; do
    table=$(x86_64-w64-mingw32-objdump -p "$program") || table=
    names=$(sed -n 's/^.*DLL Name: *//p' <<<"$table")
    if [ -z "$names" ]; then
        echo "$program: no import table"
        bad=1
    fi
    for name in $names; do
        plain=$(printf '%s' "${name%.*}" | tr 'A-Z' 'a-z')
        case " $known_dlls " in
        *" $plain "*) ;;
        *)
            echo "$program: needs $name"
            bad=1
            ;;
        esac
    done
    # "\tADDRESS HINT NAME"
    for name in $(sed -nE "s/^\t[0-9a-f]+\t? +[0-9]+ +($elsewhere)\$/\1/p" <<<"$table"); do
        echo "$program: imports $name, which is in another DLL"
        bad=1
    done
done
[ $# -gt 0 ] && [ $bad = 0 ]
