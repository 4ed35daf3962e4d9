#include <windows.h>

#include "verbs.h"

/* Runs first: no DLLs from other folders, and the process ends on heap corruption. */
static void harden(void)
{
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
    HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0);
}

int wmain(int argc, wchar_t **argv)
{
    (void)argc;
    (void)argv; /* the whole line is used: a part of it is passed on unchanged */
    harden();
    return (int)verbs_main(GetCommandLineW());
}
