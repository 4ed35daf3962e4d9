#!/usr/bin/env bash
# Compiles what we ship a second time, with clang and without GNU extensions: as near
# to MSVC as Linux comes without Microsoft's headers (msvc.sh has them, and compiles the
# tests, too). Takes files, definitions and include folders from the compile commands of
# the mingw build for x64.
#
#   tests/checks/clang.sh build/mingw-x64/compile_commands.json
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
database=${1:?usage: clang.sh compile_commands.json}
flags=(--target=x86_64-w64-mingw32 -std=c17 -fsyntax-only -Wall -Wextra -Wpedantic -Wgnu -Werror)

# One shell command line for each of our C files but the tests, JSON's escapes undone.
commands() {
    sed -n 's/^ *"command": "\(.*\)",\{0,1\}$/\1/p' "$database" | sed 's/\\\(["\\]\)/\1/g' |
        grep '\.c"\?$' | grep -v '/\(_deps\|build/deps\)/[^ ]*$' | grep -vF "$root/tests/"
}

# Of a command line: -D, -U, -I, -isystem, and the file, which is the last word.
compile() {
    local options=() file=${*: -1}
    while [ $# -gt 0 ]; do
        case $1 in
        -I*/build/deps/* | -I*/_deps/*) options+=(-isystem "${1#-I}") ;;
        -D* | -U* | -I*) options+=("$1") ;;
        -isystem) options+=("$1" "$2") && shift ;;
        esac
        shift
    done
    clang "${flags[@]}" "${options[@]}" "$file"
}

started=0 ended=0 failed=0 at_once=$(nproc)
await_one() {
    wait -n || failed=$((failed + 1))
    ended=$((ended + 1))
}
while IFS= read -r line; do
    [ $((started - ended)) -lt "$at_once" ] || await_one
    eval "compile $line" &
    started=$((started + 1))
done < <(commands)
while [ $ended -lt $started ]; do
    await_one
done
echo "$started files, $failed failed"
[ $started -gt 0 ] && [ $failed = 0 ]
