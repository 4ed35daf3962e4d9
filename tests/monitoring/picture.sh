#!/usr/bin/env bash
# A picture of the panels of install/monitoring/dashboard.json, drawn from a real run: a broker
# under Wine, programs that write, and a real Prometheus that reads the figures. In five minutes the
# configuration changes, another program has a configured name, a configuration is refused, the
# broker is killed and a new one adopts everything, and a program dies with a lock; all the time
# programs request objects.
#
#   tests/monitoring/picture.sh [PICTURE]    without it, install/monitoring/dashboard.png
#
# After a build of mingw-x64. Needs Debian's python3-matplotlib, and Prometheus (install/setup.sh).
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin
picture=${1:-$root/install/monitoring/dashboard.png}
minute=${SHMB_MINUTE:-60} # seconds; fewer to try
python=/usr/bin/python3   # Debian's, which has Debian's matplotlib
PATH=$PATH:$shmb_build/deps/prometheus

"$python" -c 'import matplotlib, yaml' 2>/dev/null ||
    { echo 'apt-get install python3-matplotlib python3-yaml'; exit 1; }
command -v prometheus >/dev/null || { echo 'Prometheus is not here: run install/setup.sh'; exit 1; }

work=$(mktemp -d) || exit 1
finish() {
    local job
    for job in $(jobs -p); do
        kill "$job" 2>/dev/null
    done
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# configuration LINE…: the file of the broker; the lines are more segments.
configuration() {
    cat <<YAML
version: 1
watch: true
metrics: { file: '$(wine_path "$work/figures.prom")', every: 1 s }
defaults: { access: { write: [Interactive] } }
queues: { Orders: { slots: 1024, slot_size: 256 } }
mutexes: { ImportRun: {} }
events: { ShutDownNow: { reset: manual } }
requests:
  App:
    names: 'App.*'
    who: [Interactive]
    size: 64 KiB
    each: { objects: 8, memory: 1 MiB }
    access: { write: [Requester] }
    lives: until released
segments:
  Prices: { size: 60000, notify: true }
  Quotes: { size: 60000, snapshots: double }
  Settings: { size: 4 KiB, keep: reboot, save_every: 20 s }
  Journal: { size: 64 KiB, keep: reboot, save_every: 1 min, lock: fast }
YAML
    printf '  %s\n' "$@"
}

# The broker reads a file whole: it takes the place of the other one.
change() {
    configuration "$@" >"$work/new.yaml" && mv "$work/new.yaml" "$work/objects.yaml"
}

run_broker() {
    : >"$work/broker"
    # Not wine_run: this process is the broker's.
    "${wine_command[@]}" "$bin/shmbroker.exe" run --allow-unsafe-config \
        --config "$(wine_path "$work/objects.yaml")" --state "$(wine_path "$work/state")" \
        >>"$work/broker" 2>&1 </dev/null &
    broker=$!
    wine_await "$work/broker" '[a-z]* 10[01]:' || exit 1
}

# pump NAME LETTER SECONDS: a program that writes without a pause for a second, then waits so long.
pump() {
    local writer
    trap 'kill -9 $writer 2>/dev/null; exit' TERM
    while [ ! -e "$work/enough" ]; do
        "${wine_command[@]}" "$bin/test_old_programs.exe" --client lib-pump "$1" "$2" \
            >/dev/null 2>&1 </dev/null &
        writer=$!
        while kill -0 $writer 2>/dev/null && [ ! -e "$work/enough" ]; do
            pause 1
            kill -STOP $writer 2>/dev/null
            pause "$3"
            kill -CONT $writer 2>/dev/null
        done
        kill -9 $writer 2>/dev/null
        wait $writer
    done
}

# A second or so, for a run that people look at.
pause() {
    read -r -t "$1" <> <(:)
}

# minutes N: until so many minutes of the run are over.
minutes() {
    while [ $(($(date +%s) - begun)) -lt "$(awk "BEGIN { print int($1 * $minute) }")" ]; do
        pause 0.2
    done
}

settings() {
    while [ ! -e "$work/enough" ]; do
        wine_run "$bin/shmb.exe" write Settings --text "$RANDOM" >/dev/null 2>&1 </dev/null
        wine_run "$bin/shmb.exe" write Journal --text "$RANDOM" >/dev/null 2>&1 </dev/null
        pause 3
    done
}

# Programs request more than their rule allows, and release it.
requests() {
    local number=0
    while [ ! -e "$work/enough" ]; do
        wine_run "$bin/shmb.exe" request "App.$((number % 10))" --size 4096 >/dev/null 2>&1 </dev/null
        wine_run "$bin/shmb.exe" request "Other.$number" --size 4096 >/dev/null 2>&1 </dev/null
        [ $((++number % 30)) -lt 20 ] ||
            wine_run "$bin/shmb.exe" release "App.$((number % 10))" >/dev/null 2>&1 </dev/null
        pause 1
    done
}

wine_begin "$bin" || exit 1
true >"$work/client"
change
run_broker
wine_await "$work/figures.prom" 'shmbroker_up 1' || exit 1
"$python" -B "$root/tests/monitoring/picture.py" "$(command -v prometheus)" "$work/figures.prom" \
    $((5 * minute)) "$work/picture.png" &
drawing=$!
begun=$(date +%s)
pump Prices A 3 &
settings &
requests &

minutes 0.7
echo 'a reload: two segments more'
pump Quotes B 2 &
change 'Rates: { size: 1 MiB }' 'Depth: { size: 64 KiB, lock: none }'

minutes 1.3
echo 'a program has the name of a new segment'
exec {client}> >(exec "${wine_command[@]}" "$bin/test_verb_scan.exe" --client create event \
    'Global\Taken' >>"$work/client" 2>&1)
wine_await "$work/client" created || exit 1
change 'Rates: { size: 1 MiB }' 'Depth: { size: 64 KiB, lock: none }' 'Taken: { size: 4 KiB }'

minutes 2
echo 'it ends'
exec {client}>&-

minutes 2.5
echo 'a configuration with an error, and without it'
change 'Rates: { sise: 1 MiB }'
minutes 2.9
change 'Rates: { size: 1 MiB }' 'Taken: { size: 4 KiB }'

minutes 3.4
echo 'the broker is killed; a new one adopts'
kill -9 "$broker"
wait "$broker" 2>/dev/null
minutes 3.6
run_broker

minutes 4.2
echo 'a program dies with a lock'
wine_run "$bin/session_launcher.exe" -k -- "$bin/plain.exe" hold-mutex 'Global\Taken.lock' \
    >"$work/holder" 2>&1 </dev/null
wine_await "$work/holder" holding || exit 1
wine_run taskkill /f /pid "$(tr -d '\r' <"$work/holder" | grep -E '^[0-9]+$')" >/dev/null 2>&1
wine_run "$bin/shmb.exe" write Taken --text x >/dev/null 2>&1 </dev/null

wait $drawing || exit 1
true >"$work/enough"
mv "$work/picture.png" "$picture"
echo "$picture, $(wc -c <"$picture") bytes"
