#include "lacking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "lifecycle.h"

struct fake *fake;
static void (*at_wait)(size_t number); /* from 1 in each life */
static size_t waited;
char lacking_report[SHMB_REPORT_TEXT_MAX + 1];
struct shmb_report lacking_header;

static void on_wait(struct fake *which, size_t number)
{
    const struct fake_object *section = fake_find(which, SHMB_REPORT_NAME);

    assert_int_equal(shmb_report_read(section->content, section->content_length, &lacking_header,
                                      lacking_report),
                     SHMB_READ_OK);
    at_wait(number - waited);
}

int lacking_begin(void **state)
{
    (void)state;
    fake = fake_new();
    fake_on_wait(fake, on_wait);
    return 0;
}

int lacking_end(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

enum shmb_exit lacking_live(void (*script)(size_t number), size_t waits)
{
    at_wait = script;
    waited = fake_calls(fake, FAKE_WAIT);
    fake_stop_at(fake, FAKE_WAIT, waited + waits);
    fake_forget_events(fake);
    return lifecycle_run(fake_system(fake), FILE_NAME);
}

uint32_t lacking_wait_ms(size_t number)
{
    return fake_wait_ms(fake, waited + number);
}

void lacking_events(enum event_id event, size_t count)
{
    if (fake_event_count(fake, event) != count)
        fail_msg("event %d: %u times", (int)event, (unsigned)fake_event_count(fake, event));
}

void lacking_content(const char *name, const char *bytes, size_t length)
{
    const struct fake_object *object = fake_find(fake, name);

    assert_non_null(object);
    assert_int_equal(object->content_length, length);
    assert_memory_equal(object->content, bytes, length);
}

void lacking_all_is_served(size_t number)
{
    (void)number;
    assert_int_equal(lacking_header.result, SHMB_REPORT_COMPLETE);
    assert_int_equal(lacking_header.held, 2);
}

void lacking_look_on(size_t number)
{
    (void)number;
}

static size_t serial; /* of the object that a client has */

void lacking_leave_to_a_client(void)
{
    fake_client_open(fake, "T");
    serial = fake_find(fake, "T")->serial;
    fake_find(fake, "T")->content[3] = 'C';
    fake_keeper_dies(fake, 0);
}

void lacking_check_client(void)
{
    assert_int_equal(fake_find(fake, "T")->serial, serial);
    lacking_content("T", "123C5\0\0\0\0", 9);
}
