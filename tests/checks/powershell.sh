#!/usr/bin/env bash
# Runs install/ShmBroker.psm1, as cmake --install lays it, in PowerShell 7 on this machine. It calls
# shmbroker.exe under Wine, with a real service there: tests/checks/powershell/module.ps1. Before that,
# without PowerShell: powershell.py. NuGet brings PowerShell, once, into build/deps/powershell.
#
#   tests/checks/powershell.sh
#
# Exit code 77, which is no failure: the .NET SDK is not here, or cannot bring PowerShell.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin

package=PowerShell version=7.6.9
sum=3b7c0eb9b54f608d56aab6a20c8287a2e3c52b8b1be87c4b9e693404fbd6d0034b346881938d00494ac20c3dfa5a22b24dc429e824eaef7d76a88defc1f7f326
powershell=$shmb_build/deps/powershell

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off NO_COLOR=1

unpack() {
    local new=$1 name=${package,,}
    if ! timeout 300 dotnet tool install "$package" --version "$version" --tool-path "$new" >"$new.txt" 2>&1; then
        echo "NuGet cannot bring $package $version"
        return 77
    fi
    sha512sum --quiet -c <<<"$sum  $new/.store/$name/$version/$name/$version/$name.$version.nupkg"
}

fetch() {
    local new code
    [ ! -e "$powershell/pwsh" ] || return 0
    command -v dotnet >/dev/null || { echo 'the .NET SDK, which brings PowerShell, is not here'; return 77; }
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    unpack "$new/tool" && mv -T "$new/tool" "$powershell"
    code=$?
    rm -rf "$new"
    return $code
}

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

pwsh() {
    PATH=$work/path:$PATH timeout -k 10 600 "$powershell/pwsh" -NoLogo -NoProfile -NonInteractive -File "$@" \
        </dev/null
}

python3 "$root/tests/checks/powershell.py" || exit 1
locked fetch || exit
cmake --install "$shmb_build/mingw-x64" --prefix "$work/tree" >"$work/said" || { cat "$work/said"; exit 1; }
pwsh "$root/tests/checks/powershell/syntax.ps1" "$root/install" || exit 1
wine_begin "$bin" && program || exit 1
# Not beside the program: that one is for Windows.
mkdir "$work/modules" && cp -r "$work/tree/powershell/ShmBroker" "$work/modules/" &&
    mkdir "$work/a folder" && pwsh "$root/tests/checks/powershell/module.ps1" "$work/modules/ShmBroker" "$work/a folder"
