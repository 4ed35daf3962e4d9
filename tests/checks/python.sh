#!/usr/bin/env bash
# The Python package: its types are checked, its structures are compared with those that the C
# compilers make, its wheels have the same bytes twice, and its tests and example run against a
# broker in another session. There is no Python for Windows here: Linux' own runs in a process of
# Wine (tests/client/python/host.c) and calls the real shmbclient.dll there, for x64.
#
#   tests/checks/python.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/tests/checks/bindings.sh"
tests=$root/tests/client/python package=$root/client/bindings/python
python=/usr/bin/python3 # Debian's: the packages for it are installed

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
    "$root/install/wheel.sh" "$bin/shmbclient.dll" "$bin32/shmbclient.dll" "$work/$one" || exit 1
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
serve "$tests/objects.yaml" Py || exit 1

# In Python, in a process of Wine.
name=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("INSTSONAME"))') || exit 1
in_wine=(env SHMB_PYTHON="$name" SHMB_DLL="$work/bridge.so" LD_PRELOAD="$work/bridge.so"
    PYTHONPATH="$work/installed" OPENBLAS_NUM_THREADS=1
    "${wine_command[@]}" "$bin/session_launcher.exe" -r -s 2 -- "$(wine_path "$work/host.exe.so")")

passed() {
    awk '/^Ran [0-9]+ tests in / { n = $2 } /^OK$/ { ok = 1 } END { if (ok) print n }'
}
tested_with_c Py Python 'in a process of Wine' 42 "${in_wine[@]}" "$tests/test_package.py" || exit 1

cat >"$work/wanted" <<'TEXT'
PythonExample: 64 bytes
read: hello
changed: from Python
RANGE: the start is beyond the end
segment PythonExample: 64 bytes
TEXT
printed "${in_wine[@]}" "$package/example.py" || exit 1
# those of the tests
grep -v -e '^segment Py\.' -e '^segment Prices' "$work/seen" | diff "$work/wanted" - ||
    { echo 'example.py prints something else'; exit 1; }
