#!/usr/bin/env bash
# Runs each fuzz target for some seconds, from the kept corpus on. What it finds
# stays in build/fuzz/findings, new inputs in build/fuzz/new.
#
#   tests/fuzz/run.sh [SECONDS]      60 unless told
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
seconds=${1:-60}
folder=$shmb_build/fuzz

"$root/install/setup.sh" && build_preset fuzz fuzz_targets || exit 1
mapfile -t targets <"$folder/fuzz.txt"
result=0 count=0
for target in "${targets[@]}"; do
    [ -n "$target" ] || continue
    mkdir -p "$folder/new/$target" "$folder/findings"
    step "fuzzing $target, $seconds s" "$folder/bin/$target" -max_total_time="$seconds" -timeout=60 \
        -rss_limit_mb=1024 -artifact_prefix="$folder/findings/" \
        "$folder/new/$target" "$root/tests/fuzz/corpus" || result=1
    count=$((count + 1))
done
if [ $count = 0 ]; then
    echo "there is no fuzz target"
    exit 1
fi
exit $result
