#!/usr/bin/env bash
# The Go package: gofmt and go vet say nothing, and its tests and example, compiled for windows/amd64
# and windows/386, run under Wine against a broker in another session.
#
#   tests/checks/go.sh
#
# Exit code 77, which is no failure: Go is not here.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
. "$root/tests/checks/no_network.sh"
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin
package=$root/client/bindings/go tests=$root/tests/client/go

go=/usr/bin/go
[ -x $go ] || go=$(command -v go) || { echo 'Go is not here'; exit 77; }
export GOOS=windows CGO_ENABLED=0 GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE=$shmb_build/go-cache
work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

unformatted=$("$(dirname "$(realpath "$go")")/gofmt" -l "$package" "$tests") || exit 1
[ -z "$unformatted" ] || { echo "not as gofmt writes them: $unformatted"; exit 1; }
# The piece of the README, in a program.
mkdir "$work/piece" && (
    printf 'module piece\n\nrequire shmbroker v1.0.0\n\nreplace shmbroker => "%s"\n' "$package" >"$work/piece/go.mod"
    printf '%s\n' 'package piece' '' 'import ("context"; "time"; "shmbroker")' '' 'type Quote struct{ Bid, Ask float64 }' \
        '' 'func Piece(ctx context.Context, seen uint64) error {'
    sed -n '/^```go$/,/^```$/{/^```/!p}' "$package/README.md"
    printf '%s\n' 'return err' '}'
) >"$work/piece/piece.go" && (cd "$work/piece" && $go vet .) || exit 1
for architecture in amd64 386; do
    export GOARCH=$architecture
    mkdir "$work/$architecture"
    (cd "$package" && $go vet ./... && $go build -o "$work/$architecture/example.exe" ./example) &&
        (cd "$tests" && $go vet . && $go test -c -o "$work/$architecture/tests.exe" .) || exit 1
done
cp "$bin/shmbclient.dll" "$work/amd64/" && cp "$bin32/shmbclient.dll" "$work/386/" || exit 1

wine_begin_both "$bin" "$bin32" || exit 1
no_network "$work" "$work/386/tests.exe" || exit 1
true >"$work/broker"
wine_run "$bin/session_launcher.exe" -s 0 -- "$(wine_path "$bin/shmbroker.exe")" run \
    --allow-unsafe-config --config "$(wine_path "$tests/objects.yaml")" \
    --state "$(wine_path "$work/state")" >>"$work/broker" 2>&1 </dev/null &
wine_await "$work/broker" 'info 100:' || exit 1
wine_run "$bin/plain.exe" write 'Global\Go.FromC' 'written in C' || exit 1

# Of too few tests, or none, nobody would know.
least=20
for architecture in amd64 386; do
    [ $architecture = amd64 ] || no_network_now
    wine_run "$bin/plain.exe" write 'Global\Go.ToC' 'nothing' || exit 1
    timeout -k 10 300 "${wine_command[@]}" "$work/$architecture/tests.exe" -test.v >"$work/said" 2>&1 </dev/null
    code=$?
    passed=$(grep -c -- '^--- PASS' "$work/said")
    if [ $code != 0 ] || [ "$passed" -lt $least ] || grep -q -- '^--- SKIP' "$work/said"; then
        echo "windows/$architecture: ended with $code, $passed tests passed"
        cat "$work/said"
        exit 1
    fi
    echo "windows/$architecture, under Wine: $passed tests"
    seen=$(wine_run "$bin/plain.exe" read 'Global\Go.ToC' </dev/null | tr -d '\r')
    [ "$seen" = 'written in Go' ] || { echo "a program in C sees: $seen"; exit 1; }
    timeout -k 10 60 "${wine_command[@]}" "$work/$architecture/example.exe" >"$work/said" 2>&1 </dev/null
    code=$?
    tr -d '\r' <"$work/said" >"$work/seen"
    if [ $code != 0 ] || ! grep -qx 'Prices: 1.26' "$work/seen" || ! grep -qx 'Go.Queue: queue, .* bytes' "$work/seen"; then
        echo "the example for $architecture ended with $code"
        cat "$work/seen"
        exit 1
    fi
done
