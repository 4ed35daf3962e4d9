/* Every key is always there: null where it is not known or does not apply. */
#include "json_use.h"

#include "process_json.h"

static void put_lock(struct json *json, const struct used_object *object)
{
    const shmb_lock_info *lock = &object->lock;
    struct process_facts facts;

    json_object(json, "lock_state");
    json_string(json, "lock_kind", object_use_is_fast(object) ? "fast" : "mutex");
    if ((lock->flags & SHMB_LOCK_KNOWN) != 0)
        json_bool(json, "held", (lock->flags & SHMB_LOCK_HELD) != 0);
    else
        json_null(json, "held");
    json_bool(json, "abandoned", (lock->flags & SHMB_LOCK_ABANDONED) != 0);
    json_bool(json, "half_written", (lock->flags & SHMB_LOCK_HALF) != 0);
    if (lock->process != 0) {
        object_use_owner(lock, &facts);
        json_object(json, "owner");
        process_json_put(json, &facts);
        json_number(json, "thread", lock->thread);
        process_json_time(json, "since", lock->since);
        json_bool(json, "told_by_system", (lock->flags & SHMB_LOCK_OWNER) != 0);
        json_object_end(json);
    } else {
        json_null(json, "owner");
    }
    json_object_end(json);
}

static const char *kind_word(const struct used_object *object)
{
    if (!object->exists)
        return NULL;
    return object->kind < SHMB_KIND_COUNT ? shmb_kind_word(object->kind) : "other";
}

static void put_processes(struct json *json, const struct object_use *use, size_t index)
{
    const struct holders *holders = &use->holders[index];
    const enum shmb_kind kind = use->object[index].kind;
    char may[SHMB_ACCESS_WORDS];
    size_t i;

    json_array(json, "processes");
    for (i = 0; i < holders->listed; i++) {
        const struct holders_process *process = &holders->found[i];

        json_object(json, NULL);
        process_json_put(json, &process->facts);
        json_bool(json, "broker", object_use_of_broker(use, &process->facts));
        json_string(json, "may",
                    kind < SHMB_KIND_COUNT ? shmb_access_words(kind, process->access, may) : NULL);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_object(struct json *json, const struct object_use *use, size_t index)
{
    const struct used_object *object = &use->object[index];
    const struct holders *holders = &use->holders[index];

    json_object(json, NULL);
    json_names(json, object_use_bare(object), false);
    json_string(json, "kind", kind_word(object));
    if (object->view_bytes != 0)
        json_number(json, "view_bytes", object->view_bytes);
    else
        json_null(json, "view_bytes");
    if (object->is_lock)
        put_lock(json, object);
    else
        json_null(json, "lock_state");
    json_bool(json, "complete", holders->complete && holders->count == holders->listed);
    put_processes(json, use, index);
    json_object_end(json);
}

void json_put_use(struct json *json, const struct object_use *use)
{
    bool late;
    size_t i;

    json_array(json, "objects");
    for (i = 0; i < use->count; i++)
        put_object(json, use, i);
    json_array_end(json);
    json_number(json, "unexamined", object_use_unexamined(use, &late));
}

void json_find_use(struct json *json, const char *key, const char *bare)
{
    struct object_use use;

    object_use_find(bare, &use);
    json_object(json, key);
    json_put_use(json, &use);
    json_object_end(json);
    object_use_free(&use);
}
