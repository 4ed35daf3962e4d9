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
. "$root/tests/long_run.sh"
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin host=$shmb_build/host/bin

# stress SECONDS ARGUMENT…
stress() {
    SHMB_OTHER_BIN=$(wine_path "$bin32") long_run "$1" "$bin/test_stress.exe" "${@:2}"
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
wine_begin_both "$bin" "$bin32" || exit 1
if [ "$1" = --mutants ]; then
    mutants "${@:2}"
else
    stress $(($1 + 1500)) "$@"
    code=$?
    cat "$said"
    exit "$code"
fi
