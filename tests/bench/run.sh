#!/usr/bin/env bash
# All figures: ratios within one run each. Takes some minutes; run it on a
# machine that does nothing else.
#
#   tests/bench/run.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
work=$(mktemp -d) || exit 1
trap 'wine_end; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

host_release() {
    cmake --preset host -B "$shmb_build/bench" -D SHMB_SANITIZE=OFF -D CMAKE_BUILD_TYPE=Release &&
        cmake --build "$shmb_build/bench" --target bench_parse
}

segments=10000
configuration() {
    echo 'version: 1'
    echo 'defaults: { access: { read: [Users], write: [Interactive] } }'
    echo 'segments:'
    seq 0 $((segments - 1)) | awk '{ printf "  Bench%06d: { size: 4096 }\n", $1 }'
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
    build_preset mingw-x64 shmbroker idle bench_create bench_reload bench_restart bench_client &&
    build_preset mingw-x86 probe bench_client || exit 1
bin=$shmb_build/mingw-x64/bin
echo; echo "-- parse"
"$shmb_build/bench/bin/bench_parse"
echo; echo "-- create"
wine_begin "$bin" "$shmb_build/mingw-x86/bin" || exit 1
[ "$wine_32" = 1 ] || { echo '32-bit programs do not run here'; exit 1; }
wine_run "$bin/bench_create.exe" 1000 11
echo; echo "-- reload and adoption"
mkdir "$work/state"
wine_run "$bin/bench_reload.exe" "$(wine_path "$work/state")" $segments 5
echo; echo "-- a killed broker"
mkdir "$work/restart"
wine_run "$bin/bench_restart.exe" "$(wine_path "$bin/shmbroker.exe")" "$(wine_path "$work/restart")" $segments 3
echo; echo "-- client, $segments segments with lock"
configuration >"$work/bench.yaml"
broker_start "$bin/shmbroker.exe" "$work/bench.yaml" || exit 1
for preset in mingw-x64 mingw-x86; do
    wine_run "$shmb_build/$preset/bin/bench_client.exe" 11
done
echo; echo "-- size"
ls -l "$bin"/shmbroker.exe "$bin"/shmbclient.dll 2>/dev/null | awk '{ print $5, $NF }' | sed 's|[^ ]*/||'
