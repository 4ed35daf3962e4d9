#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler.h"
#include "directory.h"

#define CODE_ACCESS_DENIED 5u /* ERROR_ACCESS_DENIED */

/* Adds a finding; its remedy is written next. */
static struct doctor_finding *add(struct doctor_report *report, const char *id, bool stops,
                                  const char *format, ...) SHMB_PRINTF(4, 5);
static void remedy(struct doctor_finding *finding, const char *format, ...) SHMB_PRINTF(2, 3);

static struct doctor_finding *add(struct doctor_report *report, const char *id, bool stops,
                                  const char *format, ...)
{
    struct doctor_finding *finding = &report->finding[report->count];
    va_list arguments;

    /* There are fewer causes than places; the last one is written over else. */
    if (report->count + 1 < DOCTOR_FINDINGS)
        report->count++;
    finding->id = id;
    finding->stops = stops;
    finding->remedy[0] = '\0';
    if (stops)
        report->opens = false;
    va_start(arguments, format);
    vsnprintf(finding->says, sizeof(finding->says), format, arguments);
    va_end(arguments);
    return finding;
}

static void remedy(struct doctor_finding *finding, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(finding->remedy, sizeof(finding->remedy), format, arguments);
    va_end(arguments);
}

/* What programs ask for. */
static const char *right_word(int kind, enum shmb_level level)
{
    static const char *const words[SHMB_KIND_COUNT][3] = {
        {"FILE_MAP_READ", "FILE_MAP_WRITE", "FILE_MAP_ALL_ACCESS"},
        {"READ_CONTROL", "SYNCHRONIZE", "MUTEX_ALL_ACCESS"},
        {"SYNCHRONIZE", "EVENT_MODIFY_STATE", "EVENT_ALL_ACCESS"},
        {"SEMAPHORE_QUERY_STATE", "SEMAPHORE_MODIFY_STATE", "SEMAPHORE_ALL_ACCESS"},
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

static bool present(const struct doctor_facts *facts)
{
    return facts->kind != DOCTOR_ABSENT;
}

/* ---- the name ---- */

static void judge_name(const struct doctor_facts *facts, const struct doctor_question *question,
                       struct doctor_report *report)
{
    if (facts->other_prefix)
        remedy(add(report, "wrong-prefix", true,
                   "%s is private to one session: what the broker holds is never there",
                   question->name),
               "write Global\\%s", facts->name[0] != '\0' ? facts->name : "NAME");
    if (facts->fault != SHMB_NAME_OK)
        remedy(add(report, "bad-name", true, "no object of the broker can have this name"), "%s",
               shmb_name_fault_text(facts->fault));
    if (facts->prefix_case)
        remedy(add(report, "prefix-case", true,
                   "the prefix of %s is in another case: the kernel knows only Global\\, others "
                   "fail with error 3",
                   question->name),
               "write Global\\%s", facts->name);
    if (facts->listed && strcmp(facts->entry.name, facts->name) != 0)
        remedy(add(report, "case", true,
                   "the object is called %s: the library finds it in any case, plain Win32 calls "
                   "do not",
                   facts->entry.name),
               "write Global\\%s", facts->entry.name);
}

/* ---- the place we run in ---- */

static void judge_place(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_place *place = &facts->place;
    bool stops = !present(facts);

    if (place->windows_container)
        remedy(add(report, "windows-container", stops,
                   "this is a Windows container, which has a Global\\ of its own"),
               "run the broker in the container, or the program outside of it");
    if (place->app_container)
        remedy(add(report, "app-container", true,
                   "this process runs in an AppContainer, as Store apps do: Global\\ is closed "
                   "to it"),
               "let a program outside of it use the object, and talk to that one through a pipe");
    else if (place->package)
        remedy(add(report, "package", false, "this process runs in an MSIX package"),
               "nothing is to be done as long as the package runs with full trust");
    if (place->low_integrity)
        remedy(add(report, "low-integrity", false,
                   "this process runs at low integrity, as a sandbox does: it may change only "
                   "what is made for that"),
               "have the administrator write integrity: low for the object, if the sandbox may "
               "have it");
    if (place->app_v)
        remedy(add(report, "app-v", stops,
                   "this process runs in App-V's virtual environment, which may give it its own "
                   "objects"),
               "let the dynamic configuration of the package leave named objects alone (Objects)");
    if (place->shim_here)
        remedy(add(report, "compatibility-shim", true,
                   "the compatibility fix LocalMappedObject acts on this process: it turns "
                   "Global\\ into Local\\"),
               "take the fix, or the compatibility mode that brings it, off the program");
    else if (place->shimmed[0] != '\0')
        remedy(add(report, "compatibility-shim", false,
                   "the compatibility fix LocalMappedObject is set for %s: in it Global\\ becomes "
                   "Local\\",
                   place->shimmed),
               "take the fix off that program: AppCompatFlags\\Layers in the registry, or its "
               "compatibility database");
}

/* ---- the service ---- */

static void judge_absent_broker(const struct doctor_facts *facts, struct doctor_report *report)
{
    bool stops = !present(facts);

    switch (facts->service) {
    case DOCTOR_SERVICE_MISSING:
        remedy(add(report, "service-not-installed", stops,
                   "no broker runs, and the service ShmBroker is not installed"),
               "as administrator: shmbroker install, then shmbroker start");
        break;
    case DOCTOR_SERVICE_STOPPED:
        if (facts->service_code != 0)
            remedy(add(report, "service-stopped", stops,
                       "the service ShmBroker has stopped with exit code %lu",
                       (unsigned long)facts->service_code),
                   "the Application event log says why, source ShmBroker; then, as administrator: "
                   "shmbroker start");
        else
            remedy(add(report, "service-stopped", stops, "the service ShmBroker is stopped"),
                   "as administrator: shmbroker start");
        break;
    case DOCTOR_SERVICE_STARTING:
        remedy(add(report, "service-starting", stops, "the service ShmBroker is just starting"),
               "try again in a moment; shmb_open can wait for it");
        break;
    case DOCTOR_SERVICE_STOPPING:
        remedy(add(report, "service-stopping", stops, "the service ShmBroker is just stopping"),
               "as administrator, when it has stopped: shmbroker start");
        break;
    case DOCTOR_SERVICE_RUNS:
        remedy(add(report, "no-broker", stops,
                   "the service ShmBroker runs, but its objects are not to be seen from here"),
               "as administrator: shmbroker status");
        break;
    default:
        remedy(add(report, "no-broker", stops, "no broker runs"),
               "as administrator: shmbroker status says how the service stands");
    }
}

static void judge_directory(const struct doctor_facts *facts, struct doctor_report *report)
{
    switch (facts->directory) {
    case DOCTOR_DIRECTORY_NONE:
    case DOCTOR_DIRECTORY_EMPTY:
        remedy(add(report, "service-starting", !present(facts),
                   "the broker is just starting: it has not published what it holds"),
               "try again in a moment; shmb_open can wait for it");
        break;
    case DOCTOR_DIRECTORY_DENIED:
        remedy(add(report, "directory-denied", false,
                   "you may not read the broker's directory: sizes are rounded up to pages, and "
                   "there are no snapshots"),
               "have the administrator name you in directory: { access: { read: [...] } }");
        break;
    case DOCTOR_DIRECTORY_NOT_OURS:
        remedy(add(report, "directory-not-ours", false,
                   "a stranger holds the name of the broker's directory"),
               "as administrator: shmbroker status names the program; end it");
        break;
    case DOCTOR_DIRECTORY_VERSION:
        remedy(add(report, "version", true,
                   "the broker publishes in a version that this library does not know"),
               "use shmb.exe and shmbclient.dll of the same release as the broker");
        break;
    case DOCTOR_DIRECTORY_CORRUPT:
        remedy(add(report, "directory-corrupt", true,
                   "what the broker has published fails its checks"),
               "as administrator: stop and start the service, and report it");
        break;
    case DOCTOR_DIRECTORY_FAILED:
        remedy(add(report, "directory-failed", false,
                   "the broker's directory cannot be read: the system failed"),
               "shmb info says which call failed");
        break;
    default:
        break;
    }
}

static void judge_service(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (!facts->broker_runs) {
        judge_absent_broker(facts, report);
        return;
    }
    judge_directory(facts, report);
    if (facts->health == DOCTOR_HEALTH_DEGRADED)
        remedy(add(report, "degraded", false,
                   "the broker is degraded: it serves less than its files ask for"),
               "as administrator: shmbroker status names what is missing, and why");
}

/* ---- the object ---- */

static void join_nearest(const struct doctor_facts *facts, char *out, size_t size)
{
    size_t i, used = 0;

    out[0] = '\0';
    for (i = 0; i < facts->nearest_count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
                                 facts->nearest[i]);
}

static void judge_unlisted(const struct doctor_facts *facts, struct doctor_report *report)
{
    struct doctor_finding *finding =
        add(report, "not-configured", !present(facts), "no configuration names %s", facts->name);
    char nearest[DOCTOR_NEAREST * (SHMB_NAME_BYTES + 2)];

    join_nearest(facts, nearest, sizeof(nearest));
    if (nearest[0] != '\0')
        remedy(finding,
               "did you mean %s? Else have the administrator add it, then: shmbroker reload",
               nearest);
    else
        remedy(finding, "have the administrator add it to a configuration file, then: shmbroker "
                        "reload");
}

static void judge_listed(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->entry.state == SHMB_ENTRY_CONFLICT)
        remedy(add(report, "conflict", true,
                   "something that is not the broker's holds the name, so the broker could not "
                   "make the object"),
               "as administrator: shmbroker status names the program; end it, and start it after "
               "the broker from now on");
    else if (facts->entry.state == SHMB_ENTRY_FAILED)
        remedy(add(report, "failed", true, "the system refused to make the object"),
               "as administrator: shmbroker status says which call failed; the broker tries again");
    else if (present(facts) && facts->kind != (int)facts->entry.kind)
        remedy(add(report, "wrong-kind", true,
                   "the configuration says %s, but the name is held by something else: %s",
                   kind_word((int)facts->entry.kind), kind_word(facts->kind)),
               "as administrator: shmbroker status names the program that holds it");
}

static void judge_owner(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->kind == DOCTOR_OTHER)
        remedy(add(report, "other-kind", true,
                   "the name is held by something that is no segment, mutex, event or semaphore"),
               "end the program that made it, or use another name");
    else if (facts->owner_known && !facts->owner_trusted)
        remedy(add(report, "not-ours", true,
                   "the object belongs to %s, so the broker did not make it: the library refuses "
                   "it, plain programs do not notice",
                   facts->owner),
               "end the program that made it; from then on the broker holds the name, if a "
               "configuration has it");
}

static void judge_denied(const struct doctor_facts *facts, struct doctor_report *report)
{
    const char *user = facts->place.user[0] != '\0' ? facts->place.user : "you";
    const char *level = shmb_level_word(facts->level);
    char denied[DOCTOR_TEXT + 64] = "", given[DOCTOR_TEXT + 64] = "";
    struct doctor_finding *finding;

    if (facts->trustees.denied[0] != '\0')
        snprintf(denied, sizeof(denied), "; it refuses it to %s", facts->trustees.denied);
    if (facts->trustees.given[0] != '\0')
        snprintf(given, sizeof(given), "; it gives it to %s", facts->trustees.given);
    finding = add(report, "access-denied", true,
                  "access denied: the access list of this %s does not give %s level %s (%s)%s%s",
                  kind_word(facts->kind), user, level, right_word(facts->kind, facts->level), given,
                  denied);
    if (facts->trustees.given[0] != '\0')
        remedy(finding,
               "have the administrator make %s a member of one of these (it counts from the next "
               "logon), or write access: { %s: [...] } for it, then: shmbroker reload",
               user, level);
    else
        remedy(finding,
               "have the administrator write access: { %s: [...] } with %s or a group for it, "
               "then: shmbroker reload",
               level, user);
}

static void judge_access(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->kind < 0)
        return;
    if (facts->open_code == CODE_ACCESS_DENIED) {
        judge_denied(facts, report);
    } else if (facts->open_code != 0) {
        remedy(add(report, "open-failed", true, "it cannot be opened: error %lu",
                   (unsigned long)facts->open_code),
               "try again; net helpmsg %lu says what that is", (unsigned long)facts->open_code);
    } else if (facts->full_code == CODE_ACCESS_DENIED && facts->level != SHMB_LEVEL_FULL &&
               facts->kind <= SHMB_MUTEX) {
        remedy(add(report, "asks-for-all", false,
                   facts->kind == SHMB_SECTION
                       ? "a program that asks for all access is refused: FILE_MAP_ALL_ACCESS, and "
                         "CreateFileMapping on a name that exists"
                       : "a program that asks for all access is refused: MUTEX_ALL_ACCESS, and in "
                         "old programs CreateMutex on a name that exists"),
               "change it to %s, or have the administrator give it access: { full: [...] }",
               facts->kind == SHMB_SECTION ? "OpenFileMapping with FILE_MAP_READ or FILE_MAP_WRITE"
                                           : "OpenMutex with SYNCHRONIZE");
    }
}

static void judge_object(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->listed)
        judge_listed(facts, report);
    else if (facts->broker_runs && facts->directory == DOCTOR_DIRECTORY_GOOD)
        judge_unlisted(facts, report);
    else if (!present(facts) && facts->broker_runs &&
             (facts->directory == DOCTOR_DIRECTORY_DENIED ||
              facts->directory == DOCTOR_DIRECTORY_NOT_OURS ||
              facts->directory == DOCTOR_DIRECTORY_FAILED))
        remedy(add(report, "not-found", true, "there is no object Global\\%s", facts->name),
               "as administrator: shmbroker status lists what the broker holds");
    if (facts->listed && facts->entry.state == SHMB_ENTRY_HELD && !present(facts) &&
        strcmp(facts->entry.name, facts->name) == 0)
        remedy(add(report, "not-visible", true,
                   "the broker holds the object, but this process does not see it"),
               "look at what is said of the place it runs in; else try again");
    judge_owner(facts, report);
    judge_access(facts, report);
    if (facts->kind >= 0 && facts->kind != SHMB_SECTION)
        remedy(add(report, "kind", false,
                   "its kind is %s: a call for another kind fails with error 6",
                   kind_word(facts->kind)),
               "open it as what it is");
}

static void judge_twin(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->twin != DOCTOR_ABSENT)
        remedy(add(report, "session-twin", false,
                   "another %s of this name exists in session %lu alone: a program there that "
                   "says %s without Global\\ gets that one",
                   kind_word(facts->twin), (unsigned long)facts->place.session, facts->name),
               "let the program say Global\\%s", facts->name);
}

/* ---- the DLL ---- */

static const char *machine_word(uint32_t machine)
{
    switch (machine) {
    case DOCTOR_MACHINE_X86:
        return "32-bit (x86)";
    case DOCTOR_MACHINE_X64:
        return "64-bit (x64)";
    default:
        return "other";
    }
}

static void judge_dll_version(const struct doctor_dll *dll, const struct doctor_question *question,
                              struct doctor_report *report)
{
    const uint32_t *is = dll->version, *ours = question->version;

    if (is[0] == 0 && is[1] == 0 && is[2] == 0) {
        /* Of the other bitness, not every system shows it. */
        if (dll->machine != question->machine)
            return;
        remedy(add(report, "dll-no-version", false,
                   "%s says nothing of its version: it may be another library", question->dll),
               "use the shmbclient.dll that came with the broker");
    } else if (memcmp(is, ours, sizeof(dll->version)) != 0) {
        remedy(add(report, "dll-version", false,
                   "%s has version %lu.%lu.%lu, this shmb %lu.%lu.%lu", question->dll,
                   (unsigned long)is[0], (unsigned long)is[1], (unsigned long)is[2],
                   (unsigned long)ours[0], (unsigned long)ours[1], (unsigned long)ours[2]),
               "use shmb.exe and shmbclient.dll of the same release as the broker");
    }
}

static void judge_dll(const struct doctor_facts *facts, const struct doctor_question *question,
                      struct doctor_report *report)
{
    const struct doctor_dll *dll = &facts->dll;

    if (!facts->has_dll)
        return;
    if (dll->state == DOCTOR_DLL_UNREADABLE) {
        remedy(add(report, "dll-unreadable", true, "%s cannot be read: error %lu", question->dll,
                   (unsigned long)dll->code),
               "put the DLL into the folder of the program");
        return;
    }
    if (dll->state == DOCTOR_DLL_NO_IMAGE) {
        remedy(add(report, "dll-no-image", true, "%s is no DLL", question->dll),
               "use the shmbclient.dll that came with the broker");
        return;
    }
    if (dll->machine != question->machine)
        remedy(add(report, "dll-bitness", true,
                   "%s is a %s DLL, this shmb is %s: a program as this one cannot load it (error "
                   "193)",
                   question->dll, machine_word(dll->machine), machine_word(question->machine)),
               "use the DLL of the program's own bitness; to ask for a program of the other one, "
               "run the other shmb.exe");
    judge_dll_version(dll, question, report);
}

void doctor_judge(const struct doctor_facts *facts, const struct doctor_question *question,
                  struct doctor_report *report)
{
    report->count = 0;
    report->opens = true;
    judge_name(facts, question, report);
    judge_place(facts, report);
    judge_service(facts, report);
    if (facts->fault == SHMB_NAME_OK) {
        judge_object(facts, report);
        judge_twin(facts, report);
    }
    judge_dll(facts, question, report);
    /* Who is stopped by nothing above, and still finds nothing. */
    if (report->opens && !present(facts))
        remedy(add(report, "not-found", true, "there is no object of this name"),
               "as administrator: shmbroker status lists what the broker holds");
}
