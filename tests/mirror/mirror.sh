#!/usr/bin/env bash
# shmbmirror between machines: Wine prefixes, each with a broker of its own, and real Redis servers,
# which this starts and ends. Connections are cut, servers killed and replaced; each time no value is
# torn, none comes back as an echo, and all sides agree in the end. The parts are in cases_*.py.
#
#   tests/mirror/mirror.sh PART…     run, failures, conflicts, sentinel, cluster, security, tls, valkey
#   tests/mirror/mirror.sh --list    the parts with what each of their cases shows
#
# Ends with 77 and one reason where there is no server, or shmbmirror was not built. SHMB_MIRROR_SERVER is
# another server's program. The part `tls` needs shmbmirror with TLS, which the usual build has not; make one
# in another folder, with a static OpenSSL 3 that mingw-w64 has built:
#
#   cmake --preset mingw-x64 -B build/tls -DSHMB_MIRROR_TLS=ON -DOPENSSL_ROOT_DIR=FOLDER
#   cmake --build build/tls
#   SHMB_MIRROR_BIN=$PWD/build/tls/bin tests/mirror/mirror.sh tls
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/mirror/prefixes.sh"

if [ "${1:-}" = --list ]; then
    exec python3 -B "$root/tests/mirror/cases.py" --list
fi
[ $# -gt 0 ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mirror_needs "$1"
parts=$*
play() {
    exec python3 -B "$root/tests/mirror/cases.py" "$bin" "$work" "${prefixes[*]}" "$parts" "${wine_command[@]}"
}
prefixes_play 3 play
