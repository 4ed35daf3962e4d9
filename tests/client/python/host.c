/*
 * host.c - runs the Python of Linux in a process of Wine. winegcc makes of it a program that can
 * load libraries of both.
 *
 *   SHMB_PYTHON=libpython3.11.so.1.0 LD_PRELOAD=bridge.so wine host.exe.so ARGUMENT…
 *
 * shmbclient.dll is beside it.
 */
#include <windows.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "bridge.h"

#define STACK (16u << 20) /* Python's threads use more than the usual megabyte */

static int argument_count, code = 1;
static char **argument_list;

struct start {
    void (*call)(void *);
    void *context;
};

static DWORD WINAPI thread_main(void *context)
{
    struct start start = *(struct start *)context;

    free(context);
    start.call(start.context);
    return 0;
}

static HANDLE begin(void (*call)(void *), void *context)
{
    struct start *start = malloc(sizeof(*start));

    *start = (struct start){call, context};
    return CreateThread(NULL, STACK, thread_main, start, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
}

static int new_thread(void (*call)(void *), void *context)
{
    HANDLE thread = begin(call, context);

    if (thread == NULL)
        return 0;
    CloseHandle(thread);
    return 1;
}

static void fill(HMODULE module, const char *table)
{
    struct bridge_call *call = dlsym(RTLD_DEFAULT, table);

    for (; module != NULL && call != NULL && call->name != NULL; call++)
        *call->to = (void *)GetProcAddress(module, call->name);
    if (module == NULL || call == NULL) {
        fprintf(stderr, "%s: no library, or no bridge\n", table);
        exit(1);
    }
}

static void python(void *context)
{
    void *library = dlopen(getenv("SHMB_PYTHON"), RTLD_NOW | RTLD_GLOBAL);
    int (*bytes_main)(int, char **) = library != NULL ? dlsym(library, "Py_BytesMain") : NULL;

    (void)context;
    if (bytes_main == NULL)
        fprintf(stderr, "%s\n", dlerror());
    else
        code = bytes_main(argument_count, argument_list);
}

int main(int count, char **arguments)
{
    int (**thread)(void (*)(void *), void *) = dlsym(RTLD_DEFAULT, "bridge_new_thread");

    argument_count = count;
    argument_list = arguments;
    fill(LoadLibraryA("shmbclient.dll"), "bridge_library");
    fill(GetModuleHandleA("kernel32.dll"), "bridge_kernel32");
    *thread = new_thread;
    WaitForSingleObject(begin(python, NULL), INFINITE);
    ExitProcess((UINT)code);
}
