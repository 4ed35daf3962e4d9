/* Calls on an open segment that read no shared content: name, size, pointer, close. */
#include <string.h>

#include "block.h"
#include "lock.h"
#include "segment_lock.h"
#include "utf.h"

int32_t SHMB_CALL shmb_close(shmb_segment *segment)
{
    if (segment == NULL)
        return SHMB_OK;
    /* That thread could never release the lock: it would stay taken for all programs. */
    if (lock_elsewhere(segment))
        return result_end_plain(SHMB_NOT_OWNER);
    lock_leave(segment);
    block_close(segment);
    segment_lock_end(segment);
    handle_free(segment);
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_name(const shmb_segment *segment, char *buffer, uint32_t size)
{
    size_t length;

    if (buffer != NULL && size > 0)
        buffer[0] = '\0';
    if (segment == NULL || buffer == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    length = strlen(segment->info.name);
    if (length >= size)
        return result_end_plain(SHMB_RANGE);
    memcpy(buffer, segment->info.name, length + 1);
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_nameW(const shmb_segment *segment, shmb_wchar *buffer, uint32_t size)
{
    uint16_t units[SHMB_NAME_MAX];
    size_t length;

    if (buffer != NULL && size > 0)
        buffer[0] = 0;
    if (segment == NULL || buffer == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    length =
        shmb_utf8_to_utf16(segment->info.name, strlen(segment->info.name), units, SHMB_NAME_MAX);
    if (length > SHMB_NAME_MAX || length >= size)
        return result_end_plain(SHMB_RANGE);
    memcpy(buffer, units, length * sizeof(units[0]));
    buffer[length] = 0;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_size(const shmb_segment *segment, uint64_t *size)
{
    if (size != NULL)
        *size = 0;
    if (segment == NULL || size == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    *size = segment->size;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_data(const shmb_segment *segment, void **data)
{
    if (data != NULL)
        *data = NULL;
    if (segment == NULL || data == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    *data = segment->view.data;
    return SHMB_OK;
}
