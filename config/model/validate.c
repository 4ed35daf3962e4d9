/*
 * The last step of cfg_load, for each file by itself. Names and totals across files are
 * checked again by merge.c.
 */
#include "validate.h"

#include <stdio.h>

#include "clash.h"
#include "rules.h"
#include "totals.h"

#define PATH_SIZE 800 /* a path of an object with a key behind it */

static bool is_ascii(const char *text)
{
    while (*text != '\0')
        if ((unsigned char)*text++ >= 0x80u)
            return false;
    return true;
}

/* Warns of names outside ASCII, except those of companions that follow another name. */
static void warn_of_ansi(const struct cfg_object *object, struct cfg_messages *messages)
{
    struct clash_holder names[CLASH_NAMES];
    size_t i, count = clash_names(object, names);
    char path[PATH_SIZE];

    for (i = 0; i < count; i++)
        if (!is_ascii(names[i].name) && !clash_follows_object(&names[i]))
            cfg_message_add(messages, CFG_WARNING, clash_place(&names[i]),
                            clash_path(&names[i], path, sizeof path),
                            "the name '%s' is not plain ASCII; FoxPro, VB6 and other programs that "
                            "call the A functions may be unable to write it",
                            names[i].name);
}

/* Clashes are errors, names outside ASCII warnings. False: no memory. */
static bool check_names(const struct cfg *configuration, size_t names,
                        struct cfg_messages *messages)
{
    struct clash clash;
    size_t i;

    if (!clash_init(&clash, names))
        return false;
    clash_add(&clash, configuration, messages);
    clash_free(&clash);
    for (i = 0; configuration->foreign && i < configuration->count; i++)
        warn_of_ansi(&configuration->objects[i], messages);
    return true;
}

static void check_initial(const struct cfg_object *object, struct cfg_messages *messages)
{
    const struct cfg_segment *segment = &object->u.segment;
    char path[PATH_SIZE];

    /* Size 0: it is missing or wrong, which is an error already. */
    if (segment->size == 0 || segment->initial == NULL || segment->initial->length <= segment->size)
        return;
    snprintf(path, sizeof path, "%s.initial", object->path);
    cfg_message_add(messages, CFG_ERROR, &segment->initial->place, path,
                    "the content has %zu bytes, the segment only %llu; make it shorter or the "
                    "size larger",
                    segment->initial->length, (unsigned long long)segment->size);
}

/* Read on an event means to wait on it, and a wait on an auto-reset event takes its signal. */
static void check_event(const struct cfg_object *object, struct cfg_messages *messages)
{
    size_t i;

    if (object->u.event.manual_reset || object->access == NULL)
        return;
    for (i = 0; i < object->access->count; i++) {
        if (object->access->trustees[i].level != SHMB_LEVEL_READ)
            continue;
        cfg_message_add(messages, CFG_ERROR, &object->place, object->path,
                        "'%s' gets read (at %s:%lu:%lu), but a wait on an event with reset: auto "
                        "takes the signal from other waiters; give it write, or use reset: manual",
                        object->access->trustees[i].name, object->access->trustees[i].place.file,
                        (unsigned long)object->access->trustees[i].place.line,
                        (unsigned long)object->access->trustees[i].place.column);
        return;
    }
}

bool validate_configuration(const struct cfg *configuration, struct cfg_messages *messages)
{
    struct totals totals = totals_add((struct totals){0}, configuration);
    size_t i;

    (void)totals_check(totals, configuration, NULL, messages);
    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];

        if (object->kind == SHMB_SECTION)
            check_initial(object, messages);
        else if (object->kind == SHMB_EVENT)
            check_event(object, messages);
    }
    for (i = 0; i < configuration->rule_count; i++)
        (void)rules_clash(&configuration->rules[i], configuration->rules, i, messages);
    return check_names(configuration, (size_t)totals.objects, messages);
}
