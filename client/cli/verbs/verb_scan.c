/*
 * shmb scan: lists the namespace (system/namespace.c) as lines, JSON, or a first
 * configuration (logic/first_configuration.c). Works without a broker.
 */
#include "verb.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>

#include "fail.h"
#include "namespace.h"
#include "out.h"
#include "show.h"

static void print_line(const struct starter_object *object, uint32_t session)
{
    char where[24] = "global", bytes[24] = "";

    if (object->in_session)
        snprintf(where, sizeof(where), "session %" PRIu32, session);
    if (object->kind == SHMB_SECTION && object->bytes != 0)
        snprintf(bytes, sizeof(bytes), "%s%" PRIu64, object->exact ? "" : "<=", object->bytes);
    out_text("%-9s  %-10s  %-6s  %17s  ", show_kind((uint32_t)object->kind), where,
             object->held ? "broker" : "", bytes);
    out_visible(object->name);
    out_text("\n");
}

static void print_json(const struct namespace_list *list, uint32_t session)
{
    size_t i;

    out_text("{\"objects\":[");
    for (i = 0; i < list->count; i++) {
        const struct starter_object *object = &list->objects[i];

        out_text("%s{\"name\":", i == 0 ? "\n" : ",\n");
        out_json_string(object->name);
        out_text(",\"kind\":\"%s\",\"held\":%s", show_kind((uint32_t)object->kind),
                 object->held ? "true" : "false");
        if (object->in_session)
            out_text(",\"session\":%" PRIu32, session);
        else
            out_text(",\"session\":null");
        if (object->kind == SHMB_SECTION && object->bytes != 0)
            out_text(",\"bytes\":%" PRIu64 ",\"rounded\":%s", object->bytes,
                     object->exact ? "false" : "true");
        else if (object->kind == SHMB_SECTION)
            out_text(",\"bytes\":null,\"rounded\":null");
        out_text("}");
    }
    out_text("\n],\"left_out\":%zu}\n", list->left_out);
}

static void put(void *context, const char *text)
{
    (void)context;
    out_text("%s", text);
}

static enum shmb_exit print(const struct request *request, const struct namespace_list *list,
                            uint32_t session)
{
    bool yaml = (request->given & OPTION_YAML) != 0;
    size_t i;

    if (yaml && !starter_write(list->objects, list->count, put, NULL))
        return fail_memory("scan");
    if ((request->given & OPTION_JSON) != 0) {
        print_json(list, session);
        return SHMB_EXIT_DONE;
    }
    for (i = 0; !yaml && i < list->count; i++)
        print_line(&list->objects[i], session);
    if (list->left_out > 0)
        out_text("%s%zu %s of Windows left out; --all shows %s\n", yaml ? "\n# " : "",
                 list->left_out, list->left_out == 1 ? "object" : "objects",
                 list->left_out == 1 ? "it" : "them");
    return SHMB_EXIT_DONE;
}

enum shmb_exit verb_scan(struct request *request)
{
    struct namespace_list list = {.all = (request->given & OPTION_ALL) != 0};
    enum shmb_exit result;
    DWORD session = 0;
    uint32_t code;

    if ((request->given & OPTION_YAML) != 0 && (request->given & OPTION_JSON) != 0) {
        out_error("--yaml and --json do not go together");
        return SHMB_EXIT_USAGE;
    }
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    /* Global\ first: of two objects of one name, starter_write keeps the first. */
    code = namespace_add(&list, false, 0, request->name);
    if (code == 0 && session != 0) /* in session 0, Local\ is Global\ */
        code = namespace_add(&list, true, session, request->name);
    result = code == 0 ? print(request, &list, session)
                       : fail_call("scan", "listing the names of objects failed",
                                   "NtQueryDirectoryObject", code);
    namespace_free(&list);
    return result;
}
