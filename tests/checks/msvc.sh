#!/usr/bin/env bash
# Compiles all our C as on Windows, without a Windows: clang as MSVC's stand-in (the
# command line of cl, MSVC's branches of CMake and of the sources, warnings are errors)
# and Microsoft's own headers, for x64, x86 and ARM64. The headers are those of the
# Windows SDK; NuGet brings them, once, into build/deps/winsdk. What the compiler itself
# would bring is in tests/checks/msvc/include. Nothing is linked or run. The tests are
# compiled for x64 only.
#
#   tests/checks/msvc.sh [ARCHITECTURE…]
#
# Exit code 77, which is no failure: the .NET SDK is not here, or cannot bring them.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"

package=Microsoft.Windows.SDK.CPP version=10.0.26100.9169
sum=32ab05b77d870414bff150cadd9d1294b16a5ad9b8c3066367c95a52a246470ea26e8a1b63b2d5ec26578f3b35c4fce16d93501241a9be277febe6a3b6d3bc4a
sdk=$shmb_build/deps/winsdk
tools=$root/tests/checks/msvc

# Names in lower case, as the sources write them: Windows does not tell the cases apart.
lower_case() {
    local folder=$1 file path
    for path in "$folder"/{um,shared,ucrt}; do
        [ -d "$path" ] && mv "$path" "$2/" || return 1
    done
    (
        cd "$2" || exit 1
        find . -depth -name '*[A-Z]*' | while IFS= read -r file; do
            path=${file%/*}/$(tr '[:upper:]' '[:lower:]' <<<"${file##*/}")
            mv "$file" "$path"
        done
        find . -type f -exec sed -i -E 's/^([[:space:]]*#[[:space:]]*include[[:space:]]*[<"])([^>"]*)/\1\L\2/' {} +
    )
}

unpack() {
    local new=$1 packages=$1/packages folder
    cat >"$new/sdk.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="$package" Version="[$version]"/>
  </ItemGroup>
</Project>
XML
    if ! (cd "$new" && DOTNET_CLI_TELEMETRY_OPTOUT=1 timeout 300 dotnet restore \
        --packages "$packages" --no-cache >restore.txt 2>&1); then
        echo "NuGet cannot bring $package $version"
        return 77
    fi
    folder=$packages/${package,,}/$version
    sha512sum --quiet -c <<<"$sum  $folder/${package,,}.$version.nupkg" &&
        mkdir "$new/sdk" && lower_case "$(echo "$folder"/c/Include/*/)" "$new/sdk"
}

fetch() {
    local new code
    [ ! -e "$sdk/um/windows.h" ] || return 0
    command -v dotnet >/dev/null || { echo 'the .NET SDK, which knows NuGet, is not here'; return 77; }
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    unpack "$new" && mv -T "$new/sdk" "$sdk"
    code=$?
    rm -rf "$new"
    return $code
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
locked fetch || exit
# clang takes the command line of cl where its own name says so. CMake looks into the
# library of a first try: the objects, one after the other, will do.
ln -s "$(command -v clang)" "$work/clang-cl" || exit 1
# Without spaces, which the name of the clone's folder may have: CMake's flags cannot quote.
ln -s "$sdk" "$work/sdk" && ln -s "$tools/include" "$work/include" || exit 1
cat >"$work/lib" <<'SH'
#!/bin/sh
for word; do
    case $word in
    /out:*) out=${word#/out:} ;;
    *.obj) objects="$objects $word" ;;
    esac
done
exec cat $objects >"$out"
SH
chmod +x "$work/lib"

check() {
    local folder=$work/$1 less=--without-tests
    [ "$1" != x64 ] || less=
    if ! cmake -S "$root" -B "$folder" -G Ninja --toolchain "$tools/toolchain.cmake" \
        -DSHMB_ARCH="$1" -DSHMB_TOOLS="$work" -DSHMB_SDK="$work/sdk" \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DSHMB_WERROR=ON \
        -DFETCHCONTENT_SOURCE_DIR_YAML="$shmb_build/deps/libyaml" \
        -DFETCHCONTENT_SOURCE_DIR_HIREDIS="$shmb_build/deps/hiredis" \
        -DFETCHCONTENT_SOURCE_DIR_CMOCKA="$shmb_build/deps/cmocka" >"$work/log" 2>&1 ||
        ! cmake --build "$folder" --target shmb_event_texts >>"$work/log" 2>&1; then
        cat "$work/log"
        return 1
    fi
    "$tools/compile.py" "$folder" $less
}

failed=0
[ $# -gt 0 ] || set -- x64 x86 arm64
for architecture; do
    echo "$architecture:"
    check "$architecture" || failed=1
done
exit $failed
