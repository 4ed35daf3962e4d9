# Sourced by torture.sh and stress.sh, after wine.sh: one Windows program that runs for long. A
# signal to the script ends it at once, and nothing is left behind.
#
#   long_run SECONDS PROGRAM [ARGUMENT…]   runs it in the prefix that there is; what it says is in
#                                          the file $said then. Returns its exit code; it is stopped
#                                          after so many seconds
said=$(mktemp) || exit 1
long_running=
long_run_end() {
    if [ -n "$long_running" ]; then
        kill "$long_running" 2>/dev/null
        wait "$long_running"
    fi
    wine_end
    rm -f "$said"
}
trap long_run_end EXIT
trap 'exit 130' INT TERM HUP

long_run() {
    local code
    # into a file: a pipe would stay open as long as wineserver knows of it; and in the
    # background, so that a signal to us ends it at once
    timeout -k 10 "$1" "${wine_command[@]}" "${@:2}" </dev/null >"$said" 2>&1 &
    long_running=$!
    wait "$long_running"
    code=$?
    long_running=
    sed -i 's/\r$//' "$said"
    return "$code"
}
