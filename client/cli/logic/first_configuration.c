/*
 * Sorts out what cannot be configured, then writes segments with their probable locks,
 * then the other objects by kind.
 */
#include "first_configuration.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "characters.h"
#include "compiler.h"
#include "kind_words.h"
#include "names.h"
#include "utf.h"

#define PIECE_MAX 1024u
#define SIZE_MOST ((uint64_t)1 << 40) /* of a segment in a configuration */

struct writer {
    const struct starter_object *objects;
    size_t count;
    bool *used; /* for each object: written already, or left out */
    void (*put)(void *context, const char *text);
    void *context;
};

static void say(const struct writer *writer, const char *format, ...) SHMB_PRINTF(2, 3);

static void say(const struct writer *writer, const char *format, ...)
{
    char text[PIECE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    writer->put(writer->context, text);
}

/* ---- patterns ---- */

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool starter_fits(const char *pattern, const char *text)
{
    /* What follows the last `*`, and where in the text that was last tried. */
    const char *star = NULL, *behind = NULL;

    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            behind = text;
        } else if (*pattern == '?' || (*pattern != '\0' && lower(*pattern) == lower(*text))) {
            pattern++;
            text++;
            while (pattern[-1] == '?' && ((unsigned char)*text & 0xC0u) == 0x80u)
                text++; /* the rest of a character */
        } else if (star != NULL) {
            pattern = star;
            text = ++behind;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

bool starter_locks(const char *section, const char *mutex)
{
    static const char *const forms[] = {
        "*.lock", "*_lock",  "*-lock", "*lock",  "*.mutex", "*_mutex", "*-mutex",
        "*mutex", "*_mtx",   "*.mtx",  "*_sync", "*sync",   "*_sem",   "sync_*",
        "lock_*", "mutex_*", "mtx_*",  "lock*",  "mutex*",
    };
    size_t length = strlen(section), i;

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *form = forms[i];
        size_t rest = strlen(form) - 1;
        bool before = form[0] == '*'; /* the name comes before the word */
        const char *word = before ? form + 1 : form;

        if (strlen(mutex) != length + rest)
            continue;
        if (shmb_name_same(mutex + (before ? 0 : rest), length, section, length) &&
            shmb_name_same(mutex + (before ? length : 0), rest, word, rest))
            return true;
    }
    return false;
}

/* ---- texts ---- */

/* Writes a name in quotes, or as part of a comment. */
static void say_name(const struct writer *writer, const char *name, bool quoted)
{
    const char *end = name + strlen(name);

    if (quoted)
        say(writer, "\"");
    while (name < end) {
        const char *from = name;
        uint32_t point = shmb_utf8_next(&name, end);

        if (point == UINT32_MAX) { /* ill-formed: cannot happen in a checked name */
            say(writer, "?");
            name++;
        } else if (character_kind(point) != CHARACTER_PLAIN) { /* as `check` takes it */
            if (quoted)
                say(writer, point > 0xFFFF ? "\\U%08" PRIX32 : "\\u%04" PRIX32, point);
            else
                say(writer, "?");
        } else {
            say(writer, "%s%.*s", quoted && (point == '"' || point == '\\') ? "\\" : "",
                (int)(name - from), from);
        }
    }
    if (quoted)
        say(writer, "\"");
}

static void leave_out(const struct writer *writer, size_t index, const char *why)
{
    say(writer, "# left out: %s ", shmb_kind_word(writer->objects[index].kind));
    say_name(writer, writer->objects[index].name, false);
    say(writer, ": %s\n", why);
    writer->used[index] = true;
}

/* ---- what can stand in a configuration ---- */

/* Does an earlier object have this name, ignoring case? */
static bool comes_again(const struct writer *writer, const uint32_t *hashes, size_t index)
{
    const char *name = writer->objects[index].name;
    size_t i;

    for (i = 0; i < index; i++)
        if (hashes[i] == hashes[index] && !writer->used[i] &&
            shmb_name_same(writer->objects[i].name, strlen(writer->objects[i].name), name,
                           strlen(name)))
            return true;
    return false;
}

/*
 * Marks what does not go into the configuration; all but held objects leave a comment with
 * the reason.
 */
static void sort_out(const struct writer *writer, const uint32_t *hashes)
{
    size_t i;

    for (i = 0; i < writer->count; i++) {
        const struct starter_object *object = &writer->objects[i];

        if (object->held)
            writer->used[i] = true; /* it is configured already */
        else if (shmb_name_check(object->name, strlen(object->name), NULL, NULL) != SHMB_NAME_OK)
            leave_out(writer, i, "not a valid name for an object of the broker");
        else if (object->kind == SHMB_SECTION && object->seen && object->backed)
            leave_out(writer, i, "it maps a file: leave it to its program");
        else if (object->kind != SHMB_MUTEX &&
                 (!object->seen || (object->kind == SHMB_SECTION && object->bytes == 0)))
            leave_out(writer, i, "you have no right to query it");
        else if (object->kind == SHMB_SECTION && object->bytes > SIZE_MOST)
            leave_out(writer, i, "it is larger than the broker allows");
        else if (comes_again(writer, hashes, i))
            leave_out(writer, i, "another object has this name, except for case or session");
    }
}

static void say_end(const struct writer *writer, const struct starter_object *object)
{
    say(writer, "%s\n",
        object->in_session ? "  # without Global\\ so far: see sessions: alias" : "");
}

/* The index of the mutex that is probably the section's lock; `count`: none. */
static size_t find_lock(const struct writer *writer, const char *section)
{
    size_t i = 0;

    while (i < writer->count && (writer->used[i] || writer->objects[i].kind != SHMB_MUTEX ||
                                 !starter_locks(section, writer->objects[i].name)))
        i++;
    return i;
}

/* Writes a section, and under it the mutex that is probably its lock: that one is then used. */
static void say_segment(const struct writer *writer, const struct starter_object *object)
{
    size_t lock = find_lock(writer, object->name);

    say(writer, "  ");
    say_name(writer, object->name, true);
    say(writer, ":\n    size: %" PRIu64 "%s", object->bytes,
        object->exact ? "" : "  # rounded up to pages: the programs know the exact size");
    say_end(writer, object);
    if (lock == writer->count) {
        say(writer, "    lock: none\n");
        return;
    }
    say(writer, "    lock: { name: ");
    say_name(writer, writer->objects[lock].name, true);
    say(writer, " }\n");
    writer->used[lock] = true;
}

static void say_other(const struct writer *writer, const struct starter_object *object)
{
    say(writer, "  ");
    say_name(writer, object->name, true);
    if (object->kind == SHMB_EVENT)
        say(writer, ": { reset: %s%s }", object->manual_reset ? "manual" : "auto",
            object->set ? ", set: true" : "");
    else if (object->kind == SHMB_SEMAPHORE)
        say(writer, ": { initial: %" PRId32 ", maximum: %" PRId32 " }", object->count,
            object->maximum);
    else
        say(writer, ": {}");
    say_end(writer, object);
}

/* Writes the remaining objects of a kind. Call it for segments first: they take their locks. */
static void say_kind(const struct writer *writer, enum shmb_kind kind)
{
    bool any = false;
    size_t i;

    for (i = 0; i < writer->count; i++) {
        if (writer->used[i] || writer->objects[i].kind != kind)
            continue;
        if (!any)
            say(writer, "\n%s:\n", shmb_kind_many[kind]);
        any = true;
        if (kind == SHMB_SECTION)
            say_segment(writer, &writer->objects[i]);
        else
            say_other(writer, &writer->objects[i]);
        writer->used[i] = true;
    }
}

static bool anything_left(const struct writer *writer)
{
    size_t i;

    for (i = 0; i < writer->count; i++)
        if (!writer->used[i])
            return true;
    return false;
}

static void write_all(const struct writer *writer, const uint32_t *hashes)
{
    say(writer,
        "# A first configuration, written by shmb scan from the objects that existed. Keep your\n"
        "# own objects, check sizes, locks and access, then: shmbroker check FILE\n");
    sort_out(writer, hashes);
    say(writer,
        "version: 1\n"
        "defaults:\n"
        "  # Programs that create these objects now ask for all rights (CreateFileMapping and\n"
        "  # CreateMutex on a name that exists). If they only open them, `write` is enough.\n"
        "  access: { full: [Interactive] }\n");
    if (!anything_left(writer))
        say(writer, "\nsegments: {} # no objects found\n");
    say_kind(writer, SHMB_SECTION);
    say_kind(writer, SHMB_MUTEX);
    say_kind(writer, SHMB_EVENT);
    say_kind(writer, SHMB_SEMAPHORE);
}

bool starter_write(const struct starter_object *objects, size_t count,
                   void (*put)(void *context, const char *text), void *context)
{
    struct writer writer = {objects, count, NULL, put, context};
    /* Once for each name: comes_again compares every pair. */
    uint32_t *hashes = calloc(count + 1, sizeof(*hashes));
    size_t i;

    writer.used = calloc(count + 1, sizeof(*writer.used));
    if (hashes != NULL && writer.used != NULL) {
        for (i = 0; i < count; i++)
            hashes[i] = shmb_name_hash(objects[i].name, strlen(objects[i].name));
        write_all(&writer, hashes);
    }
    free(hashes);
    free(writer.used);
    return hashes != NULL && writer.used != NULL;
}
