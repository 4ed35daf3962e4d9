#!/usr/bin/env bash
# Shows that imports.sh finds what it looks for: a program that needs a DLL of the
# compiler, or one of Windows that is no known DLL, and objects and libraries that make named objects.
#
#   tests/checks/imports_test.sh
set -u
imports=$(cd "$(dirname "$0")" && pwd)/imports.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# must_find TEXT ARGUMENT…
must_find() {
    local text=$1
    shift
    "$imports" "$@" >said
    if [ $? != 1 ] || ! grep -q "$text" said; then
        echo "imports.sh $* does not say: $text"
        cat said
        exit 1
    fi
}

# Not linked statically, the stack protector comes from a DLL.
echo 'int main(void) { return 0; }' >bad.c
x86_64-w64-mingw32-gcc -fstack-protector-all -o bad.exe bad.c || exit 1
must_find 'needs libssp' bad.exe
# Linked statically, it takes its random value from a function that lives elsewhere.
x86_64-w64-mingw32-gcc -fstack-protector-all -static -o crypt.exe bad.c || exit 1
must_find 'imports CryptGenRandom' crypt.exe

cat >loads.c <<'C'
#include <windows.h>
#include <bcrypt.h>
#include <shellapi.h>
int main(void)
{
    int count;
    UCHAR byte;

    return CommandLineToArgvW(L"", &count) == NULL || BCryptGenRandom(NULL, &byte, 1, 2) != 0;
}
C
x86_64-w64-mingw32-gcc -o loads.exe loads.c -lbcrypt -lshell32 || exit 1
must_find 'needs bcrypt' loads.exe
must_find 'needs SHELL32' loads.exe

# A good one: what is found above is not found everywhere.
x86_64-w64-mingw32-gcc -fno-stack-protector -o good.exe bad.c || exit 1
"$imports" good.exe || exit 1

# A pipe by import, and a port by name.
cat >listens.c <<'C'
#include <windows.h>
int main(void)
{
    HANDLE made = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READONLY, 0, 1, NULL);

#ifdef PORT
    return made == NULL || GetProcAddress(GetModuleHandleW(L"ntdll"), "NtAlpcCreatePort") == NULL;
#elif defined(PIPE)
    return made == NULL || CreateNamedPipeW(L"x", 3, 0, 1, 1, 1, 0, NULL) == NULL;
#else
    return made == NULL;
#endif
}
C
for how in PORT PIPE NEITHER; do
    x86_64-w64-mingw32-gcc -D$how -o $how.exe listens.c || exit 1
done
must_find 'can take input: NtAlpcCreatePort' --no-input PORT.exe
must_find 'can take input: CreateNamedPipeW' --no-input PIPE.exe
"$imports" --no-input NEITHER.exe || exit 1

# A build with the pipe where it belongs, and one with another one in a wing that has none.
wing=service/win32/wing_service_win32_requests.dir
mkdir -p build/{client,config,$wing} || exit 1
x86_64-w64-mingw32-gcc -DPIPE -c -o "build/$wing/pipe.obj" listens.c || exit 1
"$imports" --one-pipe build PIPE.exe || exit 1
must_find 'can take input: NtAlpcCreatePort' --one-pipe build PORT.exe
cp "build/$wing/pipe.obj" build/client/other.obj || exit 1
must_find 'a pipe elsewhere: build/client/other.obj' --one-pipe build PIPE.exe
rm "build/$wing/pipe.obj" build/client/other.obj || exit 1
must_find 'no pipe found' --one-pipe build NEITHER.exe

cat >makes.c <<'C'
#include <windows.h>
void *take(void);
void *take(void)
{
    void *section = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Name");

    return section != NULL ? section : CreateMutexW(NULL, FALSE, L"Name");
}
C
for gcc in x86_64-w64-mingw32-gcc i686-w64-mingw32-gcc; do
    mkdir "$gcc" && "$gcc" -c -o "$gcc/makes.obj" makes.c &&
        x86_64-w64-mingw32-ar rcs "$gcc.a" "$gcc/makes.obj" || exit 1
    for what in "$gcc/makes.obj" "$gcc.a" "$gcc"; do
        must_find 'makes objects: .*CreateMutexW' --opens-only "$what"
    done
done
