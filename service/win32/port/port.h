/*
 * port.h - the core's view of the system, on Win32: fills system.h's table.
 */
#ifndef PORT_H
#define PORT_H

#include <windows.h>

#include "event_sink.h"
#include "keeper.h"
#include "system.h"
#include "watch.h"

/* What differs between the service, `run` and `check`. A zeroed one reads and checks. */
struct port_host {
    HANDLE stop;             /* borrowed, manual reset, set: end; NULL: never */
    void (*progress)(void);  /* NULL: nobody waits */
    void (*running)(void);   /* NULL: nobody waits */
    HANDLE reload;           /* borrowed, automatic reset, set: read the configuration again */
    HANDLE sessions;         /* the same, set: sessions came or went; NULL: nobody tells */
    const char *state;       /* borrowed; folder of the broker's own files, NULL: the default */
    void (*saves)(bool any); /* NULL: nobody asks; see system.h */
    bool any_file;           /* files of the configuration need not be safe from others */
    bool (*releasing)(void); /* whether a stop is to let go of everything; NULL: never */
    const char *keeper;      /* borrowed; the executable that becomes the keeper, NULL: this one */
    bool console;            /* the user who started the broker may open the keeper as well */
    bool recreate;           /* names to be made anew come from the registry; else never any */
};

/* Lives on the broker's thread from port_open to port_close. */
struct port {
    struct port_host host;
    struct event_sink *sink; /* borrowed; NULL: events go nowhere */
    HANDLE instance;         /* owned: NULL before claim */
    struct watch *watch;     /* owned: NULL: watches nothing */
    struct keeper keeper;
};

/* Fills `out`, which refers to `port` from then on. */
void port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
               struct system *out);

/* Called by the thread that ran the broker, after it: lets another broker start. */
void port_close(struct port *port);

#endif
