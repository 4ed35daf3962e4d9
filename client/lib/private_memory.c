/*
 * Memory of one user in one session, without the broker. This is the only file of
 * the library that creates objects, all of them under `Local\`: only the broker
 * creates objects under `Global\`. tests/checks/imports.sh checks that.
 */
#include <windows.h>

#include <sddl.h>

#include <stdio.h>
#include <string.h>

#include "handle.h"
#include "object_name.h"
#include "open_object.h"

#define LOCAL_PREFIX "Local\\"
#define LOCK_NAME    (SHMB_NAME_BYTES + sizeof(SHMB_LOCK_SUFFIX))
#define TOKEN_BYTES  (sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE)
#define SDDL_BYTES   (2 * OWNER_SID_MAX + 64)

/* The user, and descriptors that let in only that user and SYSTEM. */
struct maker {
    char user[OWNER_SID_MAX];
    SECURITY_ATTRIBUTES section, mutex;
};

/* The user as SID text, for the descriptors and for judge. */
static int32_t read_user(struct maker *maker, struct fault *fault)
{
    union {
        TOKEN_USER user;
        uint8_t bytes[TOKEN_BYTES];
    } info;
    DWORD length, code = 0;
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return fault_call(fault, SHMB_SYSTEM, CALL_TOKEN, GetLastError());
    if (!GetTokenInformation(token, TokenUser, &info, sizeof(info), &length) ||
        !owner_sid_text(info.user.User.Sid, maker->user))
        code = GetLastError();
    CloseHandle(token);
    return code == 0 ? SHMB_OK : fault_call(fault, SHMB_SYSTEM, CALL_TOKEN, code);
}

/* A descriptor that gives the user and SYSTEM these rights; P keeps inherited entries out. */
static int32_t read_descriptor(const struct maker *maker, unsigned long rights,
                               SECURITY_ATTRIBUTES *out, struct fault *fault)
{
    char sddl[SDDL_BYTES];
    wchar_t wide[SDDL_BYTES];
    size_t i, length;

    /*
     * The owner is the user, not the token's owner: with and without elevation the
     * user then gets the same memory.
     */
    length = (size_t)snprintf(sddl, sizeof(sddl), "O:%sD:P(A;;0x%lx;;;%s)(A;;0x%lx;;;SY)",
                              maker->user, rights, maker->user, rights);
    for (i = 0; i <= length; i++)
        wide[i] = (wchar_t)sddl[i]; /* ASCII */
    out->nLength = sizeof(*out);
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, SDDL_REVISION_1,
                                                             &out->lpSecurityDescriptor, NULL))
        return SHMB_OK;
    return fault_call(fault, SHMB_SYSTEM, CALL_DESCRIPTOR, GetLastError());
}

static void maker_end(struct maker *maker)
{
    LocalFree(maker->section.lpSecurityDescriptor);
    LocalFree(maker->mutex.lpSecurityDescriptor);
}

static int32_t maker_begin(struct maker *maker, struct fault *fault)
{
    int32_t result;

    memset(maker, 0, sizeof(*maker));
    result = read_user(maker, fault);
    if (result == SHMB_OK)
        result = read_descriptor(maker, shmb_access_mask(SHMB_SECTION, SHMB_LEVEL_FULL),
                                 &maker->section, fault);
    if (result == SHMB_OK)
        result = read_descriptor(maker, shmb_access_mask(SHMB_MUTEX, SHMB_LEVEL_FULL),
                                 &maker->mutex, fault);
    if (result != SHMB_OK)
        maker_end(maker);
    return result;
}

/* As object_name_wide, with `Local\` instead of `Global\`. */
static void local_name(const char *bare, wchar_t out[OBJECT_NAME_WIDE_MAX])
{
    wchar_t global[OBJECT_NAME_WIDE_MAX];
    const wchar_t *name;

    object_name_wide(bare, global);
    name = wcschr(global, L'\\') + 1;
    memcpy(out, L"" LOCAL_PREFIX, sizeof(LOCAL_PREFIX) * sizeof(wchar_t));
    memcpy(out + sizeof(LOCAL_PREFIX) - 1, name, (wcslen(name) + 1) * sizeof(wchar_t));
}

/* Checks an object that was created or opened; an existing one must belong to the user. */
static int32_t judge(HANDLE object, const struct maker *maker, enum call call, DWORD code,
                     bool *existed, struct fault *fault)
{
    char owner[OWNER_SID_MAX];

    if (object == NULL)
        return fault_win32(fault, call, code);
    *existed = code == ERROR_ALREADY_EXISTS;
    if (!*existed)
        return SHMB_OK;
    code = owner_read(object, owner);
    if (code != 0)
        return fault_call(fault, SHMB_NOT_OURS, CALL_OWNER, code);
    return strcmp(owner, maker->user) == 0 ? SHMB_OK : fault_plain(fault, SHMB_NOT_OURS);
}

/* Creates or opens X.lock. Another program may have created only the section so far. */
static int32_t make_lock(struct shmb_segment *segment, struct maker *maker, struct fault *fault)
{
    wchar_t name[OBJECT_NAME_WIDE_MAX];
    int32_t result;
    bool existed;
    HANDLE mutex;

    local_name(segment->info.lock, name);
    /* judge takes ERROR_ALREADY_EXISTS for an answer of the next call, so none may be left. */
    SetLastError(0);
    mutex = CreateMutexW(&maker->mutex, FALSE, name);
    result = judge(mutex, maker, CALL_CREATE_MUTEX, GetLastError(), &existed, fault);
    segment->lock_trusted = result == SHMB_OK;
    /* Another handle of this memory may have it open: it is the same mutex. */
    if (mutex != NULL &&
        (result != SHMB_OK ||
         InterlockedCompareExchangePointer(&segment->ownership->mutex, mutex, NULL) != NULL))
        CloseHandle(mutex);
    return result;
}

static int32_t make_section(struct shmb_segment *segment, struct maker *maker, bool *existed,
                            struct fault *fault)
{
    const uint64_t bytes = segment->info.bytes;
    wchar_t name[OBJECT_NAME_WIDE_MAX];
    uint64_t there;
    int32_t result;
    uint32_t code;

    local_name(segment->info.name, name);
    SetLastError(0);
    segment->section = CreateFileMappingW(INVALID_HANDLE_VALUE, &maker->section, PAGE_READWRITE,
                                          (DWORD)(bytes >> 32), (DWORD)bytes, name);
    result = judge(segment->section, maker, CALL_CREATE_SECTION, GetLastError(), existed, fault);
    if (result != SHMB_OK || !*existed)
        return result;
    /* An existing section keeps its size, whatever this call asked for. */
    code = section_size(segment->section, &there);
    if (code != 0)
        return fault_win32(fault, CALL_SECTION_SIZE, code);
    return there >= bytes ? SHMB_OK : fault_plain(fault, SHMB_RANGE);
}

/* Creates or opens the objects, and maps. The caller frees the handle after a failure. */
static int32_t fill_in(struct shmb_segment *segment, struct maker *maker, bool *existed,
                       struct fault *fault)
{
    struct shmb_info *info = &segment->info;
    int32_t result = make_section(segment, maker, existed, fault);

    if (result == SHMB_OK)
        result = make_lock(segment, maker, fault);
    if (result == SHMB_OK)
        result = open_object_map(segment->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, info->bytes,
                                 &segment->view, fault);
    return result;
}

static int32_t make(const char *bare, uint64_t size, struct maker *maker, bool *existed,
                    struct shmb_segment **out, struct fault *fault)
{
    struct shmb_segment *segment = handle_new(SHMB_WRITE, "");
    int32_t result;

    if (segment == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    segment->info = (struct shmb_info){.size = sizeof(segment->info),
                                       .kind = SHMB_KIND_SEGMENT,
                                       .state = SHMB_STATE_HELD,
                                       .flags = SHMB_FLAG_HAS_LOCK | SHMB_FLAG_PRIVATE,
                                       .bytes = size};
    segment->size = size;
    strcpy(segment->info.name, bare);
    strcpy(segment->info.lock, bare);
    strcat(segment->info.lock, SHMB_LOCK_SUFFIX);
    result = handle_join(segment);
    result =
        result == SHMB_OK ? fill_in(segment, maker, existed, fault) : fault_plain(fault, result);
    if (result == SHMB_OK)
        *out = segment;
    else
        handle_free(segment);
    return result;
}

/* A new name with each call. Creating the section shows whether it is free. */
static void new_name(char out[SHMB_NAME_BYTES])
{
    static volatile LONG count;
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    (void)snprintf(out, SHMB_NAME_BYTES, "Private-%08lX%08lX-%lX-%lX",
                   (unsigned long)now.dwHighDateTime, (unsigned long)now.dwLowDateTime,
                   (unsigned long)GetCurrentProcessId(),
                   (unsigned long)InterlockedIncrement(&count));
}

#define NAME_TRIES 100

static int32_t make_unnamed(uint64_t size, struct maker *maker, struct shmb_segment **out,
                            struct fault *fault)
{
    char bare[SHMB_NAME_BYTES];
    int32_t result = SHMB_OK;
    bool existed = true;
    int tries;

    /* A name that exists is never used, even if it is the user's: the memory must be new. */
    for (tries = 0; existed && tries < NAME_TRIES; tries++) {
        existed = false;
        handle_free(*out);
        *out = NULL;
        new_name(bare);
        result = make(bare, size, maker, &existed, out, fault);
    }
    if (!existed)
        return result;
    handle_free(*out);
    *out = NULL;
    return fault_plain(fault, SHMB_NOT_OURS);
}

/* `X` or `Local\X`, and room for X.lock. */
static int32_t check_name(const char *name, char bare[SHMB_NAME_BYTES])
{
    const size_t before = sizeof(LOCAL_PREFIX) - 1;
    char lock[LOCK_NAME];
    int32_t result;

    if (strncmp(name, LOCAL_PREFIX, before) == 0)
        name += before;
    result = object_name_check(name, bare);
    if (result == SHMB_OK && strlen(bare) != strlen(name))
        result = SHMB_BAD_NAME; /* only the broker creates `Global\X` */
    if (result != SHMB_OK)
        return result;
    (void)snprintf(lock, sizeof(lock), "%s%s", bare, SHMB_LOCK_SUFFIX);
    return shmb_name_check(lock, strlen(lock), NULL, NULL) == SHMB_NAME_OK ? SHMB_OK
                                                                           : SHMB_BAD_NAME;
}

static int32_t create(const char *name, uint64_t size, struct shmb_segment **out, int32_t *first,
                      struct fault *fault)
{
    char bare[SHMB_NAME_BYTES];
    struct maker maker;
    bool existed = false;
    int32_t result = size > 0 ? SHMB_OK : SHMB_BAD_ARGUMENT;

    if (result == SHMB_OK && name != NULL)
        result = check_name(name, bare);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    if (size > SIZE_MAX)
        return fault_plain(fault, SHMB_NO_MEMORY);
    result = maker_begin(&maker, fault);
    if (result != SHMB_OK)
        return result;
    result = name != NULL ? make(bare, size, &maker, &existed, out, fault)
                          : make_unnamed(size, &maker, out, fault);
    maker_end(&maker);
    if (result == SHMB_OK && first != NULL)
        *first = !existed;
    return result;
}

int32_t SHMB_CALL shmb_private_create(const char *name, uint64_t size, shmb_segment **segment,
                                      int32_t *first)
{
    struct fault fault = {CALL_NONE, 0};

    if (first != NULL)
        *first = 0;
    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    *segment = NULL;
    result_begin();
    return result_end(create(name, size, segment, first, &fault), &fault);
}

int32_t SHMB_CALL shmb_private_createW(const shmb_wchar *name, uint64_t size,
                                       shmb_segment **segment, int32_t *first)
{
    char narrow[OBJECT_NAME_UTF8_MAX];
    int32_t result = name != NULL ? object_name_utf8(name, narrow) : SHMB_OK;

    if (result == SHMB_OK)
        return shmb_private_create(name != NULL ? narrow : NULL, size, segment, first);
    if (segment != NULL)
        *segment = NULL;
    if (first != NULL)
        *first = 0;
    return result_end_plain(result);
}
