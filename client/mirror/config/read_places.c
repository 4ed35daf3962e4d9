#include "read_places.h"

#include <stdio.h>
#include <string.h>

#include "read_text.h"
#include "units.h"

#define ADDRESS "redis://host:6379, or host:6379"

/* An address as it is read: what is behind the scheme. */
struct address {
    const char *host;
    size_t host_length;
    uint64_t port, database;
    bool tls, has_database;
};

/* The port and the database. False: no address. */
static bool read_tail(const char *at, const char *end, struct address *out)
{
    const char *slash = memchr(at, '/', (size_t)(end - at));
    const char *stop = slash != NULL ? slash : end;

    if (at < stop &&
        (*at != ':' || units_number(at + 1, (size_t)(stop - at - 1), &out->port) != UNITS_OK ||
         out->port == 0 || out->port > 65535))
        return false;
    if (slash == NULL || slash + 1 == end)
        return true;
    out->has_database = true;
    return units_number(slash + 1, (size_t)(end - slash - 1), &out->database) == UNITS_OK &&
           out->database < 100000;
}

static bool read_address(const char *text, size_t length, struct address *out)
{
    const char *end = text + length, *at = text, *stop;

    if (length > 8 && memcmp(text, "redis://", 8) == 0) {
        at = text + 8;
    } else if (length > 9 && memcmp(text, "rediss://", 9) == 0) {
        at = text + 9;
        out->tls = true;
    } else if (strstr(text, "://") != NULL) {
        return false;
    }
    if (at < end && *at == '[') {
        stop = memchr(at, ']', (size_t)(end - at));
        if (stop == NULL)
            return false;
        out->host = at + 1;
        out->host_length = (size_t)(stop - at - 1);
        stop++;
    } else {
        stop = at + strcspn(at, ":/");
        out->host = at;
        out->host_length = (size_t)(stop - at);
    }
    return out->host_length > 0 && out->host_length < 256 &&
           memchr(out->host, ' ', out->host_length) == NULL && read_tail(stop, end, out);
}

/* Reads one address into the next place. */
static void read_place(struct reader *reader, const struct node *node, const struct path *path,
                       unsigned port, bool tls, struct mirror_config *config)
{
    struct address address = {.port = port};
    struct mirror_place *place = &config->places[config->place_count];
    struct shown shown;

    if (node->kind == NODE_SCALAR && strchr(node->text, '@') != NULL) {
        /* What may be a password is not shown. */
        reader_error(reader, node, path,
                     "an address has no user and no password here; use user and password_file");
    } else if (node->kind != NODE_SCALAR || node_is_null(node) ||
               !read_text_check(reader, node, path, "the address") ||
               !read_address(node->text, node->length, &address)) {
        reader_error(reader, node, path, "%s is no address; write one such as %s",
                     reader_show(node, &shown), ADDRESS);
    } else if (address.tls && !tls) {
        reader_error(reader, node, path,
                     "rediss:// needs TLS, and this program was built without it (shmbmirror "
                     "--version says so); use a build that has it, or redis://");
    } else if (address.has_database && config->servers != MIRROR_ONE) {
        reader_error(reader, node, path, "a number of a database is only for server");
    } else {
        place->host = reader_text(reader, address.host, address.host_length);
        place->port = (uint16_t)address.port;
        config->database = (uint32_t)address.database;
        config->tls |= address.tls;
        config->place_count++;
    }
}

static void read_list(struct reader *reader, const struct node *node, const struct path *path,
                      unsigned port, bool tls, struct mirror_config *config)
{
    const struct node_item *item;
    struct shown shown;
    size_t i = 0;

    if (node->kind != NODE_SEQUENCE || node->count == 0 || node->count > MIRROR_PLACES_MAX) {
        reader_error(reader, node, path,
                     "expected a list of 1 to %u addresses, such as [host1:%u, host2:%u], found %s",
                     MIRROR_PLACES_MAX, port, port, reader_show(node, &shown));
        return;
    }
    config->places = reader_alloc(reader, node->count, sizeof(*config->places));
    for (item = node->first; config->places != NULL && item != NULL; item = item->next, i++) {
        struct path entry = {path, NULL, i};

        read_place(reader, item->value, &entry, port, tls, config);
    }
}

void read_places(struct reader *reader, const struct node *root, const struct node *const *values,
                 bool meant, bool tls, struct mirror_config *config)
{
    const struct node *server = values[0], *sentinel = values[1], *master = values[2],
                      *cluster = values[3];
    struct path server_path = {NULL, "server", 0}, sentinel_path = {NULL, "sentinel", 0},
                master_path = {NULL, "master", 0}, cluster_path = {NULL, "cluster", 0};
    int count = (server != NULL) + (sentinel != NULL) + (cluster != NULL);

    if (count == 0 && !meant)
        reader_error(reader, root, NULL,
                     "the file names no server; add server: %s, or sentinel and master, or cluster",
                     "redis://host:6379");
    if (count > 1)
        reader_error(reader, root, NULL, "only one of server, sentinel and cluster may be there");
    if (count != 1)
        return;
    if (sentinel == NULL && master != NULL)
        reader_error(reader, master, &master_path, "master is only for sentinel");
    if (sentinel != NULL && master == NULL && !meant)
        reader_error(reader, sentinel, &sentinel_path,
                     "sentinel needs master, the name that the sentinels know");
    config->servers = server != NULL     ? MIRROR_ONE
                      : sentinel != NULL ? MIRROR_SENTINEL
                                         : MIRROR_CLUSTER;
    if (server != NULL) {
        config->places = reader_alloc(reader, 1, sizeof(*config->places));
        if (config->places != NULL)
            read_place(reader, server, &server_path, MIRROR_PORT, tls, config);
    } else if (sentinel != NULL) {
        read_list(reader, sentinel, &sentinel_path, MIRROR_PORT_SENTINEL, tls, config);
    } else {
        read_list(reader, cluster, &cluster_path, MIRROR_PORT, tls, config);
    }
}
