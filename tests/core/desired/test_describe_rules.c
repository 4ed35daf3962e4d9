/* What `check` prints of the rules of `requests`. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"
#include "describe_rules.h"

static const char text[] =
    "version: 1\n"
    "requests:\n"
    "  MyApp:\n"
    "    names: ['MyApp.*', Fixed]\n"
    "    who: { allow: [Users, 'CORP\\App'], deny: Guests }\n"
    "    kinds: [segment, mutex]\n"
    "    size: 1 MiB\n"
    "    access: { read: Users, write: Requester, deny: [Guests] }\n"
    "    integrity: low\n"
    "    audit: true\n"
    "    lock: { kind: fast, max_lockers: 5 }\n"
    "    notify: true\n"
    "    snapshots: double\n"
    "    lives: until released\n"
    "  Events: { names: 'Ev.*', who: Users, kinds: [event, semaphore], access: { full: Requester "
    "},\n"
    "            rate: 1, each: { objects: 1 }, lives: as long as the broker }\n"
    "  Plain: { names: 'Plain.*', who: Users, size: 1, access: { read: Users },\n"
    "           lock: { readers_may_wait: true } }\n"
    "  Bare: { names: 'Bare.*', who: Users, size: 2, access: { read: Users }, lock: none }\n";

/* clang-format off */
static const char lines[] =
    "rule MyApp: Users, CORP\\App (not Guests) may request segments (at most 1048576 bytes, fast lock for 5 threads, change events, double snapshots), mutexes; names: MyApp.*, Fixed\n"
    "rule MyApp: held until released; each account 20 objects, 16777216 bytes, 50 requests a second; in total 1000 objects, 268435456 bytes\n"
    "rule MyApp: access: deny Guests; Users read; Requester write; integrity low; audited\n"
    "rule Events: Users may request events, semaphores; names: Ev.*\n"
    "rule Events: held as long as the broker; each account 1 object, 16777216 bytes, 1 request a second; in total 1000 objects, 268435456 bytes\n"
    "rule Events: access: Requester full\n"
    "rule Plain: Users may request segments (at most 1 byte, lock, readers may wait); names: Plain.*\n"
    "rule Plain: held while open; each account 20 objects, 16777216 bytes, 50 requests a second; in total 1000 objects, 268435456 bytes\n"
    "rule Plain: access: Users read\n"
    "rule Bare: Users may request segments (at most 2 bytes, no lock); names: Bare.*\n"
    "rule Bare: held while open; each account 20 objects, 16777216 bytes, 50 requests a second; in total 1000 objects, 268435456 bytes\n"
    "rule Bare: access: Users read\n";

static const char json_text[] =
    "[{\"rule\": \"MyApp\",\"names\": [\"MyApp.*\",\"Fixed\"],\"allow\": [\"Users\",\"CORP\\\\App\"],\"deny\": [\"Guests\"],\"kinds\": [\"section\",\"mutex\"],"
    "\"bytes\": 1048576,\"lock\": \"fast\",\"readers_may_wait\": null,\"max_lockers\": 5,\"notify\": true,\"snapshots\": \"double\","
    "\"each\": {\"objects\": 20,\"bytes\": 16777216},\"total\": {\"objects\": 1000,\"bytes\": 268435456},\"rate\": 50,\"lives\": \"until released\","
    "\"access\": [{\"account\": \"Users\",\"level\": \"read\"},{\"account\": \"Requester\",\"level\": \"write\"},{\"account\": \"Guests\",\"level\": \"deny\"}],\"integrity\": \"low\",\"audit\": true},"
    "{\"rule\": \"Events\",\"names\": [\"Ev.*\"],\"allow\": [\"Users\"],\"deny\": [],\"kinds\": [\"event\",\"semaphore\"],"
    "\"bytes\": null,\"lock\": null,\"readers_may_wait\": null,\"max_lockers\": null,\"notify\": null,\"snapshots\": null,";
/* clang-format on */

static char said[8192];

static void add_line(void *context, const char *line)
{
    (void)context;
    strcat(said, line);
    strcat(said, "\n");
}

static void lines_of_each_rule(void **state)
{
    struct loaded loaded;

    (void)state;
    load(&loaded, TEXT(text));
    assert_string_equal(loaded.lines, "");
    assert_true(describe_rules(loaded.configuration, add_line, NULL));
    assert_string_equal(said, lines);
    unload(&loaded);
}

static void the_same_as_json(void **state)
{
    struct json json = {.one_line = true};
    struct loaded loaded;

    (void)state;
    load(&loaded, TEXT(text));
    json_array(&json, NULL);
    describe_rules_json(loaded.configuration, &json);
    json_array_end(&json);
    assert_false(json.text.failed);
    assert_true(strlen(json.text.at) > sizeof json_text);
    json.text.at[sizeof json_text - 1] = '\0';
    assert_string_equal(json.text.at, json_text);
    json_free(&json);
    unload(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_each_rule),
        cmocka_unit_test(the_same_as_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
