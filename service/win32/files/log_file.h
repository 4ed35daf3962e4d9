/*
 * log_file.h - a file with the lines of the events, which is replaced when it is full: the former
 * ones get the names FILE.1, the newest, to FILE.n.
 *
 * The rules of output_file.h hold for its folder. Other programs may read, rename and delete it.
 */
#ifndef LOG_FILE_H
#define LOG_FILE_H

#include <windows.h>

#include <stdbool.h>

#include "system.h"

/* All zero: no file is wanted. */
struct log_file {
    char *path;             /* owned; NULL: none is wanted */
    HANDLE file;            /* NULL: it could not be opened, or written */
    uint64_t used, most;    /* bytes */
    uint32_t former;        /* how many full files stay */
    bool check;             /* its folder must be safe from others */
    bool json;              /* for the caller */
    enum sys_status status; /* of the last open or write; */
    struct sys_failure why; /* its reason */
};

/*
 * As system.h's log_file; `check` as for output_file_write. Opens the file, also again after a
 * failure.
 */
enum sys_status log_file_use(struct log_file *log, const struct sys_log *wanted, bool check,
                             struct sys_failure *why);

/* Adds a line, which has its line end. Nothing happens while the file cannot be opened. */
void log_file_add(struct log_file *log, const char *line, size_t length);

void log_file_close(struct log_file *log);

#endif
