#include "inventory.h"

#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "names.h"
#include "sddl_text.h"

struct access_set {
    struct access_rule *rules; /* the SIDs belong to the trustees */
    size_t count;
    uint32_t hash;
    bool held_back;      /* it denies something to an account that is pending */
    const char *label;   /* integrity; NULL: none. Of `exact`, or static */
    struct sddl *exact;  /* where SDDL was written; NULL: it was not. Owns the SIDs, then */
    enum shmb_kind kind; /* of the objects it was written for */
};

/* Where the set of an access list is found again: by address of the list. */
struct seen_list {
    const struct cfg_access *list;
    bool low; /* low integrity */
    size_t set;
};

/* While building. Both tables are open addressing and at most half full. */
struct build {
    struct inventory *inventory;
    struct trustees *known;
    struct cfg_messages *messages;
    struct seen_list *lists;
    size_t *sets; /* index of a set + 1 */
    size_t slots; /* a power of two */
};

static size_t companion_count(const struct cfg *configuration)
{
    size_t i, count = 0;

    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];

        if (object->kind != SHMB_SECTION)
            continue;
        count += object->u.segment.lock.name != NULL;
        if (object->u.segment.notify.events[0] != NULL)
            count += SHMB_CHANGE_EVENTS;
    }
    return count;
}

static bool build_init(struct build *b, const struct cfg *configuration)
{
    size_t items = configuration->count + companion_count(configuration);

    b->inventory = calloc(1, sizeof(*b->inventory));
    if (b->inventory == NULL)
        return false;
    b->inventory->file = configuration->file;
    for (b->slots = 16; b->slots < (configuration->count + 1) * 2; b->slots *= 2)
        continue;
    b->lists = calloc(b->slots, sizeof(*b->lists));
    b->sets = calloc(b->slots, sizeof(*b->sets));
    b->inventory->items = calloc(items + 1, sizeof(struct item));
    b->inventory->room = items + 1;
    b->inventory->sets = calloc(configuration->count + 2, sizeof(struct access_set));
    b->inventory->directory = INVENTORY_NO_ACCESS;
    return b->lists != NULL && b->sets != NULL && b->inventory->items != NULL &&
           b->inventory->sets != NULL;
}

static void build_end(struct build *b)
{
    free(b->lists);
    free(b->sets);
}

static void free_set(struct access_set *set)
{
    if (set->exact != NULL)
        sddl_free(set->exact);
    free(set->exact);
    free(set->rules);
    *set = (struct access_set){0};
}

void inventory_free(struct inventory *inventory)
{
    size_t i;

    if (inventory == NULL)
        return;
    for (i = 0; i < inventory->count; i++) {
        free(inventory->items[i].reason);
        free(inventory->items[i].own_text);
        if (inventory->items[i].kept != NULL)
            free(inventory->items[i].kept->reason);
        free(inventory->items[i].kept);
    }
    for (i = 0; i < inventory->set_count; i++)
        free_set(&inventory->sets[i]);
    free(inventory->sets);
    free(inventory->items);
    free(inventory);
}

/* Groups the broker itself is in: denying one of them would lock it out of its own objects. */
static bool locks_broker_out(const char *sid)
{
    static const char *const own[] = {
        "S-1-1-0",          /* Everyone */
        "S-1-5-11",         /* Authenticated Users */
        "S-1-5-32-545",     /* Users */
        "S-1-5-6",          /* SERVICE */
        "S-1-5-80-0",       /* NT SERVICE\ALL SERVICES */
        SHMB_SERVICE_SID,   /* NT SERVICE\ShmBroker */
        SID_SYSTEM,         /* owner where there is no service SID */
        SID_ADMINISTRATORS, /* the same */
    };
    size_t i;

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (strcmp(sid, own[i]) == 0)
            return true;
    return false;
}

static void report_unresolved(struct build *b, const char *path, const struct cfg_trustee *trustee,
                              enum sys_status status, const struct sys_failure *why)
{
    const char *hint = "could not be looked up";

    if (status == SYS_NOT_FOUND && why->text[0] == '\0')
        hint = "is no account or group of this machine or its domains; check the spelling, write "
               "DOMAIN\\name, or use the SID";
    else if (status == SYS_NOT_FOUND)
        hint = "does not exist; check the spelling, write DOMAIN\\name, or use the SID";
    else if (status == SYS_LATER)
        hint = "cannot be looked up now, the domain controller did not answer; try again, or use "
               "the SID";
    cfg_message_add(b->messages, CFG_ERROR, &trustee->place, path, "'%s' %s%s%s%s", trustee->name,
                    hint, why->text[0] != '\0' ? " (" : "", why->text,
                    why->text[0] != '\0' ? ")" : "");
}

/* SYS_NOT_FOUND: an error was added; SYS_NO_MEMORY. */
static enum sys_status resolve_rule(struct build *b, const char *path,
                                    const struct cfg_trustee *trustee, struct access_rule *rule)
{
    struct sys_failure why;
    enum sys_status status = trustees_resolve(b->known, trustee->name, &rule->sid, &why);

    rule->level = trustee->level;
    if (status == SYS_NO_MEMORY)
        return status;
    if (status == SYS_LATER && trustees_pending_allowed(b->known))
        return SYS_OK; /* without a SID */
    if (status != SYS_OK) {
        report_unresolved(b, path, trustee, status, &why);
        return SYS_NOT_FOUND;
    }
    if (rule->level != SHMB_LEVEL_DENY || !locks_broker_out(rule->sid))
        return SYS_OK;
    cfg_message_add(b->messages, CFG_ERROR, &trustee->place, path,
                    "deny '%s' would lock the broker itself out; deny a smaller group, or grant "
                    "rights only to those who need them",
                    trustee->name);
    return SYS_NOT_FOUND;
}

/* All trustees are looked at even after an error, so that all errors are found at once. */
static enum sys_status resolve_list(struct build *b, const struct cfg_access *list,
                                    struct access_set *set)
{
    enum sys_status result = SYS_OK;
    size_t i;

    set->rules = calloc(list->count + 1, sizeof(struct access_rule));
    if (set->rules == NULL)
        return SYS_NO_MEMORY;
    for (i = 0; i < list->count && result != SYS_NO_MEMORY; i++) {
        enum sys_status status = resolve_rule(b, list->path, &list->trustees[i], &set->rules[i]);

        if (status != SYS_OK)
            result = status;
    }
    for (i = 0; i < list->count && result == SYS_OK; i++) {
        if (set->rules[i].sid != NULL)
            set->rules[set->count++] = set->rules[i];
        else if (set->rules[i].level == SHMB_LEVEL_DENY)
            set->held_back = true;
    }
    return result;
}

/* For a lock or control section: what the rights on the segment come closest to. */
static bool level_of(const struct sddl_entry *entry, enum shmb_level *level)
{
    if (entry->deny)
        *level = SHMB_LEVEL_DENY;
    else if ((entry->mask & SDDL_CHANGES_ACCESS) != 0)
        *level = SHMB_LEVEL_FULL;
    else if ((entry->mask & 0x2) != 0) /* SECTION_MAP_WRITE */
        *level = SHMB_LEVEL_WRITE;
    else if ((entry->mask & 0x4) != 0) /* SECTION_MAP_READ */
        *level = SHMB_LEVEL_READ;
    else
        return false;
    return true;
}

/* SYS_NOT_FOUND: an error was added. */
static enum sys_status check_exact(struct build *b, const struct cfg_access *list,
                                   const struct sddl *exact)
{
    size_t i;

    for (i = 0; i < exact->count; i++) {
        if (!exact->entries[i].deny || !locks_broker_out(exact->entries[i].sid))
            continue;
        cfg_message_add(b->messages, CFG_ERROR, &list->place, list->path,
                        "to deny something to %s would lock the broker itself out; deny a smaller "
                        "group, or allow only those who need it",
                        exact->entries[i].sid);
        return SYS_NOT_FOUND;
    }
    return SYS_OK;
}

static enum sys_status read_exact(struct build *b, const struct cfg_access *list,
                                  enum shmb_kind kind, struct access_set *set)
{
    struct sys_failure why;
    enum sys_status status;
    size_t i;

    set->kind = kind;
    set->exact = calloc(1, sizeof(*set->exact));
    if (set->exact == NULL)
        return SYS_NO_MEMORY;
    status = sddl_read(list->sddl, kind, set->exact, &why);
    if (status == SYS_NO_MEMORY)
        return status;
    if (status != SYS_OK) {
        cfg_message_add(b->messages, CFG_ERROR, &list->place, list->path, "%s", why.text);
        return SYS_NOT_FOUND;
    }
    set->rules = calloc(set->exact->count + 1, sizeof(struct access_rule));
    if (set->rules == NULL)
        return SYS_NO_MEMORY;
    for (i = 0; i < set->exact->count; i++) {
        struct access_rule *rule = &set->rules[set->count];

        rule->sid = set->exact->entries[i].sid;
        set->count += level_of(&set->exact->entries[i], &rule->level);
    }
    set->label = set->exact->label[0] != '\0' ? set->exact->label : NULL;
    return check_exact(b, list, set->exact);
}

/* On anything but SYS_OK the set is empty. */
static enum sys_status make_set(struct build *b, const struct cfg_access *list, enum shmb_kind kind,
                                bool low, struct access_set *set)
{
    enum sys_status status =
        list->sddl != NULL ? read_exact(b, list, kind, set) : resolve_list(b, list, set);

    if (status != SYS_OK)
        free_set(set);
    else if (low)
        set->label = SDDL_LOW_INTEGRITY;
    return status;
}

static uint32_t hash_set(const struct access_set *set)
{
    uint32_t hash = 2166136261u;
    size_t i;

    for (i = 0; i < set->count; i++) {
        const char *p;

        for (p = set->rules[i].sid; *p != '\0'; p++)
            hash = (hash ^ (unsigned char)*p) * 16777619u;
        hash = (hash ^ (uint32_t)set->rules[i].level) * 16777619u;
    }
    hash = (hash ^ (set->label != NULL)) * 16777619u;
    return hash;
}

static bool same_label(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

static bool same_exact(const struct access_set *a, const struct access_set *b)
{
    if (a->exact == NULL || b->exact == NULL)
        return a->exact == b->exact;
    return a->kind == b->kind && sddl_same(a->exact, b->exact);
}

static bool same_set(const struct access_set *a, const struct access_set *b)
{
    size_t i;

    if (a->hash != b->hash || a->count != b->count || a->held_back != b->held_back ||
        !same_label(a->label, b->label) || !same_exact(a, b))
        return false;
    for (i = 0; i < a->count; i++)
        if (a->rules[i].level != b->rules[i].level || strcmp(a->rules[i].sid, b->rules[i].sid) != 0)
            return false;
    return true;
}

/* The index of an equal set; takes the rules over or frees them. */
static size_t intern(struct build *b, struct access_set *set)
{
    struct inventory *inventory = b->inventory;
    size_t slot;

    set->hash = hash_set(set);
    slot = set->hash & (b->slots - 1);
    while (b->sets[slot] != 0) {
        if (same_set(&inventory->sets[b->sets[slot] - 1], set)) {
            free_set(set);
            return b->sets[slot] - 1;
        }
        slot = (slot + 1) & (b->slots - 1);
    }
    inventory->sets[inventory->set_count++] = *set;
    b->sets[slot] = inventory->set_count;
    return inventory->set_count - 1;
}

/* A list that many objects share (defaults.access) is resolved, and complained of, once. */
static struct seen_list *list_slot(const struct build *b, const struct cfg_access *list, bool low)
{
    uint64_t mixed = (uint64_t)(uintptr_t)list * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(mixed >> 32) & (b->slots - 1);

    while (b->lists[slot].list != NULL &&
           (b->lists[slot].list != list || b->lists[slot].low != low))
        slot = (slot + 1) & (b->slots - 1);
    return &b->lists[slot];
}

static enum sys_status access_of(struct build *b, const struct cfg_access *list,
                                 enum shmb_kind kind, bool low, size_t *set)
{
    struct seen_list *slot = list_slot(b, list, low);
    const struct seen_list *other = list_slot(b, list, !low);
    struct access_set fresh = {0};

    /* What is wrong with a list is said once. */
    if (slot->list == NULL && other->list == list && other->set == SIZE_MAX)
        *slot = (struct seen_list){list, low, SIZE_MAX};
    if (slot->list == NULL) {
        enum sys_status status = make_set(b, list, kind, low, &fresh);

        if (status == SYS_NO_MEMORY)
            return status;
        slot->list = list;
        slot->low = low;
        slot->set = status == SYS_OK ? intern(b, &fresh) : SIZE_MAX;
    }
    *set = slot->set;
    return slot->set == SIZE_MAX ? SYS_NOT_FOUND : SYS_OK;
}

static struct item *add_item(struct inventory *inventory, const struct cfg_object *from, size_t set)
{
    struct item *item = &inventory->items[inventory->count++];

    item->spec.kind = from->kind;
    item->spec.name = from->name;
    item->from = from;
    item->access = set;
    item->held_back = inventory->sets[set].held_back;
    item->audit = from->audit.on;
    return item;
}

/* False: no memory. */
static bool add_segment(struct inventory *inventory, const struct cfg_object *object, size_t set)
{
    const struct cfg_segment *segment = &object->u.segment;
    struct item *item;
    size_t i;

    if (segment->lock.name != NULL) {
        item = add_item(inventory, object, set);
        item->spec.kind = SHMB_MUTEX;
        item->spec.name = segment->lock.name;
        item->readers_may_wait = segment->lock.readers_may_wait;
    }
    for (i = 0; i < SHMB_CHANGE_EVENTS && segment->notify.events[i] != NULL; i++) {
        item = add_item(inventory, object, set);
        item->spec.kind = SHMB_EVENT;
        item->spec.name = segment->notify.events[i];
        item->spec.manual_reset = true;
    }
    item = add_item(inventory, object, set);
    item->spec.size = segment->size;
    item->lock = segment->lock.name;
    /* A new section holds zeros: nothing to write where zeros are asked for. */
    if (segment->initial.length > 0 || segment->initial.fill != 0)
        item->initial = &segment->initial;
    item->initialised = item->initial != NULL || segment->initial.place.line != 0;
    inventory->keeps |= segment->keep;
    if (segment->keep)
        item->kept = calloc(1, sizeof(*item->kept));
    return !segment->keep || item->kept != NULL;
}

/* False: no memory. */
static bool add_object(struct inventory *inventory, const struct cfg_object *object, size_t set)
{
    struct item *item;

    inventory->aliases |= object->alias;
    if (object->kind == SHMB_SECTION)
        return add_segment(inventory, object, set);
    item = add_item(inventory, object, set);
    if (object->kind == SHMB_EVENT) {
        item->spec.manual_reset = object->u.event.manual_reset;
    } else if (object->kind == SHMB_SEMAPHORE) {
        item->spec.initial = object->u.semaphore.initial;
        item->spec.maximum = object->u.semaphore.maximum;
    }
    return true;
}

static enum sys_status expand(struct build *b, const struct cfg *configuration)
{
    enum sys_status result = SYS_OK;
    size_t i;

    if (configuration->directory != NULL)
        result =
            access_of(b, configuration->directory, SHMB_SECTION, false, &b->inventory->directory);
    for (i = 0; i < configuration->count && result != SYS_NO_MEMORY; i++) {
        const struct cfg_object *object = &configuration->objects[i];
        size_t set = 0;
        enum sys_status status =
            access_of(b, object->access, object->kind, object->integrity.low, &set);

        if (status == SYS_NO_MEMORY)
            return status;
        if (status != SYS_OK)
            result = status;
        else if (!add_object(b->inventory, object, set))
            return SYS_NO_MEMORY;
    }
    return result;
}

enum sys_status inventory_build(const struct cfg *configuration, struct trustees *known,
                                struct cfg_messages *messages, struct inventory **out)
{
    struct build b = {.known = known, .messages = messages};
    enum sys_status status = SYS_NO_MEMORY;

    *out = NULL;
    if (build_init(&b, configuration))
        status = expand(&b, configuration);
    build_end(&b);
    if (status == SYS_OK)
        *out = b.inventory;
    else
        inventory_free(b.inventory);
    return status;
}

bool item_is_held(const struct item *item)
{
    return item->state == ITEM_HELD || item->state == ITEM_DEFERRED;
}

uint32_t item_hash(const struct item *item)
{
    return item->hash != 0 ? item->hash : shmb_name_hash(item->spec.name, strlen(item->spec.name));
}

void item_set_hash(struct item *item)
{
    item->hash = item_hash(item);
}

bool item_is_kept(const struct item *item)
{
    return item->kept != NULL && item_is_held(item) && item->spec.kind == SHMB_SECTION;
}

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *made = malloc(size);

    if (made != NULL)
        memcpy(made, text, size);
    return made;
}

void item_set_reason(struct item *item, const char *reason)
{
    free(item->reason);
    item->reason = reason != NULL ? copy(reason) : NULL;
}

bool inventory_keep(struct inventory *inventory, const struct item *item, size_t access,
                    const struct cfg_object *from)
{
    struct item *kept;

    if (inventory->count == inventory->room) {
        struct item *items = realloc(inventory->items, inventory->room * 2 * sizeof(*items));

        if (items == NULL)
            return false;
        inventory->items = items;
        inventory->room *= 2;
    }
    kept = &inventory->items[inventory->count];
    *kept = (struct item){.spec = item->spec,
                          .from = from,
                          .readers_may_wait = item->readers_may_wait,
                          .access = access,
                          .audit = from->audit.on,
                          .held_back = inventory->sets[access].held_back};
    kept->own_text = copy(item->spec.name);
    if (kept->own_text == NULL)
        return false;
    kept->spec.name = kept->own_text;
    inventory->count++;
    return true;
}

const struct access_rule *inventory_rules(const struct inventory *inventory, size_t access,
                                          size_t *count)
{
    *count = inventory->sets[access].count;
    return inventory->sets[access].rules;
}

const char *inventory_label(const struct inventory *inventory, size_t access)
{
    return inventory->sets[access].label;
}

const struct sddl *inventory_exact(const struct inventory *inventory, size_t access,
                                   enum shmb_kind kind)
{
    const struct access_set *set = &inventory->sets[access];

    return set->exact != NULL && set->kind == kind ? set->exact : NULL;
}
