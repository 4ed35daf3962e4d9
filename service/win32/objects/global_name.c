#include "global_name.h"

#include <winternl.h>

#include <string.h>
#include <wchar.h>

#define NAME_CLASS ((OBJECT_INFORMATION_CLASS)1) /* ObjectNameInformation */

#define FOLDER      L"\\BaseNamedObjects"
#define SESSIONS    L"\\Sessions\\" /* names in it are those of one session */
#define UNITS(text) (sizeof(text) / sizeof(wchar_t) - 1)

bool global_name_read(HANDLE object, wchar_t name[SHMB_NAME_MAX + 1])
{
    struct {
        UNICODE_STRING text;
        wchar_t room[SHMB_NAME_MAX + 512];
    } found;
    const wchar_t *path;
    size_t units, bare;

    memset(&found, 0, sizeof(found));
    name[0] = L'\0';
    if (NtQueryObject(object, NAME_CLASS, &found, sizeof(found), NULL) < 0 ||
        found.text.Buffer == NULL)
        return false;
    path = found.text.Buffer;
    units = found.text.Length / sizeof(*path);
    for (bare = units; bare > 0 && path[bare - 1] != L'\\'; bare--)
        ;
    /* A container has the folder in one of its own. */
    if (bare <= UNITS(FOLDER) || units == bare || units - bare > SHMB_NAME_MAX ||
        wmemcmp(path + bare - 1 - UNITS(FOLDER), FOLDER, UNITS(FOLDER)) != 0 ||
        (units > UNITS(SESSIONS) && wmemcmp(path, SESSIONS, UNITS(SESSIONS)) == 0))
        return false;
    wmemcpy(name, path + bare, units - bare);
    name[units - bare] = L'\0';
    return true;
}

bool global_name_is(HANDLE object, const wchar_t *name)
{
    const wchar_t *bare = wcschr(name, L'\\');
    wchar_t found[SHMB_NAME_MAX + 1];

    return bare != NULL && global_name_read(object, found) && wcscmp(found, bare + 1) == 0;
}
