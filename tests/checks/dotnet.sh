#!/usr/bin/env bash
# The .NET package: builds client/bindings/dotnet and its tests without a warning, runs those that
# need no library on this machine, and all others as self-contained programs for Windows, x64 and
# x86, with Microsoft's own runtime, under Wine against a broker in another session.
#
#   tests/checks/dotnet.sh
#
# Exit code 77, which is no failure: the .NET SDK is not here, or NuGet cannot bring what it needs.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin
tests=$root/tests/client/dotnet project=$root/tests/client/dotnet/ShmBroker.Client.Tests.csproj

command -v dotnet >/dev/null || { echo 'the .NET SDK is not here'; exit 77; }
work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# The framework of the SDK that is here: NuGet has a runtime for Windows of that.
framework=net$(dotnet --version | cut -d . -f 1).0
options=(--artifacts-path "$work/made" -p:ShmbFramework="$framework" --nologo -v quiet)

# quietly COMMAND…: what it prints is shown only where it fails.
quietly() {
    "$@" >"$work/said" 2>&1 </dev/null && return
    echo "failed: $*"
    cat "$work/said"
    return 1
}

# restored OPTION…: 77 where NuGet does not bring all that it takes.
restored() {
    timeout 600 dotnet restore "$project" "${options[@]}" "$@" >"$work/said" 2>&1 </dev/null && return
    cat "$work/said"
    echo 'NuGet cannot bring what the .NET package and its tests need'
    exit 77
}

restored
quietly dotnet build "$project" "${options[@]}" --no-restore || exit 1
host=$(echo "$work"/made/bin/ShmBroker.Client.Tests/*/ShmBroker.Client.Tests.dll)
restored -p:ShmbWindows=true
for architecture in x64 x86; do
    quietly dotnet publish "$project" "${options[@]}" -p:ShmbWindows=true --no-restore \
        -r "win-$architecture" -o "$work/$architecture" || exit 1
done
cp "$bin/shmbclient.dll" "$work/x64/" && cp "$bin32/shmbclient.dll" "$work/x86/" || exit 1

# run NAME LEAST COMMAND…: a run of the tests. Of too few, or none, nobody would know.
run() {
    local name=$1 least=$2 total
    shift 2
    timeout -k 10 300 "$@" -noLogo -noColor >"$work/said" 2>&1 </dev/null
    local code=$?
    total=$(sed -n 's/.* Total: \([0-9]*\), Errors: 0, Failed: 0, Skipped: 0, .*/\1/p' "$work/said")
    if [ $code != 0 ] || [ "${total:-0}" -lt "$least" ]; then
        echo "$name: ended with $code"
        cat "$work/said"
        return 1
    fi
    echo "$name: $total tests"
}

run 'on this machine' 8 dotnet "$host" -trait- needs=broker || exit 1

wine_begin_both "$bin" "$bin32" || exit 1
# Wine hands assemblies to mscoree.dll, which the other tests do without.
export WINEDLLOVERRIDES='winedbg.exe=d;mshtml=d;winemenubuilder.exe=d'
true >"$work/broker"
wine_run "$bin/session_launcher.exe" -s 0 -- "$(wine_path "$bin/shmbroker.exe")" run \
    --allow-unsafe-config --config "$(wine_path "$tests/objects.yaml")" \
    --state "$(wine_path "$work/state")" >>"$work/broker" 2>&1 </dev/null &
wine_await "$work/broker" 'info 100:' || exit 1
wine_run "$bin/plain.exe" write 'Global\Net.FromC' 'written in C' || exit 1
for architecture in x64 x86; do
    wine_run "$bin/plain.exe" write 'Global\Net.ToC' 'nothing' || exit 1
    run "win-$architecture, under Wine" 40 \
        "${wine_command[@]}" "$work/$architecture/ShmBroker.Client.Tests.exe" -trait- 'needs=no library' || exit 1
    seen=$(wine_run "$bin/plain.exe" read 'Global\Net.ToC' </dev/null | tr -d '\r')
    [ "$seen" = 'written in .NET' ] || { echo "a program in C sees: $seen"; exit 1; }
done
