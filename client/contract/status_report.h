/*
 * status_report.h - the report: the state of the broker, for administrators.
 *
 * REPORT  Global\ShmBroker.Report
 *   256 KiB, created once per broker, under the name of a stand-in (directory.h) while another
 *   object has this name; only the broker's owner, SYSTEM and
 *   Administrators may open it. Only the broker writes it, after every change.
 *   Little-endian, fixed width, as in directory.h.
 *
 *     offset size
 *          0    4  magic "SHMR"
 *          4    4  ABI version (1)
 *          8    4  size of this header (64)
 *         12    4  size of the section (262144)
 *         16    4  sequence: odd while the broker writes
 *         20    4  result: enum shmb_report_result
 *         24    8  revision of the published directory; 0: none
 *         32    4  objects held
 *         36    4  objects not held
 *         40    4  size of the text in bytes
 *         44    4  reloads: one more when the broker begins a reload, and one more
 *                  when it ends it, refused or not: odd during a reload
 *         48    4  result of the last reload: enum shmb_reload_result
 *         52   12  reserved
 *         64       text
 *
 *   To write, the broker makes the sequence odd, writes everything, and makes it
 *   even. To read: load the sequence (acquire), copy, fence, load it again; if it is
 *   odd or differs, the copy may be torn.
 *
 *   The text is UTF-8. Lines end in LF and have four fields, separated by TABs: kind,
 *   name, state, reason. No field contains a control character.
 *
 *     version      ShmBroker                     1.0.0
 *     file         C:\...\shmbroker.yaml         used      read 2026-11-21 05:09:35 UTC
 *     digest       C:\...\shmbroker.yaml         sha256    B03DDF3CA2E7...
 *     section      Global\Prices                 conflict  a section of 4096 bytes owned by ...
 *     mutex        Global\Prices.lock            failed    CreateMutexW: ... (error 8)
 *     publication  Global\ShmBroker.Directory    conflict  a section owned by ...
 *     publication  Global\ShmBroker.Control.1    avoided   a mutex owned by ...
 *     control      Global\ShmBroker.Control.2    repaired  a program damaged it; times: 2
 *     degraded     C:\...\app.yaml               left-out  it has errors
 *     degraded     C:\...\shmbroker.yaml         last-good ...
 *     degraded     CORP\Traders                  pending   ...
 *     degraded     C:\...\shmbroker.yaml         unsaved   the last good configuration ...
 *     degraded     C:\...\shmbroker.yaml         unwatched ...
 *     degraded     C:\...\shmbroker.prom         unwritten ...
 *     degraded     C:\...\shmbroker.log          unlogged  ...
 *     state        objects.state                 failed    WriteFile: ...
 *     instance     Global\ShmBroker.Instance     conflict  a mutex owned by ...
 *     alias        Global\X                      conflict  in session 7: a program of ...
 *     alias        sessions                      failed    NtCreateSymbolicLinkObject: ...
 *     copy         Global\Settings               saved     2026-11-21 05:09:35 UTC
 *     copy         Global\Table                  failed    WriteFile: ...; last saved: never
 *     access       Global\Old                    corrected  a program changed its access; times: 2
 *     access       Global\Bids                   due        it denies access to an account ...
 *     retired      Global\Old                    section   programs have it open; it ends with ...
 *     keeper       4711                          holds     57 objects, since ...
 *     requests     pipe                          open
 *     requests     pipe                          conflict  a pipe of process 4712, ...
 *     grants       MyApp                         held      12 of 1000 objects, 49152 of 1073741824
 *                                                          bytes, by 3 accounts
 *     lost         Global\Prices                 anew      it was gone and was created again
 *     count        event                         300       2
 *     count        reload                        applied   1
 *     count        adopted                       objects   57
 *     count        request                       made      31
 *     count        refused                       each_objects  2
 *     cut          17                            lines
 *
 *   The kinds of lines:
 *
 *     version, file   always
 *     digest          which configuration is served: the SHA-256 of its one file, or of the
 *                     digests of all its files
 *     an object       each object that is not held; the reason is that of its event
 *     publication     each section of the publication that could not be created
 *                     (avoided: another name is used)
 *     control         each control section that a program damaged and the broker repaired
 *     degraded        each reason why less is served than is configured
 *     state           the broker's state file, while it cannot be written
 *     instance        a foreign object that has the name of the mutex against a second
 *                     broker
 *     access          corrected: programs changed the access of the object;
 *                     due: it does not have the configured access yet
 *     alias           each session in which the plain name does not lead to the object
 *     copy            each segment with `keep: reboot`: saved, none or failed
 *     retired         each object that was released and that programs still have open
 *     keeper          the process that holds the objects when the broker does not run
 *                     (partly: not all of them yet)
 *     lost            objects that a broker held in this boot and that had to be
 *                     created again, with new content; at most a hundred
 *     requests        the pipe through which programs ask for objects, if the configuration has
 *                     `requests`: open, conflict or failed
 *     grants          each rule under which objects are held: how much of its `total` is used
 *     count           what is counted since the start, unless it is 0: events by number, reloads by
 *                     result, requests by how they ended, and the refused ones by reason
 *                     (request_words.h); and the objects that existed before this broker
 *     cut             the last line: so many more lines had no room
 *
 *   After a reload, also its steps, in the order of the plan. A step is create, adopt,
 *   access, recreate, defer, retire or keep. One line counts all unchanged objects
 *   (keep), with their number in place of a name:
 *
 *     reload       Global\Prices                 create    done
 *     reload       Global\Bids                   access    done; programs that have it open ...
 *     reload       Global\Old                    defer     the size cannot change from 64 to ...
 *     reload       9998                          keep      done
 *     message      C:\...\shmbroker.yaml:7:5     error     there is no account "CORP\Tarders"
 */
#ifndef SHMB_STATUS_REPORT_H
#define SHMB_STATUS_REPORT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"

#define SHMB_REPORT_MAGIC    0x524D4853u /* "SHMR" */
#define SHMB_REPORT_SIZE     (256u * 1024)
#define SHMB_REPORT_TEXT_MAX (SHMB_REPORT_SIZE - 64)

enum shmb_report_result {
    SHMB_REPORT_COMPLETE = 1, /* everything is held and published */
    SHMB_REPORT_INCOMPLETE = 2
};

enum shmb_reload_result {
    SHMB_RELOAD_NONE = 0,       /* none since the broker started */
    SHMB_RELOAD_APPLIED = 1,    /* all of it */
    SHMB_RELOAD_INCOMPLETE = 2, /* applied, but something failed or is deferred */
    SHMB_RELOAD_REFUSED = 3,    /* nothing was changed: see the messages */
    SHMB_RELOAD_HELD = 4        /* another program holds a file; nothing was changed; retried */
};

struct shmb_report {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t header_size;
    uint32_t total_size;
    volatile uint32_t sequence;
    uint32_t result;
    uint64_t revision;
    uint32_t held;
    uint32_t missing;
    uint32_t text_size;
    uint32_t reloads;
    uint32_t reload_result;
    uint8_t reserved[12];
};

static_assert(sizeof(struct shmb_report) == 64, "the header of the report has 64 bytes");
static_assert(offsetof(struct shmb_report, abi_version) == 4, "report.abi_version at 4");
static_assert(offsetof(struct shmb_report, header_size) == 8, "report.header_size at 8");
static_assert(offsetof(struct shmb_report, total_size) == 12, "report.total_size at 12");
static_assert(offsetof(struct shmb_report, sequence) == 16, "report.sequence at 16");
static_assert(offsetof(struct shmb_report, result) == 20, "report.result at 20");
static_assert(offsetof(struct shmb_report, revision) == 24, "report.revision at 24");
static_assert(offsetof(struct shmb_report, held) == 32, "report.held at 32");
static_assert(offsetof(struct shmb_report, missing) == 36, "report.missing at 36");
static_assert(offsetof(struct shmb_report, text_size) == 40, "report.text_size at 40");
static_assert(offsetof(struct shmb_report, reloads) == 44, "report.reloads at 44");
static_assert(offsetof(struct shmb_report, reload_result) == 48, "report.reload_result at 48");
static_assert(offsetof(struct shmb_report, reserved) == 52, "report.reserved at 52");
static_assert(sizeof(struct shmb_report) + SHMB_REPORT_TEXT_MAX == SHMB_REPORT_SIZE,
              "header and text fill the report");

/*
 * Copies the report from `size` mapped bytes (8-aligned): the header to `*out`, the text
 * with a terminator to `text`, which has room for SHMB_REPORT_TEXT_MAX + 1 bytes.
 * SHMB_READ_EMPTY: nothing was written yet. SHMB_READ_AGAIN: it changed meanwhile. On
 * anything but SHMB_READ_OK both are empty.
 */
enum shmb_read shmb_report_read(const void *bytes, size_t size, struct shmb_report *out,
                                char *text);

/* "applied", "incomplete", "refused", "held". NULL: no reload since the broker started. */
const char *shmb_reload_word(uint32_t result);

#define SHMB_REPORT_FIELDS 4

/* A line of the text; its fields point into it and are not terminated. */
struct shmb_report_line {
    const char *field[SHMB_REPORT_FIELDS];
    size_t length[SHMB_REPORT_FIELDS]; /* 0 for fields the line does not have */
};

/*
 * Reads the line at `*at` of a text of `size` bytes and moves `*at` to the next one.
 * Start with `*at` 0. False: no more; the line is then empty.
 */
bool shmb_report_next(const char *text, size_t size, size_t *at, struct shmb_report_line *out);

#endif
