#include "published_section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "names.h"
#include "owner.h"
#include "stand_in.h"
#include "status_report.h"
#include "wide.h"

bool published_section_map(const char *bare, uint64_t size, struct section_view *out)
{
    char full[sizeof(SHMB_GLOBAL_PREFIX) + SHMB_NAME_BYTES];
    struct owner_descriptor owner;
    HANDLE section = NULL;
    bool mapped = false;
    wchar_t *name;

    memset(out, 0, sizeof(*out));
    (void)snprintf(full, sizeof(full), "%s%s", SHMB_GLOBAL_PREFIX, bare);
    name = wide_from_utf8(full);
    if (name != NULL)
        section = OpenFileMappingW(SECTION_READ_ACCESS, FALSE, name);
    free(name);
    if (section != NULL) {
        mapped = owner_get(section, &owner) == 0 && owner_sid_trusted(owner.sid) &&
                 section_map(section, FILE_MAP_READ, 0, size, out) == 0;
        CloseHandle(section);
    }
    return mapped;
}

/* The revision that a root or a report names; 0: none. */
typedef uint64_t revision_of(const void *data);

static uint64_t root_revision(const void *data)
{
    struct shmb_root_slot slot;

    return shmb_root_read(data, SHMB_ROOT_SIZE, &slot) == SHMB_READ_OK ? slot.revision : 0;
}

static uint64_t report_revision(const void *data)
{
    return ((const struct shmb_report *)data)->revision;
}

struct stand_in_search {
    uint64_t size;
    revision_of *revision;
    uint64_t newest;
    struct section_view best;
};

static bool look_at_stand_in(void *context, const char *bare)
{
    struct stand_in_search *search = context;
    struct section_view found;
    uint64_t revision;

    if (!published_section_map(bare, search->size, &found))
        return true;
    revision = search->revision(found.data);
    if (search->best.base == NULL || revision > search->newest) {
        section_unmap(&search->best);
        search->best = found;
        search->newest = revision;
    } else {
        section_unmap(&found);
    }
    return true;
}

static bool map_newest(const char *bare, uint64_t size, revision_of *revision,
                       struct section_view *out)
{
    struct stand_in_search search = {.size = size, .revision = revision};

    if (published_section_map(bare, size, out))
        return true;
    stand_in_each(bare, look_at_stand_in, &search);
    *out = search.best;
    return search.best.base != NULL;
}

bool published_section_root(struct section_view *out)
{
    return map_newest(SHMB_ROOT_NAME, SHMB_ROOT_SIZE, root_revision, out);
}

bool published_section_report(struct section_view *out)
{
    return map_newest(SHMB_REPORT_NAME, SHMB_REPORT_SIZE, report_revision, out);
}
