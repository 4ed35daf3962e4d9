/*
 * A queue has three events: Q.lock, Q.items and Q.room. Their names are made and checked here;
 * clash.c compares them with all others.
 */
#include "read_queue.h"

#include "companion_name.h"
#include "directory.h"
#include "queue_layout.h"
#include "read_rights.h"
#include "read_text.h"

enum {
    KEY_SLOTS,
    KEY_SLOT_SIZE,
    KEY_PRODUCERS,
    KEY_CONSUMERS,
    KEY_OVERFLOW,
    KEY_MAX_LOCKERS,
    KEY_ACCESS,
    KEY_INTEGRITY,
    KEY_SDDL,
    KEY_AUDIT,
    KEY_COUNT
};

static const char *const keys[KEY_COUNT] = {"slots",    "slot_size",   "producers", "consumers",
                                            "overflow", "max_lockers", "access",    "integrity",
                                            "sddl",     "audit"};

/* Keys of segments. */
static const struct refused_key refused[] = {
    {"size", "the size of a queue follows from slots and slot_size; remove size"},
    {"lock", "a queue has a lock of its own; remove lock (max_lockers stands by itself)"},
    {"initial", "a queue is empty when it is created; remove initial"},
    {"notify", "programs can wait for the messages of every queue; remove notify"},
    {"sessions", "only programs that use the library can use a queue, and they do not need its "
                 "plain name; remove sessions"},
    {"keep", "a queue is not kept over a reboot: its programs have ended, and a copy would bring "
             "back messages that were read already; remove keep"},
    {"save_every", "a queue is not saved; remove save_every"},
    {NULL, NULL}};

/* Reads slots and slot_size, and checks what they come to. */
static void read_layout(struct reader *reader, const struct node *key,
                        const struct node *const *values, unsigned meant, const struct path *path,
                        struct cfg_queue *queue)
{
    const struct path slots = {path, keys[KEY_SLOTS], 0}, size = {path, keys[KEY_SLOT_SIZE], 0};
    uint64_t count = 0;

    if (values[KEY_SLOTS] != NULL &&
        read_number(reader, values[KEY_SLOTS], &slots, 1, SHMB_QUEUE_SLOTS_MOST, &count))
        queue->slots = (uint32_t)count;
    else if (values[KEY_SLOTS] == NULL && (meant & 1u << KEY_SLOTS) == 0)
        reader_error(reader, key, path, "a queue needs slots, such as slots: 1024");
    if (values[KEY_SLOT_SIZE] != NULL)
        queue->slot_size =
            (uint32_t)read_size(reader, values[KEY_SLOT_SIZE], &size, SHMB_QUEUE_SLOT_MOST,
                                "a message has 1 byte to 1 MiB");
    else if ((meant & 1u << KEY_SLOT_SIZE) == 0)
        reader_error(reader, key, path, "a queue needs a slot_size, such as slot_size: 256");
    if (queue->slots != 0 && queue->slot_size != 0 &&
        shmb_queue_size(queue->slots, queue->slot_size) > CFG_QUEUE_MAX)
        reader_error(reader, values[KEY_SLOTS], &slots,
                     "%lu slots of %lu bytes are more than the 1 GiB that a queue may have; write "
                     "at most %llu",
                     (unsigned long)queue->slots, (unsigned long)queue->slot_size,
                     (unsigned long long)shmb_queue_slots_in(CFG_QUEUE_MAX, queue->slot_size));
}

/* one or many. */
static void read_ends(struct reader *reader, const struct node *node, const struct path *path,
                      const char *key, bool *one)
{
    static const char *const words[] = {"many", "one"};
    const struct path below = {path, key, 0};
    size_t word;

    if (node != NULL && read_word(reader, node, &below, words, 2, &word))
        *one = word == 1;
}

static void read_overflow(struct reader *reader, const struct node *node, const struct path *path,
                          struct cfg_queue *queue)
{
    static const char *const words[] = {"block", "refuse", "drop oldest"};
    const struct path below = {path, keys[KEY_OVERFLOW], 0};
    size_t word;

    if (node != NULL && read_word(reader, node, &below, words, 3, &word))
        queue->overflow = (enum cfg_overflow)word;
}

static void name_events(struct reader *reader, const struct node *key, const struct path *path,
                        struct cfg_object *object)
{
    char name[COMPANION_BYTES];
    size_t i, length;

    for (i = 0; object->name != NULL && i < CFG_QUEUE_EVENTS; i++) {
        enum shmb_name_fault fault =
            companion_name(object->name, shmb_queue_suffixes[i], "", name, &length);

        if (fault != SHMB_NAME_OK) {
            reader_error(reader, key, path,
                         "%s (an event of the queue would be named %s%s; give the queue a shorter "
                         "name)",
                         shmb_name_fault_text(fault), object->name, shmb_queue_suffixes[i]);
            return;
        }
        object->u.queue.events[i] = reader_text(reader, name, length);
    }
}

void read_queue(struct reader *reader, const struct node *key, const struct node *node,
                const struct path *path, struct cfg_object *object)
{
    const struct path lockers = {path, keys[KEY_MAX_LOCKERS], 0};
    const struct node *values[KEY_COUNT];
    struct cfg_queue *queue = &object->u.queue;
    uint64_t most;
    unsigned meant;

    if (!read_keys_refusing(reader, node, path, keys, KEY_COUNT, refused, values, &meant))
        return;
    read_layout(reader, key, values, meant, path, queue);
    read_ends(reader, values[KEY_PRODUCERS], path, keys[KEY_PRODUCERS], &queue->one_producer);
    read_ends(reader, values[KEY_CONSUMERS], path, keys[KEY_CONSUMERS], &queue->one_consumer);
    read_overflow(reader, values[KEY_OVERFLOW], path, queue);
    most = queue->one_producer && queue->one_consumer ? CFG_LOCKERS_ONE : CFG_LOCKERS;
    if (values[KEY_MAX_LOCKERS] != NULL)
        read_number(reader, values[KEY_MAX_LOCKERS], &lockers, 1, SHMB_SLOTS_MOST, &most);
    queue->max_lockers = (uint32_t)most;
    /* The four keys from KEY_ACCESS on are in the order that read_rights expects. */
    read_rights(reader, key, &values[KEY_ACCESS], meant >> KEY_ACCESS, path, object);
    name_events(reader, key, path, object);
}
