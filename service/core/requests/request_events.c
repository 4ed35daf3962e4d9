#include "request_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "full_name.h"
#include "visible.h"

static void copy(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from != NULL ? from : "");
    shmb_make_visible(to, false);
}

static void log_one(const struct request_events *events, struct request_event *event)
{
    const struct system *system = events->system;
    char number[24], name[FULL_NAME_BYTES];
    const char *about[] = {event->rule, event->account, number, name};
    const char *object[] = {shmb_kind_word(event->kind), name, event->account, event->detail};

    (void)snprintf(number, sizeof(number), "%" PRIu64, event->count);
    full_name(event->name, name);
    if (event->id == EVENT_REQUEST_REFUSED)
        about[3] = event->detail;
    if (event->id == EVENT_REQUESTED || event->id == EVENT_REQUEST_REFUSED)
        system->log(system->self, event->id, about, 4);
    else
        system->log(system->self, event->id, object, 4);
    event->count = 0;
    event->told = system->clock.ticks(system->self);
}

const char *request_events_quota(const struct shmb_request_answer *answer, char *out, size_t size)
{
    static const char *const words[SHMB_WHY_COUNT] = {
        [SHMB_WHY_EACH_OBJECTS] = "each.objects",
        [SHMB_WHY_EACH_MEMORY] = "each.memory",
        [SHMB_WHY_TOTAL_OBJECTS] = "total.objects",
        [SHMB_WHY_TOTAL_MEMORY] = "total.memory",
        [SHMB_WHY_LIMITS] = "limits",
        [SHMB_WHY_RATE] = "rate",
    };
    const char *word = words[answer->reason] != NULL ? words[answer->reason] : "?";

    if (answer->most > 0)
        (void)snprintf(out, size, "%s: %" PRIu64 " of %" PRIu64, word, answer->used, answer->most);
    else
        (void)snprintf(out, size, "%s", word);
    return out;
}

static bool is_about(const struct request_event *event, const struct request_told *told)
{
    return event->id == told->id && strcmp(event->account, told->account) == 0 &&
           strcmp(event->rule, told->rule) == 0;
}

/* The one for it, or one that is free. NULL: there are too many. */
static struct request_event *find(struct request_events *events, const struct request_told *told)
{
    struct request_event *unused = NULL;
    size_t i;

    for (i = 0; i < REQUEST_EVENTS_MOST; i++) {
        if (is_about(&events->events[i], told))
            return &events->events[i];
        if (events->events[i].id == 0 && unused == NULL)
            unused = &events->events[i];
    }
    return unused;
}

/* For a warning, the oldest of the events that are information goes. NULL: all are warnings. */
static struct request_event *make_room(struct request_events *events)
{
    struct request_event *oldest = NULL;
    size_t i;

    for (i = 0; i < REQUEST_EVENTS_MOST; i++) {
        struct request_event *event = &events->events[i];

        if (event->id == EVENT_REQUESTED && (oldest == NULL || event->told < oldest->told))
            oldest = event;
    }
    if (oldest == NULL)
        return NULL;
    if (oldest->count > 0)
        log_one(events, oldest);
    *oldest = (struct request_event){0};
    return oldest;
}

void request_events_tell(struct request_events *events, const struct request_told *told)
{
    struct request_event *event = find(events, told);
    bool first;

    if (event == NULL && told->id != EVENT_REQUESTED)
        event = make_room(events);
    if (event == NULL)
        return;
    first = event->id == 0;
    event->id = told->id;
    event->kind = told->kind;
    event->count++;
    copy(event->rule, sizeof(event->rule), told->rule);
    copy(event->account, sizeof(event->account), told->account);
    copy(event->name, sizeof(event->name), told->name);
    copy(event->detail, sizeof(event->detail), told->detail);
    if (first)
        log_one(events, event);
}

static uint64_t due(const struct request_event *event)
{
    return event->told + REQUEST_EVENTS_MS;
}

void request_events_flush(struct request_events *events)
{
    const uint64_t now = events->system->clock.ticks(events->system->self);
    size_t i;

    for (i = 0; i < REQUEST_EVENTS_MOST; i++) {
        struct request_event *event = &events->events[i];

        if (event->id == 0 || due(event) > now)
            continue;
        if (event->count > 0)
            log_one(events, event);
        else
            *event = (struct request_event){0};
    }
}

uint32_t request_events_delay(const struct request_events *events)
{
    const uint64_t now = events->system->clock.ticks(events->system->self);
    uint64_t first = UINT64_MAX;
    size_t i;

    for (i = 0; i < REQUEST_EVENTS_MOST; i++)
        if (events->events[i].id != 0 && due(&events->events[i]) < first)
            first = due(&events->events[i]);
    if (first == UINT64_MAX)
        return UINT32_MAX;
    return first > now ? (uint32_t)(first - now) : 0;
}

void request_events_end(struct request_events *events)
{
    size_t i;

    for (i = 0; i < REQUEST_EVENTS_MOST; i++)
        if (events->events[i].id != 0 && events->events[i].count > 0)
            log_one(events, &events->events[i]);
    memset(events->events, 0, sizeof(events->events));
}
