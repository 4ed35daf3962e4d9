# Sourced by the scripts that set up, build and show things. The caller has set
# `root`, the top folder of the clone.

shmb_build=$root/build
mkdir -p "$shmb_build"

# step TEXT COMMAND…: one line for a step, a dot every few seconds while it
# lasts, and what it printed only where it failed. Code 77 means that it cannot be
# done on this machine; its last line says why.
step() {
    local text=$1 log code='' part late finished
    shift
    log=$(mktemp) || return 1
    printf '%s ' "$text"
    exec {finished}< <("$@" >"$log" 2>&1 </dev/null; echo $?)
    while :; do
        read -r -t 5 -u "$finished" part
        late=$?
        code+=$part # the time-out may come in the middle of the line
        [ $late -gt 128 ] || break # above 128 is the time-out
        printf '.'
    done
    exec {finished}<&-
    if [ "${code:-1}" = 0 ]; then
        echo 'ok'
    elif [ "${code:-1}" = 77 ]; then
        echo "skipped: $(tail -n 1 "$log")"
    else
        echo 'FAILED'
        sed 's/^/    /' "$log"
    fi
    rm -f "$log"
    return "${code:-1}"
}

# One after the other for everything that changes build/: two runs may start at
# the same time in one clone.
locked() {
    (
        flock 9
        "$@" 9>&-
    ) 9>"$shmb_build/lock"
}

configure_and_build() {
    local preset=$1 folder=$shmb_build/$1
    shift
    cd "$root" || return 1
    if [ ! -e "$folder/build.ninja" ] || [ CMakePresets.json -nt "$folder/build.ninja" ]; then
        cmake --preset "$preset" || return 1
    fi
    if [ $# -gt 0 ]; then
        cmake --build "$folder" --target "$@"
    else
        cmake --build "$folder"
    fi
}

# build_preset PRESET [TARGET…]
build_preset() {
    step "building: ${*}" locked configure_and_build "$@"
}
