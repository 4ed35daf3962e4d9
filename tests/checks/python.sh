#!/usr/bin/env bash
# The Python package: its types are checked, its structures are compared with those that the C
# compilers make, its wheels have the same bytes twice, and its tests and example run against a
# broker in another session. There is no Python for Windows here: Linux' own runs in a process of
# Wine (tests/client/python/host.c) and calls the real shmbclient.dll there, for x64.
#
#   tests/checks/python.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin tests=$root/tests/client/python package=$root/client/bindings/python
python=/usr/bin/python3 # Debian's: the packages for it are installed

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
export PYTHONDONTWRITEBYTECODE=1

for platform in win32 linux; do
    mypy --no-error-summary --cache-dir "$work/mypy" --platform "$platform" \
        --config-file "$package/pyproject.toml" "$package/shmbroker" "$package/example.py" || exit 1
done

for bits in 64:x86_64 32:i686; do
    "$python" "$root/tests/checks/python.py" --layout "${bits%:*}" >"$work/layout.c" &&
        "${bits#*:}-w64-mingw32-gcc" -std=c17 -I "$root/client/include" -fsyntax-only "$work/layout.c" || exit 1
done

for one in 1 2; do
    "$root/install/wheel.sh" "$bin/shmbclient.dll" "$shmb_build/mingw-x86/bin/shmbclient.dll" "$work/$one" || exit 1
done
for name in $(cd "$work/1" && echo ./shmbroker-*-py3-none-{win_amd64,win32}.whl); do
    cmp "$work"/{1,2}/"$name" || exit 1
    "$python" -m zipfile -l "$work/1/$name" | cut -d ' ' -f 1 >"$work/names"
    for file in $(cd "$package" && echo shmbroker/*.py) shmbroker/{py.typed,shmbclient.dll}; do
        grep -qxF "$file" "$work/names" || { echo "$name has no $file"; exit 1; }
    done
done

# What runs is the wheel.
"$python" -m zipfile -e "$work"/1/shmbroker-*-win_amd64.whl "$work/installed" || exit 1
said=$(PYTHONPATH=$work/installed "$python" -c 'import shmbroker; shmbroker.open("Prices")' 2>&1)
[[ $said == *'ImportError: shmbroker runs on Windows only' ]] || { echo "on this system: $said"; exit 1; }
"$python" "$root/tests/checks/python.py" --bridge >"$work/library.c" &&
    gcc -std=c17 -Wall -Wextra -Werror -O1 -shared -fPIC -I "$tests" -o "$work/bridge.so" \
        "$tests/bridge.c" "$work/library.c" &&
    (cd "$tests" && winegcc -Wall -Werror -o "$work/host.exe" host.c) && # it stands no space in a name
    cp "$bin/shmbclient.dll" "$work/" || exit 1

wine_begin "$bin" || exit 1
true >"$work/broker"
wine_run "$bin/session_launcher.exe" -s 0 -- "$(wine_path "$bin/shmbroker.exe")" run \
    --allow-unsafe-config --config "$(wine_path "$tests/objects.yaml")" \
    --state "$(wine_path "$work/state")" >>"$work/broker" 2>&1 </dev/null &
wine_await "$work/broker" 'info 100:' || exit 1

# run FILE: in Python, in a process of Wine.
run() {
    SHMB_PYTHON=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("INSTSONAME"))') \
        SHMB_DLL=$work/bridge.so LD_PRELOAD=$work/bridge.so PYTHONPATH=$work/installed OPENBLAS_NUM_THREADS=1 \
        timeout -k 10 300 "${wine_command[@]}" "$bin/session_launcher.exe" -r -s 2 -- \
        "$(wine_path "$work/host.exe.so")" "$1" </dev/null >"$work/said" 2>&1
}

wine_run "$bin/plain.exe" write 'Global\Py.FromC' 'written in C' || exit 1
run "$tests/test_package.py"
code=$?
total=$(sed -n 's/^Ran \([0-9]*\) tests in .*/\1/p' "$work/said")
if [ $code != 0 ] || [ "${total:-0}" -lt 42 ] || ! grep -qx OK "$work/said"; then
    echo "the tests ended with $code"
    cat "$work/said"
    exit 1
fi
echo "$total tests"
seen=$(wine_run "$bin/plain.exe" read 'Global\Py.ToC' </dev/null | tr -d '\r')
[ "$seen" = 'written in Python' ] || { echo "a program in C sees: $seen"; exit 1; }

cat >"$work/wanted" <<'TEXT'
PythonExample: 64 bytes
read: hello
changed: from Python
RANGE: the start is beyond the end
segment PythonExample: 64 bytes
TEXT
run "$package/example.py"
code=$?
grep -v -e '^segment Py\.' -e '^segment Prices' "$work/said" >"$work/seen" # those of the tests
[ $code = 0 ] && diff "$work/wanted" "$work/seen" && exit 0
echo "example.py ended with $code"
cat "$work/said"
exit 1
