#!/usr/bin/env bash
# The .NET package: builds client/bindings/dotnet and its tests without a warning, runs those that
# need no library on this machine, and all others as self-contained programs for Windows, x64 and
# x86, with Microsoft's own runtime, under Wine against a broker in another session. So do programs
# that use the package as NuGet brings it: the one in its README, trimmed, and client/examples/Prices.vb.
# client/examples/Prices.cs knows only .NET.
#
#   tests/checks/dotnet.sh
#
# Exit code 77, which is no failure: the .NET SDK is not here, or NuGet cannot bring what it needs.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/checks/bindings.sh"
# Nothing of the SDK stays running.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
tests=$root/tests/client/dotnet project=$root/tests/client/dotnet/ShmBroker.Client.Tests.csproj

sdk=$(dotnet --version 2>/dev/null | cut -d . -f 1)
[ "${sdk:-0}" -ge 8 ] || { echo 'the .NET SDK, 8 or later, is not here'; exit 77; }
test_version=0.0.0-test.$$
# What NuGet unpacks stays otherwise.
leftovers+=("${NUGET_PACKAGES:-$HOME/.nuget/packages}/shmbroker.client/$test_version")

# The framework of the SDK that is here: NuGet has a runtime for Windows of that.
framework=net$sdk.0
options=(--artifacts-path "$work/made" -p:ShmbFramework="$framework" --nologo -v quiet)

# restored PROJECT OPTION…: 77 where NuGet does not bring all that it takes.
restored() {
    timeout 600 dotnet restore "$@" "${options[@]}" >"$work/said" 2>&1 </dev/null && return
    cat "$work/said"
    echo 'NuGet cannot bring what the .NET package and its tests need'
    exit 77
}

restored "$project"
quietly dotnet build "$project" "${options[@]}" --no-restore || exit 1
host=$(echo "$work"/made/bin/ShmBroker.Client.Tests/*/ShmBroker.Client.Tests.dll)
restored "$project" -p:ShmbWindows=true
for architecture in x64 x86; do
    quietly dotnet publish "$project" "${options[@]}" -p:ShmbWindows=true --no-restore \
        -r "win-$architecture" -o "$work/$architecture" || exit 1
done
cp "$bin/shmbclient.dll" "$work/x64/" && cp "$bin32/shmbclient.dll" "$work/x86/" || exit 1

# consumer NAME ENDING FRAMEWORK PROPERTIES ITEMS: a project of its own, with the sources that are there.
consumer() {
    cat >"$work/$1/$1.$2" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>$3</TargetFramework>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <InvariantGlobalization>true</InvariantGlobalization>
    <NoWarn>\$(NoWarn);CA1416</NoWarn>
    <RestoreAdditionalProjectSources>$work/packages</RestoreAdditionalProjectSources>
    $4
  </PropertyGroup>
  <ItemGroup>$5</ItemGroup>
</Project>
XML
    restored "$work/$1/$1.$2"
}

published() {
    consumer "$1" "$2" "$framework" "<RuntimeIdentifier>win-x64</RuntimeIdentifier><SelfContained>true</SelfContained>$3" "$4"
    quietly dotnet publish "$work/$1/$1.$2" "${options[@]}" --no-restore -o "$work/$1/out" || exit 1
}

mkdir "$work/packages" "$work/Readme" "$work/PricesVb" "$work/PricesNet" "$work/Framework" || exit 1
quietly "$root/install/nuget.sh" "$bin/shmbclient.dll" "$bin32/shmbclient.dll" "$test_version" "$work/packages" || exit 1
package="<PackageReference Include=\"ShmBroker.Client\" Version=\"$test_version\"/>"
page=$root/client/bindings/dotnet/README.md
pieces "$page" csharp 1 >"$work/Readme/Program.cs"
{
    echo 'using ShmBroker;'
    echo 'static class Piece {'
    echo '    static async Task Run(Segment prices, Func<Task<double>> ReadFeedAsync, CancellationToken cancellationToken) {'
    pieces "$page" csharp 2
    echo '    }'
    echo '    static void Ask() {'
    pieces "$page" csharp 3
    echo '    }'
    echo '}'
} >"$work/Readme/Piece.cs"
[ -z "$(pieces "$page" csharp 4)" ] || { echo 'the README of .NET has a piece that nothing compiles'; exit 1; }
cp "$root/client/examples/Prices.vb" "$work/PricesVb/" && cp "$root/client/examples/Prices.cs" "$work/PricesNet/" &&
    cp "$root/client/examples/Prices.cs" "$work/Framework/" || exit 1
published Readme csproj '<ImplicitUsings>enable</ImplicitUsings><PublishTrimmed>true</PublishTrimmed>' "$package"
published PricesVb vbproj '' "$package"
published PricesNet csproj '' ''
# .NET Framework: the library of the program's architecture is beside it.
consumer Framework csproj net472 '<PlatformTarget>x86</PlatformTarget>' \
    "$package<PackageReference Include=\"Microsoft.NETFramework.ReferenceAssemblies\" Version=\"1.0.3\" PrivateAssets=\"all\"/>"
quietly dotnet build "$work/Framework/Framework.csproj" "${options[@]}" --no-restore || exit 1
cmp "$work"/made/bin/Framework/*/shmbclient.dll "$bin32/shmbclient.dll" || exit 1

passed() {
    sed -n 's/.* Total: \([0-9]*\), Errors: 0, Failed: 0, Skipped: 0, .*/\1/p'
}
plain=(-noLogo -noColor)
tested 'on this machine' 8 dotnet "$host" -trait- needs=broker "${plain[@]}" || exit 1

wine_begin_both "$bin" "$bin32" || exit 1
# Wine hands assemblies to mscoree.dll, which the other tests do without.
export WINEDLLOVERRIDES='winedbg.exe=d;mshtml=d;winemenubuilder.exe=d'
serve "$tests/objects.yaml" Net || exit 1
for architecture in x64 x86; do
    [ "$architecture" = x64 ] || [ "$wine_32" = 1 ] || continue
    [ "$architecture" = x64 ] || serve_again "$tests/objects.yaml" Net || exit 1
    tested_with_c Net .NET "win-$architecture, under Wine" 40 "${wine_command[@]}" \
        "$work/$architecture/ShmBroker.Client.Tests.exe" -trait- 'needs=no library' "${plain[@]}" || exit 1
done

# shows WANTED PROGRAM ARGUMENT…: a program of an example, and the last line that it prints.
shows() {
    local wanted=$1 last
    shift
    printed "${wine_command[@]}" "$@" || exit 1
    last=$(tail -n 1 "$work/seen")
    [ "$last" = "$wanted" ] && return
    echo "$1 does not print $wanted:"
    cat "$work/seen"
    exit 1
}

shows 'Net.Licences: Semaphore, 0 bytes' "$work/Readme/out/Readme.exe"
shows 1.25 "$work/PricesVb/out/PricesVb.exe"
shows 2.5 "$work/PricesVb/out/PricesVb.exe" 2.5
shows 2.5 "$work/PricesNet/out/PricesNet.exe"
shows 3.75 "$work/PricesNet/out/PricesNet.exe" 3.75
shows 3.75 "$work/PricesVb/out/PricesVb.exe"
echo 'examples: the one of the README, Prices.vb, Prices.cs'
[ "$wine_32" = 1 ] || { echo "in 64 bit all is well; $wine_no_32"; exit 77; }
