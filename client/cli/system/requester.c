/* A list has thousands of objects of few accounts: a place for each hash of a SID is enough. */
#include "requester.h"

#include <windows.h>

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "account.h"
#include "hash.h"
#include "out.h"
#include "wide.h"

#define PLACES   64u
#define NAME_MAX 800u
#define ALL_MS   3000u /* all look-ups together */

static struct known {
    char sid[SHMB_ACCOUNT_SIZE], name[NAME_MAX];
} known[PLACES];

static void look_up(struct known *out)
{
    static struct account_patience patience = {LookupAccountSidW, ALL_MS};
    wchar_t *wide = patience.left_ms > 0 ? wide_from_utf8(out->sid) : NULL;
    PSID sid = NULL;

    if (wide != NULL && ConvertStringSidToSidW(wide, &sid))
        account_text_within(&patience, sid, out->name, sizeof(out->name));
    else
        snprintf(out->name, sizeof(out->name), "%s", out->sid);
    LocalFree(sid);
    free(wide);
}

/* The configuration's word for an account, else its name, else its SID. */
static const char *account_of(const shmb_info *info)
{
    struct known *place = &known[shmb_hash_text(SHMB_HASH_START, info->account) % PLACES];
    const char *word = shmb_sid_word(info->account);

    if (word != NULL)
        return word;
    if (strcmp(place->sid, info->account) != 0) {
        memcpy(place->sid, info->account, sizeof(place->sid));
        look_up(place);
    }
    return place->name;
}

static bool is_requested(const shmb_info *info)
{
    return (info->flags & SHMB_FLAG_REQUESTED) != 0;
}

bool requester_find(const char *name, shmb_info *info)
{
    memset(info, 0, sizeof(*info));
    info->size = sizeof(*info);
    return shmb_describe(name, info) == SHMB_OK && is_requested(info);
}

void requester_print(const char *before, const shmb_info *info, const char *after)
{
    if (!is_requested(info))
        return;
    out_text("%srequested by ", before);
    out_visible(account_of(info));
    out_text(", rule %s%s", info->rule, after);
}

void requester_json(struct json *json, const shmb_info *info)
{
    if (info == NULL || !is_requested(info)) {
        json_null(json, "request");
        return;
    }
    json_object(json, "request");
    json_string(json, "rule", info->rule);
    json_string(json, "account", account_of(info));
    json_string(json, "sid", info->account);
    json_object_end(json);
}
