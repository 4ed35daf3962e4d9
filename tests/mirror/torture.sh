#!/usr/bin/env bash
# Three machines publish and follow for so many seconds, while connections are cut in the middle of values,
# the server hangs, is killed and comes back with nothing or with an older state, and mirrors and brokers are
# killed: no value is torn, and whenever it is quiet all agree. See torture.py.
#
#   tests/mirror/torture.sh SECONDS [SEED]   at least that long, and until each kind of harm was done;
#                                            the seed is printed
#
# Ends with 77 and one reason where there is no server, or shmbmirror was not built.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
case ${1:-} in
[1-9]*) ;;
*)
    echo "usage: $0 SECONDS [SEED]" >&2
    exit 2
    ;;
esac
. "$root/tests/mirror/prefixes.sh"
mirror_needs
seconds=$1 seed=${2:-$RANDOM}
play() {
    exec python3 -B "$root/tests/mirror/torture.py" "$seconds" "$seed" "$bin" "$work" "${prefixes[*]}" \
        "${wine_command[@]}"
}
prefixes_play 3 play
