/* A DLL with the static library in it, such as a plug-in, for test_unload.c. */
#include "shmb.h"

/* Fails, and returns the result that the library keeps for the calling thread. */
__declspec(dllexport) int32_t host_use(void);

int32_t host_use(void)
{
    shmb_segment *segment;

    if (shmb_open("a\\b", SHMB_READ, 0, &segment) != SHMB_BAD_NAME ||
        shmb_private_create(NULL, 64, &segment, NULL) != SHMB_OK)
        return SHMB_OK;
    if (shmb_lock(segment, SHMB_INFINITE) != SHMB_OK || shmb_unlock(segment) != SHMB_OK)
        return SHMB_OK;
    shmb_close(segment);
    return shmb_last_failure(NULL, NULL);
}

__declspec(dllexport) int32_t host_find(const char *name);

/* Opens and closes a segment. */
int32_t host_find(const char *name)
{
    shmb_segment *segment;
    int32_t result = shmb_open(name, SHMB_READ, 0, &segment);

    shmb_close(segment);
    return result;
}
