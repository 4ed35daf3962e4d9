#!/usr/bin/env bash
# The protocols in client/sync as models: spin tries every order of their steps, with a death after
# each of them. Each model has mutants, deliberate faults, and spin must find each.
#
#   tests/checks/models.sh            exit code 77, which is no failure: spin is not installed
#   tests/checks/models.sh --deep     with greater bounds: some minutes, and 4 GB
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
command -v spin >/dev/null || { echo 'spin is not installed'; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# has_step MODEL NAME: a thread of the model may die there. What stands in a comment does not count.
has_step() {
    grep -qF "STEP(\"$2\")" <(sed '/^ \*/d; s|/\*.*\*/||' "$root/tests/models/$1.pml")
}

# A crash point after which a thread has changed nothing since another one needs no step: the line
#  *     "its name" is "name of the other one"
knows() {
    local other
    has_step "$1" "$2" && return 0
    other=$(sed -n "s|^ \*     \"$2\" is \"\([^\"]*\)\".*|\1|p" "$root/tests/models/$1.pml")
    [ -n "$other" ] && has_step "$1" "$other"
}

# Makes the checker of a model, after a look whether it knows the crash points of these sources.
make_checker() {
    local name
    while read -r name; do
        knows "$1" "$name" && continue
        echo "tests/models/$1.pml has no step for the crash point \"$name\""
        return 1
    done < <(cd "$root/client/sync" && sed -n 's/.*SHMB_CRASH_POINT("\([^"]*\)").*/\1/p' "${@:2}")
    mkdir "$work/$1" && cd "$work/$1" && cp "$root/tests/models/$1.pml" . &&
        spin -a "$1.pml" >said 2>&1 &&
        cc -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=4096 -o checker pan.c >>said 2>&1 && return 0
    cat said
    return 1
}

# check MODEL FILE [NAME=VALUE…]: 0: no error; 1: one; 2: the search did not end. FILE: its answer.
check() {
    local model=$1 file=$2
    shift 2
    (cd "$work/$model" && exec env "$@" ./checker -m1000000 -w22) >"$file" 2>&1
    if grep -q '^pan:1:' "$file"; then
        return 1
    fi
    grep -qE '^error: |reached -DMEMLIM|out of memory' "$file" && return 2
    grep -q 'errors: 0$' "$file" || return 2
}

# holds MODEL [NAME=VALUE…]
holds() {
    local file=$work/$1.holds
    if check "$1" "$file" "${@:2}"; then
        echo "$1 ${*:2}: $(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$file") states, no error"
        return 0
    fi
    echo "$1 ${*:2}: FAILED"
    cat "$file"
    # the steps that led there
    (cd "$work/$1" && env "${@:2}" ./checker -r "$1.pml.trail" 2>&1 | grep -v '^$' | tail -60)
    return 1
}

# mutants MODEL BOUNDS…: each is found, within one of the bounds (NAME=VALUE …).
mutants() {
    local model=$1 bounds number what bad=0 found count=0 file=$work/$1.mutant
    while read -r number what; do
        found= count=$((count + 1))
        for bounds in "${@:2}"; do
            # shellcheck disable=SC2086
            check "$model" "$file" $bounds "MUTANT=$number"
            [ $? != 1 ] || { found=1; break; }
        done
        if [ -n "$found" ]; then
            echo "$model, mutant $number ($what): found, $(sed -n 's/^pan:1: \(.*\) (at.*/\1/p' "$file")"
        else
            echo "$model, mutant $number ($what): NOT FOUND"
            bad=1
        fi
    done < <(sed -n 's|^#define .*(mutant == \([0-9]*\)) /\* \(.*\) \*/$|\1 \2|p' \
        "$root/tests/models/$model.pml")
    [ $bad = 0 ] && [ $count -ge 2 ]
}

fast_lock() {
    make_checker fast_lock fast_lock.c slots.c && mutants fast_lock "DEATHS=1 ROUNDS=1 WAYS=123" "DEATHS=1 ROUNDS=1 WAYS=233" "DEATHS=0 ROUNDS=2 WAYS=233" "MOVES=1 DEATHS=1 ROUNDS=1 WAYS=33" \
        "MOVES=1 DEATHS=2 ROUNDS=1 WAYS=33" "MOVES=1 DEATHS=1 ROUNDS=2 WAYS=33" &&
        holds fast_lock DEATHS=0 ROUNDS=2 && holds fast_lock DEATHS=1 ROUNDS=1 &&
        holds fast_lock MOVES=1 DEATHS=0 ROUNDS=1 && holds fast_lock MOVES=1 DEATHS=1 ROUNDS=1 WAYS=33 &&
        holds fast_lock MOVES=1 DEATHS=1 ROUNDS=1 WAYS=13 || return 1
    [ -z "$deep" ] || { holds fast_lock DEATHS=0 ROUNDS=3 && holds fast_lock DEATHS=2 ROUNDS=1 WAYS=123; }
}

waiters() {
    make_checker waiters waiters.c && mutants waiters DEATHS=0 && holds waiters DEATHS=1
}

queue() {
    make_checker queue queue_ring.c && mutants queue DEATHS=0 "DEATHS=0 RENEWS=1" && holds queue DEATHS=1 || return 1
    [ -z "$deep" ] || { holds queue DEATHS=2 && holds queue DEATHS=0 RENEWS=1; }
}

case ${1:-} in
'') deep= ;;
--deep) deep=1 ;;
*)
    echo "usage: $0 [--deep]" >&2
    exit 2
    ;;
esac
# The lock takes about as long as the other two.
fast_lock >"$work/lock" &
first=$!
(waiters && queue) >"$work/others"
failed=$?
wait "$first" || failed=1
cat "$work/lock" "$work/others"
exit $failed
