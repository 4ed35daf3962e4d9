/*
 * The order of an update is: root, report, control sections, table, text of the report. What a
 * table lists as held is recorded in the state and given to the keeper, as far as possible, before
 * the root names the table.
 */
#include "publication.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "compiler.h"
#include "control_sets.h"
#include "directory.h"
#include "directory_table.h"
#include "former_table.h"
#include "lock_slots.h"
#include "named_section.h"
#include "report.h"
#include "stamp.h"
#include "table_rows.h"
#include "trouble.h"

/* Who may read root and tables, unless the configuration says it. */
static const struct access_rule default_readers[] = {{SID_AUTHENTICATED, SHMB_LEVEL_READ}};

/* What events and the report call a table: its real name is random. */
#define ANY_TABLE SHMB_TABLE_PREFIX "*"

enum part { PART_ROOT, PART_TABLE, PART_CONTROL, PART_SLOTS, PART_REPORT, PARTS };

struct publication {
    const struct system *system;
    const struct sys_identity *identity;
    const struct inventory *inventory;
    uint64_t *stamp;
    struct state *state;
    struct named_section root, report;
    struct own_section table;    /* named by the root */
    struct own_section previous; /* the table before, for a client that has just read the root */
    struct lock_slots *slots;
    struct control_sets *controls;
    struct trouble troubles[PARTS], avoided;
    const struct report_broker *broker;
    const struct report_lines *copies;
    uint32_t *former; /* numbers of control sections that the former broker's table lists */
    size_t former_count;
    uint64_t revision; /* of the published table; 0: none */
    enum shmb_root_requests requests;
    bool newer; /* the root is a newer broker's: its layout is not known here */
    bool due;   /* the published table is out of date */
};

struct publication *publication_new(const struct system *system,
                                    const struct sys_identity *identity,
                                    const struct inventory *inventory, struct state *state,
                                    uint64_t *stamp)
{
    struct publication *publication = calloc(1, sizeof(*publication));

    if (publication == NULL)
        return NULL;
    publication->system = system;
    publication->identity = identity;
    publication->inventory = inventory;
    publication->stamp = stamp;
    publication->state = state;
    publication->slots = lock_slots_new(system, identity->owner, inventory, state);
    if (publication->slots != NULL)
        publication->controls =
            control_sets_new(system, identity->owner, inventory, state, publication->slots);
    if (publication->controls != NULL)
        return publication;
    lock_slots_free(publication->slots);
    free(publication);
    return NULL;
}

static const struct access_rule *readers(const struct publication *publication, size_t *count)
{
    const struct inventory *inventory = publication->inventory;

    if (inventory->directory != INVENTORY_NO_ACCESS)
        return access_sets_rules(inventory->sets, inventory->directory, count);
    *count = sizeof(default_readers) / sizeof(default_readers[0]);
    return default_readers;
}

/* The magic last: a client that sees it sees the whole header. */
static void write_root_header(struct shmb_root *root, const struct publication *publication)
{
    const struct sys_identity *identity = publication->identity;
    const char *version = report_version();

    root->abi_version = SHMB_ABI_VERSION;
    root->size = SHMB_ROOT_SIZE;
    root->broker_pid = identity->process;
    root->broker_started = identity->started;
    memset(root->version, 0, sizeof(root->version));
    memcpy(root->version, version, strlen(version) < sizeof(root->version) ? strlen(version) : 0);
    shmb_store32(&root->requests, (uint32_t)publication->requests);
    shmb_store32(&root->magic, SHMB_ROOT_MAGIC);
}

/* For adopting: false for a newer broker's root, which must stay as it is. */
static bool root_fits(void *context, const void *view)
{
    struct publication *publication = context;
    const struct shmb_root *root = view;

    publication->newer =
        shmb_load32(&root->magic) == SHMB_ROOT_MAGIC && root->abi_version > SHMB_ABI_VERSION;
    return !publication->newer;
}

/* True: the root was missing under its own name and is there now. */
static bool make_root(struct publication *publication)
{
    struct own_section_spec spec = {
        .name = SHMB_ROOT_NAME, .size = SHMB_ROOT_SIZE, .fits = root_fits, .context = publication};
    struct trouble *trouble = &publication->troubles[PART_ROOT];
    struct named_section *root = &publication->root;
    struct sys_failure why = {0};
    enum sys_status status;
    bool made;

    if (root->own.section != NULL)
        return false;
    spec.rules = readers(publication, &spec.rule_count);
    /* Adopted, if clients still hold it: they find this broker's tables through it. */
    status = named_section_make(publication->system, publication->identity->owner, &spec,
                                publication->state, root, &made, &why);
    if (publication->newer)
        return false;
    if (made && root->own.view != NULL)
        write_root_header(root->own.view, publication);
    else if (made)
        write_root_header(root->stand_in.view, publication);
    /* A second root, made later than the first one, lacks the table. */
    publication->due |= made && publication->revision != 0;
    if (status == SYS_OK)
        return trouble_end(trouble, publication->system);
    trouble_begin(trouble, publication->system, spec.name, status, &why);
    return false;
}

/* True: the report was missing under its own name and is there now. */
static bool make_report(struct publication *publication)
{
    const struct own_section_spec spec = {.name = SHMB_REPORT_NAME, .size = SHMB_REPORT_SIZE};
    struct trouble *trouble = &publication->troubles[PART_REPORT];
    struct sys_failure why = {0};
    enum sys_status status;
    bool made;

    if (publication->report.own.section != NULL)
        return false;
    status = named_section_make(publication->system, publication->identity->owner, &spec,
                                publication->state, &publication->report, &made, &why);
    if (status == SYS_OK)
        return trouble_end(trouble, publication->system);
    trouble_begin(trouble, publication->system, spec.name, status, &why);
    return false;
}

bool publication_begin(struct publication *publication)
{
    (void)make_root(publication);
    if (!publication->newer)
        (void)make_report(publication);
    return !publication->newer;
}

static enum sys_status too_large(struct sys_failure *why)
{
    return failure_reason(why, SYS_FAILED, "the directory would be too large");
}

/* Creates a table under a random name; the root does not name it yet. */
static enum sys_status make_table(struct publication *publication, struct shmb_root_slot *slot,
                                  struct own_section *out, struct sys_failure *why)
{
    const struct system *system = publication->system;
    const struct inventory *inventory = publication->inventory;
    char name[SHMB_TABLE_NAME_BYTES];
    struct own_section_spec spec = {.name = name};
    const struct table_rows rows = {inventory, publication->slots, publication->controls};
    struct directory_table table;
    enum sys_status status;

    memset(slot, 0, sizeof(*slot));
    if (!directory_table_plan(&table, (uint32_t)inventory->count, table_rows_text_bytes(inventory)))
        return too_large(why);
    status = system->random(system->self, slot->suffix, sizeof(slot->suffix), why);
    if (status != SYS_OK)
        return status;
    slot->revision = stamp_next(system, publication->stamp);
    shmb_table_name(slot->suffix, name);
    spec.size = table.size;
    spec.rules = readers(publication, &spec.rule_count);
    status = own_section_make(system, publication->identity->owner, &spec, out, why);
    if (status != SYS_OK)
        return status;
    directory_table_begin(&table, out->view, slot);
    table_rows_add(&rows, &table);
    own_section_unmap(system, out);
    return SYS_OK;
}

/* Clients find the new table from the last store on. `root` NULL: does nothing. */
static void write_root(struct shmb_root *root, const struct shmb_root_slot *slot)
{
    uint32_t next;

    if (root == NULL)
        return;
    next = root->publication + 1;
    if (next == 0)
        next = 2; /* 0 means no table; 2 has the same slot */
    /* Clients used this slot until the other one was published. */
    shmb_fence_release();
    root->slot[next & 1] = *slot;
    shmb_store32(&root->publication, next);
}

/* Creates a table, gives it to the keeper, and makes the root name it. */
static enum sys_status publish_table(struct publication *publication, struct sys_failure *why)
{
    const struct system *system = publication->system;
    struct shmb_root_slot slot;
    struct own_section table;
    size_t held;
    enum sys_status status = make_table(publication, &slot, &table, why);

    if (status != SYS_OK)
        return status;
    /* The keeper must hold what clients find. A failure is retried by keeper_policy.h. */
    (void)system->keepers.give(system->self, &held, NULL);
    write_root(publication->root.own.view, &slot);
    write_root(publication->root.stand_in.view, &slot);
    publication->revision = slot.revision;
    publication->due = false;
    own_section_end(system, &publication->previous);
    publication->previous = publication->table;
    publication->table = table;
    return SYS_OK;
}

/* True: published, after a failure before. */
static bool publish(struct publication *publication)
{
    struct trouble *trouble = &publication->troubles[PART_TABLE];
    struct sys_failure why = {0};
    enum sys_status status = publish_table(publication, &why);

    if (status == SYS_OK)
        return trouble_end(trouble, publication->system);
    trouble_begin(trouble, publication->system, ANY_TABLE, status, &why);
    return false;
}

/* Writes the report to each of the views that is not NULL. */
static void write_to(const struct publication *publication, void *const *views, size_t count)
{
    struct report_lines repaired = {0};
    const struct report_news news = {publication->inventory, publication->revision,
                                     publication->troubles,  PARTS,
                                     &publication->avoided,  &repaired,
                                     publication->broker,    publication->copies,
                                     publication->system};
    size_t i;

    control_sets_report(publication->controls, &repaired);
    lock_slots_report(publication->slots, &repaired);
    for (i = 0; i < count; i++)
        if (views[i] != NULL)
            report_write(views[i], &news);
    report_lines_free(&repaired);
}

static void write_report(struct publication *publication)
{
    void *const views[] = {publication->report.own.view, publication->report.stand_in.view};

    write_to(publication, views, 2);
}

void publication_report(struct publication *publication, void *copy)
{
    write_report(publication);
    write_to(publication, &copy, 1);
}

/*
 * Before a table names the control sections and slots, so that a later broker can adopt them. The
 * keeper gets them first: if this broker is killed now, the state names nothing that is gone.
 */
static void record_controls(struct publication *publication)
{
    const struct system *system = publication->system;
    struct sys_failure why = {0};
    size_t held;

    (void)system->keepers.give(system->self, &held, NULL);

    lock_slots_record(publication->slots, publication->state);
    control_sets_record(publication->controls, publication->state);
    state_tell(publication->state, state_commit(publication->state, &why), &why);
}

/* True: the control sections or slots were incomplete and are complete now. */
static bool update_controls(struct publication *publication)
{
    struct trouble *trouble = &publication->troubles[PART_CONTROL];
    struct trouble *slots_trouble = &publication->troubles[PART_SLOTS];
    bool troubled = trouble->cause != 0, slots_troubled = slots_trouble->cause != 0;
    struct slots_news slots =
        lock_slots_prepare(publication->slots, &publication->avoided, slots_trouble);
    struct control_news news =
        control_sets_prepare(publication->controls, &publication->avoided, trouble);

    publication->due |= news.changed || slots.changed;
    if (news.changed || slots.changed)
        record_controls(publication);
    return (troubled && news.complete) || (slots_troubled && slots.complete);
}

void publication_restore(struct publication *publication)
{
    lock_slots_restore(publication->slots);
    /* The root still names the former broker's table. */
    publication->former =
        former_table_controls(publication->system, publication->identity->owner, publication->state,
                              publication->root.own.view, &publication->former_count);
    control_sets_restore(publication->controls, publication->former, publication->former_count);
}

void publication_restore_slots(struct publication *publication)
{
    lock_slots_restore(publication->slots);
}

bool publication_update(struct publication *publication, bool changed)
{
    bool recovered = make_root(publication);

    recovered |= make_report(publication);
    publication->due |= changed;
    if (named_section_exists(&publication->root)) {
        recovered |= update_controls(publication);
        if (publication->due)
            recovered |= publish(publication);
        /* Only then does a client that opens a retired segment again learn that it is gone. */
        if (!publication->due)
            control_sets_leave_out(publication->controls);
        control_sets_repair_adopted(publication->controls);
    }
    write_report(publication);
    return recovered;
}

/* Sets the access list of the root, and of its stand-in, to the readers of the configuration. */
static enum sys_status protect_root(struct publication *publication, struct sys_failure *why)
{
    const struct system *system = publication->system;
    const struct descriptor_use use = {.kind = SHMB_SECTION};
    struct sys_descriptor *descriptor;
    size_t count;
    const struct access_rule *rules = readers(publication, &count);
    enum sys_status status = descriptor_build(system, publication->identity->owner, &use, rules,
                                              count, &descriptor, why);

    if (status == SYS_OK && publication->root.own.section != NULL)
        status =
            system->objects.protect(system->self, publication->root.own.section, descriptor, why);
    if (status == SYS_OK && publication->root.stand_in.section != NULL)
        status = system->objects.protect(system->self, publication->root.stand_in.section,
                                         descriptor, why);
    system->objects.descriptor_free(system->self, descriptor);
    return status;
}

static bool same_readers(const struct inventory *a, const struct inventory *b)
{
    const struct access_rule *of_a, *of_b;
    size_t count_a, count_b, i;

    if (a->directory == INVENTORY_NO_ACCESS || b->directory == INVENTORY_NO_ACCESS)
        return a->directory == b->directory;
    of_a = access_sets_rules(a->sets, a->directory, &count_a);
    of_b = access_sets_rules(b->sets, b->directory, &count_b);
    for (i = 0; count_a == count_b && i < count_a; i++)
        if (of_a[i].level != of_b[i].level || strcmp(of_a[i].sid, of_b[i].sid) != 0)
            return false;
    return count_a == count_b;
}

/* What publication_change replaces. */
struct served {
    const struct inventory *inventory;
    struct lock_slots *slots;
    struct control_sets *controls;
    bool due;
};

/* Makes slots and control sections for another inventory. On anything but SYS_OK there are none. */
static enum sys_status make_next(const struct publication *publication,
                                 const struct inventory *wanted, struct served *next,
                                 struct sys_failure *why)
{
    const char *owner = publication->identity->owner;

    *next = (struct served){.inventory = wanted, .due = true};
    next->slots = lock_slots_new(publication->system, owner, wanted, publication->state);
    if (next->slots != NULL)
        next->controls =
            control_sets_new(publication->system, owner, wanted, publication->state, next->slots);
    if (next->controls != NULL)
        return SYS_OK;
    lock_slots_free(next->slots);
    return failure_no_memory(why);
}

static void serve(struct publication *publication, const struct served *served)
{
    publication->inventory = served->inventory;
    publication->slots = served->slots;
    publication->controls = served->controls;
    publication->due = served->due;
}

static enum sys_status publish_next(struct publication *publication, bool other_readers,
                                    struct sys_failure *why)
{
    enum sys_status status = SYS_OK;

    if (!named_section_exists(&publication->root))
        return SYS_OK;
    (void)update_controls(publication);
    if (!control_sets_moved_all(publication->controls))
        return failure_reason(why, SYS_FAILED,
                              "no control section for a segment that gets another access, lock or "
                              "snapshots; the event before this one says why");
    if (other_readers)
        status = protect_root(publication, why);
    return status == SYS_OK ? publish_table(publication, why) : status;
}

static void record_generation(struct publication *publication, const struct item *item)
{
    const struct state_record *known = state_find(publication->state, item->spec.name);
    struct state_record record;

    if (known == NULL)
        return;
    record = *known;
    record.generation = item->generation;
    state_put(publication->state, &record);
}

/* Is it a queue that comes to use other slots with this reload? */
static bool queue_moves(const struct lock_slots *slots, const struct inventory *wanted, size_t item)
{
    return wanted->items[item].spec.kind == SHMB_QUEUE && item_is_held(&wanted->items[item]) &&
           !lock_slots_stay(slots, item);
}

/* The state gets slots and generation at once: a later broker finds both or neither. */
static void renumber_queues(struct publication *publication, struct inventory *wanted)
{
    size_t i;

    lock_slots_restore(publication->slots);
    for (i = 0; i < wanted->count; i++) {
        if (!queue_moves(publication->slots, wanted, i))
            continue;
        wanted->items[i].generation = stamp_next(publication->system, publication->stamp);
        record_generation(publication, &wanted->items[i]);
    }
}

static void renumber_undo(struct publication *publication, const struct served *next,
                          const size_t *origin)
{
    size_t i;

    for (i = 0; i < next->inventory->count; i++)
        /* One that only this reload has adopted has no other generation to go back to. */
        if (origin[i] < publication->inventory->count &&
            queue_moves(next->slots, next->inventory, i))
            record_generation(publication, &publication->inventory->items[origin[i]]);
}

enum sys_status publication_change(struct publication *publication, struct inventory *wanted,
                                   const size_t *origin, struct sys_failure *why)
{
    const struct served former = {publication->inventory, publication->slots, publication->controls,
                                  publication->due};
    bool other_readers = !same_readers(former.inventory, wanted);
    struct served next;
    enum sys_status status = make_next(publication, wanted, &next, why);

    if (status != SYS_OK)
        return status;
    status = lock_slots_inherit(next.slots, former.slots, origin, why);
    if (status == SYS_OK)
        status = control_sets_inherit(next.controls, former.controls, origin, why);
    if (status == SYS_OK) {
        /* The functions below work on these; a failure takes them back. */
        serve(publication, &next);
        renumber_queues(publication, wanted);
        status = publish_next(publication, other_readers, why);
    }
    if (status == SYS_OK) {
        control_sets_settle(next.controls, former.controls);
        lock_slots_settle(next.slots, former.slots);
        (void)trouble_end(&publication->troubles[PART_TABLE], publication->system);
        return SYS_OK;
    }
    serve(publication, &former);
    if (other_readers && named_section_exists(&publication->root))
        (void)protect_root(publication, NULL);
    renumber_undo(publication, &next, origin);
    control_sets_undo(next.controls, former.controls);
    lock_slots_undo(next.slots, former.slots);
    /* The state may have the places of this reload. */
    record_controls(publication);
    return status;
}

void publication_report_broker(struct publication *publication, const struct report_broker *broker)
{
    publication->broker = broker;
    write_report(publication);
}

void publication_report_copies(struct publication *publication, const struct report_lines *copies)
{
    publication->copies = copies;
    write_report(publication);
}

const struct shmb_block *publication_block(struct publication *publication, size_t item)
{
    return control_sets_map(publication->controls, item);
}

void publication_block_end(struct publication *publication, size_t item)
{
    control_sets_unmap(publication->controls, item);
}

void publication_repair(struct publication *publication, bool last)
{
    bool damaged = control_sets_repair(publication->controls, last);

    if (lock_slots_repair(publication->slots) || damaged)
        write_report(publication);
}

bool publication_needs_repair(const struct publication *publication)
{
    return control_sets_need_repair(publication->controls) ||
           lock_slots_need_repair(publication->slots);
}

void publication_requests(struct publication *publication, enum shmb_root_requests requests)
{
    struct shmb_root *const roots[] = {publication->root.own.view, publication->root.stand_in.view};
    size_t i;

    publication->requests = requests;
    for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
        if (roots[i] != NULL)
            shmb_store32(&roots[i]->requests, (uint32_t)requests);
}

bool publication_complete(const struct publication *publication)
{
    size_t i;

    for (i = 0; i < PARTS; i++)
        if (publication->troubles[i].cause != 0)
            return false;
    return !publication->due;
}

void publication_free(struct publication *publication)
{
    const struct system *system;

    if (publication == NULL)
        return;
    system = publication->system;
    named_section_end(system, &publication->root);
    own_section_end(system, &publication->table);
    own_section_end(system, &publication->previous);
    control_sets_free(publication->controls);
    lock_slots_free(publication->slots);
    free(publication->former);
    named_section_end(system, &publication->report);
    free(publication);
}

bool publication_queue_moved(struct publication *publication, size_t item)
{
    return lock_slots_take_move(publication->slots, item);
}

uint32_t publication_slots(const struct publication *publication, size_t item)
{
    uint32_t count;

    return lock_slots_find(publication->slots, item, &count) != 0 ? count : 0;
}
