/* The verb audit: access by account, and who may ask for objects. */
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_by_account.h"
#include "access_text.h"
#include "accounts.h"
#include "answer.h"
#include "audit_rules.h"
#include "console.h"
#include "failure.h"
#include "name_holder.h"
#include "named_object.h"
#include "out_of_memory.h"
#include "status.h"

_Static_assert(AUDIT_ACCOUNT_MAX >= ACCOUNT_NAME_MAX, "room for the name of an account");

static void account_name(const char *sid, char out[AUDIT_ACCOUNT_MAX])
{
    accounts_name(sid, out);
}

/* Reads the access of the live object. False: `why` says what failed. */
static bool read_access(const struct status_object *object, struct sddl *out,
                        struct sys_failure *why)
{
    wchar_t name[OBJECT_NAME_UNITS];
    char owner[OWNER_SID_MAX], *text = NULL;
    HANDLE handle;
    uint32_t code;
    bool done;

    if (!name_holder_full_name(object->name + strlen(SHMB_GLOBAL_PREFIX), name))
        return failure_set(why, "open", ERROR_INVALID_NAME) == SYS_OK;
    handle = named_object_open(object->kind, name, READ_CONTROL);
    if (handle == NULL)
        return failure_set(why, "open", GetLastError()) == SYS_OK;
    code = access_text_read(handle, owner, &text);
    CloseHandle(handle);
    if (code != 0)
        return failure_set(why, "GetKernelObjectSecurity", code) == SYS_OK;
    done = sddl_read_live(text, object->kind, out, why) == SYS_OK;
    free(text);
    return done;
}

/* Adds the access of each held object. `*all`: every one could be read. False: no memory. */
static bool collect(const struct status *status, struct access_by_account *audit, bool *all)
{
    size_t i;

    *all = true;
    for (i = 0; i < status->object_count; i++) {
        const struct status_object *object = &status->objects[i];
        struct sys_failure why = {0};
        struct sddl access;
        bool added;

        if (object->state != STATUS_HELD && object->state != STATUS_DEFERRED)
            continue;
        if (!read_access(object, &access, &why)) {
            console_error("shmbroker: %s %s: its access cannot be read: %s",
                          shmb_kind_word(object->kind), object->name, why.text);
            *all = false;
            continue;
        }
        added = access_by_account_add(audit, object->kind, object->name, &access, account_name);
        sddl_free(&access);
        if (!added)
            return false;
    }
    return true;
}

/* False: no memory. */
static bool print(const struct access_by_account *audit, enum audit_format format)
{
    struct json *json = answer_open();
    struct text text = {0};
    bool done;

    if (json != NULL) {
        access_by_account_json(audit, json);
        answer_done();
        return true;
    }
    if (format == AUDIT_CSV)
        access_by_account_csv(audit, &text);
    else
        access_by_account_lines(audit, &text);
    done = !text.failed;
    /* console_line adds the last line end. */
    if (done && text.length > 0)
        console_line("%.*s", (int)text.length - (format == AUDIT_CSV ? 2 : 1), text.at);
    text_free(&text);
    return done;
}

enum shmb_exit verb_audit(enum audit_format format)
{
    struct status status = {0};
    struct access_by_account audit = {0};
    bool all = true, enough = status_ask_broker(&status), directory = status.directory;

    if (enough && directory)
        enough = collect(&status, &audit, &all) &&
                 audit_rules_add(status_field(&status, "digest", 3), account_name, &audit);
    if (enough && directory) {
        access_by_account_sort(&audit);
        enough = print(&audit, format);
    }
    access_by_account_free(&audit);
    status_free(&status);
    if (!enough)
        return out_of_memory();
    if (!directory) {
        console_error("shmbroker: no broker found whose directory can be read; start it, or run "
                      "this as administrator");
        return SHMB_EXIT_NO_BROKER;
    }
    return all ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}
