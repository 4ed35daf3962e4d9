/*
 * Makes a text or descriptor when it is first asked for. It stays at its address until the cache is
 * freed: plan.c compares equal pairs of texts only once.
 */
#include "descriptor_cache.h"

#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "descriptor.h"

/*
 * An access set has a descriptor for each kind, one for locks on which readers may wait, one for
 * events on which readers may not wait, and one for sections for double snapshots.
 */
#define FORMS          (SHMB_KIND_COUNT + 3)
#define FORM_OPEN_LOCK SHMB_KIND_COUNT
#define FORM_SIGNAL    (SHMB_KIND_COUNT + 1)
#define FORM_PAIR      (SHMB_KIND_COUNT + 2)

struct form {
    struct sys_descriptor *descriptor; /* NULL: not needed so far */
    char *text;                        /* the same as SDDL; NULL: not needed so far */
};

struct descriptor_cache {
    const struct system *system;
    const char *owner;
    const struct inventory *inventory;
    struct form *forms;         /* by access set * FORMS + form */
    size_t sets;                /* how many of them `forms` is for */
    struct sys_descriptor *own; /* of descriptor_cache_own; NULL: not needed so far */
};

struct descriptor_cache *descriptor_cache_new(const struct system *system, const char *owner,
                                              const struct inventory *inventory)
{
    struct descriptor_cache *cache = calloc(1, sizeof(*cache));

    if (cache == NULL)
        return NULL;
    cache->system = system;
    cache->owner = owner;
    cache->inventory = inventory;
    cache->sets = access_sets_count(inventory->sets);
    cache->forms = calloc(cache->sets * FORMS + 1, sizeof(struct form));
    if (cache->forms != NULL)
        return cache;
    free(cache);
    return NULL;
}

void descriptor_cache_free(struct descriptor_cache *cache)
{
    size_t i;

    if (cache == NULL)
        return;
    for (i = 0; i < cache->sets * FORMS; i++) {
        cache->system->objects.descriptor_free(cache->system->self, cache->forms[i].descriptor);
        free(cache->forms[i].text);
    }
    cache->system->objects.descriptor_free(cache->system->self, cache->own);
    free(cache->forms);
    free(cache);
}

/* An object of another kind than configured may have added an access set. False: no memory. */
static bool make_room(struct descriptor_cache *cache)
{
    const size_t sets = access_sets_count(cache->inventory->sets);
    struct form *forms = realloc(cache->forms, (sets * FORMS + 1) * sizeof(*forms));

    if (forms == NULL)
        return false;
    memset(forms + cache->sets * FORMS, 0, (sets - cache->sets) * FORMS * sizeof(*forms));
    cache->forms = forms;
    cache->sets = sets;
    return true;
}

/* NULL: no memory. */
static struct form *form_of(struct descriptor_cache *cache, const struct item *item)
{
    size_t form = (size_t)item->spec.kind;

    if (item->pair)
        form = FORM_PAIR;
    else if (item->readers_may_wait)
        form = FORM_OPEN_LOCK;
    else if (item_wait_takes(item))
        form = FORM_SIGNAL;
    if (item->access >= cache->sets && !make_room(cache))
        return NULL;
    return &cache->forms[item->access * FORMS + form];
}

/* What `read` gives, if it differs from the usual rights for the kind; else 0. */
static uint32_t read_mask(const struct item *item)
{
    if (item->readers_may_wait)
        return SHMB_LOCK_READER_WAITS;
    /* No more than to see it. */
    if (item_wait_takes(item))
        return shmb_access_mask(SHMB_MUTEX, SHMB_LEVEL_READ);
    return 0;
}

static char *make_text(const struct descriptor_cache *cache, const struct item *item)
{
    const struct descriptor_use use = {.kind = item->spec.kind,
                                       .read_mask = read_mask(item),
                                       .label =
                                           access_sets_label(cache->inventory->sets, item->access)};
    const struct sddl *exact = item_exact(cache->inventory, item);
    const struct access_rule *rules;
    struct access_rule *limited;
    size_t count;
    char *text;

    if (exact != NULL)
        return descriptor_exact(cache->owner, item->spec.kind, exact);
    if (!item->pair) {
        rules = access_sets_rules(cache->inventory->sets, item->access, &count);
        return descriptor_sddl(cache->owner, &use, rules, count);
    }
    limited = access_sets_shared_rules(cache->inventory->sets, item->access, &count);
    text = limited != NULL ? descriptor_sddl(cache->owner, &use, limited, count) : NULL;
    free(limited);
    return text;
}

const char *descriptor_cache_text(struct descriptor_cache *cache, const struct item *item)
{
    struct form *form = form_of(cache, item);

    if (form != NULL && form->text == NULL)
        form->text = make_text(cache, item);
    return form != NULL ? form->text : NULL;
}

enum sys_status descriptor_cache_get(struct descriptor_cache *cache, const struct item *item,
                                     struct sys_descriptor **out, struct sys_failure *why)
{
    struct form *form = form_of(cache, item);
    const char *text;
    enum sys_status status = SYS_OK;

    *out = NULL;
    if (form == NULL)
        return failure_no_memory(why);
    if (form->descriptor == NULL) {
        text = descriptor_cache_text(cache, item);
        if (text == NULL)
            return failure_no_memory(why);
        status = cache->system->objects.descriptor_make(cache->system->self, text,
                                                        &form->descriptor, why);
    }
    /* SYS_DENIED would be taken for a refusal by the object. */
    *out = form->descriptor;
    return status == SYS_DENIED ? SYS_FAILED : status;
}

enum sys_status descriptor_cache_own(struct descriptor_cache *cache, struct sys_descriptor **out,
                                     struct sys_failure *why)
{
    const struct descriptor_use use = {.kind = SHMB_SECTION};
    enum sys_status status = SYS_OK;

    if (cache->own == NULL)
        status = descriptor_build(cache->system, cache->owner, &use, NULL, 0, &cache->own, why);
    *out = cache->own;
    return status;
}
