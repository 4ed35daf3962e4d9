/*
 * applying.h - `shmbroker apply` on the configuration of the service, and the files around it.
 */
#ifndef TEST_APPLYING_H
#define TEST_APPLYING_H

#include "installing.h"

/* Configurations are put together from these. */
#define HEAD  "version: 1\ndefaults: { access: { write: [Interactive, Users] } }\nsegments:\n"
#define DATA  "  ShmbTest.Data: { size: 64, lock: none }\n"
#define NEW   "  ShmbTest.New: { size: 64, lock: none }\n"
#define PARTS HEAD DATA "include: parts\\*.yaml\n"

#define CONTENT_MAX 65536u /* bytes that content_of() reads */

/* Each test begins with the configuration HEAD DATA, and with an empty folder `parts` beside it. */
#define APPLY_TEST(name) cmocka_unit_test_setup_teardown(name, apply_set_up, apply_tear_down)
#define PARTS_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, apply_set_up_parts, apply_tear_down_parts)

int apply_set_up(void **state);
int apply_tear_down(void **state);
int apply_set_up_parts(void **state);
int apply_tear_down_parts(void **state);

/* ---- files ---- */

/* The configuration of the service. */
const char *target(void);

/* Another file beside it: its name and `tail`. */
const wchar_t *beside(const char *tail);

/* A path in its folder; the last two that were asked for stay as they are. */
const char *in_folder(const char *name);

/* Writes a file in its folder, or adds to its end. */
void write_bytes(const char *name, const void *bytes, size_t size);
void write_part(const char *name, const char *text);
void append_part(const char *name, const char *text);

/* The content of a file, until the call after the next one; NULL: there is none. */
const char *content_of(const wchar_t *path);

/* The file beside the configuration, or in its folder, is this; NULL: there is none. */
void expect_content(const char *tail, const char *text);
void expect_part(const char *name, const char *text);

/* Nothing but the configuration, and perhaps the former one. */
void expect_nothing_left(void);

/* ---- apply ---- */

/* The options for a place in the folder of the configuration. */
const char *to(const char *name, const char *options);

/* Starts `apply` with this text, which is written to a file of its own. */
struct child *start_apply(const char *text, const char *options);

/*
 * Waits for the end: the exit code must be this one, and `part` among what it says. Returns all
 * that, until the next call of these three.
 */
const char *apply_ends(struct child *child, DWORD code, const char *part);
const char *apply(const char *text, const char *options, DWORD code, const char *part);
const char *apply_file(const char *path, const char *options, DWORD code, const char *part);

/* `part` is among it, too. */
void said_too(const char *said, const char *part);

/* A standard user opens this section: "0", or the error code. */
void expect_open(const char *name, const char *code);

#endif
