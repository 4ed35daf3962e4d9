/*
 * published.h - reads what the broker publishes: the directory, which any user
 * may read, and the report, which is for administrators. Each is used only if
 * its owner proves that the broker made it.
 */
#ifndef SHMB_PUBLISHED_H
#define SHMB_PUBLISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"
#include "owner.h"
#include "section.h"
#include "status_report.h"

/* The current table. Pointers into it are valid until published_close. */
struct published {
    struct section_view mapped;
    struct shmb_table_view table;
};

/*
 * False, with nothing to close: there is no directory, this account may not read
 * it, or it is not the broker's.
 */
bool published_open(struct published *out);
void published_close(struct published *published);

/*
 * The process of the broker that made the directory, and the FILETIME when it started. False: as
 * published_open.
 */
bool published_broker(uint32_t *process, uint64_t *started);

/*
 * The version of that broker. False: as published_open, or its version does not tell; `out` is
 * empty.
 */
bool published_version(char out[SHMB_ROOT_VERSION]);

/* The SID that owns the directory, and so all objects. False: as published_open. */
bool published_owner(char owner[OWNER_SID_MAX]);

/* Maps a section of the broker by its name without Global\. False: nothing is mapped. */
bool published_map(const char *bare, uint64_t size, struct section_view *out);

/*
 * Reads the report; returns its text, freed with free(). NULL: there is none,
 * this account may not read it, or it is not the broker's.
 */
char *published_report(struct shmb_report *out);

/* The path of the configuration, from the report; freed with free(). NULL: as published_report. */
char *published_config(void);

#endif
