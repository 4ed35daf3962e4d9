/*
 * events.h - the events an operator acts on, by number.
 *
 * The reference: what each event means, its inserts (%1, %2, ...), and what to
 * do. The texts are in service/win32/events/messages.mc; a test holds the two against
 * each other. Numbers never change and are never used again: filters and
 * monitoring rules of administrators name them.
 *
 * The name of an object is an insert with its Global\.
 *
 *   100-199 the service (120-129 its keeper)   200-299 the configuration   300-309 objects
 *   310-319 the publication: ShmBroker.Directory, its tables, control sections, the report
 *   320-329 copies of segments that outlive a reboot (keep: reboot)
 *   330-339 access that others have changed
 *   340-349 plain names in sessions
 */
#ifndef EVENTS_H
#define EVENTS_H

enum event_id {
    /*
     * Information. The broker runs and holds all objects that the files ask for.
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
     * Warning. The broker runs and holds all objects of the configuration it
     * serves, but not all is as the files ask for: an included file is left out,
     * the last good configuration stands in for the main file, an account is
     * pending, the keeper cannot be had, an object is deferred. shmbroker status shows what is left of it.
     * %1 version  %2 configuration file  %3 number of objects  %4 the reasons, a line each
     */
    EVENT_RUNNING_DEGRADED = 103,
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
     * broker runs without that safeguard. Tried again (308). %1 what is known of the holder
     */
    EVENT_INSTANCE_SQUATTED = 112,
    /* Error. The broker could not start. %1 what failed */
    EVENT_START_FAILED = 113,
    /*
     * Error. The state folder was written by a newer broker; this one ended and
     * touched nothing. Install that version again, or remove the folder.
     */
    EVENT_STATE_NEWER = 114,
    /*
     * Error. What the broker remembers cannot be read or written; objects are
     * served, but a later start may not know them. Tried again. %1 what failed
     */
    EVENT_STATE_FAILED = 115,
    /*
     * Warning. The keeper, the process that holds the objects over the broker's
     * own end, ended, and was made anew. Somebody has killed it. %1 its process
     * %2 the new one's
     */
    EVENT_KEEPER_REPLACED = 120,
    /*
     * Error. The system refused to make the keeper, or to give it objects. All
     * objects are served, but a crash of the broker now loses what no program
     * has open. Tried again. %1 what failed
     */
    EVENT_KEEPER_FAILED = 121,
    /* Information. The keeper that could not be had holds everything now. %1 its process */
    EVENT_KEEPER_RECOVERED = 122,
    /*
     * Warning. Objects that a former broker held were gone when this one started,
     * and have been made anew: broker and keeper were both killed, or `hold_for`
     * had passed. %1 how many  %2 their names, or the first of them
     */
    EVENT_OBJECTS_LOST = 123,
    /*
     * Information. Stopped as asked; the keeper goes on holding the objects for
     * the next start. %1 number of objects  %2 how long
     */
    EVENT_STOPPED_HELD = 124,
    /* Warning. The keeper of a former broker cannot be ended. Tried again. %1 why */
    EVENT_KEEPER_STAYS = 125,
    /*
     * Warning. The system refused protections of the broker's own process; it
     * serves without them. %1 the protections, each with the reason
     */
    EVENT_HARDENING_REFUSED = 130,
    /*
     * Error. Programs, or its keeper, still hold the directory of a newer broker,
     * whose order this one does not know; it ended and touched nothing. Install that
     * version again; or give them up: shmbroker stop --release, and end these programs.
     */
    EVENT_DIRECTORY_NEWER = 131,

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
     * Information. The configuration was read again and is in force.
     * %1 configuration file  %2 what has changed, in numbers
     */
    EVENT_RELOADED = 210,
    /*
     * Error. The configuration was read again and refused: nothing has changed.
     * %1 configuration file  %2 why, a line each
     */
    EVENT_RELOAD_REFUSED = 211,
    /*
     * Error. The configuration cannot be used; the one that was in force last is
     * served instead. %1 configuration file  %2 why, a line each
     */
    EVENT_LAST_GOOD_USED = 212,
    /* Error. An included file cannot be used and is left out. %1 file  %2 why, a line each */
    EVENT_INCLUDE_LEFT_OUT = 213,
    /*
     * Warning. A folder of the configuration cannot be watched, though `watch`
     * asks for it. Tried again; shmbroker reload works. %1 configuration file  %2 why
     */
    EVENT_WATCH_FAILED = 214,

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
     * Warning. The object is held as it is: it cannot become what the
     * configuration wants while somebody may have it open. End the programs that
     * use it and run: shmbroker reload --recreate NAME  %1 kind  %2 name  %3 why
     */
    EVENT_OBJECT_DEFERRED = 303,
    /*
     * Warning. An object of a former broker was taken over; its access was not
     * what the configuration says, and has been set right.
     * %1 kind  %2 name  %3 the access it had -> the access it has, as SDDL
     */
    EVENT_OBJECT_ADOPTED = 304,
    /*
     * Error. The access of a held object could not be changed. Tried again.
     * %1 kind  %2 name  %3 why
     */
    EVENT_ACCESS_FAILED = 305,
    /*
     * Warning. An account cannot be resolved now, or is denied something and turned out
     * to be one that may not be. The SID that is remembered of it is used; without one
     * objects are served without it, it gets its rights when it can be, and an object
     * that denies it something is held back.
     * %1 account  %2 why  %3 what is done meanwhile
     */
    EVENT_TRUSTEE_PENDING = 306,
    /* Information. An account that was pending has its rights now. %1 account */
    EVENT_TRUSTEE_RESOLVED = 307,
    /*
     * Information. The name that keeps two brokers apart, which a stranger held
     * (112), is the broker's now.
     */
    EVENT_INSTANCE_RECOVERED = 308,

    /*
     * Warning. Somebody who has `full` on an object has changed its access or its
     * owner; it has been put right. Looked for every minute and at each reload.
     * %1 kind  %2 name  %3 the access it had -> the access it has, as SDDL
     */
    EVENT_ACCESS_CORRECTED = 330,
    /*
     * Error. Objects with `audit: true` are not audited; everything else works. The
     * service needs a privilege, which is not its own by default: run
     * shmbroker install --audit, and start it again. %1 how many  %2 why
     */
    EVENT_AUDIT_REFUSED = 331,
    /* Information. All objects that are to be audited are. */
    EVENT_AUDIT_RECOVERED = 332,

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
    EVENT_PUBLICATION_RECOVERED = 312,

    /* Information. A segment was made with the content of its copy. %1 kind  %2 name  %3 of when */
    EVENT_COPY_RESTORED = 320,
    /*
     * Warning. The newest copy of a segment cannot be used, and an older one was
     * taken. The next save leaves the other one aside, with a name that ends in
     * .refused, or in .unread where it could not be read: that one may be good.
     * As long as nothing new is to be saved it stays, and the next start that makes
     * the segment tries it again. %1 kind  %2 name  %3 which files are refused, and why  %4 of when
     * the one is that was taken
     */
    EVENT_COPY_OLDER = 321,
    /*
     * Error. There are copies of a segment, but none is whole: it begins as if
     * there were none. The next save leaves the newest of them aside, with a name
     * that ends in .refused, and each that could not be read, with a name that ends
     * in .unread.
     * %1 kind  %2 name  %3 which files are refused, and why
     */
    EVENT_COPY_NONE = 322,
    /*
     * Error. A segment could not be saved; it is served, and its last copy stays.
     * Tried again. %1 kind  %2 name  %3 why
     */
    EVENT_COPY_FAILED = 323,
    /* Information. A segment that could not be saved has been. %1 kind  %2 name */
    EVENT_COPY_SAVED = 324,
    /*
     * Warning. The size of a segment is not that of its copy: as many bytes as
     * both have were carried over. %1 kind  %2 name  %3 of when and how many
     */
    EVENT_COPY_RESIZED = 325,

    /*
     * Warning. A session has something else under the plain name of an object
     * with `sessions: alias`: there, programs do not reach it by that name. Tried
     * again. End the program that has it, or log off.
     * %1 name of the object  %2 number of the session  %3 what is known
     */
    EVENT_ALIAS_CONFLICT = 340,
    /* Information. A plain name that was in conflict leads to the object now. %1 name  %2 session
     */
    EVENT_ALIAS_RECOVERED = 341,
    /*
     * Error. The system lets the broker make no links in the sessions; everything
     * else works. They need a service that runs as LocalSystem. Tried again. %1 why
     */
    EVENT_ALIAS_REFUSED = 342
};

#endif
