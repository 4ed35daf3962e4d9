/* shmb_state: is an open segment still the one the broker holds? */
#include "block.h"
#include "broker.h"
#include "handle.h"
#include "lookup.h"
#include "open_object.h"
#include "sized.h"

/* Without the directory, all that can be checked is whether the name still exists. */
static int32_t by_name(const struct shmb_segment *segment, struct fault *fault)
{
    HANDLE section;
    int32_t result = open_object(SHMB_SECTION, segment->info.name, SECTION_READ_ACCESS,
                                 segment->owner, &section, fault);

    if (result == SHMB_OK)
        CloseHandle(section);
    return result;
}

static int32_t by_directory(const struct shmb_segment *segment, const struct lookup *lookup,
                            struct fault *fault)
{
    struct shmb_entry_view view;
    int32_t result = lookup_find(lookup, segment->info.name, &view, fault);

    if (result != SHMB_OK)
        return result;
    if (view.entry.kind != SHMB_SECTION || view.entry.state != SHMB_ENTRY_HELD)
        return fault_plain(fault, SHMB_NOT_FOUND);
    /*
     * A segment opened without the directory has no generation to compare. If there was none, the
     * handle lacks what the directory tells now.
     */
    if (segment->early != NULL)
        return fault_plain(fault, SHMB_STALE);
    if (segment->info.generation != 0 && view.entry.generation != segment->info.generation)
        return fault_plain(fault, SHMB_STALE);
    return SHMB_OK;
}

static int32_t state(const struct shmb_segment *segment, struct fault *fault)
{
    struct shmb_block *block;
    struct lookup lookup;
    int32_t result;

    if (!broker_runs())
        return fault_plain(fault, SHMB_NO_BROKER);
    result = lookup_open(&lookup, segment->owner, LOOKUP_ALL, fault);
    /* It was there when the segment was opened; what broker_runs said is a hint only. */
    if (result == SHMB_NO_BROKER && segment->info.generation != 0)
        return result;
    if (lookup_dispensable(result)) {
        result = by_name(segment, fault);
    } else if (result == SHMB_OK) {
        result = by_directory(segment, &lookup, fault);
        lookup_close(&lookup);
    }
    /* The same segment, but its access was changed: its control data is elsewhere now. */
    if (result == SHMB_OK && block_get(segment, &block) == SHMB_STALE)
        return fault_plain(fault, SHMB_STALE);
    return result;
}

int32_t SHMB_CALL shmb_state(const shmb_segment *segment, shmb_info *info)
{
    struct fault fault = {CALL_NONE, 0};

    if (segment == NULL || (info != NULL && !sized_valid(info, SHMB_INFO_SIZE_MIN)))
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (info != NULL)
        lookup_give(&segment->info, info);
    if ((segment->info.flags & SHMB_FLAG_PRIVATE) != 0)
        return SHMB_OK;
    return result_end(state(segment, &fault), &fault);
}
