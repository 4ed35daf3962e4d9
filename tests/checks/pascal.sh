#!/usr/bin/env bash
# The units for Delphi and Free Pascal: Free Pascal compiles client/bindings/pascal, its example and
# its tests for Windows, 64 and 32 bit, without a warning; the programs run under Wine, against a
# broker in another session.
#
#   tests/checks/pascal.sh
#
# Debian's Free Pascal makes programs for Linux. Its units for Windows, and its compiler for 32-bit
# programs, are made from fpc-source, once, into build/deps/fpc (10 s). Exit code 77, which is no
# failure: Free Pascal is not here.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/checks/bindings.sh"
bindings=$root/client/bindings/pascal tests=$root/tests/client/pascal
deps=$shmb_build/deps/fpc

command -v ppcx64 >/dev/null || { echo 'Free Pascal is not here: Debian has it as fp-compiler'; exit 77; }
version=$(ppcx64 -iV)
source=/usr/share/fpcsrc/$version
[ -e "$source/rtl/win32" ] || { echo "the sources of Free Pascal $version are not here: Debian has them as fpc-source"; exit 77; }

# cross_units FOLDER COMPILER TARGET CPU: the run-time library.
cross_units() {
    local units=$1/$3 compiler=$2 cpu=$4 folder options=(-n "-T$3" -O2 -Ur "-FU$1/$3" "-Fu$1/$3")
    mkdir -p "$units" && cd "$source/rtl/$3" || return 1
    for folder in inc "$cpu" win win/wininc objpas objpas/sysutils objpas/classes common; do
        options+=("-Fi../$folder" "-Fu../$folder")
    done
    quietly "$compiler" "${options[@]}" -Us -Sg system.pp &&
        quietly "$compiler" "${options[@]}" ../objpas/objpas.pp &&
        quietly "$compiler" "${options[@]}" buildrtl.pp
}

# cross_compiler FOLDER: ppcross386, which makes 32-bit programs.
cross_compiler() {
    local made=$work/compiler units messages
    units=$(dpkg -L "fp-units-rtl-$version" | grep '/rtl/system\.ppu$') &&
        messages=$(dpkg -L "fp-compiler-$version" | grep '/msg/errore\.msg$') || return 1
    local options=(-n "-Fu${units%/*}" "-FU$made" -O1 -Xs)
    mkdir -p "$made" && cd "$made" || return 1
    # The texts of its messages, which are no part of Debian's sources.
    quietly ppcx64 "${options[@]}" "-FE$made" "$source/compiler/utils/msg2inc.pp" &&
        quietly ./msg2inc "$messages" msg msg && cd "$source/compiler" || return 1
    quietly ppcx64 "${options[@]}" -di386 -Fui386 -Fux86 -Fusystems "-Fi$made" -Fii386 -Fix86 -Fi. \
        "-FE$1" "-o$1/ppcross386" pp.pas
}

cross_all() {
    [ "$(cat "$deps/version" 2>/dev/null)" != "$version" ] || return 0
    local new
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    if ! (cross_units "$new" ppcx64 win64 x86_64) || ! (cross_compiler "$new") ||
        ! (cross_units "$new" "$new/ppcross386" win32 i386); then
        rm -rf "$new"
        return 1
    fi
    printf '%s\n' "$version" >"$new/version"
    rm -rf "$deps" && mv -T "$new" "$deps"
}

locked cross_all || exit 1

# compiled FOLDER COMPILER TARGET: the example, the tests, and the code in the README and the guides.
compiled() {
    local file
    mkdir -p "$work/$1"
    for file in "$bindings/example.dpr" "$tests/tests.dpr" "$work"/page*.dpr; do
        quietly "$2" -n "-T$3" -Mdelphi "-Fu$deps/$3" "-Fu$bindings" "-FU$work/$1" "-FE$work/$1" -O2 -vew -Sew \
            "$file" || return 1
    done
}
awk -v work="$work" '
    /^```pascal$/ { file = sprintf("%s/page%d.dpr", work, ++count); print "program page;" >file; next }
    /^```/        { file = "" }
    file != ""    { print >file }
' "$bindings/README.md" "$root/client/bindings/guides.md"
[ -e "$work/page4.dpr" ] || { echo 'code in the pages was not found'; exit 1; }
compiled x64 ppcx64 win64 && compiled x86 "$deps/ppcross386" win32 || exit 1
cp "$bin/shmbclient.dll" "$work/x64/" && cp "$bin32/shmbclient.dll" "$work/x86/" || exit 1

wine_begin_both "$bin" "$bin32" || exit 1
serve "$tests/objects.yaml" Pas || exit 1
passed() {
    sed -n 's/^\([0-9]*\) passed, 0 failed$/\1/p'
}
for architecture in x64 x86; do
    [ $architecture = x64 ] || [ "$wine_32" = 1 ] || continue
    [ $architecture = x64 ] || serve_again "$tests/objects.yaml" Pas || exit 1
    tested_with_c Pas Pascal "$architecture" 92 "${wine_command[@]}" "$work/$architecture/tests.exe" &&
        printed "${wine_command[@]}" "$work/$architecture/example.exe" || exit 1
    # é is as the code page has it
    LC_ALL=C sed 's/\(Prix.caf\).*/\1/' "$work/seen" >"$work/lines"
    diff - "$work/lines" <<'TEXT' || { echo "$architecture: the example prints something else"; exit 1; }
PascalExample: 64 bytes
bid 125, ask 126
the broker holds PascalExample
the broker holds Pas.Mutex
the broker holds Pas.Double
the broker holds Pas.First64
the broker holds Pas.First32
the broker holds Pas.FromC
the broker holds Pas.ToC
the broker holds Prix.caf
the broker holds Pas.Queue
the broker holds Pas.Stop
TEXT
    echo "$architecture: the example"
done
[ "$wine_32" = 1 ] || { echo "in 64 bit all is well; $wine_no_32"; exit 77; }
