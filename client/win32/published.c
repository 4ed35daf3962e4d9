/*
 * Two checks for each section: the owner, since another program may have created one of this
 * name; and the contract's own functions, which notice content that is damaged or changes
 * during the read.
 */
#include "published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "owner.h"
#include "stand_in.h"
#include "wide.h"

/*
 * How long a broker is waited for that writes during a read: it may be held up in the middle. One
 * that was killed there never ends.
 */
#define PATIENCE_MS 1000u

/* A section of the broker, mapped. */
struct found {
    struct section_view view;
    char owner[OWNER_SID_MAX];
    uint64_t age; /* the revision that it names; 0: none */
};

/* Maps a section of the broker. Anyone may use its name, so checks the owner. */
static bool map_section(const char *bare, uint64_t size, struct found *out)
{
    char full[sizeof(SHMB_GLOBAL_PREFIX) + SHMB_NAME_BYTES];
    wchar_t *name;
    HANDLE section;
    bool mapped;

    memset(out, 0, sizeof(*out));
    (void)snprintf(full, sizeof(full), "%s%s", SHMB_GLOBAL_PREFIX, bare);
    name = wide_from_utf8(full);
    if (name == NULL)
        return false;
    section = OpenFileMappingW(SECTION_READ_ACCESS, FALSE, name);
    free(name);
    if (section == NULL)
        return false;
    mapped = owner_read(section, out->owner) == 0 && owner_trusted(out->owner) &&
             section_map(section, FILE_MAP_READ, 0, size, &out->view) == 0;
    CloseHandle(section);
    return mapped;
}

bool published_map(const char *bare, uint64_t size, struct section_view *out)
{
    struct found found;
    bool mapped = map_section(bare, size, &found);

    *out = found.view;
    return mapped;
}

/* Opens and checks the table that the root names. False: nothing is mapped. */
static bool map_table(const struct shmb_root_slot *slot, struct published *out)
{
    struct found table;
    char name[SHMB_TABLE_NAME_BYTES];

    shmb_table_name(slot->suffix, name);
    if (!map_section(name, slot->table_size, &table))
        return false;
    out->mapped = table.view;
    if (shmb_table_check(out->mapped.data, slot->table_size, slot, &out->table) == SHMB_READ_OK)
        return true;
    section_unmap(&out->mapped);
    return false;
}

/* Lets the writer go on. False: it has had its time. */
static bool may_try_again(ULONGLONG *since)
{
    ULONGLONG now = GetTickCount64();

    if (*since == 0)
        *since = now;
    Sleep(1);
    return now - *since < PATIENCE_MS;
}

/* Opens the current table of a root, and returns its revision. 0: nothing is mapped. */
static uint64_t map_current_table(const void *root, struct published *out)
{
    struct shmb_root_slot slot;
    uint64_t missed = 0;
    ULONGLONG since = 0;

    memset(out, 0, sizeof(*out));
    do {
        enum shmb_read verdict = shmb_root_read(root, SHMB_ROOT_SIZE, &slot);

        if (verdict == SHMB_READ_OK && map_table(&slot, out))
            return slot.revision;
        /* A table that was replaced before it is opened is gone: the root names the new one. */
        if (verdict != SHMB_READ_AGAIN && (verdict != SHMB_READ_OK || slot.revision == missed))
            break;
        if (verdict == SHMB_READ_OK)
            missed = slot.revision;
    } while (may_try_again(&since));
    return 0;
}

typedef uint64_t published_age(const void *data);

/* Of a root without its table, an ended broker's, 0. */
static uint64_t root_age(const void *data)
{
    struct published table;
    uint64_t age = map_current_table(data, &table);

    published_close(&table);
    return age;
}

/* The text of a report, freed with free(). NULL: it is none, or is not ready. */
static char *read_report(const void *data, struct shmb_report *out)
{
    enum shmb_read verdict = SHMB_READ_EMPTY;
    char *text = malloc(SHMB_REPORT_TEXT_MAX + 1);
    ULONGLONG since = 0;

    if (text != NULL)
        do
            verdict = shmb_report_read(data, SHMB_REPORT_SIZE, out, text);
        while (verdict == SHMB_READ_AGAIN && may_try_again(&since));
    if (verdict == SHMB_READ_OK)
        return text;
    free(text);
    return NULL;
}

static uint64_t report_age(const void *data)
{
    struct shmb_report report = {.revision = 0};

    free(read_report(data, &report));
    return report.revision;
}

struct search {
    uint64_t size;
    published_age *age;
    struct found best;
};

/* Keeps the newest one. */
static bool look_at(void *context, const char *bare)
{
    struct search *search = context;
    struct found found;

    if (!map_section(bare, search->size, &found))
        return true;
    found.age = search->age(found.view.data);
    if (search->best.view.base == NULL || found.age > search->best.age) {
        section_unmap(&search->best.view);
        search->best = found;
    } else {
        section_unmap(&found.view);
    }
    return true;
}

/*
 * Maps the broker's section of this name or the stand-in, whichever names the greatest revision:
 * programs can keep those of a broker that was killed, under either name.
 */
static bool map_published(const char *bare, uint64_t size, published_age *age, struct found *out)
{
    struct search search = {.size = size, .age = age};

    look_at(&search, bare);
    stand_in_each(bare, look_at, &search);
    *out = search.best;
    return search.best.view.base != NULL;
}

static bool map_root(struct found *out)
{
    return map_published(SHMB_ROOT_NAME, SHMB_ROOT_SIZE, root_age, out);
}

bool published_open(struct published *out)
{
    struct found root;
    bool open;

    memset(out, 0, sizeof(*out));
    if (!map_root(&root))
        return false;
    open = map_current_table(root.view.data, out) != 0;
    section_unmap(&root.view);
    return open;
}

bool published_broker(uint32_t *process, uint64_t *started)
{
    struct found root;

    *process = 0;
    *started = 0;
    if (!map_root(&root))
        return false;
    *process = ((const struct shmb_root *)root.view.data)->broker_pid;
    *started = ((const struct shmb_root *)root.view.data)->broker_started;
    section_unmap(&root.view);
    return true;
}

bool published_version(char out[SHMB_ROOT_VERSION])
{
    struct found root;

    out[0] = '\0';
    if (!map_root(&root))
        return false;
    shmb_root_version(root.view.data, out);
    section_unmap(&root.view);
    return out[0] != '\0';
}

bool published_owner(char owner[OWNER_SID_MAX])
{
    struct found root;

    owner[0] = '\0';
    if (!map_root(&root))
        return false;
    memcpy(owner, root.owner, sizeof(root.owner));
    section_unmap(&root.view);
    return true;
}

void published_close(struct published *published)
{
    section_unmap(&published->mapped);
    memset(published, 0, sizeof(*published));
}

char *published_report(struct shmb_report *out)
{
    struct found report;
    char *text;

    memset(out, 0, sizeof(*out));
    if (!map_published(SHMB_REPORT_NAME, SHMB_REPORT_SIZE, report_age, &report))
        return NULL;
    text = read_report(report.view.data, out);
    section_unmap(&report.view);
    return text;
}

char *published_config(void)
{
    struct shmb_report report;
    struct shmb_report_line line;
    char *text = published_report(&report), *path = NULL;
    size_t at = 0;

    while (path == NULL && text != NULL && shmb_report_next(text, report.text_size, &at, &line))
        if (line.length[0] == 4 && memcmp(line.field[0], "file", 4) == 0) {
            path = calloc(line.length[1] + 1, 1);
            if (path == NULL)
                break;
            memcpy(path, line.field[1], line.length[1]);
        }
    free(text);
    return path;
}
