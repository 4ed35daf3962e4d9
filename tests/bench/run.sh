#!/usr/bin/env bash
# All figures: one table with goal and verdict for each row. Only ratios within one run mean
# anything, and only on a machine that does nothing else. Takes about fifteen minutes.
#
#   tests/bench/run.sh [--keep] [GROUP…]    of sync, parse, create, reload, client, requests, mirror; without
#                                           one, all
#
# --keep writes table and machine into tests/bench/results.md, the JSON and the pictures beside it,
# and the figures of README.md. Rows of groups that were not run stay as they were.
#
# Below build/bench-results: results.json, one picture for each group, table.md, and what the
# programs printed. Boost's headers (Debian: libboost-dev) are looked for in /usr/include, or in
# SHMB_BOOST; without them, the rows that need them say so. SHMB_BENCH_ROUNDS: 21, or fewer to try.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
rounds=${SHMB_BENCH_ROUNDS:-21}
keep=
[ "${1:-}" != --keep ] || { keep=1; shift; }
results=$shmb_build/bench-results
work=$(mktemp -d) || exit 1
trap 'wine_end; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

host_release() {
    cmake --preset host -B "$shmb_build/bench" -D SHMB_SANITIZE=OFF -D CMAKE_BUILD_TYPE=Release &&
        cmake --build "$shmb_build/bench" --target bench_parse
}

# bench_sync for one bitness, with the peers that are there. Of /usr/include, MinGW may see nothing
# but Boost.
compile_sync() {
    local target=$1 preset=$2 flags=() boost=${SHMB_BOOST:-/usr/include/boost}
    mkdir -p "$shmb_build/bench-include"
    ln -sfn "$boost" "$shmb_build/bench-include/boost"
    [ ! -e "$boost/interprocess" ] || flags+=(-DBENCH_BOOST -isystem "$shmb_build/bench-include")
    "$target-w64-mingw32-g++" -std=c++17 -O2 -Wall -Wextra -static "${flags[@]}" \
        -I "$root/client/include" "$root/tests/bench/sync.cpp" \
        "$shmb_build/$preset/client/lib/shmbclient.dll.a" -o "$shmb_build/$preset/bin/bench_sync.exe"
}

segments=10000
configuration() {
    echo 'version: 1'
    echo 'defaults: { access: { read: [Users], write: [Interactive] } }'
    echo 'segments:'
    echo '  BenchFast: { size: 64, lock: fast }'
    echo '  BenchPair64: { size: 64, lock: fast, snapshots: double }'
    echo '  BenchPair4K: { size: 4 KiB, lock: fast, snapshots: double }'
    echo '  BenchPair64K: { size: 64 KiB, lock: fast, snapshots: double }'
    seq 0 $((segments - 1)) | awk '{ printf "  Bench%06d: { size: 4096 }\n", $1 }'
    echo 'queues:'
    echo '  BenchPing: { slots: 1024, slot_size: 64, producers: one, consumers: one }'
    echo '  BenchPong: { slots: 1024, slot_size: 64, producers: one, consumers: one }'
}

# Wine has one account, whose rate holds for all who ask.
requests_configuration() {
    cat <<'EOF'
version: 1
defaults: { access: { read: [Users] } }
requests:
  Bench:
    names: 'BenchAsked.*'
    who: [Users]
    size: 4 KiB
    each: { objects: 1000, memory: 16 MiB }
    total: { objects: 1000, memory: 16 MiB }
    rate: 10000
    access: { write: [Requester] }
    lives: until released
EOF
}

wanted=" ${*:-sync parse create reload client requests mirror} "
# bench GROUP PROGRAM…: adds what it prints to the results.
bench() {
    local group=$1
    shift
    echo "-- $*" | sed "s|$shmb_build/||g"
    "$@" >>"$results/$group.txt" 2>"$work/said" && return
    printf 'failed\t%s\n' "$(tail -n 1 "$work/said")" | tee -a "$results/$group.txt"
}
wants() {
    [[ $wanted == *" $1 "* ]]
}

# Waits until the broker says that it runs; its output ends with it.
broker_start() {
    exec {said}< <(exec "${wine_command[@]}" "$1" run --release --allow-unsafe-config --config "$(wine_path "$2")" 2>&1)
    local line
    while read -r -u "$said" line; do
        case $line in
        'info 100:'*) return 0 ;;
        'error '*) echo "$line"; return 1 ;;
        esac
    done
    return 1
}

cd "$root" && "$root/install/setup.sh" && step 'building: host' locked host_release &&
    build_preset mingw-x64 shmbroker shmbclient idle bench_create bench_reload bench_restart bench_client \
        bench_requests &&
    build_preset mingw-x86 shmbclient probe bench_client &&
    step 'compiling: bench_sync, x64' compile_sync x86_64 mingw-x64 &&
    step 'compiling: bench_sync, x86' compile_sync i686 mingw-x86 || exit 1
bin=$shmb_build/mingw-x64/bin
rm -rf "$results"
load=$(cut -d " " -f 1 /proc/loadavg)
mkdir -p "$results" "$work/state" "$work/restart"
: >"$results/none.txt"
wine_begin_both "$bin" "$shmb_build/mingw-x86/bin" || exit 1
! wants parse || bench parse "$shmb_build/bench/bin/bench_parse"
if wants create; then
    bench create wine_run "$bin/bench_create.exe" 1000 "$rounds"
    bench create wine_run "$bin/bench_create.exe" $segments "$rounds" same
fi
if wants reload; then
    bench reload wine_run "$bin/bench_reload.exe" "$(wine_path "$work/state")" $segments "$rounds"
    bench reload wine_run "$bin/bench_restart.exe" "$(wine_path "$bin/shmbroker.exe")" \
        "$(wine_path "$work/restart")" $segments 3
fi
if wants sync || wants client; then
    configuration >"$work/bench.yaml"
    broker_start "$bin/shmbroker.exe" "$work/bench.yaml" || exit 1
    for preset in mingw-x64 mingw-x86; do
        ! wants sync || bench sync wine_run "$shmb_build/$preset/bin/bench_sync.exe" "$rounds"
        ! wants client || bench client wine_run "$shmb_build/$preset/bin/bench_client.exe" "$rounds"
    done
fi
if wants requests; then
    wine_again
    requests_configuration >"$work/requests.yaml"
    broker_start "$bin/shmbroker.exe" "$work/requests.yaml" || exit 1
    bench requests wine_run "$bin/bench_requests.exe" 100 "$rounds" "${SHMB_BENCH_CYCLES:-100000}"
fi
wine_end
! wants mirror || bench mirror "$root/tests/bench/mirror.sh" "$rounds"
echo
former=()
[ -z "$keep" ] || [ $# = 0 ] || former=(--former "$root/tests/bench/results.json")
python3 "$root/tests/bench/report.py" "$results" "${former[@]}" "$results"/*.txt
echo
machine="$(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), $(
    wine --version 2>/dev/null), $(date -u +%F); median of $rounds rounds; load before the run: $load"
echo "$machine"
echo "in ${results#"$root/"}: results.json, $(cd "$results" && printf '%s ' *.svg)"
[ -n "$keep" ] || exit 0
[ ${#former[@]} = 0 ] || # the line above the table goes on with what it said of the other groups
    machine="$(sed -n '/^<!-- run -->$/{n;p}' "$root/tests/bench/results.md"). Groups $*: $machine"
cp "$results"/*.svg "$results/results.json" "$root/tests/bench/" &&
    awk -v machine="$machine" -v table="$results/table.md" '
        /^<!-- run -->$/ { print; print machine; print ""; while ((getline line <table) > 0) print line; skip = 1 }
        /^<!-- \/run -->$/ { skip = 0 }
        !skip && !/^<!-- run -->$/' "$root/tests/bench/results.md" >"$work/results.md" &&
    cp "$work/results.md" "$root/tests/bench/results.md" &&
    python3 "$root/tests/bench/readme.py"
