#include "hostile.h"

#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "directory.h"

#define TARGETS_MAX 16u
#define STEPS_MAX   200000u
#define NO_ONES     0x5555555555555555u /* no generation, and no mark of one that has gone */

struct target {
    volatile uint8_t *view;
    size_t size;
    uint32_t control; /* its number; 0: a segment */
    uint32_t blocks;
};

static struct target targets[TARGETS_MAX];
static size_t target_count;
static struct shmb_table_view table;
static uint32_t seed;

static uint32_t chance(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* ---- what can be attacked ---- */

static void *map_global(const char *bare, DWORD access, size_t *size)
{
    char name[256] = "Global\\";
    MEMORY_BASIC_INFORMATION region;
    HANDLE section;
    void *view;

    strncat(name, bare, sizeof(name) - 8);
    section = OpenFileMappingW(access, FALSE, support_wide(name));
    view = section != NULL ? MapViewOfFile(section, access, 0, 0, 0) : NULL;
    if (view != NULL && VirtualQuery(view, &region, sizeof(region)) != 0)
        *size = region.RegionSize;
    return view;
}

static void add_target(const char *bare, uint32_t control)
{
    struct target target = {NULL, 0, control, 0};
    size_t i;

    for (i = 0; control != 0 && i < target_count; i++)
        if (targets[i].control == control)
            return;
    target.view = map_global(bare, FILE_MAP_WRITE, &target.size);
    if (target.view != NULL && target_count < TARGETS_MAX)
        targets[target_count++] = target;
}

static bool read_directory(void)
{
    char name[SHMB_TABLE_NAME_BYTES];
    struct shmb_root_slot slot;
    size_t root_size = 0, table_size = 0;
    void *root = map_global(SHMB_ROOT_NAME, FILE_MAP_READ, &root_size);
    void *bytes;

    if (root == NULL || shmb_root_read(root, root_size, &slot) != SHMB_READ_OK)
        return false;
    shmb_table_name(slot.suffix, name);
    bytes = map_global(name, FILE_MAP_READ, &table_size);
    add_target(SHMB_ROOT_NAME, 0);
    add_target(SHMB_REPORT_NAME, 0);
    add_target(name, 0);
    return bytes != NULL && shmb_table_check(bytes, table_size, &slot, &table) == SHMB_READ_OK;
}

/* The row of a segment; false behind the last. */
static bool next_segment(uint32_t *index, struct shmb_entry_view *out)
{
    while (shmb_table_entry(&table, (*index)++, out) == SHMB_READ_OK)
        if (out->entry.kind == 0)
            return true;
    return false;
}

static bool find_targets(void)
{
    struct shmb_entry_view row;
    uint32_t index = 0;

    if (!read_directory())
        return false;
    while (next_segment(&index, &row)) {
        char name[SHMB_CONTROL_NAME_BYTES], bare[256];

        memcpy(bare, row.name, row.entry.name.length);
        bare[row.entry.name.length] = 0;
        add_target(bare, 0);
        if (row.entry.control == 0)
            continue;
        shmb_control_name(row.entry.control, name);
        add_target(name, row.entry.control);
    }
    return true;
}

/* ---- the attack ---- */

/* Puts into a control section what the broker wrote there: the next blow goes deeper. */
static void mend(struct target *target)
{
    struct shmb_control *header = (struct shmb_control *)(uintptr_t)target->view;
    struct shmb_block *blocks = (struct shmb_block *)(header + 1);
    struct shmb_entry_view row;
    uint32_t index = 0;

    while (next_segment(&index, &row)) {
        if (row.entry.control != target->control)
            continue;
        memset((void *)&blocks[row.entry.control_block], 0, sizeof(*blocks));
        blocks[row.entry.control_block].generation = row.entry.generation;
        if (target->blocks <= row.entry.control_block)
            target->blocks = row.entry.control_block + 1;
    }
    memset(header, 0, sizeof(*header));
    header->magic = SHMB_CONTROL_MAGIC;
    header->abi_version = SHMB_ABI_VERSION;
    header->header_size = sizeof(*header);
    header->block_size = sizeof(*blocks);
    header->block_count = target->blocks;
    header->total_size = (uint32_t)(sizeof(*header) + target->blocks * sizeof(*blocks));
    header->number = target->control;
}

/* Random bytes over a short run anywhere. */
static void spray(const struct target *target)
{
    size_t at = chance((uint32_t)target->size), length = 1 + chance(64);

    for (; length > 0 && at < target->size; at++, length--)
        target->view[at] = (uint8_t)chance(256);
}

/* A word of a block that clients work with, often one that looks right. */
static void poke(const struct target *target)
{
    static const uint32_t words[] = {0, 4, 8, 12, 64, 68, 128, 132};
    static const uint32_t values[] = {0, 1, 2, 3, 0x7FFFFFFF, 0xFFFFFFFF};
    uint32_t value = values[chance(6)];
    size_t at = sizeof(struct shmb_control) + chance(target->blocks) * sizeof(struct shmb_block) +
                words[chance(8)];

    if (chance(8) == 0)
        value = chance(1u << 24);
    *(volatile uint32_t *)(target->view + at) = value;
}

/* One way of attacking, for a while. */
static void attack_once(void)
{
    uint32_t way = chance(3), steps = 1 + chance(STEPS_MAX);
    size_t i;

    for (i = 0; i < target_count; i++)
        if (targets[i].control != 0 && way != 0)
            mend(&targets[i]);
    for (; steps > 0; steps--) {
        struct target *target = &targets[chance((uint32_t)target_count)];

        if (target->control == 0 || way == 0)
            spray(target);
        else if (way == 1)
            poke(target);
    }
}

int hostile_scribble(int argc, char **argv)
{
    (void)argc;
    seed = (uint32_t)strtoul(argv[0], NULL, 0);
    if (!find_targets()) {
        client_say("the directory cannot be read");
        return 1;
    }
    client_say("scribbling over %u", (unsigned)target_count);
    for (;;)
        attack_once();
}

static bool take_lock(void)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE, FALSE, support_wide("Global\\" ATTACKED ".lock"));
    DWORD result = WAIT_FAILED;

    if (mutex != NULL)
        result = WaitForSingleObject(mutex, SUPPORT_DEADLINE_MS);
    return result == WAIT_OBJECT_0 || result == WAIT_ABANDONED;
}

int hostile_hog(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    client_say(take_lock() ? "holding" : "not taken");
    client_wait_for_end();
    return 0;
}

int hostile_die(int argc, char **argv)
{
    size_t i;

    (void)argc;
    seed = (uint32_t)strtoul(argv[0], NULL, 0);
    if (!find_targets() || !take_lock()) {
        client_say("not taken");
        return 1;
    }
    for (i = 0; i < target_count; i++) {
        if (targets[i].control != 0 && chance(2) == 0)
            mend(&targets[i]);
        if (targets[i].control != 0 && targets[i].blocks != 0)
            poke(&targets[i]);
        else
            spray(&targets[i]);
    }
    client_say("dying");
    TerminateProcess(GetCurrentProcess(), EXIT_DIED);
    return 0;
}

/* Gives the blocks of a control section a generation that is nobody's. */
static void disown(const struct target *target)
{
    struct shmb_block *blocks =
        (struct shmb_block *)(uintptr_t)(target->view + sizeof(struct shmb_control));
    struct shmb_entry_view row;
    uint32_t index = 0;

    while (next_segment(&index, &row))
        if (row.entry.control == target->control)
            blocks[row.entry.control_block].generation = NO_ONES;
}

int hostile_spoil(int argc, char **argv)
{
    bool found = find_targets();
    size_t i;

    (void)argc;
    (void)argv;
    for (i = 0; i < target_count; i++)
        if (targets[i].control != 0)
            disown(&targets[i]);
    client_say(found ? "spoiled" : "the directory cannot be read");
    return 0;
}

int hostile_wipe(int argc, char **argv)
{
    bool found = find_targets();
    size_t i;

    (void)argc;
    (void)argv;
    for (i = 0; i < target_count; i++)
        if (targets[i].control != 0)
            memset((void *)(uintptr_t)targets[i].view, 0, sizeof(struct shmb_control));
    client_say(found ? "wiped" : "the directory cannot be read");
    return 0;
}
