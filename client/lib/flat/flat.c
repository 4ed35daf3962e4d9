/*
 * The flat interface: each call finds the segment by its number and forwards to
 * the call of shmb.h, with strings converted from and to the ANSI code page.
 */
#include "shmb_flat.h"

#include <windows.h>

#include "code_page.h"
#include "flat_table.h"
#include "object_name.h"
#include "result.h"

#define TEXT_UNITS 1024

/* ---- opening and closing ---- */

/* Gives an opened segment a number. If there is none left, flat_add has closed the segment. */
static int32_t opened(int32_t result, shmb_segment *segment, bool is_private, int32_t made)
{
    if (result != SHMB_OK)
        return result;
    result = flat_add(segment, is_private, made != 0);
    return result < 0 ? result_end_plain(result) : result;
}

int32_t SHMB_CALL shmbf_openW(const shmb_wchar *name, int32_t rights, int32_t wait_ms)
{
    shmb_segment *segment;
    int32_t result = shmb_openW(name, (uint32_t)rights, flat_time(wait_ms), &segment);

    return opened(result, segment, false, 0);
}

int32_t SHMB_CALL shmbf_open(const char *name, int32_t rights, int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_openW(flat_widen(name, wide), rights, wait_ms);
}

int32_t SHMB_CALL shmbf_privateW(const shmb_wchar *name, int32_t size)
{
    shmb_segment *segment;
    int32_t result, made;

    if (name == NULL || size <= 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = shmb_private_createW(name[0] != 0 ? name : NULL, (uint32_t)size, &segment, &made);
    return opened(result, segment, true, made);
}

int32_t SHMB_CALL shmbf_private(const char *name, int32_t size)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_privateW(flat_widen(name, wide), size);
}

int32_t SHMB_CALL shmbf_close(int32_t segment)
{
    return result_end_plain(flat_remove(segment));
}

int32_t SHMB_CALL shmbf_nameW(int32_t segment, shmb_wchar *buffer, int32_t size)
{
    const struct flat *flat = flat_find(segment);
    int32_t result;

    if (flat == NULL || buffer == NULL || size <= 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = shmb_nameW(flat->segment, buffer, (uint32_t)size);
    return result == SHMB_OK ? (int32_t)wcslen(buffer) : result;
}

int32_t SHMB_CALL shmbf_name(int32_t segment, char *buffer, int32_t size)
{
    shmb_wchar wide[SHMB_NAME_MAX + 1];
    int32_t result;

    if (buffer == NULL || size <= 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    buffer[0] = '\0';
    result = shmbf_nameW(segment, wide, SHMB_NAME_MAX + 1);
    if (result < 0)
        return result;
    result = code_page_name(GetACP(), wide, buffer, size);
    return result < 0 ? result_end_plain(result) : result;
}

int32_t SHMB_CALL shmbf_size(int32_t segment)
{
    const struct flat *flat = flat_find(segment);
    uint64_t size;

    if (flat == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    (void)shmb_size(flat->segment, &size);
    /* Callers have 32-bit numbers, and can reach no more than 2 GiB. */
    return size <= INT32_MAX ? (int32_t)size : result_end_plain(SHMB_RANGE);
}

/* ---- bytes ---- */

static bool usable(const struct flat *flat, int32_t offset, int32_t count)
{
    return flat != NULL && offset >= 0 && count >= 0;
}

/* Returns the failure, or the number of bytes; it fits, because `count` did. */
static int32_t moved(int32_t result, const uint64_t *done)
{
    return result < 0 ? result : (int32_t)*done;
}

int32_t SHMB_CALL shmbf_read(int32_t segment, int32_t offset, char *buffer, int32_t count)
{
    const struct flat *flat = flat_find(segment);
    uint64_t done;

    if (!usable(flat, offset, count))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return moved(shmb_read(flat->segment, (uint32_t)offset, buffer, (uint32_t)count, &done), &done);
}

int32_t SHMB_CALL shmbf_write(int32_t segment, int32_t offset, const char *buffer, int32_t count)
{
    const struct flat *flat = flat_find(segment);
    uint64_t done;

    if (!usable(flat, offset, count))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return moved(shmb_write(flat->segment, (uint32_t)offset, buffer, (uint32_t)count, &done),
                 &done);
}

int32_t SHMB_CALL shmbf_update(int32_t segment, int32_t offset, const char *buffer, int32_t count,
                               int32_t timeout_ms)
{
    struct flat *flat = flat_find(segment);
    uint64_t done;
    int32_t result;

    if (!usable(flat, offset, count))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = shmb_update(flat->segment, (uint32_t)offset, buffer, (uint32_t)count,
                         flat_time(timeout_ms), &done);
    flat->abandoned = result == SHMB_ABANDONED;
    return moved(result, &done);
}

int32_t SHMB_CALL shmbf_snapshot(int32_t segment, int32_t offset, char *buffer, int32_t count)
{
    const struct flat *flat = flat_find(segment);
    uint64_t done;

    if (!usable(flat, offset, count))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return moved(shmb_snapshot(flat->segment, (uint32_t)offset, buffer, (uint32_t)count, &done),
                 &done);
}

int32_t SHMB_CALL shmbf_snapshot_wait(int32_t segment, int32_t offset, char *buffer, int32_t count,
                                      int32_t timeout_ms)
{
    const struct flat *flat = flat_find(segment);
    uint64_t done;

    if (!usable(flat, offset, count))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return moved(shmb_snapshot_wait(flat->segment, (uint32_t)offset, buffer, (uint32_t)count,
                                    flat_time(timeout_ms), &done),
                 &done);
}

int32_t SHMB_CALL shmbf_write_begin(int32_t segment)
{
    const struct flat *flat = flat_find(segment);

    return flat != NULL ? shmb_write_begin(flat->segment) : result_end_plain(SHMB_BAD_ARGUMENT);
}

int32_t SHMB_CALL shmbf_write_end(int32_t segment)
{
    const struct flat *flat = flat_find(segment);

    return flat != NULL ? shmb_write_end(flat->segment) : result_end_plain(SHMB_BAD_ARGUMENT);
}

/* ---- locks ---- */

int32_t SHMB_CALL shmbf_lock(int32_t segment, int32_t timeout_ms)
{
    struct flat *flat = flat_find(segment);
    int32_t result;

    if (flat == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = shmb_lock(flat->segment, flat_time(timeout_ms));
    flat->abandoned = result == SHMB_ABANDONED;
    return result;
}

int32_t SHMB_CALL shmbf_unlock(int32_t segment)
{
    const struct flat *flat = flat_find(segment);

    return flat != NULL ? shmb_unlock(flat->segment) : result_end_plain(SHMB_BAD_ARGUMENT);
}

int32_t SHMB_CALL shmbf_mark_consistent(int32_t segment)
{
    const struct flat *flat = flat_find(segment);

    return flat != NULL ? shmb_mark_consistent(flat->segment) : result_end_plain(SHMB_BAD_ARGUMENT);
}

int32_t SHMB_CALL shmbf_restore(int32_t segment)
{
    const struct flat *flat = flat_find(segment);

    return flat != NULL ? shmb_restore(flat->segment) : result_end_plain(SHMB_BAD_ARGUMENT);
}

int32_t SHMB_CALL shmbf_abandoned(int32_t segment)
{
    const struct flat *flat = flat_find(segment);

    return flat != NULL ? flat->abandoned : result_end_plain(SHMB_BAD_ARGUMENT);
}

/* ---- who fills it first, changes, state ---- */

/* As shmb_first: private memory has no block, so who created it is first. */
static int32_t first_private(struct flat *flat, int32_t timeout_ms)
{
    int32_t result;

    if (!flat->made)
        return 0;
    result = shmb_lock(flat->segment, flat_time(timeout_ms));
    flat->abandoned = result == SHMB_ABANDONED;
    return result < 0 ? result : 1;
}

int32_t SHMB_CALL shmbf_first(int32_t segment, int32_t timeout_ms)
{
    struct flat *flat = flat_find(segment);
    int32_t result, first;

    if (flat == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (flat->is_private)
        return first_private(flat, timeout_ms);
    result = shmb_first(flat->segment, flat_time(timeout_ms), &first);
    flat->abandoned = result == SHMB_ABANDONED;
    return result < 0 ? result : first;
}

int32_t SHMB_CALL shmbf_init_done(int32_t segment)
{
    struct flat *flat = flat_find(segment);
    int32_t result;

    if (flat == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (!flat->is_private)
        return shmb_init_done(flat->segment);
    if (!flat->made)
        return result_end_plain(SHMB_NOT_OWNER);
    result = shmb_unlock(flat->segment);
    if (result == SHMB_OK)
        flat->made = false;
    return result;
}

int32_t SHMB_CALL shmbf_wait_changed(int32_t segment, int32_t timeout_ms)
{
    struct flat *flat = flat_find(segment);

    return flat != NULL ? shmb_wait_changed(flat->segment, &flat->seen, flat_time(timeout_ms))
                        : result_end_plain(SHMB_BAD_ARGUMENT);
}

/* Of a handle, the low 32 bits count, in 64-bit processes, too. */
static int32_t handle_of(void *handle)
{
    return (int32_t)(intptr_t)handle;
}

int32_t SHMB_CALL shmbf_subscribe(int32_t segment)
{
    struct flat *flat = flat_find(segment);
    void *event;
    int32_t result;

    if (flat == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (flat->subscription != NULL)
        return flat->event;
    result = shmb_subscribe(flat->segment, flat->seen, &flat->subscription, &event);
    if (result < 0)
        return result;
    flat->event = handle_of(event);
    return flat->event;
}

int32_t SHMB_CALL shmbf_unsubscribe(int32_t segment)
{
    struct flat *flat = flat_find(segment);

    if (flat == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    (void)shmb_unsubscribe(flat->subscription);
    flat->subscription = NULL;
    return SHMB_OK;
}

int32_t SHMB_CALL shmbf_state(int32_t segment)
{
    const struct flat *flat = flat_find(segment);

    return flat != NULL ? shmb_state(flat->segment, NULL) : result_end_plain(SHMB_BAD_ARGUMENT);
}

/* ---- the other objects ---- */

int32_t SHMB_CALL shmbf_open_objectW(const shmb_wchar *name, int32_t kind, int32_t rights,
                                     int32_t wait_ms)
{
    void *handle;
    int32_t result =
        shmb_open_objectW(name, (uint32_t)kind, (uint32_t)rights, flat_time(wait_ms), &handle);

    return result < 0 ? result : handle_of(handle);
}

int32_t SHMB_CALL shmbf_open_object(const char *name, int32_t kind, int32_t rights, int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_open_objectW(flat_widen(name, wide), kind, rights, wait_ms);
}

/* ---- results in words ---- */

int32_t SHMB_CALL shmbf_result_textW(int32_t result, shmb_wchar *buffer, int32_t size)
{
    if (buffer == NULL || size <= 0)
        return SHMB_BAD_ARGUMENT;
    (void)shmb_result_textW(result, buffer, (uint32_t)size);
    return (int32_t)wcslen(buffer);
}

int32_t SHMB_CALL shmbf_result_text(int32_t result, char *buffer, int32_t size)
{
    shmb_wchar wide[TEXT_UNITS];

    if (buffer == NULL || size <= 0)
        return SHMB_BAD_ARGUMENT;
    (void)shmb_result_textW(result, wide, TEXT_UNITS);
    return code_page_text(GetACP(), wide, buffer, size);
}

int32_t SHMB_CALL shmbf_system_code(void)
{
    uint32_t code;

    (void)shmb_last_failure(&code, NULL);
    return (int32_t)code;
}
