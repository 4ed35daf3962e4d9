/*
 * events.h - the events an operator acts on, by number.
 *
 * The reference: what each event means, its inserts (%1, %2, ...), and what to
 * do. The texts are in service/win32/messages.mc; a test holds the two against
 * each other. Numbers never change and are never used again: filters and
 * monitoring rules of administrators name them.
 *
 * The name of an object is an insert with its Global\.
 *
 *   100-199 the service   200-299 the configuration   300-309 objects
 *   310-319 the publication: ShmBroker.Directory, its tables, control sections, the report
 */
#ifndef EVENTS_H
#define EVENTS_H

enum event_id {
    /*
     * Information. The broker runs and holds everything its configuration names.
     * %1 version  %2 configuration file  %3 number of objects
     */
    EVENT_RUNNING = 100,
    /*
     * Warning. The broker runs, but not all objects could be had; each missing
     * one has an event of its own, is tried again, and all others are served.
     * %1 version  %2 configuration file  %3 objects held  %4 objects missing
     */
    EVENT_RUNNING_INCOMPLETE = 101,
    /* Information. Stopped as asked. %1 number of objects let go */
    EVENT_STOPPED = 102,
    /*
     * Error. The token can own objects neither as the service SID nor as
     * Administrators nor as SYSTEM, so clients could not tell the broker's
     * objects from a stranger's. Run: sc sidtype ShmBroker unrestricted
     */
    EVENT_NO_OWNER = 110,
    /* Error. Another broker runs on this machine; this one ended. */
    EVENT_SECOND_BROKER = 111,
    /*
     * Warning. The name that keeps two brokers apart is held by a stranger; the
     * broker runs without that safeguard. %1 what is known of the holder
     */
    EVENT_INSTANCE_SQUATTED = 112,
    /* Error. The broker could not start. %1 what failed */
    EVENT_START_FAILED = 113,

    /*
     * Error. The configuration has errors, nothing of it is served.
     * %1 configuration file  %2 number of errors  %3 the errors, a line each
     */
    EVENT_CONFIG_INVALID = 200,
    /* Error. The configuration cannot be read. %1 file  %2 why */
    EVENT_CONFIG_UNREADABLE = 201,
    /* Warning. The configuration is used, but look at this. %1 file  %2 the warnings, a line each
     */
    EVENT_CONFIG_WARNING = 202,

    /*
     * Warning. The name is held by an object the broker did not make. Tried
     * again until it can be had. %1 kind  %2 name  %3 what is known of the holder
     */
    EVENT_OBJECT_CONFLICT = 300,
    /* Error. The system refused to make the object. Tried again. %1 kind  %2 name  %3 why */
    EVENT_OBJECT_FAILED = 301,
    /* Information. An object that was in conflict or had failed is held now. %1 kind  %2 name */
    EVENT_OBJECT_RECOVERED = 302,

    /*
     * Warning. A name the broker publishes under is held by a stranger. All
     * objects are served by their plain names meanwhile. A control section gets
     * another name at once; the others are tried again until they can be had.
     * %1 name  %2 what is known of the holder
     */
    EVENT_PUBLICATION_CONFLICT = 310,
    /*
     * Error. The system refused to make a section of the publication. All
     * objects are served by their plain names meanwhile. Tried again.
     * %1 name  %2 why
     */
    EVENT_PUBLICATION_FAILED = 311,
    /* Information. A section of the publication that could not be had is there now. %1 name */
    EVENT_PUBLICATION_RECOVERED = 312
};

#endif
