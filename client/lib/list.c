/* What the directory tells: shmb_describe, shmb_describe_broker and the shmb_list_ calls. */
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "lookup.h"
#include "object_name.h"
#include "sized.h"

/*
 * A list reads one table, which the broker never changes: it shows one moment, however long
 * it is open.
 */
struct shmb_list {
    struct lookup lookup;
    uint32_t next;
};

/* Clears `*info` except `size`. False: `size` is not set. */
static bool info_usable(struct shmb_info *info)
{
    if (!sized_valid(info, SHMB_INFO_SIZE_MIN))
        return false;
    sized_give(NULL, 0, info);
    return true;
}

/* Describes an entry in the caller's structure. */
static void give(const struct shmb_entry_view *view, struct shmb_info *out)
{
    struct shmb_info info;

    if (out->size == sizeof(*out)) { /* nearly every caller: nothing to copy */
        lookup_info(view, out);
        return;
    }
    memset(info.rule, 0, sizeof(info.rule) + sizeof(info.account)); /* all of it may be copied */
    lookup_info(view, &info);
    lookup_give(&info, out);
}

/* SHMB_NO_BROKER: no broker runs. SHMB_NOT_FOUND: it has not published yet. */
static int32_t open_directory(struct lookup *lookup, struct fault *fault)
{
    int32_t result = lookup_open(lookup, "", LOOKUP_ALL, fault);

    if (result == SHMB_NO_BROKER)
        result = SHMB_NOT_FOUND;
    return broker_absent(result);
}

static int32_t describe(const char *name, struct shmb_info *info, struct fault *fault)
{
    char bare[SHMB_NAME_BYTES];
    struct shmb_entry_view view;
    struct lookup lookup;
    int32_t result;

    if (!info_usable(info))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    result = object_name_check(name, bare);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    result = open_directory(&lookup, fault);
    if (result != SHMB_OK)
        return result;
    result = lookup_find(&lookup, bare, &view, fault);
    if (result == SHMB_OK)
        give(&view, info);
    lookup_close(&lookup);
    return broker_absent(result);
}

int32_t SHMB_CALL shmb_describe(const char *name, shmb_info *info)
{
    struct fault fault = {CALL_NONE, 0};

    result_begin();
    return result_end(describe(name, info, &fault), &fault);
}

int32_t SHMB_CALL shmb_describeW(const shmb_wchar *name, shmb_info *info)
{
    char narrow[OBJECT_NAME_UTF8_MAX];
    int32_t result = object_name_utf8(name, narrow);

    if (result != SHMB_OK) {
        info_usable(info);
        return result_end_plain(result);
    }
    return shmb_describe(narrow, info);
}

static int32_t describe_broker(struct shmb_broker_info *info, struct fault *fault)
{
    struct shmb_broker_info found;
    struct lookup lookup;
    int32_t result;

    if (!sized_valid(info, sizeof(*info)))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    sized_give(NULL, 0, info);
    result = open_directory(&lookup, fault);
    if (result != SHMB_OK)
        return result;
    lookup_broker(&lookup, &found);
    sized_give(&found, sizeof(found), info);
    lookup_close(&lookup);
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_describe_broker(shmb_broker_info *info)
{
    struct fault fault = {CALL_NONE, 0};

    result_begin();
    return result_end(describe_broker(info, &fault), &fault);
}

static int32_t list_open(struct shmb_list **out, uint32_t *count, struct fault *fault)
{
    struct shmb_list *list;
    int32_t result;

    if (count != NULL)
        *count = 0;
    if (out == NULL)
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    *out = NULL;
    list = calloc(1, sizeof(*list));
    if (list == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    result = open_directory(&list->lookup, fault);
    if (result != SHMB_OK) {
        free(list);
        return result;
    }
    if (count != NULL)
        *count = list->lookup.table.entry_count;
    *out = list;
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_list_open(shmb_list **list, uint32_t *count)
{
    struct fault fault = {CALL_NONE, 0};

    result_begin();
    return result_end(list_open(list, count, &fault), &fault);
}

int32_t SHMB_CALL shmb_list_next(shmb_list *list, shmb_info *info)
{
    struct shmb_entry_view view;
    int32_t result = SHMB_OK;

    if (!sized_valid(info, SHMB_INFO_SIZE_MIN))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (list == NULL)
        result = SHMB_BAD_ARGUMENT;
    else if (list->next >= list->lookup.table.entry_count)
        result = SHMB_NOT_FOUND;
    else if (shmb_table_entry(&list->lookup.table, list->next, &view) != SHMB_READ_OK)
        result = SHMB_CORRUPT;
    if (result != SHMB_OK) {
        sized_give(NULL, 0, info);
        return result_end_plain(result);
    }
    list->next++;
    give(&view, info);
    return SHMB_OK;
}

int32_t SHMB_CALL shmb_list_close(shmb_list *list)
{
    if (list != NULL)
        lookup_close(&list->lookup);
    free(list);
    return SHMB_OK;
}
