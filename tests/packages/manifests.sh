#!/usr/bin/env bash
# The manifests of a release, made from a folder of packages: winget, Chocolatey and vcpkg would take
# them, they name the packages that are there, and the port builds.
#
#   tests/packages/manifests.sh FOLDER
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/packages/quietly.sh"
packages=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
export SHMB_HOME_URL=https://example.org/owner/ShmBroker

# refused TEXT COMMAND…
refused() {
    local text=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "should have failed: $*"
        exit 1
    fi
    grep -qF -- "$text" "$work/said" && return
    echo "$* does not say \"$text\":"
    cat "$work/said"
    exit 1
}

make=$root/install/release/manifests.py
refused "the project's address" env SHMB_HOME_URL= "$make" "$packages"
refused "the project's address" env SHMB_HOME_URL=http://example.org/ "$make" "$packages"
mkdir "$work/changed" && cp "$packages"/ShmBroker-*.* "$packages/SHA256SUMS" "$work/changed/" &&
    echo >>"$(echo "$work"/changed/ShmBroker-*.msi)" || exit 1
refused 'is not the file of SHA256SUMS' "$make" "$work/changed"
mkdir -p "$packages/manifests/winget/0.0.1" && quietly "$make" "$packages" || exit 1
"$root/tests/packages/manifests.py" "$packages" || exit 1
quietly cmake "-DPORT_FOLDER=$packages/manifests/vcpkg" "-DPACKAGES=$packages" "-DWORK=$work/port" \
    -P "$root/tests/packages/port.cmake" || { cat "$work/port/log"; exit 1; }

version=$(cd "$packages/manifests/winget" && echo *)
tag=$work/tree/install/release/tag.sh
mkdir -p "$(dirname "$tag")" && cp "$root/install/release/tag.sh" "$tag" && cp "$root/vcpkg.json" "$work/tree/" || exit 1
printf '# Changelog\n\n## 0.0.1\n' >"$work/tree/CHANGELOG.md"
refused 'has no heading' "$tag" "v$version"
printf '## %s\n' "$version" >>"$work/tree/CHANGELOG.md"
quietly "$tag" "v$version" || exit 1
refused 'the tag is v0.0.1' "$tag" v0.0.1
