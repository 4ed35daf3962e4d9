#!/usr/bin/env bash
# The Go package: gofmt and go vet say nothing, and its tests and example, compiled for windows/amd64
# and windows/386, run under Wine against a broker in another session.
#
#   tests/checks/go.sh
#
# Exit code 77, which is no failure: Go is not here.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/checks/bindings.sh"
. "$root/tests/checks/no_network.sh"
package=$root/client/bindings/go tests=$root/tests/client/go

go=/usr/bin/go
[ -x $go ] || go=$(command -v go) || { echo 'Go is not here'; exit 77; }
export GOOS=windows CGO_ENABLED=0 GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE=$shmb_build/go-cache

unformatted=$("$(dirname "$(realpath "$go")")/gofmt" -l "$package" "$tests") || exit 1
[ -z "$unformatted" ] || { echo "not as gofmt writes them: $unformatted"; exit 1; }
# The piece of the README, in a program.
mkdir "$work/piece" && (
    printf 'module piece\n\nrequire shmbroker v1.0.0\n\nreplace shmbroker => "%s"\n' "$package" >"$work/piece/go.mod"
    printf '%s\n' 'package piece' '' 'import ("context"; "errors"; "fmt"; "os"; "time"; "shmbroker")' '' 'type Quote struct{ Bid, Ask float64 }' \
        '' 'func Piece(ctx context.Context, seen uint64) error {'
    pieces "$package/README.md" go 1
    printf '%s\n' 'return err' '}' '' 'func Ask() error {'
    pieces "$package/README.md" go 2
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
[ "$wine_32" != 1 ] || no_network "$work" "$work/386/tests.exe" || exit 1
serve "$tests/objects.yaml" Go || exit 1

passed() {
    awk '/^--- PASS/ { n++ } /^--- SKIP/ { skipped = 1 } END { if (!skipped) print n }'
}
for architecture in amd64 386; do
    [ $architecture = amd64 ] || [ "$wine_32" = 1 ] || continue
    [ $architecture = amd64 ] || { serve_again "$tests/objects.yaml" Go && no_network_now; } || exit 1
    tested_with_c Go Go "windows/$architecture, under Wine" 20 \
        "${wine_command[@]}" "$work/$architecture/tests.exe" -test.v &&
        printed "${wine_command[@]}" "$work/$architecture/example.exe" &&
        has 'Prices: 1.26' 'Go.Queue: queue, .* bytes' || exit 1
done
[ "$wine_32" = 1 ] || { echo "in 64 bit all is well; $wine_no_32"; exit 77; }
