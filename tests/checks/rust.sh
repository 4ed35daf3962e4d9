#!/usr/bin/env bash
# The Rust crate: rustfmt and clippy say nothing, and its tests and example, compiled with Debian's
# rustc, run under Wine against a broker in another session: for x86_64-pc-windows-gnu, and for
# i686-pc-windows-gnu.
#
#   tests/checks/rust.sh
#
# Exit code 77, which is no failure: Debian's Rust for Windows is not here.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/checks/bindings.sh"
. "$root/tests/checks/no_network.sh"
tests=tests/client/rust crate=client/bindings/rust

# Debian's, whatever else is on the path: the libraries for Windows are its.
export PATH=/usr/bin:$PATH
for program in cargo rustc rustfmt cargo-clippy; do
    [ -x /usr/bin/$program ] || { echo "Debian's $program is not here"; exit 77; }
done
[ -e /usr/lib/rustlib/x86_64-pc-windows-gnu/lib ] || { echo "Debian's libstd-rust-dev-windows is not here"; exit 77; }
unset RUSTUP_TOOLCHAIN RUSTC CARGO CARGO_BUILD_TARGET RUSTFLAGS

# cargo writes its lock file beside the sources.
mkdir -p "$work/$crate" "$work/$tests" && cp -r "$root/$crate/." "$work/$crate" && cp -r "$root/$tests/." "$work/$tests" || exit 1
rustfmt --edition 2021 --config-path "$root/$crate/rustfmt.toml" --color never --check "$work/$crate/src/lib.rs" "$work/$crate/examples/prices.rs" "$work/$tests/broker.rs" || exit 1
export CARGO_HOME=$work/home CARGO_TARGET_DIR=$work/made CARGO_NET_OFFLINE=true CARGO_INCREMENTAL=0
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
export CARGO_TARGET_I686_PC_WINDOWS_GNU_LINKER=i686-w64-mingw32-gcc

# made TARGET FOLDER: the tests and the example, beside the library of their bitness.
made() {
    local target=$1 folder=$work/made/$1/debug
    (cd "$work/$crate" && quietly cargo build --target "$target" --lib --examples) &&
        (cd "$work/$tests" && quietly cargo test --no-run --target "$target") &&
        mv "$folder/examples/prices.exe" "$2/example.exe" && mv "$folder"/deps/broker-*.exe "$2/tests.exe"
}

# The piece of the README, as an example.
(
    printf '%s\n' '#![allow(unused)]' 'use shmbroker::{RequestOptions, Rights, Segment};' 'use std::time::Duration;' \
        '#[repr(C)]' '#[derive(Clone, Copy)]' 'struct Quote(f64, f64);' 'unsafe impl shmbroker::Plain for Quote {}' \
        'fn piece(seen: u64, quote_bytes: [u8; 16]) -> shmbroker::Result<()> {'
    pieces "$root/$crate/README.md" rust 1
    printf '%s\n' 'Ok(())' '}' 'fn ask() -> shmbroker::Result<()> {'
    pieces "$root/$crate/README.md" rust 2
    printf '%s\n' 'Ok(())' '}' 'fn main() {}'
) >"$work/$crate/examples/piece.rs"
(cd "$work/$crate" && quietly cargo clippy --target x86_64-pc-windows-gnu --lib --examples -- -D warnings) &&
    (cd "$work/$tests" && quietly cargo clippy --target x86_64-pc-windows-gnu --tests -- -D warnings) || exit 1
mkdir "$work/x64" "$work/x86" && cp "$bin/shmbclient.dll" "$work/x64/" && cp "$bin32/shmbclient.dll" "$work/x86/" &&
    made x86_64-pc-windows-gnu "$work/x64" || exit 1
# Rust's libraries for 32-bit Windows are where install/setup.sh puts them; `version` is of the 64-bit
# ones that they fit.
rust32=$shmb_build/deps/rust32 targets=(x64)
if [ "$(cat "$rust32/version" 2>/dev/null)" = "$(dpkg-query -W -f '${Version}' libstd-rust-dev-windows)" ]; then
    targets+=(x86)
    # the form whose words may have spaces
    CARGO_ENCODED_RUSTFLAGS=--sysroot$'\x1f'$rust32 made i686-pc-windows-gnu "$work/x86" || exit 1
fi

wine_begin_both "$bin" "$bin32" || exit 1
[ "$wine_32" = 1 ] || targets=(x64)
[ ${#targets[@]} = 1 ] || no_network "$work" "$work"/x86/{tests,example}.exe || exit 1
serve "$root/$tests/objects.yaml" Rust || exit 1
# A panic is part of a test; what Wine has to show the stack of one ends the program.
export RUST_BACKTRACE=0

passed() {
    sed -n 's/^test result: ok\. \([0-9]*\) passed; 0 failed; 0 ignored;.*/\1/p'
}
for target in "${targets[@]}"; do
    [ "$target" = x64 ] || { serve_again "$root/$tests/objects.yaml" Rust && no_network_now; } || exit 1
    tested_with_c Rust Rust "$target, under Wine" 20 "${wine_command[@]}" "$work/$target/tests.exe" &&
        printed "${wine_command[@]}" "$work/$target/example.exe" &&
        has 'Prices: 1.26' 'Rust.Queue: queue, .* bytes' || exit 1
done
[ "$wine_32" = 1 ] || { echo "in 64 bit all is well; $wine_no_32"; exit 77; }
[ ${#targets[@]} = 2 ] || { echo "in 64 bit all is well; Rust's libraries for 32-bit Windows are not here"; exit 77; }
