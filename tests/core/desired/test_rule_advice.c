/* What `check` warns of in rules of `requests`: what one comes to regret. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "advice.h"
#include "config_text.h"
#include "fake_system.h"
#include "inventory.h"

/* A rule that nothing is to be said of, but for its end. */
#define RULE "names: 'App.*', who: Users, size: 4 KiB, access: { read: Users, write: Requester }"

/* `wanted`: lines of "f:line:column: path: beginning of the text", one after the other. */
static void check(const char *text, const char *wanted)
{
    struct fake *fake = fake_new();
    struct trustees *known = trustees_new(fake_system(fake));
    struct inventory *inventory;
    struct loaded loaded;
    char line[1024];
    size_t i;

    fake_account(fake, "CORP\\Admins", "S-1-5-32-544");
    fake_account(fake, "CORP\\App", "S-1-5-21-1-2-3-1001");
    fake_account(fake, "CORP\\Leavers", "S-1-5-21-1-2-3-1002");
    load(&loaded, text, strlen(text));
    assert_string_equal(loaded.lines, "");
    assert_int_equal(loaded.result, CFG_OK);
    assert_int_equal(inventory_build(loaded.configuration, known, &loaded.messages, &inventory),
                     SYS_OK);
    advice_add(loaded.configuration, known, &loaded.messages);
    cfg_messages_sort(&loaded.messages);
    for (i = 0; i < loaded.messages.count; i++) {
        const char *end = strchr(wanted, '\n');

        assert_int_equal(loaded.messages.items[i].severity, CFG_WARNING);
        cfg_message_format(&loaded.messages.items[i], line, sizeof line);
        if (end == NULL || strncmp(line, wanted, (size_t)(end - wanted)) != 0)
            fail_msg("%s", line);
        wanted = end + 1;
    }
    assert_string_equal(wanted, "");
    unload(&loaded);
    inventory_free(inventory);
    trustees_free(known);
    fake_free(fake);
}

static void what_is_modest_is_not_spoken_of(void **state)
{
    (void)state;
    check("version: 1\nrequests: { R: { " RULE " } }\n", "");
    check(
        "version: 1\nrequests: { R: { " RULE ", lives: until released, lock: fast,\n"
        "  each: { objects: 5 }, total: { objects: 500 } } }\n",
        "f:2:131: warning: requests.R.lock: for each account that asks the broker makes 1024 "
        "slots of its own, up to a millisecond for each, and they count for limits.objects; write "
        "a smaller max_lockers\n");
    check("version: 1\nrequests: { R: { " RULE ", lock: { kind: fast, max_lockers: 64 } } }\n", "");
    /* one account: it may use all, keep it, and let others write */
    check("version: 1\nrequests: { R: { names: 'App.*', who: 'CORP\\App', kinds: mutex,\n"
          "  access: { write: Users }, total: { objects: 5 }, lives: as long as the broker } }\n",
          "");
    /* many ask, and some write */
    check("version: 1\nrequests: { R: { names: 'App.*', who: Users, kinds: mutex,\n"
          "  access: { write: 'CORP\\App' } } }\n",
          "");
    check("version: 1\nrequests: { R: { names: 'App.*', who: { allow: Users, deny: 'CORP\\Leavers' "
          "},\n"
          "  kinds: mutex, access: { write: Requester, deny: 'CORP\\Leavers' } } }\n",
          "");
}

static void who_may_ask(void **state)
{
    (void)state;
    check("version: 1\nrequests:\n"
          "  R:\n"
          "    names: 'App.*'\n"
          "    who: [Everyone, S-1-5-7, Users, S-1-5-32-546]\n"
          "    kinds: mutex\n"
          "    access: { write: Requester }\n",
          "f:5:11: warning: requests.R.who: 'Everyone' may ask for objects, which includes every "
          "account and guests; name only those who need to ask\n"
          "f:5:21: warning: requests.R.who: 'S-1-5-7' may ask\n"
          "f:5:37: warning: requests.R.who: 'S-1-5-32-546' may ask\n");
}

static void what_one_of_many_can_do(void **state)
{
    (void)state;
    check(
        "version: 1\nrequests: { R: { " RULE ",\n"
        "  total: { objects: 20 } } }\n",
        "f:2:13: warning: requests.R.each: one account of 'Users' may use up the objects of total "
        "alone\n");
    check("version: 1\nrequests: { R: { " RULE ",\n"
          "  each: { memory: 1 GiB }, total: { memory: 1 GiB } } }\n",
          "f:3:9: warning: requests.R.each: one account of 'Users' may use up the memory of total "
          "alone, and nobody else gets any then; write less for each, or more for total\n");
    check("version: 1\nrequests: { R: { " RULE ", lives: as long as the broker } }\n",
          "f:2:13: warning: requests.R.lives: nobody can give back what is requested, so 'Users' "
          "can use up the quota\n");
}

static void who_may_write(void **state)
{
    (void)state;
    check("version: 1\ndefaults: { access: { read: Users } }\n"
          "requests: { R: { names: 'App.*', who: 'CORP\\App', size: 1 } }\n",
          "f:3:13: warning: requests.R.access: nobody but administrators may write what is "
          "requested, not even who has asked for it; add write: [Requester]\n");
    check("version: 1\nrequests: { R: { names: 'App.*', who: AuthenticatedUsers, size: 1,\n"
          "  access: { write: Interactive } } }\n",
          "f:2:13: warning: requests.R.access: 'Interactive' may write what any other account has "
          "requested; unless the accounts trust each other, write access: { read: [Interactive], "
          "write: [Requester] }\n");
    /* the same as of objects */
    check(
        "version: 1\nrequests: { R: { names: 'App.*', who: 'CORP\\App', size: 1,\n"
        "  access: { write: Everyone, full: [Requester, 'CORP\\Admins'] } } }\n",
        "f:3:20: warning: requests.R.access: 'Everyone' may write, which includes every account "
        "and guests\n"
        "f:3:37: warning: requests.R.access: 'Requester' may also change who has access, and shut "
        "others out\n");
    check("version: 1\nrequests: { R: { " RULE ", integrity: low,\n"
          "  lock: { readers_may_wait: true } } }\n",
          "f:2:113: warning: requests.R.integrity: programs with low integrity\n"
          "f:3:9: warning: requests.R.lock: readers can hold this lock\n");
    check("version: 1\nrequests: { R: { names: 'App.*', who: 'CORP\\App', size: 1, snapshots: "
          "double,\n"
          "  lock: fast, access: { full: 'CORP\\App' } } }\n",
          "f:2:13: warning: requests.R.snapshots: full is for programs without the library\n"
          "f:3:9: warning: requests.R.lock: 'CORP\\App' has full, which only programs without the "
          "library need\n"
          "f:3:31: warning: requests.R.access: 'CORP\\App' may also change\n");
}

/* A default that objects have, too, is spoken of once. */
static void defaults_once(void **state)
{
    (void)state;
    check("version: 1\ndefaults: { access: { full: Interactive }, integrity: low }\n"
          "mutexes: { M: }\n"
          "requests:\n"
          "  R: { names: 'App.*', who: 'CORP\\App', size: 1 }\n"
          "  S: { names: 'Own.*', who: 'CORP\\App', size: 1 }\n",
          "f:2:29: warning: defaults.access: 'Interactive' may also change\n"
          "f:2:55: warning: defaults.integrity: programs with low integrity\n");
    check("version: 1\ndefaults: { access: { full: Interactive }, integrity: low }\n"
          "requests:\n"
          "  R: { names: 'App.*', who: 'CORP\\App', size: 1 }\n"
          "  S: { names: 'Own.*', who: 'CORP\\App', size: 1 }\n",
          "f:2:29: warning: defaults.access: 'Interactive' may also change\n"
          "f:2:55: warning: defaults.integrity: programs with low integrity\n");
}

#define MUTEX "who: Users, kinds: mutex, access: { write: Requester } }\n"

static void patterns_that_decide_nothing(void **state)
{
    (void)state;
    check("version: 1\nrequests:\n"
          "  A: { names: ['App.*', 'App.x', 'Own.*'], " MUTEX
          "  B: { names: ['app.Y*', 'Own*'], " MUTEX,
          "f:3:25: warning: requests.A.names: 'App.x' decides nothing: 'App.*' of this rule at "
          "f:3:16 matches all that it matches, and the first one counts; remove it\n"
          "f:4:16: warning: requests.B.names: 'app.Y*' decides nothing: 'App.*' of requests.A at "
          "f:3:16 matches all that it matches, and the first one counts; write the closer rule "
          "first\n");
}

static void names_of_the_configuration(void **state)
{
    (void)state;
    check(
        "version: 1\ndefaults: { access: { write: 'CORP\\App' } }\n"
        "segments:\n"
        "  App.Prices: { size: 4 }\n"
        "  Other: { size: 4, lock: { name: Own.lock } }\n"
        "requests:\n"
        "  A: { names: ['app.*', 'None.*'], " MUTEX "  B: { names: 'Own.*', " MUTEX,
        "f:7:16: warning: requests.A.names: 'app.*' matches the name 'App.Prices' of "
        "segments.App.Prices at f:4:3 and 1 more, too; what the configuration names it also "
        "holds, so nobody can request that\n"
        "f:8:15: warning: requests.B.names: 'Own.*' matches the name 'Own.lock' of segments.Other "
        "at f:5:35, too\n");
}

static void sums_beyond_the_limits(void **state)
{
#define SEGMENTS                                                                                   \
    "requests: { R: { " RULE ", notify: true, snapshots: double,\n"                                \
    "  total: { objects: 100, memory: 1 MiB }, each: { objects: 5, memory: 64 KiB } } }\n"         \
    "segments: { S: { size: 4 KiB, access: { read: Users } } }\n"

    (void)state;
    /* the segment and its lock, and 100 segments with lock, four events and a section */
    check("version: 1\nlimits: { objects: 702, memory: 1052672 }\n" SEGMENTS, "");
    check(
        "version: 1\nlimits: { objects: 701, memory: 1052671 }\n" SEGMENTS,
        "f:2:20: warning: limits.objects: the objects of the files take 2 objects (with locks, "
        "slots and events), and what may be requested up to 700, together more than the limit "
        "of 701: requests are refused before the quotas (total) are used up; write less for them, "
        "or raise the limit\n"
        "f:2:33: warning: limits.memory: the objects of the files take 4096 bytes, and what may "
        "be requested up to 1048576, together more than the limit of 1052671: requests are "
        "refused before the quotas\n");
    check("version: 1\nrequests: { R: { " RULE ", total: { objects: 50000 } } }\n", "");
    check("version: 1\nrequests: { R: { " RULE ", total: { objects: 50000 } },\n"
          "  S: { names: 'Own.*', " MUTEX "}\n",
          "f: warning: requests: the files name 0 objects, and up to 51000 may be requested, "
          "together more than the 50000 that a broker holds\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_modest_is_not_spoken_of),
        cmocka_unit_test(who_may_ask),
        cmocka_unit_test(what_one_of_many_can_do),
        cmocka_unit_test(who_may_write),
        cmocka_unit_test(defaults_once),
        cmocka_unit_test(patterns_that_decide_nothing),
        cmocka_unit_test(names_of_the_configuration),
        cmocka_unit_test(sums_beyond_the_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
