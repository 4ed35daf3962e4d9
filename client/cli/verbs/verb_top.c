/* shmb top: reads the directory and the change numbers again and again. */
#include "verb.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "fail.h"
#include "json_lines.h"
#include "open_segment.h"
#include "out.h"
#include "requester.h"
#include "screen.h"
#include "show.h"
#include "stopping.h"

#define EVERY_MS   1000u
#define HEAD_LINES 3 /* the heading, and an empty last line */

/* A segment in the table. It stays open, so that reading its change number is cheap. */
struct row {
    shmb_info info;
    shmb_segment *segment; /* NULL: it cannot be opened */
    bool counts, counted;  /* it has a change number; it also had one the last time */
    uint64_t number, changes;
    bool here; /* found in the directory this time */
};

struct table {
    struct row *rows;
    size_t count, room;
    size_t most;     /* rows that fit the screen */
    ULONGLONG asked; /* when the numbers were last read */
    double seconds;  /* between the last two times */
};

static void drop_row(struct row *row)
{
    shmb_close(row->segment);
    row->segment = NULL;
}

static void table_free(struct table *table)
{
    while (table->count > 0)
        drop_row(&table->rows[--table->count]);
    free(table->rows);
}

/* The row of a name. The list hardly changes, so the search starts where the last one ended. */
static struct row *find_row(struct table *table, const char *name, size_t *hint)
{
    size_t i;

    for (i = 0; i < table->count; i++) {
        struct row *row = &table->rows[(*hint + i) % table->count];

        if (strcmp(row->info.name, name) == 0) {
            *hint = (*hint + i + 1) % table->count;
            return row;
        }
    }
    return NULL;
}

static struct row *add_row(struct table *table)
{
    if (table->count == table->room) {
        size_t room = table->room == 0 ? 64 : table->room * 2;
        struct row *rows = realloc(table->rows, room * sizeof(*rows));

        if (rows == NULL)
            return NULL;
        table->rows = rows;
        table->room = room;
    }
    memset(&table->rows[table->count], 0, sizeof(struct row));
    return &table->rows[table->count++];
}

/* Updates the row of a segment from the directory. False: out of memory. */
static bool take(struct table *table, const shmb_info *info, size_t *hint)
{
    struct row *row = find_row(table, info->name, hint);

    if (row == NULL)
        row = add_row(table);
    if (row == NULL)
        return false;
    if (row->segment == NULL || row->info.generation != info->generation) {
        drop_row(row);
        row->counted = false;
        if (info->state == SHMB_STATE_HELD)
            segment_open(info->name, SHMB_READ, 0, 1, &row->segment, NULL);
    }
    row->info = *info;
    row->here = true;
    return true;
}

/* Removes rows whose segment is no longer in the directory. Keeps the order. */
static void drop_gone(struct table *table)
{
    size_t i, kept = 0;

    for (i = 0; i < table->count; i++) {
        if (table->rows[i].here)
            table->rows[kept++] = table->rows[i];
        else
            drop_row(&table->rows[i]);
    }
    table->count = kept;
}

/* Updates the rows from the directory. Rows that it does not name any more are removed. */
static int32_t read_list(struct table *table)
{
    shmb_list *list;
    shmb_info info;
    size_t hint = 0, i;
    int32_t result = shmb_list_open(&list, NULL);

    if (result != SHMB_OK)
        return result;
    for (i = 0; i < table->count; i++)
        table->rows[i].here = false;
    for (;;) {
        info.size = sizeof(info);
        result = shmb_list_next(list, &info);
        if (result != SHMB_OK)
            break;
        if (info.kind == SHMB_KIND_SEGMENT && !take(table, &info, &hint)) {
            result = SHMB_NO_MEMORY;
            break;
        }
    }
    shmb_list_close(list);
    drop_gone(table);
    return result == SHMB_NOT_FOUND ? SHMB_OK : result;
}

static void read_numbers(struct table *table)
{
    ULONGLONG now = GetTickCount64();
    size_t i;

    table->seconds = (double)(now - table->asked) / 1000.0;
    table->asked = now;
    for (i = 0; i < table->count; i++) {
        struct row *row = &table->rows[i];
        uint64_t number = 0;

        /*
         * A rate needs two readings of the same generation; `counted` says that there was one
         * before.
         */
        row->counts = row->segment != NULL && shmb_change_number(row->segment, &number) == SHMB_OK;
        row->counted = row->counted && row->counts;
        row->changes = row->counted ? number - row->number : 0;
        row->number = number;
    }
}

/* More changes first; otherwise in the order of the directory. */
static int compare(const void *a, const void *b)
{
    const struct row *one = *(const struct row *const *)a, *other = *(const struct row *const *)b;

    if (one->changes != other->changes)
        return one->changes < other->changes ? 1 : -1;
    return one < other ? -1 : one > other;
}

static void print_row(const struct row *row, double seconds, const char *line_start)
{
    char rate[24] = "-", number[24] = "-";

    if (row->counted && seconds > 0)
        snprintf(rate, sizeof(rate), "%.1f", (double)row->changes / seconds);
    if (row->counts)
        snprintf(number, sizeof(number), "%" PRIu64, row->number);
    out_sequence(line_start);
    out_text("%12s  %12s  %14" PRIu64 "  %-8s  %s", rate, number, row->info.bytes,
             show_state(row->info.state), row->info.name);
    requester_print("  ", &row->info, "");
    out_text("\n");
}

static bool print_table(const struct table *table, size_t most, const char *line_start)
{
    const struct row **sorted = malloc((table->count + 1) * sizeof(const struct row *));
    size_t i;

    if (sorted == NULL)
        return false;
    for (i = 0; i < table->count; i++)
        sorted[i] = &table->rows[i];
    qsort(sorted, table->count, sizeof(*sorted), compare);
    out_sequence(line_start);
    out_text("%12s  %12s  %14s  %-8s  %s\n", "changes/s", "change", "bytes", "state", "segment");
    for (i = 0; i < table->count && i < most; i++)
        print_row(sorted[i], table->seconds, line_start);
    if (i < table->count) {
        out_sequence(line_start);
        out_text("and %lu more\n", (unsigned long)(table->count - i));
    }
    free(sorted);
    return true;
}

/* Writes the table in the order of the directory. False: out of memory. */
static bool print_json(const struct table *table, bool again)
{
    struct json *json = json_top(again ? (uint64_t)(table->seconds * 1000 + 0.5) : 0);
    size_t i;

    for (i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        const struct json_top_row line = {&row->info, row->counts, row->counted, row->number,
                                          row->changes};

        json_top_row(json, &line);
    }
    return json_top_end(json);
}

/* Shows the table: on the screen, or below the last one. */
static bool show(struct table *table, bool screen, bool again)
{
    size_t lines;
    bool done;

    if (answer_wanted())
        return print_json(table, again);
    if (!screen) {
        if (again)
            out_text("\n");
        return print_table(table, SIZE_MAX, "");
    }
    lines = screen_home();
    table->most = lines > HEAD_LINES + 1 ? lines - HEAD_LINES : 1;
    done = print_table(table, table->most, SCREEN_CLEAR_LINE);
    out_sequence(SCREEN_CLEAR_REST);
    return done;
}

static int32_t top(const struct arguments *arguments, struct table *table, bool screen)
{
    uint32_t every = arguments->every_ms == 0 ? EVERY_MS : arguments->every_ms;
    uint64_t left = arguments->times;
    bool again = false;

    /* UINT64_MAX means no limit. */
    for (; left > 0; left--) {
        int32_t result = read_list(table);
        size_t i;

        if (result != SHMB_OK)
            return result;
        read_numbers(table);
        if (!show(table, screen, again))
            return SHMB_NO_MEMORY;
        if (out_end() != 0 || (left > 1 && stopping_wait(every)))
            break;
        for (i = 0; i < table->count; i++)
            table->rows[i].counted = table->rows[i].counts;
        again = true;
    }
    return SHMB_OK;
}

/* The screen is gone when the verb ends, so its last table is printed once more. */
static int32_t top_on_screen(const struct arguments *arguments, struct table *table)
{
    int32_t result = top(arguments, table, true);

    screen_end();
    if (result == SHMB_OK && !print_table(table, table->most, ""))
        result = SHMB_NO_MEMORY;
    return result;
}

enum shmb_exit verb_top(struct arguments *arguments)
{
    struct table table = {0};
    int32_t result;

    stopping_begin();
    result = arguments->times > 0 && !answer_wanted() && screen_begin()
                 ? top_on_screen(arguments, &table)
                 : top(arguments, &table, false);
    table_free(&table);
    return result == SHMB_OK ? SHMB_EXIT_DONE : fail_directory("top", result);
}
