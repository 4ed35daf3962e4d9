# Sourced by dotnet.sh, go.sh, node.sh, pascal.sh, python.sh and rust.sh, which set `root` before: the
# build, Wine (tests/wine.sh), and a folder `work` that goes with the script.
#
#   quietly COMMAND…   shows what it prints only where it fails
#   pieces PAGE LANGUAGE [NUMBER]
#                      the code of that language in a page; only that piece
#   serve FILE NAME    starts the broker in another session, with this configuration; a program in C
#                      then writes to its segment NAME.FromC
#   serve_again FILE NAME
#                      the same, with one that knows of no request: for the other bitness
#   tested LABEL LEAST COMMAND…
#                      runs tests, at most five minutes; fails where there are fewer. The script's
#                      function `passed` reads what they print, and prints how many passed
#   tested_with_c NAME LANGUAGE LABEL LEAST COMMAND…
#                      the same; they write "written in LANGUAGE" to NAME.ToC, where a program in C
#                      reads it
#   printed COMMAND…   runs a program, at most two minutes; "$work/seen" is what it prints
#   has EXPRESSION…    each is a line in "$work/seen"
#
# What is in the array `leftovers` is removed at the end.
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin

work=$(mktemp -d) || exit 1
leftovers=("$work")
finish() {
    wine_end
    rm -rf "${leftovers[@]}"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

quietly() {
    "$@" >"$work/said" 2>&1 </dev/null && return
    echo "failed: $*"
    cat "$work/said"
    return 1
}

pieces() {
    awk -v start="\`\`\`$2" -v wanted="${3:-}" '
        $0 == start { inside = ++count == wanted || wanted == ""; next }
        /^```$/     { inside = 0 }
        inside' "$1"
}

serve() {
    true >"$work/broker"
    wine_run "$bin/session_launcher.exe" -s 0 -- "$(wine_path "$bin/shmbroker.exe")" run \
        --allow-unsafe-config --config "$(wine_path "$1")" \
        --state "$(wine_path "$work/state")" >>"$work/broker" 2>&1 </dev/null &
    wine_await "$work/broker" 'info 100:' &&
        wine_run "$bin/plain.exe" write "Global\\$2.FromC" 'written in C'
}

serve_again() {
    wine_again && rm -rf "$work/state" && serve "$@"
}

tested() {
    local label=$1 least=$2 code total
    shift 2
    timeout -k 10 300 "$@" >"$work/said" 2>&1 </dev/null
    code=$?
    total=$(tr -d '\r' <"$work/said" | passed)
    if [ $code != 0 ] || [ "${total:-0}" -lt "$least" ]; then
        echo "$label: the tests ended with $code, ${total:-0} passed"
        cat "$work/said"
        return 1
    fi
    echo "$label: $total tests"
}

tested_with_c() {
    local name=$1 language=$2 seen
    shift 2
    wine_run "$bin/plain.exe" write "Global\\$name.ToC" 'nothing' || return 1
    tested "$@" || return 1
    seen=$(wine_run "$bin/plain.exe" read "Global\\$name.ToC" </dev/null | tr -d '\r')
    [ "$seen" = "written in $language" ] || { echo "a program in C sees: $seen"; return 1; }
}

printed() {
    local code
    timeout -k 10 120 "$@" >"$work/said" 2>&1 </dev/null
    code=$?
    tr -d '\r' <"$work/said" >"$work/seen"
    [ $code != 0 ] || return 0
    echo "ended with $code: $*"
    cat "$work/seen"
    return 1
}

has() {
    local line
    for line in "$@"; do
        grep -qx -- "$line" "$work/seen" && continue
        echo "no line \"$line\" in:"
        cat "$work/seen"
        return 1
    done
}
