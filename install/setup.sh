#!/usr/bin/env bash
# Makes a bare Debian machine ready to build ShmBroker and to run its tests:
# the packages that are missing, and the sources of libyaml and cmocka below
# build/deps. Changes nothing, and takes no time, where all of it is there.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"

packages=(
    ca-certificates dpkg-dev gcc libc6-dev cmake ninja-build
    gcc-mingw-w64-x86-64-win32 gcc-mingw-w64-i686-win32
    binutils-mingw-w64-x86-64 binutils-mingw-w64-i686
    clang libclang-rt-dev wine wine64
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

# Debian's own source packages, signatures checked by apt, with an index of our
# own: the machine's list of sources need not name any and stays as it is.
unpack_sources() {
    local work=$1 file options
    mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial" "$work/src"
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/parts/${file##*/}"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -e "$file" ] && sed -n 's/^deb /deb-src /p' "$file" >"$work/parts/${file##*/}"
    done
    [ ! -e "$work/parts/sources.list" ] || mv "$work/parts/sources.list" "$work/parts/main.list"
    options=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts"
        -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
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

set_up() {
    install_packages && fetch_sources
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "setup.sh knows Debian and its relatives only; needed are: ${packages[*]}," >&2
    echo "and the sources of libyaml and cmocka in build/deps/libyaml and build/deps/cmocka" >&2
    exit 1
fi
locked set_up
