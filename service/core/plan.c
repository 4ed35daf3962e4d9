#include "plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "text.h"

#define REASON_MAX (2 * SHMB_NAME_BYTES + 100)

const char *plan_action_word(enum plan_action action)
{
    static const char *const words[PLAN_ACTIONS] = {"create", "keep",     "access",
                                                    "defer",  "recreate", "retire"};

    return words[action];
}

bool plan_misfit(const struct sys_spec *live, const struct sys_spec *wanted, char *out, size_t size)
{
    if (size > 0)
        out[0] = '\0';
    if (live->kind != wanted->kind)
        (void)snprintf(out, size, "it is a %s and cannot become a %s", shmb_kind_word(live->kind),
                       shmb_kind_word(wanted->kind));
    else if (live->kind == SHMB_SECTION && live->size != wanted->size)
        (void)snprintf(out, size, "the size cannot change from %" PRIu64 " to %" PRIu64 " bytes",
                       live->size, wanted->size);
    else if (live->kind == SHMB_EVENT && live->manual_reset != wanted->manual_reset)
        (void)snprintf(out, size, "the reset cannot change from %s to %s",
                       live->manual_reset ? "manual" : "auto",
                       wanted->manual_reset ? "manual" : "auto");
    else if (live->kind == SHMB_SEMAPHORE && live->maximum != wanted->maximum)
        (void)snprintf(out, size, "the maximum cannot change from %" PRId32 " to %" PRId32,
                       live->maximum, wanted->maximum);
    else
        return false;
    return true;
}

static bool same_lock(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return shmb_name_same(a, strlen(a), b, strlen(b));
}

/* As plan_misfit, for all there is to compare. */
static bool misfit(const struct holding *live, const struct item *item, char *out, size_t size)
{
    if (plan_misfit(&live->spec, &item->spec, out, size))
        return true;
    if (live->spec.kind != SHMB_SECTION || same_lock(live->lock, item->lock))
        return false;
    (void)snprintf(out, size, "the lock cannot change from %s to %s",
                   live->lock != NULL ? live->lock : "none",
                   item->lock != NULL ? item->lock : "none");
    return true;
}

static bool is_among(char *const *names, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (shmb_name_same(names[i], strlen(names[i]), name, strlen(name)))
            return true;
    return false;
}

static char *copy(const char *from)
{
    struct text text = {0};

    text_add(&text, "%s", from);
    return text.at;
}

/* What is to be done with an item whose name is held. False: no memory. */
static bool plan_held(const struct holding *live, const struct item *item, bool anew,
                      const char *wanted, struct plan_step *step)
{
    char reason[REASON_MAX];
    bool fits = !misfit(live, item, reason, sizeof(reason));

    if (wanted == NULL)
        return false;
    step->access = live->spec.kind == item->spec.kind &&
                   (live->sddl == NULL || strcmp(live->sddl, wanted) != 0);
    if (anew) {
        step->action = PLAN_RECREATE;
        return true;
    }
    if (fits) {
        step->action = step->access ? PLAN_ACCESS : PLAN_KEEP;
        return true;
    }
    step->action = PLAN_DEFER;
    step->reason = copy(reason);
    return step->reason != NULL;
}

static void plan_retired(const struct holdings *holdings, const bool *wanted, struct plan *out)
{
    size_t i;

    for (i = 0; i < holdings->count; i++) {
        if (wanted[i])
            continue;
        out->steps[out->count++] =
            (struct plan_step){.action = PLAN_RETIRE, .item = HOLDINGS_NONE, .holding = i};
    }
}

static bool plan_all(struct holdings *holdings, const struct inventory *inventory,
                     char *const *anew, size_t anew_count, plan_access *access, void *context,
                     bool *wanted, struct plan *out)
{
    size_t i;

    for (i = 0; i < inventory->count; i++) {
        const struct item *item = &inventory->items[i];
        struct plan_step *step = &out->steps[out->count++];

        step->item = i;
        step->holding = holdings_find(holdings, item->spec.name, item->hash);
        if (step->holding == HOLDINGS_NONE)
            continue;
        wanted[step->holding] = true;
        if (holdings->items[step->holding].held &&
            !plan_held(&holdings->items[step->holding], item,
                       is_among(anew, anew_count, item->spec.name), access(context, item), step))
            return false;
    }
    plan_retired(holdings, wanted, out);
    return true;
}

bool plan_make(struct holdings *holdings, const struct inventory *inventory, char *const *anew,
               size_t anew_count, plan_access *access, void *context, struct plan *out)
{
    bool *wanted = calloc(holdings->count + 1, sizeof(bool));
    size_t i;
    bool done = false;

    *out = (struct plan){0};
    out->steps = calloc(inventory->count + holdings->count + 1, sizeof(struct plan_step));
    if (wanted != NULL && out->steps != NULL)
        done = plan_all(holdings, inventory, anew, anew_count, access, context, wanted, out);
    free(wanted);
    if (!done) {
        plan_free(out);
        return false;
    }
    for (i = 0; i < out->count; i++)
        out->counts[out->steps[i].action]++;
    return true;
}

void plan_free(struct plan *plan)
{
    size_t i;

    for (i = 0; i < plan->count; i++)
        free(plan->steps[i].reason);
    free(plan->steps);
    *plan = (struct plan){0};
}
