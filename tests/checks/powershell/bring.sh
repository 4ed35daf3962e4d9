# Sourced by the checks that run PowerShell 7: brings it, once, by NuGet into build/deps.
#
#   bring_powershell_linux         the one of this machine; 77 where the .NET SDK is not here, or cannot
#   bring_powershell_windows       the one for Windows, with a runtime of its own; the same
#   powershell_linux SCRIPT WORD…  runs a script
#   powershell_windows SCRIPT WORD…
#                                  under Wine; absolute paths become what Windows programs know them by
#
# The caller has sourced install/common.sh and tests/wine.sh.

powershell_version=7.6.9
powershell_sum=3b7c0eb9b54f608d56aab6a20c8287a2e3c52b8b1be87c4b9e693404fbd6d0034b346881938d00494ac20c3dfa5a22b24dc429e824eaef7d76a88defc1f7f326
powershell_host=$root/tests/checks/powershell/host
powershell_of_linux=$shmb_build/deps/powershell
powershell_of_windows=$shmb_build/deps/powershell-windows-$(cat "$powershell_host"/* | sha256sum | cut -c -12)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off NO_COLOR=1
export MSBUILDDISABLENODEREUSE=1 # nothing stays running

powershell_unpack_linux() {
    local new=$1 name=powershell
    if ! timeout 600 dotnet tool install PowerShell --version "$powershell_version" --tool-path "$new/made" \
        >"$new/said" 2>&1; then
        echo "NuGet cannot bring PowerShell $powershell_version"
        return 77
    fi
    sha512sum --quiet -c <<<"$powershell_sum  $new/made/.store/$name/$powershell_version/$name/$powershell_version/$name.$powershell_version.nupkg"
}

powershell_unpack_windows() {
    local new=$1
    cp -r "$powershell_host" "$new/" || return 1
    if ! timeout 600 dotnet restore "$new/host" --packages "$new/packages" >"$new/said" 2>&1; then
        echo 'NuGet cannot bring PowerShell for Windows'
        return 77
    fi
    dotnet publish "$new/host" --no-restore -p:RestorePackagesPath="$new/packages" \
        -p:UseSharedCompilation=false -o "$new/made" || return 1
}

# powershell_fetch FOLDER COMMAND: what the command puts into the folder `made` of the one it is given.
powershell_fetch() {
    local new code
    [ ! -e "$1" ] || return 0
    command -v dotnet >/dev/null || { echo 'the .NET SDK, which brings PowerShell, is not here'; return 77; }
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    "$2" "$new" && mv -T "$new/made" "$1"
    code=$?
    rm -rf "$new"
    return $code
}

bring_powershell_linux() {
    locked powershell_fetch "$powershell_of_linux" powershell_unpack_linux
}

bring_powershell_windows() {
    locked powershell_fetch "$powershell_of_windows" powershell_unpack_windows
}

powershell_linux() {
    timeout -k 10 600 "$powershell_of_linux/pwsh" -NoLogo -NoProfile -NonInteractive -File "$@" </dev/null
}

# Wine's own mscoree must be there, for .NET loads its assemblies by it. Under Wine 8, .NET dies where
# its code is mapped twice. The module finds the program by the registration, and beside itself.
powershell_windows() {
    local words=() word
    for word; do
        case $word in
        /*) words+=("$(wine_path "$word")") ;;
        *) words+=("$word") ;;
        esac
    done
    WINEDLLOVERRIDES=${WINEDLLOVERRIDES/mscoree=d;/} DOTNET_EnableWriteXorExecute=0 \
        timeout -k 10 600 "${wine_command[@]}" "$powershell_of_windows/host.exe" "${words[@]}" </dev/null
}
