#!/usr/bin/env bash
# Kills brokers, keepers and clients under Wine while clients of both bitnesses
# write and check every byte; see tests/torture/torture.c.
#
#   tests/torture.sh SECONDS [SEED]   at least that long, and until the floors are
#                                     reached; the seed is printed. Then tests/stress.sh
#                                     for as long
#   tests/torture.sh --mutants [N…]   brokers with a deliberate fault must be found: all, or these
#
# The exit code is 0 where nothing was lost, or each mutant found.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
. "$root/tests/long_run.sh"
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin

# torture SECONDS SEED BROKER: in a prefix of its own.
torture() {
    local code
    wine_begin_both "$bin" "$bin32" || exit 1
    long_run $(($1 + 1500)) "$bin/torture.exe" "$1" "$2" "$(wine_path "$bin/$3.exe")" \
        "$(wine_path "$bin32/torture_worker.exe")"
    code=$?
    wine_end
    return "$code"
}

# Mutants are numbered from 1. One is found where the run says what it has found.
mutants() {
    local mutant code
    [ $# -gt 0 ] || set -- $(cd "$bin" && printf '%s\n' torture_mutant_*.exe | tr -cd '0-9\n')
    for mutant in "$@"; do
        torture 20 $RANDOM "torture_mutant_$mutant"
        code=$?
        if [ $code = 1 ] && grep -q '^FAILED: ' "$said"; then
            echo "mutant $mutant: found. $(grep '^FAILED: ' "$said")"
        else
            echo "mutant $mutant: not found"
            cat "$said"
            return 1
        fi
    done
}

case ${1:-} in
--mutants) ;;
[1-9]*) ;;
*)
    echo "usage: $0 SECONDS [SEED] | --mutants" >&2
    exit 2
    ;;
esac
"$root/install/setup.sh" && build_preset mingw-x64 && build_preset mingw-x86 || exit 1
if [ "$1" = --mutants ]; then
    mutants "${@:2}"
else
    torture "$1" "${2:-$RANDOM}" shmbroker
    code=$?
    cat "$said"
    [ $code = 0 ] || exit "$code"
    "$root/tests/stress.sh" "$1"
fi
