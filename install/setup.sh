#!/usr/bin/env bash
# Makes a bare Debian machine ready to build ShmBroker and to run its tests:
# the packages that are missing, and below build/deps the sources of libyaml,
# cmocka and hiredis, what Wine needs to run 32-bit programs, and Prometheus. Changes
# nothing, and takes no time, where all of it is there.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"

packages=(
    ca-certificates dpkg-dev gcc libc6-dev cmake ninja-build
    gcc-mingw-w64-x86-64-win32 gcc-mingw-w64-i686-win32
    g++-mingw-w64-x86-64-win32 g++-mingw-w64-i686-win32
    binutils-mingw-w64-x86-64 binutils-mingw-w64-i686
    clang libclang-rt-dev libc++-dev wine wine64
    wine64-tools libwine-dev libpython3-dev python3-numpy python3-setuptools python3-wheel mypy
    pkgconf python3-jsonschema python3-yaml spin wixl msitools osslsigncode openssl mono-mcs libmono-system-core4.0-cil
    fp-compiler fp-units-rtl fpc-source
    golang-go
    cargo rustc rustfmt rust-clippy libstd-rust-dev-windows
    redis-tools # it has the program redis-server under another name; that package would start a service
)

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf '%s\n' "$package"
    done
}

apt_quietly() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "$@"
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "missing: ${missing[*]}"
        echo "run this once as root, or: apt-get install ${missing[*]}"
        return 1
    fi
    step "package lists" apt_quietly update || return 1
    step "installing: ${missing[*]}" apt_quietly install --no-install-recommends "${missing[@]}"
}

# Sets `apt_own`: options for an index of our own below a folder. The machine's
# lists, and what it may install, stay as they are.
apt_own_index() {
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
    apt_own=(-qq -o Dir::State::Lists="$1/lists" -o Dir::Cache="$1/cache"
        -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)
}

# Debian's own source packages, signatures checked by apt; the machine's list of
# sources need not name any.
unpack_sources() {
    local work=$1 file options
    mkdir -p "$work/parts" "$work/src"
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/parts/${file##*/}"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -e "$file" ] && sed -n 's/^deb /deb-src /p' "$file" >"$work/parts/${file##*/}"
    done
    [ ! -e "$work/parts/sources.list" ] || mv "$work/parts/sources.list" "$work/parts/main.list"
    apt_own_index "$work"
    options=("${apt_own[@]}" -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts")
    # Somebody else's list may have no sources: what counts is that these two come.
    apt-get "${options[@]}" update
    cd "$work/src" && apt-get "${options[@]}" source libyaml cmocka &&
        mv libyaml-*/ "$work/libyaml" && mv cmocka-*/ "$work/cmocka"
}

fetch_sources() {
    local deps=$shmb_build/deps work name
    [ ! -e "$deps/libyaml" ] || [ ! -e "$deps/cmocka" ] || return 0
    mkdir -p "$deps"
    work=$(mktemp -d "$deps/.new.XXXXXX") || return 1
    if ! step "sources of libyaml and cmocka" unpack_sources "$work"; then
        rm -rf "$work"
        return 1
    fi
    for name in libyaml cmocka; do
        [ -e "$deps/$name" ] || mv "$work/$name" "$deps/$name"
    done
    rm -rf "$work"
}

# hiredis of Debian 13, for shmbmirror: that of Debian 12 knows no Windows. Where apt does not bring
# it, shmbmirror is not built.
unpack_hiredis() {
    local work=$1 file options
    mkdir -p "$work/parts" "$work/src"
    for file in /etc/apt/sources.list.d/*.sources; do
        grep -qs '^URIs:.*/debian/*$' "$file" || continue
        sed 's/^Types:.*/Types: deb-src/; s/^Suites:.*/Suites: trixie/' "$file" \
            >"$work/parts/${file##*/}"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -e "$file" ] && sed -En 's,^deb (\[[^]]*\] )?([^ ]*/debian/?) .*,deb-src \1\2 trixie main,p' \
            "$file" | head -1 >"$work/parts/${file##*/}"
    done
    [ ! -e "$work/parts/sources.list" ] || mv "$work/parts/sources.list" "$work/parts/main.list"
    apt_own_index "$work"
    options=("${apt_own[@]}" -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts")
    apt-get "${options[@]}" update
    cd "$work/src" && apt-get "${options[@]}" source hiredis && [ -e hiredis-*/sockcompat.h ] &&
        mv hiredis-*/ "$work/hiredis" && return
    echo 'apt does not bring the sources of hiredis 1.2; shmbmirror is not built'
    return 77
}

fetch_hiredis() {
    local deps=$shmb_build/deps work code
    [ ! -e "$deps/hiredis" ] || return 0
    mkdir -p "$deps"
    work=$(mktemp -d "$deps/.new.XXXXXX") || return 1
    step "sources of hiredis" unpack_hiredis "$work"
    code=$?
    [ $code != 0 ] || mv "$work/hiredis" "$deps/hiredis"
    rm -rf "$work"
    [ $code = 0 ] || [ $code = 77 ]
}

version_of() {
    dpkg-query -W -f '${Version}' "$1" 2>/dev/null
}

# download_i386 FOLDER PACKAGE: Debian's 32-bit package, of the very version of the 64-bit one that is
# installed. Nothing of it is installed. apt checks signature and checksum.
download_i386() {
    local work=$1 package=$2 version options
    version=$(version_of "$package")
    apt_own_index "$work"
    options=("${apt_own[@]}" -o APT::Architectures::=amd64 -o APT::Architectures::=i386)
    # One suite's index may be out of order: what counts is that the package comes.
    apt-get "${options[@]}" update
    (cd "$work" && apt-get "${options[@]}" download "$package:i386=$version") && return
    echo "this machine has $package $version, and apt has no $package:i386 of that version"
    return 1
}

# The Windows part of Debian's 32-bit Wine, which will run in the 64-bit one. No 32-bit Linux library
# is needed.
unpack_wine32() {
    local work=$1 folder=i386-linux-gnu/wine/i386-windows
    mkdir -p "$work/wine32"
    download_i386 "$work" libwine || return 1
    dpkg-deb --fsys-tarfile "$work"/libwine_*_i386.deb |
        tar -x -C "$work/wine32" --strip-components=5 "./usr/lib/$folder" || return 1
    # Two thirds of it are symbols for a debugger; a file that has none is fine.
    find "$work/wine32" -type f -exec i686-w64-mingw32-strip -S {} + || true
    [ -e "$work/wine32/i386-windows/ntdll.dll" ] && version_of libwine >"$work/wine32/version"
}

fetch_wine32() {
    local deps=$shmb_build/deps work
    [ "$(cat "$deps/wine32/version" 2>/dev/null)" != "$(version_of libwine)" ] || return 0
    mkdir -p "$deps"
    work=$(mktemp -d "$deps/.new.XXXXXX") || return 1
    if ! step "32-bit part of Wine, 95 MB" unpack_wine32 "$work"; then
        rm -rf "$work"
        return 1
    fi
    [ ! -e "$deps/wine32" ] || mv "$deps/wine32" "$work/old"
    mv "$work/wine32" "$deps/wine32"
    rm -rf "$work"
}

# Rust's standard library for 32-bit Windows, as a sysroot, for tests/checks/rust.sh: only 32-bit Debian
# has the package. Where apt does not bring it, that check says so.
unpack_rust32() {
    local work=$1 package=libstd-rust-dev-windows parts=$1/rust32/lib/rustlib
    download_i386 "$work" $package || return 77
    mkdir -p "$parts"
    dpkg-deb --fsys-tarfile "$work"/${package}_*_i386.deb |
        tar -x -C "$parts" --strip-components=4 ./usr/lib/rustlib || return 1
    ln -s /usr/lib/rustlib/x86_64-unknown-linux-gnu "$parts/"
    version_of $package >"$work/rust32/version"
}

fetch_rust32() {
    local deps=$shmb_build/deps work code
    [ "$(cat "$deps/rust32/version" 2>/dev/null)" != "$(version_of libstd-rust-dev-windows)" ] || return 0
    mkdir -p "$deps"
    work=$(mktemp -d "$deps/.new.XXXXXX") || return 1
    step "Rust for 32-bit Windows, 40 MB" unpack_rust32 "$work"
    code=$?
    if [ $code = 0 ]; then
        [ ! -e "$deps/rust32" ] || mv "$deps/rust32" "$work/old"
        mv "$work/rust32" "$deps/rust32"
    fi
    rm -rf "$work"
    [ $code = 0 ] || [ $code = 77 ]
}

# Prometheus and promtool, for tests/checks/monitoring.sh. Not installed: the package would start
# a server. Where apt does not bring it, that check says so.
unpack_prometheus() {
    local work=$1
    (cd "$work" && apt-get -qq download prometheus) ||
        { echo 'apt does not bring the package prometheus; the figures are tested without it'; return 77; }
    mkdir "$work/prometheus"
    dpkg-deb --fsys-tarfile "$work"/prometheus_*.deb |
        tar -x -C "$work/prometheus" --strip-components=3 ./usr/bin/prometheus ./usr/bin/promtool
}

fetch_prometheus() {
    local deps=$shmb_build/deps work code
    [ ! -e "$deps/prometheus" ] || return 0
    mkdir -p "$deps"
    work=$(mktemp -d "$deps/.new.XXXXXX") || return 1
    step "Prometheus, 40 MB" unpack_prometheus "$work"
    code=$?
    [ $code != 0 ] || mv "$work/prometheus" "$deps/prometheus"
    rm -rf "$work"
    [ $code = 0 ] || [ $code = 77 ]
}

set_up() {
    install_packages && fetch_sources && fetch_hiredis && fetch_wine32 && fetch_rust32 && fetch_prometheus
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "setup.sh knows Debian and its relatives only; needed are: ${packages[*]}," >&2
    echo "the sources of libyaml and cmocka in build/deps/libyaml and build/deps/cmocka," >&2
    echo "and for shmbmirror those of hiredis 1.2 in build/deps/hiredis" >&2
    exit 1
fi
locked set_up
