/*
 * `check`, `plan` and `status` describe access with this file, so they use the same words for the
 * same rights.
 */
#include "access_words.h"

#include <string.h>

#include "descriptor.h"
#include "names.h"

#define ENTRY_MAX 1024u /* bytes: an account and its rights in words */

/* True for an entry that every object has. */
static bool goes_without_saying(const struct sddl *access, enum shmb_kind kind,
                                const struct sddl_entry *entry)
{
    const char *sid = entry->sid;

    if (entry->deny || !shmb_access_is_full(kind, entry->mask))
        return false;
    return strcmp(sid, SID_SYSTEM) == 0 || strcmp(sid, SID_ADMINISTRATORS) == 0 ||
           strcmp(sid, SHMB_SERVICE_SID) == 0 || strcmp(sid, access->owner) == 0;
}

const char *access_words_label(const char *label)
{
    if (label == NULL || label[0] == '\0')
        return NULL;
    return strcmp(label, SDDL_LOW_INTEGRITY) == 0 ? "low" : label;
}

void access_words(const struct sddl *access, enum shmb_kind kind, access_words_name *name,
                  void *context, struct text *out)
{
    const char *lead = "", *label = access_words_label(access->label);
    char words[ENTRY_MAX];
    size_t i;

    for (i = 0; i < access->count; i++) {
        const struct sddl_entry *entry = &access->entries[i];

        if (goes_without_saying(access, kind, entry))
            continue;
        text_add(out, "%s%s", lead,
                 shmb_access_entry_words(kind, name(context, entry->sid), entry->deny, entry->mask,
                                         words, sizeof(words)));
        lead = "; ";
    }
    /* `lead` is still empty: every entry was omitted. */
    if (lead[0] == '\0')
        text_add(out, "nobody but administrators");
    if (label != NULL)
        text_add(out, ", integrity %s", label);
}

void access_words_json(const struct sddl *access, enum shmb_kind kind, access_words_name *name,
                       void *context, struct json *out)
{
    char words[SHMB_ACCESS_WORDS];
    size_t i;

    json_array(out, "access");
    for (i = 0; i < access->count; i++) {
        const struct sddl_entry *entry = &access->entries[i];

        if (goes_without_saying(access, kind, entry))
            continue;
        (void)shmb_access_words(kind, entry->mask, words);
        json_object(out, NULL);
        json_string(out, "account", name(context, entry->sid));
        json_string(out, "sid", entry->sid);
        json_string(out, "may", entry->deny ? NULL : words);
        json_string(out, "denied", entry->deny ? words : NULL);
        json_object_end(out);
    }
    json_array_end(out);
    json_string(out, "integrity", access_words_label(access->label));
}
