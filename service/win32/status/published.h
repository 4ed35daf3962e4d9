/*
 * published.h - reads what the broker has published: the directory, which any
 * user may read, and the report, which is for administrators.
 */
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "owner.h"
#include "section.h"
#include "status_report.h"

/* The table that holds now; pointers into it live until published_close. */
struct published {
    struct section_view mapped;
    struct shmb_table_view table;
};

/*
 * False, and nothing to close: there is no directory, or it is not for this
 * account, or not the broker's.
 */
bool published_open(struct published *out);
void published_close(struct published *published);

/* The broker that made the directory there is; 0: as published_open. */
uint32_t published_process(void);

/* The SID that owns the broker's directory, and so its objects. False: as published_open. */
bool published_owner(char owner[OWNER_SID_MAX]);

/*
 * The report, its text to be freed with free(). NULL: there is none, or it is
 * not for this account, or not the broker's.
 */
char *published_report(struct shmb_report *out);

#endif
