#!/usr/bin/env bash
# Makes wheels of client/bindings/python, with the client library in them:
#
#   install/wheel.sh X64_DLL X86_DLL FOLDER
#                      makes FOLDER/shmbroker-VERSION-py3-none-win_amd64.whl, and -win32.whl
#
# The same sources, libraries and setuptools give the same bytes; files have the time
# SOURCE_DATE_EPOCH.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
out=$(realpath -m -- "$3")
: "${SOURCE_DATE_EPOCH:=315532800}" # 1980
export SOURCE_DATE_EPOCH
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# wheel PLATFORM DLL: as the package's README makes one by pip. Debian's Python has Debian's setuptools.
wheel() {
    local folder=$work/$1
    mkdir "$folder" "$folder/shmbroker" &&
        cp "$root"/client/bindings/python/{README.md,pyproject.toml} "$root/LICENSE" "$folder/" &&
        cp "$root"/client/bindings/python/shmbroker/{*.py,py.typed} "$folder/shmbroker/" &&
        cp "$2" "$folder/shmbroker/shmbclient.dll" && chmod -R u=rwX,go=rX "$folder" &&
        (cd "$folder" && /usr/bin/python3 - "$1" "$out") >"$work/said" 2>&1 <<'PYTHON' ||
import sys
from setuptools import build_meta
build_meta.build_wheel(sys.argv[2], {"--build-option": f"--plat-name={sys.argv[1]}"})
PYTHON
        { cat "$work/said"; return 1; }
}

mkdir -p "$out" && wheel win_amd64 "$1" && wheel win32 "$2"
