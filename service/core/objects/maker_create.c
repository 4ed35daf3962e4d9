/*
 * New objects with their first content: a segment is filled before anybody else may open it.
 */
#include "maker_internal.h"

#include <stdlib.h>

#include "copy_restore.h"
#include "event_text.h"
#include "initial_content.h"
#include "queue_headers.h"
#include "stamp.h"

/*
 * At first only the broker and administrators have access. The section gets its configured
 * descriptor when it is filled, so no client sees it half filled.
 */
enum sys_status maker_create_filled(const struct maker *maker, const struct sys_spec *spec,
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
    return status;
}

/*
 * The first content cannot be read, so the segment is not made; but one that exists can be
 * adopted. SYS_TAKEN: the name is in use, and `why` says by whom. Else the status and reason
 * of the content.
 */
static enum sys_status check_name_in_use(const struct maker *maker, const struct item *item,
                                         const struct initial_content *first,
                                         struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct sys_object *object = NULL;
    struct sys_descriptor *own;
    struct sys_facts facts;
    enum sys_status status = system->objects.inspect(system->self, item->spec.name, item->spec.kind,
                                                     &facts, &object, why);

    system->objects.close(system->self, object);
    free(facts.sddl);
    object = NULL;
    /* Only create says who has the name. */
    if (status != SYS_NOT_FOUND && status != SYS_NO_MEMORY &&
        descriptor_cache_own(maker->cache, &own, why) == SYS_OK &&
        system->objects.create(system->self, &item->spec, own, &object, why) == SYS_TAKEN)
        return SYS_TAKEN;
    system->objects.close(system->self, object);
    failure_copy(why, &first->why);
    return first->status;
}

/* Fills a new segment with `keep: reboot`: from its copy, else as configured. */
static enum sys_status fill_from_copy(const struct maker *maker, const struct item *item,
                                      const struct copy_restore *copy,
                                      const struct initial_content *first,
                                      struct sys_object *section, struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct sys_content content = {.size = item->spec.size, .stoppable = true};

    if (copy->found) {
        content.bytes = copy->copy.content;
        content.length = (size_t)(copy->copy.size < content.size ? copy->copy.size : content.size);
        return system->objects.fill(system->self, section, &content, why);
    }
    if (first->status != SYS_OK)
        failure_copy(why, &first->why);
    if (first->status != SYS_OK || item_initial(item) == NULL)
        return first->status;
    return system->objects.fill(system->self, section, &first->content, why);
}

/* Generations and revisions from before the copy was saved are not used again. */
static void pass_stamps(const struct maker *maker, const struct copy *copy)
{
    if (copy->number > *maker->stamp)
        *maker->stamp = copy->number;
    if (copy->generation > *maker->stamp)
        *maker->stamp = copy->generation;
}

/* The segment was saved before, and there is no file of it now: it begins without its content. */
static void tell_gone(const struct maker *maker, const struct item *item,
                      const struct copy_restore *copy)
{
    uint64_t saved = state_copy(maker->state, item->spec.name);
    char when[REPORT_TIME];

    if (saved == 0 || copy->found || copy->refused[0] != '\0')
        return;
    event_time(saved, when);
    maker_report(maker, item, EVENT_COPIES_GONE, when);
    state_put_copy(maker->state, item->spec.name, 0); /* told; until it is saved again */
}

/*
 * As maker_create_filled, for a segment with `keep: reboot`. Reads the copy only after the
 * section is made: if the segment exists, its content counts.
 */
static enum sys_status create_from_copy(const struct maker *maker, struct item *item,
                                        const struct initial_content *first,
                                        const struct sys_descriptor *wanted,
                                        struct sys_object **out, struct sys_failure *why)
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
    status = copy_restore_find(system, item, maker->patience, true, &copy, why);
    if (status == SYS_OK)
        status = fill_from_copy(maker, item, &copy, first, section, why);
    if (status == SYS_OK)
        status = system->objects.protect(system->self, section, wanted, why);
    if (status == SYS_OK) {
        *out = section;
        pass_stamps(maker, &copy.copy);
        tell_gone(maker, item, &copy);
        copy_restore_done(system, &copy, &first->content, item, maker->stamp);
    } else {
        system->objects.close(system->self, section);
    }
    copy_restore_end(&copy);
    return status;
}

/* An empty queue is all zero, but for its header. */
static enum sys_status create_queue(const struct maker *maker, const struct item *item,
                                    const struct sys_descriptor *wanted, struct sys_object **out,
                                    uint64_t *generation, struct sys_failure *why)
{
    const struct system *system = maker->system;
    enum sys_status status = system->objects.create(system->self, &item->spec, wanted, out, why);

    if (status != SYS_OK)
        return status;
    *generation = stamp_next(system, maker->stamp);
    status = queue_header_write(system, *out, &item->spec.queue, *generation, NULL, why);
    if (status != SYS_OK) {
        system->objects.close(system->self, *out);
        *out = NULL;
    }
    return status;
}

enum sys_status maker_create(const struct maker *maker, struct item *item, struct sys_object **out,
                             uint64_t *generation, struct sys_failure *why)
{
    const struct system *system = maker->system;
    struct initial_content first;
    struct sys_descriptor *wanted;
    enum sys_status status = descriptor_cache_get(maker->cache, item, &wanted, why);

    *out = NULL;
    *generation = 0;
    if (status != SYS_OK)
        return status;
    if (item->spec.kind == SHMB_QUEUE)
        return create_queue(maker, item, wanted, out, generation, why);
    if (item->spec.kind != SHMB_SECTION || (item_initial(item) == NULL && item->copies == NULL))
        return system->objects.create(system->self, &item->spec, wanted, out, why);
    initial_content_find(system, item, &first);
    if (item->copies != NULL)
        status = create_from_copy(maker, item, &first, wanted, out, why);
    else if (first.status == SYS_OK)
        status = maker_create_filled(maker, &item->spec, &first.content, wanted, out, why);
    else
        status = check_name_in_use(maker, item, &first, why);
    initial_content_end(&first);
    return status;
}
