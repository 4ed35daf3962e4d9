/*
 * mirror_config.h - the configuration of shmbmirror: from YAML to a checked model.
 *
 * README.md of client/mirror describes the keys. Messages have file, line and column, and all of
 * them come at once, as those of the broker's own configuration.
 */
#ifndef MIRROR_CONFIG_H
#define MIRROR_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "messages.h"
#include "revision.h"

#define MIRROR_FILE_MAX      (1024u * 1024) /* bytes of the file */
#define MIRROR_PORT          6379u
#define MIRROR_PORT_SENTINEL 26379u
#define MIRROR_PLACES_MAX    32u
#define MIRROR_SEGMENTS_MAX  1000u
#define MIRROR_CHECK_MS      2000u
#define MIRROR_POLL_MS       50u
#define MIRROR_TIMEOUT_MS    2000u

enum mirror_servers { MIRROR_ONE, MIRROR_SENTINEL, MIRROR_CLUSTER };

struct mirror_place {
    const char *host;
    uint16_t port;
};

struct mirror_segment {
    const char *name; /* bare */
    bool publish, follow;
    uint64_t bandwidth; /* bytes a second, each way; 0: no limit */
    struct cfg_place place;
};

struct mirror_config {
    const char *file;
    enum mirror_servers servers;
    struct mirror_place *places;
    size_t place_count;
    const char *master; /* of MIRROR_SENTINEL */
    uint32_t database;
    bool tls;                                         /* rediss:// */
    const char *ca, *certificate, *key, *server_name; /* NULL: not written */
    struct cfg_place ca_place, certificate_place, key_place;
    const char *user, *password_file; /* NULL: not written */
    const char *sentinel_user, *sentinel_password_file;
    const char *bucket;
    const char *origin; /* NULL: the computer's name */
    uint32_t check_ms, poll_ms, timeout_ms;
    struct mirror_segment *segments;
    size_t count;
    const char *metrics; /* file; NULL: none */
    uint32_t metrics_ms;
    const char *log; /* file; NULL: none */
    uint64_t log_size;
    uint32_t log_former;
    bool log_json;
    const char *status; /* file; NULL: the default */
    struct cfg_arena *arena;
};

/*
 * Reads a text. `tls`: whether this program has TLS. As cfg_load; free `*out` with
 * mirror_config_free.
 */
enum cfg_result mirror_config_load(const char *file, const char *text, size_t length, bool tls,
                                   struct cfg_messages *messages, struct mirror_config **out);
void mirror_config_free(struct mirror_config *config); /* NULL is allowed */

#endif
