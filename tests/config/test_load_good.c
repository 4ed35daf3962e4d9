/* Texts that are right, and the model that comes of them; the limits of a file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEFAULTS     "version: 1\ndefaults: { access: { read: Users } }\n"

static struct loaded loaded;

/* Loads what must be right. */
static const struct cfg *good(const char *text, size_t length)
{
    load(&loaded, text, length);
    assert_string_equal(loaded.lines, "");
    assert_int_equal(loaded.result, CFG_OK);
    assert_non_null(loaded.configuration);
    return loaded.configuration;
}

static void check_trustee(const struct cfg_access *access, size_t i, const char *name,
                          enum shmb_level level)
{
    assert_true(i < access->count);
    assert_string_equal(access->trustees[i].name, name);
    assert_int_equal(access->trustees[i].level, level);
}

static void queues(void **state)
{
    const struct cfg *cfg =
        good(TEXT("version: 1\n"
                  "defaults: { access: { write: [Users] } }\n"
                  "queues:\n"
                  "  Orders: { slots: 1024, slot_size: 256 }\n"
                  "  Ticks: { slots: 1048576, slot_size: 56, producers: one, consumers: one,\n"
                  "           overflow: drop oldest, max_lockers: 7 }\n"
                  "  Big: { slots: 1, slot_size: 1 MiB, producers: many, consumers: one,\n"
                  "         overflow: refuse, access: { read: [Guests] } }\n"
                  "  Pipe: { slots: 1, slot_size: 1, producers: one, consumers: one }\n"));
    const struct cfg_object *o = cfg->objects;

    (void)state;
    assert_int_equal(cfg->count, 4);
    assert_int_equal(o[0].kind, SHMB_QUEUE);
    assert_string_equal(o[0].path, "queues.Orders");
    assert_int_equal(o[0].u.queue.slots, 1024);
    assert_int_equal(o[0].u.queue.slot_size, 256);
    assert_false(o[0].u.queue.one_producer);
    assert_false(o[0].u.queue.one_consumer);
    assert_int_equal(o[0].u.queue.overflow, CFG_OVERFLOW_BLOCK);
    assert_int_equal(o[0].u.queue.max_lockers, 1024);
    assert_string_equal(o[0].u.queue.events[0], "Orders.lock");
    assert_string_equal(o[0].u.queue.events[1], "Orders.items");
    assert_string_equal(o[0].u.queue.events[2], "Orders.room");
    check_trustee(o[0].access, 0, "Users", SHMB_LEVEL_WRITE);
    assert_true(o[1].u.queue.one_producer);
    assert_true(o[1].u.queue.one_consumer);
    assert_int_equal(o[1].u.queue.overflow, CFG_OVERFLOW_DROP_OLDEST);
    assert_int_equal(o[1].u.queue.max_lockers, 7);
    assert_int_equal(o[2].u.queue.slot_size, 1048576);
    assert_false(o[2].u.queue.one_producer);
    assert_true(o[2].u.queue.one_consumer);
    assert_int_equal(o[2].u.queue.overflow, CFG_OVERFLOW_REFUSE);
    check_trustee(o[2].access, 0, "Guests", SHMB_LEVEL_READ);
    assert_int_equal(o[2].u.queue.max_lockers, 1024);
    assert_int_equal(o[3].u.queue.max_lockers, 16);
    unload(&loaded);
}

static void every_kind(void **state)
{
    const struct cfg *cfg = good(TEXT("version: 1\n"
                                      "events:\n"
                                      "  E: { reset: auto, access: { write: W } }\n"
                                      "  F: { reset: manual, set: true }\n"
                                      "semaphores:\n"
                                      "  S: { initial: 2, maximum: 5 }\n"
                                      "  T: { maximum: 2147483647 }\n"
                                      "  U: { maximum: 1, initial: 0 }\n"
                                      "defaults: { access: { read: [Users] } }\n"
                                      "segments:\n"
                                      "  Global\\Prices: { size: 64 KiB }\n"
                                      "mutexes:\n"
                                      "  M:\n"
                                      "  N: {}\n"));
    const struct cfg_object *o = cfg->objects;

    (void)state;
    assert_int_equal(cfg->count, 8);
    assert_string_equal(cfg->file, "f");
    assert_int_equal(o[0].kind, SHMB_EVENT);
    assert_false(o[0].u.event.manual_reset);
    check_trustee(o[0].access, 0, "W", SHMB_LEVEL_WRITE);
    assert_string_equal(o[1].path, "events.F");
    assert_true(o[1].u.event.manual_reset);
    assert_true(o[1].u.event.set);
    assert_false(o[0].u.event.set);
    assert_int_equal(o[2].kind, SHMB_SEMAPHORE);
    assert_int_equal(o[2].u.semaphore.initial, 2);
    assert_int_equal(o[2].u.semaphore.maximum, 5);
    assert_int_equal(o[3].u.semaphore.initial, INT32_MAX);
    assert_int_equal(o[3].u.semaphore.maximum, INT32_MAX);
    assert_int_equal(o[4].u.semaphore.initial, 0);
    assert_int_equal(o[5].kind, SHMB_SECTION);
    assert_string_equal(o[5].name, "Prices");
    assert_string_equal(o[5].path, "segments.Global\\Prices");
    assert_int_equal(o[5].place.line, 11);
    assert_int_equal(o[5].place.column, 3);
    assert_string_equal(o[5].place.file, "f");
    assert_true(o[5].u.segment.size == 65536);
    assert_string_equal(o[5].u.segment.lock.name, "Prices.lock");
    assert_null(o[5].u.segment.initial);
    assert_int_equal(o[6].kind, SHMB_MUTEX);
    assert_ptr_equal(o[6].access, o[7].access);
    check_trustee(o[7].access, 0, "Users", SHMB_LEVEL_READ);
    unload(&loaded);
}

/* Trustees keep the order of the file, and an own access replaces the default as a whole. */
static void access_lists(void **state)
{
    const struct cfg *cfg =
        good(TEXT("version: 1\n"
                  "defaults: { access: { full: Admin } }\n"
                  "mutexes:\n"
                  "  M:\n"
                  "    access: { write: 'CORP\\App', deny: [Guests], read: [Users, S-1-5-11] }\n"
                  "  N: { access: &a { write: [A, B], read: A } }\n"
                  "  O: { access: *a }\n"));
    const struct cfg_access *m = cfg->objects[0].access;

    (void)state;
    assert_int_equal(m->count, 4);
    check_trustee(m, 0, "CORP\\App", SHMB_LEVEL_WRITE);
    check_trustee(m, 1, "Guests", SHMB_LEVEL_DENY);
    check_trustee(m, 2, "Users", SHMB_LEVEL_READ);
    check_trustee(m, 3, "S-1-5-11", SHMB_LEVEL_READ);
    assert_int_equal(m->trustees[3].place.line, 5);
    assert_int_equal(m->trustees[3].place.column, 64);
    assert_int_equal(m->place.column, 13);
    assert_int_equal(cfg->objects[1].access->count, 3);
    assert_int_equal(cfg->objects[2].access->count, 3);
    check_trustee(cfg->objects[2].access, 2, "A", SHMB_LEVEL_READ);
    unload(&loaded);
}

static void locks(void **state)
{
    static const struct {
        const char *name;
        bool readers_may_wait;
        enum cfg_lock_kind kind;
        uint32_t max_lockers;
    } rows[] = {{"A.lock", false, CFG_LOCK_MUTEX, 0}, {"B.lock", false, CFG_LOCK_MUTEX, 0},
                {NULL, false, CFG_LOCK_MUTEX, 0},     {"sync_D", false, CFG_LOCK_MUTEX, 0},
                {"E.lock", true, CFG_LOCK_MUTEX, 0},  {"sync_F", false, CFG_LOCK_MUTEX, 0},
                {"G.lock", false, CFG_LOCK_MUTEX, 0}, {"H.lock", false, CFG_LOCK_FAST, 1024},
                {"I.lock", false, CFG_LOCK_FAST, 1},  {"wake_J", false, CFG_LOCK_FAST, 4096},
                {"K.lock", false, CFG_LOCK_MUTEX, 0}};
    const struct cfg *cfg = good(
        TEXT(DEFAULTS "segments:\n"
                      "  A: { size: 1 }\n"
                      "  B: { size: 1, lock: mutex }\n"
                      "  C: { size: 1, lock: none }\n"
                      "  D: { size: 1, lock: { name: Global\\sync_D } }\n"
                      "  E: { size: 1, lock: { readers_may_wait: true } }\n"
                      "  F: { size: 1, lock: { name: sync_F, readers_may_wait: false } }\n"
                      "  G: { size: 1, lock: {} }\n"
                      "  H: { size: 1, lock: fast }\n"
                      "  I: { size: 1, lock: { kind: fast, max_lockers: 1 } }\n"
                      "  J: { size: 1, lock: { name: wake_J, kind: fast, max_lockers: 4096 } }\n"
                      "  K: { size: 1, lock: { kind: mutex } }\n"));
    size_t i;

    (void)state;
    assert_int_equal(cfg->count, COUNT(rows));
    for (i = 0; i < COUNT(rows); i++) {
        const struct cfg_lock *lock = &cfg->objects[i].u.segment.lock;

        if (rows[i].name == NULL)
            assert_null(lock->name);
        else
            assert_string_equal(lock->name, rows[i].name);
        assert_int_equal(lock->readers_may_wait, rows[i].readers_may_wait);
        assert_int_equal(lock->kind, rows[i].kind);
        assert_int_equal(lock->max_lockers, rows[i].max_lockers);
        assert_int_equal(lock->place.line, 4 + i);
    }
    unload(&loaded);
}

static void change_events(void **state)
{
    const struct cfg *cfg = good(TEXT(DEFAULTS "segments:\n"
                                               "  A: { size: 1, notify: true }\n"
                                               "  B: { size: 1, notify: false }\n"
                                               "  C: { size: 1 }\n"));
    const struct cfg_notify *notify = cfg->objects[0].u.segment.notify;
    size_t i;

    (void)state;
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        char name[] = "A.changed.0";

        name[10] = (char)('0' + i);
        assert_string_equal(notify->events[i], name);
    }
    assert_null(cfg->objects[1].u.segment.notify);
    assert_null(cfg->objects[2].u.segment.notify);
    assert_int_equal(notify->place.line, 4);
    unload(&loaded);
}

static void double_snapshots(void **state)
{
    const struct cfg *cfg = good(TEXT(DEFAULTS "segments:\n"
                                               "  A: { size: 1 MiB, snapshots: double }\n"
                                               "  B: { size: 1, snapshots: sequence }\n"
                                               "  C: { size: 2 MiB }\n"));

    (void)state;
    assert_string_equal(cfg->objects[0].u.segment.snapshots->name, "A.snapshots");
    assert_int_equal(cfg->objects[0].u.segment.snapshots->place.line, 4);
    assert_null(cfg->objects[1].u.segment.snapshots);
    assert_null(cfg->objects[2].u.segment.snapshots);
    unload(&loaded);
}

static void initial_contents(void **state)
{
    static const struct {
        const char *written, *bytes;
        size_t length;
        uint8_t fill;
    } rows[] = {
        {"text: abc", TEXT("abc"), 0},
        {"text: 12", TEXT("12"), 0},
        {"text: \"a\\tb\\n\"", TEXT("a\tb\n"), 0},
        {"text: \"\"", TEXT(""), 0},
        {"text: \"\\u00E9\"", TEXT("\xC3\xA9"), 0},
        {"text: abc, encoding: utf-8", TEXT("abc"), 0},
        {"text: ab, encoding: utf-16le", TEXT("a\0b\0"), 0},
        {"text: \"\\u20AC\\U0001F600\", encoding: utf-16le", TEXT("\xAC\x20\x3D\xD8\x00\xDE"), 0},
        {"hex: 00 ff 1A", TEXT("\x00\xFF\x1A"), 0},
        {"hex: '0011'", TEXT("\x00\x11"), 0},
        {"hex: 0011223344556677", TEXT("\x00\x11\x22\x33\x44\x55\x66\x77"), 0},
        {"hex: \"00\\n11\"", TEXT("\x00\x11"), 0},
        {"hex: ''", TEXT(""), 0},
        {"fill: 0", TEXT(""), 0},
        {"fill: 255", TEXT(""), 255},
        {"fill: 0x20", TEXT(""), 0x20},
        {"fill: 0xF", TEXT(""), 0x0F},
    };
    char text[256];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int length =
            snprintf(text, sizeof text, DEFAULTS "segments: { A: { size: 8, initial: { %s } } }",
                     rows[i].written);
        const struct cfg_initial *initial =
            good(text, (size_t)length)->objects[0].u.segment.initial;

        assert_int_equal(initial->length, rows[i].length);
        if (rows[i].length > 0)
            assert_memory_equal(initial->bytes, rows[i].bytes, rows[i].length);
        assert_int_equal(initial->fill, rows[i].fill);
        assert_int_equal(initial->place.line, 3);
        unload(&loaded);
    }
}

/* Other ways to write the same, which YAML and Windows editors bring along. */
static void forms_of_a_file(void **state)
{
    static const char *const texts[] = {
        "\xEF\xBB\xBF" DEFAULTS "mutexes: { M: }",
        "version: 1\r\ndefaults:\r\n  access:\r\n    read:\r\n    - Users\r\nmutexes:\r\n  M:\r\n",
        "%YAML 1.1\n---\nversion: 1\ndefaults: { access: { read: Users } }\nmutexes: { M: ~ "
        "}\n...\n",
        "{version: 1, defaults: {access: {read: Users}}, mutexes: {M: null}}",
        "# first\n\n" DEFAULTS "# comment\nsegments:\nevents: ~\nmutexes: { \"M\": {} } # last",
        DEFAULTS
        "mutexes: { &n M: }\nsegments: { A: { size: 1, lock: none, initial: { text: *n } } }",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(texts); i++) {
        assert_string_equal(good(texts[i], strlen(texts[i]))->objects[0].name, "M");
        unload(&loaded);
    }
}

static void kept_segments(void **state)
{
    const struct cfg *cfg =
        good(TEXT(DEFAULTS "segments: { A: { size: 1, keep: reboot, save_every: 1 s },\n"
                           "  B: { size: 1 GiB, keep: reboot }, C: { size: 2 GiB } }"));

    (void)state;
    assert_true(cfg->objects[0].u.segment.keep);
    assert_int_equal(cfg->objects[0].u.segment.save_every, 1000);
    assert_true(cfg->objects[1].u.segment.keep);
    assert_int_equal(cfg->objects[1].u.segment.save_every, 0);
    assert_false(cfg->objects[2].u.segment.keep);
    unload(&loaded);
}

static void sizes_at_the_limits(void **state)
{
    const struct cfg *cfg =
        good(TEXT(DEFAULTS "segments: { A: { size: 1 }, B: { size: 1024 GiB },\n"
                           "  C: { size: 1099511627776 }, D: { size: '1 KiB' } }"));

    (void)state;
    assert_true(cfg->objects[0].u.segment.size == 1);
    assert_true(cfg->objects[1].u.segment.size == CFG_SIZE_MAX);
    assert_true(cfg->objects[2].u.segment.size == CFG_SIZE_MAX);
    assert_true(cfg->objects[3].u.segment.size == 1024);
    unload(&loaded);
}

static void warnings_leave_it_good(void **state)
{
    (void)state;
    load(&loaded, TEXT(DEFAULTS "segments: { \xC3\xA9: { size: 1 }, A: { size: 1, lock: { name: "
                                "\xC3\xBC } } }\n"));
    assert_string_equal(
        loaded.lines,
        "f:3:13: warning: segments.\xC3\xA9: the name '\xC3\xA9' is not plain ASCII; FoxPro, VB6 "
        "and "
        "other programs that call the A functions may be unable to write it\n"
        "f:3:57: warning: segments.A.lock: the name '\xC3\xBC' is not plain ASCII; FoxPro, VB6 and "
        "other programs that call the A functions may be unable to write it\n");
    assert_int_equal(loaded.result, CFG_OK);
    unload(&loaded);
}

/* clang-format off */
/* Texts that may be meant as they are, and what is said of them. */
static const struct {
    const char *text;
    size_t length;
    const char *lines;
} doubtful[] = {
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\"CORP\\_svc\", \"CORP\\x64min\", \"a\\ b\"] } } }\n"),
     "f:3:34: warning: mutexes.M.access.read[0]: the account contains U+00A0, a no-break space, between 'CORP' and 'svc'; type a plain character unless it is meant (in double quotes \\_ is U+00A0; write the backslash twice, or use single quotes)\n"
     "f:3:47: warning: mutexes.M.access.read[1]: the account has an escape that is hardly meant (in double quotes \\x64 is U+0064; write the backslash twice, or use single quotes)\n"
     "f:3:62: warning: mutexes.M.access.read[2]: the account has an escape that is hardly meant (in double quotes \\  is U+0020; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 99, initial: { text: \"C:\\Pay\\Lib\" } } }\n"),
     "f:3:45: warning: segments.A.initial.text: in double quotes \\P is U+2029, a paragraph separator; write the backslash twice, or use single quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 99, initial: { text: \"a\\tb\\n\\u2028\" } } }\n"),
     ""},
    {TEXT(DEFAULTS "mutexes: { \"a\\u0062\\/\\\"\": , \"\\u200B\\u2029\\u0020\": }\n"),
     "f:3:29: warning: mutexes.?? : the name '?? ' is not plain ASCII; FoxPro, VB6 and other programs that call the A functions may be unable to write it\n"},
    {TEXT(DEFAULTS "mutexes: { \xE2\x80\x9CM\xE2\x80\x9D: }\n"),
     "f:3:12: warning: mutexes.\xE2\x80\x9CM\xE2\x80\x9D: the name contains U+201C, a typographic quote, before 'M\xE2\x80\x9D'; type a plain character unless it is meant\n"
     "f:3:12: warning: mutexes.\xE2\x80\x9CM\xE2\x80\x9D: the name '\xE2\x80\x9CM\xE2\x80\x9D' is not plain ASCII; FoxPro, VB6 and other programs that call the A functions may be unable to write it\n"},
    {TEXT(DEFAULTS "mutexes: { \"M \": , \" N\": }\n"),
     "f:3:12: warning: mutexes.M : the name ends with a space; remove it unless it is meant\n"
     "f:3:20: warning: mutexes. N: the name begins with a space; remove it unless it is meant\n"},
    {TEXT(DEFAULTS "mutexes: { Global/M: , Locale: , globals: , Global_x: , Global.y: , \"local:z\": }\n"),
     "f:3:12: warning: mutexes.Global/M: the name looks like Global\\ and a name, but means Global\\Global/M; write only the name\n"
     "f:3:69: warning: mutexes.local:z: the name looks like Local\\ and a name, but means Global\\local:z; write only the name\n"},
    {TEXT(DEFAULTS "mutexes: { Global\xEF\xBC\xBCQ: }\n"),
     "f:3:12: warning: mutexes.Global\xEF\xBC\xBCQ: the name contains U+FF3C, a backslash that is not the plain \\, between 'Global' and 'Q'; type a plain character unless it is meant\n"
     "f:3:12: warning: mutexes.Global\xEF\xBC\xBCQ: the name looks like Global\\ and a name, but means Global\\Global\xEF\xBC\xBCQ; write only the name\n"
     "f:3:12: warning: mutexes.Global\xEF\xBC\xBCQ: the name 'Global\xEF\xBC\xBCQ' is not plain ASCII; FoxPro, VB6 and other programs that call the A functions may be unable to write it\n"},
    {TEXT(DEFAULTS "mutexes: { A*: , \"B?\": }\n"),
     "f:3:12: warning: mutexes.A*: * and ? stand for themselves in a name; there are no wildcards\n"
     "f:3:18: warning: mutexes.B?: * and ? stand for themselves in a name; there are no wildcards\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: 'CORP\\\\A' } } }\n"),
     "f:3:33: warning: mutexes.M.access.read: 'CORP\\\\A' has two backslashes in a row; only in double quotes is a backslash written twice\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: \"A, B\" } } }\n"),
     "f:3:33: warning: mutexes.M.access.read: 'A, B' is one account; several are a list: [A, B]\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [A\xE2\x80\x99s, \xE2\x80\x98" "B\xE2\x80\x99] } } }\n"),
     "f:3:39: warning: mutexes.M.access.read[1]: the account contains U+2018, a typographic quote, before 'B\xE2\x80\x99'; type a plain character unless it is meant\n"},
    {TEXT(DEFAULTS "mutexes: { ~: , null: , 1e3: , 0x10: , yes: , 12:30: , 2024-01-01: , C#: }\n"),
     ""},
    {TEXT("version: 1\x0D" "defaults: { access: { read: Users } }\x0Dmutexes: { M: }\x0D"),
     ""},
    {TEXT("version: 1\x0D\ndefaults: { access: { read: Users } }\x0D\nmutexes: { M: }\x0D\n"),
     ""},
    {TEXT(DEFAULTS "segments:\n  A:\n    size:\x09" "64\n    lock:\x09none\n"),
     ""},
};
/* clang-format on */

static void doubtful_texts_are_warnings(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(doubtful); i++) {
        load(&loaded, doubtful[i].text, doubtful[i].length);
        assert_string_equal(loaded.lines, doubtful[i].lines);
        assert_int_equal(loaded.result, CFG_OK);
        unload(&loaded);
    }
}

/* A list that holds messages already: they are not this load's. */
static void earlier_messages_do_not_count(void **state)
{
    struct cfg_messages messages;
    struct cfg_place place = {"a", 1, 1};
    struct cfg *cfg;
    const char text[] = DEFAULTS "mutexes: { M: }";

    (void)state;
    cfg_messages_init(&messages);
    cfg_message_add(&messages, CFG_ERROR, &place, NULL, "earlier");
    assert_int_equal(cfg_load("f", text, sizeof text - 1, &messages, &cfg), CFG_OK);
    assert_non_null(cfg);
    cfg_free(cfg);
    cfg_messages_free(&messages);
    cfg_free(NULL);
    assert_int_equal(cfg_load("f", NULL, 0, &messages, &cfg), CFG_INVALID);
    assert_null(cfg);
    cfg_messages_free(&messages);
}

static void the_file_with_events(void **state)
{
    const struct cfg *cfg =
        good(TEXT(DEFAULTS "log: { file: 'C:\\a\\x.log', size: 64 KiB, former: 99, format: json }\n"
                           "mutexes: { M: }\n"));

    (void)state;
    assert_string_equal(cfg->log.file, "C:\\a\\x.log");
    assert_int_equal(cfg->log.size, 65536);
    assert_int_equal(cfg->log.former, 99);
    assert_true(cfg->log.json);
    unload(&loaded);
    cfg = good(TEXT(DEFAULTS "log: { file: 'C:\\x.log' }\nmutexes: { M: }\n"));
    assert_int_equal(cfg->log.size, 10485760);
    assert_int_equal(cfg->log.former, 5);
    assert_false(cfg->log.json);
    unload(&loaded);
}

static void the_file_with_figures(void **state)
{
    const struct cfg *cfg;

    (void)state;
    cfg =
        good(TEXT(DEFAULTS "metrics: { file: 'd:\\a b\\x.PROM', every: 1 h }\nmutexes: { M: }\n"));
    assert_string_equal(cfg->metrics.file, "d:\\a b\\x.PROM");
    assert_int_equal(cfg->metrics.every_ms, 3600000);
    unload(&loaded);
    cfg = good(TEXT(DEFAULTS "metrics: { file: 'C:\\x.prom' }\nmutexes: { M: }\n"));
    assert_int_equal(cfg->metrics.every_ms, CFG_METRICS_MS);
    unload(&loaded);
    cfg = good(TEXT(DEFAULTS "mutexes: { M: }\n"));
    assert_null(cfg->metrics.file);
    assert_int_equal(cfg->metrics.place.line, 0);
    unload(&loaded);
}

/*
 * Objects are read while the file is parsed; only a setting behind them makes the load build the
 * whole tree first. Both give the same objects, also where an alias refers to a part of one that
 * was read long before.
 */
static void settings_behind_the_objects_change_nothing(void **state)
{
    static const char tail[] = "watch: false\n";
    enum { SEGMENTS = 700, ANCHORS_EVERY = 70 };
    size_t size = 128 * SEGMENTS + 256, used, i;
    char *text = malloc(size);
    struct loaded whole;

    (void)state;
    assert_non_null(text);
    used =
        (size_t)snprintf(text, size,
                         "version: 1\n"
                         "defaults: { access: &a { read: &s Nobody } }\n"
                         "segments:\n"
                         "  First: { size: &s 12, access: &a { read: [Alpha], write: Beta } }\n");
    for (i = 0; i < SEGMENTS; i++) {
        /* Of the same shape as those with anchors, so that its nodes would be as good a value. */
        const char *format = "  S%04zu: { size: %s%zu, access: %s }\n";

        if (i % ANCHORS_EVERY == ANCHORS_EVERY - 2)
            used += (size_t)snprintf(text + used, size - used, format, i, "&s ", i,
                                     "&a { read: [Delta], write: Eta }");
        else if (i % 2 == 0)
            used += (size_t)snprintf(text + used, size - used, format, i, "", i + 10000,
                                     "{ read: [Gamma], write: Zeta }");
        else
            used += (size_t)snprintf(text + used, size - used,
                                     "  S%04zu: { size: *s, access: *a }\n", i);
    }
    used += (size_t)snprintf(text + used, size - used, "mutexes: { M: { access: *a } }\n");
    memcpy(text + used, tail, sizeof tail);
    good(text, used + sizeof tail - 1);
    whole = loaded;
    good(text, used);
    assert_int_equal(loaded.configuration->count, SEGMENTS + 2);
    assert_int_equal(whole.configuration->count, SEGMENTS + 2);
    for (i = 0; i < SEGMENTS + 2; i++) {
        const struct cfg_object *a = &loaded.configuration->objects[i];
        const struct cfg_object *b = &whole.configuration->objects[i];
        size_t k;

        assert_string_equal(a->path, b->path);
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->access->path, b->access->path);
        assert_int_equal(a->place.line, b->place.line);
        assert_int_equal(a->access->count, b->access->count);
        for (k = 0; k < a->access->count; k++)
            check_trustee(b->access, k, a->access->trustees[k].name, a->access->trustees[k].level);
        if (a->kind != SHMB_SECTION)
            continue;
        assert_int_equal(a->u.segment.size, b->u.segment.size);
        assert_string_equal(a->u.segment.lock.name, b->u.segment.lock.name);
    }
    check_trustee(loaded.configuration->objects[2].access, 0, "Alpha", SHMB_LEVEL_READ);
    assert_int_equal(loaded.configuration->objects[2].u.segment.size, 12);
    assert_int_equal(loaded.configuration->objects[1].u.segment.size, 10000);
    check_trustee(loaded.configuration->objects[SEGMENTS].access, 0, "Delta", SHMB_LEVEL_READ);
    assert_int_equal(loaded.configuration->objects[SEGMENTS].u.segment.size, SEGMENTS - 2);
    unload(&whole);
    unload(&loaded);
    free(text);
}

/* A whole group behind an alias: its entries count once for each group. */
static void groups_by_alias(void **state)
{
    const struct cfg *cfg = good(TEXT(DEFAULTS "mutexes: &m {}\n"
                                               "semaphores: *m\n"
                                               "events: { E: { reset: manual } }\n"));

    (void)state;
    assert_int_equal(cfg->count, 1);
    unload(&loaded);
    load(&loaded, TEXT(DEFAULTS "mutexes: &m { A: }\n"
                                "segments: { S: { size: 4 } }\n"
                                "events: *m\n"));
    assert_int_equal(loaded.result, CFG_INVALID);
    assert_non_null(strstr(loaded.lines, "f:3:15: error: events.A: an event needs reset"));
    assert_non_null(strstr(loaded.lines, "the name 'A' clashes"));
    unload(&loaded);
    load(&loaded, TEXT(DEFAULTS "segments: &m { S: { size: 4 } }\n"
                                "mutexes: { M: *m }\n"));
    assert_int_equal(loaded.result, CFG_INVALID);
    assert_non_null(strstr(loaded.lines, "unknown key 'S'"));
    unload(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues),
        cmocka_unit_test(every_kind),
        cmocka_unit_test(access_lists),
        cmocka_unit_test(locks),
        cmocka_unit_test(change_events),
        cmocka_unit_test(double_snapshots),
        cmocka_unit_test(initial_contents),
        cmocka_unit_test(forms_of_a_file),
        cmocka_unit_test(kept_segments),
        cmocka_unit_test(sizes_at_the_limits),
        cmocka_unit_test(warnings_leave_it_good),
        cmocka_unit_test(doubtful_texts_are_warnings),
        cmocka_unit_test(earlier_messages_do_not_count),
        cmocka_unit_test(the_file_with_events),
        cmocka_unit_test(the_file_with_figures),
        cmocka_unit_test(settings_behind_the_objects_change_nothing),
        cmocka_unit_test(groups_by_alias),
    };

    return cmocka_run_group_tests_name("test_load_good", tests, NULL, NULL);
}
