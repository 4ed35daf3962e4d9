/* The rules of `requests`: the model of those that are right, and every line that is said of
 * others. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEFAULTS     "version: 1\ndefaults: { access: { read: Users } }\n"
#define IN           DEFAULTS "requests:\n  R: "
#define MUTEX        "names: 'App.*', who: Users, kinds: mutex"
#define SEGMENT      "names: 'App.*', who: Users, size: 4 KiB"

static struct loaded loaded;

static const struct cfg *good(const char *text, size_t length)
{
    load(&loaded, text, length);
    assert_string_equal(loaded.lines, "");
    assert_int_equal(loaded.result, CFG_OK);
    return loaded.configuration;
}

static void check_trustee(const struct cfg_access *access, size_t i, const char *name,
                          enum shmb_level level)
{
    assert_true(i < access->count);
    assert_string_equal(access->trustees[i].name, name);
    assert_int_equal(access->trustees[i].level, level);
}

static void every_key(void **state)
{
    const struct cfg *cfg = good(TEXT("version: 1\n"
                                      "requests:\n"
                                      "  MyApp:\n"
                                      "    names: ['MyApp.*', Fixed]\n"
                                      "    who: { allow: [Users, S-1-5-11], deny: Guests }\n"
                                      "    kinds: [semaphore, segment]\n"
                                      "    size: 1 MiB\n"
                                      "    each: { objects: 7, memory: 8 MiB }\n"
                                      "    total: { objects: 70, memory: 1 GiB }\n"
                                      "    rate: 9\n"
                                      "    access: { read: Users, write: requester }\n"
                                      "    integrity: low\n"
                                      "    audit: true\n"
                                      "    lock: { kind: fast, max_lockers: 5 }\n"
                                      "    notify: true\n"
                                      "    snapshots: double\n"
                                      "    lives: until released\n"));
    const struct cfg_rule *rule = cfg->rules;

    (void)state;
    assert_int_equal(cfg->count, 0);
    assert_int_equal(cfg->rule_count, 1);
    assert_string_equal(rule->name, "MyApp");
    assert_string_equal(rule->path, "requests.MyApp");
    assert_int_equal(rule->place.line, 3);
    assert_int_equal(rule->pattern_count, 2);
    assert_string_equal(rule->patterns[0], "MyApp.*");
    assert_string_equal(rule->patterns[1], "Fixed");
    assert_int_equal(rule->places[0].line, 4);
    assert_int_equal(rule->places[1].column, 24);
    assert_string_equal(rule->who->path, "requests.MyApp.who");
    assert_int_equal(rule->who->count, 3);
    check_trustee(rule->who, 0, "Users", SHMB_LEVEL_READ);
    check_trustee(rule->who, 1, "S-1-5-11", SHMB_LEVEL_READ);
    check_trustee(rule->who, 2, "Guests", SHMB_LEVEL_DENY);
    assert_int_equal(rule->kinds, 1u << SHMB_SECTION | 1u << SHMB_SEMAPHORE);
    assert_int_equal(rule->size, 1048576);
    assert_int_equal(rule->each.objects, 7);
    assert_int_equal(rule->each.memory, 8 << 20);
    assert_int_equal(rule->each.place.line, 8);
    assert_int_equal(rule->total.objects, 70);
    assert_int_equal(rule->total.memory, 1 << 30);
    assert_int_equal(rule->rate, 9);
    assert_string_equal(rule->access->path, "requests.MyApp.access");
    check_trustee(rule->access, 0, "Users", SHMB_LEVEL_READ);
    check_trustee(rule->access, 1, CFG_REQUESTER, SHMB_LEVEL_WRITE);
    assert_true(rule->integrity->low);
    assert_string_equal(rule->integrity->path, "requests.MyApp.integrity");
    assert_true(rule->audit->on);
    assert_true(rule->locked);
    assert_int_equal(rule->lock.kind, CFG_LOCK_FAST);
    assert_int_equal(rule->lock.max_lockers, 5);
    assert_null(rule->lock.name);
    assert_true(rule->notify);
    assert_true(rule->pair);
    assert_int_equal(rule->life, CFG_LIFE_RELEASED);
    unload(&loaded);
}

static void what_is_not_written(void **state)
{
    const struct cfg *cfg =
        good(TEXT("version: 1\n"
                  "defaults: { access: { write: Users }, integrity: low, audit: true }\n"
                  "requests:\n"
                  "  A: { names: 'Abc*', who: Users, size: 1 }\n"
                  "  B: { names: A, who: [Users], kinds: [event], total: { objects: 3 } }\n"
                  "  C: { names: 'Abcd*', who: Users, size: 1, lock: none, lives: while open,\n"
                  "       total: { memory: 1 MiB } }\n"
                  "  D: { names: D, who: Users, kinds: mutex, lives: as long as the broker,\n"
                  "       each: { objects: 1000, memory: 256 MiB } }\n"));
    const struct cfg_rule *r = cfg->rules;

    (void)state;
    assert_int_equal(cfg->rule_count, 4);
    assert_int_equal(r[0].kinds, 1u << SHMB_SECTION);
    assert_int_equal(r[0].each.objects, 20);
    assert_int_equal(r[0].each.memory, 16 << 20);
    assert_int_equal(r[0].each.place.line, 4);
    assert_int_equal(r[0].total.objects, 1000);
    assert_int_equal(r[0].total.memory, 256 << 20);
    assert_int_equal(r[0].rate, 50);
    assert_string_equal(r[0].access->path, "defaults.access");
    assert_true(r[0].integrity->low);
    assert_true(r[0].audit->on);
    assert_true(r[0].locked);
    assert_int_equal(r[0].lock.kind, CFG_LOCK_MUTEX);
    assert_false(r[0].notify);
    assert_false(r[0].pair);
    assert_int_equal(r[0].life, CFG_LIFE_OPEN);
    check_trustee(r[0].who, 0, "Users", SHMB_LEVEL_READ);
    /* one account has no more than all */
    assert_int_equal(r[1].each.objects, 3);
    assert_int_equal(r[1].kinds, 1u << SHMB_EVENT);
    assert_int_equal(r[1].size, 0);
    assert_false(r[1].locked);
    assert_int_equal(r[2].each.memory, 1 << 20);
    assert_false(r[2].locked);
    assert_int_equal(r[2].life, CFG_LIFE_OPEN);
    assert_int_equal(r[3].each.objects, 1000);
    assert_int_equal(r[3].life, CFG_LIFE_BROKER);
    unload(&loaded);
}

/* Wherever `requests` stands, objects and rules are the same. */
static void before_and_behind_the_objects(void **state)
{
    static const char *const texts[] = {
        DEFAULTS "requests: { R: { " SEGMENT " } }\nmutexes: { M: }\n",
        DEFAULTS "mutexes: { M: }\nrequests: { R: { " SEGMENT " } }\n",
        DEFAULTS "mutexes: { M: }\nrequests: { R: { " SEGMENT
                 " } }\nevents: { E: { reset: manual } }\n",
        "version: 1\nrequests: { R: { " SEGMENT " } }\nmutexes: { M: }\n"
        "defaults: { access: { read: Users } }\n",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(texts); i++) {
        const struct cfg *cfg = good(texts[i], strlen(texts[i]));

        assert_true(cfg->count >= 1);
        assert_string_equal(cfg->objects[0].name, "M");
        assert_int_equal(cfg->rule_count, 1);
        assert_string_equal(cfg->rules[0].access->path, "defaults.access");
        unload(&loaded);
    }
}

static void warnings(void **state)
{
    static const struct {
        const char *text, *lines;
    } rows[] = {
        {IN "{ " MUTEX ", access: { write: Requestor } }\n",
         "f:4:67: warning: requests.R.access.write: 'Requestor' is an account or group; did you "
         "mean Requester, the account that asks?\n"},
        {IN "{ names: \"App\\x2E*\", who: Users, kinds: mutex }\n",
         "f:4:15: warning: requests.R.names: the pattern has an escape that is hardly meant (in "
         "double quotes \\x2E is U+002E; write the backslash twice, or use single quotes)\n"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        load(&loaded, rows[i].text, strlen(rows[i].text));
        assert_string_equal(loaded.lines, rows[i].lines);
        assert_int_equal(loaded.result, CFG_OK);
        unload(&loaded);
    }
}

struct bad {
    const char *text, *lines;
};

/* clang-format off */
static const struct bad rows_forms[] = {
    {DEFAULTS "requests: [R]\n",
     "f:3:11: error: requests: expected a mapping from names to rules, found a list\n"},
    {DEFAULTS "requests: 5\n",
     "f:3:11: error: requests: expected a mapping from names to rules, found '5'\n"},
    {DEFAULTS "requests:\n",
     "f:1:1: error: the file names no object, so there is nothing to hold; add segments, mutexes, events, semaphores, queues or requests\n"},
    {DEFAULTS "request: { R: { " MUTEX " } }\n",
     "f:3:1: error: unknown key 'request'; did you mean 'requests'?\n"},
    {IN "text\n",
     "f:4:6: error: requests.R: expected a mapping with names, who, kinds, size, each, total, rate, access, integrity, audit, lock, notify, snapshots or lives, found 'text'\n"},
    {IN "\n",
     "f:4:3: error: requests.R: a rule needs names, such as names: 'MyApp.*'\n"
     "f:4:3: error: requests.R: a rule needs who may ask, such as who: [Users]\n"
     "f:4:3: error: requests.R: a rule for segments needs the size of the largest, such as size: 1 MiB\n"},
    {IN "{ name: 'App.*', whom: Users, kind: mutex }\n",
     "f:4:8: error: requests.R: unknown key 'name'; did you mean 'names'?\n"
     "f:4:23: error: requests.R: unknown key 'whom'; did you mean 'who'?\n"
     "f:4:36: error: requests.R: unknown key 'kind'; did you mean 'kinds'?\n"},
    {"version: 1\nrequests: { R: { " MUTEX " } }\n",
     "f:2:13: error: requests.R: no access is written, here or in defaults, and there is none by default; add one, such as access: { read: [Users], write: [Requester] }\n"},
    /* a key that the objects have */
    {IN "{ " MUTEX ", sddl: 'D:P(A;;0x20005;;;BU)' }\n",
     "f:4:50: error: requests.R.sddl: a rule has no sddl, because the account that asks could not stand in it; use access\n"},
    {IN "{ " SEGMENT ", initial: { fill: 1 }, keep: reboot, save_every: 5 s, sessions: alias }\n",
     "f:4:49: error: requests.R.initial: memory that is requested begins with zeros, and whoever requests a semaphore says its counts; remove initial\n"
     "f:4:71: error: requests.R.keep: what is requested is not restored after a reboot; remove keep\n"
     "f:4:85: error: requests.R.save_every: what is requested is not saved; remove save_every\n"
     "f:4:102: error: requests.R.sessions: what is requested has no alias; remove sessions\n"},
    {IN "{ names: 'App.*', who: Users, kinds: [event, semaphore], reset: auto, set: true, maximum: 4 }\n",
     "f:4:63: error: requests.R.reset: whoever requests an event says how it is reset; remove reset\n"
     "f:4:76: error: requests.R.set: whoever requests an event says whether it is set; remove set\n"
     "f:4:87: error: requests.R.maximum: whoever requests a semaphore says its counts; remove maximum\n"},
};

static const struct bad rows_names_of_rules[] = {
    {DEFAULTS "requests: { 'MyApp.*': { " MUTEX " } }\n",
     "f:3:13: error: requests.MyApp.*: this is the name of the rule; patterns of what may be requested are below it: names: 'MyApp.*'\n"},
    {DEFAULTS "requests: { Global\\R: { " MUTEX " } }\n",
     "f:3:13: error: requests.Global\\R: this is the name of the rule; patterns of what may be requested are below it: names: 'R'\n"},
    {DEFAULTS "requests: { 'A\\B': { " MUTEX " }, ShmBroker.x: { " MUTEX " }, '': { " MUTEX " } }\n",
     "f:3:13: error: requests.A\\B: the name contains a backslash, which is reserved for the object manager; remove it\n"
     "f:3:66: error: requests.ShmBroker.x: names that start with ShmBroker. belong to the broker; choose another\n"
     "f:3:125: error: requests: the name is empty; write 1 to 200 characters\n"},
    {DEFAULTS "requests: { R23456789012345678901234567890123456789012345678901234567890abcd: { " MUTEX " } }\n",
     "f:3:13: error: requests.R23456789012345678901234567890123456789012345678901234567890abcd: the name of a rule has at most 63 bytes; this one has 64\n"},
    {DEFAULTS "requests: { Abc: { " MUTEX " }, abc: { " MUTEX " }, ABC: { " MUTEX " } }\n",
     "f:3:64: error: requests.abc: a rule 'Abc' is at f:3:13, too; each rule needs a name of its own, and names are compared without case\n"
     "f:3:115: error: requests.ABC: a rule 'Abc' is at f:3:13, too; each rule needs a name of its own, and names are compared without case\n"},
    {DEFAULTS "requests: { Abc: { " MUTEX " }, Abc: { " MUTEX " } }\n",
     "f:3:64: error: the key 'Abc' is written twice, first at f:3:13; remove one\n"},
};

#define NAMES(names) IN "{ names: " names ", who: Users, kinds: mutex }\n"

static const struct bad rows_patterns[] = {
    {NAMES("[]"), "f:4:15: error: requests.R.names: expected a pattern or a list of 1 to 100 patterns\n"},
    {NAMES(""), "f:4:15: error: requests.R.names: expected the pattern of a name such as 'MyApp.*', found nothing\n"},
    {NAMES("{ a: b }"), "f:4:15: error: requests.R.names: expected the pattern of a name such as 'MyApp.*', found a mapping\n"},
    {NAMES("[App, [B]]"), "f:4:21: error: requests.R.names[1]: expected the pattern of a name such as 'MyApp.*', found a list\n"},
    {NAMES("''"), "f:4:15: error: requests.R.names: the name is empty; write 1 to 200 characters\n"},
    {NAMES("'*'"), "f:4:15: error: requests.R.names: '*' would match names of other applications; begin with at least 3 characters before the first * or ?\n"},
    {NAMES("['Ab*', 'a?cd', '\xC3\xA4\xC3\xB6*']"),
     "f:4:16: error: requests.R.names[0]: 'Ab*' would match names of other applications; begin with at least 3 characters before the first * or ?\n"
     "f:4:23: error: requests.R.names[1]: 'a?cd' would match names of other applications; begin with at least 3 characters before the first * or ?\n"
     "f:4:31: error: requests.R.names[2]: '\xC3\xA4\xC3\xB6*' would match names of other applications; begin with at least 3 characters before the first * or ?\n"},
    {NAMES("'Global\\App.*'"), "f:4:15: error: requests.R.names: all that is requested is below Global\\; write only what follows it: 'App.*'\n"},
    {NAMES("'Local\\App.*'"), "f:4:15: error: requests.R.names: the name is private to one session; remove the prefix, all names are Global\\ here\n"},
    {NAMES("'App\\*'"), "f:4:15: error: requests.R.names: the name contains a backslash, which is reserved for the object manager; remove it\n"},
    {NAMES("ShmBroker.*"), "f:4:15: error: requests.R.names: names that start with ShmBroker. belong to the broker; choose another\n"},
    {NAMES("shmbroker.x"), "f:4:15: error: requests.R.names: names that start with ShmBroker. belong to the broker; choose another\n"},
    {NAMES("Global"), "f:4:15: error: requests.R.names: the name is a word of the object manager; choose another\n"},
    {NAMES("\"App\\n*\""), "f:4:15: error: requests.R.names: the pattern contains U+000A, a control character, between 'App' and '*'; remove it (in double quotes \\n is U+000A; write the backslash twice, or use single quotes)\n"},
};

static const struct bad rows_who_and_access[] = {
    {IN "{ names: 'App.*', kinds: mutex, who: }\n",
     "f:4:43: error: requests.R.who: who names nobody; write [Users] or { allow: [...], deny: [...] }\n"},
    {IN "{ names: 'App.*', kinds: mutex, who: [] }\n",
     "f:4:43: error: requests.R.who: expected a trustee or a list of trustees, found an empty list or mapping\n"},
    {IN "{ names: 'App.*', kinds: mutex, who: {} }\n",
     "f:4:43: error: requests.R.who: who names nobody; write [Users] or { allow: [...], deny: [...] }\n"},
    {IN "{ names: 'App.*', kinds: mutex, who: { deny: Guests } }\n",
     "f:4:43: error: requests.R.who: deny alone leaves nobody who may ask; add allow\n"},
    {IN "{ names: 'App.*', kinds: mutex, who: { read: Users } }\n",
     "f:4:45: error: requests.R.who: unknown key 'read'; known here: allow and deny\n"},
    {IN "{ names: 'App.*', kinds: mutex, who: [Users, Guests, users] }\n",
     "f:4:59: error: requests.R.who[2]: 'users' is in this list twice, first at f:4:44; remove one\n"},
    {IN "{ names: 'App.*', kinds: mutex, who: [Requester] }\n",
     "f:4:44: error: requests.R.who[0]: 'Requester' is the account that has asked for an object, so it is for access below requests; for an account of this name write its computer or domain first, as in 'CORP\\Requester'\n"},
    {IN "{ " MUTEX ", access: { read: Users, deny: Requester } }\n",
     "f:4:79: error: requests.R.access.deny: 'Requester' is the account that has asked for the object; remove it, or exclude accounts by deny in who\n"},
    {IN "{ " MUTEX ", access: { write: [Requester, requester] } }\n",
     "f:4:79: error: requests.R.access.write[1]: 'requester' is in this list twice, first at f:4:68; remove one\n"},
    {IN "{ " MUTEX ", access: {} }\n",
     "f:4:58: error: requests.R.access: access names nobody; write { read: [...], write: [...] } or remove it\n"},
    {"version: 1\ndefaults: { access: { write: [REQUESTER] } }\nmutexes: { M: }\n",
     "f:2:31: error: defaults.access.write[0]: 'REQUESTER' is the account that has asked for an object, so it is for access below requests; for an account of this name write its computer or domain first, as in 'CORP\\REQUESTER'\n"},
    {DEFAULTS "directory: { access: { read: Requester } }\nmutexes: { M: }\n",
     "f:3:30: error: directory.access.read: 'Requester' is the account that has asked for an object, so it is for access below requests; for an account of this name write its computer or domain first, as in 'CORP\\Requester'\n"},
};

static const struct bad rows_kinds[] = {
    {IN "{ names: 'App.*', who: Users, kinds: [] }\n",
     "f:4:43: error: requests.R.kinds: the list is empty; name segment, mutex, event or semaphore\n"},
    {IN "{ names: 'App.*', who: Users, kinds: [mutex, queue, segmnt, 5, mutex] }\n",
     "f:4:51: error: requests.R.kinds[1]: queues cannot be requested; remove it\n"
     "f:4:58: error: requests.R.kinds[2]: 'segmnt'; did you mean 'segment'?\n"
     "f:4:66: error: requests.R.kinds[3]: '5'; write segment, mutex, event or semaphore\n"
     "f:4:69: error: requests.R.kinds[4]: 'mutex' is in this list twice; remove one\n"},
    {IN "{ " MUTEX ", size: 1 KiB, lock: none, notify: false, snapshots: double }\n",
     "f:4:56: error: requests.R.size: only segments have size; add segment to kinds, or remove size\n"
     "f:4:69: error: requests.R.lock: only segments have lock; add segment to kinds, or remove lock\n"
     "f:4:83: error: requests.R.notify: only segments have notify; add segment to kinds, or remove notify\n"
     "f:4:101: error: requests.R.snapshots: only segments have snapshots; add segment to kinds, or remove snapshots\n"},
    {IN "{ " SEGMENT ", lock: { name: x, kind: fast } }\n",
     "f:4:57: error: requests.R.lock.name: the lock of a requested segment X is X.lock; remove name\n"},
    {IN "{ " SEGMENT ", lock: Other }\n",
     "f:4:55: error: requests.R.lock: 'Other'; write mutex, fast or none\n"},
    {IN "{ " SEGMENT ", lock: [] }\n",
     "f:4:55: error: requests.R.lock: expected mutex, fast, none or a mapping with kind, max_lockers or readers_may_wait, found a list\n"},
    {IN "{ " SEGMENT ", lock: { max_lockers: 4 }, notify: yes, lives: forever }\n",
     "f:4:70: error: requests.R.lock.max_lockers: only a fast lock has max_lockers; add kind: fast, or remove max_lockers\n"
     "f:4:83: error: requests.R.notify: 'yes'; write true or false, without quotes\n"
     "f:4:95: error: requests.R.lives: 'forever'; write while open, until released or as long as the broker\n"},
    {IN "{ names: 'App.*', who: Users, size: 2 MiB, snapshots: double }\n",
     "f:4:60: error: requests.R.snapshots: a segment with snapshots: double has at most 1 MiB, because each write copies all of it; use snapshots: sequence\n"},
};

static const struct bad rows_quotas[] = {
    {IN "{ " MUTEX ", each: {}, total: 5, rate: 0 }\n",
     "f:4:56: error: requests.R.each: each needs objects, memory or both\n"
     "f:4:67: error: requests.R.total: expected a mapping with objects or memory, found '5'\n"
     "f:4:76: error: requests.R.rate: '0'; write a whole number from 1 to 10000\n"},
    {IN "{ " MUTEX ", each: { objects: 0, memory: 5 KB }, total: { objects: 50001 } }\n",
     "f:4:67: error: requests.R.each.objects: '0'; write a whole number from 1 to 50000\n"
     "f:4:78: error: requests.R.each.memory: '5 KB'; did you mean KiB (KiB, MiB and GiB count in 1024)?\n"
     "f:4:104: error: requests.R.total.objects: '50001'; write a whole number from 1 to 50000\n"},
    {IN "{ " MUTEX ", each: { objects: 5, memory: 2 KiB }, total: { objects: 4, memory: 1 KiB } }\n",
     "f:4:67: error: requests.R.each.objects: 5 objects for one account are more than the 4 for all (total.objects)\n"
     "f:4:78: error: requests.R.each.memory: 2048 bytes for one account are more than the 1024 for all (total.memory)\n"},
    {IN "{ " MUTEX ", each: { objects: 1001, memory: 257 MiB } }\n",
     "f:4:67: error: requests.R.each.objects: 1001 objects for one account are more than the 1000 for all (total.objects, which is not written)\n"
     "f:4:81: error: requests.R.each.memory: 269484032 bytes for one account are more than the 268435456 for all (total.memory, which is not written)\n"},
    /* no request of the greatest size could succeed */
    {IN "{ names: 'App.*', who: Users, size: 17 MiB }\n",
     "f:4:42: error: requests.R.size: a segment of this size takes 17825792 bytes (whole pages), more than the 16777216 that one account may have (each.memory, by default); write a smaller size, or each: { memory: ... }\n"},
    {IN "{ names: 'App.*', who: Users, size: 5000, total: { memory: 8191 } }\n",
     "f:4:42: error: requests.R.size: a segment of this size takes 8192 bytes (whole pages), more than the 8191 that one account may have (total.memory); write a smaller size, or each: { memory: ... }\n"},
    {IN "{ names: 'App.*', who: Users, size: 1, snapshots: double, each: { memory: 4 KiB } }\n",
     "f:4:42: error: requests.R.size: a segment of this size takes 8192 bytes (whole pages, and its section for snapshots), more than the 4096 that one account may have (each.memory); write a smaller size, or each: { memory: ... }\n"},
    /* after an error in a quota, nothing is too large for it */
    {IN "{ names: 'App.*', who: Users, size: 1 GiB, each: { memory: x } }\n",
     "f:4:65: error: requests.R.each.memory: 'x'; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {IN "{ names: 'App.*', who: Users, size: 0 }\n",
     "f:4:42: error: requests.R.size: '0'; a segment has 1 byte to 1024 GiB\n"},
};
/* clang-format on */

static void check(const struct bad *rows, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        load(&loaded, rows[i].text, strlen(rows[i].text));
        assert_string_equal(loaded.lines, rows[i].lines);
        assert_int_equal(loaded.result, CFG_INVALID);
        unload(&loaded);
    }
}

#define BAD(name)                                                                                  \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check(rows_##name, COUNT(rows_##name));                                                    \
    }

BAD(forms)
BAD(names_of_rules)
BAD(patterns)
BAD(who_and_access)
BAD(kinds)
BAD(quotas)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key),
        cmocka_unit_test(what_is_not_written),
        cmocka_unit_test(before_and_behind_the_objects),
        cmocka_unit_test(warnings),
        cmocka_unit_test(forms),
        cmocka_unit_test(names_of_rules),
        cmocka_unit_test(patterns),
        cmocka_unit_test(who_and_access),
        cmocka_unit_test(kinds),
        cmocka_unit_test(quotas),
    };

    return cmocka_run_group_tests_name("test_read_requests", tests, NULL, NULL);
}
