#include <windows.h>

#include "verbs.h"

/* Before anything else is done: what an attacker or an accident could make of this process. */
static void harden(void)
{
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
    HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0);
}

int wmain(int argc, wchar_t **argv)
{
    (void)argc;
    (void)argv; /* the line itself, since a part of it is to be passed on as it is */
    harden();
    return (int)verbs_main(GetCommandLineW());
}
