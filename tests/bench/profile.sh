#!/usr/bin/env bash
# What the pure parts cost in instructions, counted by callgrind: growth shows without a clock, on
# a busy machine, too. Compares with tests/bench/profile.txt, which the last kept run wrote.
#
#   tests/bench/profile.sh            prints the figures, and how they differ from those kept
#   tests/bench/profile.sh --keep     writes them to tests/bench/profile.txt
#   tests/bench/profile.sh --lines PART    where the instructions of a part are, by function
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
kept=$root/tests/bench/profile.txt
command -v valgrind >/dev/null || { echo 'valgrind is not installed'; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

host_release() {
    cmake --preset host -B "$shmb_build/bench" -D SHMB_SANITIZE=OFF -D CMAKE_BUILD_TYPE=Release &&
        cmake --build "$shmb_build/bench" --target bench_profile
}

# instructions PART COUNT
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$work/out" \
        "$shmb_build/bench/bin/bench_profile" "$1" "$2" 2>&1 | sed -n 's/.*Collected : *//p'
}

# figure "PART" MORE LESS WHAT: instructions for one, from the difference of two runs.
figure() {
    local more less
    more=$(instructions "$1" "$2") less=$(instructions "$1" "$3")
    [ -n "$more" ] && [ -n "$less" ] || { echo "bench_profile $1 does not run" >&2; return 1; }
    printf '%-9s %6d  %s\n' "$1" $(((more - less) / ($2 - $3))) "$4"
}

figures() {
    figure load 10000 5000 'a segment, of 10000: parsed, checked, freed' &&
        figure table 10000 5000 'a row, of 10000: laid out' &&
        figure find 4000 2000 'a name found, in a table of 10000' &&
        figure lock 20000 10000 'fast_take and fast_give, alone' &&
        figure queue 20000 10000 'ring_put and ring_get of 64 bytes, alone' &&
        figure snapshot 20000 10000 'a snapshot of 64 bytes' &&
        figure publish 20000 10000 '64 bytes published' &&
        figure request 40 20 'a request and its release, 10000 segments held'
}

step 'building: host, without sanitizers' locked host_release || exit 1
case ${1:-} in
--lines)
    instructions "${2:?PART}" 10000 >/dev/null
    callgrind_annotate "$work/out" | sed -n '/^Ir/,$p' | head -n 40
    ;;
--keep)
    figures >"$work/figures" || exit 1
    {
        echo '# Instructions for one, of the host build (x86-64, gcc, release); tests/bench/profile.sh --keep'
        cat "$work/figures"
    } >"$kept"
    cat "$kept"
    ;;
'')
    figures >"$work/figures" || exit 1
    while read -r part now what; do
        before=$(awk -v part="$part" '$1 == part { print $2 }' "$kept" 2>/dev/null)
        printf '%-9s %6d  %s' "$part" "$now" "$what"
        [ -z "$before" ] || printf ', %+d%% (%d kept)' $(((now - before) * 100 / before)) "$before"
        echo
    done <"$work/figures"
    ;;
*)
    echo "usage: $0 [--keep | --lines PART]" >&2
    exit 2
    ;;
esac
