/*
 * shmb watch: prints each change that system/watcher.c finds. logic/ranges.c tells which
 * bytes differ.
 */
#include "verb.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>
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

static void show_ranges(const struct watcher *watcher, uint64_t offset)
{
    struct range range;
    size_t at = 0, count = 0;

    while (ranges_next(watcher->before, watcher->now, watcher->size, &at, &range)) {
        /* Counted to the end, so that the last line can say how many more there are. */
        if (count++ >= RANGES_SHOWN)
            continue;
        out_text("  %08" PRIx64 " +%lu ", offset + range.offset, (unsigned long)range.length);
        show_bytes(watcher->now + range.offset, range.length);
    }
    if (count > RANGES_SHOWN)
        out_text("  and %lu more\n", (unsigned long)(count - RANGES_SHOWN));
    if (count == 0)
        out_text("  the same bytes again\n");
}

static void show_change(const struct watcher *watcher, uint64_t offset)
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    out_text("%04d-%02d-%02d %02d:%02d:%02d.%03d", now.wYear, now.wMonth, now.wDay, now.wHour,
             now.wMinute, now.wSecond, now.wMilliseconds);
    if (watcher->numbered)
        out_text("  change %" PRIu64, watcher->number);
    out_text("\n");
    show_ranges(watcher, offset);
}

static enum shmb_exit watch(const struct request *request, struct watcher *watcher)
{
    uint64_t left = request->times;
    int32_t result = SHMB_OK;
    bool stopped = false;

    while (left > 0) {
        result = watcher_next(watcher, request->timeout_ms, &stopped);
        if (result != SHMB_OK)
            break;
        if (answer_wanted() && !json_watch(request->name, watcher, request->offset, true))
            break;
        show_change(watcher, request->offset);
        if (out_end() != 0) /* nobody reads the output; verbs_main reports it */
            break;
        left--; /* UINT64_MAX means no limit */
    }
    return stopped || result == SHMB_OK ? SHMB_EXIT_DONE : fail_result(request->name, result);
}

enum shmb_exit verb_watch(struct request *request)
{
    struct watcher watcher;
    int32_t result = watcher_open(&watcher, request->name, request->offset, request->count);
    enum shmb_exit code;

    if (result != SHMB_OK)
        return fail_result(request->name, result);
    stopping_begin();
    if (watcher.size < watcher.info.bytes - request->offset && request->count == UINT64_MAX)
        out_text("the first %lu bytes of %" PRIu64 "; see shmb watch --help\n",
                 (unsigned long)watcher.size, watcher.info.bytes - request->offset);
    out_text("%s: watching %lu bytes\n", request->name, (unsigned long)watcher.size);
    if (answer_wanted())
        (void)json_watch(request->name, &watcher, request->offset, false);
    /* The heading must be visible before the first change, which may take hours. */
    out_end();
    code = watch(request, &watcher);
    watcher_close(&watcher);
    return code;
}
