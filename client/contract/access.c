/*
 * The one table of access masks, for the broker that writes access lists and the programs
 * that open objects; and the words for masks and well-known SIDs, for messages and listings.
 */
#include "access.h"

#include <stdio.h>
#include <string.h>

static const uint32_t masks[SHMB_KIND_COUNT][SHMB_LEVEL_COUNT] = {
    /* SECTION_QUERY 1, MAP_WRITE 2, MAP_READ 4, READ_CONTROL 0x20000 */
    [SHMB_SECTION] = {0x00020005u, 0x00020007u, 0x000F001Fu, 0x000F001Fu},
    /* MUTEX_MODIFY_STATE 1, SYNCHRONIZE 0x100000 */
    [SHMB_MUTEX] = {0x00020000u, 0x00120001u, 0x001F0001u, 0x001F0001u},
    /* EVENT_QUERY_STATE 1, EVENT_MODIFY_STATE 2 */
    [SHMB_EVENT] = {0x00120001u, 0x00120003u, 0x001F0003u, 0x001F0003u},
    /* SEMAPHORE_QUERY_STATE 1, SEMAPHORE_MODIFY_STATE 2 */
    [SHMB_SEMAPHORE] = {0x00020001u, 0x00120003u, 0x001F0003u, 0x001F0003u},
    /* A section. */
    [SHMB_QUEUE] = {0x00020005u, 0x00020007u, 0x000F001Fu, 0x000F001Fu},
};

enum shmb_kind shmb_kernel_kind(enum shmb_kind kind)
{
    return kind == SHMB_QUEUE ? SHMB_SECTION : kind;
}

uint32_t shmb_access_mask(enum shmb_kind kind, enum shmb_level level)
{
    if ((unsigned)kind >= SHMB_KIND_COUNT || (unsigned)level >= SHMB_LEVEL_COUNT)
        return 0;
    return masks[kind][level];
}

/* Words by two rights: bit 0 of the index is to read or to wait, bit 1 to change. */
static const char *const uses[SHMB_KIND_COUNT][4] = {
    [SHMB_SECTION] = {"", "read", "write", "read and write"},
    [SHMB_MUTEX] = {"", "wait and release", "release", "wait and release"},
    [SHMB_EVENT] = {"", "wait", "signal", "wait and signal"},
    [SHMB_SEMAPHORE] = {"", "wait", "release", "wait and release"},
    [SHMB_QUEUE] = {"", "read", "write", "read and write"},
};
/* These two rights: SECTION_MAP_READ and _WRITE, or SYNCHRONIZE and _MODIFY_STATE. */
static const uint32_t use_bits[SHMB_KIND_COUNT][2] = {
    [SHMB_SECTION] = {0x4, 0x2},       [SHMB_MUTEX] = {0x00100000u, 0x1},
    [SHMB_EVENT] = {0x00100000u, 0x2}, [SHMB_SEMAPHORE] = {0x00100000u, 0x2},
    [SHMB_QUEUE] = {0x4, 0x2},
};
/* Words for a mask with neither of them. */
static const char *const looks[SHMB_KIND_COUNT] = {
    "see that it exists", "see it but may not wait", "see its state but may not wait",
    "read its state but may not wait", "see that it exists"};

bool shmb_access_is_full(enum shmb_kind kind, uint32_t mask)
{
    const uint32_t full = shmb_access_mask(kind, SHMB_LEVEL_FULL);

    /* GENERIC_ALL; the kernel maps it to all rights of the kind. */
    return (mask & 0x10000000u) != 0 || (full != 0 && (mask & full) == full);
}

const char *shmb_access_words(enum shmb_kind kind, uint32_t mask, char out[SHMB_ACCESS_WORDS])
{
    unsigned use;
    uint32_t change;

    out[0] = '\0';
    if ((unsigned)kind >= SHMB_KIND_COUNT)
        return out;
    change = mask & 0x000C0000u; /* WRITE_DAC, WRITE_OWNER */
    use = ((mask & use_bits[kind][0]) != 0 ? 1u : 0u) | ((mask & use_bits[kind][1]) != 0 ? 2u : 0u);
    /* To release a mutex, a thread must first wait on it. */
    if (kind == SHMB_MUTEX && use == 2)
        use = 0;
    if (mask == 0)
        (void)snprintf(out, SHMB_ACCESS_WORDS, "nothing");
    else if (shmb_access_is_full(kind, mask))
        (void)snprintf(out, SHMB_ACCESS_WORDS, "full control");
    else
        (void)snprintf(out, SHMB_ACCESS_WORDS, "%s%s", use != 0 ? uses[kind][use] : looks[kind],
                       change != 0 ? ", change its access" : "");
    return out;
}

const char *shmb_access_entry_words(enum shmb_kind kind, const char *name, bool deny, uint32_t mask,
                                    char *out, size_t size)
{
    char words[SHMB_ACCESS_WORDS];

    (void)shmb_access_words(kind, mask, words);
    if (!deny)
        (void)snprintf(out, size, "%s %s", name, words);
    else if (shmb_access_is_full(kind, mask))
        (void)snprintf(out, size, "deny %s", name);
    else
        (void)snprintf(out, size, "deny %s (%s)", name, words);
    return out;
}

/* Well-known SIDs. Their account names depend on the language of Windows. */
static const struct {
    const char *word, *sid;
} known[] = {
    {"Everyone", "S-1-1-0"},
    {"Users", "S-1-5-32-545"},
    {"AuthenticatedUsers", "S-1-5-11"},
    {"Interactive", "S-1-5-4"},
    {"RemoteInteractive", "S-1-5-14"},
    {"Administrators", "S-1-5-32-544"},
    {"System", "S-1-5-18"},
    {"LocalService", "S-1-5-19"},
    {"NetworkService", "S-1-5-20"},
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

const char *shmb_sid_word(const char *sid)
{
    size_t i;

    for (i = 0; i < KNOWN; i++)
        if (strcmp(sid, known[i].sid) == 0)
            return known[i].word;
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

const char *shmb_word_sid(const char *word)
{
    size_t i;

    for (i = 0; i < KNOWN; i++)
        if (same_word(word, known[i].word))
            return known[i].sid;
    return NULL;
}

const char *shmb_kind_word(enum shmb_kind kind)
{
    static const char *const words[SHMB_KIND_COUNT] = {"section", "mutex", "event", "semaphore",
                                                       "queue"};

    return (unsigned)kind < SHMB_KIND_COUNT ? words[kind] : "object";
}

const char *shmb_level_word(enum shmb_level level)
{
    static const char *const words[SHMB_LEVEL_COUNT] = {"read", "write", "full", "deny"};

    return (unsigned)level < SHMB_LEVEL_COUNT ? words[level] : "?";
}
