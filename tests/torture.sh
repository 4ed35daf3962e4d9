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
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin
said=$(mktemp) || exit 1
running=
finish() {
    if [ -n "$running" ]; then
        kill "$running" 2>/dev/null
        wait "$running"
    fi
    wine_end
    rm -f "$said" "$said.found"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# torture SECONDS SEED BROKER: in a prefix of its own.
torture() {
    local code
    wine_begin "$bin" "$bin32" || return 1
    [ "$wine_32" = 1 ] || { echo '32-bit programs do not run here'; return 1; }
    # into a file: a pipe would stay open as long as wineserver knows of it; and in the
    # background, so that a signal to us ends it at once
    timeout -k 10 $(($1 + 1500)) "${wine_command[@]}" "$bin/torture.exe" "$1" "$2" \
        "$(wine_path "$bin/$3.exe")" "$(wine_path "$bin32/torture_worker.exe")" </dev/null \
        >"$said" &
    running=$!
    wait "$running"
    code=$?
    running=
    wine_end
    tr -d '\r' <"$said"
    return "$code"
}

# Mutants are numbered from 1. One is found where the run says what it has found.
mutants() {
    local mutant code
    [ $# -gt 0 ] || set -- $(cd "$bin" && printf '%s\n' torture_mutant_*.exe | tr -cd '0-9\n')
    for mutant in "$@"; do
        torture 20 $RANDOM "torture_mutant_$mutant" >"$said.found"
        code=$?
        if [ $code = 1 ] && grep -q '^FAILED: ' "$said.found"; then
            echo "mutant $mutant: found. $(grep '^FAILED: ' "$said.found")"
        else
            echo "mutant $mutant: not found"
            cat "$said.found"
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
    torture "$1" "${2:-$RANDOM}" shmbroker && "$root/tests/stress.sh" "$1"
fi
