/*
 * What exists is not opened here, but described (name_holder.h); it is adopted in inspect.c only.
 */
#include "objects.h"

#include <sddl.h>

#include <string.h>

#include "access_text.h"
#include "descriptors.h"
#include "failure.h"
#include "global_object.h"
#include "name_holder.h"

/* A section is filled in pieces: a stop must be heard while a large one is written. */
#define FILL_PIECE (4u * 1024 * 1024)
#define VIEW_STEP  65536u /* views begin at multiples of this */

#define INVALID_LABEL 1299u /* ERROR_INVALID_LABEL; not every SDK has it */

static enum sys_status taken(const struct name_holder *holder, const char *call, DWORD code,
                             struct sys_failure *why)
{
    char text[NAME_HOLDER_TEXT_MAX];

    name_holder_text(holder, text);
    return failure_say(why, SYS_TAKEN, call, code, "%s", text);
}

/* True: the descriptor has an integrity label. */
static bool is_labelled(PSECURITY_DESCRIPTOR descriptor)
{
    BOOL present = FALSE, defaulted;
    ACL *list = NULL;
    void *entry;

    return GetSecurityDescriptorSacl(descriptor, &present, &list, &defaulted) && present &&
           list != NULL && GetAce(list, 0, &entry) &&
           ((const ACE_HEADER *)entry)->AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
}

/* True: Windows refuses the label, or the privilege to set it. */
static bool is_about_label(DWORD code, PSECURITY_DESCRIPTOR descriptor)
{
    return (code == INVALID_LABEL || code == ERROR_PRIVILEGE_NOT_HELD) && is_labelled(descriptor);
}

static enum sys_status label_refused(const char *call, DWORD code, struct sys_failure *why)
{
    return failure_say(why, SYS_DENIED, call, code,
                       "its integrity label is above the level of this process; without "
                       "SeRelabelPrivilege nobody may set such a label");
}

/*
 * The name is free, and yet access is denied. Windows asks for the privilege only for sections,
 * and not in session 0.
 */
static enum sys_status denied(const struct sys_spec *spec, PSECURITY_DESCRIPTOR descriptor,
                              const char *call, struct sys_failure *why)
{
    DWORD session = 0;

    (void)ProcessIdToSessionId(GetCurrentProcessId(), &session);
    if (spec->kind == SHMB_SECTION && session != 0)
        return failure_say(why, SYS_DENIED, call, ERROR_ACCESS_DENIED,
                           "access denied, although the name is free: the account needs the right "
                           "to create global objects (SeCreateGlobalPrivilege)");
    return failure_say(why, SYS_DENIED, call, ERROR_ACCESS_DENIED,
                       "access denied, although the name is free: this account may not create %s "
                       "in Global\\%s",
                       shmb_kind_word(spec->kind),
                       is_labelled(descriptor) ? ", or not with this integrity label" : "");
}

/* Why an object was not created: the name is taken, a right is missing, or another failure. */
static enum sys_status refused(const struct sys_spec *spec, const wchar_t *name,
                               PSECURITY_DESCRIPTOR descriptor, const char *call, DWORD code,
                               struct sys_failure *why)
{
    struct name_holder holder;

    if (is_about_label(code, descriptor))
        return label_refused(call, code, why);
    /*
     * ERROR_INVALID_HANDLE means that an object of another kind has the name, the codes for a name
     * that is not found that a link leads nowhere.
     */
    if (code != ERROR_ALREADY_EXISTS && code != GLOBAL_OBJECT_LINK &&
        code != ERROR_INVALID_HANDLE && code != ERROR_ACCESS_DENIED &&
        code != ERROR_PATH_NOT_FOUND && code != ERROR_FILE_NOT_FOUND && code != ERROR_BAD_PATHNAME)
        return failure_set(why, call, code);
    holder = name_holder_ask(name);
    if (holder.state == NAME_HOLDER_NONE && code != ERROR_ALREADY_EXISTS &&
        code != GLOBAL_OBJECT_LINK && code != ERROR_INVALID_HANDLE && code != ERROR_ACCESS_DENIED)
        return failure_set(why, call, code);
    if (code == ERROR_ACCESS_DENIED && holder.state == NAME_HOLDER_NONE)
        return denied(spec, descriptor, call, why);
    return taken(&holder, call, code, why);
}

enum sys_status objects_create(const struct sys_spec *spec, const struct sys_descriptor *descriptor,
                               struct sys_object **out, struct sys_failure *why)
{
    SECURITY_ATTRIBUTES attributes = descriptors_attributes(descriptor);
    wchar_t name[OBJECT_NAME_UNITS];
    const char *call;
    HANDLE handle;

    *out = NULL;
    if (!name_holder_full_name(spec->name, name))
        return failure_say(why, SYS_FAILED, "create", ERROR_INVALID_NAME, "the name is not valid");
    handle = global_object_create(spec, &attributes, name, &call);
    if (handle == NULL)
        return refused(spec, name, attributes.lpSecurityDescriptor, call, GetLastError(), why);
    *out = (struct sys_object *)handle;
    return SYS_OK;
}

/* The bytes of `content` from `offset` on, `size` of them, into a view. */
static void write_piece(const struct sys_content *content, uint64_t offset, size_t size,
                        uint8_t *view)
{
    size_t bytes = 0;

    if (offset < content->length) {
        bytes = content->length - (size_t)offset;
        if (bytes > size)
            bytes = size;
        memcpy(view, content->bytes + (size_t)offset, bytes);
    }
    if (content->fill != 0)
        memset(view + bytes, content->fill, size - bytes);
}

enum sys_status objects_fill(struct sys_object *section, const struct sys_content *content,
                             bool (*wanted)(void *context), void *context, struct sys_failure *why)
{
    /* A new section is all zero: pages that stay zero are not touched. */
    uint64_t end = content->fill != 0 ? content->size : content->length;
    uint64_t offset;

    if (content->length > content->size)
        return failure_set(why, "MapViewOfFile", ERROR_INVALID_PARAMETER);
    for (offset = 0; offset < end; offset += FILL_PIECE) {
        size_t size = end - offset < FILL_PIECE ? (size_t)(end - offset) : FILL_PIECE;
        uint8_t *view = MapViewOfFile((HANDLE)section, FILE_MAP_WRITE, (DWORD)(offset >> 32),
                                      (DWORD)(offset & 0xFFFFFFFFu), size);

        if (view == NULL)
            return failure_set(why, "MapViewOfFile", GetLastError());
        write_piece(content, offset, size, view);
        UnmapViewOfFile(view);
        if (!wanted(context) && content->stoppable && end - offset > size)
            return failure_say(why, SYS_LATER, "MapViewOfFile", 0, "a stop was requested");
    }
    return SYS_OK;
}

enum sys_status objects_peek(struct sys_object *section, uint64_t offset, void *bytes,
                             size_t length, struct sys_failure *why)
{
    uint64_t first = offset / VIEW_STEP * VIEW_STEP;
    size_t lead = (size_t)(offset - first);
    const uint8_t *view = MapViewOfFile((HANDLE)section, FILE_MAP_READ, (DWORD)(first >> 32),
                                        (DWORD)(first & 0xFFFFFFFFu), lead + length);

    if (view == NULL)
        return failure_set(why, "MapViewOfFile", GetLastError());
    memcpy(bytes, view + lead, length);
    UnmapViewOfFile(view);
    return SYS_OK;
}

/*
 * The label to set for `wanted`. If `wanted` has none but the object has, that is medium,
 * the default. `*out` NULL: no label is set. `*medium` is freed with LocalFree. False:
 * GetLastError() says why.
 */
static bool label_for(HANDLE object, PSECURITY_DESCRIPTOR wanted, PSECURITY_DESCRIPTOR *medium,
                      ACL **out)
{
    char label[ACCESS_TEXT_LABEL_MAX];
    BOOL present, defaulted;
    uint32_t code;

    *medium = NULL;
    *out = NULL;
    if (!GetSecurityDescriptorSacl(wanted, &present, out, &defaulted))
        return false;
    if (present && *out != NULL)
        return true;
    code = access_text_label(object, label);
    SetLastError(code);
    if (code != ERROR_SUCCESS || label[0] == '\0')
        return code == ERROR_SUCCESS;
    return ConvertStringSecurityDescriptorToSecurityDescriptorW(L"S:(ML;;NW;;;ME)", SDDL_REVISION_1,
                                                                medium, NULL) &&
           GetSecurityDescriptorSacl(*medium, &present, out, &defaulted);
}

/* Sets list, owner and label in one call, so that no program sees only some of them. */
static bool set_access(HANDLE object, PSECURITY_DESCRIPTOR wanted, ACL *label)
{
    SECURITY_INFORMATION parts = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    SECURITY_DESCRIPTOR whole;
    BOOL present, defaulted;
    ACL *list;
    PSID owner;

    if (!InitializeSecurityDescriptor(&whole, SECURITY_DESCRIPTOR_REVISION) ||
        !GetSecurityDescriptorDacl(wanted, &present, &list, &defaulted) ||
        !SetSecurityDescriptorDacl(&whole, present, list, FALSE) ||
        !SetSecurityDescriptorControl(&whole, SE_DACL_PROTECTED, SE_DACL_PROTECTED) ||
        !GetSecurityDescriptorOwner(wanted, &owner, &defaulted) ||
        !SetSecurityDescriptorOwner(&whole, owner, FALSE) ||
        !SetSecurityDescriptorSacl(&whole, label != NULL, label, FALSE))
        return false;
    if (owner != NULL)
        parts |= OWNER_SECURITY_INFORMATION;
    if (label != NULL)
        parts |= LABEL_SECURITY_INFORMATION;
    return SetKernelObjectSecurity(object, parts, &whole);
}

enum sys_status objects_protect(struct sys_object *object, const struct sys_descriptor *descriptor,
                                struct sys_failure *why)
{
    PSECURITY_DESCRIPTOR wanted = (void *)(uintptr_t)descriptor, medium; /* only read */
    DWORD code = ERROR_SUCCESS;
    ACL *label;

    if (!label_for((HANDLE)object, wanted, &medium, &label) ||
        !set_access((HANDLE)object, wanted, label))
        code = GetLastError();
    LocalFree(medium);
    if (is_about_label(code, wanted))
        return label_refused("SetKernelObjectSecurity", code, why);
    return code == ERROR_SUCCESS ? SYS_OK : failure_set(why, "SetKernelObjectSecurity", code);
}

enum sys_status objects_examine(struct sys_object *object, char **sddl, struct sys_failure *why)
{
    char owner[OWNER_SID_MAX];
    uint32_t code = access_text_read((HANDLE)object, owner, sddl);

    return code == 0 ? SYS_OK : failure_set(why, "GetKernelObjectSecurity", code);
}

void objects_signal(struct sys_object *event, bool on)
{
    if (on)
        SetEvent((HANDLE)event);
    else
        ResetEvent((HANDLE)event);
}

enum sys_status objects_map(struct sys_object *section, size_t size, void **view,
                            struct sys_failure *why)
{
    *view = MapViewOfFile((HANDLE)section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, size);
    return *view != NULL ? SYS_OK : failure_set(why, "MapViewOfFile", GetLastError());
}

void objects_unmap(void *view)
{
    if (view != NULL)
        UnmapViewOfFile(view);
}

void objects_close(struct sys_object *object)
{
    if (object != NULL)
        CloseHandle((HANDLE)object);
}
