#!/usr/bin/env bash
# Runs install/ShmBroker.psm1, as cmake --install lays it, against a real shmbroker.exe and a service of
# it under Wine: tests/checks/powershell/module.ps1.
#
#   tests/checks/powershell.sh              in PowerShell 7 on this machine, which calls the program
#                                           through Wine; before that powershell.py, which needs no
#                                           PowerShell, and powershell/syntax.ps1
#   tests/checks/powershell.sh --windows    in PowerShell 7 for Windows, under Wine as well
#
# Exit code 77, which is no failure: the .NET SDK is not here, or cannot bring PowerShell.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
. "$root/tests/checks/powershell/bring.sh"
sources=$root/tests/checks/powershell
bin=$shmb_build/mingw-x64/bin

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# What the module finds on the path: the program, with the names that Windows knows files by.
program() {
    mkdir "$work/path" || return 1
    {
        echo '#!/bin/bash'
        echo 'words=()'
        echo 'for word; do case $word in /*) word=Z:${word//\//\\} ;; esac; words+=("$word"); done'
        printf 'exec %s %q "${words[@]}"\n' "${wine_command[*]}" "$bin/shmbroker.exe"
    } >"$work/path/shmbroker" && chmod +x "$work/path/shmbroker"
}

[ "${1:-}" = --windows ] || python3 "$root/tests/checks/powershell.py" || exit 1
if [ "${1:-}" = --windows ]; then
    bring_powershell_windows || exit
else
    bring_powershell_linux || exit
fi
cmake --install "$shmb_build/mingw-x64" --prefix "$work/tree" >"$work/said" || { cat "$work/said"; exit 1; }
mkdir "$work/modules" "$work/a folder" && wine_begin "$bin" || exit 1
module=$work/tree/powershell/ShmBroker
if [ "${1:-}" = --windows ]; then
    # As install/package.sh does.
    mkdir "$work/package" && "$root/install/nuget.sh" "$bin/shmbclient.dll" "$shmb_build/mingw-x86/bin/shmbclient.dll" \
        0.0.0-test "$work/package" "$module" "$work/licences" >"$work/said" 2>&1 || {
        code=$?
        tail -n 20 "$work/said"
        exit $code
    }
    powershell_windows "$sources/module.ps1" "$module" "$work/a folder" "$bin/plain.exe"
else
    # Not beside the program, which is one for Windows.
    powershell_linux "$sources/syntax.ps1" "$root/install" && program && mv "$module" "$work/modules/" &&
        PATH=$work/path:$PATH powershell_linux "$sources/module.ps1" "$work/modules/ShmBroker" "$work/a folder"
fi
