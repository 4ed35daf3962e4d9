#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample.h"

void sample_init(struct sample *sample, size_t most)
{
    *sample = (struct sample){.most = most};
    sample->objects = calloc(most, sizeof(*sample->objects));
    sample->lists = calloc(most, sizeof(*sample->lists));
    sample->trustees = calloc(most * 4, sizeof(*sample->trustees));
    assert_true(sample->objects != NULL && sample->lists != NULL && sample->trustees != NULL);
    sample->cfg.objects = sample->objects;
    sample->cfg.file = "sample.yaml";
}

void sample_free(struct sample *sample)
{
    free(sample->objects);
    free(sample->lists);
    free(sample->trustees);
}

static enum shmb_level level_of(const char *word)
{
    int level;

    for (level = 0; level < SHMB_LEVEL_COUNT; level++)
        if (strcmp(shmb_level_word((enum shmb_level)level), word) == 0)
            return (enum shmb_level)level;
    fail_msg("no level '%s'", word);
    return SHMB_LEVEL_READ;
}

const struct cfg_access *sample_access(struct sample *sample, char *text)
{
    struct cfg_access *list = &sample->lists[sample->list_count++];

    assert_true(sample->list_count <= sample->most);
    list->path = "sample.access";
    list->place.file = sample->cfg.file;
    list->place.line = (uint32_t)sample->list_count;
    list->trustees = &sample->trustees[sample->trustee_count];
    while (text != NULL) {
        char *name = strchr(text, ' '), *next = strstr(text, ", ");
        struct cfg_trustee *trustee = &sample->trustees[sample->trustee_count++];

        assert_true(name != NULL && sample->trustee_count <= sample->most * 4);
        *name++ = '\0';
        if (next != NULL) {
            *next = '\0';
            next += 2;
        }
        trustee->level = level_of(text);
        trustee->name = name;
        trustee->place = list->place;
        trustee->place.column = (uint32_t)++list->count;
        text = next;
    }
    return list;
}

static struct cfg_object *add(struct sample *sample, enum shmb_kind kind, const char *name,
                              const struct cfg_access *access)
{
    struct cfg_object *object = &sample->objects[sample->cfg.count++];

    assert_true(sample->cfg.count <= sample->most);
    object->kind = kind;
    object->name = object->path = name;
    object->access = access;
    return object;
}

struct cfg_object *sample_section(struct sample *sample, const char *name, uint64_t size,
                                  const char *lock, const struct cfg_access *access)
{
    struct cfg_object *object = add(sample, SHMB_SECTION, name, access);

    object->u.segment.size = size;
    object->u.segment.lock.name = lock;
    return object;
}

struct cfg_object *sample_mutex(struct sample *sample, const char *name,
                                const struct cfg_access *access)
{
    return add(sample, SHMB_MUTEX, name, access);
}

struct cfg_object *sample_event(struct sample *sample, const char *name, bool manual_reset,
                                const struct cfg_access *access)
{
    struct cfg_object *object = add(sample, SHMB_EVENT, name, access);

    object->u.event.manual_reset = manual_reset;
    return object;
}

struct cfg_object *sample_semaphore(struct sample *sample, const char *name, int32_t initial,
                                    int32_t maximum, const struct cfg_access *access)
{
    struct cfg_object *object = add(sample, SHMB_SEMAPHORE, name, access);

    object->u.semaphore.initial = initial;
    object->u.semaphore.maximum = maximum;
    return object;
}

struct cfg_object *sample_queue(struct sample *sample, const char *name,
                                const struct cfg_access *access)
{
    struct cfg_object *object = add(sample, SHMB_QUEUE, name, access);
    struct cfg_queue *queue = &object->u.queue;

    queue->slots = 8;
    queue->slot_size = 100;
    queue->max_lockers = 2;
    queue->events[0] = "Q.lock";
    queue->events[1] = "Q.items";
    queue->events[2] = "Q.room";
    return object;
}

void sample_rich(struct sample *sample)
{
    static const uint8_t bytes[] = {'n', 'o', 'n', 'e'};
    static struct cfg_initial none;
    static char text[64];
    const struct cfg_access *access;
    struct cfg_object *prices;

    strcpy(text, "read Users, write CORP\\Traders");
    sample_init(sample, 8);
    access = sample_access(sample, text);
    prices = sample_section(sample, "Prices", 64, "Prices.lock", access);
    none = (struct cfg_initial){.bytes = bytes, .length = sizeof(bytes), .fill = 0xEE};
    prices->u.segment.initial = &none;
    sample_section(sample, "Plain", 4096, NULL, access);
    sample_mutex(sample, "Single", access);
    sample_event(sample, "Go", true, access);
    sample_semaphore(sample, "Licences", 5, 5, access);
}
