/*
 * Any bytes as a configuration file, or as two at a line "#split", which are
 * then merged. Beside what the sanitizers see: what cfg_load and cfg_merge say
 * must fit together, and what they accept must be sound.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "directory.h"
#include "load.h"
#include "merge.h"
#include "must.h"
#include "names.h"
#include "pattern.h"
#include "rules.h"
#include "sddl_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
    const char *bare;
    size_t length;

    must(shmb_name_check(name, strlen(name), &bare, &length) == SHMB_NAME_OK && bare == name);
}

/* The text is judged when the core makes a descriptor of it. */
static void check_sddl(const char *text)
{
    int kind;

    must(text[0] != '\0');
    for (kind = 0; kind < SHMB_KIND_COUNT; kind++) {
        struct sys_failure why = {0};
        struct sddl sddl, live;
        enum sys_status status = sddl_read(text, (enum shmb_kind)kind, &sddl, &why);

        must(status == SYS_OK || (status == SYS_FAILED && why.text[0] != '\0'));
        must((status == SYS_OK) == (sddl.count > 0) && sddl.count <= SDDL_ENTRIES_MAX);
        /* What is taken from a file is also read back from an object. */
        if (status == SYS_OK) {
            must(!sddl.entries[sddl.count - 1].deny);
            must(sddl_read_live(text, (enum shmb_kind)kind, &live, &why) == SYS_OK);
            must(sddl_same(&sddl, &live));
            sddl_free(&live);
        }
        sddl_free(&sddl);
    }
}

static void check_access(const struct cfg_access *access)
{
    size_t i;
    bool grants = false;

    must(access != NULL && access->path[0] != '\0' && access->place.line > 0);
    if (access->sddl != NULL) {
        must(access->count == 0);
        check_sddl(access->sddl);
        return;
    }
    must(access->count >= 1 && access->count <= CFG_TRUSTEES_MAX);
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
    must(segment->initial == NULL || segment->initial->length <= segment->size);
    must(!segment->keep || segment->size <= CFG_KEEP_MAX);
    must(segment->save_every == 0 || (segment->keep && segment->save_every >= CFG_SAVE_LEAST &&
                                      segment->save_every <= CFG_SAVE_MOST));
    if (segment->initial != NULL && segment->initial->length > 0)
        last = segment->initial->bytes[segment->initial->length - 1]; /* is really there */
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

/* Who may ask; or, with `levels`, who may do what. CFG_REQUESTER may be there only then. */
static void check_rule_list(const struct cfg_access *list, bool levels)
{
    size_t i;

    check_access(list);
    must(list->sddl == NULL);
    for (i = 0; i < list->count; i++) {
        const struct cfg_trustee *trustee = &list->trustees[i];

        must(levels || trustee->level == SHMB_LEVEL_READ || trustee->level == SHMB_LEVEL_DENY);
        if (strcmp(trustee->name, CFG_REQUESTER) == 0)
            must(levels && trustee->level != SHMB_LEVEL_DENY);
    }
}

static void check_rule(const struct cfg *configuration, const struct cfg_rule *rule)
{
    size_t i;

    check_name(rule->name);
    must(strlen(rule->name) <= SHMB_RULE_NAME_MAX && rule->place.line > 0);
    must(rule->pattern_count >= 1 && rule->pattern_count <= CFG_PATTERNS_MAX);
    for (i = 0; i < rule->pattern_count; i++) {
        const size_t literal = strcspn(rule->patterns[i], "*?");

        check_name(rule->patterns[i]);
        must(rule->places[i].line > 0);
        must(rule->patterns[i][literal] == '\0' || literal >= CFG_PATTERN_HEAD);
        must(pattern_match(rule->patterns[i], rule->patterns[i]));
        must(pattern_covers(rule->patterns[i], rule->patterns[i]));
        must(cfg_rule_find(configuration, rule->patterns[i]) <= rule);
    }
    check_rule_list(rule->who, false);
    check_rule_list(rule->access, true);
    must(rule->kinds != 0 && rule->kinds < 1u << SHMB_QUEUE);
    must((rule->size != 0) == ((rule->kinds & 1u << SHMB_SECTION) != 0));
    must(rule->size == 0 || cfg_rule_memory(rule, rule->size) <= rule->each.memory);
    must(rule->each.objects >= 1 && rule->each.objects <= rule->total.objects);
    must(rule->each.memory >= 1 && rule->each.memory <= rule->total.memory);
    must(rule->total.objects <= CFG_OBJECTS_MAX && rule->total.memory <= CFG_MEMORY_MAX);
    must(rule->rate >= 1 && rule->rate <= CFG_RATE_MAX);
    must(!rule->pair || rule->size <= CFG_DOUBLE_MAX);
    must(rule->lock.name == NULL && (rule->locked || rule->lock.max_lockers == 0));
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

static void check_settings(const struct cfg *configuration)
{
    size_t i;

    for (i = 0; i < configuration->include_count; i++) {
        const char *pattern = configuration->includes[i].pattern;

        must(pattern_fault(pattern, strlen(pattern), true) == NULL);
        (void)pattern_match(pattern_last_part(pattern), "10-app.yaml");
    }
    must(configuration->limits.objects.place.line == 0 || configuration->limits.objects.most > 0);
    if (configuration->directory == NULL)
        return;
    check_access(configuration->directory);
    for (i = 0; i < configuration->directory->count; i++)
        must(configuration->directory->trustees[i].level == SHMB_LEVEL_READ);
}

static struct cfg *load(const char *name, const char *text, size_t length)
{
    struct cfg_messages messages;
    struct cfg *configuration;
    enum cfg_result result;
    size_t i;

    cfg_messages_init(&messages);
    result = cfg_load(name, text, length, &messages, &configuration);
    must((result == CFG_OK) == (configuration != NULL));
    must((result == CFG_INVALID) == (messages.errors > 0));
    check_messages(&messages);
    if (configuration != NULL) {
        must(configuration->count >= 1 || configuration->include_count >= 1 ||
             configuration->rule_count >= 1);
        for (i = 0; i < configuration->count; i++)
            check_object(&configuration->objects[i]);
        for (i = 0; i < configuration->rule_count; i++)
            check_rule(configuration, &configuration->rules[i]);
        check_settings(configuration);
        must(cfg_may_include(configuration, &messages) == (messages.errors == 0));
    }
    cfg_messages_free(&messages);
    return configuration;
}

static void merge(struct cfg *const parts[2], bool forgiving)
{
    struct cfg_messages messages;
    bool left_out[2] = {false, false};
    struct cfg *whole;
    enum cfg_result result;

    cfg_messages_init(&messages);
    result = cfg_merge(parts, 2, forgiving ? left_out : NULL, &messages, &whole);
    must((result == CFG_OK) == (whole != NULL) && result != CFG_NO_MEMORY);
    must(!left_out[0] && (!left_out[1] || messages.errors > 0));
    if (!forgiving)
        must((result == CFG_INVALID) == (messages.errors > 0));
    if (whole != NULL)
        must(whole->count ==
             parts[0]->count + (left_out[1] || parts[1] == NULL ? 0 : parts[1]->count));
    check_messages(&messages);
    cfg_free(whole);
    cfg_messages_free(&messages);
}

/* Where the second file starts; NULL: there is only one. */
static const char *find_split(const char *text, size_t length)
{
    static const char mark[] = "\n#split\n";
    size_t i;

    for (i = 0; length >= sizeof(mark) - 1 && i <= length - (sizeof(mark) - 1); i++)
        if (memcmp(text + i, mark, sizeof(mark) - 1) == 0)
            return text + i + sizeof(mark) - 1;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *second = find_split(text, size);
    size_t length = second != NULL ? (size_t)(second - text) : size;
    struct cfg *parts[2] = {load("fuzz.yaml", text, length), NULL};

    if (second != NULL)
        parts[1] = load("more.yaml", second, size - length);
    if (parts[0] != NULL) {
        merge(parts, false);
        merge(parts, true);
    }
    cfg_free(parts[0]);
    cfg_free(parts[1]);
    return 0;
}
