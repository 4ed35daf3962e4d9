#include "life.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lifecycle.h"

static struct fake *fake;
static void (*at_wait)(size_t number);
static size_t waited; /* by brokers before this one */
static char text_now[SHMB_REPORT_TEXT_MAX + 1];

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    at_wait(number - waited);
}

struct fake *life_begin(const char *owner)
{
    fake = fake_new();
    if (owner != NULL)
        fake_owner(fake, owner);
    fake_on_wait(fake, on_wait);
    return fake;
}

int life_end(void **state)
{
    (void)state;
    fake_free(fake);
    fake = NULL;
    return 0;
}

void life_run(const char *configuration, void (*script)(size_t number), size_t waits)
{
    at_wait = script;
    waited = fake_calls(fake, FAKE_WAIT);
    fake_file(fake, LIFE_FILE, configuration);
    fake_stop_at(fake, FAKE_WAIT, waited + waits);
    assert_int_equal(lifecycle_run(fake_system(fake), LIFE_FILE), SHMB_EXIT_DONE);
}

struct shmb_report life_report(void)
{
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(section);
    assert_int_equal(shmb_report_read(section->content, section->content_length, &header, text_now),
                     SHMB_READ_OK);
    return header;
}

bool life_reports(const char *text)
{
    (void)life_report();
    return strstr(text_now, text) != NULL;
}
