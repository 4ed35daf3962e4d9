#include "named_object.h"

HANDLE named_object_open(enum shmb_kind kind, const wchar_t *name, DWORD access)
{
    switch (shmb_kernel_kind(kind)) {
    case SHMB_SECTION:
        return OpenFileMappingW(access, FALSE, name);
    case SHMB_MUTEX:
        return OpenMutexW(access, FALSE, name);
    case SHMB_EVENT:
        return OpenEventW(access, FALSE, name);
    default:
        return OpenSemaphoreW(access, FALSE, name);
    }
}

HANDLE named_object_find(const wchar_t *name, enum shmb_kind *kind, DWORD *code)
{
    int i;

    for (i = 0; i < SHMB_KERNEL_KINDS; i++) {
        HANDLE object = named_object_open((enum shmb_kind)i, name, READ_CONTROL);

        *code = object != NULL ? ERROR_SUCCESS : GetLastError();
        *kind = (enum shmb_kind)i;
        if (*code != ERROR_INVALID_HANDLE)
            return object;
    }
    *kind = SHMB_KIND_COUNT;
    return NULL;
}
