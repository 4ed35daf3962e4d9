/* shmbmirror.exe: hardens the process, converts the command line to UTF-8 and runs the verb. */
#include <windows.h>

#include <stdlib.h>

#include "console.h"
#include "verbs.h"
#include "wide.h"

/* Loads DLLs from the system folder only, ends at a corrupt heap, shows no error dialogs. */
static void harden(void)
{
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
    HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX); /* nobody could answer */
}

static void free_all(char **texts, size_t count)
{
    size_t i;

    for (i = 0; texts != NULL && i < count; i++)
        free(texts[i]);
    free(texts);
}

/* The arguments as UTF-8, freed with free_all. NULL: the error has been printed. */
static char **narrow_all(wchar_t **arguments, size_t count)
{
    char **texts = calloc(count + 1, sizeof(*texts));
    size_t i;

    for (i = 0; texts != NULL && i < count; i++) {
        texts[i] = wide_to_utf8(arguments[i]);
        if (texts[i] == NULL) {
            free_all(texts, i);
            texts = NULL;
        }
    }
    if (texts == NULL)
        console_error("shmbmirror: the command line cannot be read as Unicode text");
    return texts;
}

/* Not main(), whose arguments are limited to the ANSI code page. */
int wmain(int argc, wchar_t **argv)
{
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    enum shmb_exit result = SHMB_EXIT_USAGE;
    char **arguments;

    harden();
    arguments = narrow_all(argv + 1, count);
    if (arguments != NULL)
        result = verbs_main(arguments, count);
    free_all(arguments, count);
    return (int)result;
}
