/*
 * Makes an object anew with another kind, size or type, or a queue empty, because the operator
 * asked for it. The old object ends when its last handle is closed; where that fails, it is put
 * back.
 */
#include "maker_internal.h"

#include <stdlib.h>

#include "adoption.h"
#include "auditing.h"
#include "event_text.h"
#include "queue_headers.h"

#define ROOM_NAME "ShmBroker.Room" /* of the trial section; files may not have such names */

/*
 * Takes the old object back where a program still has it open; else makes one like it, with
 * the content in `bytes` (NULL: neither a segment nor a queue). The item is deferred because of
 * `reason`.
 */
static void put_back(const struct maker *maker, struct item *item, const struct sys_spec *old,
                     const void *bytes, const char *reason)
{
    const struct system *system = maker->system;
    const struct sys_content content = {
        .bytes = bytes, .length = (size_t)old->size, .size = old->size};
    uint64_t generation = item->generation;
    struct adoption judged;
    struct sys_descriptor *wanted;
    struct sys_object *object = NULL;
    struct sys_failure why = {0};
    struct sys_facts facts;
    enum sys_status status;

    item->spec = *old;
    /* The name was free for a moment: another process may have taken it. */
    (void)adoption_open(system, maker->state, maker->identity->owner, old, &facts, &judged, &object,
                        &why);
    free(facts.sddl);
    if (judged.verdict == ADOPTION_OURS) {
        maker_hold(maker, item, object, generation);
        item->auditing = AUDITING_UNKNOWN;
        maker_defer(maker, item, reason);
        return;
    }
    system->objects.close(system->self, object);
    status = descriptor_cache_get(maker->cache, item, &wanted, &why);
    if (status == SYS_OK)
        status = bytes != NULL ? maker_create_filled(maker, old, &content, wanted, &object, &why)
                               : system->objects.create(system->self, old, wanted, &object, &why);
    if (status != SYS_OK) {
        maker_missing(maker, item, status, &why);
        return;
    }
    if (bytes == NULL)
        maker_note_lost(maker, item);
    maker_hold(maker, item, object, 0);
    if (old->kind == SHMB_QUEUE)
        (void)queue_header_write(system, object, &old->queue, item->generation, NULL, NULL);
    maker_defer(maker, item, reason);
}

/*
 * Makes the object by item->spec; a section gets `length` bytes of the old content, as far as
 * they fit. SYS_TAKEN: a program still has the old object open.
 */
static enum sys_status create_anew(const struct maker *maker, struct item *item, const void *bytes,
                                   uint64_t length, struct sys_object **out, uint64_t *generation,
                                   struct sys_failure *why)
{
    struct sys_content content = {.bytes = bytes, .size = item->spec.size};
    struct sys_descriptor *wanted;
    enum sys_status status;

    if (bytes == NULL)
        return maker_create(maker, item, out, generation, why);
    *generation = 0;
    content.length = (size_t)(length < item->spec.size ? length : item->spec.size);
    status = descriptor_cache_get(maker->cache, item, &wanted, why);
    *out = NULL;
    return status != SYS_OK ? status
                            : maker_create_filled(maker, &item->spec, &content, wanted, out, why);
}

/*
 * The old section lives in its view until the new one is there, or it is put back: there must be
 * memory for both before the old one gives up its name. Where another program has the name of the
 * trial, nothing is proved. What remains: between trial and creation a program may use up the
 * memory, or take the name; then the content is lost.
 */
static enum sys_status prove_room(const struct maker *maker, const struct sys_spec *old,
                                  const struct sys_spec *wanted, struct sys_failure *why)
{
    const struct system *system = maker->system;
    const struct sys_spec room = {.name = ROOM_NAME,
                                  .kind = SHMB_SECTION,
                                  .size = wanted->size > old->size ? wanted->size : old->size};
    struct sys_object *object = NULL;
    struct sys_descriptor *own;
    enum sys_status status = descriptor_cache_own(maker->cache, &own, why);

    if (status == SYS_OK)
        status = system->objects.create(system->self, &room, own, &object, why);
    system->objects.close(system->self, object);
    return status;
}

bool maker_recreate(const struct maker *maker, struct item *item, const struct sys_spec *wanted,
                    const char *lock, bool fast, bool pair)
{
    const struct system *system = maker->system;
    const struct sys_spec old = item->spec;
    const bool old_fast = item->fast, old_pair = item->pair;
    const bool copied =
        old.kind == SHMB_SECTION && wanted->kind == SHMB_SECTION && old_pair == pair;
    struct sys_object *object;
    struct sys_failure why = {0};
    char text[REPORT_FAILURE];
    enum sys_status status = SYS_OK;
    uint64_t generation;
    void *bytes = NULL;

    if (item->held_back)
        status = maker_refuse_held_back(&why);
    /* The view keeps the content when the handle is closed, but not the name. */
    else if (shmb_kernel_kind(old.kind) == SHMB_SECTION)
        status = system->objects.map(system->self, item->object, (size_t)old.size, &bytes, &why);
    if (status == SYS_OK && bytes != NULL)
        status = prove_room(maker, &old, wanted, &why);
    if (status != SYS_OK) {
        system->objects.unmap(system->self, bytes);
        event_reason(status, &why, text);
        maker_defer(maker, item, text);
        return false;
    }
    /*
     * A client with `full` may have changed access list or owner since the guard looked: put_back
     * must be able to open the object by its name. The configured access is that of the configured
     * kind.
     */
    if (old.kind == wanted->kind && old_pair == pair)
        (void)maker_protect(maker, item);
    system->objects.close(system->self, item->object);
    item->object = NULL;
    item->filled = false;
    item->spec = *wanted;
    item->fast = fast;
    item->pair = pair;
    status = create_anew(maker, item, copied ? bytes : NULL, old.size, &object, &generation, &why);
    if (status == SYS_OK) {
        item->lock = lock;
        /* A program may have closed its handle of the queue, and use it by its view. */
        if (old.kind == SHMB_QUEUE)
            queue_header_stale(bytes);
        maker_hold(maker, item, object, generation);
        item->access_due = item->other_kind = false;
    } else {
        item->fast = old_fast;
        item->pair = old_pair;
        event_reason(status, &why, text);
        put_back(maker, item, &old, bytes,
                 status == SYS_TAKEN ? "a program has it open (or a former keeper, while other "
                                       "objects are missing); shmb holders names those programs: "
                                       "end them and try again"
                                     : text);
    }
    system->objects.unmap(system->self, bytes);
    auditing_settle(system, item);
    return status == SYS_OK;
}
