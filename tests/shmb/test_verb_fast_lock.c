/* What shmb and shmbroker say of a segment with a fast lock, with a real broker and a second
 * process that has the lock. */
#include "shmb_run.h"

#include <stdio.h>
#include <string.h>

#include "clients.h"
#include "shmb.h"

#define NAME "ShmbTest.Fast"

static const char configuration[] =
    "version: 1\n"
    "defaults: { access: { write: [Users, Interactive] } }\n"
    "segments: { " NAME ": { size: 64, lock: fast }, " NAME ".B: { size: 64, lock: fast } }\n";

/* lock: has the lock; "held". */
static int hold_lock(int argc, char **argv)
{
    shmb_segment *segment;

    (void)argc;
    (void)argv;
    if (shmb_open(NAME, SHMB_WRITE, 0, &segment) != SHMB_OK || shmb_lock(segment, 0) != SHMB_OK)
        return 1;
    client_say("%lu", GetCurrentProcessId());
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

static const char *said;

static void expect_part(const char *arguments, DWORD code, const char *part)
{
    DWORD got = shmb_run(NULL, &said, "%s", arguments);

    if (got != code || strstr(said, part) == NULL)
        fail_msg("shmb %s: code %lu, not \"%s\" in:\n%s", arguments, got, part, said);
}

static void expect_json(const char *arguments, const char *part)
{
    (void)shmb_run_json(&said, "%s", arguments);
    if (strstr(said, part) == NULL)
        fail_msg("shmb %s: not \"%s\" in:\n%s", arguments, part, said);
}

static void kind_owner_and_since_are_shown(void **state)
{
    struct child *holder;
    char owner[64];

    (void)state;
    broker_run(NULL, configuration);
    expect_part("info " NAME, 0, "lock:        " NAME ".lock");
    expect_part("info " NAME, 0, "a fast lock: only programs that use the library take part");
    expect_json("info --json " NAME, "\"lock_kind\":\"fast\"");
    expect_json("list --json", "\"lock\":\"" NAME ".lock\",\"lock_kind\":\"fast\"");
    expect_part("doctor " NAME, 0, "OpenMutex fails with error 6");
    expect_part("doctor " NAME ".lock", 0, "OpenMutex fails with error 6");
    broker_says("status --json", 0, "\"lock_kind\": \"fast\"");
    /* The slots of two segments with the same access count once. */
    broker_says("status --json", 0, "\"slots\": 1024,\n  \"slot_bytes\": 65600,");
    broker_says("status", 0, "slots:         1024 for fast locks and queues, 65600 bytes");

    holder = client_start(NULL, "lock");
    snprintf(owner, sizeof(owner), "(process %s,", child_line(holder));
    expect_part("holders " NAME, 0, "event Global\\" NAME ".lock");
    assert_non_null(strstr(said, "a fast lock: only programs that use the library take part"));
    assert_non_null(strstr(said, "locked by "));
    assert_non_null(strstr(said, owner));
    assert_non_null(strstr(said, ", since "));
    /* By the name of the event, too. */
    expect_part("holders " NAME ".lock", 0, "locked by ");
    expect_json("holders --json " NAME, "\"lock_state\":{\"lock_kind\":\"fast\",\"held\":true");
    child_kill(holder);
    expect_part("holders " NAME, 0, "abandoned: an owner died while it held the lock");
}

int main(void)
{
    static const struct verb own[] = {{"lock", 0, hold_lock}};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(kind_owner_and_since_are_shown, support_teardown),
    };

    support_client(own, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
