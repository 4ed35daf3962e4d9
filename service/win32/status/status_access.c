/* The access of the objects, read from the objects themselves; and who has asked for them. */
#include "status.h"

#include <stdlib.h>
#include <string.h>

#include "access_text.h"
#include "access_words.h"
#include "account_names.h"
#include "name_holder.h"
#include "named_object.h"
#include "names.h"

static void find_one(struct status_object *object)
{
    wchar_t name[OBJECT_NAME_UNITS];
    char owner[OWNER_SID_MAX];
    HANDLE handle;

    if (!name_holder_full_name(object->name + strlen(SHMB_GLOBAL_PREFIX), name))
        return;
    handle = named_object_open(object->kind, name, READ_CONTROL);
    if (handle == NULL)
        return;
    (void)access_text_read(handle, owner, &object->sddl); /* stays NULL on failure */
    CloseHandle(handle);
}

void status_find_access(struct status *status)
{
    size_t i;

    for (i = 0; i < status->object_count; i++)
        if (status->objects[i].state == STATUS_HELD || status->objects[i].state == STATUS_DEFERRED)
            find_one(&status->objects[i]);
}

/* A cache for the whole process: most objects share the same few accounts. */
static struct account_names names;

static bool read(const struct status_object *object, struct sddl *out)
{
    return object->sddl != NULL && sddl_read_live(object->sddl, object->kind, out, NULL) == SYS_OK;
}

bool status_access_words(const struct status_object *object, struct text *out)
{
    struct sddl access;

    text_reset(out);
    if (read(object, &access)) {
        text_add(out, "; access: ");
        access_words(&access, object->kind, account_names_get, &names, out);
        sddl_free(&access);
    } else {
        text_add(out, "%s", "");
    }
    return !out->failed;
}

void status_access_json(const struct status_object *object, struct json *json)
{
    struct sddl access;

    if (read(object, &access)) {
        access_words_json(&access, object->kind, account_names_get, &names, json);
        sddl_free(&access);
        return;
    }
    json_string(json, "access", NULL);
    json_string(json, "integrity", NULL);
}

void status_request_words(const struct status_object *object, struct text *out)
{
    if (object->rule != NULL)
        text_add(out, "; requested by %s, rule %s", account_names_get(&names, object->account),
                 object->rule);
}

void status_request_json(const struct status_object *object, struct json *json)
{
    if (object->rule == NULL) {
        json_null(json, "request");
        return;
    }
    json_object(json, "request");
    json_string(json, "rule", object->rule);
    json_string(json, "account", account_names_get(&names, object->account));
    json_string(json, "sid", object->account);
    json_object_end(json);
}
