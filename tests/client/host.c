/* A DLL with the static library in it, such as a plug-in, for test_unload.c. */
#include "shmb.h"

/* Fails, and returns the result that the library keeps for the calling thread. */
__declspec(dllexport) int32_t host_use(void);

/* The same, after it took and released a fast lock. */
__declspec(dllexport) int32_t host_use_fast(void);

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

int32_t host_use_fast(void)
{
    shmb_segment *segment;
    int32_t result;

    if (shmb_open("ShmbTest.Fast", SHMB_WRITE, 0, &segment) != SHMB_OK)
        return SHMB_OK;
    result = shmb_lock(segment, SHMB_INFINITE);
    if (result == SHMB_OK)
        result = shmb_unlock(segment);
    shmb_close(segment);
    return result == SHMB_OK ? host_use() : result;
}
