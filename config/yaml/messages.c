/*
 * Messages own their texts, by malloc and not in an arena: they may be printed after the
 * configuration that they are about has been freed.
 */
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "characters.h"
#include "message_json.h"
#include "utf.h"

void cfg_messages_init(struct cfg_messages *list)
{
    memset(list, 0, sizeof *list);
}

static void free_texts(struct cfg_message *message)
{
    free(message->file);
    free(message->object);
    free(message->text);
}

void cfg_messages_free(struct cfg_messages *list)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        free_texts(&list->items[i]);
    free(list->items);
    cfg_messages_init(list);
}

/* The characters that end a line or command a terminal. */
static bool breaks_line(uint32_t point)
{
    return point < 0x20u || (point >= 0x7Fu && point <= 0x9Fu) || point == 0x2028u ||
           point == 0x2029u;
}

/*
 * Makes a text safe to print, in place: one line, well-formed UTF-8, nothing that moves or
 * hides what stands beside it. It never grows.
 * A path keeps its invisible characters: config_files_leave_out finds the file by it.
 */
static void make_plain(char *text, bool is_path)
{
    const char *at = text, *end = text + strlen(text);
    char *out = text;

    while (at < end) {
        const char *start = at;
        uint32_t point = shmb_utf8_next(&at, end);

        if (point == UINT32_MAX)
            at = start + 1;
        if (point == UINT32_MAX || breaks_line(point) ||
            (!is_path && character_kind(point) == CHARACTER_REFUSED)) {
            *out++ = '?';
        } else {
            memmove(out, start, (size_t)(at - start));
            out += at - start;
        }
    }
    *out = '\0';
}

/* A copy that is safe to print. NULL: no memory. */
static char *copy_plain(const char *text, bool is_path)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (copy != NULL) {
        memcpy(copy, text, size);
        make_plain(copy, is_path);
    }
    return copy;
}

static char *format_plain(const char *format, va_list values)
{
    va_list again;
    char *text = NULL;
    int length;

    va_copy(again, values);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length >= 0)
        text = malloc((size_t)length + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, values);
        make_plain(text, false);
    }
    return text;
}

static bool make_room(struct cfg_messages *list)
{
    size_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
    struct cfg_message *items;

    if (list->count < list->capacity)
        return true;
    items = realloc(list->items, capacity * sizeof *items);
    if (items == NULL)
        return false;
    list->items = items;
    list->capacity = capacity;
    return true;
}

void cfg_message_addv(struct cfg_messages *list, enum cfg_severity severity,
                      const struct cfg_place *place, const char *object, const char *format,
                      va_list values)
{
    struct cfg_message new = {0};

    /* Count first: an error must count even if there is no room or memory for its text. */
    if (severity == CFG_ERROR)
        list->errors++;
    else
        list->warnings++;
    if (list->count >= CFG_MESSAGES_MAX || !make_room(list))
        return;
    new.severity = severity;
    new.line = place->line;
    new.column = place->column;
    new.file = copy_plain(place->file, true);
    new.object = object != NULL ? copy_plain(object, false) : NULL;
    new.text = format_plain(format, values);
    if (new.file == NULL || new.text == NULL || (object != NULL && new.object == NULL))
        free_texts(&new);
    else
        list->items[list->count++] = new;
}

void cfg_message_add(struct cfg_messages *list, enum cfg_severity severity,
                     const struct cfg_place *place, const char *object, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    cfg_message_addv(list, severity, place, object, format, values);
    va_end(values);
}

static bool stands_before(const struct cfg_message *a, const struct cfg_message *b)
{
    int order = strcmp(a->file, b->file);

    if (order != 0)
        return order < 0;
    if (a->line != b->line)
        return a->line < b->line;
    return a->column < b->column;
}

/* Insertion sort: stable, no memory, and the list is short and nearly sorted. */
void cfg_messages_sort(struct cfg_messages *list)
{
    size_t i, k;

    for (i = 1; i < list->count; i++) {
        struct cfg_message message = list->items[i];

        for (k = i; k > 0 && stands_before(&message, &list->items[k - 1]); k--)
            list->items[k] = list->items[k - 1];
        list->items[k] = message;
    }
}

size_t cfg_message_format(const struct cfg_message *message, char *out, size_t size)
{
    char place[32] = "";
    bool has_object = message->object != NULL;
    int length;

    if (message->line != 0 && message->column != 0)
        snprintf(place, sizeof place, ":%lu:%lu", (unsigned long)message->line,
                 (unsigned long)message->column);
    else if (message->line != 0)
        snprintf(place, sizeof place, ":%lu", (unsigned long)message->line);
    length = snprintf(out, size, "%s%s: %s: %s%s%s", message->file, place,
                      message->severity == CFG_ERROR ? "error" : "warning",
                      has_object ? message->object : "", has_object ? ": " : "", message->text);
    /* Only if the C library fails: the texts are well-formed. */
    if (length < 0) {
        if (size > 0)
            out[0] = '\0';
        return 0;
    }
    return (size_t)length;
}

void cfg_messages_json(const struct cfg_messages *list, struct json *json)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        const struct cfg_message *message = &list->items[i];

        message_json_put(
            json, &(struct message_json){message->file, message->line, message->column,
                                         message->severity == CFG_ERROR ? "error" : "warning",
                                         message->object, message->text});
    }
}
