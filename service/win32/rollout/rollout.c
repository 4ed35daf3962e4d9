/*
 * Nothing is changed before the new configuration has passed its check. From then on the file in
 * place and the report of the service decide, not what this program has done: it can be killed, and
 * run again.
 */
#include "rollout.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "elevation.h"
#include "event_text.h"
#include "files.h"
#include "lacks.h"
#include "load.h"
#include "out_of_memory.h"
#include "published.h"
#include "reload_request.h"
#include "reload_result.h"
#include "scm.h"

/* ---- before anything is changed -------------------------------------------------- */

static enum shmb_exit exit_of(enum sys_status status, const struct sys_failure *why)
{
    return status == SYS_LATER ? SHMB_EXIT_TIMEOUT : config_check_unreadable(status, why);
}

/*
 * From anywhere: it gets its owner and its access when it is put into place. A program that still
 * writes it, such as a copy to a share, would make it a file in part.
 */
static enum shmb_exit read_file(struct rollout *r)
{
    struct sys_failure why = {0};
    char text[REPORT_FAILURE];
    enum sys_status status =
        files_read_unwritten(r->file, CFG_FILE_MAX, FILES_PATIENCE_MS, &r->bytes, &r->length, &why);

    if (status == SYS_OK)
        return SHMB_EXIT_DONE;
    event_failure_text(&why, text);
    console_error("%s: error: cannot be read: %s", r->file, text);
    return exit_of(status, &why);
}

/* One lock for all files of a configuration: each is checked and verified with the others. */
static const char *lock_of(const struct rollout *r)
{
    struct sys_failure why;
    char *content = NULL;
    size_t length;
    enum sys_status status = SYS_OK;

    if (r->dry_run)
        return NULL;
    if (r->main != NULL && !r->strict)
        status = files_read(r->main, CFG_FILE_MAX, 0, &content, &length, &why);
    free(content);
    return r->main != NULL && status != SYS_NOT_FOUND ? r->main : r->target;
}

static enum shmb_exit open_place(struct rollout *r)
{
    struct sys_failure why = {0};
    char text[REPORT_FAILURE];
    enum sys_status status = config_place_open(r->target, !r->unsafe, lock_of(r), &r->place, &why);

    if (status == SYS_OK)
        return SHMB_EXIT_DONE;
    if (r->place.busy) {
        console_error("shmbroker: another shmbroker apply is changing %s; run this again when it "
                      "has ended; nothing has been changed",
                      r->target);
        return SHMB_EXIT_CONFLICT;
    }
    event_failure_text(&why, text);
    console_error("shmbroker: %s cannot be the place of a configuration: %s%s", r->target, text,
                  status != SYS_NOT_FOUND ? ""
                  : r->strict             ? "; make its folder (mkdir) in an elevated prompt"
                                          : "; make its folder: shmbroker install does so");
    return exit_of(status, &why);
}

/* As `check` does, with the rules and the relative paths of its place. */
static enum shmb_exit check(struct rollout *r)
{
    bool placeable;
    enum shmb_exit result = config_candidate_check(&r->candidate, &placeable);

    if (result != SHMB_EXIT_DONE && placeable)
        r->result = ROLLOUT_INVALID;
    return result;
}

/* Waits while it starts. */
static bool is_running(const struct rollout *r)
{
    SERVICE_STATUS_PROCESS now;

    if (r->service == NULL || !scm_query(r->service, &now))
        return false;
    if (now.dwCurrentState == SERVICE_START_PENDING)
        (void)scm_wait(r->service, SERVICE_RUNNING, &now);
    return now.dwCurrentState == SERVICE_RUNNING;
}

/* True if this report is about the configuration that is rolled out. */
static bool has_digest(const struct rollout *r, const char *text, size_t size)
{
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line))
        if (reload_result_is(&line, 0, "digest"))
            return reload_result_is(&line, 3, r->candidate.digest);
    return false;
}

/* True: the service serves it now, and no reload is in progress. */
static bool is_served(const struct rollout *r)
{
    struct shmb_report report;
    char *text = r->running ? published_report(&report) : NULL;
    bool served = text != NULL && report.reloads % 2 == 0 && has_digest(r, text, report.text_size);

    free(text);
    return served;
}

/* The plan is for people and programs: without one, the file is rolled out all the same. */
static enum shmb_exit plan(struct rollout *r)
{
    enum shmb_exit result = outlook_open(r->reader, &r->outlook);

    if (result == SHMB_EXIT_DONE)
        result = outlook_plan(&r->outlook, &r->candidate.system, r->file,
                              r->candidate.check.configuration.whole, r->candidate.check.inventory);
    r->planned = result == SHMB_EXIT_DONE;
    if (result == SHMB_EXIT_SYSTEM)
        return out_of_memory();
    if (r->planned || !r->dry_run)
        return SHMB_EXIT_DONE;
    console_error("shmbroker: the directory of the running service cannot be read, so there is no "
                  "plan; see shmbroker status");
    return result;
}

/* ---- how it ends ------------------------------------------------------------------ */

static void print_not_running(const struct rollout *r, const char *what)
{
    if (r->service == NULL && r->reader->installed)
        console_line("%s; the service reads another configuration, %s", what,
                     r->reader->file != NULL ? r->reader->file : "(not known)");
    else if (r->service == NULL)
        console_line("%s; the service is not installed%s", what,
                     r->reader->console ? ", and a broker in a console reloads with Ctrl+Break"
                                        : "");
    else
        console_line("%s; the service is not running, and reads it at its next start", what);
}

static enum shmb_exit end_unchanged(struct rollout *r)
{
    enum shmb_exit lacks;

    r->result = ROLLOUT_UNCHANGED;
    if (!r->running) {
        print_not_running(r, "unchanged: the configuration is in place already");
        return SHMB_EXIT_DONE;
    }
    lacks =
        lacks_print("unchanged: ShmBroker serves this configuration already, but runs degraded:",
                    elevation_present());
    r->degraded = lacks != SHMB_EXIT_DONE;
    if (lacks == SHMB_EXIT_DONE)
        console_line("unchanged: ShmBroker serves this configuration already");
    return lacks;
}

static enum shmb_exit end_planned(struct rollout *r)
{
    r->result = ROLLOUT_PLANNED;
    r->changed = true;
    if (!r->running) {
        print_not_running(r, "the configuration would be put into place; nothing has been done");
        return SHMB_EXIT_DONE;
    }
    plan_view_print(&r->outlook.view);
    return plan_view_is_whole(&r->outlook.view) ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
}

static enum shmb_exit end_placed(struct rollout *r)
{
    r->result = ROLLOUT_PLACED;
    r->running = false;
    print_not_running(r, r->put ? "the configuration is in place"
                                : "unchanged: the configuration is in place already");
    return SHMB_EXIT_DONE;
}

static void print_places(const struct rollout *r)
{
    if (!r->put)
        return;
    console_line("the configuration is %s", r->target);
    if (r->place.content != NULL)
        console_line("the former one is %s", r->place.former_path);
}

static enum shmb_exit end_served(struct rollout *r)
{
    /* The check has printed its messages. */
    enum shmb_exit result = reload_result_print(r->text, &r->report, false);

    r->result =
        r->report.reload_result == SHMB_RELOAD_APPLIED ? ROLLOUT_APPLIED : ROLLOUT_INCOMPLETE;
    r->degraded = result != SHMB_EXIT_DONE;
    print_places(r);
    return result;
}

static enum shmb_exit end_unknown(struct rollout *r, enum shmb_exit result)
{
    r->result = ROLLOUT_UNKNOWN;
    if (result == SHMB_EXIT_NOT_SO)
        console_error("shmbroker: another program has changed %s meanwhile; the service serves "
                      "that; run this again",
                      r->target);
    else
        console_error("shmbroker: %s stays in place, and nothing tells yet that the service serves "
                      "it; see shmbroker status, or run this again",
                      r->target);
    return result;
}

/* ---- back ----------------------------------------------------------------------- */

/* Has the service reload the former configuration. False: it has not confirmed it. */
static bool reload_former(struct rollout *r)
{
    struct reload_request request = {.wait_ms = RELOAD_WAIT_MS};
    struct shmb_report report;
    enum shmb_exit result;
    char *text = NULL;

    if (reload_request_send(r->service, &request) == ERROR_SUCCESS)
        text = reload_request_wait(r->service, &request, &report, &result);
    r->running = is_running(r);
    if (text == NULL)
        return false;
    free(text);
    r->degraded = report.result != SHMB_REPORT_COMPLETE;
    return report.reload_result == SHMB_RELOAD_APPLIED ||
           report.reload_result == SHMB_RELOAD_INCOMPLETE;
}

/* The service does not serve the new configuration: puts the former one back. */
static enum shmb_exit end_refused(struct rollout *r, enum shmb_exit result)
{
    struct sys_failure why = {0};
    char text[REPORT_FAILURE];

    r->result = ROLLOUT_REFUSED;
    if (!r->put) {
        console_error("shmbroker: %s had this content before, so there is no former one to put "
                      "back",
                      r->target);
        return result;
    }
    if (!config_place_still_has(&r->place, r->bytes, r->length)) {
        console_error("shmbroker: another program has changed %s meanwhile; that stays, and "
                      "nothing is put back; see shmbroker status",
                      r->target);
        return result;
    }
    if (config_place_restore(&r->place, &why) != SYS_OK) {
        event_failure_text(&why, text);
        console_error("shmbroker: the former configuration cannot be put back to %s: %s; copy it "
                      "there from %s",
                      r->target, text, r->place.former_path);
        return result;
    }
    r->restored = true;
    r->changed = false;
    if (r->place.content == NULL)
        console_error("shmbroker: there was no such file before, so %s is removed again",
                      r->target);
    if (r->place.content == NULL && !r->candidate.included)
        return result; /* there is nothing to reload */
    if (reload_former(r))
        console_error("shmbroker: the former configuration is in place again, and the service has "
                      "reloaded it");
    else
        console_error("shmbroker: the former configuration is in place again; the service has not "
                      "confirmed it; see shmbroker status");
    return result;
}

/* ---- the change ------------------------------------------------------------------ */

static enum shmb_exit put(struct rollout *r)
{
    struct sys_failure why = {0};
    char text[REPORT_FAILURE];
    enum sys_status status;

    if (config_place_has(&r->place, r->bytes, r->length))
        return SHMB_EXIT_DONE;
    status = config_place_put(&r->place, r->bytes, r->length, &why);
    r->put = status == SYS_OK;
    r->changed = r->put;
    if (r->put)
        return SHMB_EXIT_DONE;
    event_failure_text(&why, text);
    console_error("shmbroker: %s cannot be put into place: %s; the configuration is as before",
                  r->target, text);
    return exit_of(status, &why);
}

/*
 * Waits until the service serves exactly this configuration. A watched file may have caused a
 * reload by now; that one counts if it began after the file was in place. One that retries files
 * that were held can have read them before: the digest tells, and the next one is waited for.
 */
static enum shmb_exit serve(struct rollout *r)
{
    struct reload_request request = {.wait_ms = r->timeout_ms};
    enum shmb_exit result;
    DWORD code = reload_request_send(r->service, &request);

    if (code == ERROR_SERVICE_NOT_ACTIVE)
        return end_placed(r);
    if (code != ERROR_SUCCESS)
        return end_refused(r, scm_failed("cannot reach the service", code));
    for (;;) {
        free(r->text);
        r->text = reload_request_wait(r->service, &request, &r->report, &result);
        if (r->text == NULL)
            return result == SHMB_EXIT_NO_BROKER ? end_refused(r, result) : end_unknown(r, result);
        if (r->report.reload_result == SHMB_RELOAD_REFUSED)
            return end_refused(r, reload_result_print(r->text, &r->report, true));
        if (r->report.reload_result != SHMB_RELOAD_HELD) {
            r->changed = true;
            if (has_digest(r, r->text, r->report.text_size))
                return end_served(r);
            if (!config_place_still_has(&r->place, r->bytes, r->length))
                return end_unknown(r, SHMB_EXIT_NOT_SO);
            if (config_candidate_renew(&r->candidate) &&
                has_digest(r, r->text, r->report.text_size))
                return end_served(r);
        }
        if (reload_request_is_over(&request))
            return end_unknown(r, SHMB_EXIT_TIMEOUT);
        request.reloads = r->report.reloads;
    }
}

static enum shmb_exit roll_out(struct rollout *r)
{
    enum shmb_exit result = check(r);

    if (result != SHMB_EXIT_DONE)
        return result;
    r->running = is_running(r);
    if (config_place_has(&r->place, r->bytes, r->length) && (!r->running || is_served(r)))
        return end_unchanged(r);
    if (r->running)
        result = plan(r);
    if (result != SHMB_EXIT_DONE)
        return result;
    if (r->dry_run)
        return end_planned(r);
    result = put(r);
    if (result != SHMB_EXIT_DONE)
        return result;
    /* It may have started or ended meanwhile; a start from now on reads the new file. */
    r->running = is_running(r);
    return r->running ? serve(r) : end_placed(r);
}

enum shmb_exit rollout_run(struct rollout *rollout)
{
    enum shmb_exit result = read_file(rollout);

    if (result == SHMB_EXIT_DONE)
        result = open_place(rollout);
    if (result != SHMB_EXIT_DONE)
        return result;
    rollout->candidate = (struct config_candidate){
        .file = rollout->file,
        .place = rollout->target,
        .main = rollout->main,
        .strict = rollout->strict,
        .unsafe = rollout->unsafe,
        .bytes = rollout->bytes,
        .length = rollout->length,
    };
    config_candidate_open(&rollout->candidate);
    return roll_out(rollout);
}

void rollout_free(struct rollout *rollout)
{
    outlook_free(&rollout->outlook);
    config_candidate_close(&rollout->candidate);
    config_place_close(&rollout->place);
    free(rollout->text);
    free(rollout->bytes);
}
