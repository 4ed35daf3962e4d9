/*
 * Goes through the wanted items, then through the holdings that none of them named. The steps of
 * the latter are in the order of the holdings, so plan_unwanted can bisect.
 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "carried_locks.h"
#include "misfit.h"
#include "names.h"
#include "string_copy.h"

#define ROOM_FIRST 16u

/* The texts that were compared last, and the result. */
struct comparison {
    const char *now, *next;
    bool same;
};

/*
 * The state of planning. Most objects share a few texts: remembers the last comparison, for each
 * kind, because segments and their locks alternate.
 */
struct planner {
    const struct plan_question *question;
    struct plan *plan;
    bool *wanted; /* for each holding: the configuration wants it */
    struct comparison last[SHMB_KIND_COUNT];
};

const char *plan_action_word(enum plan_action action)
{
    static const char *const words[PLAN_ACTIONS] = {"create", "keep",     "access",
                                                    "defer",  "recreate", "retire"};

    return words[action];
}

/* Compares all that cannot change in a live object, including the lock of a segment. */
static bool misfit(const struct item *live, const struct item *item, char *out, size_t size)
{
    if (misfit_of_object(&live->spec, &item->spec, out, size))
        return true;
    return live->spec.kind == SHMB_SECTION &&
           (misfit_of_pair(live->pair, item->pair, out, size) ||
            misfit_of_lock((struct misfit_lock){live->lock, live->fast},
                           (struct misfit_lock){item->lock, item->fast}, out, size));
}

static bool is_among(char *const *names, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (shmb_name_same(names[i], strlen(names[i]), name, strlen(name)))
            return true;
    return false;
}

/* Did the operator name the object, to be made anew? */
static bool is_anew(const struct plan_question *question, const struct item *item)
{
    return is_among(question->anew, question->anew_count, item->spec.name);
}

static bool same_access(struct comparison *last, const char *now, const char *next)
{
    if (now == NULL || last->now != now || last->next != next)
        *last = (struct comparison){now, next, now != NULL && strcmp(now, next) == 0};
    return last->same;
}

/*
 * True for what is made anew with a segment that the operator named: its section for snapshots, and
 * its lock where that cannot become the one that the segment is to have (a mutex for a fast lock's
 * event, or the other way round).
 */
static bool follows_segment(const struct plan_question *question, const struct item *item,
                            bool fits)
{
    const struct cfg_object *from = item->from;

    if (item->pair)
        return !is_anew(question, item) &&
               is_among(question->anew, question->anew_count, from->name);
    return !fits && question->anew_count > 0 && from->kind == SHMB_SECTION &&
           from->u.segment.lock.name != NULL &&
           is_among(question->anew, question->anew_count, from->name) &&
           shmb_name_same(from->u.segment.lock.name, strlen(from->u.segment.lock.name),
                          item->spec.name, strlen(item->spec.name));
}

/* Plans the step for an item whose name is held. False: no memory. */
static bool plan_held(struct planner *planner, const struct item *live, const struct item *item,
                      struct plan_step *step)
{
    const struct plan_question *question = planner->question;
    const char *next = question->access_wanted(question->context, item);
    char reason[MISFIT_REASON];
    bool fits = !misfit(live, item, reason, sizeof(reason));

    if (next == NULL)
        return false;
    /* An item that is held back may lack a denied account, although the texts are the same. */
    step->access =
        item_is_kind(item, &live->spec, live->pair) &&
        (item->held_back || !same_access(&planner->last[item->spec.kind],
                                         question->access_now(question->context, live), next));
    /* Even if it fits: the operator asked for a new object. */
    step->follows = follows_segment(question, item, fits);
    if (step->follows || is_anew(question, item)) {
        step->action = PLAN_RECREATE;
        return true;
    }
    if (fits) {
        step->action = step->access ? PLAN_ACCESS : PLAN_KEEP;
        return true;
    }
    step->action = PLAN_DEFER;
    step->reason = string_copy(reason);
    return step->reason != NULL;
}

/* Takes ownership of the reason, in any case. False: no memory. */
static bool add_step(struct plan *plan, const struct plan_step *step)
{
    if (plan->count == plan->room) {
        size_t room = plan->room > 0 ? plan->room * 2 : ROOM_FIRST;
        struct plan_step *steps = realloc(plan->steps, room * sizeof(*steps));

        if (steps == NULL) {
            free(step->reason);
            return false;
        }
        plan->steps = steps;
        plan->room = room;
    }
    plan->steps[plan->count++] = *step;
    return true;
}

static bool plan_item(struct planner *planner, size_t index)
{
    struct name_index *holdings = planner->question->holdings;
    const struct item *item = &planner->question->wanted->items[index];
    struct plan_step step = {.action = PLAN_CREATE, .item = index};

    step.holding = name_index_find(holdings, item->spec.name, item->hash);
    planner->plan->holding[index] = step.holding;
    if (step.holding != NAME_INDEX_NONE) {
        planner->wanted[step.holding] = true;
        if (item_is_held(&holdings->items[step.holding]) &&
            !plan_held(planner, &holdings->items[step.holding], item, &step))
            return false;
    }
    planner->plan->counts[step.action]++;
    return step.action == PLAN_KEEP || add_step(planner->plan, &step);
}

static bool plan_retired(struct planner *planner)
{
    struct plan *plan = planner->plan;
    size_t i;

    plan->retired = plan->count;
    for (i = 0; i < planner->question->holdings->count; i++) {
        const struct plan_step step = {
            .action = PLAN_RETIRE, .item = NAME_INDEX_NONE, .holding = i};

        if (!planner->wanted[i] && !add_step(plan, &step))
            return false;
    }
    plan->counts[PLAN_RETIRE] = plan->count - plan->retired;
    return true;
}

static bool plan_all(struct planner *planner)
{
    struct name_index *holdings = planner->question->holdings;
    struct plan *plan = planner->plan;
    size_t i, event;

    for (i = 0; i < planner->question->wanted->count; i++)
        if (!plan_item(planner, i))
            return false;
    if (!plan_retired(planner))
        return false;
    /* The retirements are planned by now: takes these locks and events out of them. */
    for (i = 0; i < plan->retired; i++) {
        const struct item *live = &holdings->items[plan->steps[i].holding];

        if (plan->steps[i].action != PLAN_DEFER)
            continue;
        (void)plan_carry_lock(plan, holdings, live);
        for (event = 0; event < CFG_QUEUE_EVENTS; event++)
            (void)plan_carry_event(plan, holdings, live, event);
    }
    return true;
}

bool plan_make(const struct plan_question *question, struct plan *out)
{
    size_t items = question->wanted->count, holdings = question->holdings->count;
    struct planner planner = {.question = question, .plan = out};
    bool done = false;

    *out = (struct plan){0};
    planner.wanted = calloc(holdings + 1, sizeof(bool));
    out->holding = malloc((items + holdings + 1) * sizeof(size_t));
    if (planner.wanted != NULL && out->holding != NULL)
        done = plan_all(&planner);
    free(planner.wanted);
    if (!done)
        plan_free(out);
    return done;
}

struct plan_step *plan_unwanted(const struct plan *plan, size_t holding)
{
    size_t from = plan->retired, to = plan->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (plan->steps[middle].holding < holding)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == plan->count || plan->steps[from].holding != holding)
        return NULL;
    return &plan->steps[from];
}

static struct plan_step *keep_unwanted(struct plan *plan, size_t holding)
{
    struct plan_step *step = holding != NAME_INDEX_NONE ? plan_unwanted(plan, holding) : NULL;

    if (step != NULL && step->action == PLAN_RETIRE) {
        step->action = PLAN_KEEP;
        plan->counts[PLAN_RETIRE]--;
        plan->counts[PLAN_KEEP]++;
    }
    return step;
}

struct plan_step *plan_carry_lock(struct plan *plan, struct name_index *holdings,
                                  const struct item *segment)
{
    return keep_unwanted(plan, carried_lock_held(holdings, segment));
}

struct plan_step *plan_carry_event(struct plan *plan, struct name_index *holdings,
                                   const struct item *queue, size_t event)
{
    return keep_unwanted(plan, carried_event_held(holdings, queue, event));
}

void plan_free(struct plan *plan)
{
    size_t i;

    for (i = 0; i < plan->count; i++)
        free(plan->steps[i].reason);
    free(plan->steps);
    free(plan->holding);
    *plan = (struct plan){0};
}
