/* shmb holders: any name, also one of the broker's own, of a retired object or of a stranger's. */
#include "verb.h"

#include <string.h>

#include "answer.h"
#include "fail.h"
#include "json_use.h"
#include "names.h"
#include "object_use.h"
#include "out.h"
#include "requester.h"

/* The bare name. NULL: not valid, with the failure printed. */
static const char *read_name(const char *name)
{
    const char *bare = name;
    size_t length = strlen(name);
    enum shmb_name_fault fault = shmb_name_check(name, length, &bare, &length);

    if (fault == SHMB_NAME_OK)
        return bare;
    if (fault == SHMB_NAME_RESERVED) {
        length = sizeof(SHMB_GLOBAL_PREFIX) - 1;
        return shmb_name_same(name, length < strlen(name) ? length : strlen(name),
                              SHMB_GLOBAL_PREFIX, length)
                   ? name + length
                   : name;
    }
    fail_name(name);
    return NULL;
}

enum shmb_exit verb_holders(struct arguments *arguments)
{
    const char *bare = read_name(arguments->name);
    struct object_use use;
    struct json *json;
    bool exists, requested;
    shmb_info info;

    if (bare == NULL)
        return SHMB_EXIT_USAGE;
    json = answer_open();
    object_use_find(bare, &use);
    exists = use.object[0].exists;
    requested = exists && requester_find(bare, &info);
    if (!exists) {
        answer_fault("NOT_FOUND", 0);
        out_error("%s: no object has this name", arguments->name);
    } else if (json != NULL) {
        requester_json(json, requested ? &info : NULL);
        json_put_use(json, &use);
        answer_done();
    } else {
        if (requested)
            requester_print("", &info, "\n");
        object_use_print(&use);
    }
    object_use_free(&use);
    return exists ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}
