#include "global_name.h"

#include <string.h>
#include <wchar.h>

#include "listing.h"

#define NAME_CLASS ((OBJECT_INFORMATION_CLASS)1) /* ObjectNameInformation */

#define DIRECTORY_LOOK 0x0001u /* DIRECTORY_QUERY */
#define FOLDER_UNITS   256u
#define PATH_UNITS     (SHMB_NAME_MAX + 512u)

typedef NTSTATUS(NTAPI *open_directory)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static wchar_t folder[FOLDER_UNITS] = LISTING_GLOBAL;

/* Units; 0: it has no path, or a longer one. */
static size_t read_path(HANDLE object, wchar_t *out, size_t most)
{
    struct {
        UNICODE_STRING text;
        wchar_t room[PATH_UNITS];
    } found;
    size_t units;

    memset(&found, 0, sizeof(found));
    if (NtQueryObject(object, NAME_CLASS, &found, sizeof(found), NULL) < 0 ||
        found.text.Buffer == NULL)
        return 0;
    units = found.text.Length / sizeof(*out);
    if (units >= most)
        return 0;
    wmemcpy(out, found.text.Buffer, units);
    out[units] = L'\0';
    return units;
}

/* In a container, the folder of Global\ may be in a folder of the container's own. */
static BOOL CALLBACK find_folder(PINIT_ONCE control, PVOID context, PVOID *out)
{
    wchar_t found[FOLDER_UNITS];
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    open_directory open;
    HANDLE directory;

    (void)control;
    (void)context;
    (void)out;
    listing_attributes(LISTING_GLOBAL, &name, &attributes);
    if (!listing_ntdll("NtOpenDirectoryObject", &open, sizeof(open)) ||
        open(&directory, DIRECTORY_LOOK, &attributes) < 0)
        return TRUE;
    if (read_path(directory, found, FOLDER_UNITS) > 0)
        wmemcpy(folder, found, FOLDER_UNITS);
    CloseHandle(directory);
    return TRUE;
}

bool global_name_read(HANDLE object, wchar_t name[SHMB_NAME_MAX + 1])
{
    wchar_t path[PATH_UNITS];
    const wchar_t *bare;
    size_t units;

    name[0] = L'\0';
    InitOnceExecuteOnce(&once, find_folder, NULL, NULL);
    units = wcslen(folder);
    /* The whole path: anybody can make folders in Global\, of any name. */
    if (read_path(object, path, PATH_UNITS) <= units || wmemcmp(path, folder, units) != 0 ||
        path[units] != L'\\')
        return false;
    bare = path + units + 1;
    if (bare[0] == L'\0' || wcschr(bare, L'\\') != NULL || wcslen(bare) > SHMB_NAME_MAX)
        return false;
    wcscpy(name, bare);
    return true;
}

bool global_name_is(HANDLE object, const wchar_t *name)
{
    const wchar_t *bare = wcschr(name, L'\\');
    wchar_t found[SHMB_NAME_MAX + 1];

    return bare != NULL && global_name_read(object, found) && wcscmp(found, bare + 1) == 0;
}
