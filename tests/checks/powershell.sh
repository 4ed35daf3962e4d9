#!/usr/bin/env bash
# Runs install/ShmBroker.psm1, as cmake --install lays it, against a real shmbroker.exe and a service of
# it under Wine: tests/checks/powershell/module.ps1.
#
#   tests/checks/powershell.sh              in PowerShell 7 on this machine, which calls the program
#                                           through Wine; before that powershell.py, which needs no
#                                           PowerShell, and powershell/syntax.ps1
#   tests/checks/powershell.sh --windows    in PowerShell 7 for Windows, under Wine as well
#
# NuGet brings PowerShell, once, into build/deps.
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
sources=$root/tests/checks/powershell
linux=$shmb_build/deps/powershell
windows=$shmb_build/deps/powershell-windows-$(cat "$sources"/host/* | sha256sum | cut -c -12)

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off NO_COLOR=1

unpack_linux() {
    local new=$1 name=${package,,}
    if ! timeout 600 dotnet tool install "$package" --version "$version" --tool-path "$new/made" \
        >"$new/said" 2>&1; then
        echo "NuGet cannot bring $package $version"
        return 77
    fi
    sha512sum --quiet -c <<<"$sum  $new/made/.store/$name/$version/$name/$version/$name.$version.nupkg"
}

unpack_windows() {
    local new=$1
    cp -r "$sources/host" "$new/" || return 1
    if ! timeout 600 dotnet restore "$new/host" --packages "$new/packages" >"$new/said" 2>&1; then
        echo 'NuGet cannot bring PowerShell for Windows'
        return 77
    fi
    dotnet publish "$new/host" --no-restore -p:RestorePackagesPath="$new/packages" -o "$new/made" ||
        return 1
}

# fetch FOLDER COMMAND: what the command puts into the folder `made` of the one it is given.
fetch() {
    local new code
    [ ! -e "$1" ] || return 0
    command -v dotnet >/dev/null || { echo 'the .NET SDK, which brings PowerShell, is not here'; return 77; }
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    "$2" "$new" && mv -T "$new/made" "$1"
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

# on_linux SCRIPT WORD…, on_windows SCRIPT WORD…
on_linux() {
    PATH=$work/path:$PATH timeout -k 10 600 "$linux/pwsh" -NoLogo -NoProfile -NonInteractive -File "$@" \
        </dev/null
}

# Wine's own mscoree must be there, for .NET loads its assemblies by it. Under Wine 8, .NET dies where
# its code is mapped twice. The module finds the program by the registration, and beside itself.
on_windows() {
    local words=() word
    for word; do
        words+=("$(wine_path "$word")")
    done
    WINEDLLOVERRIDES=${WINEDLLOVERRIDES/mscoree=d;/} DOTNET_EnableWriteXorExecute=0 \
        timeout -k 10 600 "${wine_command[@]}" "$windows/host.exe" "${words[@]}" </dev/null
}

[ "${1:-}" = --windows ] || python3 "$root/tests/checks/powershell.py" || exit 1
if [ "${1:-}" = --windows ]; then
    locked fetch "$windows" unpack_windows || exit
else
    locked fetch "$linux" unpack_linux || exit
fi
cmake --install "$shmb_build/mingw-x64" --prefix "$work/tree" >"$work/said" || { cat "$work/said"; exit 1; }
mkdir "$work/modules" "$work/a folder" && wine_begin "$bin" || exit 1
module=$work/tree/powershell/ShmBroker
if [ "${1:-}" = --windows ]; then
    on_windows "$sources/module.ps1" "$module" "$work/a folder"
else
    # Not beside the program, which is one for Windows.
    on_linux "$sources/syntax.ps1" "$root/install" && program && mv "$module" "$work/modules/" &&
        on_linux "$sources/module.ps1" "$work/modules/ShmBroker" "$work/a folder"
fi
