#!/usr/bin/env bash
# ShmBroker before your eyes, on a bare Debian machine: builds it, registers it
# as a service in a Wine prefix of its own, lets ordinary Win32 programs, and shmb
# in 64 and 32 bit, use in two sessions what it holds, and removes everything
# again. Where there is a Redis server, a second machine gets a price from the first.
# On Windows: install\demo.cmd.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"

section='Global\MyFileMappingObject'
mutex='Global\sync_MyFileMappingObject'
message='Hello from session 1'
price='1.0842'
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin
steps=16 number=0
work=$(mktemp -d) || exit 1
first_machine=() second_machine=() server='' # Wine prefix, and what keeps it; the Redis server's process

# on MACHINE [COMMAND…]: there, and from then on.
on() {
    local -n machine=$1
    export WINEPREFIX=${machine[0]}
    wine_input=${machine[1]}
    shift
    "$@"
}

end_second_machine() {
    if [ -n "$server" ]; then
        kill -9 "$server"
        wait "$server"
        server=''
    fi 2>/dev/null
    [ ${#second_machine[@]} -gt 0 ] || return 0
    on second_machine wine_end
    second_machine=()
    on first_machine
}

finish() {
    end_second_machine
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

label() {
    number=$((number + 1))
    printf -v label '[%2d/%d] %s' "$number" "$steps" "$1"
}

# show TEXT FUNCTION: one line with what the function printed; ends the demo
# where it failed.
show() {
    label "$1"
    printf '%s' "$label"
    if "$2" >"$work/said" 2>"$work/err" </dev/null; then
        printf ': %s ok\n' "$(tr -d '\r' <"$work/said" | paste -sd ' ')"
    else
        echo ' FAILED'
        sed 's/^/    /' "$work/said" "$work/err"
        exit 1
    fi
}

build() {
    local more=()
    [ ! -e "$shmb_build/deps/hiredis" ] || more=(shmbmirror)
    configure_and_build mingw-x64 shmbroker shmb plain idle session_launcher "${more[@]}" &&
        configure_and_build mingw-x86 shmb probe
}

# A plain Win32 program in a session; `user` is a standard user there.
plain() {
    local session=$1
    shift
    wine_run "$bin/session_launcher.exe" -s "$session" -t 30 -- "$bin/plain.exe" "$@"
}
plain_user() {
    local session=$1
    shift
    wine_run "$bin/session_launcher.exe" -s "$session" -r -t 30 -- "$bin/plain.exe" "$@"
}

# shmb in 64 and in 32 bit, as a standard user in a session.
shmb() {
    local session=$1
    shift
    wine_run "$bin/session_launcher.exe" -s "$session" -r -t 30 -- "$bin/shmb.exe" "$@"
}
shmb32() {
    local session=$1
    shift
    wine_run "$bin/session_launcher.exe" -s "$session" -r -t 30 -- "$bin32/shmb.exe" "$@"
}

service_state() {
    wine_run sc query ShmBroker | tr -d '\r' | sed -n 's/^ *STATE *: *[0-9]* *\([A-Z_]*\).*/\1/p'
}

name_is_gone() {
    [ "$(plain 1 exists section "$section" | tr -d '\r')" = 'not there' ]
}

# wait_for TEXT FILE: until a background program has said so.
wait_for() {
    local turn
    for ((turn = 0; turn < 600; turn++)); do
        ! grep -q "$1" "$2" || return 0
        sleep 0.05
    done
    return 1
}

# The launcher puts the service into session 0, where Windows runs services and
# Wine does not.
register() {
    local command
    command="\"$(wine_path "$bin/session_launcher.exe")\" -s 0 -- \"$(wine_path "$bin/shmbroker.exe")\""
    command="$command --config \"$(wine_path "$root/config/demo.yaml")\" --allow-unsafe-config"
    name_is_gone && wine_run sc create ShmBroker binPath= "$command" >&2 &&
        [ "$(service_state)" = STOPPED ] && printf 'registered'
}

start() {
    wine_run "$bin/shmbroker.exe" start >&2 && [ "$(service_state)" = RUNNING ] &&
        plain_user 1 exists section "$section" >&2 && printf '%s exists' "$section"
}

write() {
    plain 1 write "$section" "$message" >&2 && printf '"%s" written, and gone' "$message"
}

read_back() {
    plain_user 2 read "$section" >"$work/text" &&
        [ "$(tr -d '\r' <"$work/text")" = "$message" ] && printf '"%s"' "$message"
}

list() {
    shmb 2 list >"$work/list" && grep -q 'segment *held *512 *MyFileMappingObject' "$work/list" &&
        printf 'all that is held'
}

library_write() {
    shmb 1 write Prices --text "$price" --zero >&2 && printf '"%s" written' "$price"
}

read_32() {
    shmb32 2 read Prices --text >"$work/text" && [ "$(cat "$work/text")" = "$price" ] &&
        printf '"%s"' "$price"
}

# A second one, below the first, cannot have the lock; then it is free. 120 and
# more are shmb's own failures, 124 is "timeout".
lock_excludes() {
    shmb 1 lock Prices -- "$(wine_path "$bin32/shmb.exe")" lock Prices --timeout 0 -- cmd /c ver >&2
    [ $? = 124 ] && shmb32 2 lock Prices --timeout 0 -- cmd /c ver >&2 &&
        printf 'a second one (32 bit) is told "timeout", then has it'
}

kill_holder() {
    local pid
    wine_run "$bin/session_launcher.exe" -s 1 -r -k -- "$bin/plain.exe" hold-mutex "$mutex" \
        >"$work/holder" 2>&1 || return 1
    wait_for holding "$work/holder" || return 1
    pid=$(tr -d '\r' <"$work/holder" | grep -E '^[0-9]+$')
    wine_run taskkill /f /pid "$pid" >&2 && printf 'killed'
}

next_holder() {
    [ "$(plain_user 2 take-mutex "$mutex" | tr -d '\r')" = abandoned ] &&
        [ "$(plain_user 1 take-mutex "$mutex" | tr -d '\r')" = taken ] &&
        printf 'told "abandoned", the one after it "taken"'
}

# Debian's redis-tools has the server's program under another name.
can_mirror() {
    local program
    program=$(command -v redis-server || command -v redis-check-rdb) && [ -e "$bin/shmbmirror.exe" ] &&
        ln -s "$program" "$work/redis-server"
}

server_start() {
    "$work/redis-server" --port "$port" --bind 127.0.0.1 --save '' --dir "$work" >"$work/redis" 2>&1 &
    server=$!
    wait_for 'Ready to accept' "$work/redis"
}

# mirror WAY: the mirror of the machine that we are on.
mirror() {
    printf '%s\n' 'version: 1' "server: redis://127.0.0.1:$port" "origin: $1" \
        "status: '$(wine_path "$work/$1.status")'" "segments: { Prices: { $1: true } }" >"$work/$1.yaml"
    wine_run "$bin/shmbmirror.exe" run --config "$(wine_path "$work/$1.yaml")" >"$work/$1" 2>&1 </dev/null &
    wait_for '^shmbmirror: connected' "$work/$1"
}

# A second Windows, with a broker of its own; a server; a mirror on each.
two_machines() {
    local code
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    first_machine=("$WINEPREFIX" "$wine_input")
    wine_begin "$bin"
    code=$?
    second_machine=("$WINEPREFIX" "$wine_input")
    [ $code = 0 ] || return 1
    wine_run "$bin/shmbroker.exe" run --release --allow-unsafe-config \
        --config "$(wine_path "$root/config/demo.yaml")" >"$work/second" 2>&1 </dev/null &
    wait_for '^info 100:' "$work/second" && server_start && mirror follow && on first_machine mirror publish &&
        printf 'each holds Prices, and is connected'
}

# price_comes PRICE: written on the first machine, it is the second one's in the end.
price_comes() {
    local turn
    shmb 1 write Prices --text "$1" --zero >&2 || return 1
    [ "${2:-}" = '' ] || "$2" || return 1
    for ((turn = 0; turn < 100; turn++)); do
        on second_machine wine_run "$bin/shmb.exe" read Prices --text >"$work/text"
        on first_machine
        [ "$(tr -d '\r' <"$work/text")" != "$1" ] || return 0
    done
    return 1
}

price_there() {
    price_comes 1.0850 && printf '"1.0850" written here is read there'
}

server_again() {
    { kill -9 "$server" && wait "$server"; } 2>/dev/null
    price_comes 1.0861 server_start && printf 'killed, and back with nothing: "1.0861" came'
}

status() {
    wine_run "$bin/shmbroker.exe" status >"$work/status" && printf 'running, nothing missing'
}

stop() {
    wine_run "$bin/shmbroker.exe" stop --release >&2 && [ "$(service_state)" = STOPPED ] && name_is_gone &&
        printf '%s is gone' "$section"
}

remove() {
    local prefix=$WINEPREFIX
    end_second_machine
    wine_run sc delete ShmBroker >&2 && [ -z "$(service_state)" ] && wine_end && [ ! -e "$prefix" ] &&
        printf 'service and Wine prefix'
}

label 'set-up'
step "$label" "$root/install/setup.sh" || exit 1
label 'building (the first time about a minute)'
step "$label" locked build || exit 1
! can_mirror || steps=19
begin() {
    wine_begin_both "$bin" "$bin32" || return 1
    if [ "$wine_32" = 1 ]; then
        printf '%s, 64 and 32 bit' "$(wine --version)"
    else
        printf '%s' "$(wine --version)"
    fi
}
show 'a Windows of its own' begin
show 'sc create ShmBroker' register
show 'start' start
show 'plain Win32 writer (session 1)' write
show 'reader (session 2, standard user)' read_back
show 'shmb list (session 2, standard user)' list
sed 's/^/        /' "$work/list" | tr -d '\r'
show 'shmb write, through the library (session 1)' library_write
show '32-bit shmb read (session 2)' read_32
show 'shmb lock NAME -- COMMAND' lock_excludes
show 'a writer is killed while it holds the lock' kill_holder
show 'the next one' next_holder
if [ $steps = 19 ]; then
    show 'shmbmirror: a second machine, and a Redis server' two_machines
    show 'a price of this machine' price_there
    show 'the server' server_again
fi
show 'status' status
sed 's/^/        /' "$work/status" | tr -d '\r'
show 'stop' stop
show 'removed' remove
cat <<'TEXT'
Done. Wine shows that the programs and the service work as they are written. It
does not prove what Windows alone enforces: SeCreateGlobalPrivilege, separate
sessions and integrity levels in the kernel, service SIDs and accounts, restart
after a crash, the event log. For these: install\demo.cmd on Windows.
TEXT
