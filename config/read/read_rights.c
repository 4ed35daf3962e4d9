/*
 * Keys that all kinds share. What an object does not write comes from `defaults`, which
 * read_configuration.c has read before.
 */
#include "read_rights.h"

#include <string.h>

#include "read_access.h"
#include "read_text.h"

/* The order of `values` in read_rights. */
enum { ACCESS, INTEGRITY, SDDL, AUDIT };

void read_integrity(struct reader *reader, const struct node *node, const struct path *path,
                    const struct cfg_integrity **out)
{
    static const char *const words[] = {"low", "medium"};
    struct path below = {path, "integrity", 0};
    struct cfg_integrity *own;
    size_t word;

    if (!read_word(reader, node, &below, words, 2, &word))
        return;
    own = reader_alloc(reader, 1, sizeof *own);
    if (own == NULL)
        return;
    own->low = word == 0;
    own->place = reader_place(reader, node);
    own->path = reader_path_text(reader, &below);
    *out = own;
}

void read_audit(struct reader *reader, const struct node *node, const struct path *path,
                const struct cfg_audit **out)
{
    struct path below = {path, "audit", 0};
    struct cfg_audit *own;
    bool on;

    if (!read_bool(reader, node, &below, &on))
        return;
    own = reader_alloc(reader, 1, sizeof *own);
    if (own == NULL)
        return;
    own->on = on;
    own->place = reader_place(reader, node);
    own->path = reader_path_text(reader, &below);
    *out = own;
}

/*
 * Stores the text only: the core parses it when it makes descriptors. NULL: an error was
 * added, or no memory.
 */
static const struct cfg_access *read_sddl(struct reader *reader, const struct node *node,
                                          const struct path *path)
{
    struct cfg_access *access;
    struct shown shown;

    if (node->kind != NODE_SCALAR || node_is_null(node) || node->length == 0) {
        reader_error(reader, node, path,
                     "expected a security descriptor as SDDL text, such as "
                     "'D:P(A;;0x20005;;;BU)', found %s",
                     reader_show(node, &shown));
        return NULL;
    }
    if (!read_text_check(reader, node, path, "the text"))
        return NULL;
    access = reader_alloc(reader, 1, sizeof *access);
    if (access == NULL)
        return NULL;
    access->path = reader_path_text(reader, path);
    access->place = reader_place(reader, node);
    access->sddl = reader_text(reader, node->text, node->length);
    return access->path != NULL && access->sddl != NULL ? access : NULL;
}

/* Reads sddl, which excludes access and integrity. */
static void object_sddl(struct reader *reader, const struct node *const *values,
                        const struct path *path, struct cfg_object *object)
{
    struct path below = {path, "sddl", 0};

    if (values[ACCESS] != NULL)
        reader_error(reader, values[SDDL], &below, "sddl replaces access; remove one of them");
    else if (values[INTEGRITY] != NULL)
        reader_error(reader, values[SDDL], &below,
                     "sddl replaces integrity; remove integrity, and for low integrity add "
                     "S:(ML;;NW;;;LW) at the end of sddl");
    else
        object->access = read_sddl(reader, values[SDDL], &below);
}

/* No access is an error, unless it is probably there, but misspelt (`meant`). */
static void check_written(struct reader *reader, const struct node *key, bool meant,
                          const struct path *path, const char *example)
{
    if (!meant && !reader->defaults_written)
        reader_error(reader, key, path,
                     "no access is written, here or in defaults, and there is none by default; "
                     "add one, such as access: { %s }",
                     example);
}

void read_rights(struct reader *reader, const struct node *key, const struct node *const *values,
                 unsigned meant, const struct path *path, struct cfg_object *object)
{
    struct path below = {path, "access", 0};

    object->audit = reader->audit;
    if (values[AUDIT] != NULL)
        read_audit(reader, values[AUDIT], path, &object->audit);
    /* Of `defaults` only audit applies: sddl replaces access and integrity. */
    if (values[SDDL] != NULL) {
        object_sddl(reader, values, path, object);
        return;
    }
    object->integrity = reader->integrity;
    if (values[INTEGRITY] != NULL)
        read_integrity(reader, values[INTEGRITY], path, &object->integrity);
    object->access =
        values[ACCESS] != NULL ? read_access(reader, values[ACCESS], &below) : reader->defaults;
    if (values[ACCESS] == NULL)
        check_written(reader, key, (meant & (1u << ACCESS | 1u << SDDL)) != 0, path,
                      "read: [Users]");
}

void read_rule_rights(struct reader *reader, const struct node *key,
                      const struct node *const *values, unsigned meant, const struct path *path,
                      struct cfg_rule *rule)
{
    enum { RULE_ACCESS, RULE_INTEGRITY, RULE_AUDIT };
    struct path below = {path, "access", 0};

    rule->audit = reader->audit;
    rule->integrity = reader->integrity;
    if (values[RULE_AUDIT] != NULL)
        read_audit(reader, values[RULE_AUDIT], path, &rule->audit);
    if (values[RULE_INTEGRITY] != NULL)
        read_integrity(reader, values[RULE_INTEGRITY], path, &rule->integrity);
    rule->access = values[RULE_ACCESS] != NULL
                       ? read_rule_access(reader, values[RULE_ACCESS], &below)
                       : reader->defaults;
    if (values[RULE_ACCESS] == NULL)
        check_written(reader, key, (meant & 1u << RULE_ACCESS) != 0, path,
                      "read: [Users], write: [" CFG_REQUESTER "]");
}

void read_sessions(struct reader *reader, const struct node *node, const struct path *path,
                   struct cfg_object *object)
{
    static const char *const words[] = {"alias"};
    struct path below = {path, "sessions", 0};
    size_t word;

    if (node != NULL)
        object->alias = read_word(reader, node, &below, words, 1, &word);
}
