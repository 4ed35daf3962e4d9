#!/usr/bin/env bash
# Packs client/bindings/dotnet for NuGet, with the client library for both bitnesses:
#
#   install/nuget.sh X64_DLL X86_DLL VERSION FOLDER     makes FOLDER/ShmBroker.Client.VERSION.nupkg
#
# The same sources, libraries and SDK give the same bytes; files have the time SOURCE_DATE_EPOCH.
#
# Exit code 77: the .NET SDK is not here, or cannot bring what it needs.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
project=$root/client/bindings/dotnet/ShmBroker.Client.csproj version=$3 out=$4
: "${SOURCE_DATE_EPOCH:=315532800}" # 1980
export SOURCE_DATE_EPOCH DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Nothing of the SDK stays running.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

sdk=$(dotnet --version 2>/dev/null | cut -d . -f 1)
[ "${sdk:-0}" -ge 8 ] || { echo 'the .NET SDK, 8 or later, is not here'; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/natives" "$work/natives/x64" "$work/natives/x86" "$work/tree" &&
    cp "$1" "$work/natives/x64/shmbclient.dll" && cp "$2" "$work/natives/x86/shmbclient.dll" || exit 1
options=(--artifacts-path "$work/made" --nologo -v quiet -p:Version="$version"
    -p:ShmbNatives="$work/natives" -p:ContinuousIntegrationBuild=true)
timeout 300 dotnet restore "$project" "${options[@]}" </dev/null ||
    { echo 'NuGet cannot bring what the .NET package needs'; exit 77; }
dotnet pack "$project" "${options[@]}" --no-restore -c Release -o "$work" </dev/null || exit 1
# NuGet writes the time of packing.
python3 -m zipfile -e "$work/ShmBroker.Client.$version.nupkg" "$work/tree" &&
    python3 "$root/install/zip.py" --contents "$work/tree" "$out/ShmBroker.Client.$version.nupkg"
