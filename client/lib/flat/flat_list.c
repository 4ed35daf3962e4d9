/* The flat interface to lists: as flat.c. */
#include "shmb_flat.h"

#include <windows.h>

#include "code_page.h"
#include "flat_table.h"
#include "object_name.h"
#include "result.h"

int32_t SHMB_CALL shmbf_list_open(void)
{
    shmb_list *list;
    int32_t result = shmb_list_open(&list, NULL);

    if (result != SHMB_OK)
        return result;
    result = flat_add_list(list);
    return result < 0 ? result_end_plain(result) : result;
}

int32_t SHMB_CALL shmbf_list_next(int32_t list)
{
    struct flat_list *found = flat_find_list(list);

    if (found == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    found->info.size = sizeof(found->info);
    return shmb_list_next(found->list, &found->info); /* clears it on failure */
}

/* The object that a list is at. NULL: no such list, or it is at none. */
static const shmb_info *current(int32_t list)
{
    const struct flat_list *found = flat_find_list(list);

    return found != NULL && found->info.state != 0 ? &found->info : NULL;
}

int32_t SHMB_CALL shmbf_list_nameW(int32_t list, shmb_wchar *buffer, int32_t size)
{
    const shmb_info *info = current(list);

    if (info == NULL || buffer == NULL || size <= 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (!code_page_widen(CP_UTF8, info->name, buffer, size)) {
        buffer[0] = 0;
        return result_end_plain(SHMB_RANGE);
    }
    return (int32_t)wcslen(buffer);
}

int32_t SHMB_CALL shmbf_list_name(int32_t list, char *buffer, int32_t size)
{
    shmb_wchar wide[SHMB_NAME_MAX + 1];
    int32_t result;

    if (buffer == NULL || size <= 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    buffer[0] = '\0';
    result = shmbf_list_nameW(list, wide, SHMB_NAME_MAX + 1);
    if (result < 0)
        return result;
    result = code_page_name(GetACP(), wide, buffer, size);
    return result < 0 ? result_end_plain(result) : result;
}

int32_t SHMB_CALL shmbf_list_kind(int32_t list)
{
    const shmb_info *info = current(list);

    return info != NULL ? (int32_t)info->kind : result_end_plain(SHMB_BAD_ARGUMENT);
}

int32_t SHMB_CALL shmbf_list_state(int32_t list)
{
    const shmb_info *info = current(list);

    return info != NULL ? (int32_t)info->state : result_end_plain(SHMB_BAD_ARGUMENT);
}

int32_t SHMB_CALL shmbf_list_flags(int32_t list)
{
    const shmb_info *info = current(list);

    return info != NULL ? (int32_t)info->flags : result_end_plain(SHMB_BAD_ARGUMENT);
}

int32_t SHMB_CALL shmbf_list_bytes(int32_t list)
{
    const shmb_info *info = current(list);

    if (info == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    return info->bytes <= INT32_MAX ? (int32_t)info->bytes : result_end_plain(SHMB_RANGE);
}
