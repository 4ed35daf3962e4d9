#!/usr/bin/env bash
# Packs client/bindings/node for npm, with the client library for both bitnesses:
#
#   install/npm.sh X64_DLL X86_DLL FOLDER     makes FOLDER/shmbroker-VERSION.tgz
#
# As `npm pack` does, which is not needed. The same sources and libraries give the same bytes; files
# have the time SOURCE_DATE_EPOCH.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
source=$root/client/bindings/node out=$(realpath -m -- "$3")
: "${SOURCE_DATE_EPOCH:=315532800}" # 1980
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$source/package.json")
[ -n "$version" ] || { echo 'no version in package.json'; exit 1; }

mkdir -p "$out" "$work/package/native/x64" "$work/package/native/ia32" &&
    cp "$source"/{package.json,README.md,shmb.js,shmb.d.ts,example.js} "$root/LICENSE" "$work/package/" &&
    cp "$1" "$work/package/native/x64/shmbclient.dll" && cp "$2" "$work/package/native/ia32/shmbclient.dll" || exit 1
tar -C "$work" --sort=name --format=ustar --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode=a=rX,u+w -cf - package | gzip -n -9 >"$out/shmbroker-$version.tgz"
[[ ${PIPESTATUS[*]} =~ ^[\ 0]+$ ]]
