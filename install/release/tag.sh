#!/usr/bin/env bash
# Whether a tag may become a release: it is v and the version, and the changelog has that version.
#
#   install/release/tag.sh v1.2.3
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
[ $# = 1 ] || { echo "tag.sh: one argument, the tag" >&2; exit 2; }
# configuring fails where this is not the version of CMakeLists.txt
version=$(sed -n 's/^ *"version-semver": "\(.*\)",$/\1/p' "$root/vcpkg.json")
failed=0
if [ "$1" != "v$version" ]; then
    echo "tag.sh: the tag is $1, but the version in CMakeLists.txt is ${version:-missing}: tag v$version, or change the version" >&2
    failed=1
fi
if ! grep -q "^## ${version//./\\.}\$" "$root/CHANGELOG.md"; then
    echo "tag.sh: CHANGELOG.md has no heading \"## $version\": give what is new this heading" >&2
    failed=1
fi
exit $failed
