#!/usr/bin/env bash
# Fails where a program needs a DLL that is not part of Windows, such as those
# of the compiler: the products are one file each.
#
#   tests/checks/imports.sh PROGRAM…
#
# With --opens-only, where an object file, a library, or an object file below a folder
# uses a function that makes a named object: of the client library only private_memory.c does,
# which makes memory under `Local\`.
#
#   tests/checks/imports.sh --opens-only FILE-OR-FOLDER…
set -u

makers='(Nt|Zw)?(Create|create)(FileMapping|Mutex|Event|Semaphore|WaitableTimer|JobObject|Section|Mutant)'
opens_only() {
    local files names found
    mapfile -t files < <(find "$1" -type f \( -name '*.obj' -o -name '*.a' \))
    [ ${#files[@]} -gt 0 ] || { echo "no objects: $1"; return 1; }
    # "FILE:[MEMBER:] U SYMBOL"
    names=$(x86_64-w64-mingw32-nm -A -u "${files[@]}") || return 1
    names=$(grep -vE '[/:]private_memory\.c\.obj:' <<<"$names")
    # Whatever else it does, it opens: a list without that has been misread.
    if ! grep -q 'OpenFileMapping' <<<"$names"; then
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
system_dlls='advapi32 bcrypt kernel32 msvcrt ntdll ole32 shell32 user32'
bad=0
for program in "$@"; do
    names=$(x86_64-w64-mingw32-objdump -p "$program" | sed -n 's/^.*DLL Name: *//p') || names=
    if [ -z "$names" ]; then
        echo "$program: no import table"
        bad=1
    fi
    for name in $names; do
        plain=$(printf '%s' "${name%.*}" | tr 'A-Z' 'a-z')
        case " $system_dlls " in
        *" $plain "*) ;;
        *)
            echo "$program: needs $name"
            bad=1
            ;;
        esac
    done
done
[ $# -gt 0 ] && [ $bad = 0 ]
