#include "folder_id.h"

#include <string.h>

/* Older file systems have only the 64-bit identity. */
bool folder_id_of(HANDLE folder, struct folder_id *id)
{
    BY_HANDLE_FILE_INFORMATION old;
    FILE_ID_INFO information;

    memset(id, 0, sizeof(*id));
    if (GetFileInformationByHandleEx(folder, FileIdInfo, &information, sizeof(information))) {
        id->volume = information.VolumeSerialNumber;
        memcpy(id->id, &information.FileId, sizeof(id->id));
        return true;
    }
    if (!GetFileInformationByHandle(folder, &old))
        return false;
    id->volume = old.dwVolumeSerialNumber;
    memcpy(id->id, &old.nFileIndexLow, sizeof(old.nFileIndexLow));
    memcpy(id->id + sizeof(old.nFileIndexLow), &old.nFileIndexHigh, sizeof(old.nFileIndexHigh));
    return true;
}

bool folder_id_is_at(const struct folder_id *id, const wchar_t *path)
{
    HANDLE folder = CreateFileW(path, FILE_READ_ATTRIBUTES,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    struct folder_id found;

    if (folder == INVALID_HANDLE_VALUE)
        return false;
    folder_id_of(folder, &found); /* two folders without identity count as the same */
    CloseHandle(folder);
    return found.volume == id->volume && memcmp(found.id, id->id, sizeof(found.id)) == 0;
}
