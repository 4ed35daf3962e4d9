#include "verb_check.h"

#include "answer.h"
#include "console.h"
#include "engine.h"
#include "mirror_file.h"
#include "secret.h"

/* The password file belongs to what can be checked here; the variable may be another one's. */
static void check_secret(const struct mirror_config *config, const char *key, const char *file,
                         struct cfg_messages *messages)
{
    const struct cfg_place place = {config->file, 0, 0};
    char *secret = NULL, why[1024];

    if (file != NULL && !secret_read(file, NULL, &secret, why, sizeof(why)))
        cfg_message_add(messages, CFG_ERROR, &place, key, "%s", why);
    secret_free(secret);
}

static void print_segment(const struct mirror_config *config, const struct mirror_segment *s)
{
    console_line("%s: %s, key %s:{%s}", s->name,
                 s->publish && s->follow ? "publish and follow"
                 : s->publish            ? "publish"
                                         : "follow",
                 config->bucket, s->name);
}

static void print_finding(const char *path, const struct mirror_config *config,
                          const struct cfg_messages *messages)
{
    size_t i;

    mirror_file_print(messages);
    for (i = 0; config != NULL && i < config->count; i++)
        print_segment(config, &config->segments[i]);
    if (messages->errors == 0)
        console_line("%s: no errors, %zu segment%s", path, config->count,
                     config->count == 1 ? "" : "s");
}

static void put_segment(const struct mirror_config *config, const struct mirror_segment *s,
                        struct json *json)
{
    struct text key = {0};

    text_add(&key, "%s:{%s}", config->bucket, s->name);
    json->text.failed = json->text.failed || key.failed;
    json_object(json, NULL);
    json_name(json, "name", s->name);
    json_bool(json, "publish", s->publish);
    json_bool(json, "follow", s->follow);
    json_string(json, "key", key.failed ? NULL : key.at);
    if (s->bandwidth != 0)
        json_number(json, "bandwidth", s->bandwidth);
    else
        json_null(json, "bandwidth");
    json_object_end(json);
    text_free(&key);
}

static void put_finding(struct json *json, const char *path, const struct mirror_config *config,
                        const struct cfg_messages *messages)
{
    size_t i;

    json_array(json, "configurations");
    json_object(json, NULL);
    json_string(json, "configuration", path);
    json_bool(json, "usable", messages->errors == 0);
    json_number(json, "errors", messages->errors);
    json_number(json, "warnings", messages->warnings);
    json_array(json, "messages");
    cfg_messages_json(messages, json);
    json_array_end(json);
    json_array(json, "segments");
    for (i = 0; config != NULL && i < config->count; i++)
        put_segment(config, &config->segments[i], json);
    json_array_end(json);
    json_object_end(json);
    json_array_end(json);
    answer_done();
}

static void tell(const char *path, const struct mirror_config *config,
                 const struct cfg_messages *messages)
{
    struct json *json = answer_open();

    if (json != NULL)
        put_finding(json, path, config, messages);
    else
        print_finding(path, config, messages);
}

enum shmb_exit verb_check(const char *path)
{
    struct mirror_config *config;
    struct cfg_messages messages;
    enum shmb_exit result;

    cfg_messages_init(&messages);
    result = mirror_file_read(path, &config, &messages);
    if (config != NULL) {
        check_secret(config, "password_file", config->password_file, &messages);
        check_secret(config, "sentinel_password_file", config->sentinel_password_file, &messages);
        if (config->tls)
            tls_free(engine_tls(config, &messages));
        result = messages.errors == 0 ? SHMB_EXIT_DONE : SHMB_EXIT_NOT_SO;
    }
    if (result == SHMB_EXIT_DONE || messages.errors > 0) /* else there was no memory */
        tell(path, config, &messages);
    mirror_config_free(config);
    cfg_messages_free(&messages);
    return result;
}
