/*
 * json_lines.h - what watch, top and queue get print with --json: a document a line.
 */
#ifndef CLI_JSON_LINES_H
#define CLI_JSON_LINES_H

#include "watcher.h"

/*
 * A document of watch: about a change, or `changed` false: about the beginning. False: out of
 * memory, and nothing was written. A write that failed is out_end's to tell.
 */
bool json_watch(const char *name, const struct watcher *watcher, uint64_t offset, bool changed);

/* A segment in a document of top. */
struct json_top_row {
    const shmb_info *info;
    bool numbered, counted; /* `number` is known; `changes` too */
    uint64_t number, changes;
};

/* Begins a document of top, with the time since the last one (0: the first); ends it, as
 * json_watch. */
struct json *json_top(uint64_t interval_ms);
void json_top_row(struct json *json, const struct json_top_row *row);
bool json_top_end(struct json *json);

/* A document of queue get, as json_watch. */
bool json_message(const char *name, const uint8_t *bytes, size_t length);

#endif
