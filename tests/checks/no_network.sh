# Sourced by go.sh and rust.sh after wine_begin. The runtimes of Go and Rust need ws2_32.dll to start,
# and Wine 8's does not load in 32-bit programs: its Unix part has no calls for them.
#
#   no_network FOLDER PROGRAM…   lays one in its place, for programs that use no network: it has what
#                                these 32-bit programs import, and what Go looks up when it starts
no_network() {
    local work=$1 program
    shift
    cat >"$work/ws2_32.c" <<'C'
#define CALL int __attribute__((stdcall))
int none(void) { return 0; }
CALL WSAGetOverlappedResult(unsigned s, void *o, void *n, int wait, void *f) { (void)s, (void)o, (void)n, (void)wait, (void)f; return 0; }
CALL WSAStartup(unsigned version, void *data) { (void)version, (void)data; return 0; }
CALL WSAEnumProtocolsW(void *wanted, void *found, void *size) { (void)wanted, (void)found, (void)size; return -1; }
C
    {
        printf '%s\n' 'LIBRARY ws2_32' 'EXPORTS' WSAGetOverlappedResult@20 WSAStartup@8 WSAEnumProtocolsW@12
        for program in "$@"; do
            i686-w64-mingw32-objdump -p "$program" |
                sed -n '/DLL Name: [Ww][Ss]2_32\.dll/,/^$/s/^\t[0-9a-f]\+\t *[0-9]\+ *\(\w\+\)$/\1/p'
        done | sort -u | grep -vxE 'WSA(GetOverlappedResult|Startup|EnumProtocolsW)' | sed 's/$/ = none/'
    } >"$work/ws2_32.def"
    # The link in the prefix is to a file that others share.
    i686-w64-mingw32-gcc -shared -Wl,--kill-at -o "$work/ws2_32.dll" "$work/ws2_32.c" "$work/ws2_32.def" &&
        rm -f "$WINEPREFIX/drive_c/windows/syswow64/ws2_32.dll" &&
        cp "$work/ws2_32.dll" "$WINEPREFIX/drive_c/windows/syswow64/"
}

# no_network_now: the programs that start from now on get it.
no_network_now() {
    export WINEDLLOVERRIDES="$WINEDLLOVERRIDES;ws2_32=n"
}
