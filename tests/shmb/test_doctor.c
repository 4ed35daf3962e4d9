/* shmb doctor: each verdict on purpose, through a port that says what a test wants. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "doctor.h"

#define DENIED 5u

struct fake_object {
    const char *name;
    bool local;
    int kind; /* DOCTOR_OTHER: of no kind of ours */
    uint32_t mask;
    const char *owner;
    bool trusted;
};

/* A machine. */
struct fake {
    enum doctor_service service;
    uint32_t service_code;
    bool broker, proven;
    enum doctor_health health;
    enum doctor_directory directory;
    struct doctor_entry entry; /* name empty: nothing is listed */
    const char *nearest[DOCTOR_NEAREST];
    struct fake_object object[3];
    bool linked;
    enum doctor_control control;
    struct doctor_trustees trustees;
    struct doctor_lock lock;
    struct doctor_place place;
    struct doctor_dll dll;
    struct doctor_request request;
    const char *version; /* of the broker; NULL: it does not tell */
    uint64_t asked;      /* bytes; 0: it was not asked */
};

static enum doctor_service fake_service(void *context, uint32_t *code)
{
    struct fake *fake = context;

    *code = fake->service_code;
    return fake->service;
}

static bool fake_runs(void *context, bool *proven)
{
    struct fake *fake = context;

    *proven = fake->broker && fake->proven;
    return fake->broker;
}

static enum doctor_health fake_health(void *context)
{
    return ((struct fake *)context)->health;
}

static enum doctor_directory fake_look_up(void *context, const char *name,
                                          struct doctor_entry *entry, bool *found)
{
    struct fake *fake = context;

    if (fake->directory == DOCTOR_DIRECTORY_GOOD &&
        shmb_name_same(name, strlen(name), fake->entry.name, strlen(fake->entry.name))) {
        *entry = fake->entry;
        *found = true;
    }
    return fake->directory;
}

static size_t fake_nearest(void *context, const char *name,
                           char out[DOCTOR_NEAREST][SHMB_NAME_BYTES])
{
    struct fake *fake = context;
    size_t count = 0;

    (void)name;
    for (; count < DOCTOR_NEAREST && fake->nearest[count] != NULL; count++)
        snprintf(out[count], SHMB_NAME_BYTES, "%s", fake->nearest[count]);
    return count;
}

static struct fake_object *find(struct fake *fake, bool local, const char *name)
{
    size_t i;

    for (i = 0; i < 3; i++)
        if (fake->object[i].name != NULL && fake->object[i].local == local &&
            strcmp(fake->object[i].name, name) == 0)
            return &fake->object[i];
    return NULL;
}

static uint32_t fake_open(void *context, bool local, enum shmb_kind kind, const char *name,
                          uint32_t mask)
{
    struct fake_object *object = find(context, local, name);

    if (object == NULL)
        return 2;
    if (object->kind != (int)kind)
        return 6;
    return (object->mask & mask) == mask ? 0 : DENIED;
}

static enum doctor_control fake_control(void *context, const char *name)
{
    (void)name;
    return ((struct fake *)context)->control;
}

static bool fake_linked(void *context, uint32_t session, const char *name)
{
    struct fake *fake = context;

    (void)name;
    return fake->linked && session == fake->place.session;
}

static uint32_t fake_owner(void *context, enum shmb_kind kind, const char *name,
                           char owner[DOCTOR_TEXT], bool *trusted)
{
    struct fake_object *object = find(context, false, name);

    (void)kind;
    if (object == NULL || object->owner == NULL)
        return DENIED;
    snprintf(owner, DOCTOR_TEXT, "%s", object->owner);
    *trusted = object->trusted;
    return 0;
}

static void fake_trustees(void *context, enum shmb_kind kind, const char *name, uint32_t mask,
                          struct doctor_trustees *out)
{
    (void)kind;
    (void)name;
    (void)mask;
    *out = ((struct fake *)context)->trustees;
}

static void fake_lock(void *context, enum shmb_kind kind, const char *name, struct doctor_lock *out)
{
    (void)kind;
    (void)name;
    *out = ((struct fake *)context)->lock;
}

static void fake_place(void *context, struct doctor_place *out)
{
    *out = ((struct fake *)context)->place;
}

static void fake_dll(void *context, const char *path, struct doctor_dll *out)
{
    (void)path;
    *out = ((struct fake *)context)->dll;
}

static void fake_request(void *context, const char *name, uint64_t bytes,
                         struct doctor_request *out)
{
    struct fake *fake = context;

    (void)name;
    fake->asked = bytes;
    *out = fake->request;
}

static void fake_version(void *context, char out[DOCTOR_VERSION])
{
    struct fake *fake = context;

    if (fake->version != NULL)
        snprintf(out, DOCTOR_VERSION, "%s", fake->version);
}

static uint64_t bytes_wanted;

static struct fake machine;
static struct doctor_report report;
static struct doctor_facts facts;

/* Prices, a segment that all may read and write, in session 2. */
static int good_machine(void **state)
{
    (void)state;
    memset(&machine, 0, sizeof(machine));
    machine.service = DOCTOR_SERVICE_RUNS;
    machine.broker = true;
    machine.health = DOCTOR_HEALTH_COMPLETE;
    snprintf(machine.entry.name, sizeof(machine.entry.name), "Prices");
    machine.entry.kind = SHMB_SECTION;
    machine.entry.state = SHMB_ENTRY_HELD;
    machine.object[0] =
        (struct fake_object){"Prices", false, SHMB_SECTION, 0xF001F, "S-1-5-18", true};
    machine.place.session = 2;
    snprintf(machine.place.user, sizeof(machine.place.user), "CORP\\Ann");
    machine.dll.machine = DOCTOR_MACHINE_X64;
    machine.dll.version[1] = 1;
    return 0;
}

static void ask_level(const char *name, enum shmb_level level, const char *dll)
{
    const struct doctor_system system = {&machine,     fake_service, fake_runs,     fake_health,
                                         fake_look_up, fake_nearest, fake_open,     fake_control,
                                         fake_linked,  fake_owner,   fake_trustees, fake_lock,
                                         fake_place,   fake_dll,     fake_request,  fake_version};
    const struct doctor_question question = {
        name, level, dll, DOCTOR_MACHINE_X64, {0, 1, 0}, "0.1.0-rc.1", bytes_wanted};

    doctor_gather(&system, &question, &facts);
    doctor_judge(&facts, &question, &report);
}

static void ask(const char *name)
{
    ask_level(name, SHMB_LEVEL_DENY, NULL);
}

/* The findings are these, in this order, "!" before those that stop; each has its sentences. */
static void expect(const char *ids)
{
    char got[512] = "";
    bool stops = false;
    size_t i;

    for (i = 0; i < report.count; i++) {
        const struct doctor_finding *finding = &report.finding[i];

        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s%s", i == 0 ? "" : " ",
                 finding->stops ? "!" : "", finding->id);
        assert_true(strlen(finding->says) > 10);
        assert_true(strlen(finding->remedy) > 10);
        stops = stops || finding->stops;
    }
    assert_string_equal(got, ids);
    assert_int_equal(report.opens, !stops);
}

/* Finding `id` says this, or its remedy does. */
static void expect_text(const char *id, const char *part)
{
    size_t i;

    for (i = 0; i < report.count; i++)
        if (strcmp(report.finding[i].id, id) == 0 &&
            (strstr(report.finding[i].says, part) || strstr(report.finding[i].remedy, part)))
            return;
    fail_msg("\"%s\" does not say \"%s\"", id, part);
}

/* No finding and no remedy says this. */
static void expect_no_text(const char *part)
{
    size_t i;

    for (i = 0; i < report.count; i++)
        if (strstr(report.finding[i].says, part) || strstr(report.finding[i].remedy, part))
            fail_msg("\"%s\" says \"%s\"", report.finding[i].id, part);
}

static void what_is_well_is_said_to_be(void **state)
{
    (void)state;
    ask("Prices");
    expect("");
    ask("Global\\Prices");
    expect("");
    ask_level("Prices", SHMB_LEVEL_FULL, "shmbclient.dll");
    expect("");
}

static void a_damaged_control_section(void **state)
{
    (void)state;
    machine.control = DOCTOR_CONTROL_HEADER;
    ask("Prices");
    expect("control-header-damaged");
    expect_text("control-header-damaged", "shmbroker reload");
    machine.control = DOCTOR_CONTROL_BLOCK;
    ask("Prices");
    expect("!control-damaged");
    expect_text("control-damaged", "shmbroker reload");
    /* What is not the broker's has none. */
    machine.entry.state = SHMB_ENTRY_CONFLICT;
    ask("Prices");
    expect("!conflict");
}

static void a_service_that_does_not_run(void **state)
{
    static const struct {
        enum doctor_service service;
        uint32_t code;
        const char *ids, *text;
    } table[] = {
        {DOCTOR_SERVICE_MISSING, 0, "service-not-installed", "shmbroker install"},
        {DOCTOR_SERVICE_STOPPED, 0, "service-stopped", "shmbroker start"},
        {DOCTOR_SERVICE_STOPPED, 6, "service-stopped", "exit code 6"},
        {DOCTOR_SERVICE_STARTING, 0, "service-starting", "in a moment"},
        {DOCTOR_SERVICE_STOPPING, 0, "service-stopping", "shmbroker start"},
        {DOCTOR_SERVICE_RUNS, 0, "no-broker", "shmbroker status"},
        {DOCTOR_SERVICE_UNKNOWN, 0, "no-broker", "shmbroker status"},
    };
    char ids[64];
    size_t i;

    (void)state;
    machine.broker = false;
    machine.directory = DOCTOR_DIRECTORY_NONE;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        machine.service = table[i].service;
        machine.service_code = table[i].code;
        machine.object[0].name = NULL;
        ask("Prices");
        snprintf(ids, sizeof(ids), "!%s", table[i].ids);
        expect(ids);
        expect_text(table[i].ids, table[i].text);
        machine.object[0].name = "Prices"; /* the keeper, or a program, still holds it */
        ask("Prices");
        expect(table[i].ids);
    }
}

/* Another program holds the name that shows a broker. */
static void a_mutex_is_no_broker(void **state)
{
    (void)state;
    machine.service = DOCTOR_SERVICE_STOPPED;
    machine.directory = DOCTOR_DIRECTORY_NONE;
    machine.object[0].name = NULL;
    ask("Prices");
    expect("instance-not-ours !service-stopped");
    machine.directory = DOCTOR_DIRECTORY_DENIED; /* run in a console, perhaps */
    ask("Prices");
    expect("directory-denied !not-found");
    machine.directory = DOCTOR_DIRECTORY_EMPTY;
    ask("Prices");
    expect("!service-starting");
    machine.directory = DOCTOR_DIRECTORY_NONE;
    machine.service = DOCTOR_SERVICE_UNKNOWN;
    ask("Prices");
    expect("!service-starting");
    machine.service = DOCTOR_SERVICE_STOPPED;
    machine.proven = true;
    ask("Prices");
    expect("!service-starting");
}

static void a_broker_that_is_not_all_well(void **state)
{
    (void)state;
    machine.health = DOCTOR_HEALTH_DEGRADED;
    ask("Prices");
    expect("degraded");
    machine.health = DOCTOR_HEALTH_UNKNOWN;
    machine.directory = DOCTOR_DIRECTORY_DENIED;
    ask("Prices");
    expect("directory-denied");
    machine.directory = DOCTOR_DIRECTORY_NOT_OURS;
    ask("Prices");
    expect("directory-not-ours");
    machine.directory = DOCTOR_DIRECTORY_VERSION;
    ask("Prices");
    expect("!version");
    machine.directory = DOCTOR_DIRECTORY_CORRUPT;
    ask("Prices");
    expect("!directory-corrupt");
    machine.directory = DOCTOR_DIRECTORY_FAILED;
    ask("Prices");
    expect("directory-failed");
    machine.directory = DOCTOR_DIRECTORY_EMPTY;
    machine.object[0].name = NULL;
    ask("Prices");
    expect("!service-starting");
    machine.directory = DOCTOR_DIRECTORY_DENIED;
    ask("Prices");
    expect("directory-denied !not-found");
}

static void a_name_nobody_configured(void **state)
{
    (void)state;
    machine.object[0].name = NULL;
    ask("Prises");
    expect("!not-configured");
    machine.nearest[0] = "Prices";
    machine.nearest[1] = "Prizes";
    ask("Prises");
    expect("!not-configured");
    expect_text("not-configured", "did you mean Prices, Prizes?");
    machine.object[0] =
        (struct fake_object){"Prises", false, SHMB_SECTION, 0xF001F, "S-1-2", false};
    ask("Prises");
    expect("not-configured !not-ours");
    expect_text("not-ours", "S-1-2");
}

static void a_name_that_is_not_quite_it(void **state)
{
    (void)state;
    ask("Local\\Prices");
    expect("!wrong-prefix");
    expect_text("wrong-prefix", "write Global\\Prices");
    ask("global\\Prices");
    expect("!prefix-case");
    machine.object[0].kind = SHMB_SECTION;
    ask("prices");
    expect("!case");
    expect_text("case", "Global\\Prices");
    ask("Session\\1\\Prices");
    expect("!bad-name");
    ask("Global\\a\\b");
    expect("!bad-name");
    ask("");
    expect("!bad-name");
    ask("Local\\");
    expect("!wrong-prefix !bad-name");
}

static void a_prefix_that_is_mistyped(void **state)
{
    static const char *const typed[] = {"Globl\\Prices", "Gobal\\Prices", "GLOBAL/Prices",
                                        "Global/Prices", "Lcal\\Prices"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        ask(typed[i]);
        expect("!prefix-mistyped");
        expect_text("prefix-mistyped", "write Global\\Prices");
    }
    /* A name may have a slash. */
    snprintf(machine.entry.name, sizeof(machine.entry.name), "Global/Prices");
    machine.object[0].name = "Global/Prices";
    ask("Global/Prices");
    expect("");
}

static void the_lock_and_the_size(void **state)
{
    (void)state;
    machine.entry.bytes = 4097;
    ask("Prices");
    expect("view-size");
    expect_text("view-size",
                "in whole pages 8192: MapViewOfFile with more bytes fails with error 5");
    /* It is true of every segment, and would hide what stops the program. */
    machine.object[0].mask = 0x20005;
    ask_level("Prices", SHMB_LEVEL_WRITE, NULL);
    expect("!access-denied");
    machine.object[0].mask = 0xF001F;
    machine.entry.bytes = 0;
    snprintf(machine.lock.name, sizeof(machine.lock.name), "Prices.lock");
    snprintf(machine.lock.text, sizeof(machine.lock.text), "locked by a.exe");
    machine.lock.held = true;
    ask("Prices");
    expect("lock-held");
    expect_text("lock-held", "Global\\Prices.lock is locked by a.exe");
    machine.lock.abandoned = true;
    ask("Prices");
    expect("lock-held lock-abandoned");
    expect_text("lock-abandoned", "WAIT_ABANDONED");
    snprintf(machine.lock.segment, sizeof(machine.lock.segment), "Prices");
    ask("Prices");
    expect_text("lock-abandoned", "shmb repair Prices");
    snprintf(machine.lock.segment, sizeof(machine.lock.segment), "My Prices");
    ask("Prices");
    expect_text("lock-abandoned",
                "(shmb dump --raw \"My Prices\"), then: shmb repair \"My Prices\"");
    machine.lock.held = machine.lock.abandoned = false;
    machine.lock.fast = true;
    ask("Prices");
    expect("fast-lock");
    expect_text("fast-lock", "OpenMutex fails with error 6");
    expect_text("fast-lock", "lock: mutex");
    machine.entry.twofold = true;
    ask("Prices");
    expect("fast-lock double-snapshots");
    expect_text("double-snapshots", "do not see what it wrote");
    expect_text("double-snapshots", "snapshots: sequence");
}

static void who_may_not(void **state)
{
    (void)state;
    machine.object[0].mask = 0x20005;
    ask("Prices");
    expect("asks-for-all");
    ask_level("Prices", SHMB_LEVEL_WRITE, NULL);
    expect("!access-denied");
    expect_text("access-denied", "does not give CORP\\Ann level write (FILE_MAP_WRITE)");
    expect_text("access-denied", "access: { write: [...] } with CORP\\Ann");
    snprintf(machine.trustees.given, DOCTOR_TEXT, "CORP\\Traders");
    snprintf(machine.trustees.denied, DOCTOR_TEXT, "CORP\\Guests");
    ask_level("Prices", SHMB_LEVEL_WRITE, NULL);
    expect_text("access-denied", "it gives it to CORP\\Traders");
    expect_text("access-denied", "it denies it to CORP\\Guests");
    /* Only where somebody can be made a member. */
    expect_no_text("member of");
    snprintf(machine.trustees.groups, DOCTOR_TEXT, "CORP\\Traders");
    ask_level("Prices", SHMB_LEVEL_WRITE, NULL);
    expect_text("access-denied", "make CORP\\Ann a member of one of these groups: CORP\\Traders");
    expect_text("access-denied", "access: { write: [...] } with CORP\\Ann");
    machine.object[0].mask = 0x20007;
    ask_level("Prices", SHMB_LEVEL_FULL, NULL);
    expect("!access-denied");
    expect_text("access-denied", "FILE_MAP_ALL_ACCESS");
    machine.object[0].mask = 0;
    ask("Prices");
    expect("!access-denied");
}

static void names_that_others_hold(void **state)
{
    (void)state;
    machine.entry.state = SHMB_ENTRY_CONFLICT;
    machine.object[0].trusted = false;
    machine.object[0].owner = "S-1-5-21-7";
    ask("Prices");
    expect("!conflict !not-ours");
    machine.object[0].kind = DOCTOR_OTHER;
    ask("Prices");
    expect("!conflict !other-kind");
    machine.entry.state = SHMB_ENTRY_FAILED;
    machine.object[0].name = NULL;
    ask("Prices");
    expect("!failed");
    machine.entry.state = SHMB_ENTRY_HELD;
    ask("Prices");
    expect("!not-visible");
    machine.object[0] =
        (struct fake_object){"Prices", false, SHMB_EVENT, 0x1F0003, "S-1-5-18", true};
    ask("Prices");
    expect("!wrong-kind");
    expect_text("wrong-kind", "says segment, but the name is held by something else: event");
}

static void objects_that_are_no_segments(void **state)
{
    (void)state;
    machine.entry.kind = SHMB_MUTEX;
    machine.object[0] =
        (struct fake_object){"Prices", false, SHMB_MUTEX, 0x120001, "S-1-5-18", true};
    ask("Prices"); /* reading alone is of no use there */
    expect("asks-for-all kind always-exists");
    expect_text("always-exists", "config/held-objects.md");
    assert_int_equal(facts.level, SHMB_LEVEL_WRITE);
    machine.object[0].mask = 0x20000;
    ask("Prices");
    expect("!access-denied");
    expect_text("access-denied", "SYNCHRONIZE");
}

static void a_queue_is_a_section_that_nobody_maps(void **state)
{
    (void)state;
    machine.entry.kind = SHMB_QUEUE;
    machine.entry.bytes = 4097;
    machine.object[0].mask = 0x20007;
    ask("Prices");
    expect("asks-for-all");
    machine.object[0].kind = SHMB_EVENT;
    ask("Prices");
    assert_int_equal(facts.kind, SHMB_EVENT);
    expect_text("wrong-kind", "says queue, but the name is held by something else: event");
}

static void a_twin_in_the_session(void **state)
{
    (void)state;
    machine.object[1] = (struct fake_object){"Prices", true, SHMB_SECTION, 0, NULL, false};
    ask("Prices");
    expect("session-twin");
    expect_text("session-twin", "only in session 2");
    machine.linked = true; /* by the broker: it is the same object */
    ask("Prices");
    expect("");
    machine.linked = false;
    machine.object[0].name = NULL;
    machine.entry.name[0] = '\0';
    ask("Prices");
    expect("!not-configured session-twin");
    machine.place.session = 0; /* there it is the same namespace */
    ask("Prices");
    expect("!not-configured");
}

static void places_with_walls(void **state)
{
    (void)state;
    snprintf(machine.place.shimmed, DOCTOR_TEXT, "C:\\old.exe");
    ask("Prices");
    expect("compatibility-shim");
    expect_text("compatibility-shim", "C:\\old.exe");
    machine.place.shim_here = true;
    ask("Prices");
    expect("!compatibility-shim");
    good_machine(NULL);
    machine.place.low_integrity = true;
    ask("Prices");
    expect("low-integrity");
    good_machine(NULL);
    machine.place.package = true;
    ask("Prices");
    expect("package");
    machine.place.app_container = true;
    ask("Prices");
    expect("!app-container");
    good_machine(NULL);
    machine.place.app_v = machine.place.windows_container = true;
    ask("Prices");
    expect("windows-container app-v");
    machine.broker = false;
    machine.service = DOCTOR_SERVICE_MISSING;
    machine.directory = DOCTOR_DIRECTORY_NONE;
    machine.object[0].name = NULL;
    ask("Prices");
    expect("!windows-container !app-v !service-not-installed");
}

static void the_dll(void **state)
{
    (void)state;
    machine.dll.machine = DOCTOR_MACHINE_X86;
    ask_level("Prices", SHMB_LEVEL_DENY, "x.dll");
    expect("!dll-bitness");
    expect_text("dll-bitness", "x.dll is a 32-bit (x86) DLL, this shmb is 64-bit (x64)");
    machine.dll.machine = DOCTOR_MACHINE_X64;
    machine.dll.version[0] = 2;
    ask_level("Prices", SHMB_LEVEL_DENY, "x.dll");
    expect("dll-version");
    expect_text("dll-version", "x.dll has version 2.1.0, this shmb 0.1.0");
    memset(machine.dll.version, 0, sizeof(machine.dll.version));
    ask_level("Prices", SHMB_LEVEL_DENY, "x.dll");
    expect("dll-no-version");
    machine.dll.state = DOCTOR_DLL_NO_IMAGE;
    ask_level("Prices", SHMB_LEVEL_DENY, "x.dll");
    expect("!dll-no-image");
    machine.dll.state = DOCTOR_DLL_UNREADABLE;
    machine.dll.code = 2;
    ask_level("Prices", SHMB_LEVEL_DENY, "x.dll");
    expect("!dll-unreadable");
    expect_text("dll-unreadable", "error 2");
}

/* A name that nobody has and no configuration names: could the program request it? */
static void requests(void **state)
{
    static const struct {
        struct doctor_request request;
        const char *findings, *id, *text;
    } rows[] = {
        {{.asked = false}, "!not-configured", NULL, NULL},
        {{.asked = true, .allowed = true, .rule = "MyApp"},
         "!requestable",
         "requestable",
         "nobody has requested it yet; rule MyApp"},
        {{.asked = true, .stranger = true},
         "!not-configured !request-stranger",
         "request-stranger",
         "another program"},
        {{.asked = true, .reason = 1},
         "!not-configured request-no-rule",
         "request-no-rule",
         "rule"},
        {{.asked = true, .reason = 2, .rule = "MyApp"},
         "!not-configured !request-who",
         "request-who",
         "rule MyApp does not let"},
        {{.asked = true, .reason = 3, .rule = "MyApp"},
         "!not-configured !request-kind",
         "request-kind",
         "this kind"},
        {{.asked = true, .reason = 4, .most = 64, .rule = "MyApp"},
         "!not-configured !request-size",
         "request-size",
         "at most 64 bytes"},
        {{.asked = true, .reason = 5, .used = 19, .most = 20, .rule = "MyApp"},
         "!not-configured !request-quota",
         "request-quota",
         "19 of the 20 objects"},
        {{.asked = true, .reason = 8, .used = 5, .most = 6, .rule = "MyApp"},
         "!not-configured !request-quota",
         "request-quota",
         "5 of the 6 bytes"},
        {{.asked = true, .reason = 9},
         "!not-configured !request-limits",
         "request-limits",
         "limits"},
        {{.asked = true, .reason = 10, .retry_ms = 7},
         "!not-configured !request-rate",
         "request-rate",
         "7 ms"},
        {{.asked = true, .reason = 21},
         "!not-configured request-no-pipe",
         "request-no-pipe",
         "takes no requests"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine.request = rows[i].request;
        machine.asked = 0;
        ask("MyApp.1");
        expect(rows[i].findings);
        assert_int_equal(machine.asked, 1);
        if (rows[i].id != NULL)
            expect_text(rows[i].id, rows[i].text);
    }
    /* A typing error is still of interest. */
    machine.request = (struct doctor_request){.asked = true, .allowed = true, .rule = "MyApp"};
    machine.nearest[0] = "MyApp.10";
    ask("MyApp.1");
    expect("not-configured !requestable");
    expect_text("not-configured", "did you mean MyApp.10? If not, this is as it should be");
    machine.nearest[0] = NULL;
    bytes_wanted = 4096;
    ask("MyApp.1");
    assert_int_equal(machine.asked, 4096);
    bytes_wanted = 0;
    machine.asked = 0;
    ask("Prices"); /* is there */
    machine.broker = false;
    ask("MyApp.1");
    assert_int_equal(machine.asked, 0);
}

static void a_broker_of_another_version(void **state)
{
    (void)state;
    machine.version = "0.1.0-rc.1";
    ask("Prices");
    expect("");
    machine.version = "0.2.0";
    ask("Prices");
    expect("other-version");
    expect_text("other-version", "0.2.0");
}

/* Every cause at once, with the longest texts: all is cut, nothing runs over. */
static void the_worst_fits(void **state)
{
    static char name[SHMB_NAME_BYTES + 8];

    (void)state;
    memset(name, 'n', SHMB_NAME_MAX);
    memset(machine.place.user, 'u', DOCTOR_TEXT - 1);
    memset(machine.place.shimmed, 's', DOCTOR_TEXT - 1);
    memset(machine.trustees.given, 'g', DOCTOR_TEXT - 1);
    memset(machine.trustees.denied, 'd', DOCTOR_TEXT - 1);
    machine.place.app_container = machine.place.package = machine.place.app_v = true;
    machine.place.windows_container = true;
    machine.health = DOCTOR_HEALTH_DEGRADED;
    machine.object[0] = (struct fake_object){name, false, SHMB_SECTION, 0, "S-1", false};
    machine.object[1] = (struct fake_object){name, true, SHMB_SECTION, 0, NULL, false};
    machine.dll.machine = 0;
    machine.dll.version[0] = 9;
    ask_level(name, SHMB_LEVEL_FULL, name);
    expect("windows-container !app-container app-v compatibility-shim degraded not-configured "
           "!not-ours !access-denied session-twin !dll-bitness dll-version");
}

#define TEST(name) cmocka_unit_test_setup(name, good_machine)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_well_is_said_to_be),
        TEST(a_damaged_control_section),
        TEST(a_service_that_does_not_run),
        TEST(a_mutex_is_no_broker),
        TEST(a_broker_that_is_not_all_well),
        TEST(a_name_nobody_configured),
        TEST(a_name_that_is_not_quite_it),
        TEST(a_prefix_that_is_mistyped),
        TEST(the_lock_and_the_size),
        TEST(who_may_not),
        TEST(names_that_others_hold),
        TEST(objects_that_are_no_segments),
        TEST(a_queue_is_a_section_that_nobody_maps),
        TEST(a_twin_in_the_session),
        TEST(places_with_walls),
        TEST(the_dll),
        TEST(requests),
        TEST(a_broker_of_another_version),
        TEST(the_worst_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
