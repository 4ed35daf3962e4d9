/*
 * The `audit` command adds the access of each object, sorts the rows once, and prints them in one
 * of the formats.
 */
#include "access_by_account.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "string_copy.h"

/* The row of a SID among those from `first` on; NULL: no memory. */
static struct access_by_account_row *row_of(struct access_by_account *listing, size_t first,
                                            const char *sid)
{
    struct access_by_account_row *rows;
    size_t i;

    for (i = first; i < listing->count; i++)
        if (strcmp(listing->rows[i].sid, sid) == 0)
            return &listing->rows[i];
    /* Doubles the array when its size is a power of two. */
    if ((listing->count & (listing->count - 1)) == 0) {
        rows =
            realloc(listing->rows, (listing->count == 0 ? 1 : 2 * listing->count) * sizeof(*rows));
        if (rows == NULL)
            return NULL;
        listing->rows = rows;
    }
    rows = &listing->rows[listing->count++];
    *rows = (struct access_by_account_row){0};
    memcpy(rows->sid, sid, strlen(sid) + 1);
    return rows;
}

/* Order matters, as for Windows: a denial does not remove what an earlier entry allows. */
static bool add_entries(struct access_by_account *listing, size_t first, const struct sddl *access)
{
    size_t i;

    for (i = 0; i < access->count; i++) {
        const struct sddl_entry *entry = &access->entries[i];
        struct access_by_account_row *row = row_of(listing, first, entry->sid);

        if (row == NULL)
            return false;
        if (entry->deny)
            row->denied |= entry->mask & ~row->may;
        else
            row->may |= entry->mask & ~row->denied;
    }
    return true;
}

bool access_by_account_add(struct access_by_account *listing, enum shmb_kind kind,
                           const char *object, const struct sddl *access,
                           access_by_account_name *name)
{
    size_t i, first = listing->count;
    bool done = add_entries(listing, first, access);

    /* Rows before `first` belong to other objects: each object has its own row for a SID. */
    for (i = first; i < listing->count; i++) {
        char account[AUDIT_ACCOUNT_MAX];

        name(listing->rows[i].sid, account);
        listing->rows[i].kind = kind;
        listing->rows[i].account = string_copy(account);
        listing->rows[i].object = string_copy(object);
        done = done && listing->rows[i].account != NULL && listing->rows[i].object != NULL;
    }
    return done;
}

bool access_by_account_add_rule(struct access_by_account *listing, const char *rule,
                                const char *names, const char *sid, bool deny,
                                access_by_account_name *name)
{
    char account[AUDIT_ACCOUNT_MAX];
    /* A row of its own: what is denied counts, wherever the rule says it. */
    struct access_by_account_row *row = row_of(listing, listing->count, sid);

    if (row == NULL)
        return false;
    name(sid, account);
    row->account = string_copy(account);
    row->object = string_copy(rule);
    row->names = string_copy(names);
    row->may = !deny;
    row->denied = deny;
    return row->account != NULL && row->object != NULL && row->names != NULL;
}

static int compare(const void *a, const void *b)
{
    const struct access_by_account_row *x = a, *y = b;
    int order = strcmp(x->account, y->account);

    /* Two SIDs can have the same name. The SID keeps the rows of one account together. */
    if (order == 0)
        order = strcmp(x->sid, y->sid);
    if (order == 0)
        order = (x->names != NULL) - (y->names != NULL); /* rules last */
    if (order == 0)
        order = strcmp(x->object, y->object);
    return order;
}

void access_by_account_sort(struct access_by_account *listing)
{
    if (listing->count > 0)
        qsort(listing->rows, listing->count, sizeof(*listing->rows), compare);
}

void access_by_account_free(struct access_by_account *listing)
{
    size_t i;

    for (i = 0; i < listing->count; i++) {
        free(listing->rows[i].account);
        free(listing->rows[i].object);
        free(listing->rows[i].names);
    }
    free(listing->rows);
    *listing = (struct access_by_account){0};
}

/* ---- output formats --------------------------------------------------------- */

void access_by_account_lines(const struct access_by_account *listing, struct text *out)
{
    char words[SHMB_ACCESS_WORDS];
    size_t i;

    for (i = 0; i < listing->count; i++) {
        const struct access_by_account_row *row = &listing->rows[i];

        /* The rows are sorted, so another SID starts the next account. */
        if (i == 0 || strcmp(row->sid, listing->rows[i - 1].sid) != 0)
            text_add(out, strcmp(row->account, row->sid) != 0 ? "%s (%s)\n" : "%s\n", row->account,
                     row->sid);
        if (row->names != NULL) {
            text_add(out, "    rule %s: %s ask for %s\n", row->object,
                     row->denied != 0 ? "may not" : "may", row->names);
            continue;
        }
        text_add(out, "    %s %s: %s", shmb_kind_word(row->kind), row->object,
                 shmb_access_words(row->kind, row->may, words));
        if (row->denied != 0)
            text_add(out, "; denied: %s", shmb_access_words(row->kind, row->denied, words));
        text_add(out, "\n");
    }
}

/* Spreadsheets evaluate a field that starts like this. */
static bool is_formula(const char *field)
{
    return field[0] != '\0' && strchr("=+-@\t\r", field[0]) != NULL;
}

/* Adds a quoted CSV field and then `end`. */
static void add_field(struct text *out, const char *field, const char *end)
{
    text_add(out, "\"%s", is_formula(field) ? "'" : "");
    while (*field != '\0') {
        int length = (int)strcspn(field, "\"");

        text_add(out, "%.*s", length, field);
        field += length;
        if (*field == '"') {
            text_add(out, "\"\"");
            field++;
        }
    }
    text_add(out, "\"%s", end);
}

/* The columns from `kind` on. */
static void add_rule(struct text *out, const struct access_by_account_row *row)
{
    struct text asks = {0};

    text_add(&asks, "ask for %s", row->names);
    add_field(out, "rule", ",");
    add_field(out, row->object, ",");
    if (asks.failed) {
        out->failed = true;
    } else {
        add_field(out, row->may != 0 ? asks.at : "nothing", ",");
        add_field(out, row->denied != 0 ? asks.at : "", ",");
    }
    text_add(out, "0x%08" PRIx32 ",0x%08" PRIx32 "\r\n", row->may, row->denied);
    text_free(&asks);
}

void access_by_account_csv(const struct access_by_account *listing, struct text *out)
{
    char words[SHMB_ACCESS_WORDS];
    size_t i;

    text_add(out, "account,sid,kind,object,may,denied,may_rights,denied_rights\r\n");
    for (i = 0; i < listing->count; i++) {
        const struct access_by_account_row *row = &listing->rows[i];

        add_field(out, row->account, ",");
        add_field(out, row->sid, ",");
        if (row->names != NULL) {
            add_rule(out, row);
            continue;
        }
        add_field(out, shmb_kind_word(row->kind), ",");
        add_field(out, row->object, ",");
        add_field(out, shmb_access_words(row->kind, row->may, words), ",");
        add_field(out, row->denied != 0 ? shmb_access_words(row->kind, row->denied, words) : "",
                  ",");
        text_add(out, "0x%08" PRIx32 ",0x%08" PRIx32 "\r\n", row->may, row->denied);
    }
}

static void put_object(const struct access_by_account_row *row, struct json *out)
{
    char words[SHMB_ACCESS_WORDS];

    json_object(out, NULL);
    json_string(out, "account", row->account);
    json_string(out, "sid", row->sid);
    json_names(out, row->object, false);
    json_string(out, "kind", shmb_kind_word(row->kind));
    json_string(out, "may", shmb_access_words(row->kind, row->may, words));
    json_string(out, "denied",
                row->denied != 0 ? shmb_access_words(row->kind, row->denied, words) : NULL);
    json_number(out, "may_rights", row->may);
    json_number(out, "denied_rights", row->denied);
    json_object_end(out);
}

static void put_rule(const struct access_by_account_row *row, struct json *out)
{
    json_object(out, NULL);
    json_string(out, "account", row->account);
    json_string(out, "sid", row->sid);
    json_string(out, "rule", row->object);
    json_string(out, "asks_for", row->names);
    json_bool(out, "allowed", row->may != 0);
    json_object_end(out);
}

void access_by_account_json(const struct access_by_account *listing, struct json *out)
{
    size_t i;

    json_array(out, "entries");
    for (i = 0; i < listing->count; i++)
        if (listing->rows[i].names == NULL)
            put_object(&listing->rows[i], out);
    json_array_end(out);
    if (!listing->rules) {
        json_null(out, "requests");
        return;
    }
    json_array(out, "requests");
    for (i = 0; i < listing->count; i++)
        if (listing->rows[i].names != NULL)
            put_rule(&listing->rows[i], out);
    json_array_end(out);
}
