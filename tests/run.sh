#!/usr/bin/env bash
# Sets up, builds, and runs all tests, several at once: the pure layers on this
# machine with sanitizers, everything under Wine, the clients' side there in 32 bit,
# too, and what can be checked without running.
#
#   tests/run.sh [NAME…]            only the test programs of these names
#   tests/run.sh --wine10 [NAME…]   the Windows programs alone, under Wine 10 (tests/wine10.sh)
#
# Prints a line for each as it ends; the last line is "N passed, N failed, N
# skipped". The exit code is 0 where nothing failed. Two runs may go on side by
# side; nothing is left running. SHMB_TEST_WORKERS=N runs N at once.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
. "$root/install/common.sh"
# Set by wine10.sh: this is the part of a run that is under Wine 10.
wine10=${SHMB_WINE10:-}
SHMB_BUILD=${wine10:-$shmb_build}
. "$root/tests/wine.sh"
work=$(mktemp -d) || exit 1
. "$root/tests/pool.sh"

passed=0 failed=0 skipped=0
only=("$@")
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin checks=$root/tests/checks

finish() {
    pool_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# now NAME COMMAND…: one test that is a command, done at once.
now() {
    if step "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

selected() {
    local name
    [ ${#only[@]} -gt 0 ] || return 0
    for name in "${only[@]}"; do
        [ "$name" != "$1" ] || return 0
    done
    return 1
}

# programs WHERE FOLDER ENDING [COMMAND…]: those named on the input, through this command.
programs() {
    local where=$1 folder=$2 ending=$3 name
    shift 3
    while read -r name; do
        [ -n "$name" ] && selected "$name" && job "$where" "$name" "$@" "$folder/$name$ending"
    done
}

# The broker is the 64-bit one for clients of both bitnesses.
all_programs() {
    [ -n "$wine10" ] || programs host "$shmb_build/host/bin" '' <"$shmb_build/host/tests.txt"
    local lacks=
    [ -n "$wine10" ] || ! wine_lacks_32 || lacks=1
    if [ -n "$lacks" ]; then
        programs wine "$bin" .exe env SHMB_NO_32=1 "SHMB_OTHER_BIN=$(wine_path "$bin")" \
            "${wine_command[@]}" <"$shmb_build/mingw-x64/tests.txt"
        job check '32-bit programs' sh -c "echo '$wine_no_32'; exit 77"
        return
    fi
    programs wine "$bin" .exe env "SHMB_OTHER_BIN=$(wine_path "$bin32")" "${wine_command[@]}" \
        <"$shmb_build/mingw-x64/tests.txt"
    programs w32 "$bin32" .exe env "SHMB_OTHER_BIN=$(wine_path "$bin")" \
        "SHMB_BROKER=$(wine_path "$bin")" "${wine_command[@]}" <"$shmb_build/mingw-x86/clients.txt"
}

# The client library's objects, and the static one's: they are compiled apart.
all_checks() {
    local library=client/lib
    job check 'clang, no GNU extensions' "$checks/clang.sh" "$shmb_build/mingw-x64/compile_commands.json"
    job check 'as MSVC compiles, x64' "$checks/msvc.sh" x64
    job check 'as MSVC compiles, x86' "$checks/msvc.sh" x86
    job check 'as MSVC compiles, ARM64' "$checks/msvc.sh" arm64
    job check 'exports and layouts are those of 1.0.0' python3 "$checks/abi.py" hold \
        "$shmb_build/mingw-x64" "$shmb_build/mingw-x86"
    job check 'no circle of files or wings' python3 "$checks/circles.py" "$shmb_build/mingw-x64"
    job check 'a circle is found' python3 "$checks/circles.py" --self-test gcc
    job check 'wings are as declared' "$checks/wings.sh" "$shmb_build/mingw-x64"
    job check 'imports system DLLs only' "$checks/imports.sh" \
        "$bin"/{shmbroker.exe,shmb.exe,shmbclient.dll} "$bin32"/{shmbroker.exe,shmb.exe,shmbclient.dll}
    [ ! -e "$bin/shmbmirror.exe" ] ||
        job check 'so does shmbmirror, and sockets' "$checks/imports.sh" --sockets "$bin/shmbmirror.exe" \
            "$bin32/shmbmirror.exe"
    job check 'the library creates nothing' "$checks/imports.sh" --opens-only \
        "$shmb_build"/mingw-{x64,x86}/$library/{shmbclient_static.a,CMakeFiles/shmbclient.dir} \
        "$shmb_build"/mingw-{x64,x86}/client/win32
    job check 'the service has one way in' "$checks/imports.sh" --one-pipe \
        "$shmb_build/mingw-x64" "$bin/shmbroker.exe"
    job check 'so has that of 32 bit' "$checks/imports.sh" --one-pipe \
        "$shmb_build/mingw-x86" "$bin32/shmbroker.exe"
    job check 'what imports or creates is found' "$checks/imports_test.sh"
    job check 'abi.json is what the headers say' python3 "$checks/abi_json.py"
    job check 'FoxPro declares the library' python3 "$checks/foxpro.py"
    job check 'Visual Basic declares the library' python3 "$checks/vb.py"
    job check 'the units for Pascal declare the library' python3 "$checks/pascal.py"
    job check 'the units for Pascal, in 64 and 32 bit' "$checks/pascal.sh"
    job check 'the .NET package declares the library' python3 "$checks/dotnet.py"
    job check 'the .NET package, in 64 and 32 bit' "$checks/dotnet.sh"
    job check 'the Python package declares the library' python3 "$checks/python.py"
    job check 'the Python package, with a broker' "$checks/python.sh"
    job check 'the Go package declares the library' python3 "$checks/go.py"
    job check 'the Go package, in 64 and 32 bit' "$checks/go.sh"
    job check 'the Rust crate declares the library' python3 "$checks/rust.py"
    job check 'the Rust crate, in 64 and 32 bit' "$checks/rust.sh"
    job check 'the npm package declares the library' python3 "$checks/node.py"
    job check 'the npm package, in Node.js and Bun' "$checks/node.sh"
    job check 'the guides compile' "$checks/guides.sh"
    job check 'programs use what cmake --install lays' "$root/tests/packages/consumers.sh"
    job check 'the MSI installs, upgrades and removes' "$root/tests/packages/msi.sh"
    job check 'packages: the same bytes twice, and programs use them' "$root/tests/packages/reproducible.sh"
    job check 'workflows are what GitHub reads' "$checks/workflows.sh"
    job check 'the schema is the loader'\''s' python3 "$checks/schema.py"
    job check 'SECURITY.md names tests that run' python3 "$checks/claims.py"
    job check 'a claim without its test is found' python3 "$checks/claims.py" --self-test
    job check 'links between the pages, and paths in them' python3 "$checks/links.py"
    job check 'the README has the figures of tests/bench' python3 "$root/tests/bench/readme.py" --check
    job check 'the commands and snippets of the pages work' "$checks/documents.sh"
    job check 'a wrong command or snippet is found' "$checks/documents.sh" --self-test
    job check 'JSON is as described' "$checks/json.sh"
    job check 'PowerShell runs the module' "$checks/powershell.sh"
    job check 'so does PowerShell for Windows' "$checks/powershell.sh" --windows
    job check 'the examples of roll-out' "$checks/deploy.sh"
    job check 'the page of events is their sources' python3 "$checks/events.py" --self-test
    job check 'figures, alerts and dashboard' "$checks/monitoring.sh"
    job check 'nothing lost under torture, 20 s' "$root/tests/torture.sh" 20
    job check 'torture finds mutant 1' "$root/tests/torture.sh" --mutants 1
    job check 'torture finds mutant 2' "$root/tests/torture.sh" --mutants 2
    mirror_checks
    job check 'stress finds its mutants' "$root/tests/stress.sh" --mutants
    job check 'fuzzing, 5 s each' "$root/tests/fuzz/run.sh" 5
    job check 'models of the protocols, and their mutants' "$checks/models.sh"
}

mirror_checks() {
    local mirror=$root/tests/mirror
    job check 'the mirror: values go from machine to machine' "$mirror/mirror.sh" run
    job check 'the mirror: what fails between machines' "$mirror/mirror.sh" failures
    job check 'the mirror: conflicts' "$mirror/mirror.sh" conflicts
    job check 'the mirror: Sentinel' "$mirror/mirror.sh" sentinel
    job check 'the mirror: a cluster' "$mirror/mirror.sh" cluster
    job check 'the mirror: who may do what' "$mirror/mirror.sh" security
    job check 'the mirror: TLS' "$mirror/mirror.sh" tls
    job check 'the mirror, with Valkey' "$mirror/mirror.sh" valkey
    job check 'the mirror under torture, 20 s' "$mirror/torture.sh" 20
    job check 'the mirror: its mutants are found' "$mirror/mutants.sh"
    job check 'the load of a farm is what its page says' python3 "$root/tests/bench/farm_model.py" --check
}

# Of a part of the programs, nobody knows what all of them skip. A reason that begins with
# "Wine 8" or "Wine 10" is one of that version alone.
all_skips() {
    local all= other=10
    [ -z "$wine10" ] || other=8
    [ ${#only[@]} -gt 0 ] || all=all
    grep -v ": Wine $other " tests/skips.wine >"$work/skips.wine"
    [ -n "$wine10" ] || now 'nothing skipped on this machine' compare_skips host /dev/null
    now 'skipped under Wine: as in tests/skips.wine' compare_skips wine "$work/skips.wine" $all
    now 'skipped in 32 bit: as in tests/skips.wine' compare_skips w32 "$work/skips.wine"
}

run_all() {
    all_programs
    if [ ${#job_name[@]} = 0 ]; then
        echo 'no test program was run'
        failed=1
        return
    fi
    [ -n "$wine10" ] || [ ${#only[@]} -gt 0 ] || all_checks
    pool_run "$bin" "$bin32"
    passed=$pool_passed failed=$pool_failed skipped=$pool_skipped
    all_skips
    [ ${#only[@]} -gt 0 ] || pool_slowest
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
cd "$root" || exit 1
if [ -n "$wine10" ]; then
    run_all
elif ! "$root/install/setup.sh" || ! build_preset mingw-x64 || ! build_preset mingw-x86; then
    failed=1
elif [ "${1:-}" = --wine10 ]; then
    shift
    "$root/tests/wine10.sh" true
    case $? in
    0)
        finish
        exec "$root/tests/wine10.sh" "$root/tests/run.sh" "$@"
        ;;
    77) skipped=1 ;;
    *) failed=1 ;;
    esac
elif build_preset host; then
    run_all
else
    failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
