/*
 * A caller that does not ask why passes NULL: to each function of the port, and to the
 * functions of the core that pass it on.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "fake_system.h"
#include "initial_files.h"
#include "keeper_policy.h"
#include "last_good.h"
#include "sample.h"
#include "sddl_text.h"
#include "state.h"

#define OWNER "O:S-1-5-32-544G:S-1-5-18D:P(A;;0xf001f;;;S-1-5-18)"

static struct fake *fake;
static const struct system *port;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    port = fake_system(fake);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static void fills_what_is_given(void **state)
{
    struct sys_failure why = {7, "call", "text"}, other;

    (void)state;
    failure_copy(&other, &why);
    assert_int_equal(other.code, 7);
    assert_string_equal(other.text, "text");
    assert_int_equal(failure_reason(&why, SYS_LATER, "%d of %s", 1, "two"), SYS_LATER);
    assert_int_equal(why.code, 0);
    assert_null(why.call);
    assert_string_equal(why.text, "1 of two");
    assert_int_equal(failure_no_memory(&other), SYS_NO_MEMORY);
    assert_string_equal(other.text, "not enough memory");
    assert_null(other.call);
    failure_clear(&other);
    assert_string_equal(other.text, "");
}

static void null_is_not_filled(void **state)
{
    const struct sys_failure why = {7, "call", "text"};

    (void)state;
    failure_clear(NULL);
    failure_copy(NULL, &why);
    assert_int_equal(failure_reason(NULL, SYS_DENIED, "%s", "text"), SYS_DENIED);
    assert_int_equal(failure_no_memory(NULL), SYS_NO_MEMORY);
}

static enum sys_status ask_files(enum fake_call call)
{
    const struct system_files *files = &port->files;
    char *content, **paths;
    size_t length;

    switch (call) {
    case FAKE_READ_FILE:
        return files->read(port->self, "C:\\none", 10, &content, &length, NULL);
    case FAKE_RESOLVE_PATH:
        return files->resolve_path(port->self, NULL, "none", &content, NULL);
    case FAKE_EXPAND:
        return files->expand(port->self, "C:\\base", "*.yaml", &paths, &length, NULL);
    case FAKE_STATE_READ:
        return files->state_read(port->self, "state", 10, &content, &length, NULL);
    case FAKE_STATE_WRITE:
        return files->state_write(port->self, "state", "x", 1, NULL);
    case FAKE_STATE_APPEND:
        return files->state_append(port->self, "state", "x", 1, true, NULL);
    case FAKE_OUTPUT_WRITE:
        return port->outputs.write(port->self, "C:\\none", "x", 1, false, NULL);
    case FAKE_LOG_FILE:
        return port->log_file(port->self, &(struct sys_log){.file = "C:\\none"}, NULL);
    case FAKE_OUTPUT_REMOVE:
        return port->outputs.remove(port->self, "C:\\none", NULL);
    default:
        return files->watch(port->self, NULL, 0, NULL);
    }
}

static enum sys_status ask_copies(enum fake_call call, struct sys_copy *copy)
{
    const struct system_copies *copies = &port->copies;
    struct sys_copy *made;
    char *content;
    size_t length;

    switch (call) {
    case FAKE_COPY_READ:
        return copies->read(port->self, "none", 10, false, &content, &length, NULL);
    case FAKE_COPY_CREATE:
        return copies->create(port->self, "other", &made, NULL);
    case FAKE_COPY_WRITE:
        return copies->write(port->self, copy, "x", 1, NULL);
    case FAKE_COPY_FLUSH:
        return copies->flush(port->self, copy, NULL);
    case FAKE_COPY_SETTLE:
        return copies->settle(port->self, "none", NULL);
    default:
        return copies->rename(port->self, "none", "new", NULL);
    }
}

static enum sys_status ask_objects(enum fake_call call, struct sys_descriptor *descriptor,
                                   struct sys_object *section)
{
    static const struct sys_spec spec = {.kind = SHMB_SECTION, .name = "Other", .size = 8};
    static const struct sys_content content = {.size = 8};
    const struct system_objects *objects = &port->objects;
    struct sys_descriptor *made;
    struct sys_object *object;
    struct sys_facts facts;
    char sid[SYS_SID_MAX], byte, *sddl;
    uint32_t *sessions, opened;
    size_t count;
    void *view;

    switch (call) {
    case FAKE_RESOLVE:
        return objects->resolve_account(port->self, "Nobody", sid, NULL);
    case FAKE_DESCRIPTOR:
        return objects->descriptor_make(port->self, OWNER, &made, NULL);
    case FAKE_CREATE:
        return objects->create(port->self, &spec, descriptor, &object, NULL);
    case FAKE_INSPECT:
        return objects->inspect(port->self, "None", SHMB_KIND_COUNT, &facts, &object, NULL);
    case FAKE_FILL:
        return objects->fill(port->self, section, &content, NULL);
    case FAKE_PEEK:
        return objects->peek(port->self, section, 0, &byte, 1, NULL);
    case FAKE_EXAMINE:
        return objects->examine(port->self, section, &sddl, NULL);
    case FAKE_PROTECT:
        return objects->protect(port->self, section, descriptor, NULL);
    case FAKE_AUDIT:
        return objects->set_auditing(port->self, section, "S:(AU;SA;0x1;;;S-1-1-0)", true, NULL);
    case FAKE_MAP:
        return objects->map(port->self, section, 8, &view, NULL);
    case FAKE_OPENED:
        return objects->opened(port->self, section, &opened, NULL);
    case FAKE_SESSIONS:
        return objects->sessions(port->self, &sessions, &count, NULL);
    default:
        return objects->link(port->self, 1, "Prices", descriptor, &object, NULL);
    }
}

static enum sys_status ask_others(enum fake_call call, const struct sys_descriptor *descriptor)
{
    const struct sys_keeper first = {FAKE_KEEPER, FAKE_STARTED};
    struct sys_keeper keeper, *found;
    struct sys_identity identity;
    struct sys_object *object;
    struct sys_facts facts;
    char **names, bytes[4];
    size_t count;

    switch (call) {
    case FAKE_IDENTIFY:
        return port->identify(port->self, &identity, NULL);
    case FAKE_CLAIM:
        return port->claim(port->self, descriptor, NULL);
    case FAKE_RECREATE_NAMES:
        return port->recreate_names(port->self, &names, &count, NULL);
    case FAKE_RANDOM:
        return port->random(port->self, bytes, sizeof(bytes), NULL);
    case FAKE_KEEPER_MAKE:
        return port->keepers.make(port->self, 1000, &keeper, NULL);
    case FAKE_KEEPER_SETTLE:
        return port->keepers.settle(port->self, NULL);
    case FAKE_KEEP:
        return port->keepers.give(port->self, &count, NULL);
    case FAKE_KEEPER_END:
        return port->keepers.end(port->self, &first, NULL);
    case FAKE_KEEPER_FETCH:
        return port->keepers.fetch(port->self, &first, "Prices", &facts, &object, NULL);
    default:
        return port->keepers.left(port->self, &found, &count, NULL);
    }
}

static enum sys_status ask_requests(enum fake_call call, const struct sys_descriptor *descriptor)
{
    const struct system_requests *requests = &port->requests;
    struct sys_request *request;
    struct sys_asker asker;
    const void *bytes;
    enum sys_status status;
    size_t length;
    bool allowed;

    if (call == FAKE_LISTEN)
        return requests->listen(port->self, OWNER, NULL);
    assert_int_equal(requests->listen(port->self, OWNER, NULL), SYS_OK);
    (void)fake_send(fake, "S-1-1-0", "x", 1);
    assert_int_equal(requests->next(port->self, &request, &asker, &bytes, &length), SYS_OK);
    status = requests->allowed(port->self, request, descriptor, 1, false, &allowed, NULL);
    requests->drop(port->self, request);
    return status;
}

static enum sys_status ask(enum fake_call call, struct sys_descriptor *descriptor,
                           struct sys_object *section, struct sys_copy *copy)
{
    if ((call >= FAKE_READ_FILE && call <= FAKE_LOG_FILE) || call == FAKE_WATCH)
        return ask_files(call);
    if (call >= FAKE_COPY_READ && call <= FAKE_COPY_RENAME)
        return ask_copies(call, copy);
    if ((call >= FAKE_RESOLVE && call <= FAKE_MAP) || call == FAKE_SESSIONS || call == FAKE_LINK ||
        call == FAKE_OPENED)
        return ask_objects(call, descriptor, section);
    if (call == FAKE_LISTEN || call == FAKE_ALLOWED)
        return ask_requests(call, descriptor);
    return ask_others(call, descriptor);
}

/* Each function of the port that can fail is called once, and fails. */
static void every_call_may_fail_without_a_why(void **state)
{
    const struct sys_spec spec = {.kind = SHMB_SECTION, .name = "Prices", .size = 8};
    struct sys_descriptor *descriptor;
    struct sys_object *section, *again;
    struct sys_keeper keeper;
    struct sys_copy *copy;
    int call;

    (void)state;
    assert_int_equal(port->objects.descriptor_make(port->self, OWNER, &descriptor, NULL), SYS_OK);
    assert_int_equal(port->objects.create(port->self, &spec, descriptor, &section, NULL), SYS_OK);
    assert_int_equal(port->objects.create(port->self, &spec, descriptor, &again, NULL), SYS_TAKEN);
    assert_int_equal(port->copies.create(port->self, "copy", &copy, NULL), SYS_OK);
    for (call = 0; call < FAKE_CAN_FAIL; call++) {
        size_t before;

        if (call == FAKE_KEEPER_SETTLE) /* FAKE_IDENTIFY is another broker, without a keeper */
            assert_int_equal(port->keepers.make(port->self, 1000, &keeper, NULL), SYS_OK);
        before = fake_calls(fake, (enum fake_call)call);
        fake_fail(fake, (enum fake_call)call, NULL, SYS_FAILED);
        assert_int_equal(ask((enum fake_call)call, descriptor, section, copy), SYS_FAILED);
        assert_int_equal(fake_calls(fake, (enum fake_call)call), before + 1);
        fake_mend(fake);
    }
    port->copies.close(port->self, copy);
    port->objects.close(port->self, section);
    port->objects.descriptor_free(port->self, descriptor);
}

static void texts_and_accounts_without_a_why(void **state)
{
    struct trustees *known = trustees_new(port);
    struct sddl sddl;
    const char *sid;

    (void)state;
    assert_int_equal(sddl_read("D:(", SHMB_SECTION, &sddl, NULL), SYS_FAILED);
    assert_int_equal(sddl_read_live("nothing", SHMB_SECTION, &sddl, NULL), SYS_FAILED);
    assert_non_null(known);
    assert_int_equal(trustees_resolve(known, "Nobody", &sid, NULL), SYS_NOT_FOUND);
    assert_int_equal(trustees_resolve(known, "Nobody", &sid, NULL), SYS_NOT_FOUND);
    assert_int_equal(trustees_resolve(known, "S-1-bad", &sid, NULL), SYS_NOT_FOUND);
    trustees_free(known);
}

static void files_without_a_why(void **state)
{
    struct cfg_initial initial = {.file = "C:\\x", .unread = "C:\\y"};
    struct cfg_segment segment = {.size = 2, .initial = &initial};
    struct config_files none = {0};
    struct last_good *last;
    struct state *memory = state_new(port, "boot-1");
    char *content;
    size_t length;

    (void)state;
    assert_int_equal(initial_file_read(port, &segment, &content, &length, NULL), SYS_NOT_FOUND);
    fake_file(fake, "C:\\x", "too long");
    assert_int_equal(initial_file_read(port, &segment, &content, &length, NULL), SYS_FAILED);
    assert_int_equal(last_good_open(port, &last, NULL), SYS_NOT_FOUND);
    fake_fail(fake, FAKE_STATE_WRITE, NULL, SYS_DENIED);
    assert_int_equal(last_good_save(port, &none, NULL), SYS_DENIED);
    assert_non_null(memory);
    assert_int_equal(state_commit(memory, NULL), SYS_DENIED);
    fake_mend(fake);
    fake_state_file(fake, STATE_FILE, "shmbroker-state 2\n");
    assert_int_equal(state_load(memory, NULL), SYS_NEWER);
    state_free(memory);
}

static enum sys_status start_once(size_t failing)
{
    struct trustees *known;
    struct cfg_messages messages;
    struct sample sample;
    struct inventory *inventory;
    struct broker *broker;
    enum sys_status status;

    (void)set_up(NULL);
    known = trustees_new(port);
    cfg_messages_init(&messages);
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    sample_rich(&sample);
    assert_int_equal(inventory_build(&sample.cfg, known, &messages, &inventory), SYS_OK);
    fake_fail_nth(fake, fake_can_fail_calls(fake) + failing, SYS_DENIED);
    status = broker_start(port, inventory, &broker, NULL);
    if (status == SYS_OK)
        (void)broker_stop(broker);
    fake_fail_nth(fake, 0, SYS_OK);
    inventory_free(inventory);
    trustees_free(known);
    cfg_messages_free(&messages);
    sample_free(&sample);
    return status;
}

static void a_start_without_a_why(void **state)
{
    enum fake_call failed;
    size_t n = 1, ended;

    (void)state;
    do {
        (void)start_once(n++);
        failed = fake_failed(fake);
        (void)tear_down(NULL);
    } while (failed != FAKE_CALL_COUNT);
    assert_true(n > 10);
    (void)set_up(NULL);
    for (n = 1; n < 10; n++) {
        fake_fail_nth(fake, fake_can_fail_calls(fake) + n, SYS_FAILED);
        (void)keeper_release(port, &ended, NULL);
    }
    (void)tear_down(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_what_is_given),
        cmocka_unit_test(null_is_not_filled),
        cmocka_unit_test_setup_teardown(every_call_may_fail_without_a_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_and_accounts_without_a_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_without_a_why, set_up, tear_down),
        cmocka_unit_test(a_start_without_a_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
