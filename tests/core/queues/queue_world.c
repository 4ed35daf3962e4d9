#include "queue_world.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "slots.h"

const uint8_t *queue_first_content;
uint64_t queue_first_generation;

int queue_begin(void **state)
{
    const int result = reloads_begin(state);

    fake_file(fake, FILE_NAME, ACCESS QUEUE);
    return result;
}

struct shmb_queue_header *queue_now(void)
{
    const struct fake_object *queue = fake_find(fake, "Q");

    assert_non_null(queue);
    assert_int_equal(queue->spec.kind, SHMB_SECTION);
    assert_non_null(queue->content);
    return (struct shmb_queue_header *)(void *)queue->content;
}

void queue_expect(uint32_t slots, uint32_t slot_size, uint32_t flags)
{
    const struct shmb_entry entry = reloads_entry("Q");
    struct shmb_queue_header wanted;

    assert_int_equal(entry.kind, SHMB_QUEUE);
    assert_int_equal(entry.state, SHMB_ENTRY_HELD);
    assert_int_equal(entry.queue_slots, slots);
    assert_int_equal(entry.queue_slot_size, slot_size);
    assert_int_equal(entry.flags, flags);
    assert_true(entry.size == shmb_queue_size(slots, slot_size));
    assert_true(entry.size == fake_find(fake, "Q")->spec.size);
    assert_int_equal(entry.lock_kind, SHMB_ENTRY_LOCK_NONE);
    assert_int_equal(entry.control, 0);
    assert_true(entry.generation != 0 && entry.generation != UINT64_MAX);
    shmb_queue_fill_header(slots, slot_size, flags, entry.generation, &wanted);
    assert_memory_equal(queue_now(), &wanted, offsetof(struct shmb_queue_header, put_lock));
}

void queue_expect_slots(void)
{
    const struct shmb_entry entry = reloads_entry("Q");
    char name[SHMB_SLOTS_NAME_BYTES];

    assert_int_equal(entry.slot_count, 2);
    shmb_slots_name(entry.slots, name);
    assert_int_equal(fake_find(fake, name)->handles, 1);
}

void queue_use(void)
{
    queue_now()->tail = 7;
    queue_now()->head = 5;
    queue_now()->dropped = 3;
    fake_find(fake, "Q")->content[sizeof(struct shmb_queue_header) + 8] = 0x5A;
}

void queue_expect_used(void)
{
    assert_int_equal(queue_now()->tail, 7);
    assert_int_equal(queue_now()->head, 5);
    assert_int_equal(queue_now()->dropped, 3);
    assert_int_equal(fake_find(fake, "Q")->content[sizeof(struct shmb_queue_header) + 8], 0x5A);
}

void queue_remember(void)
{
    queue_first_content = fake_find(fake, "Q")->content;
    queue_first_generation = reloads_entry("Q").generation;
}
