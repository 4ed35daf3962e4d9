#include "stage.h"

#include <sddl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "names.h"
#include "snapshot_pair.h"

#define OBJECTS_MAX  128
#define ROWS_MAX     32
#define CONTROLS_MAX 3

static HANDLE objects[OBJECTS_MAX];
static HANDLE instance, root_handle, table_handle;
static struct shmb_root *root;
static struct shmb_table *table;
static uint64_t revision;

static struct directory_row rows[ROWS_MAX];
static HANDLE sections[ROWS_MAX];
static struct shmb_pair *pairs[ROWS_MAX];
static char lock_names[ROWS_MAX][SHMB_NAME_BYTES];
static uint32_t row_count;

static HANDLE control_handles[CONTROLS_MAX];
static struct shmb_control *controls[CONTROLS_MAX];
static HANDLE waiters_handles[CONTROLS_MAX];
static struct shmb_waiters *waiters[CONTROLS_MAX];
static uint32_t blocks_used;
static HANDLE slots_handle, slot_mutexes[STAGE_SLOTS];
static struct shmb_slots *slots;

const char *stage_user(void)
{
    static char text[128];
    BYTE buffer[256];
    DWORD size;
    HANDLE token;
    LPSTR sid;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    assert_true(GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size));
    CloseHandle(token);
    assert_true(ConvertSidToStringSidA(((TOKEN_USER *)(void *)buffer)->User.Sid, &sid));
    snprintf(text, sizeof(text), "%s", sid);
    LocalFree(sid);
    return text;
}

static HANDLE create(enum shmb_kind kind, const wchar_t *name, uint64_t bytes,
                     SECURITY_ATTRIBUTES *attributes)
{
    switch (kind) {
    case SHMB_SECTION:
        return CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE,
                                  (DWORD)(bytes >> 32), (DWORD)bytes, name);
    case SHMB_MUTEX:
        return CreateMutexW(attributes, FALSE, name);
    case SHMB_EVENT:
        return CreateEventW(attributes, bytes == 0, FALSE, name);
    default:
        return bytes == 0 ? CreateSemaphoreW(attributes, 1, 3, name)
                          : CreateSemaphoreW(attributes, 0, (LONG)bytes, name);
    }
}

/* NULL where the name is taken. */
static HANDLE make_if_free(enum shmb_kind kind, const char *bare, uint64_t bytes,
                           enum stage_owner owner, uint32_t everyone)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, FALSE};
    char sddl[256], name[SHMB_NAME_BYTES + 8], granted[64] = "";
    HANDLE object;
    DWORD code;

    if (everyone != 0)
        snprintf(granted, sizeof(granted), "(A;;0x%lx;;;WD)", (unsigned long)everyone);
    snprintf(sddl, sizeof(sddl), "O:%sD:P(A;;GA;;;BA)%s", owner == STAGE_OURS ? "BA" : stage_user(),
             granted);
    snprintf(name, sizeof(name), "Global\\%s", bare);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        sddl, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    SetLastError(0);
    object = create(kind, support_wide(name), bytes, &attributes);
    code = GetLastError();
    LocalFree(attributes.lpSecurityDescriptor);
    if (object == NULL)
        fail_msg("%s: error %lu", name, code);
    if (code != ERROR_ALREADY_EXISTS)
        return object;
    CloseHandle(object);
    return NULL;
}

static HANDLE make(enum shmb_kind kind, const char *bare, uint64_t bytes, enum stage_owner owner,
                   uint32_t everyone)
{
    HANDLE object = make_if_free(kind, bare, bytes, owner, everyone);

    if (object == NULL)
        fail_msg("%s exists already", bare);
    return object;
}

HANDLE stage_object(enum shmb_kind kind, const char *bare, uint64_t bytes, enum stage_owner owner,
                    uint32_t everyone)
{
    size_t i = 0;

    while (i < OBJECTS_MAX && objects[i] != NULL)
        i++;
    assert_true(i < OBJECTS_MAX);
    objects[i] = make(kind, bare, bytes, owner, everyone);
    return objects[i];
}

void stage_close(HANDLE object)
{
    size_t i;

    for (i = 0; i < OBJECTS_MAX; i++)
        if (objects[i] == object)
            objects[i] = NULL;
    CloseHandle(object);
}

static void *map(HANDLE section)
{
    void *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    assert_non_null(view);
    return view;
}

static void drop(HANDLE *handle, void *view)
{
    if (view != NULL)
        UnmapViewOfFile(view);
    if (*handle != NULL)
        CloseHandle(*handle);
    *handle = NULL;
}

void stage_broker_returns(void)
{
    instance = make(SHMB_MUTEX, SHMB_INSTANCE_NAME, 0, STAGE_OURS, STAGE_NOTHING);
}

void stage_broker_dies(void)
{
    drop(&instance, NULL);
}

static void begin_root(const char *bare)
{
    root_handle = make(SHMB_SECTION, bare, SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_READ);
    root = map(root_handle);
    root->magic = SHMB_ROOT_MAGIC;
    root->abi_version = SHMB_ABI_VERSION;
    root->size = SHMB_ROOT_SIZE;
}

static void begin_control(uint32_t number, uint32_t everyone)
{
    char name[SHMB_CONTROL_NAME_BYTES];

    shmb_control_name(number, name);
    control_handles[number] =
        make(SHMB_SECTION, name, control_size(STAGE_BLOCKS), STAGE_OURS, everyone);
    controls[number] = map(control_handles[number]);
    shmb_control_header(number, STAGE_BLOCKS, controls[number]);
}

void stage_root_open(void)
{
    stage_root_open_at(SHMB_ROOT_NAME);
}

void stage_root_open_at(const char *bare)
{
    begin_root(bare);
}

void stage_begin(void)
{
    stage_end(); /* what a failed test has left */
    stage_broker_returns();
    stage_root_open();
    begin_control(1, STAGE_SECTION_WRITE);
    begin_control(2, STAGE_SECTION_READ);
}

void stage_table_close(void)
{
    drop(&table_handle, table);
    table = NULL;
}

static void drop_root(void)
{
    drop(&root_handle, root);
    root = NULL;
}

void stage_root_close(void)
{
    drop_root();
    stage_table_close();
}

void stage_root_at(const char *bare)
{
    const struct shmb_root was = *root;

    drop_root();
    begin_root(bare);
    memcpy(root, &was, sizeof(was));
}

void stage_end(void)
{
    size_t i;

    stage_broker_dies();
    stage_root_close();
    for (i = 0; i < CONTROLS_MAX; i++) {
        drop(&control_handles[i], controls[i]);
        controls[i] = NULL;
        drop(&waiters_handles[i], waiters[i]);
        waiters[i] = NULL;
    }
    drop(&slots_handle, slots);
    slots = NULL;
    for (i = 0; i < OBJECTS_MAX; i++)
        drop(&objects[i], NULL);
    for (i = 0; i < ROWS_MAX; i++)
        if (pairs[i] != NULL)
            UnmapViewOfFile(pairs[i]);
    memset(pairs, 0, sizeof(pairs));
    memset(rows, 0, sizeof(rows));
    memset(sections, 0, sizeof(sections));
    row_count = 0;
    blocks_used = 0;
}

int stage_teardown(void **state)
{
    support_teardown(state);
    stage_end();
    return 0;
}

struct directory_row *stage_row(const char *name, enum shmb_kind kind)
{
    struct directory_row *row;

    assert_true(row_count < ROWS_MAX);
    row = &rows[row_count++];
    row->name = name;
    row->kind = kind;
    row->state = SHMB_ENTRY_HELD;
    row->generation = 1000 + row_count;
    return row;
}

static void make_domain(void)
{
    char section[SHMB_SLOTS_NAME_BYTES], mutex[SHMB_SLOT_NAME_BYTES];
    uint32_t i;

    shmb_slots_name(STAGE_DOMAIN, section);
    slots_handle =
        make(SHMB_SECTION, section, shmb_slots_size(STAGE_SLOTS), STAGE_OURS, STAGE_SECTION_WRITE);
    slots = map(slots_handle);
    shmb_slots_header(STAGE_DOMAIN, STAGE_SLOTS, slots);
    for (i = 0; i < STAGE_SLOTS; i++) {
        shmb_slot_name(STAGE_DOMAIN, i, mutex);
        slot_mutexes[i] = stage_object(SHMB_MUTEX, mutex, 0, STAGE_OURS, STAGE_MUTEX_USE);
    }
}

struct shmb_slot *stage_slot(uint32_t index)
{
    return shmb_slots_at(slots, shmb_slots_size(STAGE_SLOTS), index);
}

HANDLE stage_slot_mutex(uint32_t index)
{
    return slot_mutexes[index];
}

static void add_fast_lock(struct directory_row *row, const char *name, unsigned how)
{
    if (slots == NULL)
        make_domain();
    row->fast = true;
    row->slots = STAGE_DOMAIN;
    row->slot_count = STAGE_SLOTS;
    if ((how & STAGE_WITHOUT_LOCK_OBJECT) == 0)
        stage_object(SHMB_EVENT, name, 1, STAGE_OURS, STAGE_EVENT_SET);
}

static void add_lock(struct directory_row *row, unsigned how)
{
    char *name = lock_names[row - rows];
    uint32_t everyone = STAGE_MUTEX_USE;

    snprintf(name, SHMB_NAME_BYTES, "%s.lock", row->name);
    row->lock_name = name;
    if ((how & STAGE_FAST) != 0) {
        add_fast_lock(row, name, how);
        return;
    }
    if ((how & STAGE_READ_ONLY) != 0 && (how & STAGE_READERS_WAIT) == 0)
        everyone = READ_CONTROL;
    if ((how & STAGE_READERS_WAIT) != 0)
        row->flags |= SHMB_ENTRY_READERS_MAY_WAIT;
    if ((how & STAGE_WITHOUT_LOCK_OBJECT) == 0)
        stage_object(SHMB_MUTEX, name, 0, STAGE_OURS, everyone);
}

static void add_waiters(struct directory_row *row)
{
    const uint32_t number = row->control;
    char name[SHMB_WAITERS_NAME_BYTES];

    row->flags |= SHMB_ENTRY_WAITERS;
    if (waiters[number] != NULL)
        return;
    shmb_waiters_name(number, name);
    waiters_handles[number] =
        make(SHMB_SECTION, name, shmb_waiters_size(STAGE_BLOCKS), STAGE_OURS, STAGE_SECTION_WRITE);
    waiters[number] = map(waiters_handles[number]);
    shmb_waiters_header(number, STAGE_BLOCKS, waiters[number]);
}

static void add_change_events(struct directory_row *row, uint32_t everyone)
{
    unsigned i;

    row->flags |= SHMB_ENTRY_NOTIFY;
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        char name[SHMB_NAME_BYTES];

        snprintf(name, sizeof(name), "%s" SHMB_CHANGED_SUFFIX "%u", row->name, i);
        stage_object(SHMB_EVENT, name, 0, STAGE_OURS, everyone);
    }
}

static void add_pair(struct directory_row *row, uint32_t everyone)
{
    char name[SHMB_NAME_BYTES];

    row->flags |= SHMB_ENTRY_DOUBLE;
    (void)snprintf(name, sizeof(name), "%s" SHMB_PAIR_SUFFIX, row->name);
    pairs[row - rows] =
        map(stage_object(SHMB_SECTION, name, shmb_pair_size(row->size), STAGE_OURS, everyone));
}

struct shmb_pair *stage_pair(const struct directory_row *row)
{
    assert_non_null(pairs[row - rows]);
    return pairs[row - rows];
}

struct directory_row *stage_segment(const char *name, uint64_t size, unsigned how)
{
    struct directory_row *row = stage_row(name, SHMB_SECTION);
    bool read_only = (how & STAGE_READ_ONLY) != 0;

    assert_true(blocks_used < STAGE_BLOCKS);
    row->size = size;
    row->control = read_only ? 2 : 1;
    row->control_block = blocks_used++;
    stage_block(row)->generation = row->generation;
    sections[row - rows] = stage_object(SHMB_SECTION, name, size, STAGE_OURS,
                                        read_only ? STAGE_SECTION_READ : STAGE_SECTION_WRITE);
    if ((how & STAGE_LOCK) != 0)
        add_lock(row, how);
    if ((how & STAGE_NOTIFY) != 0)
        add_change_events(row, read_only ? STAGE_EVENT_WAIT : STAGE_EVENT_SET);
    if ((how & STAGE_DOUBLE) != 0)
        add_pair(row, read_only ? STAGE_SECTION_READ : STAGE_SECTION_WRITE);
    if ((how & STAGE_WAITERS) != 0)
        add_waiters(row);
    return row;
}

void stage_recreate(struct directory_row *row)
{
    HANDLE *section = &sections[row - rows];
    uint64_t *view;

    row->state = SHMB_ENTRY_FAILED;
    stage_publish();
    stage_close(*section);
    do {
        *section =
            make_if_free(SHMB_SECTION, row->name, row->size, STAGE_OURS, STAGE_SECTION_WRITE);
    } while (*section == NULL);
    view = map(*section);
    *view = ++row->generation;
    UnmapViewOfFile(view);
    objects[OBJECTS_MAX - 1] = *section;
    stage_block(row)->generation = row->generation;
    row->state = SHMB_ENTRY_HELD;
    stage_publish();
}

HANDLE stage_section_of(const struct directory_row *row)
{
    return sections[row - rows];
}

struct shmb_control *stage_control(uint32_t number)
{
    return controls[number];
}

struct shmb_block *stage_block(const struct directory_row *row)
{
    return (struct shmb_block *)(void *)(controls[row->control] + 1) + row->control_block;
}

volatile uint64_t *stage_waiting_until(const struct directory_row *row)
{
    return &shmb_waiters_at(waiters[row->control], (size_t)shmb_waiters_size(STAGE_BLOCKS),
                            row->control_block)
                ->until;
}

void stage_publish(void)
{
    uint32_t size, next = root->publication + 1;
    struct shmb_root_slot *slot = &root->slot[next & 1];
    char name[SHMB_TABLE_NAME_BYTES];
    HANDLE made;
    struct shmb_table *content;
    uint8_t *image;

    memset(slot, 0, sizeof(*slot));
    slot->revision = ++revision;
    memcpy(slot->suffix, &revision, sizeof(revision));
    image = directory_table_build(rows, row_count, slot, &size);
    assert_non_null(image);
    shmb_table_name(slot->suffix, name);
    made = make(SHMB_SECTION, name, size, STAGE_OURS, STAGE_SECTION_READ);
    content = map(made);
    memcpy(content, image, size);
    free(image);
    shmb_store32(&root->publication, next);
    stage_table_close(); /* only now does nobody look for it any more */
    table_handle = made;
    table = content;
}

struct shmb_root *stage_root(void)
{
    return root;
}

struct shmb_table *stage_table(void)
{
    return table;
}
