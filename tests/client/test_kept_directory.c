/*
 * What a process keeps of the directory between its calls: it is never out of date, and it is
 * neither a handle nor one mapping more each time.
 */
#include "opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "processes.h"
#include "squatter.h"

#define NAME   "ShmbTest.One"
#define GO     "ShmbTest.Go" /* one release for each step of the client */
#define ROUNDS 60
#define STEPS  (6 * ROUNDS)

static struct directory_row *row;
static HANDLE go;

static int begin_kept(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment(NAME, 300, STAGE_LOCK);
    go = stage_object(SHMB_SEMAPHORE, GO, 2 * STEPS, STAGE_OURS, 0x001F0003);
    stage_publish();
    return 0;
}

/* Views of sections in this process. */
static unsigned views(void)
{
    MEMORY_BASIC_INFORMATION found;
    const char *at = NULL, *last = NULL;
    unsigned count = 0;

    while (VirtualQuery(at, &found, sizeof(found)) == sizeof(found)) {
        if (found.State != MEM_FREE && found.Type == MEM_MAPPED && found.AllocationBase != last) {
            last = found.AllocationBase;
            count++;
        }
        if ((uintptr_t)found.BaseAddress + found.RegionSize <= (uintptr_t)at)
            break; /* the last one of a 32-bit process */
        at = (const char *)found.BaseAddress + found.RegionSize;
    }
    return count;
}

/*
 * step COUNT: at each release of GO, opens the segment and describes it; says both results and
 * whether the segment was found by its plain name. At the end, what is left of it all.
 */
static int step(int argc, char **argv)
{
    HANDLE released = OpenSemaphoreW(SYNCHRONIZE, FALSE,
                                     L"Global\\"
                                     L"ShmbTest.Go");
    int left = atoi(argv[0]);
    unsigned views_first = 0, views_last = 0;
    size_t handles = 0;

    (void)argc;
    for (; left > 0 && WaitForSingleObject(released, SUPPORT_DEADLINE_MS) == WAIT_OBJECT_0;
         left--) {
        shmb_info info = {.size = sizeof(info)}, listed = {.size = sizeof(listed)};
        shmb_segment *segment;
        int32_t result = shmb_open(NAME, SHMB_READ, 0, &segment);

        if (result == SHMB_OK)
            shmb_state(segment, &info);
        shmb_close(segment);
        client_say("%d %d %s", result, shmb_describe(NAME, &listed),
                   (info.flags & SHMB_FLAG_ROUNDED) != 0 ? "plain" : "listed");
        views_last = views();
        if (handles != 0)
            continue;
        handles = processes_handles(GetCurrentProcessId());
        views_first = views_last;
    }
    client_say("%d handles, %s views more",
               (int)(processes_handles(GetCurrentProcessId()) - handles),
               views_last <= views_first ? "no" : "some");
    client_wait_for_end();
    return 0;
}

static void release(void)
{
    assert_true(ReleaseSemaphore(go, 1, NULL));
}

static void expect_step(struct child *client, const char *line)
{
    release();
    child_expect(client, line);
}

static void broker_ends(void)
{
    stage_broker_dies();
    stage_root_close();
}

static void broker_starts(void)
{
    stage_broker_returns();
    stage_root_open();
    stage_publish();
}

static void publish_as(enum shmb_entry_state state)
{
    row->state = state;
    stage_publish();
}

/* Each step is another thing that can have happened since the last one. */
static void each_call_finds_what_is_so_by_then(void **state)
{
    struct child *client = client_start(NULL, "step %d", STEPS);
    HANDLE squat;
    int i;

    (void)state;
    squatter_begin();
    for (i = 0; i < ROUNDS; i++) {
        expect_step(client, "0 0 listed");
        publish_as(SHMB_ENTRY_FAILED);
        expect_step(client, "-1 0 listed");
        publish_as(SHMB_ENTRY_HELD);
        expect_step(client, "0 0 listed");
        broker_ends();
        expect_step(client, "0 -2 plain");
        squat = squatter_make("section", "Global\\" SHMB_ROOT_NAME,
                              "O:S-1-5-21-1-2-3-4D:(A;;GA;;;WD)", SHMB_ROOT_SIZE, SQUATTER_BYTES);
        assert_non_null(squat);
        expect_step(client, "0 -5 plain");
        CloseHandle(squat);
        broker_starts();
        expect_step(client, "0 0 listed");
    }
    assert_int_equal(child_end_with(client, "0 handles, no views more"), 0);
}

/*
 * The table's name is what shows that a broker still runs: who may read the table can keep it.
 * Then the directory is opened anew all the same, a moment later.
 */
static void a_kept_table_hides_the_next_broker_for_a_moment_only(void **state)
{
    struct child *client = client_start(NULL, "step %d", STEPS);
    const struct shmb_root_slot *slot = &stage_root()->slot[stage_root()->publication & 1];
    char name[SHMB_TABLE_NAME_BYTES], full[SHMB_TABLE_NAME_BYTES + 8];
    const ULONGLONG start = GetTickCount64();
    const char *line = "";
    HANDLE hostile;

    (void)state;
    shmb_table_name(slot->suffix, name);
    snprintf(full, sizeof(full), "Global\\%s", name);
    expect_step(client, "0 0 listed");
    hostile = OpenFileMappingW(FILE_MAP_READ, FALSE, support_wide(full));
    assert_non_null(hostile);
    broker_ends();
    row->state = SHMB_ENTRY_FAILED;
    broker_starts();
    while (strcmp(line, "-1 0 listed") != 0) {
        assert_true(GetTickCount64() - start < SUPPORT_DEADLINE_MS);
        release();
        line = child_line(client);
        assert_non_null(line);
    }
    CloseHandle(hostile);
    child_kill(client);
}

/* Another program's object at the table's name is no sign of a broker. */
static void a_strangers_table_is_no_broker(void **state)
{
    static const char *const kinds[] = {"section", "mutex"};
    const struct shmb_root_slot *slot = &stage_root()->slot[stage_root()->publication & 1];
    char name[SHMB_TABLE_NAME_BYTES], full[SHMB_TABLE_NAME_BYTES + 8];
    unsigned i;

    (void)state;
    squatter_begin();
    for (i = 0; i < 2; i++) {
        struct child *client = client_start(NULL, "step 2");
        HANDLE squat;

        slot = &stage_root()->slot[stage_root()->publication & 1];
        shmb_table_name(slot->suffix, name);
        snprintf(full, sizeof(full), "Global\\%s", name);
        expect_step(client, "0 0 listed");
        broker_ends();
        squat = squatter_make(kinds[i], full, "O:S-1-5-21-1-2-3-4D:(A;;GA;;;WD)", 100000,
                              SQUATTER_BYTES);
        assert_non_null(squat);
        expect_step(client, "0 -2 plain");
        CloseHandle(squat);
        broker_starts();
        assert_int_equal(child_end_with(client, "0 handles, no views more"), 0);
    }
}

/* One opening of the directory does not serve who trusts others. */
static void who_trusts_another_owner_opens_it_for_himself(void **state)
{
    struct shmb_options options = {.size = sizeof(options), .rights = SHMB_READ};
    shmb_segment *segment;
    HANDLE strangers;
    int i;

    (void)state;
    broker_ends();
    strangers = stage_object(SHMB_SECTION, SHMB_ROOT_NAME, SHMB_ROOT_SIZE, STAGE_STRANGER,
                             STAGE_SECTION_READ);
    options.owner = stage_user();
    for (i = 0; i < 3; i++) {
        assert_int_equal(shmb_open_with(NAME, &options, &segment), SHMB_NO_BROKER); /* it is zero */
        assert_int_equal(try_open(NAME, SHMB_READ), SHMB_OK); /* by its name */
    }
    stage_close(strangers);
    broker_starts();
    for (i = 0; i < 3; i++) {
        assert_int_equal(shmb_open_with(NAME, &options, &segment), SHMB_OK);
        assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
        shmb_close(segment);
        assert_int_equal(try_open(NAME, SHMB_READ), SHMB_OK);
    }
}

/* The control section is mapped once for all handles with the same rights. */
static void handles_share_the_control_section(void **state)
{
    shmb_segment *many[20], *reader;
    const unsigned before = views();
    unsigned one, i;

    (void)state;
    many[0] = opened(NAME, SHMB_WRITE);
    one = views();
    for (i = 1; i < 20; i++)
        many[i] = opened(NAME, SHMB_WRITE);
    assert_int_equal(views(), one + 19); /* the segment's own */
    reader = opened(NAME, SHMB_READ);
    assert_int_equal(views(), one + 19 + 2);
    shmb_close(reader);
    assert_int_equal(views(), one + 19);
    for (i = 0; i < 19; i++)
        shmb_close(many[i]);
    assert_int_equal(shmb_update(many[19], 0, "a", 1, 0, NULL), SHMB_OK);
    shmb_close(many[19]);
    assert_true(views() <= before + 2); /* root and table */
}

/* The static library in a DLL. */
static void an_unloaded_library_keeps_nothing(void **state)
{
    const unsigned before = views();
    HMODULE host = LoadLibraryW(support_wide(support_sibling("test_host.dll")));
    int32_t (*find)(const char *name);
    FARPROC found;

    (void)state;
    assert_non_null(host);
    found = GetProcAddress(host, "host_find");
    assert_non_null(found);
    memcpy(&find, &found, sizeof(find));
    assert_int_equal(find(NAME), SHMB_OK);
    assert_true(views() > before);
    assert_true(FreeLibrary(host));
    assert_true(views() <= before);
}

static volatile LONG stopping;

static DWORD WINAPI open_and_close(void *unused)
{
    DWORD done = 0;

    (void)unused;
    while (stopping == 0) {
        shmb_segment *segment;
        shmb_list *list;

        if (shmb_open(NAME, SHMB_WRITE, 0, &segment) != SHMB_OK ||
            shmb_update(segment, 0, "a", 1, SHMB_INFINITE, NULL) != SHMB_OK ||
            shmb_close(segment) != SHMB_OK || shmb_list_open(&list, NULL) != SHMB_OK)
            return 0;
        shmb_list_close(list);
        done++;
    }
    return done;
}

static void threads_open_while_tables_come_and_go(void **state)
{
    HANDLE threads[4];
    DWORD done;
    int i;

    (void)state;
    stopping = 0;
    for (i = 0; i < 4; i++) {
        threads[i] = CreateThread(NULL, 0, open_and_close, NULL, 0, NULL);
        assert_non_null(threads[i]);
    }
    for (i = 0; i < 300; i++)
        stage_publish();
    InterlockedExchange(&stopping, 1);
    for (i = 0; i < 4; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        assert_true(GetExitCodeThread(threads[i], &done));
        assert_true(done > 0);
        CloseHandle(threads[i]);
    }
}

static const struct verb verbs[] = {{"step", 1, step}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin_kept, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(each_call_finds_what_is_so_by_then),
        STAGED(a_kept_table_hides_the_next_broker_for_a_moment_only),
        STAGED(a_strangers_table_is_no_broker),
        STAGED(who_trusts_another_owner_opens_it_for_himself),
        STAGED(handles_share_the_control_section),
        STAGED(an_unloaded_library_keeps_nothing),
        STAGED(threads_open_while_tables_come_and_go),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
