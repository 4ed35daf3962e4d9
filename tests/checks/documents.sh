#!/usr/bin/env bash
# The commands of every page run, and its YAML is accepted: tests/checks/documents/documents.py,
# under Wine.
#
#   tests/checks/documents.sh               the pages of this tree (SHMB_PAGES='README.md …': these)
#   tests/checks/documents.sh --self-test   the faults of a made-up page are found
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

mkdir "$work/machine"
wine_begin "$bin" || exit 1
python3 -B "$root/tests/checks/documents/documents.py" "$@" "$bin" "$work/machine" "${wine_command[@]}"
