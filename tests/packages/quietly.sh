# Sourced by the tests of packages. The caller has set `work`, a folder of its own.

# quietly COMMAND…: what it prints is shown only where it fails.
quietly() {
    "$@" >"$work/said" 2>&1 && return
    echo "failed: $*"
    cat "$work/said"
    return 1
}
