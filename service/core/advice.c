#include "advice.h"

#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "names.h"

#define DEFAULTS  "defaults." /* how the paths of lists begin that many objects share */
#define PATH_SIZE 800         /* a path of an object with a key behind it */

struct advice {
    struct trustees *known;
    struct cfg_messages *messages;
    const struct cfg_access *defaults; /* looked at last: the objects of a file stand together */
};

static bool is_among(const char *sid, const char *const *list, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(sid, list[i]) == 0)
            return true;
    return false;
}

static bool has_all_anyway(const char *sid)
{
    static const char *const own[] = {SID_SYSTEM, SID_ADMINISTRATORS, SHMB_SERVICE_SID};

    return is_among(sid, own, sizeof(own) / sizeof(own[0]));
}

static bool is_everybody(const char *sid)
{
    static const char *const all[] = {
        "S-1-1-0",      /* Everyone */
        "S-1-5-7",      /* Anonymous Logon */
        "S-1-5-32-546", /* Guests */
    };

    return is_among(sid, all, sizeof(all) / sizeof(all[0]));
}

static void look_at_trustee(const struct advice *advice, const char *path,
                            const struct cfg_trustee *trustee)
{
    struct sys_failure unused;
    const char *sid;

    if (trustee->level != SHMB_LEVEL_WRITE && trustee->level != SHMB_LEVEL_FULL)
        return;
    if (trustees_resolve(advice->known, trustee->name, &sid, &unused) != SYS_OK)
        return;
    if (trustee->level == SHMB_LEVEL_FULL && !has_all_anyway(sid))
        cfg_message_add(advice->messages, CFG_WARNING, &trustee->place, path,
                        "'%s' may also change who has access, and shut others out; give write, "
                        "unless the programs ask for all rights",
                        trustee->name);
    if (is_everybody(sid))
        cfg_message_add(advice->messages, CFG_WARNING, &trustee->place, path,
                        "'%s' may write, and so may every account, guests too; name those who need "
                        "to",
                        trustee->name);
}

static void look_at_access(struct advice *advice, const struct cfg_access *access)
{
    size_t i;

    if (access == advice->defaults)
        return;
    if (strncmp(access->path, DEFAULTS, sizeof(DEFAULTS) - 1) == 0)
        advice->defaults = access;
    for (i = 0; i < access->count; i++)
        look_at_trustee(advice, access->path, &access->trustees[i]);
}

static void look_at_lock(const struct advice *advice, const struct cfg_object *object)
{
    char path[PATH_SIZE];

    if (object->kind != SHMB_SECTION || object->u.segment.lock.name == NULL ||
        !object->u.segment.lock.readers_may_wait)
        return;
    (void)snprintf(path, sizeof(path), "%s.lock", object->path);
    cfg_message_add(advice->messages, CFG_WARNING, &object->u.segment.lock.place, path,
                    "who may only read can hold this lock, and so stop every writer for as long as "
                    "it likes; programs that use the library read without it (shmb_snapshot)");
}

void advice_add(const struct cfg *configuration, struct trustees *known,
                struct cfg_messages *messages)
{
    struct advice advice = {known, messages, NULL};
    size_t i;

    for (i = 0; i < configuration->count; i++) {
        look_at_access(&advice, configuration->objects[i].access);
        look_at_lock(&advice, &configuration->objects[i]);
    }
}
