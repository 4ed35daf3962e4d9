#!/usr/bin/env bash
# The MSI under Wine: silent installation, repair, upgrade, refused downgrade and removal, with
# clients of both bitnesses that go on meanwhile, and content that only the service holds; what stays
# and what goes, in folders and registry; how long each takes.
#
#   tests/packages/msi.sh
#
# Wine's RemoveExistingProducts does not tell the former package that it is being upgraded
# (UPGRADINGPRODUCTCODE), so here the two steps of Windows are made by hand: `upgrade`.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin bin32=$shmb_build/mingw-x86/bin
command -v wixl >/dev/null && command -v msibuild >/dev/null || { echo 'wixl and msitools are not here'; exit 77; }

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# must COMMAND…: ends the test where it fails; must_not: where it does not.
must() {
    "$@" >"$work/said" 2>&1 </dev/null && return
    echo "line ${BASH_LINENO[0]}: failed: $*"
    cat "$work/said"
    exit 1
}
must_not() {
    ! "$@" >"$work/said" 2>&1 </dev/null && return
    echo "line ${BASH_LINENO[0]}: should have failed: $*"
    cat "$work/said"
    exit 1
}

# The same as a package of another version: its broker calls itself 99.0.0.
trees() {
    cmake --install "$shmb_build/mingw-x64" --prefix "$work/one" &&
        cmake --install "$shmb_build/mingw-x86" --prefix "$work/one/x86" && cp -a "$work/one" "$work/next" &&
        cp "$bin/shmbroker_next.exe" "$work/next/bin/shmbroker.exe"
}

msiexec() {
    timeout -k 10 300 "${wine_command[@]}" msiexec "$@" /qn
}
program() { # NAME ARGUMENT…: a program of the installation, in its folder
    timeout -k 10 120 "${wine_command[@]}" "$folder/$1" "${@:2}"
}
says() { # TEXT PROGRAM ARGUMENT…: the text is in what it prints
    local text=$1
    shift
    program "$@" >"$work/said" 2>&1
    tr -d '\r' <"$work/said" | grep -qF -- "$text" && return
    echo "line ${BASH_LINENO[0]}: $* does not say \"$text\":"
    cat "$work/said"
    exit 1
}
key() {
    wine_run reg query "$1" ${2:+/v "$2"} 2>/dev/null | tr -d '\r'
}
service_is() {
    wine_run sc query ShmBroker | tr -d '\r' | grep -q "STATE.*$1"
}
starts() { # NUMBER: the service's start type; 2 auto, 3 demand
    key 'HKLM\System\CurrentControlSet\Services\ShmBroker' Start | grep -q "0x$1\$"
}
product_code() {
    msiinfo export "$1" Property | tr -d '\r' | sed -n 's/^ProductCode\t//p'
}

# in_order PACKAGE ACTION…: Windows Installer takes them in this order.
in_order() {
    local wanted
    wanted=$(printf '%s\n' "${@:2}")
    [ "$(msiinfo export "$1" InstallExecuteSequence | tr -d '\r' | sort -t $'\t' -k 3n | cut -f 1 |
        grep -xF "$wanted")" = "$wanted" ]
}

# upgrade FROM TO OPTION…: what Windows Installer does for the package TO.
upgrade() {
    msiexec /x "$(product_code "$1")" "UPGRADINGPRODUCTCODE=$(product_code "$2")" &&
        msiexec /i "$(wine_path "$2")" "${@:3}"
}

# What a standard user's repair may set for actions that run as SYSTEM, and where the former folder
# is looked for: never on the user's side.
users_can_set() {
    msiinfo export "$1" Property | tr -d '\r' | sed -n 's/^SecureCustomProperties\t//p'
}
searches_as_user() {
    msiinfo export "$1" InstallUISequence | grep -q '^AppSearch'
}

# Every file but those of Windows, of Windows Installer and temporary ones.
files() {
    (cd "$drive" && find . \( -path ./windows -o -path ./users \) -prune -o -print | sort)
}
# The registry of the machine, without Wine's own devices. Its Windows Installer leaves semicolons at
# the end of the path.
registry() {
    rm -f "$drive/all.reg"
    wine_run regedit /E 'C:\all.reg' 'HKEY_LOCAL_MACHINE' >/dev/null 2>&1
    iconv -f UTF-16LE -t UTF-8 "$drive/all.reg" | tr -d '\r' | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' |
        awk '/^\[/ { key = $0; next } /./ { print key " " $0 }' |
        grep -vE '^\[HKEY_LOCAL_MACHINE\\(Hardware|System\\CurrentControlSet\\(Hardware Profiles|Control\\(Class|DeviceClasses|ServiceCurrent|Video)))' |
        sed -E '/Session Manager\\Environment/s/(3b,00,)*00,00$/00,00/' |
        sort
    rm -f "$drive/all.reg"
}

# seconds TEXT COMMAND…: as must, with a line for the time it took.
seconds() {
    local text=$1 begun=$EPOCHREALTIME
    shift
    must "$@"
    awk -v text="$text" -v from="$begun" -v to="$EPOCHREALTIME" \
        'BEGIN { printf "%-46s %6.1f s\n", text, to - from }'
}

# Clients of both bitnesses add to one segment and check it, all the time.
declare -a busy=()
busy_begin() {
    local i folder
    rm -f "$work/stop" "$work"/busy.*
    for i in 1 2 3 4; do
        folder=$bin
        [ $((i % 2)) = 1 ] || folder=$bin32
        timeout -k 10 900 "${wine_command[@]}" "$folder/busy_client.exe" Busy "$(wine_path "$work/stop")" \
            >"$work/busy.$i" 2>&1 </dev/null &
        busy+=($!)
    done
}
busy_opened() {
    local i
    for i in 1 2 3 4; do
        wine_await "$work/busy.$i" opened || exit 1
    done
}
# Each ended because it was told to, and nothing of what they have added was lost.
written=0
busy_end() {
    local process counts
    true >"$work/stop"
    for process in "${busy[@]}"; do
        wait "$process" || { echo 'a client failed:'; cat "$work"/busy.*; exit 1; }
    done
    busy=()
    counts=$(tail -qn 1 "$work"/busy.* | tr -d '\r' | awk -v written="$written" '
        { added += $1; last = $2 > last ? $2 : last; failed += $3 != 0 }
        END { print written + added; exit failed || !added || written + added != last }') ||
        { echo "lost writes, or a call failed:"; cat "$work"/busy.*; exit 1; }
    echo "$((counts - written)) writes, none lost"
    written=$counts
}

unsafe=OPTIONS=--allow-unsafe-config # Wine keeps no access lists of files
must trees
must python3 "$root/install/msi/make.py" "$work/one" 1.0.0-rc.1 "$work/one.msi"
must python3 "$root/install/msi/make.py" "$work/next" 99.0.0 "$work/next.msi"
must test "$(users_can_set "$work/one.msi")" = 'WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED'
must_not searches_as_user "$work/one.msi"
must in_order "$work/one.msi" CostFinalize WithConfig WithAccount WithStartType InstallInitialize \
    RemoveExistingProducts Unregister Purge RemoveFiles InstallFiles RegisterUndo Register StartIt InstallFinalize
for turn in 1 2 3 4; do
    must env SOURCE_DATE_EPOCH=1700000000 python3 "$root/install/msi/make.py" "$work/one" 1.0.0-rc.1 "$work/$turn.msi"
    must cmp "$work/1.msi" "$work/$turn.msi"
done
must "$root/tests/packages/wix.py" "$work/one"
wine_begin_both "$bin" "$bin32" || exit 1
drive=$WINEPREFIX/drive_c data=$WINEPREFIX/drive_c/ProgramData/ShmBroker
files >"$work/before"
registry >"$work/registry"

# ---- with a configuration of one's own, and clients ----
folder="$drive/Program Files/ShmBroker"
mkdir "$drive/conf"
cat >"$drive/conf/our.yaml" <<'YAML'
version: 1
defaults: { access: { write: [Interactive] } }
segments:
  Held: { size: 64 }
  Prices: { size: 64, notify: true }
  Busy: { size: 4096 }
YAML
busy_begin
seconds 'silent installation, four clients wait for it' msiexec /i "$(wine_path "$work/one.msi")" $unsafe \
    'CONFIG=C:\conf\our.yaml'
must service_is RUNNING
starts 2 || { echo 'it does not start automatically'; exit 1; }
busy_opened
says 'C:\conf\our.yaml' shmbroker.exe status
says 'shmbroker 1.0.0-rc.1' shmbroker.exe --version
key 'HKLM\System\CurrentControlSet\Control\Session Manager\Environment' PATH |
    grep -qF 'C:\Program Files\ShmBroker\bin' || { echo 'the folder is not on the path'; exit 1; }
must program bin/shmb.exe write Held --text kept --zero
must program bin/shmb.exe write Prices --text 1.25 --zero
true >"$work/watch"
timeout -k 10 600 "${wine_command[@]}" "$folder/bin/shmb.exe" watch Prices --times 1 --json >"$work/watch" \
    2>&1 </dev/null &
watch=$!
wine_await "$work/watch" '{' || exit 1

rm "$folder/lib/shmbclient.dll.a" "$folder/x86/bin/shmbclient.dll"
seconds 'repair, four clients write' msiexec /i "$(wine_path "$work/one.msi")" REINSTALL=ALL \
    REINSTALLMODE=amus $unsafe STARTTYPE=demand
must test -s "$folder/lib/shmbclient.dll.a"
must test -s "$folder/x86/bin/shmbclient.dll"
says kept bin/shmb.exe read Held --text
starts 3 || { echo 'the repair has not set the start type'; exit 1; }

seconds 'upgrade, four clients write' upgrade "$work/one.msi" "$work/next.msi" $unsafe
must service_is RUNNING
says 'shmbroker 99.0.0' shmbroker.exe --version
says 'version:       99.0.0' shmbroker.exe status
starts 3 || { echo 'the upgrade has changed the start type'; exit 1; }
says 'C:\conf\our.yaml' shmbroker.exe status
says kept bin/shmb.exe read Held --text
must program bin/shmb.exe write Prices --text 1.26 --zero
must wait $watch
must grep -q '"event": "change"' "$work/watch"

must_not msiexec /i "$(wine_path "$work/one.msi")" $unsafe
must service_is RUNNING
says 'shmbroker 99.0.0' shmbroker.exe --version
says kept bin/shmb.exe read Held --text
busy_end

busy_begin
busy_opened
seconds 'removal, four clients write' msiexec /x "$(wine_path "$work/next.msi")"
must_not wine_run sc query ShmBroker
must_not test -e "$folder"
must test -e "$drive/conf/our.yaml"
must test -e "$data/state/objects.state"
must_not wine_run reg query 'HKLM\Software\ShmBroker'
must_not wine_run reg query 'HKLM\System\CurrentControlSet\Services\ShmBroker'
msiinfo export "$work/one.msi" Property | grep -q '^ARPCOMMENTS.*Removal keeps configuration' ||
    { echo 'the entry in Apps does not say what stays'; exit 1; }
# Windows keeps it for programs that have it open: they write on, until they are told to stop.
busy_end

# ---- elsewhere, under another account, on demand; then nothing stays ----
folder=$drive/Elsewhere
must_not msiexec /i "$(wine_path "$work/one.msi")" $unsafe STARTTYPE=later
must_not wine_run sc query ShmBroker
# One that a zip has installed outlasts a package that fails.
must wine_run "$(wine_path "$work/one/bin/shmbroker.exe")" install --allow-unsafe-config --to 'C:\Zip'
must_not msiexec /i "$(wine_path "$work/one.msi")" $unsafe STARTTYPE=later
must wine_run sc query ShmBroker
must test -e "$drive/Zip/shmbroker.exe"
must wine_run "$(wine_path "$work/one/bin/shmbroker.exe")" uninstall
must_not test -e "$drive/Zip"
must msiexec /i "$(wine_path "$work/one.msi")" $unsafe 'INSTALLFOLDER=C:\Elsewhere' \
    ACCOUNT=LocalService STARTTYPE=demand
must service_is STOPPED
starts 3 || { echo 'STARTTYPE is not the start type'; exit 1; }
must program shmbroker.exe start
must service_is RUNNING
says LocalService shmbroker.exe status
must test -e "$data/shmbroker.yaml"
echo '# ours' >>"$data/shmbroker.yaml"
must msiexec /i "$(wine_path "$work/next.msi")" $unsafe 'INSTALLFOLDER=C:\Third'
must_not test -e "$drive/Third"
says 'shmbroker 99.0.0' shmbroker.exe --version
must grep -q '# ours' "$data/shmbroker.yaml"
must service_is RUNNING
must msiexec /x "$(wine_path "$work/next.msi")" PURGE=1
must_not wine_run sc query ShmBroker
rm -r "$drive/conf"
files | diff "$work/before" - || { echo 'these files were left, or are gone'; exit 1; }
registry | diff "$work/registry" - || { echo 'these values were left, or are gone'; exit 1; }
