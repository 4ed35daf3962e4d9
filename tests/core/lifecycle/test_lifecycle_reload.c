/* What the report says while a reload ends: whoever waits for the end reads nothing older. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fake_system.h"
#include "lifecycle.h"
#include "status_report.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\n"
#define GOOD      HEAD "mutexes: { Go: {} }\n"
#define MORE      HEAD "mutexes: { Go: { access: { write: 'CORP\\New' } } }\n"

static struct fake *fake;
static struct shmb_report header;
static char text[SHMB_REPORT_TEXT_MAX + 1];
static uint32_t reloads; /* before the reload */
static bool mended;

static void read_report(void)
{
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);

    assert_non_null(section);
    assert_int_equal(shmb_report_read(section->content, section->content_length, &header, text),
                     SHMB_READ_OK);
}

/*
 * Between two reports the broker writes its state: a program that polls the report at that
 * moment must not see the end of the reload beside the reasons before it.
 */
static enum sys_status append_and_look(void *self, const char *name, const void *bytes,
                                       size_t length, bool flush, struct sys_failure *why)
{
    if (mended) {
        read_report();
        if (header.reloads % 2 == 0 && header.reloads != reloads) /* it has ended */
            assert_null(strstr(text, "\tlast-good\t"));
    }
    return fake_system(fake)->files.state_append(self, name, bytes, length, flush, why);
}

static void mend_the_file(struct fake *which, size_t number)
{
    (void)number;
    read_report();
    if (!mended) {
        mended = true;
        assert_non_null(strstr(text, "\tlast-good\t"));
        reloads = header.reloads;
        fake_file(which, FILE_NAME, MORE);
        fake_account(which, "CORP\\New", "S-1-5-21-1-2-3-1005"); /* new to the state */
        fake_wake(which, SYS_WAKE_RELOAD);
    } else {
        assert_int_equal(header.reload_result, SHMB_RELOAD_APPLIED);
        assert_null(strstr(text, "\tlast-good\t"));
    }
}

static void its_end_comes_with_the_new_reasons(void **state)
{
    struct system port;

    (void)state;
    fake = fake_new();
    mended = false;
    fake_file(fake, FILE_NAME, GOOD);
    fake_stop_at(fake, FAKE_WAIT, 1);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    fake_file(fake, FILE_NAME, "version: 1\nmutexes: 7\n");
    fake_on_wait(fake, mend_the_file);
    fake_stop_at(fake, FAKE_WAIT, 3);
    port = *fake_system(fake);
    port.files.state_append = append_and_look;
    assert_int_equal(lifecycle_run(&port, FILE_NAME), SHMB_EXIT_DONE);
    fake_free(fake);
}

/* The digest that the report has now, with the end of its line. */
static const char *digest(void)
{
    const char *line;

    read_report();
    line = strstr(text, "\ndigest\t" FILE_NAME "\tsha256\t");
    assert_non_null(line);
    return strchr(line + 1, '\n') - 64;
}

static char served[3][64];
static size_t looks;

static void change_the_file(struct fake *which, size_t number)
{
    (void)number;
    memcpy(served[looks], digest(), 64);
    if (looks == 0)
        fake_file(which, FILE_NAME, "version: 1\nmutexes: 7\n");
    else if (looks == 1)
        fake_file(which, FILE_NAME, GOOD "# another one\n");
    if (looks++ < 2)
        fake_wake(which, SYS_WAKE_RELOAD);
}

static void the_report_tells_which_bytes_are_served(void **state)
{
    (void)state;
    fake = fake_new();
    looks = 0;
    fake_file(fake, FILE_NAME, GOOD);
    fake_on_wait(fake, change_the_file);
    fake_stop_at(fake, FAKE_WAIT, 3);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(looks, 3);
    assert_memory_equal(served[0], served[1], 64); /* the second is refused */
    assert_memory_not_equal(served[1], served[2], 64);
    fake_free(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_end_comes_with_the_new_reasons),
        cmocka_unit_test(the_report_tells_which_bytes_are_served),
    };

    return cmocka_run_group_tests_name("test_lifecycle_reload", tests, NULL, NULL);
}
