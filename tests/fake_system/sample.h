/*
 * sample.h - configurations made by hand, for tests that do not read YAML.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "model.h"

struct sample {
    struct cfg cfg;
    struct cfg_object *objects;
    struct cfg_access *lists;
    struct cfg_trustee *trustees;
    size_t most, list_count, trustee_count;
};

/* Room for `most` objects, as many lists, and 4 trustees for each. */
void sample_init(struct sample *sample, size_t most);
void sample_free(struct sample *sample);

/*
 * A list written as "read Users, write CORP\\Traders"; split in place, so it
 * must be an array. Each list has a line of its own, counted from 1, and its
 * trustees the columns 1, 2, ...
 */
const struct cfg_access *sample_access(struct sample *sample, char *text);

/* `lock` may be NULL. The name serves as path too. */
struct cfg_object *sample_section(struct sample *sample, const char *name, uint64_t size,
                                  const char *lock, const struct cfg_access *access);
struct cfg_object *sample_mutex(struct sample *sample, const char *name,
                                const struct cfg_access *access);
struct cfg_object *sample_event(struct sample *sample, const char *name, bool manual_reset,
                                const struct cfg_access *access);
struct cfg_object *sample_semaphore(struct sample *sample, const char *name, int32_t initial,
                                    int32_t maximum, const struct cfg_access *access);

/* Eight slots of 100 bytes for two threads; its events are Q.lock, Q.items, Q.room. */
struct cfg_object *sample_queue(struct sample *sample, const char *name,
                                const struct cfg_access *access);

/*
 * One of each: section Prices with the lock Prices.lock and initial content,
 * section Plain, mutex Single, event Go, semaphore Licences: 6 objects. Users
 * read, CORP\Traders (S-1-5-21-1-2-3-1001) write.
 */
#define SAMPLE_RICH_OBJECTS 6
void sample_rich(struct sample *sample);

#endif
