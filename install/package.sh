#!/usr/bin/env bash
# Builds the packages, on a bare Debian machine, with MinGW:
#
#   ShmBroker-VERSION-x64.zip            the whole: service, shmb, library for x64 and, in its folder
#                                        x86, for 32-bit programs, bindings, documents
#   ShmBroker-VERSION-x64.msi            the same for Windows Installer, see install/msi
#   ShmBroker-client-VERSION-x64.zip     the library and shmb, for programmers and build machines
#   ShmBroker-client-VERSION-x86.zip
#   ShmBroker.Client.VERSION.nupkg       the library for .NET, where the .NET SDK is: see install/nuget.sh
#   shmbroker-VERSION-py3-none-*.whl     the library for Python, see install/wheel.sh
#   shmbroker-VERSION.tgz                the library for Node.js, see install/npm.sh
#   ShmBroker-VERSION-source.tar.gz      the sources, for the port of vcpkg
#   ShmBroker-VERSION.spdx.json          what is in them (SBOM), see install/sbom.py
#   SHA256SUMS
#
#   install/package.sh [FOLDER]          build/packages, unless another folder is named
#
# Programs, DLLs and then the MSI are signed, if the environment names a certificate: install/sign.sh.
# The same sources and compilers give the same bytes, in whatever folder and at whatever time. The
# time of all files in the packages is that of the last commit, or SOURCE_DATE_EPOCH.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"
out=$(realpath -m -- "${1:-$shmb_build/packages}")
# 1980: without git, and sources of no known time
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 315532800)}"
export SOURCE_DATE_EPOCH

# build ARCHITECTURE OPTION…: without symbols, and without names of this machine's folders.
build() {
    local folder=$out/build/$1
    cd "$root" && cmake --preset "mingw-$1" -B "$folder" -DBUILD_TESTING=OFF -DSHMB_LINK_MAPS=ON \
        -DCMAKE_C_FLAGS="\"-ffile-prefix-map=$root/=\" \"-ffile-prefix-map=$folder/=\"" \
        -DCMAKE_EXE_LINKER_FLAGS=-s -DCMAKE_SHARED_LINKER_FLAGS=-s "${@:2}" &&
        cmake --build "$folder"
}

# tree ARCHITECTURE FOLDER [COMPONENT]
tree() {
    cmake --install "$out/build/$1" --prefix "$2" ${3:+--component "$3"}
}

# What the packages hold. The 32-bit part of the whole has no documents, which are there already.
all_trees() {
    tree x64 "$trees/ShmBroker-$version" && tree x86 "$trees/ShmBroker-$version/x86" &&
        rm -r "$trees/ShmBroker-$version/x86/share" &&
        tree x64 "$trees/ShmBroker-client-$version-x64" client &&
        tree x86 "$trees/ShmBroker-client-$version-x86" client
}

sign_programs() {
    find "$trees" \( -name '*.exe' -o -name '*.dll' \) -print0 | sort -z | xargs -0 "$root/install/sign.sh"
}

# The files' times are in it.
msi() {
    local package=$out/ShmBroker-$version-x64.msi
    find "$trees/ShmBroker-$version" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} + &&
        python3 "$root/install/msi/make.py" "$trees/ShmBroker-$version" "$version" "$package" &&
        "$root/install/sign.sh" "$package"
}

pack() {
    python3 "$root/install/zip.py" "$trees/$1" "$out/$2.zip"
}

# What git tracks; where there is no git, as in such a package, everything but builds.
source_files() {
    cd "$root" || return 1
    # A folder in a clone of something else has no files for that git.
    { [ -e .git ] && git ls-files -z 2>/dev/null; } ||
        find . \( -path ./build -o -path ./.git -o -path ./compile_commands.json \) -prune -o \
            -type f -printf '%P\0'
}

source_package() {
    source_files | LC_ALL=C sort -z |
        tar -C "$root" --null --no-recursion -T - --transform "s,^,ShmBroker-$version/," --format=ustar \
            --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=a=rX,u+w -cf - |
        gzip -n -9 >"$out/ShmBroker-$version-source.tar.gz"
    [[ ${PIPESTATUS[*]} =~ ^[\ 0]+$ ]]
}

nuget() {
    local tree=$trees/ShmBroker-$version
    "$root/install/nuget.sh" "$trees"/ShmBroker-client-"$version"-{x64,x86}/bin/shmbclient.dll "$version" "$out" \
        "$tree/powershell/ShmBroker" "$tree/share/shmbroker/licences"
    local code=$?
    [ $code = 0 ] || return $code
    "$root/install/sign.sh" "$tree/powershell/ShmBroker/ShmBroker.Client.dll"
}

wheels() {
    "$root/install/wheel.sh" "$trees"/ShmBroker-client-"$version"-{x64,x86}/bin/shmbclient.dll "$out"
}

npm_package() {
    "$root/install/npm.sh" "$trees"/ShmBroker-client-"$version"-{x64,x86}/bin/shmbclient.dll "$out"
}

sums() {
    (cd "$out" && sha256sum ShmBroker[-.]*"$version"*.* shmbroker-*.{whl,tgz} >SHA256SUMS)
}

"$root/install/setup.sh" || exit 1
mkdir -p "$out" && rm -rf "$out/trees" "$out"/ShmBroker[-.]*.* "$out"/shmbroker-*.{whl,tgz} "$out/SHA256SUMS" || exit 1
trees=$out/trees
step 'building for x64' build x64 && step 'building for x86' build x86 -DSHMB_CLIENT_ONLY=ON || exit 1
version=$(sed -n 's/^Version: //p' "$out/build/x64/install/shmbclient.pc")
[ -n "$version" ] || { echo 'no version in the build'; exit 1; }
step 'files of the packages' all_trees && step 'signing, if a certificate is set' sign_programs || exit 1
# The module for PowerShell has a part of it.
step "ShmBroker.Client.$version.nupkg" nuget
case $? in 0 | 77) ;; *) exit 1 ;; esac
step "ShmBroker-$version-x64.zip" pack "ShmBroker-$version" "ShmBroker-$version-x64" || exit 1
step "ShmBroker-$version-x64.msi" msi || exit 1
for architecture in x64 x86; do
    step "ShmBroker-client-$version-$architecture.zip" \
        pack "ShmBroker-client-$version-$architecture" "ShmBroker-client-$version-$architecture" || exit 1
done
step 'wheels for Python' wheels || exit 1
step 'the package for Node.js' npm_package || exit 1
step "ShmBroker-$version-source.tar.gz" source_package || exit 1
step "ShmBroker-$version.spdx.json" python3 "$root/install/sbom.py" "$out" "$version" || exit 1
step SHA256SUMS sums || exit 1
echo "$out:"
(cd "$out" && ls -l --time-style=+ ShmBroker[-.]*.* shmbroker-*.{whl,tgz} SHA256SUMS | awk '{ printf "%10d  %s\n", $5, $6 }')
