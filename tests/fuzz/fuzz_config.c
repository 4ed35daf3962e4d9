/*
 * Any bytes as a configuration file. Beside what the sanitizers see: what
 * cfg_load says must fit together, and what it accepts must be sound.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_name(const char *name)
{
    const char *bare;
    size_t length;

    must(shmb_name_check(name, strlen(name), &bare, &length) == SHMB_NAME_OK && bare == name);
}

static void check_access(const struct cfg_access *access)
{
    size_t i;
    bool grants = false;

    must(access != NULL && access->count >= 1 && access->count <= CFG_TRUSTEES_MAX);
    for (i = 0; i < access->count; i++) {
        must(access->trustees[i].name[0] != '\0' && access->trustees[i].place.line > 0);
        must(access->trustees[i].level < SHMB_LEVEL_COUNT);
        grants = grants || access->trustees[i].level != SHMB_LEVEL_DENY;
    }
    must(grants);
}

static void check_segment(const struct cfg_segment *segment)
{
    volatile uint8_t last = 0;

    must(segment->size >= 1 && segment->size <= CFG_SIZE_MAX);
    must(segment->initial.length <= segment->size);
    if (segment->initial.length > 0)
        last = segment->initial.bytes[segment->initial.length - 1]; /* is really there */
    (void)last;
    if (segment->lock.name != NULL)
        check_name(segment->lock.name);
}

static void check_object(const struct cfg_object *object)
{
    check_name(object->name);
    check_access(object->access);
    must(object->path[0] != '\0' && object->place.line > 0 && object->place.column > 0);
    if (object->kind == SHMB_SECTION)
        check_segment(&object->u.segment);
    if (object->kind == SHMB_SEMAPHORE)
        must(object->u.semaphore.maximum >= 1 && object->u.semaphore.initial >= 0 &&
             object->u.semaphore.initial <= object->u.semaphore.maximum);
}

static void check_messages(const struct cfg_messages *messages)
{
    char line[4096];
    size_t i;

    must(messages->count <= messages->errors + messages->warnings);
    for (i = 0; i < messages->count; i++) {
        must(cfg_message_format(&messages->items[i], line, sizeof line) < sizeof line);
        must(strchr(line, '\n') == NULL && messages->items[i].text[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cfg_messages messages;
    struct cfg *configuration;
    enum cfg_result result;
    size_t i;

    cfg_messages_init(&messages);
    result = cfg_load("fuzz.yaml", (const char *)data, size, &messages, &configuration);
    must((result == CFG_OK) == (configuration != NULL));
    must((result == CFG_INVALID) == (messages.errors > 0));
    check_messages(&messages);
    if (configuration != NULL) {
        must(configuration->count >= 1);
        for (i = 0; i < configuration->count; i++)
            check_object(&configuration->objects[i]);
    }
    cfg_free(configuration);
    cfg_messages_free(&messages);
    return 0;
}
