/*
 * What the directory says about the name, and what the object itself shows: the broker may
 * hold it, a foreign program may, or nobody. A finding "stops" only if a program that asks
 * for the tried level fails.
 */
#include "judge_object.h"

#include <stdio.h>
#include <string.h>

#include "directory.h"

#define CODE_ACCESS_DENIED 5u /* ERROR_ACCESS_DENIED */
#define PAGE               4096u

/* The Win32 right that programs ask for. */
static const char *right_word(int kind, enum shmb_level level)
{
    static const char *const words[SHMB_KIND_COUNT][3] = {
        {"FILE_MAP_READ", "FILE_MAP_WRITE", "FILE_MAP_ALL_ACCESS"},
        {"READ_CONTROL", "SYNCHRONIZE", "MUTEX_ALL_ACCESS"},
        {"SYNCHRONIZE", "EVENT_MODIFY_STATE", "EVENT_ALL_ACCESS"},
        {"SEMAPHORE_QUERY_STATE", "SEMAPHORE_MODIFY_STATE", "SEMAPHORE_ALL_ACCESS"},
        {"FILE_MAP_READ", "FILE_MAP_WRITE", "FILE_MAP_ALL_ACCESS"},
    };

    return kind >= 0 && kind < SHMB_KIND_COUNT && level <= SHMB_LEVEL_FULL ? words[kind][level]
                                                                           : "?";
}

static const char *kind_word(int kind)
{
    if (kind == SHMB_SECTION)
        return "segment";
    return kind < 0 ? "object of another kind" : shmb_kind_word((enum shmb_kind)kind);
}

/* Writes the similar names as "a, b, c"; empty if there are none. */
static void join_nearest(const struct doctor_facts *facts, char *out, size_t size)
{
    size_t i, used = 0;

    out[0] = '\0';
    for (i = 0; i < facts->nearest_count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
                                 facts->nearest[i]);
}

/* What can be requested needs no configuration: then only a typing error is of interest. */
static void judge_unlisted(const struct doctor_facts *facts, struct doctor_report *report)
{
    const bool requestable = facts->request.allowed;
    char nearest[DOCTOR_NEAREST * (SHMB_NAME_BYTES + 2)];
    struct doctor_finding *finding;

    join_nearest(facts, nearest, sizeof(nearest));
    if (requestable && nearest[0] == '\0')
        return;
    finding = doctor_add(report, "not-configured", !doctor_present(facts) && !requestable,
                         "no configuration names %s", facts->name);
    if (requestable)
        doctor_remedy(finding, "did you mean %s? If not, this is as it should be", nearest);
    else if (nearest[0] != '\0')
        doctor_remedy(
            finding,
            "did you mean %s? If not, have the administrator add it, then: shmbroker reload",
            nearest);
    else
        doctor_remedy(finding,
                      "have the administrator add it to a configuration file, then: shmbroker "
                      "reload");
}

static void judge_listed(const struct doctor_facts *facts, struct doctor_report *report)
{
    char word[SHMB_NAME_WORD];

    if (facts->entry.state == SHMB_ENTRY_CONFLICT)
        doctor_remedy(
            doctor_add(report, "conflict", true,
                       "an object that is not the broker's has the name, so the broker could not "
                       "create its own"),
            "as administrator: shmb holders %s names the program; end it, and from now on start "
            "it after the broker",
            shmb_name_word(facts->name, word));
    else if (facts->entry.state == SHMB_ENTRY_FAILED)
        doctor_remedy(
            doctor_add(report, "failed", true, "the system could not create the object"),
            "as administrator: shmbroker status says which call failed; the broker retries");
    else if (doctor_present(facts) &&
             facts->kind != (int)shmb_kernel_kind((enum shmb_kind)facts->entry.kind))
        doctor_remedy(
            doctor_add(report, "wrong-kind", true,
                       "the configuration says %s, but the name is held by something else: %s",
                       kind_word((int)facts->entry.kind), kind_word(facts->kind)),
            "as administrator: shmb holders %s names the program that holds it",
            shmb_name_word(facts->name, word));
}

static void judge_owner(const struct doctor_facts *facts, struct doctor_report *report)
{
    char word[SHMB_NAME_WORD];

    if (facts->kind == DOCTOR_OTHER)
        doctor_remedy(
            doctor_add(report, "other-kind", true,
                       "an object that is not a segment, mutex, event or semaphore has the name"),
            "end the program that created it (shmb holders %s names it), or use another name",
            shmb_name_word(facts->name, word));
    else if (facts->owner_known && !facts->owner_trusted)
        doctor_remedy(
            doctor_add(
                report, "not-ours", true,
                "the owner of the object is %s, so the broker did not create it: the library "
                "refuses it, plain Win32 programs do not notice",
                facts->owner),
            "end the program that created it (shmb holders %s names it); the broker then creates "
            "the object, if it is configured",
            shmb_name_word(facts->name, word));
}

static void judge_denied(const struct doctor_facts *facts, struct doctor_report *report)
{
    const char *user = facts->place.user[0] != '\0' ? facts->place.user : "you";
    const char *level = shmb_level_word(facts->level);
    char denied[DOCTOR_TEXT + 64] = "", given[DOCTOR_TEXT + 64] = "";
    struct doctor_finding *finding;

    if (facts->trustees.denied[0] != '\0')
        snprintf(denied, sizeof(denied), "; it denies it to %s", facts->trustees.denied);
    if (facts->trustees.given[0] != '\0')
        snprintf(given, sizeof(given), "; it gives it to %s", facts->trustees.given);
    finding = doctor_add(
        report, "access-denied", true,
        "access denied: the access list of this %s does not give %s level %s (%s)%s%s",
        kind_word(facts->kind), user, level, right_word(facts->kind, facts->level), given, denied);
    /* Never a way to power over the machine, and no group that nobody can join. */
    if (facts->trustees.groups[0] != '\0')
        doctor_remedy(
            finding,
            "have the administrator make %s a member of one of these groups: %s (it takes effect "
            "at the next logon), or configure access: { %s: [...] } with %s or a group, then: "
            "shmbroker reload",
            user, facts->trustees.groups, level, user);
    else
        doctor_remedy(
            finding,
            "have the administrator configure access: { %s: [...] } with %s or a group, then: "
            "shmbroker reload",
            level, user);
}

/* A view is mapped in whole pages, and Windows answers "access denied" to a longer one. */
static void judge_size(const struct doctor_facts *facts, struct doctor_report *report)
{
    uint64_t bytes = facts->entry.bytes, whole = (bytes + PAGE - 1) / PAGE * PAGE;

    /* Programs do not map a queue themselves. */
    if (facts->entry.kind != SHMB_SECTION || facts->kind != SHMB_SECTION || !facts->listed ||
        facts->entry.state != SHMB_ENTRY_HELD || bytes == 0)
        return;
    doctor_remedy(
        doctor_add(report, "view-size", false,
                   "it has %llu bytes, in whole pages %llu: MapViewOfFile with more bytes fails "
                   "with error 5, which means \"too long\" there and not \"access denied\"",
                   (unsigned long long)bytes, (unsigned long long)whole),
        "map 0 bytes, which means all of it, or at most %llu; or have the administrator configure "
        "a larger size",
        (unsigned long long)whole);
}

/* What plain programs write is not in what readers of snapshots get. */
static void judge_snapshots(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (!facts->listed || !facts->entry.twofold)
        return;
    doctor_remedy(
        doctor_add(report, "double-snapshots", false,
                   "it has snapshots: double: a program without the library that writes to the "
                   "segment publishes nothing, so readers of snapshots do not see what it wrote "
                   "before a program publishes with the library"),
        "write with the library (shmb_write, or shmb_write_begin and shmb_write_end), or have the "
        "administrator configure snapshots: sequence");
}

static void judge_lock(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_lock *lock = &facts->lock;
    char word[SHMB_NAME_WORD];

    if (lock->fast)
        doctor_remedy(
            doctor_add(
                report, "fast-lock", false,
                "Global\\%s is the event of a fast lock (lock: fast), and no mutex: OpenMutex "
                "fails with error 6, and a program without the library cannot take part",
                lock->name),
            "use the library (shmb_lock), or have the administrator configure lock: mutex");
    if (lock->held)
        doctor_remedy(
            doctor_add(report, "lock-held", false, "Global\\%s is %s", lock->name, lock->text),
            "if it does not end: find out what that program does, or end it; shmb "
            "holders %s shows who has it open",
            shmb_name_word(lock->name, word));
    if (lock->abandoned && lock->segment[0] != '\0')
        doctor_remedy(doctor_add(report, "lock-abandoned", false,
                                 "an owner of Global\\%s died while it held the lock, and nobody "
                                 "repaired the segment since: every owner is told so",
                                 lock->name),
                      "check the content (shmb dump --raw %s), then: shmb repair %s",
                      shmb_name_word(lock->segment, word), word);
    else if (lock->abandoned)
        doctor_remedy(doctor_add(report, "lock-abandoned", false,
                                 "an owner of Global\\%s died while it held the mutex: the next "
                                 "owner gets WAIT_ABANDONED",
                                 lock->name),
                      "have the next owner check what the mutex guards");
}

/* For some programs the existence of an object is the message. */
static void judge_existence(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->kind <= SHMB_SECTION || !facts->listed || facts->entry.state != SHMB_ENTRY_HELD ||
        facts->kind != (int)facts->entry.kind)
        return;
    doctor_remedy(
        doctor_add(report, "always-exists", false,
                   "the broker holds it all the time: a program that creates it and takes "
                   "ERROR_ALREADY_EXISTS for \"already running\" always gets that answer"),
        "do not configure the object for such a program; config/held-objects.md in the sources "
        "of ShmBroker has more");
}

static void judge_access(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->kind < 0)
        return;
    if (facts->open_code == CODE_ACCESS_DENIED) {
        judge_denied(facts, report);
    } else if (facts->open_code != 0) {
        doctor_remedy(doctor_add(report, "open-failed", true, "opening it failed: error %lu",
                                 (unsigned long)facts->open_code),
                      "try again; net helpmsg %lu explains the error",
                      (unsigned long)facts->open_code);
    } else if (facts->full_code == CODE_ACCESS_DENIED && facts->level != SHMB_LEVEL_FULL &&
               facts->kind <= SHMB_MUTEX) {
        doctor_remedy(
            doctor_add(report, "asks-for-all", false,
                       facts->kind == SHMB_SECTION
                           ? "access is denied to a program that asks for all rights: "
                             "FILE_MAP_ALL_ACCESS, "
                             "or CreateFileMapping on a name that exists"
                           : "access is denied to a program that asks for all rights: "
                             "MUTEX_ALL_ACCESS, or "
                             "in old programs CreateMutex on a name that exists"),
            "change it to %s, or have the administrator configure access: { full: [...] }",
            facts->kind == SHMB_SECTION ? "OpenFileMapping with FILE_MAP_READ or FILE_MAP_WRITE"
                                        : "OpenMutex with SYNCHRONIZE");
    }
}

static void judge_control(const struct doctor_facts *facts, struct doctor_report *report)
{
    static const char remedy[] =
        "wait a minute: the broker repairs it; at once, as administrator: shmbroker reload. If it "
        "happens again, find the program: its account has level write";

    if (facts->control == DOCTOR_CONTROL_BLOCK)
        doctor_remedy(
            doctor_add(report, "control-damaged", true,
                       "a program that may write the segment has damaged its control section: "
                       "locks, snapshots and shmb_write of the library fail with SHMB_CORRUPT or "
                       "SHMB_STALE; plain Win32 programs do not notice"),
            "%s", remedy);
    else if (facts->control == DOCTOR_CONTROL_HEADER)
        doctor_remedy(
            doctor_add(report, "control-header-damaged", false,
                       "a program that may write the segment has damaged the header of its control "
                       "section; this version of the library does without the header"),
            "%s", remedy);
}

void doctor_judge_object(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->listed)
        judge_listed(facts, report);
    else if (facts->broker_runs && facts->directory == DOCTOR_DIRECTORY_GOOD)
        judge_unlisted(facts, report);
    else if (!doctor_present(facts) && facts->broker_runs &&
             (facts->directory == DOCTOR_DIRECTORY_DENIED ||
              facts->directory == DOCTOR_DIRECTORY_NOT_OURS ||
              facts->directory == DOCTOR_DIRECTORY_FAILED))
        doctor_remedy(
            doctor_add(report, "not-found", true, "no object Global\\%s exists", facts->name),
            "as administrator: shmbroker status lists what the broker holds");
    /* Same spelling, or the difference in case explains it: doctor.c names that. */
    if (facts->listed && facts->entry.state == SHMB_ENTRY_HELD && !doctor_present(facts) &&
        strcmp(facts->entry.name, facts->name) == 0)
        doctor_remedy(doctor_add(report, "not-visible", true,
                                 "the broker holds the object, but this process cannot find it"),
                      "see the findings about the environment of this process; if there are none, "
                      "try again");
    judge_owner(facts, report);
    judge_access(facts, report);
    judge_control(facts, report);
    judge_lock(facts, report);
}

void doctor_judge_sound(const struct doctor_facts *facts, struct doctor_report *report)
{
    judge_size(facts, report);
    judge_snapshots(facts, report);
    if (facts->kind >= 0 && facts->kind != SHMB_SECTION)
        doctor_remedy(doctor_add(report, "kind", false,
                                 "its kind is %s: opening it as another kind fails with error 6",
                                 kind_word(facts->kind)),
                      "open it as this kind");
    judge_existence(facts, report);
}

void doctor_judge_twin(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->twin != DOCTOR_ABSENT)
        doctor_remedy(
            doctor_add(report, "session-twin", false,
                       "another %s of this name exists only in session %lu: a program there that "
                       "uses %s without Global\\ gets that one",
                       kind_word(facts->twin), (unsigned long)facts->place.session, facts->name),
            "have the program use Global\\%s", facts->name);
}
