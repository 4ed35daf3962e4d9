#!/usr/bin/env bash
# Sets up, builds, and runs all tests: the pure layers on this machine with
# sanitizers, everything under Wine, and what can be checked without running.
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

time_limit=300 # seconds for one program: only one that hangs comes near
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
    if step "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
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
    elif ! grep -q '^\[  PASSED  \]' "$work/err"; then
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

# The names in tests/skips.wine and the tests skipped are the same set; of a
# part of the programs only that nothing else was skipped can be said.
compare_skips() {
    sed -n 's/^\([^#:][^:]*\):.*/\1/p' "$root/tests/skips.wine" | sort >"$work/expected"
    sort "$work/skips.wine" >"$work/seen"
    comm -13 "$work/expected" "$work/seen" | sed 's/^/skipped, but not listed in tests\/skips.wine: /'
    if [ ${#only[@]} = 0 ]; then
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

wine_tests() {
    local bin=$shmb_build/mingw-x64/bin name
    : >"$work/skips.wine"
    if ! wine_begin "$bin"; then
        failed=$((failed + 1))
        return
    fi
    while read -r name; do
        [ -n "$name" ] && selected "$name" || continue
        # What a failed program left behind must not fail the next one.
        run_program wine "$name" "${wine_command[@]}" "$bin/$name.exe" || wine_again
    done <"$shmb_build/mingw-x64/tests.txt"
    check 'skipped under Wine: as listed' compare_skips
    wine_end
}

# Not linked statically, the stack protector comes from a DLL of the compiler.
refuses_bad_imports() {
    echo 'int main(void) { return 0; }' >"$work/bad.c"
    x86_64-w64-mingw32-gcc -fstack-protector-all -o "$work/bad.exe" "$work/bad.c" || return 1
    "$root/tests/imports.sh" "$work/bad.exe" >"$work/bad.txt"
    [ $? = 1 ] && grep -q 'needs libssp' "$work/bad.txt"
}

static_checks() {
    check 'building: mingw-x86 shmbroker' locked configure_and_build mingw-x86 shmbroker
    check 'clang, no GNU extensions' "$root/tests/clang.sh" \
        "$shmb_build/mingw-x64/compile_commands.json"
    check 'imports system DLLs only' "$root/tests/imports.sh" "$shmb_build"/mingw-x??/bin/shmbroker.exe
    check 'a program that imports others is found' refuses_bad_imports
    check 'fuzzing, 5 s each' "$root/tests/fuzz.sh" 5
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
ran=0
if "$root/install/setup.sh" && build_preset host && build_preset mingw-x64; then
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
