/*
 * Asks for READ_CONTROL alone, as one kind after the other, and concludes from the error codes.
 * So it works for objects of anybody, and changes nothing.
 */
#include "name_holder.h"

#include <stdio.h>
#include <string.h>

#include "global_name.h"
#include "named_object.h"
#include "other_kinds.h"
#include "owner.h"
#include "section.h"
#include "utf.h"

bool name_holder_full_name(const char *bare, wchar_t out[OBJECT_NAME_UNITS])
{
    static const wchar_t prefix[] = L"Global\\";
    const size_t before = sizeof(prefix) / sizeof(prefix[0]) - 1;
    size_t units;

    memcpy(out, prefix, sizeof(prefix));
    units = shmb_utf8_to_utf16(bare, strlen(bare), (uint16_t *)out + before, SHMB_NAME_MAX);
    if (units > SHMB_NAME_MAX) {
        out[0] = L'\0';
        return false;
    }
    out[before + units] = L'\0';
    return true;
}

static uint64_t size_of_section(const wchar_t *name)
{
    /* SECTION_QUERY alone equals FILE_MAP_COPY, which the call turns into a right to read. */
    HANDLE section = OpenFileMappingW(SECTION_QUERY | READ_CONTROL, FALSE, name);
    uint64_t size = 0;

    if (section == NULL)
        return 0;
    section_size(section, &size); /* 0 where it fails: not known */
    CloseHandle(section);
    return size;
}

/* True: an object of another kind has the name. */
static bool ask_other_kinds(const wchar_t *name, struct name_holder *found)
{
    HANDLE object;

    found->other = other_kinds_ask(name, &object);
    if (found->other == NULL || object == NULL)
        return found->other != NULL;
    found->state = NAME_HOLDER_KNOWN;
    owner_read(object, found->owner);
    CloseHandle(object);
    return true;
}

struct name_holder name_holder_ask(const wchar_t *name)
{
    struct name_holder found = {NAME_HOLDER_HIDDEN, SHMB_KIND_COUNT, NULL, 0, ""};
    DWORD code;
    HANDLE object = named_object_find(name, &found.kind, &code);

    if (object != NULL && !global_name_is(object, name)) {
        /* A link has led to it. */
        CloseHandle(object);
        found.kind = SHMB_KIND_COUNT;
    } else if (object != NULL) {
        found.state = NAME_HOLDER_KNOWN;
        owner_read(object, found.owner); /* empty where it fails: not trusted */
        CloseHandle(object);
    } else if (code != ERROR_ACCESS_DENIED && code != ERROR_INVALID_HANDLE) {
        found.kind = SHMB_KIND_COUNT;
        /* No object has the name; but a link that leads nowhere may have it. */
        if (!ask_other_kinds(name, &found))
            found.state = NAME_HOLDER_NONE;
        return found;
    }
    if (found.kind == SHMB_KIND_COUNT)
        (void)ask_other_kinds(name, &found);
    if (found.kind == SHMB_SECTION)
        found.size = size_of_section(name);
    return found;
}

void name_holder_text(const struct name_holder *holder, char out[NAME_HOLDER_TEXT_MAX])
{
    char owner[ACCOUNT_NAME_MAX + 16] = "", what[64] = "an object of another kind";
    char account[ACCOUNT_NAME_MAX];

    if (holder->state == NAME_HOLDER_NONE) {
        snprintf(out, NAME_HOLDER_TEXT_MAX, "an object that no longer exists");
        return;
    }
    if (holder->other != NULL)
        snprintf(what, sizeof(what), "%s", holder->other);
    else if (holder->kind == SHMB_SECTION && holder->size != 0)
        snprintf(what, sizeof(what), "a section of %llu bytes", (unsigned long long)holder->size);
    else if (holder->kind != SHMB_KIND_COUNT)
        snprintf(what, sizeof(what), "%s %s", holder->kind == SHMB_EVENT ? "an" : "a",
                 shmb_kind_word(holder->kind));
    if (holder->owner[0] != '\0') {
        accounts_name(holder->owner, account);
        snprintf(owner, sizeof(owner), " owned by %s", account);
    } else if (holder->state == NAME_HOLDER_KNOWN) {
        snprintf(owner, sizeof(owner), " without an owner");
    } else if (holder->kind != SHMB_KIND_COUNT || holder->other != NULL) {
        snprintf(owner, sizeof(owner), ", whose owner cannot be read");
    }
    snprintf(out, NAME_HOLDER_TEXT_MAX, "%s%s", what, owner);
}
