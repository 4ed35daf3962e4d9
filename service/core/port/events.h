/*
 * events.h - the events an operator acts on, by number.
 *
 * What each event means, what to do about it ("To do:"), and its inserts (%1, %2, ...). The texts
 * are in service/win32/events/messages.mc; a test compares the two. service/events.md is made from
 * both (tests/checks/events.py).
 * Numbers never change and are never reused: filters and monitoring rules of
 * administrators name them.
 *
 * As an insert, the name of an object includes its Global\.
 *
 *   100-199 the service (120-129 its keeper)   200-299 the configuration   300-309 objects
 *   310-319 the publication: ShmBroker.Directory, its tables, control sections, ShmBroker.Report
 *   320-329 copies of segments with keep: reboot
 *   330-339 access and control sections that others have changed, and auditing
 *   340-342 plain names in sessions   343-345 fast locks and their slots   349-359 queues
 *   360-369 files for other programs: metrics, log   370-379 objects on request
 */
#ifndef EVENTS_H
#define EVENTS_H

/* All numbers are in this range. */
#define EVENT_FIRST 100
#define EVENT_LAST  399

enum event_id {
    /*
     * Information. The broker runs and holds all objects that the files ask for.
     * %1 version  %2 configuration file  %3 number of objects
     */
    EVENT_RUNNING = 100,
    /*
     * Warning. The broker runs, but objects are missing. Each missing one has an event of its own
     * and is retried; all others are served. To do: Look at the event of each missing object (300,
     * 301), or run: shmbroker status
     * %1 version  %2 configuration file  %3 objects held  %4 objects missing
     */
    EVENT_RUNNING_INCOMPLETE = 101,
    /*
     * Information. Stopped on request.
     * %1 number of objects released
     */
    EVENT_STOPPED = 102,
    /*
     * Warning. The broker runs and holds all objects of the configuration it serves, but not
     * everything in the files is in force: an included file is left out, the last good
     * configuration replaces the main file, an account is pending, there is no keeper, an object is
     * deferred, not audited or without its access, a plain name leads elsewhere, a copy failed, or
     * the directory or the report could not be made. To do: Run: shmbroker status. It names each
     * reason and what to do.
     * %1 version  %2 configuration file  %3 number of objects  %4 the reasons, a line each
     */
    EVENT_RUNNING_DEGRADED = 103,
    /*
     * Error. The token can own objects neither as the service SID nor as Administrators nor as
     * SYSTEM, so clients could not tell the broker's objects from those of others. To do: Run: sc
     * sidtype ShmBroker unrestricted, and start the service again; by its documentation the change
     * may need a restart of Windows.
     */
    EVENT_NO_OWNER = 110,
    /*
     * Error. Another broker runs on this machine; this one ended. To do: To use this one, stop the
     * other one first.
     */
    EVENT_SECOND_BROKER = 111,
    /*
     * Warning. Another program holds the name that prevents a second broker; the broker runs
     * without that safeguard, and retries (308). To do: End the program that holds the name;
     * shmbroker status names it.
     * %1 what is known of the holder
     */
    EVENT_INSTANCE_SQUATTED = 112,
    /*
     * Error. The broker could not start. To do: Correct what failed, then run: shmbroker start
     * %1 what failed
     */
    EVENT_START_FAILED = 113,
    /*
     * Error. The state folder was written by a newer broker; this one changed nothing and ended. To
     * do: Install that version again, or delete the files in the folder. Leave the folder: the
     * service has no right to make it again.
     */
    EVENT_STATE_NEWER = 114,
    /*
     * Error. The state cannot be read or written. Objects are served, but a later start may not
     * recognise them as its own. Or the last good configuration cannot be saved: a start with an
     * unusable main file would serve an older one, or nothing. Retried; meanwhile the broker is
     * degraded. To do: Look at the folder `state`: room on the disk, rights of the service account,
     * another program that holds the file.
     * %1 what failed
     */
    EVENT_STATE_FAILED = 115,
    /*
     * Warning. The state file is damaged. What comes before the damage is used, and the file is
     * written anew. Objects whose records are lost are adopted only if the service SID owns them;
     * others stay taken (300) until programs and the keeper have closed them. To do: Check the
     * disk. End the programs that hold objects that stay taken.
     * %1 from where on, and how much  %2 the name of the file where the damaged one is saved
     */
    EVENT_STATE_DAMAGED = 116,
    /*
     * Information. After 115: it is written again.
     * %1 what
     */
    EVENT_STATE_RECOVERED = 117,
    /*
     * Warning. The keeper, the process that holds the objects while the broker does not run, ended
     * and was replaced. To do: Find out what killed it.
     * %1 its process  %2 the new process
     */
    EVENT_KEEPER_REPLACED = 120,
    /*
     * Error. The keeper could not be started, or could not be given objects. All objects are
     * served, but if the broker crashes now, those that no program has open are lost. Retried. To
     * do: Correct what failed, such as a virus scanner that blocks shmbroker.exe.
     * %1 what failed
     */
    EVENT_KEEPER_FAILED = 121,
    /*
     * Information. After 121: the keeper now holds all objects.
     * %1 its process
     */
    EVENT_KEEPER_RECOVERED = 122,
    /*
     * Warning. Objects that a broker held in this boot were gone and were created again, with new
     * content: broker and keeper had both ended, `hold_for` had run out, or another program had
     * taken them over (300). Logged when they are created: at the start, at a retry or at a reload.
     * To do: Restart the programs that rely on the former content. Find out what ended broker and
     * keeper, or set a longer `hold_for`.
     * %1 how many  %2 their names, or the first of them
     */
    EVENT_OBJECTS_LOST = 123,
    /*
     * Information. Stopped on request; the keeper holds the objects for the next start, or, where
     * this start has made none, a former one that still runs.
     * %1 number of objects  %2 how long
     */
    EVENT_STOPPED_HELD = 124,
    /*
     * Warning. The keeper of an earlier broker cannot be ended. Retried. To do: End the process in
     * an elevated prompt, or restart Windows.
     * %1 why
     */
    EVENT_KEEPER_STAYS = 125,
    /*
     * Warning. The keeper of an earlier broker is not ended, because it may hold objects that this
     * broker cannot adopt (300 names them), and its handles cannot be read. When `hold_for` has
     * passed since the earlier broker's end, that keeper ends, and what no program has open is
     * lost. Retried; when all are adopted, the keeper is ended. To do: If the objects are the
     * broker's, start the service under its former account before that time.
     * %1 number of objects
     */
    EVENT_KEEPER_SPARED = 126,
    /*
     * Warning. A program with full rights had shut the broker out of an object, or had changed its
     * owner, before the broker could correct it. The broker took the object back from the keeper of
     * an earlier broker, with its content, and corrected owner and access. To do: Find the program,
     * among the accounts with full, and give them write if that is enough.
     * %1 kind  %2 name  %3 the access it had -> the access it has, as SDDL
     */
    EVENT_OBJECT_TAKEN_BACK = 127,
    /*
     * Warning. Windows refused protections of the broker's own process; it serves without them. To
     * do: None, unless the reason names one.
     * %1 the protections, each with the reason
     */
    EVENT_HARDENING_REFUSED = 130,
    /*
     * Error. Programs or the keeper still hold the directory of a newer broker, whose format this
     * one does not know; it changed nothing and ended. To do: Install that version again; or
     * discard the objects: run shmbroker stop --release, and end these programs.
     */
    EVENT_DIRECTORY_NEWER = 131,
    /*
     * Warning. An administrator has switched off protections of the broker's own process, in the
     * registry value MitigationsOff. To do: Remove words that are no longer needed, correct what is
     * wrong, and restart the service.
     * %1 their words; unknown ones are marked, and switch nothing off. Or why the value cannot be
     * read: then nothing is switched off
     */
    EVENT_HARDENING_OFF = 133,
    /*
     * Information. The event log did not take these events when they happened, and has them with a
     * later time.
     * %1 number and time of each
     */
    EVENT_LOG_LATE = 134,
    /*
     * Warning. Events were lost: the event log did not take them, and too many waited, or it took
     * others but not these. To do: Run: shmbroker status. Look at the size of the application log.
     * %1 how many
     */
    EVENT_LOG_LOST = 135,

    /*
     * Error. The configuration has errors, nothing of it is served. To do: Correct the file, check
     * it with shmbroker check, and start the service again.
     * %1 configuration file  %2 number of errors  %3 the errors, a line each
     */
    EVENT_CONFIG_INVALID = 200,
    /*
     * Error. The configuration cannot be read. To do: Check that the file exists and that the
     * service account may read it, then start the service again.
     * %1 file  %2 why
     */
    EVENT_CONFIG_UNREADABLE = 201,
    /*
     * Warning. The configuration is used, with warnings. To do: Read the warnings; shmbroker check
     * FILE shows them, too.
     * %1 file  %2 the warnings, a line each
     */
    EVENT_CONFIG_WARNING = 202,
    /*
     * Information. The configuration was reloaded and is in force.
     * %1 configuration file  %2 what has changed, in numbers
     */
    EVENT_RELOADED = 210,
    /*
     * Error. The reload was refused: nothing has changed. To do: Correct the file, check it with
     * shmbroker check, then run: shmbroker reload
     * %1 configuration file  %2 why, a line each
     */
    EVENT_RELOAD_REFUSED = 211,
    /*
     * Error. The configuration cannot be used; the last good one is served instead. To do: Correct
     * the file, then run: shmbroker reload
     * %1 configuration file  %2 why, a line each
     */
    EVENT_LAST_GOOD_USED = 212,
    /*
     * Error. An included file cannot be used and is left out. To do: Correct the file, then run:
     * shmbroker reload
     * %1 file  %2 why, a line each
     */
    EVENT_INCLUDE_LEFT_OUT = 213,
    /*
     * Warning. A folder of the configuration cannot be watched, although `watch` is true. Retried.
     * To do: After a change run: shmbroker reload
     * %1 configuration file  %2 why
     */
    EVENT_WATCH_FAILED = 214,
    /*
     * Warning. Another program (a virus scanner, a backup, an editor) holds a file of the
     * configuration, so it cannot be read now. Retried until it can. To do: If it does not end,
     * close that program.
     * %1 file  %2 why  %3 what is done meanwhile
     */
    EVENT_CONFIG_HELD = 220,
    /*
     * Information. After 220: all files could be read again. What follows from them is logged as
     * with any reload.
     * %1 configuration file
     */
    EVENT_CONFIG_FREE = 221,

    /*
     * Warning. Conflict: the name is held by an object that the broker did not create. Retried. To
     * do: End the program that created the object; shmbroker status names it.
     * %1 kind  %2 name  %3 what is known of the holder
     */
    EVENT_OBJECT_CONFLICT = 300,
    /*
     * Error. The object could not be created. Retried. To do: Correct what the reason names, such
     * as memory or a missing file.
     * %1 kind  %2 name  %3 why
     */
    EVENT_OBJECT_FAILED = 301,
    /*
     * Information. After 300 or 301: the object is now held.
     * %1 kind  %2 name
     */
    EVENT_OBJECT_RECOVERED = 302,
    /*
     * Warning. A change to the object is deferred: it cannot be made while programs may have the
     * object open. To do: End the programs that use it and run: shmbroker reload --recreate NAME
     * %1 kind  %2 name  %3 why
     */
    EVENT_OBJECT_DEFERRED = 303,
    /*
     * Warning. An object of an earlier broker was adopted; its access differed from the
     * configuration and was corrected. To do: None, unless nobody changed the configuration: then
     * find out who changed the access.
     * %1 kind  %2 name  %3 the access it had -> the access it has, as SDDL
     */
    EVENT_OBJECT_ADOPTED = 304,
    /*
     * Error. The access of a held object could not be changed. Retried. To do: Correct what the
     * reason names.
     * %1 kind  %2 name  %3 why
     */
    EVENT_ACCESS_FAILED = 305,
    /*
     * Warning. An account cannot be resolved now, or has a deny that would lock out the broker. The
     * last known SID is used. Without one, objects are served without the account until it is
     * resolved, and an object that denies it something is not created. To do: Correct the name, or
     * make the domain controller reachable.
     * %1 account  %2 why  %3 what is done meanwhile
     */
    EVENT_TRUSTEE_PENDING = 306,
    /*
     * Information. After 306: the account now has its rights.
     * %1 account
     */
    EVENT_TRUSTEE_RESOLVED = 307,
    /* Information. After 112: the broker now holds the name that prevents a second broker. */
    EVENT_INSTANCE_RECOVERED = 308,

    /*
     * Warning. A program with full rights changed the access or the owner of an object; the broker
     * corrected it. Checked every minute, at each reload and at a stop. To do: Find the program,
     * among the accounts with full, and give them write if that is enough.
     * %1 kind  %2 name  %3 the access it had -> the access it has, as SDDL
     */
    EVENT_ACCESS_CORRECTED = 330,
    /*
     * Error. Objects with `audit: true` are not audited; everything else works. The service needs a
     * privilege that it does not have by default. To do: Run shmbroker install --audit, and start
     * the service again.
     * %1 how many  %2 why
     */
    EVENT_AUDIT_REFUSED = 331,
    /* Information. After 331: all objects with `audit: true` are now audited. */
    EVENT_AUDIT_RECOVERED = 332,
    /*
     * Warning. A program that may write the segments of a control section has damaged what only the
     * broker writes there, or a fast lock so that nobody could take it; the broker repaired it. The
     * next owner of such a lock is told SHMB_ABANDONED. Checked every minute and at each reload;
     * logged at most once a minute for a section. Until then, calls of the library on these
     * segments returned SHMB_STALE or SHMB_CORRUPT; their content is not concerned. The header of
     * the waiters section beside it concerns no call of the library, and accounts with read may
     * write there, too. To do: Find the program, among the accounts with write.
     * %1 name of the control section  %2 what was damaged  %3 names of its segments, or the first
     * of them
     */
    EVENT_CONTROL_REPAIRED = 335,
    /*
     * Warning. The same for the slots of fast locks: a program has damaged the header of their
     * section; the broker repaired it. To do: Find the program, among the accounts with write.
     * %1 name of the slots section
     */
    EVENT_SLOTS_REPAIRED = 343,
    /*
     * Warning. A configuration asks for more threads (max_lockers) than the slots of these locks
     * have, and programs may use the slots: their number stays as it is until a start that finds no
     * such slots, as after shmbroker stop --release when no program has the segments open. To do:
     * End the programs that have these segments open, run: shmbroker stop --release, and start the
     * service.
     * %1 name of the slots section  %2 how many there are  %3 how many are wanted
     */
    EVENT_SLOTS_DEFERRED = 344,
    /*
     * Warning. A thread held the fast lock of a segment that moves to another block, is made anew
     * or is retired, and did not release it within a second: the broker closed the lock. That
     * thread is told SHMB_STALE; the next one that takes the lock is told SHMB_ABANDONED. To do:
     * Find out why the thread held the lock so long.
     * %1 name of the segment  %2 the thread
     */
    EVENT_LOCK_CLOSED = 345,

    /*
     * Warning. A name of the publication is held by another program. All objects are served by
     * their own names. A control section gets another name for good; the directory and the report
     * have one until this name is free, which is retried. To do: End the program that created the
     * object with this name.
     * %1 name  %2 what is known of the holder
     */
    EVENT_PUBLICATION_CONFLICT = 310,
    /*
     * Error. A section of the publication could not be created. All objects are served by their own
     * names. Retried. To do: Correct what the reason names, such as memory.
     * %1 name  %2 why
     */
    EVENT_PUBLICATION_FAILED = 311,
    /*
     * Information. After 310 or 311: the section now exists.
     * %1 name
     */
    EVENT_PUBLICATION_RECOVERED = 312,

    /*
     * Information. A segment was created from its copy.
     * %1 kind  %2 name  %3 time of the copy
     */
    EVENT_COPY_RESTORED = 320,
    /*
     * Warning. The newest copy of a segment cannot be used; an older one was restored. The next
     * save renames the newest to a name that ends in .refused, or in .unread if it could not be
     * read: then it may be good. Until new content is saved it stays, and the next start that
     * creates the segment tries it again. To do: Look at the content. Find out what damaged the
     * file.
     * %1 kind  %2 name  %3 the files that cannot be used, and why  %4 time of the copy restored
     */
    EVENT_COPY_OLDER = 321,
    /*
     * Error. A segment has copies, but none can be used: it starts as if it had none. The next save
     * renames the newest to a name that ends in .refused, and each that could not be read to a name
     * that ends in .unread. To do: Restore the files of the folder `keep` from a backup: as for
     * 326.
     * %1 kind  %2 name  %3 the files that cannot be used, and why
     */
    EVENT_COPY_NONE = 322,
    /*
     * Error. A segment could not be saved; it is served, and its last copy stays. Retried. To do:
     * Correct what the reason names, such as a full disk; of a program that died while it wrote:
     * shmb repair NAME
     * %1 kind  %2 name  %3 why
     */
    EVENT_COPY_FAILED = 323,
    /*
     * Information. After 323: the segment is now saved.
     * %1 kind  %2 name
     */
    EVENT_COPY_SAVED = 324,
    /*
     * Warning. The size of a segment differs from that of its copy: the bytes that both have were
     * restored. To do: None, if the size was changed on purpose.
     * %1 kind  %2 name  %3 time of the copy, and the sizes
     */
    EVENT_COPY_RESIZED = 325,
    /*
     * Error. A segment was saved before, but all its copies are gone: the folder was emptied, or a
     * disk was restored. It begins with its initial content. To do: Stop the service, restore the
     * files of the folder `keep`, and start it while no program has the segment open.
     * %1 kind  %2 name  %3 time of the first copy
     */
    EVENT_COPIES_GONE = 326,

    /*
     * Warning. In a session, something else has the plain name of an object with `sessions: alias`:
     * programs of that session do not reach the object by it. Retried. To do: End the program that
     * has the name, or log off.
     * %1 name of the object  %2 number of the session  %3 what is known
     */
    EVENT_ALIAS_CONFLICT = 340,
    /*
     * Information. After 340: the plain name now leads to the object.
     * %1 name  %2 session
     */
    EVENT_ALIAS_RECOVERED = 341,
    /*
     * Error. The broker cannot create links in the sessions; everything else works. They need a
     * service that runs as LocalSystem. Retried. To do: Let the service run as LocalSystem, or
     * remove `sessions: alias`.
     * %1 why
     */
    EVENT_ALIAS_REFUSED = 342,

    /*
     * Warning. A program has damaged the header of a queue, or a lock of it; it was repaired. Until
     * then, calls of the library for it returned SHMB_STALE or SHMB_CORRUPT; its messages are not
     * concerned. To do: Find the program, among the accounts with write.
     * %1 name of the queue  %2 what was damaged
     */
    EVENT_QUEUE_REPAIRED = 349,

    /*
     * Warning. The file of `metrics` cannot be written; everything else works, and the broker is
     * degraded. Logged once for each cause; retried at the configured interval. To do: If it is
     * another program that holds the file, close it; else give the service account the right to
     * modify the folder, and nobody else who is no administrator.
     * %1 file  %2 why
     */
    EVENT_METRICS_FAILED = 360,
    /*
     * Information. After 360: the file is written again.
     * %1 file
     */
    EVENT_METRICS_RECOVERED = 361,
    /*
     * Warning. The file of `log` cannot be written; the event log has all events, and the broker is
     * degraded. Logged once for each cause; retried. To do: Correct what the reason names: the
     * folder, a full disk, the right of the service account to modify the folder, which nobody else
     * may have who is no administrator.
     * %1 file  %2 why
     */
    EVENT_LOG_FILE_FAILED = 362,
    /*
     * Information. After 362: the file is written again. The events in between are missing in it.
     * %1 file
     */
    EVENT_LOG_FILE_RECOVERED = 363,

    /*
     * Warning. Another program has the pipe through which programs ask for objects, so nobody can
     * ask this broker; everything else works, and the broker is degraded. The library asks nobody
     * but the broker. Logged once for each cause; retried. To do: End the program that has the pipe
     * ShmBroker.Requests.
     * %1 what is known of the program
     */
    EVENT_REQUESTS_TAKEN = 370,
    /*
     * Error. The pipe through which programs ask for objects could not be created, or has failed;
     * everything else works, and the broker is degraded. Logged once for each cause; retried. To
     * do: Correct what the reason names.
     * %1 what failed
     */
    EVENT_REQUESTS_FAILED = 371,
    /* Information. After 370 or 371: programs can ask for objects again. */
    EVENT_REQUESTS_RECOVERED = 372,
    /*
     * Information. An account has asked for objects, and a rule of `requests` allowed it. Logged
     * for the first object of a rule and an account at once, then at most every ten minutes for all
     * since then.
     * %1 name of the rule  %2 account  %3 number of objects  %4 the name of the last one
     */
    EVENT_REQUESTED = 373,
    /*
     * Warning. An account has asked for more than a quota, its rate or `limits` lets it have.
     * Logged at once for the first refusal of a rule and an account, then at most every ten minutes
     * for all since then. To do: Find out whether the account needs so much: then set a greater
     * number in the rule; else find the program that asks.
     * %1 name of the rule; "none" where no rule is for the name  %2 account  %3 number of refusals
     * %4 what is used up, with its numbers
     */
    EVENT_REQUEST_REFUSED = 374,
    /*
     * Warning. A rule allows an object, but another program has its name, or that of a companion;
     * the request was refused. Logged at once for the first refusal of a rule and an account, then
     * at most every ten minutes. To do: End the program that created the object.
     * %1 kind  %2 name  %3 account  %4 what is known of the holder
     */
    EVENT_REQUEST_CONFLICT = 375,
    /*
     * Error. A rule allows an object, but it could not be made; the request was refused. Logged at
     * once for the first refusal of a rule and an account, then at most every ten minutes. To do:
     * Correct what the reason names, such as memory.
     * %1 kind  %2 name  %3 account  %4 why
     */
    EVENT_REQUEST_FAILED = 376,
    /*
     * Warning. A reload has taken away objects that programs had asked for, because the rules no
     * longer allow them. Programs that have them open keep the memory; calls of the library on them
     * return SHMB_STALE. To do: None, if that was the purpose; else put back the rule; programs
     * have to ask again.
     * %1 configuration file  %2 number of objects  %3 their names, or the first of them
     */
    EVENT_GRANTS_RETIRED = 377,
    /*
     * Warning. A start did not take over objects that programs had asked for: the rules no longer
     * allow them, or their records cannot be used. What no program has open is gone. Not logged
     * after a restart of Windows, which leaves nothing of them. To do: Let the programs ask again:
     * restart them if they do not do so by themselves.
     * %1 number of objects  %2 why  %3 their names, or the first of them
     */
    EVENT_GRANTS_DROPPED = 378
};

#endif
