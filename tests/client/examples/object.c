/* Events, semaphores and mutexes, with the owner checked: shmb_open_object. */
#include "examples.h"
#include "shmb.h"

#include <windows.h>

int example_object(void)
{
    void *event, *licences;
    int failed;

    if (shmb_open_object("ShutDownNow", SHMB_KIND_EVENT, SHMB_READ, 0, &event) != SHMB_OK)
        return 1;
    failed = WaitForSingleObject(event, 0) != WAIT_TIMEOUT;
    CloseHandle(event);
    if (shmb_open_object("Licences", SHMB_KIND_SEMAPHORE, SHMB_WRITE, 0, &licences) != SHMB_OK)
        return 1;
    if (WaitForSingleObject(licences, 0) != WAIT_OBJECT_0 || !ReleaseSemaphore(licences, 1, NULL))
        failed = 1;
    CloseHandle(licences);
    return failed;
}
