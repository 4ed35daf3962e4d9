# Sourced by run.sh: jobs that run side by side, the longest first.
#
#   job WHERE NAME COMMAND…  a job for the pool. WHERE is `host` (a cmocka program on this
#                            machine), `wine` or `w32` (one under Wine, in 64 and 32 bit; it
#                            runs with the prefix of its worker), or `check` (a command: 77
#                            means that it cannot be done here, its last line says why)
#   pool_run                 runs all of them, prints a line for each as it ends, and leaves
#                            what came of it in pool_passed, pool_failed and pool_skipped
#   pool_end                 ends what still runs
#
# Each worker is a process with a Wine prefix of its own, made when it first needs one. The
# caller sets `work`, a folder of its own, and has sourced wine.sh.
#
# Most programs wait more than they compute, so there are more workers than processors;
# SHMB_TEST_WORKERS is another number of them. How long jobs took is remembered in
# build/test_seconds; those nobody has timed yet are as long as their kind usually is.

pool_workers=${SHMB_TEST_WORKERS:-$(($(nproc) + 2))}
pool_times=$shmb_build/test_seconds
time_limit=600   # seconds for one program: only one that hangs comes near
check_limit=3600 # torture goes on until it has done enough of everything, and packages are built twice
job_where=() job_name=() job_command=()
pool_processes=()

job() {
    job_where+=("$1") job_name+=("$2")
    shift 2
    job_command+=("$(printf '%q ' "$@")")
}

# The numbers of all jobs, the longest first.
jobs_by_length() {
    local i
    for i in "${!job_name[@]}"; do
        printf '%s\t%s\t%s\n' "$i" "${job_where[i]}" "${job_name[i]}"
    done | awk -F '\t' -v OFS='\t' -v times="$pool_times" '
        BEGIN {
            usual["host"] = 1; usual["wine"] = 10; usual["w32"] = 8; usual["check"] = 60
            long = "^test_(hostile|keeper|name_holder|objects|old_programs|port_leak|shmb|verb|watch)"
            while ((getline line <times) > 0) {
                split(line, field, "\t")
                seconds[field[2], field[3]] = field[1]
            }
        }
        {
            guess = usual[$2] * ($2 ~ /^w/ && $3 ~ long ? 4 : 1)
            print (($2, $3) in seconds ? seconds[$2, $3] : guess), $1
        }' |
        sort -k1,1nr -k2,2n | cut -f 2
}

remember_times() {
    local new
    new=$(mktemp "$pool_times.XXXXXX") || return
    # the last one of a job counts
    cat "$pool_times" "$work"/job.*/seconds 2>/dev/null |
        awk -F '\t' '{ seconds[$2 FS $3] = $1 } END { for (job in seconds) print seconds[job] FS job }' >"$new"
    mv "$new" "$pool_times"
}

# Reads what a cmocka program printed. Prints the numbers of passed, failed and
# skipped tests, and 1 where every group that began has its summary line and
# accounts for each of its tests; lists the skipped ones in a file.
count_tests() {
    tr -d '\r' <"$1" | awk -v skips="$2" '
        # newer releases put the name of the group before it
        /^\[==========\] (.*: )?Running [0-9]+ test\(s\)\.$/ { announced += $(NF - 1); inside = 1 }
        /^\[==========\] (.*: )?[0-9]+ test\(s\) run\.$/ { run += $(NF - 2); groups++; inside = 0 }
        inside && /^\[       OK \] /  { ok++ }
        inside && /^\[  FAILED  \] /  { bad++ }
        inside && /^\[  SKIPPED \] /  { skip++; print substr($0, 14) >>skips }
        END {
            whole = groups > 0 && !inside && run > 0 && run == announced && run >= ok + bad + skip
            # what neither passed nor failed nor was skipped could not be run
            if (whole)
                bad = run - ok - skip
            print ok + 0, bad + 0, skip + 0, whole
        }'
}

# judge_program CODE: reads `out` and `err`; sets ok, bad, skip, and in `note` what is amiss.
judge_program() {
    local whole
    read -r ok bad skip whole < <(count_tests out skips)
    if [ "$whole" != 1 ]; then
        bad=$((bad + 1)) note=", no summary line"
    elif [ $bad = 0 ] && [ "$1" != 0 ]; then
        bad=1 note=", exit code $1"
    elif ! grep -qE '^(wine client error:[0-9a-f]+: )?\[  PASSED  \]' err; then
        # A process that is killed while it talks to wineserver leaves that prefix behind.
        bad=$((bad + 1)) note=", no PASSED line"
    fi
    [ "$1" != 124 ] || note="$note, stopped after $time_limit s"
}

judge_check() {
    case $1 in
    0) ok=1 ;;
    77) skip=1 verdict=skipped note=": $(tail -n 1 out)" ;;
    *) bad=1 ;;
    esac
}

# Whole lines of one job at a time.
tell() {
    flock 9
    printf '%-5s %-32s %-6s %s\n' "$1" "$2" "$3" "$4"
    [ "$3" != FAILED ] || sed 's/^/    /' out err
} 9>"$work/lock"

# run_job NUMBER: in its own folder, which keeps what came of it.
run_job() {
    local where=${job_where[$1]} name=${job_name[$1]} limit=$time_limit
    local start code seconds ok=0 bad=0 skip=0 note='' verdict=ok counts=''
    : >out && : >err
    [ "$where" != check ] || limit=$check_limit
    if { [ "$where" != wine ] && [ "$where" != w32 ]; } || worker_wine "$where" >>err 2>&1; then
        start=$EPOCHREALTIME
        # in the background, so that a signal to us ends it at once
        eval "exec timeout -k 10 $limit ${job_command[$1]}" >>out 2>>err </dev/null &
        program=$!
        wait $program
        code=$?
        program=
    else
        start=$EPOCHREALTIME code=1
    fi
    seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    if [ "$where" = check ]; then
        judge_check "$code"
    else
        judge_program "$code"
        counts="$ok passed, $bad failed, $skip skipped, "
    fi
    [ $bad = 0 ] || verdict=FAILED
    printf '%s %s %s\n' "$ok" "$bad" "$skip" >result
    printf '%s\t%s\t%s\n' "$seconds" "$where" "$name" >seconds
    tell "$where" "$name" "$verdict" "$counts$seconds s$note"
    # What a failed program left behind must not fail the next one.
    [ $bad = 0 ] || [ -z "${WINEPREFIX:-}" ] || wine_again
}

# A 32-bit program that says nothing may not have run at all: then none counts.
worker_wine() {
    if [ -z "${WINEPREFIX:-}" ]; then
        wine_begin "$pool_bin" "$pool_bin32" || { wine_end; return 1; }
    fi
    [ "$1" != w32 ] || [ "$wine_32" = 1 ] || { echo '32-bit programs do not run here'; return 1; }
}

worker_end() {
    if [ -n "$program" ]; then
        kill "$program" 2>/dev/null
        wait "$program" # a check clears up, too
    fi
    wine_end
}

# Takes the next job that no other worker has, as long as there is one.
worker() {
    local number program=
    trap worker_end EXIT
    trap '' INT HUP # these go to run.sh, which ends us
    trap 'exit 130' TERM
    for number in "$@"; do
        mkdir "$work/job.$number" 2>/dev/null && cd "$work/job.$number" || continue
        run_job "$number"
    done
    exit 0
}

# pool_run BIN BIN32: the folders of the Windows programs.
pool_run() {
    local order i ok bad skip
    pool_bin=$1 pool_bin32=$2 pool_passed=0 pool_failed=0 pool_skipped=0
    mapfile -t order < <(jobs_by_length)
    for ((i = 0; i < pool_workers && i < ${#order[@]}; i++)); do
        worker "${order[@]}" &
        pool_processes+=($!)
    done
    wait
    pool_processes=()
    for i in "${order[@]}"; do
        # a worker that was killed leaves a job without a result
        ok=0 bad=1 skip=0
        [ ! -e "$work/job.$i/result" ] || read -r ok bad skip <"$work/job.$i/result"
        pool_passed=$((pool_passed + ok)) pool_failed=$((pool_failed + bad)) pool_skipped=$((pool_skipped + skip))
    done
    remember_times
}

pool_end() {
    [ ${#pool_processes[@]} -gt 0 ] || return
    kill "${pool_processes[@]}" 2>/dev/null
    wait "${pool_processes[@]}"
}

pool_slowest() {
    echo 'the slowest:'
    cat "$work"/job.*/seconds | sort -nr | head -n 10 |
        awk -F '\t' '{ printf "    %6.1f s  %-5s %s\n", $1, $2, $3 }'
}

# compare_skips WHERE LISTED [ALL]: every test skipped there is in this list; with ALL, every
# one in the list was skipped, too.
compare_skips() {
    local i
    sed -n 's/^\([^#:][^:]*\):.*/\1/p' "$2" | sort >"$work/expected"
    for i in "${!job_where[@]}"; do
        [ "${job_where[i]}" != "$1" ] || cat "$work/job.$i/skips" 2>/dev/null
    done | sort >"$work/seen"
    comm -13 "$work/expected" "$work/seen" | sed 's/^/skipped, but not listed: /'
    if [ "${3:-}" != '' ]; then
        comm -23 "$work/expected" "$work/seen" | sed 's/^/listed, but not skipped: /'
        cmp -s "$work/expected" "$work/seen"
    else
        [ -z "$(comm -13 "$work/expected" "$work/seen")" ]
    fi
}
