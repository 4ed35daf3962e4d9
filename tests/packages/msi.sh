#!/usr/bin/env bash
# The MSI under Wine: silent installation, repair, upgrade, refused downgrade and removal, with
# clients that go on meanwhile and content that only the service holds; what stays and what goes.
#
#   tests/packages/msi.sh
#
# Wine's RemoveExistingProducts does not tell the former package that it is being upgraded
# (UPGRADINGPRODUCTCODE), so here the two steps of Windows are made by hand: `upgrade`. Its sc.exe
# cannot change a service, so STARTTYPE is not tried.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
bin=$shmb_build/mingw-x64/bin
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
product_code() {
    msiinfo export "$1" Property | tr -d '\r' | sed -n 's/^ProductCode\t//p'
}

# upgrade FROM TO OPTION…: what Windows Installer does for the package TO.
upgrade() {
    msiexec /x "$(product_code "$1")" "UPGRADINGPRODUCTCODE=$(product_code "$2")" &&
        msiexec /i "$(wine_path "$2")" "${@:3}"
}

# What a standard user's repair may set for actions that run as SYSTEM, and where the former folder
# and start type are looked for: never on the user's side.
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

unsafe=OPTIONS=--allow-unsafe-config # Wine keeps no access lists of files
must trees
must python3 "$root/install/msi/make.py" "$work/one" 1.0.0-rc.1 "$work/one.msi"
must python3 "$root/install/msi/make.py" "$work/next" 99.0.0 "$work/next.msi"
must test "$(users_can_set "$work/one.msi")" = 'WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED'
must_not searches_as_user "$work/one.msi"
must "$root/tests/packages/wix.py" "$work/one"
wine_begin "$bin" || exit 1
drive=$WINEPREFIX/drive_c data=$WINEPREFIX/drive_c/ProgramData/ShmBroker
files >"$work/before"

# ---- with a configuration of one's own, and clients ----
folder="$drive/Program Files/ShmBroker"
mkdir "$drive/conf"
cat >"$drive/conf/our.yaml" <<'YAML'
version: 1
defaults: { access: { write: [Interactive] } }
segments:
  Held: { size: 64 }
  Prices: { size: 64, notify: true }
YAML
must msiexec /i "$(wine_path "$work/one.msi")" $unsafe 'CONFIG=C:\conf\our.yaml'
must service_is RUNNING
says 'C:\conf\our.yaml' shmbroker.exe status
says 'shmbroker 1.0.0-rc.1' shmbroker.exe --version
key 'HKLM\System\CurrentControlSet\Control\Session Manager\Environment' PATH |
    grep -qF 'C:\Program Files\ShmBroker\bin' || { echo 'the folder is not on the path'; exit 1; }
must program bin/shmb.exe write Held --text kept --zero
must program bin/shmb.exe write Prices --text 1.25 --zero
true >"$work/watch"
timeout -k 10 300 "${wine_command[@]}" "$folder/bin/shmb.exe" watch Prices --times 1 --json >"$work/watch" \
    2>&1 </dev/null &
watch=$!
for ((i = 0; i < 600; i++)); do
    grep -q '{' "$work/watch" && break
    read -r -t 0.1 <> <(:)
done

rm "$folder/lib/shmbclient.dll.a" "$folder/x86/bin/shmbclient.dll"
must msiexec /i "$(wine_path "$work/one.msi")" REINSTALL=ALL REINSTALLMODE=amus $unsafe
must test -s "$folder/lib/shmbclient.dll.a"
must test -s "$folder/x86/bin/shmbclient.dll"
says kept bin/shmb.exe read Held --text

must upgrade "$work/one.msi" "$work/next.msi" $unsafe
must service_is RUNNING
says 'shmbroker 99.0.0' shmbroker.exe --version
says 'version:       99.0.0' shmbroker.exe status
says 'C:\conf\our.yaml' shmbroker.exe status
says kept bin/shmb.exe read Held --text
must program bin/shmb.exe write Prices --text 1.26 --zero
must wait $watch
must grep -q '"event": "change"' "$work/watch"

must_not msiexec /i "$(wine_path "$work/one.msi")" $unsafe
must service_is RUNNING
says 'shmbroker 99.0.0' shmbroker.exe --version
says kept bin/shmb.exe read Held --text

must msiexec /x "$(wine_path "$work/next.msi")"
must_not wine_run sc query ShmBroker
must_not test -e "$folder"
must test -e "$drive/conf/our.yaml"
must test -e "$data/state/objects.state"
must_not wine_run reg query 'HKLM\Software\ShmBroker'
must_not wine_run reg query 'HKLM\System\CurrentControlSet\Services\ShmBroker'

# ---- elsewhere, under another account; then nothing stays ----
folder=$drive/Elsewhere
must msiexec /i "$(wine_path "$work/one.msi")" $unsafe 'INSTALLFOLDER=C:\Elsewhere' \
    ACCOUNT=LocalService
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
must_not wine_run reg query 'HKLM\Software\ShmBroker'
