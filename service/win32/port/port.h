/*
 * port.h - fills system.h's table: the core's view of the system, on Win32.
 */
#ifndef PORT_H
#define PORT_H

#include <windows.h>

#include "event_sink.h"
#include "keeper.h"
#include "log_file.h"
#include "suspend.h"
#include "system.h"
#include "watch.h"

/* A content that is read as if it stood in its place; whether that is safe is not checked. */
struct port_candidate {
    const char *path;  /* borrowed, as the other two; another path that stands for the place, as
                          the main file, and its name in messages. NULL: none */
    const char *place; /* absolute: where it would be; relative paths in it start from there */
    const char *bytes;
    size_t length;
    bool included; /* set by the port: an include leads to the place */
};

/* What differs between the service, `run` and `check`. All zero: for reading and checking only. */
struct port_host {
    HANDLE stop;             /* borrowed, manual reset; set: stop. NULL: never */
    void (*progress)(void);  /* as system.h's; NULL: not called */
    void (*running)(void);   /* as system.h's; NULL: not called */
    struct suspend *suspend; /* borrowed; asks for a save before the machine sleeps, or NULL */
    HANDLE reload;           /* borrowed, automatic reset; set: reload */
    HANDLE sessions;         /* the same; set: sessions began or ended. NULL: not notified */
    const char *state;       /* borrowed; folder of the broker's own files, NULL: the default */
    void (*saves)(bool any); /* as system.h's; NULL: not called */
    bool any_file;           /* configuration files need not be safe from others */
    bool (*releasing)(void); /* true: a stop releases all objects. NULL: never */
    const char *keeper;      /* borrowed; the executable of the keeper, NULL: this one */
    bool console;            /* the user who started the broker may open the keeper, too */
    struct port_candidate *candidate; /* borrowed; NULL: none */
    bool recreate; /* names to recreate come from the registry; else there are none */
};

struct request_pipe;

#define PORT_FORMERS 64u /* keepers of earlier brokers; more are not known */

/* Lives on the broker's thread from port_open to port_close. */
struct port {
    struct port_host host;
    struct event_sink *sink;                       /* borrowed; NULL: events are dropped */
    HANDLE instance;                               /* owned; NULL before claim */
    LONG save;                                     /* number of the last request of `suspend` */
    struct watch *watch;                           /* owned; NULL: watches nothing */
    uint64_t logged[EVENT_LAST - EVENT_FIRST + 1]; /* how often, by number */
    struct keeper keeper;
    struct sys_keeper formers[PORT_FORMERS]; /* they may hold what this broker holds */
    size_t former_count;
    struct request_pipe *requests; /* owned; NULL: there is no pipe */
    struct log_file log;
};

/* Fills `out`, which refers to `port` until port_close. */
void port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
               struct system *out);

/* Call after the broker, on its thread: frees everything and lets another broker start. */
void port_close(struct port *port);

#endif
