# Sourced by the scripts that run programs under Wine: a prefix and a wineserver
# of their own, and nothing left behind.
#
#   wine_begin BIN     makes the prefix and starts the session; BIN holds idle.exe
#   wine_run PROGRAM…  runs a Windows program
#   wine_path FILE     the name a Windows program knows a file by
#   wine_again         kills everything in the prefix and starts the session anew
#   wine_end           kills everything in the prefix and removes it
#
# The caller sets SHMB_BUILD to a folder that outlives the run: a ready prefix
# is kept there and copied, which is much faster than making one.

# The loader dies now and then where the heap lands on an address it needs
# itself, so address randomisation is off for everything (it is inherited).
# A container may forbid that.
wine_fixed=(setarch x86_64 -R)
"${wine_fixed[@]}" true 2>/dev/null || wine_fixed=(env)
wine_command=("${wine_fixed[@]}" wine)
wine_run() {
    "${wine_command[@]}" "$@"
}

wine_path() {
    printf 'Z:%s\n' "$(realpath -m -- "$1" | tr / '\\')"
}

wine_kill() {
    wineserver -k 2>/dev/null
    wineserver -w
}

wine_template() {
    local template=$SHMB_BUILD/wine-$(wine --version 2>/dev/null | tr -cd 'A-Za-z0-9._-') making
    if [ ! -e "$template/system.reg" ]; then
        echo "a Wine prefix, once (10 s) ..." >&2
        making=$(mktemp -d "$SHMB_BUILD/wine-making.XXXXXX") || return 1
        (
            export WINEPREFIX=$making
            "${wine_fixed[@]}" wineboot -i && wine_run winecfg -v win10
            status=$?
            wineserver -w
            exit $status
        ) >/dev/null 2>&1 || { rm -rf "$making"; echo "Wine cannot make a prefix" >&2; return 1; }
        mv -T "$making" "$template" 2>/dev/null || rm -rf "$making" # another run was faster
    fi
    printf '%s\n' "$template"
}

# Keeps one ordinary program alive: services.exe ends with the last one, and
# takes every service with it. It reads from us, so it ends when we do.
wine_session() {
    exec {wine_input}> >(exec "${wine_command[@]}" "$wine_bin/idle.exe" >/dev/null 2>&1)
    # Whatever starts next finds the services started.
    wine_run cmd /c ver >/dev/null 2>&1 </dev/null
}

wine_begin() {
    unset DISPLAY WAYLAND_DISPLAY
    export LC_ALL=C.UTF-8 WINEDEBUG=-all WINEARCH=win64
    export WINEDLLOVERRIDES='winedbg.exe=d;mscoree=d;mshtml=d;winemenubuilder.exe=d'
    wine_bin=$1
    local template
    (
        flock 9
        wine_template >"$SHMB_BUILD/wine-template.name"
    ) 9>"$SHMB_BUILD/wine.lock" || return 1
    template=$(cat "$SHMB_BUILD/wine-template.name")
    WINEPREFIX=$(mktemp -d "${TMPDIR:-/tmp}/shmb-wine.XXXXXX") || return 1
    export WINEPREFIX
    cp -a "$template/." "$WINEPREFIX" && wine_session
}

wine_again() {
    exec {wine_input}>&-
    wine_kill
    wine_session
}

wine_end() {
    [ -n "${WINEPREFIX:-}" ] || return 0
    [ -z "${wine_input:-}" ] || exec {wine_input}>&-
    wine_kill
    rm -rf "$WINEPREFIX"
    unset WINEPREFIX
}
