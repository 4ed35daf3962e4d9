/*
 * shmb watch: prints each change that system/watcher.c finds. logic/ranges.c tells which
 * bytes differ.
 */
#include "verb.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "fail.h"
#include "json_lines.h"
#include "out.h"
#include "ranges.h"
#include "stopping.h"
#include "watcher.h"

#define RANGES_SHOWN 16u
#define BYTES_SHOWN  16u

/* Writes the first bytes as "31 2e 32 35  |1.25|". */
static void show_bytes(const uint8_t *bytes, size_t count)
{
    char hex[BYTES_SHOWN * 3 + 1] = "", text[BYTES_SHOWN + 1] = "";
    size_t shown = count < BYTES_SHOWN ? count : BYTES_SHOWN, i;

    for (i = 0; i < shown; i++) {
        snprintf(hex + i * 3, 4, " %02x", bytes[i]);
        text[i] = bytes[i] >= 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '.';
    }
    text[shown] = '\0';
    out_text("%s%s  |%s|\n", hex, shown < count ? " ..." : "", text);
}

/* Where there are several segments, each line begins with the name of one. */
static void begin_line(const struct arguments *arguments, size_t which)
{
    if (arguments->name_count == 1)
        return;
    out_visible(arguments->names[which]);
    out_text(": ");
}

static void show_ranges(const struct arguments *arguments, size_t which,
                        const struct watcher *watcher)
{
    struct range range;
    size_t at = 0, count = 0;

    while (ranges_next(watcher->before, watcher->now, watcher->size, &at, &range)) {
        /* Counted to the end, so that the last line can say how many more there are. */
        if (count++ >= RANGES_SHOWN)
            continue;
        begin_line(arguments, which);
        out_text("  %08" PRIx64 " +%lu ", arguments->offset + range.offset,
                 (unsigned long)range.length);
        show_bytes(watcher->now + range.offset, range.length);
    }
    if (count > 0 && count <= RANGES_SHOWN)
        return;
    begin_line(arguments, which);
    if (count == 0)
        out_text("  the same bytes again\n");
    else
        out_text("  and %lu more\n", (unsigned long)(count - RANGES_SHOWN));
}

static void show_change(const struct arguments *arguments, size_t which,
                        const struct watcher *watcher)
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    begin_line(arguments, which);
    out_text("%04d-%02d-%02d %02d:%02d:%02d.%03d", now.wYear, now.wMonth, now.wDay, now.wHour,
             now.wMinute, now.wSecond, now.wMilliseconds);
    if (watcher->numbered)
        out_text("  change %" PRIu64, watcher->number);
    out_text("\n");
    show_ranges(arguments, which, watcher);
}

static enum shmb_exit watch(const struct arguments *arguments, struct watchers *all)
{
    uint64_t left = arguments->times;
    int32_t result = SHMB_OK;
    bool stopped = false, several;
    size_t which = 0;

    while (left > 0) {
        result = watchers_next(all, arguments->timeout_ms, &which, &stopped);
        if (result != SHMB_OK)
            break;
        if (answer_wanted() &&
            !json_watch(arguments->names[which], &all->watcher[which], arguments->offset, true)) {
            result = SHMB_NO_MEMORY;
            break;
        }
        show_change(arguments, which, &all->watcher[which]);
        if (out_end() != 0) /* nobody reads the output; verbs_main reports it */
            break;
        left--; /* UINT64_MAX means no limit */
    }
    if (stopped || result == SHMB_OK)
        return SHMB_EXIT_DONE;
    several = result == SHMB_TIMEOUT && all->count > 1;
    answer_about(several ? NULL : arguments->names[which]);
    return fail_result(several ? "watch" : arguments->names[which], result);
}

static void show_head(const struct arguments *arguments, size_t which,
                      const struct watcher *watcher)
{
    uint64_t rest = watcher->info.bytes - arguments->offset;

    if (watcher->size < rest && arguments->count == UINT64_MAX) {
        begin_line(arguments, which);
        out_text("the first %lu bytes of %" PRIu64 "; see shmb watch --help\n",
                 (unsigned long)watcher->size, rest);
    }
    out_visible(arguments->names[which]);
    out_text(": watching %lu bytes\n", (unsigned long)watcher->size);
}

enum shmb_exit verb_watch(struct arguments *arguments)
{
    struct watchers all = {.watcher = calloc(arguments->name_count, sizeof(*all.watcher))};
    enum shmb_exit code = SHMB_EXIT_DONE;
    size_t i;

    if (all.watcher == NULL)
        return fail_memory("watch");
    while (all.count < arguments->name_count && code == SHMB_EXIT_DONE) {
        const char *name = arguments->names[all.count];
        int32_t result =
            watcher_open(&all.watcher[all.count], name, arguments->offset, arguments->count);

        if (result == SHMB_OK) {
            show_head(arguments, all.count, &all.watcher[all.count]);
            if (answer_wanted() &&
                !json_watch(name, &all.watcher[all.count], arguments->offset, false)) {
                answer_about(name);
                code = fail_memory(name);
            }
            all.count++;
        } else {
            answer_about(name);
            code = fail_result(name, result);
        }
    }
    if (code == SHMB_EXIT_DONE) {
        stopping_begin();
        /* The heading must be visible before the first change, which may take hours. */
        out_end();
        for (i = 0; i < all.count; i++)
            watcher_note(&all.watcher[i], arguments->names[i]);
        code = watch(arguments, &all);
    }
    while (all.count > 0)
        watcher_close(&all.watcher[--all.count]);
    free(all.watcher);
    return code;
}
