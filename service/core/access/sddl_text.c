/*
 * The core parses SDDL itself: it runs without Windows in the tests, and an administrator gets the
 * position of an error. Each read_ function starts at `at` and moves it behind what it has read, or
 * returns the error. Text from Windows (`live`) goes through the same functions with fewer rules.
 */
#include "sddl_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sid.h"

#define GENERIC_ALL     0x10000000u
#define GENERIC_OTHERS  0xE0000000u
#define NO_OBJECT_RIGHT 0x0F000000u /* reserved, MAXIMUM_ALLOWED, ACCESS_SYSTEM_SECURITY */
#define MEDIUM          "S-1-16-8192"
#define FIELDS          6
#define NO_SID          "this is neither a SID nor an abbreviation that is the same on every machine"

/* A text while it is read. `at` is the position in `text`. */
struct source {
    const char *text, *at;
    enum shmb_kind kind;
    bool live; /* the access of an existing object, so that fewer rules hold */
    struct sddl *out;
    struct sys_failure *why;
    size_t room; /* entries that fit into `out` */
};

struct word {
    const char *word;
    uint32_t value;
};

struct name {
    const char *word, *sid;
};

/* Sets the reason, with the position. Returns SYS_FAILED. */
static enum sys_status wrong(const struct source *source, const char *at, const char *what)
{
    return failure_reason(source->why, SYS_FAILED, "at character %zu: %s",
                          (size_t)(at - source->text) + 1, what);
}

/* ---- SIDs ------------------------------------------------------------------- */

/* Abbreviations for domain accounts (DA, DU, ...) are missing: their SIDs differ by domain. */
static const char *sid_of(const char *word)
{
    static const struct name names[] = {
        {"WD", "S-1-1-0"},      {"OW", "S-1-3-4"},      {"NU", "S-1-5-2"},
        {"IU", "S-1-5-4"},      {"SU", "S-1-5-6"},      {"AN", "S-1-5-7"},
        {"PS", "S-1-5-10"},     {"AU", "S-1-5-11"},     {"RC", "S-1-5-12"},
        {"SY", "S-1-5-18"},     {"LS", "S-1-5-19"},     {"NS", "S-1-5-20"},
        {"WR", "S-1-5-33"},     {"BA", "S-1-5-32-544"}, {"BU", "S-1-5-32-545"},
        {"BG", "S-1-5-32-546"}, {"PU", "S-1-5-32-547"}, {"AO", "S-1-5-32-548"},
        {"SO", "S-1-5-32-549"}, {"PO", "S-1-5-32-550"}, {"BO", "S-1-5-32-551"},
        {"RE", "S-1-5-32-552"}, {"RU", "S-1-5-32-554"}, {"RD", "S-1-5-32-555"},
        {"NO", "S-1-5-32-556"}, {"MU", "S-1-5-32-558"}, {"LU", "S-1-5-32-559"},
        {"IS", "S-1-5-32-568"}, {"CY", "S-1-5-32-569"}, {"ER", "S-1-5-32-573"},
        {"HA", "S-1-5-32-578"}, {"AC", "S-1-15-2-1"},   {"LW", "S-1-16-4096"},
        {"ME", MEDIUM},         {"MP", "S-1-16-8448"},  {"HI", "S-1-16-12288"},
        {"SI", "S-1-16-16384"},
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(word, names[i].word) == 0)
            return names[i].sid;
    return NULL;
}

static bool to_sid(const char *word, char out[SYS_SID_MAX])
{
    const char *known = sid_of(word);

    return sid_canonical(known != NULL ? known : word, out);
}

/* The SID after O: or G:. It ends at the first character that cannot be part of it. */
static enum sys_status read_name(struct source *source, char out[SYS_SID_MAX])
{
    const char *start = source->at;
    size_t length = 2; /* of an abbreviation, and of "S-" */
    char word[SYS_SID_MAX];

    if (strncmp(start, "S-", 2) == 0)
        length += strspn(start + 2, "0123456789-");
    if (length >= sizeof(word) || strlen(start) < length)
        return wrong(source, start, "expected a SID or an abbreviation such as BA");
    memcpy(word, start, length);
    word[length] = '\0';
    if (!to_sid(word, out))
        return wrong(source, start, NO_SID);
    source->at += length;
    return SYS_OK;
}

/* ---- rights ----------------------------------------------------------------- */

static bool add_word(const char *at, const struct word *words, size_t count, uint32_t *mask)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (strncmp(at, words[i].word, 2) != 0)
            continue;
        *mask |= words[i].value;
        return true;
    }
    return false;
}

/* A number, or abbreviations of two letters in a row. */
static bool read_mask(const char *field, const struct word *words, size_t count, uint32_t *mask)
{
    unsigned long long number;
    char *end;

    *mask = 0;
    /* As in C: decimal, hexadecimal after 0x, octal after 0. */
    if (field[0] >= '0' && field[0] <= '9') {
        number = strtoull(field, &end, 0);
        *mask = (uint32_t)number;
        return *end == '\0' && number <= UINT32_MAX;
    }
    for (; *field != '\0'; field += 2)
        if (!add_word(field, words, count, mask))
            return false;
    return true;
}

/* Replaces GA by full control. Refuses other generic rights and bits that are no rights. */
static enum sys_status check_mask(const struct source *source, const char *at, uint32_t *mask)
{
    char text[160];

    if ((*mask & GENERIC_ALL) != 0)
        *mask = (*mask & ~GENERIC_ALL) | shmb_access_mask(source->kind, SHMB_LEVEL_FULL);
    if (source->live)
        return SYS_OK;
    if (*mask == 0)
        return wrong(source, at, "an entry without a right does nothing; remove it");
    if ((*mask & NO_OBJECT_RIGHT) != 0)
        return wrong(source, at, "objects have no such right");
    if ((*mask & GENERIC_OTHERS) == 0)
        return SYS_OK;
    (void)snprintf(text, sizeof(text),
                   "a generic right does not give the usual access to a %s; write 0x%lx to read, "
                   "0x%lx to write",
                   shmb_kind_word(source->kind),
                   (unsigned long)shmb_access_mask(source->kind, SHMB_LEVEL_READ),
                   (unsigned long)shmb_access_mask(source->kind, SHMB_LEVEL_WRITE));
    return wrong(source, at, text);
}

static enum sys_status read_rights(const struct source *source, const char *at, const char *field,
                                   uint32_t *mask)
{
    static const struct word words[] = {
        {"GA", GENERIC_ALL}, {"GR", 0x80000000u}, {"GW", 0x40000000u}, {"GX", 0x20000000u},
        {"SD", 0x00010000u}, {"RC", 0x00020000u}, {"WD", 0x00040000u}, {"WO", 0x00080000u},
        {"CC", 0x1},         {"DC", 0x2},         {"LC", 0x4},         {"SW", 0x8},
        {"RP", 0x10},        {"WP", 0x20},        {"DT", 0x40},        {"LO", 0x80},
        {"CR", 0x100},
    };

    if (!read_mask(field, words, sizeof(words) / sizeof(words[0]), mask))
        return wrong(source, at,
                     "these rights are not known on such an object; write a number "
                     "such as 0x20005");
    /* Of one digit, a number is the same with 0x. */
    if (field[0] >= '0' && field[0] <= '9' && field[1] != 'x' && field[1] != 'X' &&
        field[1] != '\0' && source->out->bare == 0)
        source->out->bare = *mask;
    return check_mask(source, at, mask);
}

/* ---- entries ---------------------------------------------------------------- */

/* The fields of an entry as terminated strings in `text`, and their positions in the source. */
struct fields {
    char text[2 * SYS_SID_MAX];
    const char *field[FIELDS], *at[FIELDS];
};

/*
 * Splits the entry at `at`, which is its opening parenthesis, and moves behind the closing one.
 * Refuses GUIDs and flags; the caller checks the other fields.
 */
static enum sys_status read_fields(struct source *source, struct fields *out)
{
    const char *start = source->at + 1, *end = strchr(start, ')');
    size_t length = end != NULL ? (size_t)(end - start) : 0, i, count = 0;

    if (end == NULL)
        return wrong(source, source->at, "this entry has no closing parenthesis");
    if (length >= sizeof(out->text))
        return wrong(source, source->at, "this entry is too long");
    memcpy(out->text, start, length);
    out->text[length] = '\0';
    for (i = 0; i <= length; i++) {
        /* A field starts at the beginning and behind each terminator that this loop sets. */
        if (i > 0 && out->text[i - 1] != '\0')
            continue;
        if (count == FIELDS)
            return wrong(source, start + i,
                         "an entry has six fields; conditions are not supported");
        out->field[count] = &out->text[i];
        out->at[count++] = start + i;
        out->text[i + strcspn(&out->text[i], ";")] = '\0';
    }
    if (count != FIELDS)
        return wrong(source, start, "an entry has six fields: type;flags;rights;;;SID");
    if (out->field[3][0] != '\0' || out->field[4][0] != '\0')
        return wrong(source, out->at[3], "object GUIDs are not supported; leave this field empty");
    if (!source->live && out->field[1][0] != '\0')
        return wrong(source, out->at[1],
                     "nothing inherits from such an object; leave the flags empty");
    source->at = end + 1;
    return SYS_OK;
}

static enum sys_status add_entry(struct source *source, const struct sddl_entry *entry)
{
    struct sddl *out = source->out;

    if (out->count == source->room) {
        size_t room = source->room == 0 ? 8 : 2 * source->room;
        struct sddl_entry *entries = realloc(out->entries, room * sizeof(*entries));

        if (entries == NULL)
            return failure_no_memory(source->why);
        out->entries = entries;
        source->room = room;
    }
    out->entries[out->count++] = *entry;
    return SYS_OK;
}

static enum sys_status read_entry(struct source *source)
{
    struct sddl_entry entry = {0};
    struct fields fields;
    enum sys_status status = read_fields(source, &fields);

    if (status != SYS_OK)
        return status;
    entry.deny = strcmp(fields.field[0], "D") == 0;
    if (!entry.deny && strcmp(fields.field[0], "A") != 0)
        return wrong(source, fields.at[0], "the type of an entry is A (allow) or D (deny)");
    status = read_rights(source, fields.at[2], fields.field[2], &entry.mask);
    if (status != SYS_OK)
        return status;
    if (!to_sid(fields.field[5], entry.sid))
        return wrong(source, fields.at[5], NO_SID);
    if (!source->live && source->out->count == SDDL_ENTRIES_MAX)
        return wrong(source, fields.at[0], "too many entries; use groups");
    /* The entry before is enough: the ones before that passed this check, too. */
    if (!source->live && entry.deny && source->out->count > 0 &&
        !source->out->entries[source->out->count - 1].deny)
        return wrong(source, fields.at[0], "entries that deny must come before entries that allow");
    return add_entry(source, &entry);
}

/* ---- the parts -------------------------------------------------------------- */

/* Skips P, AI and AR, which change nothing: the broker's DACLs are always protected. */
static enum sys_status read_flags(struct source *source)
{
    if (strncmp(source->at, "NO_ACCESS_CONTROL", 17) == 0)
        return wrong(source, source->at,
                     "without an access list everybody may do everything; write one");
    for (;;) {
        if (strncmp(source->at, "AI", 2) == 0 || strncmp(source->at, "AR", 2) == 0)
            source->at += 2;
        else if (*source->at == 'P')
            source->at++;
        else
            return SYS_OK;
    }
}

static enum sys_status read_dacl(struct source *source)
{
    enum sys_status status = read_flags(source);

    while (status == SYS_OK && *source->at == '(')
        status = read_entry(source);
    return status;
}

/* The level in a label's SID, "S-1-16-" and a number. False: another SID. */
static bool read_level(const char *sid, uint32_t *level)
{
    static const char start[] = "S-1-16-";
    char *end;

    if (strncmp(sid, start, sizeof(start) - 1) != 0)
        return false;
    *level = (uint32_t)strtoul(sid + sizeof(start) - 1, &end, 10);
    return *end == '\0';
}

/* Writes the label anew in one form, so that equal labels are equal texts (sddl_same). */
static enum sys_status take_label(struct source *source, const struct fields *fields)
{
    static const struct word words[] = {{"NW", 1}, {"NR", 2}, {"NX", 4}};
    char sid[SYS_SID_MAX];
    uint32_t mask, level;

    if (strcmp(fields->field[0], "ML") != 0)
        return wrong(source, fields->at[0],
                     "S: may contain only an integrity label (ML); for auditing write audit: true");
    if (source->out->label[0] != '\0')
        return wrong(source, fields->at[0], "only one integrity label is allowed");
    if (!read_mask(fields->field[2], words, sizeof(words) / sizeof(words[0]), &mask) || mask == 0 ||
        mask > 7)
        return wrong(source, fields->at[2], "the rights of a label are NW, NR, NX");
    if (!to_sid(fields->field[5], sid) || !read_level(sid, &level))
        return wrong(source, fields->at[5], "the level of a label is LW, ME, HI or SI");
    if (!source->live && level > SDDL_LEVEL_SYSTEM)
        return wrong(source, fields->at[5],
                     "no service may set a level above its own, which is SI");
    source->out->level = level;
    source->out->policy = mask;
    (void)snprintf(source->out->label, sizeof(source->out->label), "S:(ML;;%s%s%s;;;%s)",
                   (mask & 1) != 0 ? "NW" : "", (mask & 2) != 0 ? "NR" : "",
                   (mask & 4) != 0 ? "NX" : "", sid);
    return SYS_OK;
}

static enum sys_status read_sacl(struct source *source)
{
    struct fields fields;
    enum sys_status status = read_flags(source);

    while (status == SYS_OK && *source->at == '(') {
        status = read_fields(source, &fields);
        if (status == SYS_OK)
            status = take_label(source, &fields);
    }
    /* Windows treats an object without a label as medium. */
    if (strcmp(source->out->label, "S:(ML;;NW;;;" MEDIUM ")") == 0) {
        source->out->label[0] = '\0';
        source->out->level = source->out->policy = 0;
    }
    return status;
}

static enum sys_status read_part(struct source *source, char part)
{
    char group[SYS_SID_MAX];

    switch (part) {
    case 'O':
        return read_name(source, source->out->owner);
    case 'G':
        return read_name(source, group); /* means nothing in Win32 */
    case 'D':
        return read_dacl(source);
    default:
        return read_sacl(source);
    }
}

static enum sys_status read_parts(struct source *source)
{
    static const char parts[] = "OGDS";
    bool seen[sizeof(parts)] = {false};
    enum sys_status status = SYS_OK;

    if (strlen(source->text) > SDDL_TEXT_MAX)
        return wrong(source, source->text, "the text is too long");
    while (status == SYS_OK && *source->at != '\0') {
        const char *start = source->at, *part = strchr(parts, *start);

        if (part == NULL || start[1] != ':')
            return wrong(source, start, "expected O:, G:, D: or S:");
        if (seen[part - parts])
            return wrong(source, start, "this part appears twice");
        seen[part - parts] = true;
        source->at += 2;
        status = read_part(source, *start);
    }
    /* seen[2] is D:, as in `parts`. */
    if (status == SYS_OK && !seen[2])
        return wrong(source, source->at,
                     "without an access list (D:) everybody may do everything; write one");
    return status;
}

static enum sys_status read_text(struct source *source)
{
    struct sddl *out = source->out;
    enum sys_status status;

    *out = (struct sddl){0};
    failure_clear(source->why);
    status = read_parts(source);
    /* Denials come first, so the last entry shows whether any entry allows something. */
    if (status == SYS_OK && !source->live && (out->count == 0 || out->entries[out->count - 1].deny))
        status = wrong(source, source->at, "no entry allows anything; add an entry of type A");
    if (status != SYS_OK)
        sddl_free(out);
    return status;
}

enum sys_status sddl_read(const char *text, enum shmb_kind kind, struct sddl *out,
                          struct sys_failure *why)
{
    struct source source = {.text = text, .at = text, .kind = kind, .out = out, .why = why};

    return read_text(&source);
}

enum sys_status sddl_read_live(const char *text, enum shmb_kind kind, struct sddl *out,
                               struct sys_failure *why)
{
    struct source source = {
        .text = text, .at = text, .kind = kind, .live = true, .out = out, .why = why};

    return read_text(&source);
}

void sddl_free(struct sddl *sddl)
{
    free(sddl->entries);
    *sddl = (struct sddl){0};
}

bool sddl_same(const struct sddl *a, const struct sddl *b)
{
    size_t i;

    if (a->count != b->count || strcmp(a->owner, b->owner) != 0 || strcmp(a->label, b->label) != 0)
        return false;
    for (i = 0; i < a->count; i++) {
        const struct sddl_entry *x = &a->entries[i], *y = &b->entries[i];

        if (x->deny != y->deny || x->mask != y->mask || strcmp(x->sid, y->sid) != 0)
            return false;
    }
    return true;
}
