#!/usr/bin/env bash
# The mirror beside a bare hiredis: how long a value takes from one machine to the other one, and how many
# come in a second. tests/bench/run.sh runs it, and has built what it needs; see mirror.py.
#
#   tests/bench/mirror.sh ROUNDS
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/mirror/prefixes.sh"
mirror_needs >&2
build_preset mingw-x64 shmbroker shmbmirror shmb_peer redis_peer idle >&2 || exit 1
rounds=$1
play() {
    exec python3 -B "$root/tests/bench/mirror.py" "$rounds" "$bin" "$work" "${prefixes[*]}" "${wine_command[@]}"
}
prefixes_play 2 play
