/* Without a directory: what can be seen of the objects the configuration names. */
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_files.h"
#include "name_holder.h"
#include "owner.h"
#include "port.h"

#define UNKNOWN_BYTES (SYS_TEXT_MAX + 64)

/* Records why no objects are known. False: no memory. */
static bool set_unknown(struct status *status, const char *text)
{
    size_t size = strlen(text) + 1;

    status->unknown = malloc(size);
    if (status->unknown != NULL)
        memcpy(status->unknown, text, size);
    return status->unknown != NULL;
}

/* The state of a name: held only by an object of the right kind with a trusted owner. */
static enum status_state judge(const struct name_holder *holder, enum shmb_kind kind)
{
    if (holder->state == NAME_HOLDER_NONE)
        return STATUS_MISSING;
    /* A caller without rights on the object cannot see its owner. That is no fault. */
    if (holder->state == NAME_HOLDER_HIDDEN && holder->kind == shmb_kernel_kind(kind))
        return STATUS_HIDDEN;
    return holder->kind == shmb_kernel_kind(kind) && owner_trusted(holder->owner) ? STATUS_HELD
                                                                                  : STATUS_CONFLICT;
}

static bool ask_name(struct status *status, enum shmb_kind kind, const char *name, bool companion)
{
    struct status_object *object = status_add(status, kind, name, strlen(name));
    struct name_holder holder = {0};
    wchar_t full[OBJECT_NAME_UNITS];

    if (object == NULL)
        return false;
    object->companion = companion;
    if (name_holder_full_name(name, full))
        holder = name_holder_ask(full);
    object->state = judge(&holder, kind);
    status->incomplete |= object->state == STATUS_MISSING || object->state == STATUS_CONFLICT;
    if (object->state != STATUS_CONFLICT)
        return true;
    object->own_reason = malloc(NAME_HOLDER_TEXT_MAX);
    if (object->own_reason != NULL)
        name_holder_text(&holder, object->own_reason);
    object->reason = object->own_reason;
    return object->own_reason != NULL;
}

static bool ask_change_events(struct status *status, const struct cfg_notify *notify)
{
    size_t i;

    for (i = 0; notify != NULL && i < SHMB_CHANGE_EVENTS; i++)
        if (!ask_name(status, SHMB_EVENT, notify->events[i], true))
            return false;
    return true;
}

static bool ask_queue_events(struct status *status, const struct cfg_queue *queue)
{
    size_t i;

    for (i = 0; i < CFG_QUEUE_EVENTS; i++)
        if (!ask_name(status, SHMB_EVENT, queue->events[i], true))
            return false;
    return true;
}

static bool ask_lock(struct status *status, const struct cfg_lock *lock)
{
    const enum shmb_kind kind = lock->kind == CFG_LOCK_FAST ? SHMB_EVENT : SHMB_MUTEX;

    return lock->name == NULL || ask_name(status, kind, lock->name, true);
}

/* Tries each object and what belongs to it: its companions. False: no memory. */
static bool ask_all(struct status *status, const struct cfg *configuration)
{
    size_t i;

    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];

        if (object->kind == SHMB_SECTION && !ask_lock(status, &object->u.segment.lock))
            return false;
        if (object->kind == SHMB_SECTION && !ask_change_events(status, object->u.segment.notify))
            return false;
        if (object->kind == SHMB_QUEUE && !ask_queue_events(status, &object->u.queue))
            return false;
        if (object->kind == SHMB_SECTION && object->u.segment.snapshots != NULL &&
            !ask_name(status, SHMB_SECTION, object->u.segment.snapshots->name, true))
            return false;
        if (!ask_name(status, object->kind, object->name, false))
            return false;
    }
    return true;
}

static bool take_up(struct status *status, const struct config_files *configuration,
                    enum config_files_result result, const struct cfg_messages *messages)
{
    char text[UNKNOWN_BYTES];

    switch (result) {
    case CONFIG_FILES_OK:
        return ask_all(status, configuration->whole);
    case CONFIG_FILES_UNREADABLE:
        /* Access denied is normal for an ordinary user, not a fault. */
        status->incomplete |= configuration->files[0].status != SYS_DENIED;
        snprintf(text, sizeof(text), "the configuration cannot be read: %s",
                 configuration->files[0].why.text);
        return set_unknown(status, text);
    case CONFIG_FILES_INVALID:
        status->incomplete = true;
        snprintf(text, sizeof(text), "the configuration has %zu error%s; run shmbroker check",
                 messages->errors, messages->errors == 1 ? "" : "s");
        return set_unknown(status, text);
    default:
        return false;
    }
}

bool status_ask_names(struct status *status)
{
    const struct port_host host = {.any_file =
                                       true}; /* uses the names only, so a file need not be safe */
    const char *path = status->config;
    struct config_files configuration;
    enum config_files_result result;
    struct cfg_messages messages;
    struct system system;
    struct port port;
    bool enough;

    if (path == NULL) {
        status->incomplete = true;
        return set_unknown(status, "the path of the configuration is not known");
    }
    /* Only to read files: without events, and nothing is claimed. */
    port_open(&port, &host, NULL, &system);
    cfg_messages_init(&messages);
    result = config_files_read(&system, &path, 1, CONFIG_FILES_STRICT, CONFIG_FILES_PATIENCE_MS,
                               &messages, &configuration);
    enough = take_up(status, &configuration, result, &messages);
    config_files_free(&configuration);
    cfg_messages_free(&messages);
    port_close(&port);
    return enough;
}
