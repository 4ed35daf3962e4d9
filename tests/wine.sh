# Sourced by the scripts that run programs under Wine: a prefix and a wineserver
# of their own, and nothing left behind.
#
#   wine_begin BIN [BIN32]
#                      makes the prefix and starts the session; BIN holds idle.exe. BIN32
#                      holds the 32-bit probe.exe: only where wine_32 is 1 afterwards do
#                      32-bit programs run
#   wine_begin_both BIN BIN32
#                      the same; fails where they do not
#   wine_run PROGRAM…  runs a Windows program
#   wine_path FILE     the name a Windows program knows a file by
#   wine_await FILE EXPRESSION
#                      waits until a line of the file begins so (grep), a minute at most; then shows
#                      the file and fails
#   wine_again         kills everything in the prefix and starts the session anew
#   wine_end           kills everything in the prefix and removes it
#
# The caller sets SHMB_BUILD to a folder that outlives the run: a ready prefix
# is kept there and copied, which is much faster than making one; Wine's own files,
# 900 MB that nothing writes to, are linked where they can be: where SHMB_PREFIXES is set,
# prefixes are made in that folder instead of the one for temporary files. 32-bit programs
# need what install/setup.sh puts into its deps/wine32.

# Nobody else's prefix is used here, nor removed.
unset WINEPREFIX

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

# A process whose maker was killed in the middle of making it never met the
# wineserver: it waits for word from its maker, and only the prefix is known of it.
wine_kill() {
    wineserver -k 2>/dev/null
    wineserver -w
    local process
    for process in $(grep -lszxF "WINEPREFIX=$WINEPREFIX" /proc/[0-9]*/environ); do
        process=${process#/proc/}
        process=${process%/environ}
        case $(ps -o comm= -p "$process") in
        *.exe | wine*) kill -9 "$process" 2>/dev/null ;;
        esac
    done
}

# Prefixes differ: without the 32-bit DLLs one has no place for 32-bit programs.
wine_template_name() {
    local name
    name=$SHMB_BUILD/wine-$(wine --version 2>/dev/null | tr -cd 'A-Za-z0-9._-')
    [ -z "${WINEDLLPATH:-}" ] || name=$name-32
    printf '%s\n' "$name"
}

wine_make_template() {
    local template=$1 making
    [ ! -e "$template/system.reg" ] || return 0
    echo "a Wine prefix, once (10 s) ..." >&2
    making=$(mktemp -d "$SHMB_BUILD/wine-making.XXXXXX") || return 1
    (
        export WINEPREFIX=$making
        "${wine_fixed[@]}" wineboot -i && wine_run winecfg -v win10
        status=$?
        wineserver -w
        exit $status
    ) >/dev/null 2>&1 || { rm -rf "$making"; echo "Wine cannot make a prefix" >&2; return 1; }
    rm -rf "$template"
    mv -T "$making" "$template"
}

wine_copy_template() {
    local template=$1 windows=drive_c/windows
    (cd "$template" && tar -cf - --exclude="./$windows" .) | tar -xf - -C "$WINEPREFIX" || return 1
    cp -al "$template/$windows" "$WINEPREFIX/$windows" 2>/dev/null ||
        cp -a "$template/$windows/." "$WINEPREFIX/$windows"
}

# Without its DLLs a 32-bit program may end with 0 and without having run.
wine_probe_32() {
    wine_run "$1/probe.exe" >/dev/null 2>&1 </dev/null
    [ $? = 42 ]
}

# True: the kernel of this machine has no segment for 32-bit code, so that no Wine can run such
# programs. LAR tells whether the one that Linux gives to them (0x23) is there.
wine_lacks_32() {
    python3 - <<'TEXT'
import ctypes, mmap, sys
# mov ecx, 0x23; lar eax, ecx; setz al; movzx eax, al; ret
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("b923000000 0f02c1 0f94c0 0fb6c0 c3"))
there = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
sys.exit(there() != 0)
TEXT
}
wine_no_32='the kernel of this machine runs no 32-bit programs'

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
    # .NET dies under Wine now and then where it maps its code twice, once to write and once to run.
    export DOTNET_EnableWriteXorExecute=0
    wine_bin=$1 wine_32=
    unset WINEDLLPATH
    [ ! -e "$SHMB_BUILD/deps/wine32/i386-windows" ] || export WINEDLLPATH=$SHMB_BUILD/deps/wine32
    local template
    template=$(wine_template_name)
    (
        flock 9
        wine_make_template "$template"
    ) 9>"$SHMB_BUILD/wine.lock" || return 1
    WINEPREFIX=$(mktemp -d "${SHMB_PREFIXES:-${TMPDIR:-/tmp}}/shmb-wine.XXXXXX") || return 1
    export WINEPREFIX
    wine_copy_template "$template" && wine_session || return 1
    [ $# -lt 2 ] || ! wine_probe_32 "$2" || wine_32=1
}

wine_begin_both() {
    wine_begin "$1" "$2" || return 1
    [ "$wine_32" != 1 ] || return 0
    wine_lacks_32 || { echo '32-bit programs do not run here'; return 1; }
    echo "$wine_no_32: those of 64 bit take their part"
    # shellcheck disable=SC2034  # the caller's
    bin32=$1
}

wine_again() {
    exec {wine_input}>&-
    wine_kill
    wine_session
}

wine_await() {
    local i
    for ((i = 0; i < 600; i++)); do
        grep -qs "^$2" "$1" && return 0
        read -r -t 0.1 <> <(:)
    done
    echo "in vain: $2"
    cat "$1"
    return 1
}

wine_end() {
    [ -n "${WINEPREFIX:-}" ] || return 0
    [ -z "${wine_input:-}" ] || exec {wine_input}>&-
    wine_kill
    rm -rf "$WINEPREFIX"
    unset WINEPREFIX
}
