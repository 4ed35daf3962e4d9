/* The flat interface to queues: as flat.c. */
#include "shmb_flat.h"

#include <windows.h>

#include "code_page.h"
#include "flat_table.h"
#include "object_name.h"
#include "result.h"

int32_t SHMB_CALL shmbf_queue_openW(const shmb_wchar *name, int32_t rights, int32_t wait_ms)
{
    shmb_queue *queue;
    int32_t result = shmb_queue_openW(name, (uint32_t)rights, flat_time(wait_ms), &queue);

    if (result != SHMB_OK)
        return result;
    result = flat_add_queue(queue);
    return result < 0 ? result_end_plain(result) : result;
}

int32_t SHMB_CALL shmbf_queue_open(const char *name, int32_t rights, int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_queue_openW(flat_widen(name, wide), rights, wait_ms);
}

int32_t SHMB_CALL shmbf_queue_put(int32_t queue, const char *bytes, int32_t count,
                                  int32_t timeout_ms)
{
    shmb_queue *found = flat_find_queue(queue);

    if (found == NULL || count < 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return shmb_queue_put(found, bytes, (uint32_t)count, flat_time(timeout_ms));
}

/* A length fits: no message is longer than 1 MiB. */
int32_t SHMB_CALL shmbf_queue_get(int32_t queue, char *buffer, int32_t size, int32_t timeout_ms)
{
    shmb_queue *found = flat_find_queue(queue);
    uint32_t length;
    int32_t result;

    if (found == NULL || size < 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = shmb_queue_get(found, buffer, (uint32_t)size, &length, flat_time(timeout_ms));
    return result < 0 ? result : (int32_t)length;
}

int32_t SHMB_CALL shmbf_queue_peek(int32_t queue, char *buffer, int32_t size)
{
    const shmb_queue *found = flat_find_queue(queue);
    uint32_t length;
    int32_t result;

    if (found == NULL || size < 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = shmb_queue_peek(found, buffer, (uint32_t)size, &length);
    return result < 0 ? result : (int32_t)length;
}

int32_t SHMB_CALL shmbf_queue_messages(int32_t queue)
{
    shmb_queue_info info = {.size = sizeof(info)};
    int32_t result = shmb_queue_level(flat_find_queue(queue), &info);

    return result < 0 ? result : (int32_t)info.messages;
}

int32_t SHMB_CALL shmbf_queue_slot_size(int32_t queue)
{
    shmb_queue_info info = {.size = sizeof(info)};
    const shmb_queue *found = flat_find_queue(queue);

    if (found == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    (void)shmb_queue_level(found, &info); /* known also of a damaged queue */
    return (int32_t)info.slot_size;
}

int32_t SHMB_CALL shmbf_queue_clear(int32_t queue)
{
    uint64_t count;
    int32_t result = shmb_queue_clear(flat_find_queue(queue), &count);

    return result < 0 ? result : (int32_t)count;
}
