/*
 * Two checks for each section: the owner, since another program may have created one of this
 * name; and the contract's own functions, which notice content that is damaged or changes
 * during the read.
 */
#include "published.h"

#include <stdlib.h>
#include <string.h>

#include "name_holder.h"
#include "owner.h"
#include "stand_in.h"

/* Retries if the broker replaces the table, or writes the report, during a read. */
#define TRIES 100

/* Maps a section of the broker. Anyone may use its name, so checks the owner. */
static bool map_section(const char *bare, uint64_t size, struct section_view *out)
{
    wchar_t name[OBJECT_NAME_UNITS];
    char owner[OWNER_SID_MAX];
    HANDLE section;
    bool mapped;

    memset(out, 0, sizeof(*out));
    if (!name_holder_full_name(bare, name))
        return false;
    section = OpenFileMappingW(SECTION_READ_ACCESS, FALSE, name);
    if (section == NULL)
        return false;
    mapped = owner_read(section, owner) == 0 && owner_trusted(owner) &&
             section_map(section, FILE_MAP_READ, 0, size, out) == 0;
    CloseHandle(section);
    return mapped;
}

/* The revision that a root or a report names; 0: none. */
typedef uint64_t published_age(const void *data);

static uint64_t root_age(const void *data)
{
    struct shmb_root_slot slot;

    return shmb_root_read(data, SHMB_ROOT_SIZE, &slot) == SHMB_READ_OK ? slot.revision : 0;
}

static uint64_t report_age(const void *data)
{
    return ((const struct shmb_report *)data)->revision;
}

struct stand_in_search {
    uint64_t size;
    published_age *age;
    uint64_t best_age;
    struct section_view best;
};

static bool look_at_stand_in(void *context, const char *bare)
{
    struct stand_in_search *search = context;
    struct section_view found;
    uint64_t age;

    if (!map_section(bare, search->size, &found))
        return true;
    age = search->age(found.data);
    if (search->best.base == NULL || age > search->best_age) {
        section_unmap(&search->best);
        search->best = found;
        search->best_age = age;
    } else {
        section_unmap(&found);
    }
    return true;
}

/*
 * Maps the broker's section of this name, or, if it has none, the stand-in with the greatest
 * revision: a former broker's may still be there.
 */
static bool map_published(const char *bare, uint64_t size, published_age *age,
                          struct section_view *out)
{
    struct stand_in_search search = {.size = size, .age = age};

    if (map_section(bare, size, out))
        return true;
    stand_in_each(bare, look_at_stand_in, &search);
    *out = search.best;
    return search.best.base != NULL;
}

/* Opens and checks the table that the root names. False: nothing is mapped. */
static bool map_table(const struct shmb_root_slot *slot, struct published *out)
{
    char name[SHMB_TABLE_NAME_BYTES];

    shmb_table_name(slot->suffix, name);
    if (!map_section(name, slot->table_size, &out->mapped))
        return false;
    if (shmb_table_check(out->mapped.data, slot->table_size, slot, &out->table) == SHMB_READ_OK)
        return true;
    section_unmap(&out->mapped);
    return false;
}

bool published_open(struct published *out)
{
    struct section_view root;
    struct shmb_root_slot slot;
    bool found = false;
    int i;

    memset(out, 0, sizeof(*out));
    if (!map_published(SHMB_ROOT_NAME, SHMB_ROOT_SIZE, root_age, &root))
        return false;
    for (i = 0; i < TRIES && !found; i++) {
        enum shmb_read verdict = shmb_root_read(root.data, SHMB_ROOT_SIZE, &slot);

        /* A table that was replaced before it is opened is gone: the root names the new one. */
        if (verdict == SHMB_READ_OK)
            found = map_table(&slot, out);
        else if (verdict != SHMB_READ_AGAIN)
            break;
    }
    section_unmap(&root);
    return found;
}

bool published_broker(uint32_t *process, uint64_t *started)
{
    struct section_view root;

    *process = 0;
    *started = 0;
    if (!map_published(SHMB_ROOT_NAME, SHMB_ROOT_SIZE, root_age, &root))
        return false;
    *process = ((const struct shmb_root *)root.data)->broker_pid;
    *started = ((const struct shmb_root *)root.data)->broker_started;
    section_unmap(&root);
    return true;
}

static bool read_owner(const char *bare, char owner[OWNER_SID_MAX])
{
    wchar_t name[OBJECT_NAME_UNITS];
    HANDLE root = name_holder_full_name(bare, name)
                      ? OpenFileMappingW(SECTION_READ_ACCESS, FALSE, name)
                      : NULL;
    bool trusted = root != NULL && owner_read(root, owner) == 0 && owner_trusted(owner);

    if (root != NULL)
        CloseHandle(root);
    if (!trusted)
        owner[0] = '\0';
    return trusted;
}

static bool look_for_owner(void *context, const char *bare)
{
    return !read_owner(bare, context);
}

bool published_owner(char owner[OWNER_SID_MAX])
{
    if (!read_owner(SHMB_ROOT_NAME, owner))
        stand_in_each(SHMB_ROOT_NAME, look_for_owner, owner);
    return owner[0] != '\0';
}

void published_close(struct published *published)
{
    section_unmap(&published->mapped);
    memset(published, 0, sizeof(*published));
}

char *published_report(struct shmb_report *out)
{
    enum shmb_read verdict = SHMB_READ_AGAIN;
    char *text = malloc(SHMB_REPORT_TEXT_MAX + 1);
    struct section_view mapped;
    int i;

    memset(out, 0, sizeof(*out));
    if (text == NULL || !map_published(SHMB_REPORT_NAME, SHMB_REPORT_SIZE, report_age, &mapped)) {
        free(text);
        return NULL;
    }
    for (i = 0; i < TRIES && verdict == SHMB_READ_AGAIN; i++)
        verdict = shmb_report_read(mapped.data, SHMB_REPORT_SIZE, out, text);
    section_unmap(&mapped);
    if (verdict == SHMB_READ_OK)
        return text;
    free(text);
    return NULL;
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
