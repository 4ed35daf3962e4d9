/* shmb list: the directory, in its own order. Needs no right to the objects themselves. */
#include "verb.h"

#include <inttypes.h>
#include <stdio.h>

#include "answer.h"
#include "fail.h"
#include "json_object.h"
#include "out.h"
#include "requester.h"
#include "shmb.h"
#include "show.h"

static void print_line(const shmb_info *info)
{
    char bytes[24] = "";

    if (info->kind == SHMB_KIND_SEGMENT || info->kind == SHMB_KIND_QUEUE)
        snprintf(bytes, sizeof(bytes), "%" PRIu64, info->bytes);
    out_text("%-9s  ", show_kind(info->kind));
    if (info->state != SHMB_STATE_HELD)
        out_as_error();
    out_text("%-8s", show_state(info->state));
    if (info->state != SHMB_STATE_HELD)
        out_as_usual();
    /* The largest segment, 1 TiB, has 13 digits. */
    out_text("  %13s  %s", bytes, info->name);
    requester_print("  ", info, "");
    out_text("\n");
}

static void put_json(struct json *json, const shmb_info *info)
{
    json_object(json, NULL);
    json_put_object(json, info);
    json_object_end(json);
}

static int32_t print_all(shmb_list *list, unsigned options, struct json *json)
{
    shmb_info info;
    int32_t result;

    for (;;) {
        info.size = sizeof(info);
        result = shmb_list_next(list, &info);
        if (result != SHMB_OK)
            break;
        if ((options & OPTION_REQUESTED) != 0 && (info.flags & SHMB_FLAG_REQUESTED) == 0)
            continue;
        if (json != NULL)
            put_json(json, &info);
        else if ((options & OPTION_NAMES) != 0)
            out_text("%s\n", info.name);
        else
            print_line(&info);
    }
    /* The regular end of a list. */
    return result == SHMB_NOT_FOUND ? SHMB_OK : result;
}

static int32_t put_broker(struct json *json)
{
    shmb_broker_info info = {.size = sizeof(info)};
    int32_t result = shmb_describe_broker(&info);

    json_number(json, "broker_process", info.process);
    json_string(json, "broker_version", info.version[0] != '\0' ? info.version : NULL);
    return result;
}

static int32_t print(shmb_list *list, unsigned options)
{
    struct json *json = answer_open();
    int32_t result;

    if (json != NULL)
        json_array(json, "objects");
    result = print_all(list, options, json);
    if (json != NULL)
        json_array_end(json);
    if (json != NULL && result == SHMB_OK)
        result = put_broker(json);
    if (result == SHMB_OK)
        answer_done();
    return result;
}

enum shmb_exit verb_list(struct arguments *arguments)
{
    shmb_list *list;
    int32_t result;

    if ((arguments->given & OPTION_NAMES) != 0 && (arguments->given & OPTION_JSON) != 0) {
        out_error("--names and --json do not go together");
        return SHMB_EXIT_USAGE;
    }
    result = shmb_list_open(&list, NULL);
    if (result != SHMB_OK)
        return fail_directory("list", result);
    result = print(list, arguments->given);
    shmb_list_close(list);
    return result == SHMB_OK ? SHMB_EXIT_DONE : fail_directory("list", result);
}
