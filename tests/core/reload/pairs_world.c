#include "pairs_world.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

bool pairs_is_double(void)
{
    return (reloads_entry("Prices").flags & SHMB_ENTRY_DOUBLE) != 0;
}

static struct shmb_block *pairs_block_at(uint32_t number, uint32_t block)
{
    char name[SHMB_CONTROL_NAME_BYTES];

    shmb_control_name(number, name);
    return (struct shmb_block *)(void *)(fake_find(fake, name)->content +
                                         sizeof(struct shmb_control)) +
           block;
}

struct shmb_block *pairs_block_now(void)
{
    struct shmb_entry entry = reloads_entry("Prices");

    assert_true(entry.control != 0);
    return pairs_block_at(entry.control, entry.control_block);
}

struct shmb_pair *pairs_now(void)
{
    return (struct shmb_pair *)(void *)fake_find(fake, PAIR_X)->content;
}

const char *pairs_published(void)
{
    uint64_t version;
    const uint8_t *bytes = pair_published(pairs_now(), SIZE, &version);

    assert_non_null(bytes);
    assert_true(pair_is_current(pairs_now(), version));
    return (const char *)bytes;
}

void pairs_publish(const char *text)
{
    uint8_t *content = fake_find(fake, "Prices")->content;

    memset(content, 0, SIZE);
    memcpy(content, text, strlen(text));
    pair_publish(pairs_now(), SIZE, content, SIZE);
}

/* The block that programs have used so far. */
static struct {
    uint32_t number, block;
} before;

void pairs_remember_block(void)
{
    struct shmb_entry entry = reloads_entry("Prices");

    before.number = entry.control;
    before.block = entry.control_block;
}

bool pairs_block_has_moved(void)
{
    struct shmb_entry entry = reloads_entry("Prices");
    bool moved = entry.control != before.number || entry.control_block != before.block;

    if (moved)
        assert_true(pairs_block_at(before.number, before.block)->generation == SHMB_BLOCK_MOVED);
    assert_true(pairs_block_now()->generation == entry.generation);
    return moved;
}

void pairs_open_all(bool with_pair)
{
    char name[SHMB_CONTROL_NAME_BYTES];

    shmb_control_name(reloads_entry("Prices").control, name);
    fake_client_open(fake, "Prices");
    fake_client_open(fake, name);
    if (with_pair)
        fake_client_open(fake, PAIR_X);
    pairs_remember_block();
}

void pairs_close_all(bool with_pair)
{
    char name[SHMB_CONTROL_NAME_BYTES];

    shmb_control_name(before.number, name);
    fake_client_close(fake, "Prices");
    fake_client_close(fake, name);
    if (with_pair)
        fake_client_close(fake, PAIR_X);
}
