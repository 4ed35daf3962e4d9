/*
 * Single values, outputs and messages are read as the broker's file has them (config/read), so the
 * same mistake has the same message in both.
 */
#include "mirror_config.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "names.h"
#include "read_outputs.h"
#include "read_places.h"
#include "read_text.h"
#include "read_value.h"
#include "tree.h"

#define VERSION 1

enum {
    KEY_VERSION,
    KEY_SERVER,
    KEY_SENTINEL,
    KEY_MASTER,
    KEY_CLUSTER,
    KEY_USER,
    KEY_PASSWORD_FILE,
    KEY_SENTINEL_USER,
    KEY_SENTINEL_PASSWORD_FILE,
    KEY_TLS,
    KEY_BUCKET,
    KEY_ORIGIN,
    KEY_CHECK,
    KEY_POLL,
    KEY_TIMEOUT,
    KEY_METRICS,
    KEY_LOG,
    KEY_STATUS,
    KEY_SEGMENTS,
    KEY_COUNT
};

static const char *const keys[KEY_COUNT] = {
    "version",       "server",        "sentinel",
    "master",        "cluster",       "user",
    "password_file", "sentinel_user", "sentinel_password_file",
    "tls",           "bucket",        "origin",
    "check",         "poll",          "timeout",
    "metrics",       "log",           "status",
    "segments"};

static const struct refused_key refused[] = {
    {"password", "a password must not stand in this file; write it into a file of its own, which "
                 "only the account of shmbmirror may read, and name that in password_file; or put "
                 "it into the environment as SHMBMIRROR_PASSWORD"},
    {NULL, NULL}};

/* A plain text of `least` to `most` bytes. NULL: an error was added. */
static const char *read_plain(struct reader *reader, const struct node *node, const char *key,
                              const char *what, size_t most)
{
    struct path path = {NULL, key, 0};
    struct shown shown;

    if (node->kind != NODE_SCALAR || node_is_null(node) || node->length == 0 ||
        node->length > most) {
        reader_error(reader, node, &path, "expected %s of 1 to %zu bytes, found %s", what, most,
                     reader_show(node, &shown));
        return NULL;
    }
    if (!read_text_check(reader, node, &path, what))
        return NULL;
    return reader_text(reader, node->text, node->length);
}

/* The same without blanks and braces, which would change the key or the message. */
static const char *read_word_of(struct reader *reader, const struct node *node, const char *key,
                                const char *what, size_t most)
{
    struct path path = {NULL, key, 0};
    const char *text = read_plain(reader, node, key, what, most);
    struct shown shown;

    if (text == NULL || strpbrk(text, " {}") == NULL)
        return text;
    reader_error(reader, node, &path, "%s has a blank or a brace", reader_show(node, &shown));
    return NULL;
}

static void read_ms(struct reader *reader, const struct node *node, const char *key, uint64_t least,
                    uint64_t most, const char *range, uint32_t *out)
{
    struct path path = {NULL, key, 0};
    uint64_t ms;

    if (node != NULL && read_time(reader, node, &path, least, most, range, &ms))
        *out = (uint32_t)ms;
}

/* ---- segments --------------------------------------------------------------- */

static void read_rate(struct reader *reader, const struct node *node, const struct path *up,
                      uint64_t *out)
{
    struct path path = {up, "bandwidth", 0};
    static const char range[] = "the limit is 1 KiB to 1 GiB a second";
    uint64_t rate = read_size(reader, node, &path, UINT64_C(1) << 30, range);
    struct shown shown;

    if (rate >= 1024)
        *out = rate;
    else if (rate > 0)
        reader_error(reader, node, &path, "%s; %s", reader_show(node, &shown), range);
}

static void read_segment(struct reader *reader, const struct node_item *item, const struct path *up,
                         struct mirror_segment *out)
{
    static const char *const words[] = {"publish", "follow", "bandwidth"};
    struct path path = {up, item->key->text, 0}, publish = {&path, words[0], 0},
                follow = {&path, words[1], 0};
    const struct node *values[3];
    const char *bare;
    unsigned meant;
    size_t length;

    out->place = reader_place(reader, item->key);
    if (read_name(reader, item->key, &path, &path, &bare, &length))
        out->name = reader_text(reader, bare, length);
    if (!read_keys(reader, item->value, &path, words, 3, values, &meant))
        return;
    if (values[0] != NULL)
        (void)read_bool(reader, values[0], &publish, &out->publish);
    if (values[1] != NULL)
        (void)read_bool(reader, values[1], &follow, &out->follow);
    if (values[2] != NULL)
        read_rate(reader, values[2], &path, &out->bandwidth);
    if (!out->publish && !out->follow && (meant & 3u) == 0 &&
        (values[0] == NULL || node_is(values[0], "false")) &&
        (values[1] == NULL || node_is(values[1], "false")))
        reader_error(reader, item->key, &path,
                     "nothing is to be done with it; write publish: true, follow: true, or both");
}

/* A name that is already there in another case is the same segment. */
static void refuse_twins(struct reader *reader, const struct mirror_config *config,
                         const struct node *at, const struct path *path)
{
    const char *name = config->segments[config->count].name;
    size_t i;

    for (i = 0; name != NULL && i < config->count; i++)
        if (config->segments[i].name != NULL &&
            shmb_name_same(name, strlen(name), config->segments[i].name,
                           strlen(config->segments[i].name)))
            reader_error(reader, at, path, "the segment stands in line %u already",
                         config->segments[i].place.line);
}

static void read_segments(struct reader *reader, const struct node *node,
                          struct mirror_config *config)
{
    struct path path = {NULL, keys[KEY_SEGMENTS], 0};
    const struct node_item *item;
    struct shown shown;

    if (node->kind == NODE_MAPPING && node->count == 0) {
        reader_error(reader, node, &path,
                     "there is none; write at least one, such as Prices: { publish: true }");
        return;
    }
    if (node->kind != NODE_MAPPING) {
        reader_error(reader, node, &path,
                     "expected a mapping from the names of segments to what is done with them, "
                     "such as Prices: { publish: true }, found %s",
                     reader_show(node, &shown));
        return;
    }
    if (node->count > MIRROR_SEGMENTS_MAX) {
        reader_error(reader, node, &path, "%zu segments are more than the %u of one file",
                     node->count, MIRROR_SEGMENTS_MAX);
        return;
    }
    config->segments = reader_alloc(reader, node->count, sizeof(*config->segments));
    for (item = node->first; config->segments != NULL && item != NULL; item = item->next) {
        struct path below = {&path, item->key->text, 0};

        read_segment(reader, item, &path, &config->segments[config->count]);
        refuse_twins(reader, config, item->key, &below);
        config->count++;
    }
}

/* ---- the rest --------------------------------------------------------------- */

static void read_tls(struct reader *reader, const struct node *node, struct mirror_config *config)
{
    static const char *const words[] = {"ca", "certificate", "key", "name"};
    const char **const texts[] = {&config->ca, &config->certificate, &config->key,
                                  &config->server_name};
    struct cfg_place *const places[] = {&config->ca_place, &config->certificate_place,
                                        &config->key_place};
    struct path path = {NULL, keys[KEY_TLS], 0};
    const struct node *values[4];
    size_t i;

    if (!read_keys(reader, node, &path, words, 4, values, NULL))
        return;
    for (i = 0; i < 4; i++) {
        if (values[i] != NULL)
            *texts[i] = read_plain(reader, values[i], words[i], "a text", 1000);
        if (values[i] != NULL && i < 3)
            *places[i] = reader_place(reader, values[i]);
    }
    if (config->place_count > 0 && !config->tls)
        reader_error(reader, node, &path,
                     "no address begins with rediss://, so that all would go "
                     "in clear; write rediss://HOST:PORT, or leave out tls");
    if ((values[1] == NULL) != (values[2] == NULL))
        reader_error(reader, node, &path, "certificate and key go together");
}

static void read_texts(struct reader *reader, const struct node *const *values,
                       struct mirror_config *config)
{
    const struct {
        int key;
        const char **text;
        const char *what;
        size_t most;
    } plain[] = {
        {KEY_MASTER, &config->master, "the name of the master", 200},
        {KEY_USER, &config->user, "the name of a user", 200},
        {KEY_PASSWORD_FILE, &config->password_file, "the path of a file", 1000},
        {KEY_SENTINEL_USER, &config->sentinel_user, "the name of a user", 200},
        {KEY_SENTINEL_PASSWORD_FILE, &config->sentinel_password_file, "the path of a file", 1000},
        {KEY_STATUS, &config->status, "the path of a file", 1000},
    };
    size_t i;

    for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (values[plain[i].key] != NULL)
            *plain[i].text = read_plain(reader, values[plain[i].key], keys[plain[i].key],
                                        plain[i].what, plain[i].most);
    if (values[KEY_BUCKET] != NULL)
        config->bucket = read_word_of(reader, values[KEY_BUCKET], keys[KEY_BUCKET],
                                      "the beginning of the keys", 100);
    if (values[KEY_ORIGIN] != NULL)
        config->origin = read_word_of(reader, values[KEY_ORIGIN], keys[KEY_ORIGIN],
                                      "the name of this machine", REVISION_ORIGIN);
}

static void read_outputs(struct reader *reader, const struct node *const *values,
                         struct mirror_config *config)
{
    struct path metrics = {NULL, keys[KEY_METRICS], 0}, log = {NULL, keys[KEY_LOG], 0};

    if (values[KEY_METRICS] != NULL) {
        read_metrics(reader, values[KEY_METRICS], &metrics);
        config->metrics = reader->cfg->metrics.file;
        config->metrics_ms = reader->cfg->metrics.every_ms;
    }
    if (values[KEY_LOG] != NULL) {
        read_log(reader, values[KEY_LOG], &log);
        config->log = reader->cfg->log.file;
        config->log_size = reader->cfg->log.size;
        config->log_former = reader->cfg->log.former;
        config->log_json = reader->cfg->log.json;
    }
}

/* False: the file is for another program, or not for this version. */
static bool read_version(struct reader *reader, const struct node *root,
                         const struct node *const *values, unsigned meant)
{
    struct path path = {NULL, keys[KEY_VERSION], 0};
    uint64_t version;

    if (values[KEY_VERSION] == NULL) {
        if ((meant & 1u) == 0)
            reader_error(reader, root, NULL, "the file needs version: %d", VERSION);
        return true;
    }
    if (!read_number(reader, values[KEY_VERSION], &path, 1, 999, &version) || version == VERSION)
        return true;
    reader_error(reader, values[KEY_VERSION], &path,
                 "version %llu is not known to this program; it reads version %d",
                 (unsigned long long)version, VERSION);
    return false;
}

static void read_root(struct reader *reader, const struct node *root, bool tls,
                      struct mirror_config *config)
{
    const struct node *values[KEY_COUNT];
    unsigned meant;

    if (!read_keys_refusing(reader, root, NULL, keys, KEY_COUNT, refused, values, &meant) ||
        !read_version(reader, root, values, meant))
        return;
    read_places(reader, root, values + KEY_SERVER, (meant >> KEY_SERVER & 15u) != 0, tls, config);
    read_texts(reader, values, config);
    if (values[KEY_TLS] != NULL)
        read_tls(reader, values[KEY_TLS], config);
    read_ms(reader, values[KEY_CHECK], keys[KEY_CHECK], 100, 600000, "the time is 100 ms to 10 min",
            &config->check_ms);
    read_ms(reader, values[KEY_POLL], keys[KEY_POLL], 1, 10000, "the time is 1 ms to 10 s",
            &config->poll_ms);
    read_ms(reader, values[KEY_TIMEOUT], keys[KEY_TIMEOUT], 100, 60000,
            "the time is 100 ms to 1 min", &config->timeout_ms);
    read_outputs(reader, values, config);
    if (values[KEY_SEGMENTS] != NULL)
        read_segments(reader, values[KEY_SEGMENTS], config);
    else if ((meant >> KEY_SEGMENTS & 1u) == 0)
        reader_error(reader, root, NULL,
                     "the file names no segment; add segments, such as segments: { Prices: "
                     "{ publish: true } }");
}

static struct mirror_config *new_config(const char *file, struct cfg **cfg)
{
    struct cfg_arena *arena = arena_new();
    struct mirror_config *config = NULL;

    if (arena == NULL)
        return NULL;
    config = arena_alloc(arena, sizeof(*config));
    *cfg = arena_alloc(arena, sizeof(**cfg));
    if (config == NULL || *cfg == NULL) {
        arena_free(arena);
        return NULL;
    }
    config->arena = (*cfg)->arena = arena;
    config->file = (*cfg)->file = arena_text(arena, file, strlen(file));
    config->bucket = "shm";
    config->check_ms = MIRROR_CHECK_MS;
    config->poll_ms = MIRROR_POLL_MS;
    config->timeout_ms = MIRROR_TIMEOUT_MS;
    return config;
}

enum cfg_result mirror_config_load(const char *file, const char *text, size_t length, bool tls,
                                   struct cfg_messages *messages, struct mirror_config **out)
{
    struct cfg_arena *scratch = arena_new();
    struct reader reader = {.messages = messages};
    struct mirror_config *config = new_config(file, &reader.cfg);
    size_t before = messages->errors;
    enum cfg_result result = CFG_NO_MEMORY;
    struct node *root;

    *out = NULL;
    if (config != NULL && scratch != NULL && config->file != NULL)
        result = tree_parse(config->file, text, length, messages, scratch, NULL, &root);
    if (result == CFG_OK) {
        read_root(&reader, root, tls, config);
        result = reader.no_memory             ? CFG_NO_MEMORY
                 : messages->errors != before ? CFG_INVALID
                                              : CFG_OK;
    }
    arena_free(scratch);
    cfg_messages_sort(messages);
    if (result == CFG_OK)
        *out = config;
    else
        mirror_config_free(config);
    return result;
}

void mirror_config_free(struct mirror_config *config)
{
    if (config != NULL)
        arena_free(config->arena);
}
