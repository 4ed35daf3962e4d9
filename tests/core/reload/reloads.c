#include "reloads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lifecycle.h"

const char reloads_first[] = HEAD "  Prices: { size: 64, initial: { text: none } }\n"
                                  "  Plain: { size: 4 KiB, lock: none }\n"
                                  "events: { Go: { reset: manual } }\n";

struct fake *fake;
static void (*at_wait)(size_t number);
char reloads_text[SHMB_REPORT_TEXT_MAX + 1];

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    at_wait(number);
}

int reloads_begin(void **state)
{
    (void)state;
    fake = fake_new();
    fake_owner(fake, "S-1-5-80-1-2-3-4-5");
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_file(fake, FILE_NAME, reloads_first);
    fake_on_wait(fake, on_wait);
    return 0;
}

int reloads_end(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

struct shmb_report reloads_report(void)
{
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(section);
    assert_int_equal(
        shmb_report_read(section->content, section->content_length, &header, reloads_text),
        SHMB_READ_OK);
    return header;
}

bool reloads_told(const char *name, const char *step, const char *outcome)
{
    char line[256];

    (void)reloads_report();
    (void)snprintf(line, sizeof(line), "reload\tGlobal\\%s\t%s\t%s", name, step, outcome);
    return strstr(reloads_text, line) != NULL;
}

void reloads_live(void (*script)(size_t number), size_t waits)
{
    at_wait = script;
    fake_stop_at(fake, FAKE_WAIT, waits);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
}

void reloads_change(const char *text)
{
    fake_file(fake, FILE_NAME, text);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

struct shmb_entry reloads_entry(const char *name)
{
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME), *table;
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    char table_name[SHMB_TABLE_NAME_BYTES];

    assert_int_equal(shmb_root_read(root->content, root->content_length, &slot), SHMB_READ_OK);
    shmb_table_name(slot.suffix, table_name);
    table = fake_find(fake, table_name);
    assert_int_equal(shmb_table_check(table->content, table->content_length, &slot, &view),
                     SHMB_READ_OK);
    assert_int_equal(shmb_table_find(&view, name, strlen(name), &entry), SHMB_READ_OK);
    return entry.entry;
}

uint32_t reloads_publication(void)
{
    return ((const struct shmb_root *)(const void *)fake_find(fake, SHMB_ROOT_NAME)->content)
        ->publication;
}
