#include <string.h>

#include "block.h"
#include "handle.h"
#include "object_name.h"
#include "lock.h"
#include "range.h"
#include "utf.h"

int32_t range_cut(const struct shmb_segment *segment, uint64_t offset, const void *buffer,
                  uint64_t count, size_t *length)
{
    *length = 0;
    if (segment == NULL)
        return SHMB_BAD_ARGUMENT;
    if (offset > segment->size)
        return SHMB_RANGE;
    if (count > segment->size - offset)
        count = segment->size - offset;
    if (buffer == NULL && count > 0)
        return SHMB_BAD_ARGUMENT;
    *length = (size_t)count; /* no more than is mapped */
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_close(shmb_segment *segment)
{
    struct fault ignored;

    if (segment != NULL && lock_exists(segment))
        while (lock_mine(segment) && lock_give(segment, &ignored) == SHMB_OK)
            continue;
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

int32_t SHMB_CALL shmb_read(const shmb_segment *segment, uint64_t offset, void *buffer,
                            uint64_t count, uint64_t *done)
{
    size_t length;
    int32_t result;

    if (done != NULL)
        *done = 0;
    result = range_cut(segment, offset, buffer, count, &length);
    if (result != SHMB_OK)
        return result_end_plain(result);
    if (length > 0)
        memcpy(buffer, segment->view.data + (size_t)offset, length);
    if (done != NULL)
        *done = length;
    return SHMB_OK;
}
