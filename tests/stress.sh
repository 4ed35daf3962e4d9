#!/usr/bin/env bash
# Lets programs of both bitnesses use locks, double snapshots, changes and queues under Wine, and
# die: by ExitThread, by ending themselves at the steps of the library, by TerminateProcess and
# SIGKILL of others; see tests/stress/. The tests run short laps of it as test_stress.
#
#   tests/stress.sh SECONDS [SUBJECT]  at least that long; SUBJECT: lock, double, notification, queue
#   tests/stress.sh --mutants [NAME…]  libraries with a deliberate fault must be found: all, or these
#
# The exit code is 0 where nothing was lost, or each mutant found.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin host=$shmb_build/host/bin
said=$(mktemp) || exit 1
running=
finish() {
    if [ -n "$running" ]; then
        kill "$running" 2>/dev/null
        wait "$running"
    fi
    wine_end
    rm -f "$said"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# stress LIMIT ARGUMENT…: what it says is in $said then.
stress() {
    local code
    # into a file: a pipe would stay open as long as wineserver knows of it; and in the
    # background, so that a signal to us ends it at once
    timeout -k 10 "$1" env "SHMB_OTHER_BIN=$(wine_path "$bin32")" "${wine_command[@]}" \
        "$bin/test_stress.exe" "${@:2}" </dev/null >"$said" 2>&1 &
    running=$!
    wait "$running"
    code=$?
    running=
    sed -i 's/\r$//' "$said"
    return "$code"
}

# A mutant is found where the run says what it has found. Those in tests/sync are tests that fail.
mutants() {
    local name code
    [ $# -gt 0 ] || set -- $(cd "$bin" && printf '%s\n' stress_mutant_*.exe |
        sed 's/^stress_mutant_\(.*\)\.exe$/\1/') $(cd "$host" && printf '%s\n' sync_mutant_*)
    for name in "$@"; do
        if [ -x "$host/$name" ]; then
            timeout 300 "$host/$name" >"$said" 2>&1
            code=$?
            sed -i -n 's/^\[  FAILED  \] \([a-z_]*\)$/FAILED: test: \1/p' "$said"
        else
            stress 900 --mutant "stress_mutant_$name.exe" "${name%_*}"
            code=$?
        fi
        if [ $code != 0 ] && grep -q '^FAILED: ' "$said"; then
            echo "mutant $name: found. $(sed -n '/^FAILED: /{s/^FAILED: [^:]*: //p;q}' "$said")"
        else
            echo "mutant $name: not found, exit code $code"
            cat "$said"
            return 1
        fi
    done
}

case ${1:-} in
--mutants) ;;
[1-9]*) ;;
*)
    echo "usage: $0 SECONDS [SUBJECT] | --mutants [NAME…]" >&2
    exit 2
    ;;
esac
"$root/install/setup.sh" && build_preset mingw-x64 && build_preset mingw-x86 && build_preset host || exit 1
wine_begin "$bin" "$bin32" || exit 1
[ "$wine_32" = 1 ] || { echo '32-bit programs do not run here'; exit 1; }
if [ "$1" = --mutants ]; then
    mutants "${@:2}"
else
    stress $(($1 + 1500)) "$@"
    code=$?
    cat "$said"
    exit "$code"
fi
