#!/usr/bin/env bash
# Packs client/bindings/dotnet for NuGet, with the client library for both bitnesses:
#
#   install/nuget.sh X64_DLL X86_DLL VERSION FOLDER     makes FOLDER/ShmBroker.Client.VERSION.nupkg
#   install/nuget.sh X64_DLL X86_DLL VERSION FOLDER MODULE LICENCES
#                                                       also puts what the module for PowerShell needs
#                                                       of it into the folder MODULE, and the licence of
#                                                       what is Microsoft's into the folder LICENCES
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
    python3 "$root/install/zip.py" --contents "$work/tree" "$out/ShmBroker.Client.$version.nupkg" || exit 1
[ $# -gt 4 ] || exit 0

# Windows PowerShell runs in .NET Framework, which lacks spans: NuGet says what a program of that takes
# besides. PowerShell 7 has them, and does not load these files.
mkdir "$work/framework" && cat >"$work/framework/framework.csproj" <<XML || exit 1
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net472</TargetFramework>
    <AutomaticallyUseReferenceAssemblyPackages>false</AutomaticallyUseReferenceAssemblyPackages>
  </PropertyGroup>
  <ItemGroup>
    $(sed -n 's/.*<dependency id="\(System.Memory\)" version="\([^"]*\)".*/<PackageReference Include="\1" Version="\2"\/>/p' \
    "$work/tree/ShmBroker.Client.nuspec")
  </ItemGroup>
</Project>
XML
timeout 300 dotnet restore "$work/framework" --nologo -v quiet </dev/null ||
    { echo 'NuGet cannot bring what the module for PowerShell needs'; exit 77; }
dotnet msbuild "$work/framework" -nologo -t:ResolvePackageAssets -getItem:RuntimeCopyLocalItems >"$work/items" </dev/null &&
    mkdir -p "$6" && cp "$work/tree/lib/netstandard2.0/ShmBroker.Client.dll" "$5/" &&
    python3 - "$work/items" "$5" "$6/dotnet.txt" <<'PYTHON'
import json
import os
import shutil
import sys

items, module, licence = sys.argv[1:]
with open(items, encoding="utf-8") as file:
    found = sorted(json.load(file)["Items"]["RuntimeCopyLocalItems"], key=lambda item: item["FullPath"].lower())
lines, texts = [], []
for item in found:
    name = os.path.basename(item["FullPath"])
    shutil.copyfile(item["FullPath"], os.path.join(module, name))
    os.chmod(os.path.join(module, name), 0o644)
    lines.append(f"{name}: {item['NuGetPackageId']} {item['NuGetPackageVersion']}\n")
    package = item["FullPath"][: -len(item["PathInPackage"])]
    with open(os.path.join(package, "LICENSE.TXT"), encoding="utf-8-sig") as file:
        texts.append(file.read().replace("\r\n", "\n"))
if len(found) < 4 or any("Permission is hereby granted, free of charge" not in text for text in texts):
    sys.exit("nuget.sh: the packages of .NET Framework are others than before")
with open(licence, "w", encoding="utf-8", newline="\n") as file:
    file.write("".join(lines) + "\n" + "\n".join(dict.fromkeys(texts)))
PYTHON
