/*
 * shmb_open and its variants. A segment is found in the directory; if that cannot
 * be read, by its plain name.
 */
#include <string.h>

#include "block.h"
#include "broker.h"
#include "handle.h"
#include "lookup.h"
#include "object_name.h"
#include "open_object.h"
#include "pair.h"
#include "trust.h"

/* How often the broker may recreate a segment while it is being opened. */
#define OPEN_TRIES 100

static DWORD section_access(uint32_t rights)
{
    return rights == SHMB_WRITE ? SECTION_WRITE_ACCESS : SECTION_READ_ACCESS;
}

static DWORD view_access(uint32_t rights)
{
    return rights == SHMB_WRITE ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ;
}

/*
 * Maps the requested part of `info.bytes`. SHMB_CORRUPT: the section is shorter than the
 * directory says.
 */
static int32_t map_part(struct shmb_segment *segment, const struct open_request *request,
                        struct fault *fault)
{
    uint64_t bytes = segment->info.bytes, length = request->length;

    if (request->offset >= bytes || length > bytes - request->offset)
        return fault_plain(fault, SHMB_RANGE);
    if (length == 0)
        length = bytes - request->offset;
    segment->size = length;
    return open_object_map(segment->section, view_access(segment->rights), request->offset, length,
                           &segment->view, fault);
}

/* Opens the control section and finds the segment's block in it. */
static int32_t open_control(struct shmb_segment *segment, const struct shmb_entry *entry,
                            struct fault *fault)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    int32_t result;

    segment->control_number = entry->control;
    segment->control_block = entry->control_block;
    shmb_control_name(entry->control, name);
    result = shared_section_open(name, segment->rights == SHMB_WRITE, segment->owner,
                                 &segment->control, fault);
    if (result != SHMB_OK)
        return result;
    segment->block = shmb_control_block(segment->control->view.data, segment->control->size,
                                        entry->control_block);
    return segment->block != NULL ? SHMB_OK : fault_plain(fault, SHMB_CORRUPT);
}

/* `*listed`: its entry. */
static int32_t open_listed(const struct lookup *lookup, const struct open_request *request,
                           struct shmb_segment *segment, struct shmb_entry *listed,
                           struct fault *fault)
{
    struct shmb_entry_view view;
    int32_t result = lookup_find(lookup, request->name, &view, fault);

    *listed = view.entry;

    if (result == SHMB_OK)
        result = open_request_judge(&view.entry, SHMB_SECTION, fault);
    if (result != SHMB_OK)
        return result;
    lookup_info(&view, &segment->info);
    segment->slots = view.entry.slots;
    segment->slot_count = view.entry.slot_count;
    segment->generation = segment->info.generation;
    /* By the entry's spelling: the kernel distinguishes case, the directory does not. */
    result = open_object(SHMB_SECTION, segment->info.name, section_access(request->rights),
                         request->owner, &segment->section, fault);
    if (result == SHMB_OK)
        result = map_part(segment, request, fault);
    segment->has_waiters = (view.entry.flags & SHMB_ENTRY_WAITERS) != 0;
    if (result == SHMB_OK && view.entry.control != 0)
        result = open_control(segment, &view.entry, fault);
    if (result == SHMB_OK && segment->block != NULL && (view.entry.flags & SHMB_ENTRY_DOUBLE) != 0)
        result = pair_open(segment, section_access(request->rights), view_access(request->rights),
                           request->offset, fault);
    return result;
}

/*
 * Without the directory: does a mutex X.lock exist? "Access denied" also answers that. An object of
 * another kind is the event of a fast lock, which cannot be taken without the directory.
 */
static void guess_lock(struct shmb_info *info)
{
    char lock[SHMB_NAME_BYTES + sizeof(SHMB_LOCK_SUFFIX)];
    char checked[SHMB_NAME_BYTES];
    wchar_t name[OBJECT_NAME_WIDE_MAX];
    HANDLE mutex;
    DWORD code;

    strcpy(lock, info->name);
    strcat(lock, SHMB_LOCK_SUFFIX);
    if (object_name_check(lock, checked) != SHMB_OK)
        return;
    object_name_wide(checked, name);
    mutex = OpenMutexW(SYNCHRONIZE, FALSE, name);
    code = mutex == NULL ? GetLastError() : 0;
    if (code != 0 && code != ERROR_ACCESS_DENIED && code != ERROR_INVALID_HANDLE)
        return;
    if (mutex != NULL)
        CloseHandle(mutex);
    strcpy(info->lock, checked);
    info->flags |= SHMB_FLAG_HAS_LOCK;
    if (code == ERROR_INVALID_HANDLE)
        info->flags |= SHMB_FLAG_FAST;
}

/* Opens by name without the directory: nothing but the object tells size and kind. */
static int32_t open_plain(const struct open_request *request, struct shmb_segment *segment,
                          struct fault *fault)
{
    struct shmb_info *info = &segment->info;
    uint32_t code;
    int32_t result = open_object(SHMB_SECTION, request->name, section_access(request->rights),
                                 request->owner, &segment->section, fault);

    if (result != SHMB_OK)
        return result;
    strcpy(info->name, request->name);
    info->kind = SHMB_KIND_SEGMENT;
    info->state = SHMB_STATE_HELD;
    info->flags = SHMB_FLAG_ROUNDED;
    code = section_size(segment->section, &info->bytes);
    if (code != 0)
        return fault_win32(fault, CALL_SECTION_SIZE, code);
    guess_lock(info);
    return map_part(segment, request, fault);
}

/* Do both say the same of a segment? Where its names are in the table does not count. */
static bool same_entry(const struct shmb_entry *a, const struct shmb_entry *b)
{
    return a->kind == b->kind && a->state == b->state && a->generation == b->generation &&
           a->size == b->size && a->flags == b->flags && a->lock_kind == b->lock_kind &&
           a->control == b->control && a->control_block == b->control_block &&
           a->slots == b->slots && a->slot_count == b->slot_count;
}

/*
 * Has the broker changed what the directory says of the segment since `lookup` was opened? A lookup
 * that was kept can be that of a former broker.
 */
static bool outdated(const struct lookup *lookup, const struct shmb_segment *segment,
                     const struct shmb_entry *listed)
{
    struct lookup now;
    struct shmb_entry_view view;
    struct fault ignored;
    bool same;

    if (!lookup_changed(lookup))
        return false;
    if (lookup_open(&now, segment->owner, LOOKUP_ALL, &ignored) != SHMB_OK)
        return true;
    same = lookup_find(&now, segment->info.name, &view, &ignored) == SHMB_OK &&
           same_entry(&view.entry, listed);
    lookup_close(&now);
    return !same;
}

/* Tries once. `*again`: the broker was publishing meanwhile, so the caller must retry. */
static int32_t attempt(const struct open_request *request, struct shmb_segment *segment,
                       bool *again, struct fault *fault)
{
    struct lookup lookup;
    struct shmb_entry listed;
    int32_t result = lookup_open_kept(&lookup, request->owner, fault);

    *again = false;
    if (lookup_dispensable(result)) {
        /* "Access denied" can be the answer of another program's object, too. */
        if (handle_early(segment, result == SHMB_ACCESS_DENIED) != SHMB_OK)
            return fault_plain(fault, SHMB_NO_MEMORY);
        return open_plain(request, segment, fault);
    }
    if (result != SHMB_OK)
        return result;
    result = open_listed(&lookup, request, segment, &listed, fault);
    /*
     * An unchanged directory proves that the opened section is the listed one. After a failure,
     * any change is reason enough to try again.
     */
    *again = result == SHMB_OK ? outdated(&lookup, segment, &listed) : lookup_changed(&lookup);
    if (result == SHMB_OK && !*again)
        block_check(segment);
    lookup_close(&lookup);
    return result;
}

/*
 * Tries until an attempt was not disturbed by a publication. Each one starts with a new
 * handle: its objects may be of another generation.
 */
static int32_t open_now(const struct open_request *request, struct shmb_segment **out,
                        struct fault *fault)
{
    int32_t result = SHMB_OK;
    bool again = true;
    int tries;

    for (tries = 0; again && tries < OPEN_TRIES; tries++) {
        handle_free(*out);
        *out = handle_new(request->rights, request->owner);
        if (*out == NULL)
            return fault_plain(fault, SHMB_NO_MEMORY);
        result = attempt(request, *out, &again, fault);
    }
    if (result == SHMB_OK && again) /* the section may be of another generation than the entry */
        result = fault_plain(fault, SHMB_NOT_FOUND);
    if (result == SHMB_OK && handle_join(*out) != SHMB_OK)
        result = fault_plain(fault, SHMB_NO_MEMORY);
    if (result != SHMB_OK) {
        handle_free(*out);
        *out = NULL;
    }
    return result;
}

static int32_t open_checked(const char *name, const struct shmb_options *given,
                            struct shmb_segment **out, struct fault *fault)
{
    struct open_request request;
    struct broker_wait wait;
    uint32_t wait_ms;
    int32_t result;

    if (out == NULL)
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    *out = NULL;
    result = open_request_read(name, given, &request, &wait_ms, fault);
    if (result != SHMB_OK)
        return result;
    broker_wait_begin(&wait, wait_ms);
    do {
        result = open_now(&request, out, fault);
    } while (broker_wait_again(&wait, result));
    return broker_absent(result);
}

_Static_assert(offsetof(struct shmb_options, offset) == SHMB_OPTIONS_SIZE_MIN,
               "the first version's options end here");
_Static_assert(sizeof(struct shmb_options) == 32 + 2 * sizeof(void *),
               "no padding: a later member must not lie where older programs have none");

int32_t SHMB_CALL shmb_open_with(const char *name, const shmb_options *options,
                                 shmb_segment **segment)
{
    struct fault fault = {CALL_NONE, 0};

    result_begin();
    return result_end(open_checked(name, options, segment, &fault), &fault);
}

int32_t SHMB_CALL shmb_open_withW(const shmb_wchar *name, const shmb_options *options,
                                  shmb_segment **segment)
{
    char narrow[OBJECT_NAME_UTF8_MAX];
    int32_t result = object_name_utf8(name, narrow);

    if (result != SHMB_OK) {
        if (segment != NULL)
            *segment = NULL;
        return result_end_plain(result);
    }
    return shmb_open_with(narrow, options, segment);
}

static struct shmb_options simple_options(uint32_t rights, uint32_t wait_ms)
{
    struct shmb_options options;

    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    options.rights = rights;
    options.wait_ms = wait_ms;
    return options;
}

int32_t SHMB_CALL shmb_open(const char *name, uint32_t rights, uint32_t wait_ms,
                            shmb_segment **segment)
{
    struct shmb_options options = simple_options(rights, wait_ms);

    return shmb_open_with(name, &options, segment);
}

int32_t SHMB_CALL shmb_openW(const shmb_wchar *name, uint32_t rights, uint32_t wait_ms,
                             shmb_segment **segment)
{
    struct shmb_options options = simple_options(rights, wait_ms);

    return shmb_open_withW(name, &options, segment);
}
