/*
 * shmb scan: lists the namespace (system/namespace.c) as lines, JSON, or a first
 * configuration (logic/first_configuration.c). Works without a broker.
 */
#include "verb.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>

#include "answer.h"
#include "fail.h"
#include "namespace.h"
#include "out.h"
#include "requester.h"
#include "show.h"

/* What the directory says of an object that a program has asked the broker for. */
static bool find_requester(const struct starter_object *object, shmb_info *info)
{
    return object->held && !object->in_session && requester_find(object->name, info);
}

static void print_line(const struct starter_object *object, uint32_t session)
{
    char where[24] = "global", bytes[24] = "";
    shmb_info info;

    if (object->in_session)
        snprintf(where, sizeof(where), "session %" PRIu32, session);
    if (starter_has_bytes(object) && object->bytes != 0)
        snprintf(bytes, sizeof(bytes), "%s%" PRIu64, object->exact ? "" : "<=", object->bytes);
    out_text("%-9s  %-10s  %-6s  %17s  ", show_kind((uint32_t)object->kind), where,
             object->held ? "broker" : "", bytes);
    out_visible(object->name);
    if (find_requester(object, &info))
        requester_print("  ", &info, "");
    out_text("\n");
}

static void put_object(struct json *json, const struct starter_object *object, uint32_t session)
{
    const bool sized = starter_has_bytes(object) && object->bytes != 0;
    shmb_info info;

    json_object(json, NULL);
    json_names(json, object->name, object->in_session);
    json_string(json, "kind", shmb_kind_word(object->kind));
    json_bool(json, "held", object->held);
    requester_json(json, find_requester(object, &info) ? &info : NULL);
    if (object->in_session)
        json_number(json, "session", session);
    else
        json_null(json, "session");
    if (sized)
        json_number(json, "bytes", object->bytes);
    else
        json_null(json, "bytes");
    if (sized)
        json_bool(json, "rounded", !object->exact);
    else
        json_null(json, "rounded");
    json_object_end(json);
}

static void put_all(struct json *json, const struct namespace_list *list, uint32_t session)
{
    size_t i;

    json_array(json, "objects");
    for (i = 0; i < list->count; i++)
        put_object(json, &list->objects[i], session);
    json_array_end(json);
    json_number(json, "left_out", list->left_out);
    json_number(json, "ill_formed", list->ill_formed);
    answer_done();
}

static void put(void *context, const char *text)
{
    (void)context;
    out_text("%s", text);
}

static enum shmb_exit print(const struct arguments *arguments, const struct namespace_list *list,
                            uint32_t session)
{
    const bool yaml = (arguments->given & OPTION_YAML) != 0;
    struct json *json = answer_open();
    size_t i;

    if (yaml && !starter_write(list->objects, list->count, put, NULL))
        return fail_memory("scan");
    if (json != NULL) {
        put_all(json, list, session);
        return SHMB_EXIT_DONE;
    }
    for (i = 0; !yaml && i < list->count; i++)
        print_line(&list->objects[i], session);
    if (list->left_out > 0)
        out_text("%s%zu %s of Windows left out; --all shows %s\n", yaml ? "\n# " : "",
                 list->left_out, list->left_out == 1 ? "object" : "objects",
                 list->left_out == 1 ? "it" : "them");
    if (list->ill_formed > 0)
        out_text("%s%zu %s not shown: the name is no valid Unicode text\n", yaml ? "# " : "",
                 list->ill_formed, list->ill_formed == 1 ? "object" : "objects");
    return SHMB_EXIT_DONE;
}

enum shmb_exit verb_scan(struct arguments *arguments)
{
    struct namespace_list list = {.all = (arguments->given & OPTION_ALL) != 0};
    enum shmb_exit result;
    DWORD session = 0;
    uint32_t code;

    if ((arguments->given & OPTION_YAML) != 0 && (arguments->given & OPTION_JSON) != 0) {
        out_error("--yaml and --json do not go together");
        return SHMB_EXIT_USAGE;
    }
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    /* Global\ first: of two objects of one name, starter_write keeps the first. */
    code = namespace_add(&list, false, 0, arguments->name);
    if (code == 0 && session != 0) /* in session 0, Local\ is Global\ */
        code = namespace_add(&list, true, session, arguments->name);
    result = code == 0 ? print(arguments, &list, session)
                       : fail_call("scan", "listing the names of objects failed",
                                   "NtQueryDirectoryObject", code);
    namespace_free(&list);
    return result;
}
