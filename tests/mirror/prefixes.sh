# Sourced by the scripts that need several machines, which set `root` before: the build, Wine prefixes, and a
# folder `work` that goes with the script.
#
#   mirror_needs [PART]    ends the script with 77 where there is no server or no shmbmirror, or what
#                          the part `valkey` or `tls` needs is not there
#   prefixes_play COUNT FUNCTION
#                          makes so many, runs FUNCTION, which finds them in the array `prefixes`, and
#                          ends the script with its result; a signal to the script ends FUNCTION, which
#                          is one process (`exec`). If the result is 3, the server of Wine itself has
#                          died: all begins anew, twice at most
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=${SHMB_MIRROR_BIN:-$shmb_build/mingw-x64/bin}

prefixes=() prefix_inputs=() running=
work=$(mktemp -d) || exit 1

prefixes_end() {
    local i
    for i in "${!prefixes[@]}"; do
        WINEPREFIX=${prefixes[i]} wine_input=${prefix_inputs[i]}
        export WINEPREFIX
        wine_end
    done
    prefixes=() prefix_inputs=()
}

script_end() {
    if [ -n "$running" ]; then
        kill "$running" 2>/dev/null
        wait "$running"
    fi
    prefixes_end
    rm -rf "$work"
}
trap script_end EXIT
trap 'exit 130' INT TERM HUP

mirror_needs() {
    if [ "${1:-}" = valkey ]; then
        command -v valkey-server >/dev/null || { echo 'there is no valkey-server here'; exit 77; }
        export SHMB_MIRROR_SERVER
        SHMB_MIRROR_SERVER=$(command -v valkey-server)
    fi
    python3 -B -c 'import sys; sys.path.insert(0, sys.argv[1]); import servers
sys.exit(servers.find_program() is None)' "$root/tests/mirror" ||
        { echo 'there is no Redis server here; install/setup.sh brings it (redis-tools)'; exit 77; }
    [ -e "$bin/shmbmirror.exe" ] ||
        { echo 'shmbmirror was not built: hiredis is not here (install/setup.sh)'; exit 77; }
    [ "${1:-}" = tls ] || return 0
    # OpenSSL's own text is in a program that has it
    grep -qs 'certificate has expired' "$bin/shmbmirror.exe" ||
        { echo 'shmbmirror was built without TLS (tests/mirror/mirror.sh says how to)'; exit 77; }
    command -v openssl >/dev/null || { echo 'there is no program openssl here'; exit 77; }
}

prefixes_begin() {
    local i
    for ((i = 0; i < $1; i++)); do
        wine_begin "$bin" || return 1
        prefixes+=("$WINEPREFIX") prefix_inputs+=("$wine_input")
        unset WINEPREFIX
    done
}

prefixes_play() {
    local try code
    for try in 1 2 3; do
        prefixes_begin "$1" || exit 1
        "$2" &
        running=$!
        wait $running
        code=$?
        running=
        [ $code = 3 ] && [ $try != 3 ] || exit $code
        echo 'the server of Wine died; again'
        prefixes_end
        rm -rf "${work:?}"/*
    done
}
