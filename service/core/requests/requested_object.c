#include "requested_object.h"

#include <stdlib.h>
#include <string.h>

#include "companion_name.h"

/* The names of the companions that a rule gives to a segment; empty: it has none of this kind. */
struct companions {
    char lock[COMPANION_BYTES], events[SHMB_CHANGE_EVENTS][COMPANION_BYTES], pair[COMPANION_BYTES];
};

/* Keeps the first fault. */
static void name_one(const char *object, const char *suffix, const char *number, char *name,
                     enum shmb_name_fault *fault)
{
    size_t length;
    enum shmb_name_fault found = companion_name(object, suffix, number, name, &length);

    if (*fault == SHMB_NAME_OK)
        *fault = found;
}

static enum shmb_name_fault name_companions(const struct shmb_request_message *message,
                                            const struct cfg_rule *rule, struct companions *out)
{
    enum shmb_name_fault fault = SHMB_NAME_OK;
    unsigned i;

    *out = (struct companions){0};
    if (message->kind != SHMB_SECTION)
        return fault;
    if (rule->locked)
        name_one(message->name, SHMB_LOCK_SUFFIX, "", out->lock, &fault);
    for (i = 0; rule->notify && i < SHMB_CHANGE_EVENTS; i++) {
        const char number[2] = {(char)('0' + i), '\0'};

        name_one(message->name, SHMB_CHANGED_SUFFIX, number, out->events[i], &fault);
    }
    if (rule->pair)
        name_one(message->name, SHMB_PAIR_SUFFIX, "", out->pair, &fault);
    return fault;
}

/* Puts a text at `*at`, which moves behind it. "": returns NULL. */
static const char *put(char **at, const char *text)
{
    char *put = *at;
    const size_t size = strlen(text) + 1;

    if (size == 1)
        return NULL;
    memcpy(put, text, size);
    *at += size;
    return put;
}

static void fill_segment(struct requested_object *made, const struct shmb_request_message *message,
                         const struct cfg_rule *rule, const struct companions *names, char *at)
{
    struct cfg_segment *segment = &made->object.u.segment;
    unsigned i;

    segment->size = message->size;
    segment->lock = rule->lock;
    segment->lock.place = rule->place;
    segment->lock.name = put(&at, names->lock);
    segment->lock.hash = 0;
    if (segment->lock.name == NULL)
        segment->lock = (struct cfg_lock){.place = rule->place};
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++)
        made->notify.events[i] = put(&at, names->events[i]);
    made->notify.place = made->pair.place = rule->place;
    made->pair.name = put(&at, names->pair);
    segment->notify = rule->notify ? &made->notify : NULL;
    segment->snapshots = rule->pair ? &made->pair : NULL;
}

struct requested_object *requested_object_make(const struct shmb_request_message *message,
                                               const struct cfg_rule *rule, const char *account,
                                               const struct cfg_access *access,
                                               enum shmb_name_fault *fault)
{
    struct companions names;
    struct requested_object *made;
    struct cfg_object *object;
    size_t size = strlen(message->name) + 1, i;
    char *at;

    *fault = name_companions(message, rule, &names);
    if (*fault != SHMB_NAME_OK)
        return NULL;
    size += strlen(names.lock) + strlen(names.pair) + 2;
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++)
        size += strlen(names.events[i]) + 1;
    made = calloc(1, sizeof(*made) + size);
    if (made == NULL)
        return NULL;
    at = (char *)(made + 1);
    object = &made->object;
    object->kind = message->kind;
    object->name = put(&at, message->name);
    object->hash = shmb_name_hash(object->name, strlen(object->name));
    object->path = rule->path;
    object->place = rule->place;
    object->access = access;
    object->integrity = rule->integrity;
    object->audit = rule->audit;
    made->request = (struct cfg_request){rule, account};
    object->request = &made->request;
    if (message->kind == SHMB_SECTION) {
        fill_segment(made, message, rule, &names, at);
    } else if (message->kind == SHMB_EVENT) {
        object->u.event.manual_reset = (message->flags & SHMB_REQUEST_MANUAL_RESET) != 0;
        object->u.event.set = (message->flags & SHMB_REQUEST_SET) != 0;
    } else if (message->kind == SHMB_SEMAPHORE) {
        object->u.semaphore.initial = message->initial;
        object->u.semaphore.maximum = message->maximum;
    }
    return made;
}

struct cfg_access *requested_access_make(const struct cfg_rule *rule, const char *account)
{
    const struct cfg_access *list = rule->access;
    struct cfg_access *made =
        malloc(sizeof(*made) + (list->count + 1) * sizeof(struct cfg_trustee));
    size_t i;

    if (made == NULL)
        return NULL;
    *made = *list;
    made->trustees = (struct cfg_trustee *)(made + 1);
    for (i = 0; i < list->count; i++) {
        made->trustees[i] = list->trustees[i];
        if (strcmp(list->trustees[i].name, CFG_REQUESTER) == 0)
            made->trustees[i].name = account;
    }
    return made;
}
