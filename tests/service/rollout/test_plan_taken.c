/* What plan says of an object that exists: as the reload judges it, from what can be read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "plan_taken.h"

#define ADMINISTRATORS "S-1-5-32-544"
#define USER           "S-1-5-21-1-2-3-1001"

/* The object that exists. */
static struct sys_facts there;
static enum sys_status opens;

static enum sys_status fake_inspect(void *self, const char *name, enum shmb_kind likely,
                                    struct sys_facts *facts, struct sys_object **out,
                                    struct sys_failure *why)
{
    (void)likely;
    (void)self;
    (void)name;
    (void)why;
    *facts = there;
    *out = NULL;
    return opens;
}

static void fake_close(void *self, struct sys_object *object)
{
    (void)self;
    (void)object;
}

static struct system fake(void)
{
    struct system system = {0};

    system.objects.inspect = fake_inspect;
    system.objects.close = fake_close;
    return system;
}

static void expect(const char *owner, const struct state *state, const struct item *item,
                   enum plan_word word, const char *part)
{
    const struct system system = fake();
    const struct plan_taken by = {&system, owner, state};
    const struct name_holder holder = {NAME_HOLDER_KNOWN, there.kind, NULL, there.size, ""};
    char text[PLAN_TAKEN_TEXT];

    assert_int_equal(plan_taken_judge(&by, item, &holder, text), word);
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, text);
    /* The note about the state is only where it could be the reason. */
    if (word != PLAN_VIEW_CONFLICT || state != NULL)
        assert_null(strstr(text, "whether the broker made it"));
}

static void set_there(enum shmb_kind kind, uint64_t size, const char *owner)
{
    there = (struct sys_facts){.kind = kind, .size = size};
    strcpy(there.owner, owner);
    opens = SYS_OK;
}

static void what_cannot_become_what_is_wanted_is_deferred(void **state)
{
    struct item item = {.spec = {.kind = SHMB_SECTION, .name = "A", .size = 64}};

    (void)state;
    set_there(SHMB_SECTION, 4096, SHMB_SERVICE_SID);
    expect(SHMB_SERVICE_SID, NULL, &item, PLAN_VIEW_ADOPT, "it exists: a section of 4096 bytes");
    item.spec.size = 5000;
    expect(SHMB_SERVICE_SID, NULL, &item, PLAN_VIEW_DEFER, "size cannot change from 4096 to 5000");
    /* What the caller may not read, the broker may. */
    set_there(SHMB_SECTION, 0, SHMB_SERVICE_SID);
    opens = SYS_DENIED;
    expect(SHMB_SERVICE_SID, NULL, &item, PLAN_VIEW_ADOPT, "it exists: a section");
    item.spec = (struct sys_spec){.kind = SHMB_SEMAPHORE, .name = "A", .maximum = 5};
    set_there(SHMB_SEMAPHORE, 0, SHMB_SERVICE_SID);
    there.maximum = 4;
    expect(SHMB_SERVICE_SID, NULL, &item, PLAN_VIEW_DEFER, "maximum cannot change from 4 to 5");
    opens = SYS_DENIED;
    there.maximum = 0;
    expect(SHMB_SERVICE_SID, NULL, &item, PLAN_VIEW_ADOPT, "it exists: a semaphore");
    item.spec = (struct sys_spec){.kind = SHMB_EVENT, .name = "A", .manual_reset = true};
    set_there(SHMB_EVENT, 0, SHMB_SERVICE_SID);
    expect(SHMB_SERVICE_SID, NULL, &item, PLAN_VIEW_DEFER, "reset cannot change from auto");
}

/* Other programs of administrators own theirs likewise. */
static void what_administrators_own_is_proved_by_the_state(void **state)
{
    struct item item = {.spec = {.kind = SHMB_SECTION, .name = "A", .size = 64}};
    const struct state_record record = {
        .name = "A", .kind = SHMB_SECTION, .size = 64, .generation = 7, .lock = "A.lock"};
    const struct system system = fake();
    struct state *known = state_new(&system, "boot");

    (void)state;
    assert_non_null(known);
    set_there(SHMB_SECTION, 4096, ADMINISTRATORS);
    expect(ADMINISTRATORS, NULL, &item, PLAN_VIEW_CONFLICT, "whether the broker made it is in its");
    expect(ADMINISTRATORS, known, &item, PLAN_VIEW_CONFLICT, "the name is taken by a section");
    state_put(known, &record);
    item.lock = "A.lock";
    expect(ADMINISTRATORS, known, &item, PLAN_VIEW_ADOPT, "it exists");
    expect(SHMB_SERVICE_SID, known, &item, PLAN_VIEW_ADOPT, "it exists");
    item.lock = NULL;
    expect(ADMINISTRATORS, known, &item, PLAN_VIEW_DEFER, "lock cannot change from A.lock to none");
    item.spec.size = 65;
    expect(ADMINISTRATORS, known, &item, PLAN_VIEW_DEFER, "size cannot change from 64 to 65");
    set_there(SHMB_SECTION, 0, ADMINISTRATORS);
    opens = SYS_DENIED;
    expect(ADMINISTRATORS, known, &item, PLAN_VIEW_DEFER, "size cannot change from 64 to 65");
    set_there(SHMB_SECTION, 8192, ADMINISTRATORS);
    expect(ADMINISTRATORS, known, &item, PLAN_VIEW_CONFLICT, "the name is taken by");
    /* No record makes a user's object the broker's. */
    set_there(SHMB_SECTION, 4096, USER);
    expect(ADMINISTRATORS, known, &item, PLAN_VIEW_CONFLICT, "the name is taken by");
    state_free(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_become_what_is_wanted_is_deferred),
        cmocka_unit_test(what_administrators_own_is_proved_by_the_state),
    };

    return cmocka_run_group_tests_name("test_plan_taken", tests, NULL, NULL);
}
