/* Reads the configuration as a reload would, and changes nothing. */
#include "audit_rules.h"

#include <string.h>

#include "config_reader.h"
#include "console.h"
#include "desired.h"
#include "port.h"

/* The patterns, with commas in between. */
static void join(const struct cfg_rule *rule, struct text *out)
{
    size_t i;

    text_reset(out);
    for (i = 0; i < rule->pattern_count; i++)
        text_add(out, "%s%s", i > 0 ? ", " : "", rule->patterns[i]);
}

static bool add_rule(const struct desired *desired, const struct cfg_rule *rule,
                     access_by_account_name *name, struct access_by_account *listing)
{
    const struct cfg_access *who = rule->who;
    struct text patterns = {0};
    bool enough;
    size_t i;

    join(rule, &patterns);
    enough = !patterns.failed;
    for (i = 0; enough && i < who->count; i++) {
        const struct cfg_trustee *trustee = &who->trustees[i];
        const char *sid;

        if (trustees_resolve(desired->known, trustee->name, &sid, NULL) == SYS_OK)
            enough = access_by_account_add_rule(listing, rule->name, patterns.at, sid,
                                                trustee->level == SHMB_LEVEL_DENY, name);
        else
            console_warning("shmbroker: rule %s: there is no account \"%s\" now", rule->name,
                            trustee->name);
    }
    text_free(&patterns);
    return enough;
}

static bool add_all(const struct desired *desired, access_by_account_name *name,
                    struct access_by_account *listing)
{
    const struct cfg *config = desired->configuration.whole;
    size_t i;

    listing->rules = true;
    for (i = 0; i < config->rule_count; i++)
        if (!add_rule(desired, &config->rules[i], name, listing))
            return false;
    return true;
}

/* False: no memory. */
static bool read_and_add(const struct config_reader *reader, const char *digest,
                         access_by_account_name *name, struct access_by_account *listing)
{
    const struct port_host host = {.any_file = true}; /* whether it is safe is told elsewhere */
    struct desired desired = {.known = NULL};
    enum shmb_exit result;
    struct system system;
    struct port port;
    bool enough = true;

    cfg_messages_init(&desired.messages);
    port_open(&port, &host, NULL, &system);
    result = desired_read(&system, &system, reader->file, CONFIG_FILES_FORGIVING,
                          CONFIG_FILES_PATIENCE_MS, &desired);
    if (result == SHMB_EXIT_DONE)
        enough = add_all(&desired, name, listing);
    else if (result == SHMB_EXIT_SYSTEM && !desired_unreadable(&desired))
        enough = false;
    else
        console_warning("shmbroker: who may ask for objects is not known: %s cannot be used; run: "
                        "shmbroker check",
                        reader->file);
    if (result == SHMB_EXIT_DONE && desired.configuration.whole->rule_count > 0 && digest != NULL &&
        strcmp(digest, desired.digest) != 0)
        console_warning("shmbroker: %s has changed since the broker read it: who may ask is as it "
                        "stands there now",
                        reader->file);
    desired_free(&desired);
    port_close(&port);
    return enough;
}

bool audit_rules_add(const char *digest, access_by_account_name *name,
                     struct access_by_account *listing)
{
    struct config_reader reader;
    bool enough = true;

    config_reader_ask(&reader);
    if (reader.file != NULL)
        enough = read_and_add(&reader, digest, name, listing);
    config_reader_free(&reader);
    return enough;
}
