/*
 * start_type.h - when Windows starts the service: the words of `install --start-type`, what the
 * service has, and the record of what was chosen, with which `status --verify` compares.
 */
#ifndef START_TYPE_H
#define START_TYPE_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

enum start_type {
    START_TYPE_UNCHANGED, /* of an installed service; a new one gets AUTO */
    START_TYPE_AUTO,
    START_TYPE_DELAYED, /* automatic, after the other automatic services */
    START_TYPE_DEMAND,
    START_TYPE_DISABLED
};

/* auto, delayed-auto, demand, disabled. False: `word` is none of them. */
bool start_type_of_word(const char *word, enum start_type *out);
/* The word; "" for UNCHANGED, and for a type that no service of ours has. */
const char *start_type_word(enum start_type type);

/* For CreateServiceW (UNCHANGED: automatic) and ChangeServiceConfigW. */
DWORD start_type_to_create(enum start_type type);
DWORD start_type_to_change(enum start_type type);

/*
 * Sets whether an automatic start is delayed, if `type` asks for another value than the service
 * has. 0 or a Win32 code.
 */
DWORD start_type_set_delay(SC_HANDLE service, enum start_type type);

/* What the service has. `service`: opened with SERVICE_QUERY_CONFIG. UNCHANGED: another type. */
enum start_type start_type_now(SC_HANDLE service, const QUERY_SERVICE_CONFIGW *config);

/* Records what was chosen; UNCHANGED leaves the record as it is. 0 or a Win32 code. */
uint32_t start_type_remember(enum start_type type);
/* The recorded type; AUTO if there is none. */
enum start_type start_type_chosen(void);

#endif
