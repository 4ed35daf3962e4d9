#!/usr/bin/env bash
# Compiles each piece of C, C++ and C#, and checks the types of each of Python, in client/bindings/guides.md, as a file of
# its own, and client/examples/Prices.cs; nothing is run.
#
#   tests/checks/guides.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# One file for each fenced piece whose language is one of these.
awk -v work="$work" '
    /^```(c|cpp|csharp|python)$/ { language = substr($0, 4); file = sprintf("%s/%02d.%s", work, ++count, language); next }
    /^```/                { file = ""; next }
    file != ""            { print >file }
' "$root/client/bindings/guides.md"

export MYPYPATH=$root/client/bindings/python
includes=(-I"$root/client/include" -I"$root/client/bindings/cpp")
warnings=(-fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Werror -D_WIN32_WINNT=0x0A00)
compile() {
    case $1 in
    *.c) x86_64-w64-mingw32-gcc -std=c17 "${warnings[@]}" "${includes[@]}" -x c "$1" ;;
    *.cpp) x86_64-w64-mingw32-g++ -std=c++17 "${warnings[@]}" "${includes[@]}" -x c++ "$1" ;;
    *.python) mypy --no-error-summary --strict --platform win32 --cache-dir "$work/mypy" "$1" ;;
    *.csharp) mcs -warnaserror -target:library -r:System.Core -out:"$work/guide.dll" "$1" ;;
    esac
}

cp "$root"/client/examples/Prices.cs "$work/prices.csharp"

count=0 bad=0
for file in "$work"/*.*; do
    [ "${file##*.}" != dll ] || continue
    count=$((count + 1))
    compile "$file" || { echo "${file##*/}, of client/bindings/guides.md or client/examples"; bad=$((bad + 1)); }
done
echo "$count pieces, $bad failed"
[ $bad = 0 ] && [ $count -ge 14 ]
