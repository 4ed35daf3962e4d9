#include "vandal.h"

#include <string.h>
#include <wchar.h>

#include "access.h"
#include "control.h"
#include "directory.h"
#include "torture.h"

#define LOOK_MS 20u

/* What is done with a control section; `block` is one that an entry names. */
typedef bool (*visit)(void *view, uint32_t number, uint32_t block);

static void *map(const char *bare, DWORD access)
{
    wchar_t name[96];
    HANDLE section;
    void *view;

    swprintf(name, 96, L"Global\\%hs", bare);
    section = OpenFileMappingW(access, FALSE, name);
    if (section == NULL)
        return NULL;
    view = MapViewOfFile(section, access, 0, 0, 0);
    CloseHandle(section);
    return view;
}

/* How many entries have a control section for which `what` is true; `*all`: that have one. */
static uint32_t for_each(const struct shmb_root_slot *slot, const void *bytes, DWORD access,
                         visit what, uint32_t *all)
{
    struct shmb_table_view table;
    struct shmb_entry_view entry;
    char name[SHMB_CONTROL_NAME_BYTES];
    uint32_t count = 0, i;

    *all = 0;
    if (shmb_table_check(bytes, slot->table_size, slot, &table) != SHMB_READ_OK)
        return 0;
    for (i = 0; shmb_table_entry(&table, i, &entry) == SHMB_READ_OK; i++) {
        void *view;

        if (entry.entry.kind != SHMB_SECTION || entry.entry.control == 0)
            continue;
        (*all)++;
        shmb_control_name(entry.entry.control, name);
        view = map(name, access);
        if (view == NULL)
            continue;
        count += what(view, entry.entry.control, entry.entry.control_block);
        UnmapViewOfFile(view);
    }
    return count;
}

/* The same for the present directory; both 0 where there is none. */
static uint32_t visit_all(DWORD access, visit what, uint32_t *all)
{
    char name[SHMB_TABLE_NAME_BYTES];
    struct shmb_root_slot slot;
    void *root = map(SHMB_ROOT_NAME, FILE_MAP_READ), *table = NULL;
    uint32_t count = 0;

    *all = 0;
    if (root != NULL && shmb_root_read(root, SHMB_ROOT_SIZE, &slot) == SHMB_READ_OK) {
        shmb_table_name(slot.suffix, name);
        table = map(name, FILE_MAP_READ);
    }
    if (table != NULL) {
        count = for_each(&slot, table, access, what, all);
        UnmapViewOfFile(table);
    }
    if (root != NULL)
        UnmapViewOfFile(root);
    return count;
}

static bool wipe(void *view, uint32_t number, uint32_t block)
{
    (void)number;
    (void)block;
    memset(view, 0, sizeof(struct shmb_control));
    return true;
}

static bool is_sound(void *view, uint32_t number, uint32_t block)
{
    return shmb_control_is_sound(view, sizeof(struct shmb_control), number, block);
}

uint32_t vandal_wipe(void)
{
    uint32_t all;

    return visit_all(FILE_MAP_READ | FILE_MAP_WRITE, wipe, &all);
}

bool vandal_is_repaired(void)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    uint32_t all;

    do {
        if (visit_all(FILE_MAP_READ, is_sound, &all) == all && all > 0)
            return true;
        Sleep(LOOK_MS);
    } while (GetTickCount64() < until);
    return false;
}
