#include "maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "auditing.h"
#include "carried_locks.h"
#include "descriptor.h"
#include "initial_content.h"
#include "names.h"
#include "misfit.h"
#include "event_text.h"
#include "copy_restore.h"
#include "stamp.h"
#include "text.h"

#define NAME_TEXT (SHMB_NAME_BYTES + sizeof(SHMB_GLOBAL_PREFIX))

void maker_report(const struct maker *maker, const struct item *item, enum event_id event,
                  const char *detail)
{
    char name[NAME_TEXT];
    const char *inserts[] = {shmb_kind_word(item->spec.kind), name, detail};

    (void)snprintf(name, sizeof(name), "%s%s", SHMB_GLOBAL_PREFIX, item->spec.name);
    maker->system->log(maker->system->self, event, inserts, detail != NULL ? 3 : 2);
}

/* Reports a missing object unless the same was reported before. */
static void report_missing(const struct maker *maker, struct item *item, enum sys_status status,
                           const struct sys_failure *why)
{
    uint32_t cause = event_cause(status, why);
    char text[REPORT_FAILURE];

    item->state = status == SYS_TAKEN ? ITEM_CONFLICT : ITEM_FAILED;
    if (item->cause == cause)
        return;
    item->cause = cause;
    event_reason(status, why, text);
    item_set_reason(item, text);
    maker_report(maker, item, status == SYS_TAKEN ? EVENT_OBJECT_CONFLICT : EVENT_OBJECT_FAILED,
                 text);
}

/*
 * A section with content is at first the broker's alone, and gets its real
 * descriptor when it is filled: no client ever sees it half made.
 */
static enum sys_status create_filled(const struct maker *maker, const struct sys_spec *spec,
                                     const struct sys_content *content,
                                     const struct sys_descriptor *wanted, struct sys_object **out,
                                     struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct sys_object *section = NULL;
    struct sys_descriptor *own;
    enum sys_status status = descriptor_cache_own(maker->cache, &own, why);

    *out = NULL;
    if (status == SYS_OK)
        status = system->objects.create(system->self, spec, own, &section, why);
    if (status != SYS_OK)
        return status;
    status = system->objects.fill(system->self, section, content, why);
    if (status == SYS_OK)
        status = system->objects.protect(system->self, section, wanted, why);
    if (status == SYS_OK) {
        *out = section;
        return SYS_OK;
    }
    system->objects.close(system->self, section);
    return status == SYS_TAKEN ? SYS_FAILED : status;
}

/*
 * Without its first content a segment is not made, but whoever has the name is found:
 * SYS_TAKEN and `why`, as from creating it. Else why there is no content.
 */
static enum sys_status look_for_holder(const struct maker *maker, const struct item *item,
                                       const struct initial_content *first, struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct sys_object *object = NULL;
    struct sys_descriptor *own;
    struct sys_facts facts;
    enum sys_status status =
        system->objects.inspect(system->self, item->spec.name, &facts, &object, why);

    system->objects.close(system->self, object);
    free(facts.sddl);
    object = NULL;
    if (status != SYS_NOT_FOUND && status != SYS_NO_MEMORY &&
        descriptor_cache_own(maker->cache, &own, why) == SYS_OK &&
        system->objects.create(system->self, &item->spec, own, &object, why) == SYS_TAKEN)
        return SYS_TAKEN;
    system->objects.close(system->self, object);
    *why = first->why;
    return first->status;
}

/* The first content of a segment that outlives a reboot, for one that is made. */
static enum sys_status fill_kept(const struct maker *maker, const struct item *item,
                                 const struct copy_restore *copy,
                                 const struct initial_content *first, struct sys_object *section,
                                 struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct sys_content content = {.size = item->spec.size};

    if (copy->found) {
        content.bytes = copy->copy.content;
        content.length = (size_t)(copy->copy.size < content.size ? copy->copy.size : content.size);
        return system->objects.fill(system->self, section, &content, why);
    }
    if (first->status != SYS_OK)
        *why = first->why;
    if (first->status != SYS_OK || item->initial == NULL)
        return first->status;
    return system->objects.fill(system->self, section, &first->content, why);
}

/* Numbers given out before the copy was made are not given out again. */
static void pass_stamps(const struct maker *maker, const struct copy *copy)
{
    if (copy->number > *maker->stamp)
        *maker->stamp = copy->number;
    if (copy->generation > *maker->stamp)
        *maker->stamp = copy->generation;
}

/* As create_filled. The copy is looked for when it is sure that the segment is a new one. */
static enum sys_status create_kept(const struct maker *maker, struct item *item,
                                   const struct initial_content *first,
                                   const struct sys_descriptor *wanted, struct sys_object **out,
                                   struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct sys_object *section = NULL;
    struct copy_restore copy = {0};
    struct sys_descriptor *own;
    enum sys_status status = descriptor_cache_own(maker->cache, &own, why);

    *out = NULL;
    if (status == SYS_OK)
        status = system->objects.create(system->self, &item->spec, own, &section, why);
    if (status != SYS_OK)
        return status;
    status = copy_restore_find(system, item, maker->patience, &copy, why);
    if (status == SYS_OK)
        status = fill_kept(maker, item, &copy, first, section, why);
    if (status == SYS_OK)
        status = system->objects.protect(system->self, section, wanted, why);
    if (status == SYS_OK) {
        *out = section;
        pass_stamps(maker, &copy.copy);
        copy_restore_done(system, &copy, &first->content, item, maker->stamp);
    } else {
        system->objects.close(system->self, section);
    }
    copy_restore_end(&copy);
    return status == SYS_TAKEN ? SYS_FAILED : status;
}

static enum sys_status create(const struct maker *maker, struct item *item, struct sys_object **out,
                              struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct initial_content first;
    struct sys_descriptor *wanted;
    enum sys_status status = descriptor_cache_get(maker->cache, item, &wanted, why);

    *out = NULL;
    if (status != SYS_OK)
        return status;
    if (item->spec.kind != SHMB_SECTION || (item->initial == NULL && item->kept == NULL))
        return system->objects.create(system->self, &item->spec, wanted, out, why);
    initial_content_find(system, item, &first);
    if (item->kept != NULL)
        status = create_kept(maker, item, &first, wanted, out, why);
    else if (first.status == SYS_OK)
        status = create_filled(maker, &item->spec, &first.content, wanted, out, why);
    else
        status = look_for_holder(maker, item, &first, why);
    initial_content_end(&first);
    return status;
}

void maker_record(const struct maker *maker, const struct item *item)
{
    struct state_record record = {.name = item->spec.name,
                                  .kind = item->spec.kind,
                                  .size = item->spec.size,
                                  .generation = item->generation};
    const struct state_record *known = state_find(maker->state, item->spec.name);

    if (item->spec.kind == SHMB_SECTION)
        record.lock = item->lock != NULL ? item->lock : "";
    if (known != NULL && known->generation == item->generation) {
        record.control = known->control;
        record.block = known->block;
    }
    state_put(maker->state, &record);
}

/* From here on the item is held. */
static void hold(const struct maker *maker, struct item *item, struct sys_object *object,
                 uint64_t generation)
{
    bool missed = item->cause != 0;

    item->object = object;
    item->generation = generation != 0 ? generation : stamp_next(maker->system, maker->stamp);
    if (item->generation > *maker->stamp)
        *maker->stamp = item->generation;
    item->state = ITEM_HELD;
    item->auditing = AUDITING_OFF;
    item->cause = 0;
    item_set_reason(item, NULL);
    maker_record(maker, item);
    if (missed)
        maker_report(maker, item, EVENT_OBJECT_RECOVERED, NULL);
}

static void defer(const struct maker *maker, struct item *item, const char *reason)
{
    item->state = ITEM_DEFERRED;
    item_set_reason(item, reason);
    maker_report(maker, item, EVENT_OBJECT_DEFERRED, reason);
}

/* What is taken over gets the access that is wanted; that it had another one is said. */
static void correct_access(const struct maker *maker, struct item *item, const char *found)
{
    const char *wanted = descriptor_cache_text(maker->cache, item);
    struct text detail = {0};

    if (!item->held_back && wanted != NULL && found != NULL && descriptor_same(wanted, found))
        return;
    if (!maker_protect(maker, item))
        return;
    text_add(&detail, "%s -> %s", found != NULL ? found : "not known",
             wanted != NULL ? wanted : "not known");
    maker_report(maker, item, EVENT_OBJECT_ADOPTED, detail.failed ? "" : detail.at);
    text_free(&detail);
}

/*
 * Takes over what is there. SYS_OK also for a misfit, which is deferred. `why`
 * is about the conflict already.
 */
static enum sys_status adopt(const struct maker *maker, struct item *item, struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct sys_failure unused;
    struct sys_facts facts;
    struct adoption judged;
    struct sys_object *object = NULL;
    enum sys_status status =
        system->objects.inspect(system->self, item->spec.name, &facts, &object, &unused);

    if (status == SYS_OK) {
        adoption_judge(&item->spec, &facts, state_find(maker->state, item->spec.name),
                       maker->identity->owner, &judged);
        if (judged.verdict == ADOPTION_CONFLICT) {
            system->objects.close(system->self, object);
            status = SYS_TAKEN;
        }
    } else if (status == SYS_NO_MEMORY) {
        *why = unused;
    } else {
        status = SYS_TAKEN; /* also where it is gone by now: the next try will have it */
    }
    if (status == SYS_OK) {
        bool kind = judged.live.kind == item->spec.kind;
        char reason[MISFIT_REASON];
        bool lock = carried_lock_adopt(item, &judged, reason, sizeof(reason));

        judged.live.name = item->spec.name;
        item->spec = judged.live;
        hold(maker, item, object, judged.generation);
        item->adopted = true;
        item->auditing = AUDITING_UNKNOWN;
        if (kind)
            correct_access(maker, item, facts.sddl);
        if (judged.verdict == ADOPTION_MISFIT)
            defer(maker, item, judged.reason);
        else if (lock)
            defer(maker, item, reason);
    }
    free(facts.sddl);
    return status;
}

static enum sys_status refuse_back(struct sys_failure *why)
{
    *why = (struct sys_failure){0};
    (void)snprintf(why->text, sizeof(why->text),
                   "an account it denies something to cannot be looked up yet");
    return SYS_LATER;
}

/* It is not made, but what is there is taken over, with the access it has. */
static enum sys_status obtain_held_back(const struct maker *maker, struct item *item,
                                        struct sys_failure *why)
{
    enum sys_status status = adopt(maker, item, why);

    return status == SYS_TAKEN ? refuse_back(why) : status;
}

static enum sys_status obtain(const struct maker *maker, struct item *item, struct sys_failure *why)
{
    struct sys_object *object = NULL;
    enum sys_status status = create(maker, item, &object, why);

    if (status == SYS_OK)
        hold(maker, item, object, 0);
    return status == SYS_TAKEN ? adopt(maker, item, why) : status;
}

enum sys_status maker_obtain(const struct maker *maker, struct item *item)
{
    struct sys_failure why = {0};
    enum sys_status status =
        item->held_back ? obtain_held_back(maker, item, &why) : obtain(maker, item, &why);

    item_set_hash(item);
    if (status != SYS_OK)
        report_missing(maker, item, status, &why);
    auditing_settle(maker->system, item);
    return status;
}

bool maker_protect(const struct maker *maker, struct item *item)
{
    const struct system *system = maker->system;
    struct sys_descriptor *wanted;
    struct sys_failure why = {0};
    enum sys_status status = item->held_back
                                 ? refuse_back(&why)
                                 : descriptor_cache_get(maker->cache, item, &wanted, &why);
    bool again = item->access_due;
    char text[REPORT_FAILURE];

    if (status == SYS_OK)
        status = system->objects.protect(system->self, item->object, wanted, &why);
    item->access_due = status != SYS_OK;
    if (item->state == ITEM_HELD)
        item_set_reason(item, NULL);
    if (status == SYS_OK)
        return true;
    event_reason(status == SYS_TAKEN ? SYS_FAILED : status, &why, text);
    if (item->state == ITEM_HELD)
        item_set_reason(item, text);
    if (!again)
        maker_report(maker, item, EVENT_ACCESS_FAILED, text);
    return false;
}

/* Puts back what was there: the old object where it lives on, or a copy of it. */
static void put_back(const struct maker *maker, struct item *item, const struct sys_spec *old,
                     const void *bytes, const char *reason)
{
    const struct system *system = maker->system;
    const struct sys_content content = {
        .bytes = bytes, .length = (size_t)old->size, .size = old->size};
    uint64_t generation = item->generation;
    struct adoption judged = {.verdict = ADOPTION_CONFLICT};
    struct sys_descriptor *wanted;
    struct sys_object *object = NULL;
    struct sys_failure why = {0};
    struct sys_facts facts;
    enum sys_status status;

    item->spec = *old;
    status = system->objects.inspect(system->self, old->name, &facts, &object, &why);
    /* For a moment nobody held the name: a stranger may have been quicker. */
    if (status == SYS_OK)
        adoption_judge(old, &facts, state_find(maker->state, old->name), maker->identity->owner,
                       &judged);
    free(facts.sddl);
    if (judged.verdict == ADOPTION_OURS) {
        hold(maker, item, object, generation);
        item->auditing = AUDITING_UNKNOWN;
        defer(maker, item, reason);
        return;
    }
    system->objects.close(system->self, object);
    status = descriptor_cache_get(maker->cache, item, &wanted, &why);
    if (status == SYS_OK)
        status = bytes != NULL ? create_filled(maker, old, &content, wanted, &object, &why)
                               : system->objects.create(system->self, old, wanted, &object, &why);
    if (status != SYS_OK) {
        report_missing(maker, item, status, &why);
        return;
    }
    hold(maker, item, object, 0);
    defer(maker, item, reason);
}

/* The name is free now unless somebody else has the object open. */
static enum sys_status create_anew(const struct maker *maker, struct item *item, const void *bytes,
                                   uint64_t length, struct sys_object **out,
                                   struct sys_failure *why)
{
    struct sys_content content = {.bytes = bytes, .size = item->spec.size};
    struct sys_descriptor *wanted;
    enum sys_status status;

    if (bytes == NULL)
        return create(maker, item, out, why);
    content.length = (size_t)(length < item->spec.size ? length : item->spec.size);
    status = descriptor_cache_get(maker->cache, item, &wanted, why);
    *out = NULL;
    return status != SYS_OK ? status
                            : create_filled(maker, &item->spec, &content, wanted, out, why);
}

bool maker_recreate(const struct maker *maker, struct item *item, const struct sys_spec *wanted,
                    const char *lock)
{
    const struct system *system = maker->system;
    const struct sys_spec old = item->spec;
    struct sys_object *object;
    struct sys_failure why = {0};
    char text[REPORT_FAILURE];
    enum sys_status status = SYS_OK;
    void *bytes = NULL;

    if (item->held_back)
        status = refuse_back(&why);
    /* The view keeps the content, not the name. */
    else if (old.kind == SHMB_SECTION)
        status = system->objects.map(system->self, item->object, (size_t)old.size, &bytes, &why);
    if (status != SYS_OK) {
        event_reason(status == SYS_TAKEN ? SYS_FAILED : status, &why, text);
        defer(maker, item, text);
        return false;
    }
    system->objects.close(system->self, item->object);
    item->object = NULL;
    item->spec = *wanted;
    status = create_anew(maker, item, wanted->kind == SHMB_SECTION ? bytes : NULL, old.size,
                         &object, &why);
    if (status == SYS_OK) {
        item->lock = lock;
        hold(maker, item, object, 0);
        item->access_due = false;
    } else {
        event_reason(status, &why, text);
        put_back(maker, item, &old, bytes,
                 status == SYS_TAKEN ? "somebody has it open (as a former keeper has while other "
                                       "objects are missing); end those programs and ask again"
                                     : text);
    }
    system->objects.unmap(system->self, bytes);
    auditing_settle(system, item);
    return status == SYS_OK;
}
