#!/usr/bin/env bash
# Runs a command where `wine` is Wine 10: in a Debian 13 below build/wine10, which the
# first run makes (1.6 GB, some minutes) and later ones use again.
#
#   tests/wine10.sh COMMAND…    in the clone, by absolute path; SHMB_WINE10 is build/wine10 then
#
# The exit code is the command's; 77 where this machine cannot do it: it takes root, the
# right to mount, and the first time the network. All that is mounted there, and every
# process, belongs to name spaces of the run and ends with it, however that ends: nothing is
# ever mounted for the rest of the machine, so build/ can be deleted at any time.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"
wine10=$shmb_build/wine10
debian=$wine10/debian
inside='' tmp=''

cannot() {
    echo "Wine 10 cannot be had here: $1"
    exit 77
}

# The first process of the name spaces ends everything in them.
finish() {
    if [ -n "$inside" ]; then
        kill -9 $(ps -o pid= --ppid "$inside") 2>/dev/null
        wait "$inside"
    fi
    [ -z "$tmp" ] || rm -rf "$tmp"
}

install_debootstrap() {
    local options=(-qq -o DPkg::Lock::Timeout=600 --no-install-recommends)
    command -v debootstrap >/dev/null && return
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install debootstrap
}

# The Windows part of the 32-bit Wine, as install/setup.sh has it for the machine's own.
unpack_wine32() {
    local new=$1
    chroot "$new/debian" sh -c 'cd /tmp && dpkg --add-architecture i386 && apt-get -qq update &&
        apt-get -qq -o APT::Sandbox::User=root download \
            "libwine:i386=$(dpkg-query -W -f '\''${Version}'\'' libwine:amd64)"' || return 1
    mkdir -p "$new/deps/wine32"
    dpkg-deb --fsys-tarfile "$new"/debian/tmp/libwine_*_i386.deb |
        tar -x -C "$new/deps/wine32" --strip-components=5 \
            ./usr/lib/i386-linux-gnu/wine/i386-windows || return 1
    rm "$new"/debian/tmp/libwine_*_i386.deb
    find "$new/deps/wine32" -type f -exec i686-w64-mingw32-strip -S {} + || true
}

# What debootstrap mounts goes with the name space, also where it is killed.
make_debian() {
    local new
    [ ! -e "$debian" ] || return 0
    install_debootstrap || return 1
    rm -rf "$wine10"/making.*
    new=$(mktemp -d "$wine10/making.XXXXXX") || return 1
    if unshare --mount --propagation private debootstrap --variant=minbase \
        --include=ca-certificates,procps,wine,wine64,libwine trixie "$new/debian" &&
        unpack_wine32 "$new"; then
        rm -rf "$wine10/deps" "$new/debian"/var/cache/apt/archives/*.deb
        mv "$new/deps" "$wine10/deps" && mv "$new/debian" "$debian"
    fi
    rm -rf "$new"
    [ -e "$debian" ]
}

# The first process of the name spaces. The clone has its own path in there, so that
# programs, and what they print, know it by one name.
if [ "${SHMB_WINE10_ENTER:-}" = 1 ]; then
    unset SHMB_WINE10_ENTER
    mkdir -p "$debian$root" && mount -t proc proc "$debian/proc" &&
        mount --rbind /dev "$debian/dev" && mount --rbind /sys "$debian/sys" &&
        mount -t tmpfs tmpfs "$debian/tmp" && mount --bind "$root" "$debian$root" || exit 1
    unset TMPDIR # Debian's Wine 10 dies of it
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=~root
    SHMB_WINE10=$wine10 exec chroot "$debian" "$@"
fi

[ "$(id -u)" = 0 ] || cannot 'this takes root'
unshare --mount --pid --fork --propagation private true 2>/dev/null || cannot 'nothing may be mounted'
trap finish EXIT
trap 'exit 130' INT TERM HUP
# debootstrap runs programs in the new folder, and cannot where its path has a blank.
case $wine10 in *[[:space:]]*) [ -e "$debian" ] || cannot 'the path of this clone has a blank' ;; esac
mkdir -p "$wine10"
[ -e "$debian" ] || step 'Debian 13 with Wine 10' locked make_debian || cannot 'Debian could not be had (see above)'
# A run that was killed leaves its folder to the next one.
for old in "$wine10"/run.*; do
    process=${old##*/run.}
    kill -0 "${process%.*}" 2>/dev/null || rm -rf "$old"
done
tmp=$(mktemp -d "$wine10/run.$$.XXXXXX") || exit 1
# Where this script is killed, the kernel ends unshare, and that the name spaces.
SHMB_WINE10_ENTER=1 SHMB_PREFIXES=$tmp setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child --propagation private "$0" "$@" <&0 &
inside=$!
wait "$inside"
code=$?
inside=
exit "$code"
