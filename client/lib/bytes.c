/* Copies bytes in and out: shmb_read, shmb_write, shmb_update, and the write brackets. */
#include <string.h>

#include "block.h"
#include "bracket.h"
#include "handle.h"
#include "lock.h"
#include "shared_copy.h"

/* A long range, one that extends beyond the end, or is none. */
static SHMB_NEVER_INLINE int32_t read_part(const struct shmb_segment *segment, uint64_t offset,
                                           void *buffer, uint64_t count, uint64_t *done)
{
    size_t length;
    int32_t result;

    if (done != NULL)
        *done = 0;
    result = handle_range(segment, offset, buffer, count, &length);
    if (result != SHMB_OK)
        return result_end_plain(result);
    if (length > 0)
        memcpy(buffer, segment->view.data + (size_t)offset, length);
    if (done != NULL)
        *done = length;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_read(const shmb_segment *segment, uint64_t offset, void *buffer,
                            uint64_t count, uint64_t *done)
{
    const size_t at = (size_t)offset, length = (size_t)count;

    /* Most ranges are short and within the segment, and need no more than this. */
    if (segment == NULL || buffer == NULL || (offset | count) > SIZE_MAX ||
        length > SHARED_COPY_SHORT || at > (size_t)segment->size ||
        length > (size_t)segment->size - at)
        return read_part(segment, offset, buffer, count, done);
    shared_copy(buffer, segment->view.data + at, length);
    if (done != NULL)
        *done = count;
    return SHMB_OK;
}

/* May the calling thread write now? SHMB_OK sets `*block`. */
static int32_t may_write(const struct shmb_segment *segment, struct shmb_block **block)
{
    if (segment->rights != SHMB_WRITE)
        return SHMB_ACCESS_DENIED;
    if (handle_has_lock(segment) && !lock_mine(segment))
        return SHMB_NOT_OWNER;
    return block_get(segment, block);
}

/* Writes within the caller's bracket, or within one of its own. */
static int32_t write_bytes(struct shmb_segment *segment, uint64_t offset, const void *buffer,
                           uint64_t count, uint64_t *done, struct fault *fault)
{
    struct shmb_block *block = NULL;
    size_t length;
    int32_t result = handle_range(segment, offset, buffer, count, &length);

    if (result == SHMB_OK)
        result = may_write(segment, &block);
    if (result != SHMB_OK)
        return fault_of_handle(fault, result);
    if (length > 0) {
        result = bracket_begin(segment, block);
        if (result != SHMB_OK)
            return fault_plain(fault, result);
        memcpy(segment->view.data + (size_t)offset, buffer, length);
        bracket_end(segment);
    }
    if (done != NULL)
        *done = length;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_write(shmb_segment *segment, uint64_t offset, const void *buffer,
                             uint64_t count, uint64_t *done)
{
    struct fault fault = {CALL_NONE, 0};

    if (done != NULL)
        *done = 0;
    return result_end(write_bytes(segment, offset, buffer, count, done, &fault), &fault);
}

static int32_t update(struct shmb_segment *segment, uint64_t offset, const void *buffer,
                      uint64_t count, uint32_t timeout_ms, uint64_t *done, struct fault *fault)
{
    struct fault ignored;
    size_t length;
    int32_t taken, result = handle_range(segment, offset, buffer, count, &length);

    if (result == SHMB_OK && segment->rights != SHMB_WRITE)
        result = SHMB_ACCESS_DENIED;
    if (result != SHMB_OK)
        return fault_of_handle(fault, result);
    taken = lock_take(segment, timeout_ms, fault);
    /* SHMB_ABANDONED goes on: the bytes are written, and the caller learns of the death. */
    if (taken < 0)
        return taken;
    result = write_bytes(segment, offset, buffer, count, done, fault);
    lock_give(segment, &ignored);
    return result == SHMB_OK ? taken : result;
}

int32_t SHMB_CALL shmb_update(shmb_segment *segment, uint64_t offset, const void *buffer,
                              uint64_t count, uint32_t timeout_ms, uint64_t *done)
{
    struct fault fault = {CALL_NONE, 0};

    if (done != NULL)
        *done = 0;
    return result_end(update(segment, offset, buffer, count, timeout_ms, done, &fault), &fault);
}

int32_t SHMB_CALL shmb_write_begin(shmb_segment *segment)
{
    struct shmb_block *block;
    int32_t result;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = may_write(segment, &block);
    if (result == SHMB_OK)
        result = bracket_begin(segment, block);
    return result_end_of_handle(result);
}

int32_t SHMB_CALL shmb_write_end(shmb_segment *segment)
{
    struct shmb_block *block;
    int32_t result;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = may_write(segment, &block);
    /* Also when the segment is stale by now: a write that stays begun looks like a dead writer. */
    if (result == SHMB_OK || result == SHMB_STALE) {
        if (segment->ownership->writes.count == 0)
            result = SHMB_BAD_ARGUMENT;
        else
            bracket_end(segment);
    }
    return result_end_of_handle(result);
}
