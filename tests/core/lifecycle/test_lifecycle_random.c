/*
 * Random lives of a broker against a model of the kernel's rules: it is
 * started, reloaded, stopped and started again while clients hold and let go,
 * strangers squat, and calls fail.
 *
 *   SHMB_SEEDS=N     how many sequences (800)
 *   SHMB_SEED=N      only this one
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "directory.h"
#include "fake_system.h"
#include "lifecycle.h"
#include "names.h"
#include "queue_layout.h"
#include "lock_word.h"
#include "slots.h"

#define FILE_NAME  "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define LIVES      3
#define WAITS      12
#define POOL       6
#define LOCKS      3 /* the first ones can be segments with a lock */
#define SEQUENCES  800
#define TEXT       2048
#define SEED_FIRST 1

/* What the tests know of a name of the pool. */
struct known {
    bool wanted;
    enum shmb_kind kind;
    unsigned size, access;
    unsigned lock; /* in lock_words */
    bool manual;
    /* as seen last */
    size_t serial, mark_serial;
    uint64_t generation;
    unsigned mark; /* in its content; 0: none */
    unsigned clients;
};

static const char *const names[POOL] = {"Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"};

static struct fake *fake;
static struct known now[POOL], next[POOL]; /* in force; asked for */
static uint64_t seed, state_of_random;
static bool asked;     /* a reload is under way */
static bool disturbed; /* in this sequence a call was made to fail */
static bool failing;   /* and one may still */
static size_t applied, refused;
static unsigned long checks;

static unsigned roll(unsigned sides)
{
    state_of_random = state_of_random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(state_of_random >> 33) % sides;
}

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(condition))                                                                          \
            fail_msg("seed %llu: %s", (unsigned long long)seed, #condition);                       \
    } while (0)

static const struct fake_object *held(const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    return object != NULL && object->handles > 0 ? object : NULL;
}

/* ---- a configuration ---- */

static void dream(struct known *wanted)
{
    size_t i;

    for (i = 0; i < POOL; i++) {
        struct known *one = &wanted[i];

        if (roll(3) != 0)
            continue;
        one->wanted = roll(4) != 0;
        if (roll(8) == 0 || i >= LOCKS)
            one->kind = (enum shmb_kind)(i >= LOCKS ? 1 + roll(3) : 0);
        one->kind = i < LOCKS ? SHMB_SECTION : one->kind;
        if (roll(4) == 0)
            one->size = roll(3);
        if (roll(3) == 0)
            one->access = roll(3);
        if (roll(5) == 0)
            one->lock = roll(3);
        if (roll(5) == 0)
            one->manual = !one->manual;
    }
}

static const char *access_words(const struct known *one)
{
    static const char *const words[] = {"write: Users", "write: Interactive",
                                        "write: [Users, Interactive]"};

    return words[one->access];
}

static void put_kind(char *text, enum shmb_kind kind, const char *head)
{
    static const unsigned sizes[] = {64, 65, 5000};
    static const char *const lock_words[] = {"lock: none, ", "",
                                             "lock: { kind: fast, max_lockers: 2 }, "};
    bool any = false;
    size_t i;

    for (i = 0; i < POOL; i++) {
        const struct known *one = &next[i];
        char more[96] = "";

        if (!one->wanted || one->kind != kind)
            continue;
        if (!any)
            strcat(text, head);
        any = true;
        if (kind == SHMB_SECTION)
            (void)sprintf(more, "size: %u, %s", sizes[one->size], lock_words[one->lock]);
        else if (kind == SHMB_EVENT)
            (void)sprintf(more, "reset: %s, ", one->manual ? "manual" : "auto");
        else if (kind == SHMB_SEMAPHORE)
            (void)sprintf(more, "initial: 1, maximum: %u, ", 2 + one->size);
        (void)sprintf(text + strlen(text), "  %s: { %saccess: { %s } }\n", names[i], more,
                      access_words(one));
    }
}

static void write_file(void)
{
    char text[TEXT] = "version: 1\n";

    put_kind(text, SHMB_MUTEX, "mutexes:\n  Always: { access: { write: Users } }\n");
    if (strlen(text) < 20)
        strcat(text, "mutexes:\n  Always: { access: { write: Users } }\n");
    put_kind(text, SHMB_SECTION, "segments:\n");
    put_kind(text, SHMB_EVENT, "events:\n");
    put_kind(text, SHMB_SEMAPHORE, "semaphores:\n");
    /* Layout and access go with those of the first name. */
    (void)sprintf(text + strlen(text),
                  "queues:\n  Line: { slots: %u, slot_size: 8, max_lockers: 2, access: { %s } }\n",
                  2 + next[0].size, access_words(&next[0]));
    CHECK(strlen(text) < TEXT);
    fake_file(fake, FILE_NAME, text);
}

/* ---- what must hold whenever the broker waits ---- */

static bool find_entry(const char *name, struct shmb_entry_view *entry)
{
    const struct fake_object *root = fake_find(fake, SHMB_ROOT_NAME), *table;
    char table_name[SHMB_TABLE_NAME_BYTES];
    struct shmb_root_slot slot;
    struct shmb_table_view view;

    if (root == NULL || root->handles == 0 || root->content == NULL ||
        shmb_root_read(root->content, root->content_length, &slot) != SHMB_READ_OK)
        return false;
    shmb_table_name(slot.suffix, table_name);
    table = fake_find(fake, table_name);
    /* The root never names a table that is not there. */
    CHECK(table != NULL && table->handles == 1);
    CHECK(shmb_table_check(table->content, table->content_length, &slot, &view) == SHMB_READ_OK);
    return shmb_table_find(&view, name, strlen(name), entry) == SHMB_READ_OK;
}

/* One object has one generation as long as it lives, another one a greater one. */
static void check_generation(struct known *one, const struct fake_object *object,
                             const struct shmb_entry_view *entry)
{
    if (one->serial == object->serial && !disturbed)
        CHECK(entry->entry.generation == one->generation);
    if (one->serial != object->serial)
        CHECK(entry->entry.generation > one->generation);
    one->serial = object->serial;
    one->generation = entry->entry.generation;
}

/* Content is nobody's business but the clients'. */
static void check_content(struct known *one, const struct fake_object *object)
{
    if (object->content == NULL || object->spec.kind != SHMB_SECTION)
        return;
    if (one->mark != 0 && one->mark_serial == object->serial)
        CHECK(object->content[0] == one->mark);
    one->mark = 1 + roll(255);
    one->mark_serial = object->serial;
    object->content[0] = (uint8_t)one->mark;
}

/* Section and mutexes of a fast lock are held; nobody has taken it. */
static void check_slots(const struct shmb_entry *entry)
{
    char name[SHMB_SLOT_NAME_BYTES];
    const struct fake_object *control;
    const struct shmb_block *block;
    uint32_t i;

    /* As configured, or the default where the configuration wants another kind of lock by now. */
    CHECK(entry->slots != 0 && (entry->slot_count == 2 || entry->slot_count == 1024));
    shmb_slots_name(entry->slots, name);
    CHECK(held(name) != NULL);
    for (i = 0; i < 2; i++) {
        shmb_slot_name(entry->slots, i, name);
        CHECK(held(name) != NULL);
    }
    shmb_control_name(entry->control, name);
    control = fake_find(fake, name);
    CHECK(control != NULL);
    block = shmb_control_block(control->content, control->content_length, entry->control_block);
    /* DIRTY where the former block went with a broker that was killed. */
    CHECK(block != NULL && block->generation == entry->generation &&
          (block->lock_word == 0 || block->lock_word == SHMB_LOCK_DIRTY));
}

static void check_name(size_t i)
{
    const struct fake_object *object = fake_find(fake, names[i]);
    struct known *one = &now[i];
    struct shmb_entry_view entry;
    bool listed = find_entry(names[i], &entry);

    if (object != NULL && object->stranger) {
        CHECK(object->handles == 0);
        CHECK(!listed || entry.entry.state != SHMB_ENTRY_HELD);
        return;
    }
    CHECK(object == NULL || object->handles <= 1);
    if (object != NULL && object->handles == 1)
        check_content(one, object);
    if (failing)
        return; /* the table may be behind */
    CHECK(listed == one->wanted);
    if (!listed) {
        CHECK(object == NULL || object->handles == 0);
        return;
    }
    CHECK((entry.entry.state == SHMB_ENTRY_HELD) == (held(names[i]) != NULL));
    if (entry.entry.state != SHMB_ENTRY_HELD)
        return;
    CHECK(entry.entry.kind == (uint32_t)object->spec.kind);
    if (object->spec.kind == SHMB_SECTION && !disturbed)
        CHECK(entry.entry.size == object->spec.size);
    if (object->spec.kind == SHMB_SECTION && entry.entry.lock_kind != SHMB_ENTRY_LOCK_NONE) {
        char lock[32];

        (void)snprintf(lock, sizeof(lock), "%s.lock", names[i]);
        CHECK(held(lock) != NULL || fake_find(fake, lock) != NULL);
    }
    if (entry.entry.lock_kind == SHMB_ENTRY_LOCK_FAST && !disturbed)
        check_slots(&entry.entry);
    check_generation(one, object, &entry);
}

/* A listed queue has its header, and nobody is in its lock. */
static void check_queue(void)
{
    const struct fake_object *object = held("Line");
    const struct shmb_queue_header *header;
    struct shmb_queue_header wanted;
    struct shmb_entry_view entry;
    char slots[SHMB_SLOTS_NAME_BYTES];

    if (failing || disturbed)
        return;
    CHECK(find_entry("Line", &entry));
    CHECK((entry.entry.state == SHMB_ENTRY_HELD) == (object != NULL));
    if (object == NULL)
        return;
    CHECK(entry.entry.kind == SHMB_QUEUE && entry.entry.size == object->spec.size);
    shmb_queue_fill_header(entry.entry.queue_slots, entry.entry.queue_slot_size, entry.entry.flags,
                           entry.entry.generation, &wanted);
    header = (const struct shmb_queue_header *)(const void *)object->content;
    CHECK(memcmp(header, &wanted, offsetof(struct shmb_queue_header, tail)) == 0);
    CHECK(entry.entry.slots != 0);
    shmb_slots_name(entry.entry.slots, slots);
    CHECK(held(slots) != NULL);
}

/* What was asked for is in force; what has been seen stays. */
static void take_over(void)
{
    size_t i;

    for (i = 0; i < POOL; i++) {
        now[i].wanted = next[i].wanted;
        now[i].kind = next[i].kind;
        now[i].size = next[i].size;
        now[i].access = next[i].access;
        now[i].lock = next[i].lock;
        now[i].manual = next[i].manual;
    }
}

static void settle(void)
{
    size_t i, reloads = fake_event_count(fake, EVENT_RELOADED);
    size_t refusals = fake_event_count(fake, EVENT_RELOAD_REFUSED);

    if (asked) {
        CHECK(reloads + refusals == 1);
        /* Without a fault there is no reason to refuse. */
        CHECK(refusals == 0 || failing);
        applied += reloads;
        refused += refusals;
        if (reloads == 1)
            take_over();
    }
    asked = false;
    fake_forget_events(fake);
    for (i = 0; i < POOL; i++)
        check_name(i);
    check_queue();
}

/* ---- what may happen ---- */

static void squat(const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    if (object == NULL)
        fake_occupy(fake, name, SHMB_MUTEX, "a mutex owned by CORP\\bob");
    else if (object->stranger)
        fake_vacate(fake, name);
}

static void hold_or_let_go(struct known *one, const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    if (one->clients > 0) {
        fake_client_close(fake, name);
        one->clients--;
    } else if (object != NULL && !object->stranger) {
        fake_client_open(fake, name);
        one->clients++;
    }
}

static void happen(void)
{
    size_t i = roll(POOL);

    switch (roll(8)) {
    case 0:
    case 1:
    case 2:
        memcpy(next, now, sizeof(next));
        dream(next);
        write_file();
        if (roll(4) == 0)
            fake_anew(fake, names[i]);
        asked = true;
        fake_wake(fake, SYS_WAKE_RELOAD);
        break;
    case 3:
        squat(names[i]);
        break;
    case 4:
    case 5:
        hold_or_let_go(&now[i], names[i]);
        break;
    default:
        break;
    }
    if (failing) {
        fake_fail_nth(fake, 0, SYS_OK);
        failing = false; /* what it spoiled is mended by the retry that follows */
    }
}

static void disturb(void)
{
    static const enum sys_status kinds[] = {SYS_TAKEN, SYS_DENIED, SYS_NO_MEMORY, SYS_FAILED};

    if (roll(5) != 0)
        return;
    fake_fail_nth(fake, fake_can_fail_calls(fake) + 1 + roll(40), kinds[roll(4)]);
    failing = disturbed = true;
}

static size_t first_wait;
static bool mending; /* nothing happens at this wait but a retry: what failed comes right */

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    (void)number;
    fake_wake(fake, SYS_WAKE_TIMEOUT);
    if (failing && !mending) {
        settle();
        fake_fail_nth(fake, 0, SYS_OK);
        mending = true;
        return;
    }
    if (mending) {
        mending = failing = false;
    }
    settle();
    happen();
    disturb();
}

/* ---- sequences ---- */

static void begin(uint64_t which)
{
    seed = which;
    state_of_random = which * UINT64_C(0x9E3779B97F4A7C15);
    fake = fake_new();
    if (roll(2) == 0)
        fake_owner(fake, "S-1-5-80-1-2-3-4-5");
    memset(now, 0, sizeof(now));
    memset(next, 0, sizeof(next));
    dream(next);
    write_file();
    memcpy(now, next, sizeof(now));
    asked = disturbed = failing = mending = false;
    fake_on_wait(fake, on_wait);
}

static void end(void)
{
    size_t i;

    for (i = 0; i < POOL; i++)
        while (now[i].clients > 0)
            hold_or_let_go(&now[i], names[i]);
    fake_free(fake);
}

static void live_once(void)
{
    enum shmb_exit code;

    first_wait = fake_calls(fake, FAKE_WAIT);
    fake_stop_at(fake, FAKE_WAIT, first_wait + WAITS);
    code = lifecycle_run(fake_system(fake), FILE_NAME);
    CHECK(code == SHMB_EXIT_DONE);
    /* Nothing is held, what clients hold lives on. */
    CHECK(fake_held(fake) == 0 && fake_published(fake) == 0);
    /* The next start reads what the file says now. */
    take_over();
    asked = failing = mending = false;
    fake_fail_nth(fake, 0, SYS_OK);
    fake_forget_events(fake);
    fake_clock(fake, FAKE_STARTED + fake_calls(fake, FAKE_WAIT) * 1000);
}

static void sequences(void **state)
{
    const char *only = getenv("SHMB_SEED"), *count = getenv("SHMB_SEEDS");
    unsigned long first = only != NULL ? strtoul(only, NULL, 10) : SEED_FIRST;
    unsigned long number = count != NULL ? strtoul(count, NULL, 10) : SEQUENCES, i;
    int life;

    (void)state;
    if (only != NULL)
        number = 1;
    for (i = 0; i < number; i++) {
        begin(first + i);
        for (life = 0; life < LIVES; life++)
            live_once();
        end();
    }
    print_message("seeds %lu to %lu: %lu reloads applied, %lu refused, %lu checks\n", first,
                  first + number - 1, (unsigned long)applied, (unsigned long)refused, checks);
    if (only == NULL)
        assert_true(applied > number && refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sequences)};

    return cmocka_run_group_tests_name("test_lifecycle_random", tests, NULL, NULL);
}
