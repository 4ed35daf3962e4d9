#include "published.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct published_world world;

/* What a client uses: the section of this name, or where that is not the broker's, the stand-in. */
static const struct fake_object *find_own(const char *name)
{
    const struct fake_object *own = fake_find(world.fake, name);

    return own != NULL && !own->stranger ? own : fake_stand_in(world.fake, name);
}

/* False: there is no directory, or nothing in it yet. Anything else that is no table fails. */
static bool read_table(struct shmb_table_view *view)
{
    const struct fake_object *root = find_own(SHMB_ROOT_NAME), *table;
    char name[SHMB_TABLE_NAME_BYTES];
    struct shmb_root_slot slot;
    enum shmb_read verdict;

    if (root == NULL || root->content == NULL)
        return false;
    verdict = shmb_root_read(root->content, root->content_length, &slot);
    if (verdict == SHMB_READ_EMPTY)
        return false;
    assert_int_equal(verdict, SHMB_READ_OK);
    assert_true(slot.revision >= world.newest);
    world.newest = slot.revision;
    shmb_table_name(slot.suffix, name);
    table = fake_find(world.fake, name);
    assert_non_null(table);
    assert_non_null(table->content);
    assert_int_equal(shmb_table_check(table->content, table->content_length, &slot, view),
                     SHMB_READ_OK);
    return true;
}

struct shmb_block *published_block(const struct shmb_entry *entry)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    const struct fake_object *control;
    struct shmb_block *block;

    shmb_control_name(entry->control, name);
    control = fake_find(world.fake, name);
    assert_non_null(control);
    assert_non_null(control->content);
    assert_false(control->stranger);
    assert_true(shmb_control_is_sound(control->content, control->content_length, entry->control,
                                      entry->control_block));
    block = shmb_control_block(control->content, control->content_length, entry->control_block);
    assert_non_null(block);
    return block;
}

/* A held entry names an object that is there, and a block that is ready. */
static void check_entry(const struct shmb_entry_view *view)
{
    char name[256];
    const struct fake_object *object;

    (void)snprintf(name, sizeof(name), "%.*s", (int)view->entry.name.length, view->name);
    if (view->entry.state != SHMB_ENTRY_HELD) {
        assert_int_equal(view->entry.generation, 0);
        assert_int_equal(view->entry.control, 0);
        return;
    }
    object = fake_find(world.fake, name);
    assert_non_null(object);
    assert_false(object->stranger);
    assert_int_equal(object->spec.kind, view->entry.kind);
    assert_int_equal(object->spec.size, view->entry.size);
    assert_true(view->entry.generation >= FAKE_STARTED);
    if (view->entry.control != 0) {
        const struct shmb_block *block = published_block(&view->entry);

        assert_int_equal(block->generation, view->entry.generation);
        assert_int_equal(block->initialised, (view->entry.flags & SHMB_ENTRY_INITIAL) != 0);
        assert_int_equal(block->sequence | block->lock_word | block->abandoned | block->change, 0);
    }
}

/* After each effect: the old table or the new one, never garbage, never what is gone. */
static void look(struct fake *which)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    uint32_t i;

    assert_ptr_equal(which, world.fake);
    if (!read_table(&view))
        return;
    assert_int_equal(view.entry_count, world.inventory->count);
    for (i = 0; i < view.entry_count; i++) {
        assert_int_equal(shmb_table_entry(&view, i, &entry), SHMB_READ_OK);
        check_entry(&entry);
    }
}

struct shmb_entry_view published_view(const char *name)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;

    assert_true(read_table(&view));
    assert_int_equal(shmb_table_find(&view, name, strlen(name), &entry), SHMB_READ_OK);
    return entry;
}

struct shmb_entry published_find(const char *name)
{
    return published_view(name).entry;
}

uint64_t published_revision(void)
{
    struct shmb_table_view view;

    assert_true(read_table(&view));
    return view.revision;
}

const char *published_table_name(void)
{
    static char name[4][SHMB_TABLE_NAME_BYTES]; /* the last four that were asked for */
    static unsigned turn;
    struct shmb_root_slot slot;
    const struct fake_object *root = find_own(SHMB_ROOT_NAME);

    assert_int_equal(shmb_root_read(root->content, root->content_length, &slot), SHMB_READ_OK);
    turn = (turn + 1) % 4;
    shmb_table_name(slot.suffix, name[turn]);
    return name[turn];
}

char published_report_text[SHMB_REPORT_TEXT_MAX + 1];

struct shmb_report published_report(void)
{
    const struct fake_object *report = find_own(SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(report);
    assert_int_equal(
        shmb_report_read(report->content, report->content_length, &header, published_report_text),
        SHMB_READ_OK);
    return header;
}

int world_open(void **state)
{
    (void)state;
    world.newest = 0;
    world.broker = NULL;
    world.fake = fake_new();
    world.known = trustees_new(fake_system(world.fake));
    cfg_messages_init(&world.messages);
    fake_account(world.fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_on_effect(world.fake, look);
    sample_rich(&world.sample);
    return inventory_build(&world.sample.cfg, world.known, &world.messages, &world.inventory) !=
           SYS_OK;
}

int world_close(void **state)
{
    (void)state;
    inventory_free(world.inventory);
    trustees_free(world.known);
    cfg_messages_free(&world.messages);
    sample_free(&world.sample);
    fake_free(world.fake);
    return 0;
}

void world_rebuild(void)
{
    inventory_free(world.inventory);
    assert_int_equal(
        inventory_build(&world.sample.cfg, world.known, &world.messages, &world.inventory), SYS_OK);
}

void world_start(void)
{
    struct sys_failure why;

    assert_int_equal(broker_start(fake_system(world.fake), world.inventory, &world.broker, &why),
                     SYS_OK);
}

void world_stop(void)
{
    broker_stop(world.broker);
    assert_int_equal(fake_held(world.fake) + fake_published(world.fake), 0);
}

size_t world_events(enum event_id id)
{
    return fake_event_count(world.fake, id);
}

void world_look_not(struct fake *which)
{
    (void)which;
}
