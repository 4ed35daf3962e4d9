#!/usr/bin/env bash
# The packages: built twice, from the clone and from the package of its sources, in two folders and
# one after the other, they are the same bytes, and name no folder of this machine. Their SBOM and
# their manifests hold. Programs are then built from the unpacked ones, and the packages signed.
#
#   tests/packages/reproducible.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
export SOURCE_DATE_EPOCH=1700000000

# package ROOT OUT
package() {
    "$1/install/package.sh" "$2" >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
}

package "$root" "$work/one" || exit 1
copy=$work/a/folder/of/another/length
mkdir -p "$copy" && tar -C "$copy" --strip-components=1 -xzf "$work"/one/ShmBroker-*-source.tar.gz &&
    mkdir -p "$copy/build/deps" && cp -a "$root/build/deps/libyaml" "$root/build/deps/cmocka" "$copy/build/deps/" &&
    { [ ! -e "$root/build/deps/hiredis" ] || cp -a "$root/build/deps/hiredis" "$copy/build/deps/"; } &&
    ln -s "$root/build/deps/wine32" "$copy/build/deps/wine32" && package "$copy" "$work/two" || exit 1
if ! diff "$work/one/SHA256SUMS" "$work/two/SHA256SUMS"; then
    diff -rq "$work/one/trees" "$work/two/trees"
    exit 1
fi
# A package of NuGet is made where its SDK is.
for package in "$work"/two/*.{nupkg,whl}; do
    [ ! -e "$package" ] || python3 -m zipfile -e "$package" "$work/two/trees/${package##*/}" || exit 1
done
mkdir "$work/two/trees/npm" && tar -C "$work/two/trees/npm" -xzf "$work"/two/shmbroker-*.tgz || exit 1
if grep -rlaF -e "$root" -e "$work" "$work/two/trees"; then
    echo 'these name a folder of the machine they were built on'
    exit 1
fi

"$root/tests/packages/sbom.py" "$work/two" && "$root/tests/packages/manifests.sh" "$work/two" || exit 1

mkdir "$work/unpacked" || exit 1
for package in "$work"/one/ShmBroker-*.zip; do
    python3 -m zipfile -e "$package" "$work/unpacked" || exit 1
done
cd "$work/unpacked" || exit 1
(cd "$work/one" && sha256sum --quiet -c SHA256SUMS) || exit 1
whole=$(echo ShmBroker-[0-9]*) client=$(echo ShmBroker-client-*-x86)
for file in bin/{shmbroker.exe,shmb.exe,shmbclient.dll} x86/bin/{shmb.exe,shmbclient.dll} \
    {,x86/}lib/{shmbclient.dll.a,shmbclient_static.a,cmake/ShmBroker/ShmBrokerConfig.cmake} \
    {,x86/}include/{shmb.h,shmb.hpp} \
    share/shmbroker/{README.md,LICENSE,config/shmbroker.yaml,{config,client/mirror}/schema.json,licences/{libyaml,mingw-w64}.txt} \
    share/shmbroker/install/{admin.md,monitoring/alerts.yml,monitoring/dashboard.json} \
    share/shmbroker/client/bindings/{reference.md,foxpro/shmb.prg,node/shmb.js,go/go.mod,rust/src/lib.rs}; do
    [ -s "$whole/$file" ] || { echo "$file is not in the package"; exit 1; }
done
for file in bin/shmbmirror.exe share/shmbroker/licences/hiredis.txt; do
    [ ! -e "$root/build/deps/hiredis" ] || [ -s "$whole/$file" ] || { echo "$file is not in the package"; exit 1; }
done
for package in ShmBroker-client-*; do
    [ -s "$package/share/shmbroker/licences/mingw-w64.txt" ] || { echo "$package has no licence of mingw-w64"; exit 1; }
done
# Each of the client packages, with the broker of the whole one.
cp "$whole/bin/shmbroker.exe" ShmBroker-client-*-x64/bin/ &&
    "$root/tests/packages/consumers.sh" "$work/unpacked/$whole" "$work/unpacked/$whole/x86" &&
    "$root/tests/packages/consumers.sh" "$(echo "$work"/unpacked/ShmBroker-client-*-x64)" "$work/unpacked/$client" &&
    "$root/tests/packages/signed.sh" "$copy" "$work/two"
