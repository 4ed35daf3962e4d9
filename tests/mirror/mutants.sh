#!/usr/bin/env bash
# The tests of shmbmirror find what they are for: decisions with a deliberate fault make test_agreement
# fail, and mirrors with one make a case of mirror.sh fail, for the reason that is theirs.
#
#   tests/mirror/mutants.sh
#
# Ends with 77 and one reason where there is no server, or shmbmirror was not built.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/mirror/prefixes.sh"

missed=0 seen=0
for mutant in "$shmb_build"/host/bin/agreement_mutant_*; do
    if ASAN_OPTIONS=detect_leaks=0 timeout 60 "$mutant" >"$work/said" 2>&1 || ! grep -q 'FAILED' "$work/said"; then
        echo "${mutant##*/}: NOT FOUND"
        missed=1
    else
        echo "${mutant##*/}: found by $(sed -n 's/^\[  FAILED  \] \([a-z_]*\)$/\1/p' "$work/said" | sort -u | xargs)"
    fi
    seen=$((seen + 1))
done
[ $seen -ge 6 ] || { echo 'the mutants of test_agreement were not built'; exit 1; }
[ $missed = 0 ] || exit 1
mirror_needs
play() {
    exec python3 -B "$root/tests/mirror/mutants.py" "$bin" "$work" "${prefixes[*]}" "${wine_command[@]}"
}
prefixes_play 3 play
