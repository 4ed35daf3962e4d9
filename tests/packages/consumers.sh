#!/usr/bin/env bash
# Programs that use the library from a package, or from what `cmake --install` lays: built by the
# commands of client/link.md and by find_package, in C and C++, with the DLL and without, for x64
# and x86. Each reads, under Wine and against the package's own broker, what another one wrote.
#
#   tests/packages/consumers.sh [X64 X86]    the two trees; without them, what the builds install
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
. "$root/tests/packages/quietly.sh"
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# The pieces of client/link.md in a language, one after the other.
pieces() {
    awk -v fence="\`\`\`$1" '$0 == fence { inside = 1; next } /^```/ { inside = 0 } inside' \
        "$root/client/link.md"
}

# by_commands FOLDER COMPILER: runs each command of the page there, and puts what each makes into
# its folder `command`, under a name of its own.
by_commands() (
    cd "$1" && mkdir command || return 1
    number=0
    while read -r line; do
        quietly eval "$line" || return 1
        for made in *.exe; do
            [ ! -e "$made" ] || mv "$made" "command/$((number++))-$made"
        done
    done < <(pieces sh | sed "s/x86_64-w64-mingw32/$2/g")
    [ $number -ge 5 ] || { echo 'client/link.md has fewer commands than it should'; return 1; }
)

configure() {
    local folder=$1 compiler=$2 machine=$3
    shift 3
    cmake -G Ninja -S "$folder" -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Windows \
        -DCMAKE_SYSTEM_PROCESSOR="$machine" -DCMAKE_C_COMPILER="$compiler-gcc" \
        -DCMAKE_CXX_COMPILER="$compiler-g++" -DCMAKE_RC_COMPILER="$compiler-windres" "$@"
}

# by_cmake FOLDER COMPILER MACHINE TREE
by_cmake() {
    {
        echo 'cmake_minimum_required(VERSION 3.25)'
        echo 'project(consumer C CXX)'
        pieces cmake
        cat <<'CMAKE'
add_executable(prices_cpp prices.cpp)
target_compile_features(prices_cpp PRIVATE cxx_std_17)
target_link_libraries(prices_cpp PRIVATE -static ShmBroker::client)
CMAKE
    } >"$1/CMakeLists.txt"
    quietly configure "$1" "$2" "$3" -B "$1/cmake" -DCMAKE_PREFIX_PATH="$4" &&
        quietly cmake --build "$1/cmake"
}

# A 32-bit program does not get the 64-bit library.
is_refused() {
    configure "$1" "$2" "$3" -B "$1/refused" -DCMAKE_PREFIX_PATH="$4" >"$work/said" 2>&1 &&
        { echo 'a 32-bit program finds the 64-bit package'; return 1; }
    grep -q '(64bit)' "$work/said" || { cat "$work/said"; return 1; }
}

# The sources as a part of another project: the client only, nothing of libyaml, no message compiler.
as_part() {
    mkdir "$work/part" && cp "$root/client/examples/prices.cpp" "$work/part/"
    cat >"$work/part/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(part C CXX)
add_subdirectory("$root" shmbroker)
add_executable(prices_cpp prices.cpp)
target_compile_features(prices_cpp PRIVATE cxx_std_17)
target_link_libraries(prices_cpp PRIVATE -static ShmBroker::client_static)
CMAKE
    quietly configure "$work/part" x86_64-w64-mingw32 AMD64 -B "$work/part/cmake" \
        -DFETCHCONTENT_FULLY_DISCONNECTED=ON || return 1
    ! grep -iE 'yaml|windmc|cmocka' "$work/part/cmake/build.ninja" ||
        { echo 'the client alone wants more than it should'; return 1; }
    quietly cmake --build "$work/part/cmake" --target prices_cpp
}

# is TEXT PROGRAM [ARGUMENT]: what it prints.
is() {
    local text=$1 got
    shift
    got=$(timeout -k 10 120 "${wine_command[@]}" "$@" 2>&1 </dev/null | tr -d '\r')
    [ "$got" = "$text" ] && return
    echo "$*: \"$got\" instead of \"$text\""
    return 1
}

# Each program writes a price, and the next one reads it.
all_run() {
    local program number=0
    for program in "$@"; do
        [ $number = 0 ] || is "1.$number" "$program" || return 1
        number=$((number + 1))
        is "1.$number" "$program" "1.$number" || return 1
    done
    echo "$number programs"
}

if [ $# = 2 ]; then
    x64=$1 x86=$2
else
    x64=$work/x64 x86=$work/x86
    quietly cmake --install "$shmb_build/mingw-x64" --prefix "$x64" &&
        quietly cmake --install "$shmb_build/mingw-x86" --prefix "$x86" || exit 1
fi
programs=()
for bits in 64 32; do
    tree=$x64 compiler=x86_64-w64-mingw32 machine=AMD64
    [ $bits = 64 ] || tree=$x86 compiler=i686-w64-mingw32 machine=X86
    folder=$work/$bits
    mkdir "$folder" && ln -s "$tree" "$folder/ShmBroker" &&
        cp "$x64"/share/shmbroker/client/examples/prices.c* "$folder/" &&
        by_commands "$folder" $compiler && by_cmake "$folder" $compiler $machine "$tree" || exit 1
    [ $bits = 64 ] || is_refused "$folder" $compiler $machine "$x64" || exit 1
    for made in command cmake; do
        cp "$tree/bin/shmbclient.dll" "$folder/$made/" || exit 1
        programs+=("$folder/$made"/*.exe)
    done
done
as_part || exit 1
programs+=("$work/part/cmake/prices_cpp.exe")

wine_begin_both "$bin" "$bin32" || exit 1
if [ "$wine_32" != 1 ]; then
    for made in "${!programs[@]}"; do
        [[ ${programs[made]} != "$work"/32/* ]] || unset "programs[made]"
    done
fi
true >"$work/broker"
wine_run "$bin/session_launcher.exe" -s 0 -- "$(wine_path "$x64/bin/shmbroker.exe")" run \
    --allow-unsafe-config --config "$(wine_path "$x64/share/shmbroker/client/examples/prices.yaml")" \
    --state "$(wine_path "$work/state")" >>"$work/broker" 2>&1 </dev/null &
wine_await "$work/broker" 'info 100:' || exit 1
all_run "${programs[@]}"
