#include "slots_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct fake *fake;

int slots_world_open(void **state)
{
    (void)state;
    fake = life_begin(SHMB_SERVICE_SID);
    return 0;
}

static bool read_entry(const char *name, struct shmb_entry_view *entry)
{
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME), *table;
    char table_name[SHMB_TABLE_NAME_BYTES];
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    enum shmb_read verdict;

    assert_non_null(root);
    assert_int_equal(shmb_root_read(root->content, root->content_length, &slot), SHMB_READ_OK);
    shmb_table_name(slot.suffix, table_name);
    table = fake_find(fake, table_name);
    assert_non_null(table);
    assert_int_equal(shmb_table_check(table->content, table->content_length, &slot, &view),
                     SHMB_READ_OK);
    verdict = shmb_table_find(&view, name, strlen(name), entry);
    assert_int_not_equal(verdict, SHMB_READ_CORRUPT);
    return verdict == SHMB_READ_OK;
}

struct shmb_entry slots_entry(const char *name)
{
    struct shmb_entry_view view;

    assert_true(read_entry(name, &view));
    return view.entry;
}

bool slots_has_entry(const char *name)
{
    struct shmb_entry_view view;

    return read_entry(name, &view);
}

static const struct fake_object *control_of(const char *name, struct shmb_entry *entry)
{
    char control_name[SHMB_CONTROL_NAME_BYTES];
    const struct fake_object *control;

    *entry = slots_entry(name);
    shmb_control_name(entry->control, control_name);
    control = fake_find(fake, control_name);
    assert_non_null(control);
    return control;
}

struct shmb_block *slots_block(const char *name)
{
    struct shmb_entry entry;
    const struct fake_object *control = control_of(name, &entry);
    struct shmb_block *block =
        shmb_control_block(control->content, control->content_length, entry.control_block);

    assert_non_null(block);
    return block;
}

struct shmb_slots *slots_section(uint32_t number)
{
    char name[SHMB_SLOTS_NAME_BYTES];
    const struct fake_object *section;

    shmb_slots_name(number, name);
    section = fake_find(fake, name);
    assert_non_null(section);
    assert_non_null(section->content);
    return (struct shmb_slots *)(void *)section->content;
}

uint32_t slots_mutexes(uint32_t number)
{
    char name[SHMB_SLOT_NAME_BYTES];
    uint32_t i, held = 0;

    for (i = 0; i < SHMB_SLOTS_MOST; i++) {
        const struct fake_object *mutex;

        shmb_slot_name(number, i, name);
        mutex = fake_find(fake, name);
        held += mutex != NULL && !mutex->stranger && mutex->spec.kind == SHMB_MUTEX &&
                mutex->handles == 1;
    }
    return held;
}

static void use(const char *name, uint32_t slot, void (*on)(struct fake *of, const char *object))
{
    struct shmb_entry entry;
    const struct fake_object *control = control_of(name, &entry);
    char section[SHMB_SLOTS_NAME_BYTES], mutex[SHMB_SLOT_NAME_BYTES];

    shmb_slots_name(entry.slots, section);
    shmb_slot_name(entry.slots, slot, mutex);
    on(fake, name);
    on(fake, control->name);
    on(fake, section);
    on(fake, mutex);
}

void slots_use(const char *name, uint32_t slot)
{
    use(name, slot, fake_client_open);
}

void slots_leave(const char *name, uint32_t slot)
{
    use(name, slot, fake_client_close);
}

void slots_reload(const char *text)
{
    fake_file(fake, LIFE_FILE, text);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

uint64_t slots_identity(uint32_t slot, uint32_t generation)
{
    return (uint64_t)generation << SHMB_LOCK_GENERATION | (slot + 1);
}
