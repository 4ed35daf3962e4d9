#!/usr/bin/env bash
# Sets up, builds, and runs all tests: the pure layers on this machine with
# sanitizers, everything under Wine, the clients' side there in 32 bit, too, and
# what can be checked without running.
#
#   tests/run.sh [NAME…]      only the test programs of these names
#
# The last line is "N passed, N failed, N skipped"; the exit code is 0 where
# nothing failed. Two runs may go on side by side; nothing is left running.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"

time_limit=600 # seconds for one program: only one that hangs comes near
passed=0 failed=0 skipped=0
only=("$@") program=
work=$(mktemp -d) || exit 1

finish() {
    [ -z "$program" ] || kill "$program"
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# check NAME COMMAND…: one test that is a command.
check() {
    step "$@"
    case $? in
        0) passed=$((passed + 1)) ;;
        77) skipped=$((skipped + 1)) ;;
        *) failed=$((failed + 1)) ;;
    esac
}

selected() {
    local name
    [ ${#only[@]} -gt 0 ] || return 0
    for name in "${only[@]}"; do
        [ "$name" != "$1" ] || return 0
    done
    return 1
}

# Reads what a cmocka program printed. Prints the numbers of passed, failed and
# skipped tests, and 1 where every group that began has its summary line and
# accounts for each of its tests; lists the skipped ones in a file.
count_tests() {
    tr -d '\r' <"$1" | awk -v skips="$2" '
        # newer releases put the name of the group before it
        /^\[==========\] (.*: )?Running [0-9]+ test\(s\)\.$/ { announced += $(NF - 1); inside = 1 }
        /^\[==========\] (.*: )?[0-9]+ test\(s\) run\.$/ { run += $(NF - 2); groups++; inside = 0 }
        inside && /^\[       OK \] /  { ok++ }
        inside && /^\[  FAILED  \] /  { bad++ }
        inside && /^\[  SKIPPED \] /  { skip++; print substr($0, 14) >>skips }
        END {
            whole = groups > 0 && !inside && run > 0 && run == announced && run >= ok + bad + skip
            # what neither passed nor failed nor was skipped could not be run
            if (whole)
                bad = run - ok - skip
            print ok + 0, bad + 0, skip + 0, whole
        }'
}

# run_program WHERE NAME COMMAND…
run_program() {
    local where=$1 name=$2 start=$EPOCHREALTIME code ok bad skip whole verdict=ok seconds note=
    shift 2
    timeout -k 10 $time_limit "$@" >"$work/out" 2>"$work/err" </dev/null &
    program=$!
    wait $program # in the background, so that a signal to us ends it at once
    code=$?
    program=
    seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    read -r ok bad skip whole < <(count_tests "$work/out" "$work/skips.$where")
    if [ "$whole" != 1 ]; then
        bad=$((bad + 1)) note=", no summary line"
    elif [ $bad = 0 ] && [ $code != 0 ]; then
        bad=1 note=", exit code $code"
    elif ! grep -qE '^(wine client error:[0-9a-f]+: )?\[  PASSED  \]' "$work/err"; then
        # A process that is killed while it talks to wineserver leaves that prefix behind.
        bad=$((bad + 1)) note=", no PASSED line"
    fi
    [ $code != 124 ] || note="$note, stopped after $time_limit s"
    [ $bad = 0 ] || verdict=FAILED
    printf '%-4s %-26s %-6s %d passed, %d failed, %d skipped, %s s%s\n' "$where" "$name" "$verdict" \
        "$ok" "$bad" "$skip" "$seconds" "$note"
    [ $bad = 0 ] || sed 's/^/    /' "$work/out" "$work/err"
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    ran=$((ran + 1))
    [ $bad = 0 ]
}

# compare_skips WHERE [ALL]: every test skipped is listed in tests/skips.wine; with
# ALL, every one listed there was skipped, too.
compare_skips() {
    sed -n 's/^\([^#:][^:]*\):.*/\1/p' "$root/tests/skips.wine" | sort >"$work/expected"
    sort "$work/skips.$1" >"$work/seen"
    comm -13 "$work/expected" "$work/seen" | sed 's/^/skipped, but not listed in tests\/skips.wine: /'
    if [ "${2:-}" != '' ]; then
        comm -23 "$work/expected" "$work/seen" | sed 's/^/listed in tests\/skips.wine, but not skipped: /'
        cmp -s "$work/expected" "$work/seen"
    else
        [ -z "$(comm -13 "$work/expected" "$work/seen")" ]
    fi
}

host_tests() {
    local name
    : >"$work/skips.host"
    while read -r name; do
        [ -n "$name" ] && selected "$name" && run_program host "$name" "$shmb_build/host/bin/$name"
    done <"$shmb_build/host/tests.txt"
    check 'nothing skipped on this machine' test ! -s "$work/skips.host"
}

# wine_programs WHERE BIN [NAME=VALUE…]: those named on the input, with these variables.
wine_programs() {
    local where=$1 bin=$2 name
    shift 2
    : >"$work/skips.$where"
    while read -r name; do
        [ -n "$name" ] && selected "$name" || continue
        # What a failed program left behind must not fail the next one.
        run_program "$where" "$name" env "$@" "${wine_command[@]}" "$bin/$name.exe" || wine_again
    done
}

# A 32-bit program that says nothing may not have run at all: then none counts.
fail_programs() {
    local where=$1 name
    while read -r name; do
        [ -n "$name" ] && selected "$name" || continue
        printf '%-4s %-26s FAILED 32-bit programs do not run here\n' "$where" "$name"
        failed=$((failed + 1)) ran=$((ran + 1))
    done
}

# The broker is the 64-bit one for clients of both bitnesses.
wine_tests() {
    local bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin all=
    if ! wine_begin "$bin" "$bin32"; then
        failed=$((failed + 1))
        return
    fi
    wine_programs wine "$bin" "SHMB_OTHER_BIN=$(wine_path "$bin32")" \
        <"$shmb_build/mingw-x64/tests.txt"
    # Of a part of the programs, nobody knows what all of them skip.
    [ ${#only[@]} -gt 0 ] || all=all
    check 'skipped under Wine: as listed' compare_skips wine $all
    if [ "$wine_32" = 1 ]; then
        wine_programs w32 "$bin32" "SHMB_OTHER_BIN=$(wine_path "$bin")" \
            "SHMB_BROKER=$(wine_path "$bin")" <"$shmb_build/mingw-x86/clients.txt"
        check 'skipped in 32 bit: as listed' compare_skips w32
    else
        fail_programs w32 <"$shmb_build/mingw-x86/clients.txt"
    fi
    wine_end
}

# Not linked statically, the stack protector comes from a DLL of the compiler.
refuses_bad_imports() {
    echo 'int main(void) { return 0; }' >"$work/bad.c"
    x86_64-w64-mingw32-gcc -fstack-protector-all -o "$work/bad.exe" "$work/bad.c" || return 1
    "$root/tests/checks/imports.sh" "$work/bad.exe" >"$work/bad.txt"
    [ $? = 1 ] && grep -q 'needs libssp' "$work/bad.txt"
}

refuses_makers() {
    local gcc file
    cat >"$work/makes.c" <<'C'
#include <windows.h>
void *take(void);
void *take(void)
{
    void *section = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Name");

    return section != NULL ? section : CreateMutexW(NULL, FALSE, L"Name");
}
C
    for gcc in x86_64-w64-mingw32-gcc i686-w64-mingw32-gcc; do
        "$gcc" -c -o "$work/makes.o" "$work/makes.c" || return 1
        rm -f "$work/makes.a"
        x86_64-w64-mingw32-ar rcs "$work/makes.a" "$work/makes.o" || return 1
        for file in "$work/makes.o" "$work/makes.a"; do
            "$root/tests/checks/imports.sh" --opens-only "$file" >"$work/bad.txt"
            [ $? = 1 ] && grep -q 'makes objects: .*CreateMutexW' "$work/bad.txt" || return 1
        done
    done
}

# Of both libraries: their objects are compiled apart.
opens_only() {
    local preset
    for preset in mingw-x64 mingw-x86; do
        "$root/tests/checks/imports.sh" --opens-only "$shmb_build/$preset/client/lib/shmbclient_static.a" &&
            "$root/tests/checks/imports.sh" --opens-only \
                "$shmb_build/$preset"/client/lib/CMakeFiles/shmbclient.dir/*.obj || return 1
    done
}

static_checks() {
    check 'clang, no GNU extensions' "$root/tests/checks/clang.sh" \
        "$shmb_build/mingw-x64/compile_commands.json"
    check 'the same in 32 bit' "$root/tests/checks/clang.sh" \
        "$shmb_build/mingw-x86/compile_commands.json"
    check 'imports system DLLs only' "$root/tests/checks/imports.sh" \
        "$shmb_build"/mingw-x??/bin/{shmbroker.exe,shmb.exe,shmbclient.dll}
    check 'a program that imports others is found' refuses_bad_imports
    check 'the client library opens and never creates, but for private memory' opens_only
    check 'a library that creates is found' refuses_makers
    check 'FoxPro declares what the library has' python3 "$root/tests/checks/foxpro.py"
    check 'the guides compile' "$root/tests/checks/guides.sh"
    check 'a program in Node.js, through koffi' "$root/tests/checks/node.sh"
    check 'the schema agrees with the loader' python3 "$root/tests/checks/schema.py"
    check 'nothing is lost under torture, 20 s' "$root/tests/torture.sh" 20
    check 'torture finds brokers with a fault' "$root/tests/torture.sh" --mutants
    check 'fuzzing, 5 s each' "$root/tests/fuzz/run.sh" 5
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
ran=0
if "$root/install/setup.sh" && build_preset host && build_preset mingw-x64 &&
    build_preset mingw-x86; then
    host_tests
    wine_tests
    [ ${#only[@]} -gt 0 ] || static_checks
    if [ $ran = 0 ]; then
        echo 'no test program was run'
        failed=$((failed + 1))
    fi
else
    failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
