#!/usr/bin/env bash
# The examples in install/deploy, under Wine: startup.cmd installs the package and applies a
# configuration, does nothing the second time, and leaves the former configuration where the service
# cannot use the new one; the scripts for Intune see another configuration, apply theirs, and are content
# then. Before that, deploy.py reads the rest.
#
#   tests/checks/deploy.sh
#
# Exit code 77, which is no failure: wixl, which makes the package, or PowerShell for Windows is not here.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"
SHMB_BUILD=$shmb_build
. "$root/tests/wine.sh"
. "$root/tests/checks/powershell/bring.sh"
bin=$shmb_build/mingw-x64/bin

work=$(mktemp -d) || exit 1
finish() {
    wine_end
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# gives CODE TEXT COMMAND…: what it must end with, and have in its output, or, for startup.cmd, in its log.
gives() {
    local code=$1 text=$2 got
    shift 2
    rm -f "$log"
    "$@" >"$work/said" 2>&1 </dev/null
    got=$?
    cat "$log" >>"$work/said" 2>/dev/null
    [ $got = "$code" ] && tr -d '\r' <"$work/said" | grep -qF -- "$text" && return
    echo "line ${BASH_LINENO[0]}: code $got, not $code, or not \"$text\": $*"
    cat "$work/said"
    exit 1
}

package() {
    local version
    version=$(sed -n 's/^Version: //p' "$work/tree/lib/pkgconfig/shmbclient.pc") &&
        python3 "$root/install/msi/make.py" "$work/tree" "$version" "$share/ShmBroker-$version-x64.msi"
}

startup() (
    cd "$share" && timeout -k 10 300 "${wine_command[@]}" cmd /c startup.cmd OPTIONS=--allow-unsafe-config \
        'INSTALLFOLDER=C:\Apps\ShmBroker'
)

intune() {
    powershell_windows "$root/install/deploy/$1" "$module"
}

served() {
    wine_run "$bin/shmb.exe" list
}

python3 "$root/tests/checks/deploy.py" || exit 1
command -v wixl >/dev/null && command -v msibuild >/dev/null || { echo 'wixl and msitools are not here'; exit 77; }
bring_powershell_windows || exit
share="$work/roll out (x64)"
mkdir "$share" && cp "$root/install/deploy/startup.cmd" "$share/" || exit 1
cmake --install "$shmb_build/mingw-x64" --prefix "$work/tree" >"$work/said" || { cat "$work/said"; exit 1; }
wine_begin "$bin" || exit 1
mkdir -p "$WINEPREFIX/drive_c/windows/logs" || exit 1 # Windows has it
log=$WINEPREFIX/drive_c/windows/logs/shmbroker-startup.log
module="C:\\Apps\\ShmBroker\\powershell\\ShmBroker"
gives 2 'there is no package in' startup
package >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }

cat >"$share/shmbroker.yaml" <<'YAML'
version: 1
segments: { ByPolicy: { size: 64, access: { write: [Interactive] } } }
YAML
gives 0 'installing ShmBroker-' startup
gives 0 ByPolicy served
gives 0 'shmbroker apply' startup
! grep -q installing "$log" || { echo 'it installs again'; cat "$log"; exit 1; }
echo 'segments: 1' >>"$share/shmbroker.yaml"
gives 1 'shmbroker.yaml:3:' startup
gives 0 ByPolicy served

gives 1 'not the one of Intune' intune intune-detect.ps1
gives 0 ByPolicy served
gives 0 applied intune intune-remediate.ps1
gives 0 Prices served
gives 0 'serves the configuration of Intune' intune intune-detect.ps1
gives 0 unchanged intune intune-remediate.ps1
wine_run "$bin/shmbroker.exe" stop --release >/dev/null 2>&1 </dev/null
gives 1 'ShmBroker is stopped' intune intune-detect.ps1
gives 0 'ShmBroker: ' intune intune-remediate.ps1
gives 0 Prices served
