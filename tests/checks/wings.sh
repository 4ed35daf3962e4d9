#!/usr/bin/env bash
# The wings are as declared: an include that USES does not name does not compile, and
# service/README.md shows the graph that CMake declares.
#
#   tests/checks/wings.sh BUILD     the folder of a mingw build, which has all wings
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
build=${1:?usage: wings.sh BUILD}

compiles() {
    locked cmake --build "$build" --target "wing_tests_checks_wings_$1" 2>&1
}

# refuses WING HEADER: it does not compile, for that header and no other reason.
refuses() {
    local said
    if said=$(compiles "$1"); then
        echo "tests/checks/wings/$1 compiles, although it does not name the wing of $2"
        return 1
    fi
    grep -q "fatal error: '\{0,1\}$2'\{0,1\}" <<<"$said" || { echo "$said"; return 1; }
}

graph_is_shown() {
    sed -n '/^<!-- wings -->$/,/^<!-- \/wings -->$/p' "$root/service/README.md" |
        sed '/^<!--/d; /^```/d' | diff - <(sed '/^$/d; s/ $//' "$build/wings.txt") &&
        return 0
    echo "service/README.md (<) does not show the wings as CMake declares them (>)"
    return 1
}

bad=0
said=$(compiles named) || { echo "$said"; bad=1; }
refuses unnamed broker.h || bad=1
refuses through system_status.h || bad=1
graph_is_shown || bad=1
sed '/^$/d' "$build/wings.txt"
exit $bad
