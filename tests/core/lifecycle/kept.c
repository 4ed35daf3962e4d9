#include "kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lifecycle.h"
#include "status_report.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"

static const char configuration[] = HEAD OBJECTS;
static const char *const kept_names[KEPT_NAMES] = {
    "Prices",          "Prices.lock", "Go", "ShmBroker.Directory", "ShmBroker.Control.1",
    "ShmBroker.Report"};

struct fake *fake;
static void (*at_wait)(size_t number);
static size_t waited; /* by brokers before this one */

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    at_wait(number - waited);
}

int kept_begin(void **state)
{
    (void)state;
    fake = fake_new();
    fake_owner(fake, "S-1-5-32-544"); /* who may be anybody: only what is remembered is ours */
    fake_file(fake, FILE_NAME, configuration);
    fake_on_wait(fake, on_wait);
    fake_release(fake, false);
    return 0;
}

int kept_end(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

enum shmb_exit kept_try(void (*script)(size_t number), size_t waits)
{
    waited = fake_calls(fake, FAKE_WAIT);
    at_wait = script;
    fake_stop_at(fake, FAKE_WAIT, waited + waits);
    fake_forget_events(fake);
    return lifecycle_run(fake_system(fake), FILE_NAME);
}

void kept_live(void (*script)(size_t number), size_t waits)
{
    assert_int_equal(kept_try(script, waits), SHMB_EXIT_DONE);
}

void kept_look_on(size_t number)
{
    (void)number;
}

void kept_file(const char *text)
{
    fake_file(fake, FILE_NAME, text);
}

unsigned kept_handles(const char *name, size_t keeper)
{
    const struct fake_object *object = fake_find(fake, name);

    return object != NULL ? object->kept[keeper] : 0;
}

void kept_check_all(size_t keeper)
{
    size_t i;

    for (i = 0; i < KEPT_NAMES; i++)
        if (kept_handles(kept_names[i], keeper) != 1)
            fail_msg("keeper %u has %u handles of %s", (unsigned)keeper,
                     kept_handles(kept_names[i], keeper), kept_names[i]);
}

void kept_remember(size_t serials[KEPT_NAMES])
{
    size_t i;

    for (i = 0; i < KEPT_NAMES; i++) {
        assert_non_null(fake_find(fake, kept_names[i]));
        serials[i] = fake_find(fake, kept_names[i])->serial;
    }
}

void kept_check_same(const size_t serials[KEPT_NAMES])
{
    size_t i;

    for (i = 0; i < KEPT_NAMES; i++)
        if (fake_find(fake, kept_names[i]) == NULL ||
            fake_find(fake, kept_names[i])->serial != serials[i])
            fail_msg("%s is another one", kept_names[i]);
}

bool kept_told(const char *line)
{
    static char text[SHMB_REPORT_TEXT_MAX + 1];
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(section);
    assert_int_equal(shmb_report_read(section->content, section->content_length, &header, text),
                     SHMB_READ_OK);
    return strstr(text, line) != NULL;
}

void kept_check_nothing(void)
{
    size_t i;

    assert_int_equal(fake_keepers_alive(fake), 0);
    for (i = 0; i < KEPT_NAMES; i++)
        assert_null(fake_find(fake, kept_names[i]));
}

void kept_kill(size_t number)
{
    (void)number;
    fake_crash_nth(fake, 1);
}
