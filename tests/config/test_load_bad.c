/* Texts with mistakes, and every line that is said of each. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEFAULTS     "version: 1\ndefaults: { access: { read: Users } }\n"

struct bad {
    const char *text;
    size_t length;
    const char *lines;
};

/* clang-format off */
/* The file and its version. */
static const struct bad rows_the_file_and_its_version[] = {
    {TEXT(""),
     "f: error: the file is empty; it needs version: 1 and objects to hold\n"},
    {TEXT("# only a comment\n"),
     "f: error: the file is empty; it needs version: 1 and objects to hold\n"},
    {TEXT("---\n"),
     "f: error: the file is empty; it needs version: 1 and objects to hold\n"},
    {TEXT("[1]"),
     "f:1:1: error: expected a mapping with version, include, directory, limits, watch, hold_for, metrics, log, defaults, segments, mutexes, events, semaphores, queues or requests, found a list\n"},
    {TEXT("hello"),
     "f:1:1: error: expected a mapping with version, include, directory, limits, watch, hold_for, metrics, log, defaults, segments, mutexes, events, semaphores, queues or requests, found 'hello'\n"},
    {TEXT("version: 1\n"),
     "f:1:1: error: the file names no object, so there is nothing to hold; add segments, mutexes, events, semaphores, queues or requests\n"},
    {TEXT("version: 1\nsegments:\nevents: {}\n"),
     "f:1:1: error: the file names no object, so there is nothing to hold; add segments, mutexes, events, semaphores, queues or requests\n"},
    {TEXT("mutexes: { M: { access: { read: Users } } }\n"),
     "f:1:1: error: the file does not say which version it is; add version: 1\n"},
    {TEXT("version: 2\nfoo: 1\n"),
     "f:1:10: error: version: version 2 is not known to this broker; it reads version 1\n"},
    {TEXT("version: '1'\n"),
     "f:1:10: error: version: expected a number; write it without quotes\n"},
    {TEXT("version: one\n"),
     "f:1:10: error: version: 'one'; write a whole number from 1 to 999\n"},
    {TEXT("version:\n"),
     "f:1:9: error: version: nothing; write a whole number from 1 to 999\n"},
    {TEXT(DEFAULTS "segmens: { A: { size: 1 } }\n"),
     "f:3:1: error: unknown key 'segmens'; did you mean 'segments'?\n"},
    {TEXT(DEFAULTS "mutexes: [M]\n"),
     "f:3:10: error: mutexes: expected a mapping from names to objects, found a list\n"},
    {TEXT(DEFAULTS "mutexes: 5\n"),
     "f:3:10: error: mutexes: expected a mapping from names to objects, found '5'\n"},
};

/* Not YAML, or more of it than we read. */
static const struct bad rows_not_yaml[] = {
    {TEXT("a: \"CORP\\Traders\"\n"),
     "f:1:9: error: this is not YAML: found unknown escape character while parsing a quoted scalar; in double quotes a backslash is written twice, in single quotes once\n"},
    {TEXT("a:\n\x09" "b: c\n"),
     "f:2:1: error: this is not YAML: found character that cannot start any token while scanning for the next token; indent with spaces, not with tabs\n"},
    {TEXT("a: [b\n"),
     "f:2:1: error: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence that starts at line 1\n"},
    {TEXT("a: b: c\n"),
     "f:1:5: error: this is not YAML: mapping values are not allowed in this context; look at the indentation, and put texts with a colon in quotes\n"},
    {TEXT("a: @x\n"),
     "f:1:4: error: this is not YAML: found character that cannot start any token while scanning for the next token; put the text in quotes\n"},
    {TEXT("a: 'x\n"),
     "f:2:1: error: this is not YAML: found unexpected end of stream while scanning a quoted scalar that starts at line 1; the closing quote is missing (a ' in single quotes is written twice)\n"},
    {TEXT("a: 1\nb\n"),
     "f:3:1: error: this is not YAML: could not find expected ':' while scanning a simple key that starts at line 2; look at the indentation and for a missing colon\n"},
    {TEXT("%YAML 3.0\n---\na: 1\n"),
     "f:1:1: error: this is not YAML: found incompatible YAML document\n"},
    {TEXT("a: 1\n---\nb: 2\n"),
     "f:2:1: error: a second document starts here; a file may have only one\n"},
    {TEXT("a: !!binary x\n"),
     "f:1:4: error: tags are not supported; remove what starts with !, or put the text in quotes\n"},
    {TEXT("a: !x [1]\n"),
     "f:1:4: error: tags are not supported; remove what starts with !, or put the text in quotes\n"},
    {TEXT("&a [*a]\n"),
     "f:1:5: error: this alias refers to the value that contains it\n"},
    {TEXT("a: *b\n"),
     "f:1:4: error: this alias has no anchor before it; write &name at the value it refers to, or put a text that starts with * in quotes\n"},
    {TEXT("? [a]\n: b\n"),
     "f:1:3: error: a key must be a text, not a list or mapping; put a name that starts with { or [ in quotes\n"},
    {TEXT("*b : 1\n"),
     "f:1:1: error: this alias has no anchor before it; write &name at the value it refers to, or put a text that starts with * in quotes\n"},
    {TEXT("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n"),
     "f:1:17: error: lists and mappings are nested too deep\n"},
    {TEXT("\xFF\xFE" "a\x00"),
     "f:1:1: error: the file is UTF-16, which Notepad calls Unicode; save it as UTF-8\n"},
    {TEXT("\xFE\xFF\x00" "a"),
     "f:1:1: error: the file is UTF-16, which Notepad calls Unicode; save it as UTF-8\n"},
    {TEXT("a: b\nc: \xC3\xA9\xFF\n"),
     "f:2:5: error: the text is not UTF-8 from here on; save the file as UTF-8\n"},
    {TEXT("a: b\x0D\nc: \xE2\x82\n"),
     "f:2:4: error: the text is not UTF-8 from here on; save the file as UTF-8\n"},
    {TEXT("a: \x00" "b\n"),
     "f:1:4: error: there is U+0000 here, as in text that is saved as UTF-16; save the file as UTF-8\n"},
    {TEXT("a: b\n\n  \x1B\n"),
     "f:3:3: error: there is a control character here, U+001B; remove it\n"},
    {TEXT("a: \xEF\xBF\xBF\n"),
     "f:1:4: error: there is a value that is no character here, U+FFFF; remove it\n"},
    {TEXT("a: \xC2\x85\n"),
     "f:1:4: error: there is a control character here, U+0085; remove it\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: \"a\\0b\" } } }\n"),
     "f:3:33: error: mutexes.M.access.read: the account contains U+0000, a control character, between 'a' and 'b'; remove it (in double quotes \\0 is U+0000; write the backslash twice, or use single quotes)\n"},
};

/* Keys written twice, at every level. */
static const struct bad rows_keys_written_twice[] = {
    {TEXT(DEFAULTS "version: 1\nmutexes: { M: }\n"),
     "f:3:1: error: the key 'version' is written twice, first at f:1:1; remove one\n"},
    {TEXT(DEFAULTS "mutexes: { M: , M: }\n"),
     "f:3:17: error: the key 'M' is written twice, first at f:3:12; remove one\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, size: 2 } }\n"),
     "f:3:27: error: the key 'size' is written twice, first at f:3:18; remove one\n"},
    {TEXT(DEFAULTS "mutexes: {a: ,b: ,c: ,d: ,e: ,f: ,g: ,h: ,i: ,j: ,k: ,l: ,m: ,n: ,c: ,o: }\n"),
     "f:3:67: error: the key 'c' is written twice, first at f:3:19; remove one\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: Users, read: Everyone } } }\n"),
     "f:3:40: error: the key 'read' is written twice, first at f:3:27; remove one\n"},
};

/* Access. */
static const struct bad rows_access[] = {
    {TEXT("version: 1\nmutexes: { M: }\n"),
     "f:2:12: error: mutexes.M: no access is written, here or in defaults, and there is none by default; add one, such as access: { read: [Users] }\n"},
    {TEXT("version: 1\nsegments: { A: { size: 1 } }\n"),
     "f:2:13: error: segments.A: no access is written, here or in defaults, and there is none by default; add one, such as access: { read: [Users] }\n"},
    {TEXT("version: 1\ndefaults:\nmutexes: { M: {} }\n"),
     "f:3:12: error: mutexes.M: no access is written, here or in defaults, and there is none by default; add one, such as access: { read: [Users] }\n"},
    {TEXT("version: 1\ndefaults: 5\nmutexes: { M: {} }\n"),
     "f:2:11: error: defaults: expected a mapping with access, integrity or audit, found '5'\n"},
    {TEXT("version: 1\ndefaults: { acces: { read: Users } }\nmutexes: { M: { access: { read: Users } } }\n"),
     "f:2:13: error: defaults: unknown key 'acces'; did you mean 'access'?\n"},
    {TEXT("version: 1\ndefaults: { access: { deny: Users } }\nmutexes: { M: }\n"),
     "f:2:21: error: defaults.access: deny alone leaves nobody who may use the object; add read, write or full\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: } }\n"),
     "f:3:25: error: mutexes.M.access: access names nobody; write { read: [...], write: [...] } or remove it\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: {} } }\n"),
     "f:3:25: error: mutexes.M.access: access names nobody; write { read: [...], write: [...] } or remove it\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: Users } }\n"),
     "f:3:25: error: mutexes.M.access: expected a mapping with read, write, full or deny, found 'Users'\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: [Users] } }\n"),
     "f:3:25: error: mutexes.M.access: expected a mapping with read, write, full or deny, found a list\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { raed: Users } } }\n"),
     "f:3:27: error: mutexes.M.access: unknown key 'raed'; did you mean 'read'?\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { owner: Users } } }\n"),
     "f:3:27: error: mutexes.M.access: unknown key 'owner'; known here: read, write, full and deny\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: } } }\n"),
     "f:3:33: error: mutexes.M.access.read: no account is named here; write an account, group or SID\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [] } } }\n"),
     "f:3:33: error: mutexes.M.access.read: expected a trustee or a list of trustees, found an empty list or mapping\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: {} } } }\n"),
     "f:3:33: error: mutexes.M.access.read: expected a trustee or a list of trustees, found an empty list or mapping\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: { a: b } } } }\n"),
     "f:3:33: error: mutexes.M.access.read: expected a trustee or a list of trustees, found a mapping\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [Users, ~, '', [x]] } } }\n"),
     "f:3:41: error: mutexes.M.access.read[1]: no account is named here; write an account, group or SID\n"
     "f:3:44: error: mutexes.M.access.read[2]: no account is named here; write an account, group or SID\n"
     "f:3:48: error: mutexes.M.access.read[3]: expected an account, group or SID, found a list\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: \"a\\nb\" } } }\n"),
     "f:3:33: error: mutexes.M.access.read: the account contains U+000A, a control character, between 'a' and 'b'; remove it (in double quotes \\n is U+000A; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { write: [Users, 'CORP\\App', uSERS, 'corp\\aPP'] } } }\n"),
     "f:3:54: error: mutexes.M.access.write[2]: 'uSERS' is in this list twice, first at f:3:35; remove one\n"
     "f:3:61: error: mutexes.M.access.write[3]: 'corp\\aPP' is in this list twice, first at f:3:42; remove one\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { deny: [Guests] } } }\n"),
     "f:3:25: error: mutexes.M.access: deny alone leaves nobody who may use the object; add read, write or full\n"},
};

/* Segments. */
static const struct bad rows_segments[] = {
    {TEXT(DEFAULTS "segments: { A: }\n"),
     "f:3:13: error: segments.A: a segment needs a size, such as size: 64 KiB\n"},
    {TEXT(DEFAULTS "segments: { A: 64 KiB }\n"),
     "f:3:16: error: segments.A: expected a mapping with size, access, integrity, sddl, audit, lock, initial, notify, snapshots, sessions, keep or save_every, found '64 KiB'\n"},
    {TEXT(DEFAULTS "segments: { A: { sise: 1 } }\n"),
     "f:3:18: error: segments.A: unknown key 'sise'; did you mean 'size'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: } }\n"),
     "f:3:24: error: segments.A.size: nothing; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 0 } }\n"),
     "f:3:24: error: segments.A.size: '0'; a segment has 1 byte to 1024 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: -1 } }\n"),
     "f:3:24: error: segments.A.size: '-1'; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 64 KB } }\n"),
     "f:3:24: error: segments.A.size: '64 KB'; did you mean KiB (KiB, MiB and GiB count in 1024)?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 64K } }\n"),
     "f:3:24: error: segments.A.size: '64K'; did you mean KiB (KiB, MiB and GiB count in 1024)?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1.5 MiB } }\n"),
     "f:3:24: error: segments.A.size: '1.5 MiB'; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 4 TiB } }\n"),
     "f:3:24: error: segments.A.size: '4 TiB'; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1025 GiB } }\n"),
     "f:3:24: error: segments.A.size: '1025 GiB'; a segment has 1 byte to 1024 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1099511627777 } }\n"),
     "f:3:24: error: segments.A.size: '1099511627777'; a segment has 1 byte to 1024 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 99999999999999999999 } }\n"),
     "f:3:24: error: segments.A.size: '99999999999999999999'; a segment has 1 byte to 1024 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: '512' } }\n"),
     "f:3:24: error: segments.A.size: expected a number; write it without quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: [1] } }\n"),
     "f:3:24: error: segments.A.size: a list; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 0512 } }\n"),
     "f:3:24: error: segments.A.size: '0512'; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, hold: reboot } }\n"),
     "f:3:27: error: segments.A: unknown key 'hold'; known here: size, access, integrity, sddl, audit, lock, initial, notify, snapshots, sessions, keep and save_every\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lok: none } }\n"),
     "f:3:27: error: segments.A: unknown key 'lok'; did you mean 'lock'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: muttex } }\n"),
     "f:3:33: error: segments.A.lock: 'muttex'; did you mean 'mutex'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: fsat } }\n"),
     "f:3:33: error: segments.A.lock: 'fsat'; did you mean 'fast'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: fast, readers_may_wait: true } } }\n"),
     "f:3:65: error: segments.A.lock.readers_may_wait: only a mutex has readers_may_wait: who takes a fast lock writes to shared memory, and readers may not; remove it, or write kind: mutex\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: fast, readers_may_wait: false } } }\n"),
     "f:3:65: error: segments.A.lock.readers_may_wait: only a mutex has readers_may_wait: who takes a fast lock writes to shared memory, and readers may not; remove it, or write kind: mutex\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { max_lockers: 8 } } }\n"),
     "f:3:48: error: segments.A.lock.max_lockers: only a fast lock has max_lockers; add kind: fast, or remove max_lockers\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: mutex, max_lockers: 8 } } }\n"),
     "f:3:61: error: segments.A.lock.max_lockers: only a fast lock has max_lockers; add kind: fast, or remove max_lockers\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: fast, max_lockers: 0 } } }\n"),
     "f:3:60: error: segments.A.lock.max_lockers: '0'; write a whole number from 1 to 4096\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: fast, max_lockers: 4097 } } }\n"),
     "f:3:60: error: segments.A.lock.max_lockers: '4097'; write a whole number from 1 to 4096\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: fast, max_lockres: 4 } } }\n"),
     "f:3:47: error: segments.A.lock: unknown key 'max_lockres'; did you mean 'max_lockers'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { knd: fast, max_lockers: 4 } } }\n"),
     "f:3:35: error: segments.A.lock: unknown key 'knd'; did you mean 'kind'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: none } } }\n"),
     "f:3:41: error: segments.A.lock.kind: 'none'; write mutex or fast\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { kind: fats } } }\n"),
     "f:3:41: error: segments.A.lock.kind: 'fats'; did you mean 'fast'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: } }\n"),
     "f:3:33: error: segments.A.lock: expected mutex, fast, none or a mapping with kind, name, max_lockers or readers_may_wait, found nothing\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: [] } }\n"),
     "f:3:33: error: segments.A.lock: expected mutex, fast, none or a mapping with kind, name, max_lockers or readers_may_wait, found a list\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { nam: x } } }\n"),
     "f:3:35: error: segments.A.lock: unknown key 'nam'; did you mean 'name'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { name: } } }\n"),
     "f:3:41: error: segments.A.lock.name: expected the name of the lock, found nothing\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { name: 'a\\b' } } }\n"),
     "f:3:41: error: segments.A.lock.name: the name contains a backslash, which is reserved for the object manager; remove it\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { readers_may_wait: yes } } }\n"),
     "f:3:53: error: segments.A.lock.readers_may_wait: 'yes'; write true or false, without quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { readers_may_wait: 'true' } } }\n"),
     "f:3:53: error: segments.A.lock.readers_may_wait: 'true'; write true or false, without quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, notify: yes } }\n"),
     "f:3:35: error: segments.A.notify: 'yes'; write true or false, without quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, notify: true } }\nevents: { a.CHANGED.3: { reset: manual } }\n"),
     "f:4:11: error: events.a.CHANGED.3: the name 'a.CHANGED.3' clashes with a change event of segments.A at f:3:35; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "mutexes: { A.changed.0: }\nsegments: { A: { size: 1, notify: true } }\n"),
     "f:4:35: error: segments.A.notify: the name 'A.changed.0' of a change event clashes with mutexes.A.changed.0 at f:3:12; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "limits: { objects: 5 }\nsegments: { A: { size: 1, notify: true } }\n"),
     "f:3:20: error: limits.objects: 6 objects, locks, slots and events included, exceed the limit of 5; remove some, or raise the limit\n"},
    /* Slots: 10 and their section for the default access, 5 and theirs for B. */
    {TEXT(DEFAULTS "limits: { objects: 22, memory: 1000 }\nsegments:\n"
                   "  A: { size: 1, lock: { kind: fast, max_lockers: 7 } }\n"
                   "  B: { size: 1, lock: { kind: fast, max_lockers: 5 }, access: { read: Users } }\n"
                   "  C: { size: 1, lock: { kind: fast, max_lockers: 10 } }\n"
                   "  D: { size: 1, lock: { kind: fast, max_lockers: 8 } }\n"),
     "f:3:20: error: limits.objects: 25 objects, locks, slots and events included, exceed the limit of 22; remove some, or raise the limit\n"
     "f:3:32: error: limits.memory: 1092 bytes of segments, queues and slots exceed the limit of 1000; remove some, or raise the limit\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, snapshots: duble } }\n"),
     "f:3:38: error: segments.A.snapshots: 'duble'; did you mean 'double'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1048577, snapshots: double } }\n"),
     "f:3:44: error: segments.A.snapshots: a segment with snapshots: double has at most 1 MiB, because each write copies all of it; use snapshots: sequence\n"},
    {TEXT(DEFAULTS "mutexes: { a.SNAPSHOTS: }\nsegments: { A: { size: 1, snapshots: double } }\n"),
     "f:4:38: error: segments.A.snapshots: the name 'A.snapshots' of the section for snapshots clashes with mutexes.a.SNAPSHOTS at f:3:12; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "segments: { ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt: { size: 1, lock: none, snapshots: double } }\n"),
     "f:3:240: error: segments.ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt.snapshots: the name is longer than 200 UTF-16 units; shorten it (the section for snapshots would be named ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt.snapshots; give the segment a shorter name)\n"},
    {TEXT(DEFAULTS "limits: { objects: 2, memory: 300 }\nsegments: { A: { size: 100, snapshots: double } }\n"),
     "f:3:20: error: limits.objects: 3 objects, locks, slots and events included, exceed the limit of 2; remove some, or raise the limit\n"
     "f:3:31: error: limits.memory: 420 bytes of segments, queues and slots exceed the limit of 300; remove some, or raise the limit\n"},
    {TEXT(DEFAULTS "segments: { ShmBroker: { size: 1 } }\n"),
     "f:3:13: error: segments.ShmBroker.lock: names that start with ShmBroker. belong to the broker; choose another (the lock would be named ShmBroker.lock; give it another name: lock: { name: ... })\n"},
};

/* Initial content. */
static const struct bad rows_initial_content[] = {
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: } }\n"),
     "f:3:36: error: segments.A.initial: initial needs exactly one of text, hex, fill and file\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: abc } }\n"),
     "f:3:36: error: segments.A.initial: expected a mapping with text, hex, fill, file or encoding, found 'abc'\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { text: a, hex: 00 } } }\n"),
     "f:3:36: error: segments.A.initial: initial needs exactly one of text, hex, fill and file\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: a, encoding: utf-8 } } }\n"),
     "f:3:57: error: segments.A.initial: encoding goes only with text; remove it\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: } } }\n"),
     "f:3:44: error: segments.A.initial.file: expected the path of a file, found nothing\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: [a] } } }\n"),
     "f:3:44: error: segments.A.initial.file: expected the path of a file, found a list\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: '' } } }\n"),
     "f:3:44: error: segments.A.initial.file: the path is empty\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: 'a\\*.bin' } } }\n"),
     "f:3:44: error: segments.A.initial.file: * and ? are not allowed in this path; name one file\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: 'a\\' } } }\n"),
     "f:3:44: error: segments.A.initial.file: the path ends without a file name; name a file\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: \"a\\tb\" } } }\n"),
     "f:3:44: error: segments.A.initial.file: the path contains U+0009, a tab, between 'a' and 'b'; remove it (in double quotes \\t is U+0009; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fil: a } } }\n"),
     "f:3:38: error: segments.A.initial: unknown key 'fil'; did you mean 'fill'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { text: } } }\n"),
     "f:3:44: error: segments.A.initial.text: expected a text, found nothing; write \"\" for an empty one\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { text: [a] } } }\n"),
     "f:3:44: error: segments.A.initial.text: expected a text, found a list; write \"\" for an empty one\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { text: a, encoding: utf8 } } }\n"),
     "f:3:57: error: segments.A.initial.encoding: 'utf8'; did you mean 'utf-8'?\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { text: a, encoding: latin-1 } } }\n"),
     "f:3:57: error: segments.A.initial.encoding: 'latin-1'; write utf-8 or utf-16le\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fill: 1, encoding: utf-8 } } }\n"),
     "f:3:57: error: segments.A.initial: encoding goes only with text; remove it\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { hex: 00 1 } } }\n"),
     "f:3:43: error: segments.A.initial.hex: byte 2 is not a pair of hexadecimal digits; write two for each byte, such as 00 FF 1A\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { hex: 0g } } }\n"),
     "f:3:43: error: segments.A.initial.hex: byte 1 is not a pair of hexadecimal digits; write two for each byte, such as 00 FF 1A\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { hex: 0 0 } } }\n"),
     "f:3:43: error: segments.A.initial.hex: byte 1 is not a pair of hexadecimal digits; write two for each byte, such as 00 FF 1A\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { hex: } } }\n"),
     "f:3:43: error: segments.A.initial.hex: expected hexadecimal digits, found nothing\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fill: 256 } } }\n"),
     "f:3:44: error: segments.A.initial.fill: '256'; write a whole number from 0 to 255\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fill: -1 } } }\n"),
     "f:3:44: error: segments.A.initial.fill: '-1'; write a whole number from 0 to 255\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fill: 0x100 } } }\n"),
     "f:3:44: error: segments.A.initial.fill: '0x100'; write a whole number from 0 to 255\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fill: 0xg } } }\n"),
     "f:3:44: error: segments.A.initial.fill: '0xg'; write a whole number from 0 to 255\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fill: 0x } } }\n"),
     "f:3:44: error: segments.A.initial.fill: '0x'; write a whole number from 0 to 255\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { fill: '7' } } }\n"),
     "f:3:44: error: segments.A.initial.fill: expected a number; write it without quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 3, initial: { text: abcd } } }\n"),
     "f:3:36: error: segments.A.initial: the content has 4 bytes, the segment only 3; make it shorter or the size larger\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 3, initial: { text: ab, encoding: utf-16le } } }\n"),
     "f:3:36: error: segments.A.initial: the content has 4 bytes, the segment only 3; make it shorter or the size larger\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, initial: { hex: 0000 } } }\n"),
     "f:3:36: error: segments.A.initial: the content has 2 bytes, the segment only 1; make it shorter or the size larger\n"},
};

/* Events and semaphores. */
static const struct bad rows_events_and_semaphores[] = {
    {TEXT(DEFAULTS "events: { E: { reset: manual, set: yes } }\n"),
     "f:3:36: error: events.E.set: 'yes'; write true or false, without quotes\n"},
    {TEXT(DEFAULTS "events: { E: 5 }\n"),
     "f:3:14: error: events.E: expected a mapping with reset, access, integrity, sddl, audit, sessions or set, found '5'\n"},
    {TEXT(DEFAULTS "events: { E: }\n"),
     "f:3:11: error: events.E: an event needs reset: manual or reset: auto\n"},
    {TEXT(DEFAULTS "events: { E: { reset: true } }\n"),
     "f:3:23: error: events.E.reset: 'true'; write manual or auto\n"},
    {TEXT(DEFAULTS "events: { E: { reset: atuo } }\n"),
     "f:3:23: error: events.E.reset: 'atuo'; did you mean 'auto'?\n"},
    {TEXT(DEFAULTS "events: { E: { reset: auto } }\n"),
     "f:3:11: error: events.E: 'Users' gets read (at f:2:29), but a wait on an event with reset: auto takes the signal from other waiters; give it write, or use reset: manual\n"},
    {TEXT(DEFAULTS "events: { E: { reset: auto, access: { write: A, read: [B, C] } } }\n"),
     "f:3:11: error: events.E: 'B' gets read (at f:3:56), but a wait on an event with reset: auto takes the signal from other waiters; give it write, or use reset: manual\n"},
    {TEXT(DEFAULTS "semaphores: { S: }\n"),
     "f:3:15: error: semaphores.S: a semaphore needs a maximum, such as maximum: 5\n"},
    {TEXT(DEFAULTS "semaphores: { S: { maximum: 0 } }\n"),
     "f:3:29: error: semaphores.S.maximum: '0'; write a whole number from 1 to 2147483647\n"},
    {TEXT(DEFAULTS "semaphores: { S: { maximum: 2147483648 } }\n"),
     "f:3:29: error: semaphores.S.maximum: '2147483648'; write a whole number from 1 to 2147483647\n"},
    {TEXT(DEFAULTS "semaphores: { S: { maximum: 2, initial: 3 } }\n"),
     "f:3:41: error: semaphores.S.initial: '3'; write a whole number from 0 to 2\n"},
    {TEXT(DEFAULTS "semaphores: { S: { maximum: '2' } }\n"),
     "f:3:29: error: semaphores.S.maximum: expected a number; write it without quotes\n"},
    {TEXT(DEFAULTS "semaphores: { S: { maximum: 2, inital: 1 } }\n"),
     "f:3:32: error: semaphores.S: unknown key 'inital'; did you mean 'initial'?\n"},
    {TEXT(DEFAULTS "semaphores: { S: { maximum: 99999999999999999999 } }\n"),
     "f:3:29: error: semaphores.S.maximum: '99999999999999999999'; write a whole number from 1 to 2147483647\n"},
    {TEXT(DEFAULTS "mutexes: { M: { size: 1 } }\n"),
     "f:3:17: error: mutexes.M: unknown key 'size'; known here: access, integrity, sddl, audit and sessions\n"},
};

#define QUEUE(keys) TEXT(DEFAULTS "queues: { Q: { " keys " } }\n")

/* Queues. */
static const struct bad rows_queues[] = {
    {QUEUE(""),
     "f:3:11: error: queues.Q: a queue needs slots, such as slots: 1024\n"
     "f:3:11: error: queues.Q: a queue needs a slot_size, such as slot_size: 256\n"},
    {QUEUE("slots: 0, slot_size: 8"),
     "f:3:23: error: queues.Q.slots: '0'; write a whole number from 1 to 1048576\n"},
    {QUEUE("slots: 1048577, slot_size: 8"),
     "f:3:23: error: queues.Q.slots: '1048577'; write a whole number from 1 to 1048576\n"},
    {QUEUE("slots: 8, slot_size: 1048577"),
     "f:3:37: error: queues.Q.slot_size: '1048577'; a message has 1 byte to 1 MiB\n"},
    {QUEUE("slots: 8, slot_size: 2 MiB"),
     "f:3:37: error: queues.Q.slot_size: '2 MiB'; a message has 1 byte to 1 MiB\n"},
    {QUEUE("slots: 1024, slot_size: 1 MiB"),
     "f:3:23: error: queues.Q.slots: 1024 slots of 1048576 bytes are more than the 1 GiB that a queue may have; write at most 1023\n"},
    {QUEUE("slots: 8, slot_sise: 8"),
     "f:3:26: error: queues.Q: unknown key 'slot_sise'; did you mean 'slot_size'?\n"},
    {QUEUE("slots: 8, slot_size: 8, producers: two"),
     "f:3:51: error: queues.Q.producers: 'two'; write many or one\n"},
    {QUEUE("slots: 8, slot_size: 8, consumers: 1"),
     "f:3:51: error: queues.Q.consumers: '1'; write many or one\n"},
    {QUEUE("slots: 8, slot_size: 8, overflow: drop"),
     "f:3:50: error: queues.Q.overflow: 'drop'; write block, refuse or drop oldest\n"},
    {QUEUE("slots: 8, slot_size: 8, max_lockers: 4097"),
     "f:3:53: error: queues.Q.max_lockers: '4097'; write a whole number from 1 to 4096\n"},
    {QUEUE("slots: 8, slot_size: 8, keep: reboot"),
     "f:3:40: error: queues.Q.keep: a queue is not kept over a reboot: its programs have ended, and a copy would bring back messages that were read already; remove keep\n"},
    {QUEUE("slots: 8, slot_size: 8, sessions: alias"),
     "f:3:40: error: queues.Q.sessions: only programs that use the library can use a queue, and they do not need its plain name; remove sessions\n"},
    {QUEUE("slots: 8, slot_size: 8, size: 8"),
     "f:3:40: error: queues.Q.size: the size of a queue follows from slots and slot_size; remove size\n"},
    {QUEUE("slots: 8, slot_size: 8, colour: red"),
     "f:3:40: error: queues.Q: unknown key 'colour'; known here: slots, slot_size, producers, consumers, overflow, max_lockers, access, integrity, sddl and audit\n"},
    {TEXT("version: 1\nqueues: { Q: { slots: 8, slot_size: 8 } }\n"),
     "f:2:11: error: queues.Q: no access is written, here or in defaults, and there is none by default; add one, such as access: { read: [Users] }\n"},
    {TEXT(DEFAULTS "queues: { Q: { slots: 8, slot_size: 8 } }\nevents: { q.ITEMS: { reset: manual } }\n"),
     "f:4:11: error: events.q.ITEMS: the name 'q.ITEMS' clashes with an event of queues.Q at f:3:11; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "mutexes: { Q.room: }\nqueues: { Q: { slots: 8, slot_size: 8 } }\n"),
     "f:4:11: error: queues.Q: the name 'Q.room' of an event clashes with mutexes.Q.room at f:3:12; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "segments: { Q: { size: 8 } }\nqueues: { Q: { slots: 8, slot_size: 8 } }\n"),
     "f:4:11: error: queues.Q: the name 'Q' clashes with segments.Q at f:3:13; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "queues: { ShmBroker: { slots: 8, slot_size: 8 } }\n"),
     "f:3:11: error: queues.ShmBroker: names that start with ShmBroker. belong to the broker; choose another (an event of the queue would be named ShmBroker.lock; give the queue a shorter name)\n"},
    {TEXT(DEFAULTS "limits: { objects: 3 }\nqueues: { Q: { slots: 8, slot_size: 8 } }\n"),
     "f:3:20: error: limits.objects: 1029 objects, locks, slots and events included, exceed the limit of 3; remove some, or raise the limit\n"},
    {TEXT(DEFAULTS "limits: { memory: 1599 }\nqueues: { Q: { slots: 8, slot_size: 56 } }\n"),
     "f:3:19: error: limits.memory: 67200 bytes of segments, queues and slots exceed the limit of 1599; remove some, or raise the limit\n"},
};

/* Names. */
static const struct bad rows_names[] = {
    {TEXT(DEFAULTS "mutexes: { '': }\n"),
     "f:3:12: error: mutexes: the name is empty; write 1 to 200 characters\n"},
    {TEXT(DEFAULTS "mutexes: { Local\\X: }\n"),
     "f:3:12: error: mutexes.Local\\X: the name is private to one session; remove the prefix, all names are Global\\ here\n"},
    {TEXT(DEFAULTS "mutexes: { a\\b: }\n"),
     "f:3:12: error: mutexes.a\\b: the name contains a backslash, which is reserved for the object manager; remove it\n"},
    {TEXT(DEFAULTS "mutexes: { Session: }\n"),
     "f:3:12: error: mutexes.Session: the name is a word of the object manager; choose another\n"},
    {TEXT(DEFAULTS "mutexes: { ShmBroker.X: }\n"),
     "f:3:12: error: mutexes.ShmBroker.X: names that start with ShmBroker. belong to the broker; choose another\n"},
    {TEXT(DEFAULTS "mutexes: { \"a\\tb\": }\n"),
     "f:3:12: error: mutexes.a?b: the name contains U+0009, a tab, between 'a' and 'b'; remove it (in double quotes \\t is U+0009; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "mutexes: { xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: }\n"),
     "f:3:12: error: mutexes.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: the name is longer than 200 UTF-16 units; shorten it\n"},
    {TEXT(DEFAULTS "segments: { xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: { size: 1 } }\n"),
     "f:3:13: error: segments.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.lock: the name is longer than 200 UTF-16 units; shorten it (the lock would be named xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.lock; give it another name: lock: { name: ... })\n"},
    {TEXT(DEFAULTS "segments: { Prices: { size: 1 } }\nmutexes: { prices: }\n"),
     "f:4:12: error: mutexes.prices: the name 'prices' clashes with segments.Prices at f:3:13; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "mutexes: { X: , Global\\x: }\n"),
     "f:3:17: error: mutexes.Global\\x: the name 'x' clashes with mutexes.X at f:3:12; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1 } }\nmutexes: { a.LOCK: }\n"),
     "f:4:12: error: mutexes.a.LOCK: the name 'a.LOCK' clashes with the lock of segments.A at f:3:13; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "mutexes: { a.LOCK: }\nsegments: { A: { size: 1 } }\n"),
     "f:4:13: error: segments.A.lock: the name 'A.lock' of the lock clashes with mutexes.a.LOCK at f:3:12; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "segments:\n  A: { size: 1, lock: { name: L } }\n  B: { size: 1, lock: { name: Global\\l } }\n"),
     "f:5:31: error: segments.B.lock: the name 'l' of the lock clashes with the lock of segments.A at f:4:31; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { name: a } } }\n"),
     "f:3:41: error: segments.A.lock: the name 'a' of the lock clashes with segments.A at f:3:13; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1 }, a: { size: 1 } }\n"),
     "f:3:29: error: segments.a: the name 'a' clashes with segments.A at f:3:13; names are compared without case, and all kinds share them\n"},
    {TEXT(DEFAULTS "mutexes: { 'stra\xC3\x9F" "e\xC3\xA9': , 'stra\xC3\x9F" "e\xC3\x89': }\n"),
     "f:3:12: warning: mutexes.straßeé: the name 'straßeé' is not plain ASCII; FoxPro, VB6 and other programs that call the A functions may be unable to write it\n"
     "f:3:25: error: mutexes.straßeÉ: the name 'straßeÉ' clashes with mutexes.straßeé at f:3:12; names are compared without case, and all kinds share them\n"
     "f:3:25: warning: mutexes.straßeÉ: the name 'straßeÉ' is not plain ASCII; FoxPro, VB6 and other programs that call the A functions may be unable to write it\n"},
};

/* What concerns the whole configuration. */
static const struct bad rows_settings[] = {
    {TEXT(DEFAULTS "include:\nmutexes: { M: }\n"),
     "f:3:9: error: include: expected the path of a file, found nothing\n"},
    {TEXT(DEFAULTS "include: []\nmutexes: { M: }\n"),
     "f:3:10: error: include: expected a path or a list of 1 to 100 paths\n"},
    {TEXT(DEFAULTS "include: { a: b }\nmutexes: { M: }\n"),
     "f:3:10: error: include: expected the path of a file, found a mapping\n"},
    {TEXT(DEFAULTS "include: [a.yaml, '', conf.*/a.yaml, [b], 'c\\?\\d']\n"),
     "f:3:19: error: include[1]: the path is empty\n"
     "f:3:23: error: include[2]: * and ? are allowed only in the last part of the path; name the folder\n"
     "f:3:38: error: include[3]: expected the path of a file, found a list\n"
     "f:3:43: error: include[4]: * and ? are allowed only in the last part of the path; name the folder\n"},
    {TEXT(DEFAULTS "include: conf.d/\n"),
     "f:3:10: error: include: the path ends without a file name; name a file\n"},
    {TEXT(DEFAULTS "inclde: a.yaml\nmutexes: { M: }\n"),
     "f:3:1: error: unknown key 'inclde'; did you mean 'include'?\n"},
    {TEXT(DEFAULTS "directory:\nmutexes: { M: }\n"),
     "f:3:11: error: directory: directory needs access, such as access: { read: [AuthenticatedUsers] }\n"},
    {TEXT(DEFAULTS "directory: { read: Users }\nmutexes: { M: }\n"),
     "f:3:12: error: directory: directory needs access, such as access: { read: [AuthenticatedUsers] }\n"
     "f:3:14: error: directory: unknown key 'read'; known here: access\n"},
    {TEXT(DEFAULTS "directory: { acess: { read: Users } }\nmutexes: { M: }\n"),
     "f:3:14: error: directory: unknown key 'acess'; did you mean 'access'?\n"},
    {TEXT(DEFAULTS "directory: { access: { read: Users, write: [A, B], deny: C } }\nmutexes: { M: }\n"),
     "f:3:45: error: directory.access: the directory can only be read; give 'A' read, or remove it\n"
     "f:3:48: error: directory.access: the directory can only be read; give 'B' read, or remove it\n"
     "f:3:58: error: directory.access: the directory can only be read; give 'C' read, or remove it\n"},
    {TEXT(DEFAULTS "limits:\nmutexes: { M: }\n"),
     "f:3:8: error: limits: limits needs objects, memory or both\n"},
    {TEXT(DEFAULTS "limits: 5\nmutexes: { M: }\n"),
     "f:3:9: error: limits: expected a mapping with objects or memory, found '5'\n"},
    {TEXT(DEFAULTS "limits: { object: 5 }\nmutexes: { M: }\n"),
     "f:3:11: error: limits: unknown key 'object'; did you mean 'objects'?\n"},
    {TEXT(DEFAULTS "limits: { objects: 0, memory: 0 }\nmutexes: { M: }\n"),
     "f:3:20: error: limits.objects: '0'; write a whole number from 1 to 100000\n"
     "f:3:31: error: limits.memory: '0'; the limit is 1 byte to 1 PiB\n"},
    {TEXT(DEFAULTS "limits: { memory: 64 MB }\nmutexes: { M: }\n"),
     "f:3:19: error: limits.memory: '64 MB'; did you mean MiB (KiB, MiB and GiB count in 1024)?\n"},
    {TEXT(DEFAULTS "limits: { memory: 1048577 GiB }\nmutexes: { M: }\n"),
     "f:3:19: error: limits.memory: '1048577 GiB'; the limit is 1 byte to 1 PiB\n"},
    {TEXT(DEFAULTS "limits: { objects: 2 }\nsegments: { A: { size: 1 } }\nmutexes: { M: }\n"),
     "f:3:20: error: limits.objects: 3 objects, locks, slots and events included, exceed the limit of 2; remove some, or raise the limit\n"},
    {TEXT(DEFAULTS "limits: { memory: 1 KiB }\nsegments: { A: { size: 1 KiB }, B: { size: 1, lock: none } }\n"),
     "f:3:19: error: limits.memory: 1025 bytes of segments, queues and slots exceed the limit of 1024; remove some, or raise the limit\n"},
    {TEXT(DEFAULTS "hold_for: 10\nmutexes: { M: }\n"),
     "f:3:11: error: hold_for: '10'; write a time with its unit, such as 500 ms, 30 s, 10 min or 1 h\n"},
    {TEXT(DEFAULTS "hold_for: 25 h\nmutexes: { M: }\n"),
     "f:3:11: error: hold_for: '25 h'; the time is 0 to 24 h\n"},
    {TEXT(DEFAULTS "watch: yes\nmutexes: { M: }\n"),
     "f:3:8: error: watch: 'yes'; write true or false, without quotes\n"},
    {TEXT(DEFAULTS "watch:\nmutexes: { M: }\n"),
     "f:3:7: error: watch: nothing; write true or false, without quotes\n"},
    {TEXT(DEFAULTS "log: { size: 1 MiB }\nmutexes: { M: }\n"),
     "f:3:6: error: log: log needs file, such as file: 'C:\\ProgramData\\ShmBroker\\state\\shmbroker.log'\n"},
    {TEXT(DEFAULTS "log: { file: 'C:\\a.txt' }\nmutexes: { M: }\n"),
     "f:3:14: error: log.file: 'C:\\a.txt' must end in .log: so that no file of another kind is written\n"},
    {TEXT(DEFAULTS "log: { file: 'C:\\a.log', size: 1 KiB }\nmutexes: { M: }\n"),
     "f:3:32: error: log.size: '1 KiB'; the size is 64 KiB to 1 GiB\n"},
    {TEXT(DEFAULTS "log: { file: 'C:\\a.log', size: 2 GiB }\nmutexes: { M: }\n"),
     "f:3:32: error: log.size: '2 GiB'; the size is 64 KiB to 1 GiB\n"},
    {TEXT(DEFAULTS "log: { file: 'C:\\a.log', former: 0 }\nmutexes: { M: }\n"),
     "f:3:34: error: log.former: '0'; write a whole number from 1 to 99\n"},
    {TEXT(DEFAULTS "log: { file: 'C:\\a.log', format: xml }\nmutexes: { M: }\n"),
     "f:3:34: error: log.format: 'xml'; write text or json\n"},
    {TEXT(DEFAULTS "metrics: here\nmutexes: { M: }\n"),
     "f:3:10: error: metrics: expected a mapping with file or every, found 'here'\n"},
    {TEXT(DEFAULTS "metrics: { every: 1 s }\nmutexes: { M: }\n"),
     "f:3:10: error: metrics: metrics needs file, such as file: 'C:\\Program Files\\windows_exporter\\textfile_inputs\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { flie: 'C:\\m.prom' }\nmutexes: { M: }\n"),
     "f:3:12: error: metrics: unknown key 'flie'; did you mean 'file'?\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\m.prom', every: 999 ms }\nmutexes: { M: }\n"),
     "f:3:38: error: metrics.every: '999 ms'; the time is 1 s to 1 h\n"},
    {TEXT(DEFAULTS "metrics: { file: [m.prom] }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: expected the path of a file, found a list\n"},
    {TEXT(DEFAULTS "metrics: { file: 'm.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'm.prom' is not a full path on a drive; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:m.prom' is not a full path on a drive; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: '\\\\server\\share\\m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: '\\\\server\\share\\m.prom' is not a full path on a drive; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: '\\m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: '\\m.prom' is not a full path on a drive; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\a\\\\m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\a\\\\m.prom' has an empty part; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\a\\..\\m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\a\\..\\m.prom' has a part that ends with a dot or a space; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\a \\m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\a \\m.prom' has a part that ends with a dot or a space; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\a\\' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\a\\' has an empty part; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\a:m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\a:m.prom' has one of the characters / < > : \" | ? *; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:/m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:/m.prom' is not a full path on a drive; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\a/m.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\a/m.prom' has one of the characters / < > : \" | ? *; write one such as 'C:\\Folder\\shmbroker.prom'\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\m.txt' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\m.txt' must end in .prom: the textfile collector reads no other files\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\a\\.prom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\a\\.prom' must end in .prom: the textfile collector reads no other files\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\ProgramData\\ShmBroker\\shmbroker.yaml' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\ProgramData\\ShmBroker\\shmbroker.yaml' must end in .prom: the textfile collector reads no other files\n"},
    {TEXT(DEFAULTS "metrics: { file: 'C:\\mprom' }\nmutexes: { M: }\n"),
     "f:3:18: error: metrics.file: 'C:\\mprom' must end in .prom: the textfile collector reads no other files\n"},
};

/* A backslash in double quotes begins an escape. */
static const struct bad rows_double_quotes[] = {
    {TEXT(DEFAULTS "mutexes: { \"Global\\Prices\": }\n"),
     "f:3:12: error: mutexes.Global?rices: the name contains U+2029, a paragraph separator, between 'Global' and 'rices'; remove it (in double quotes \\P is U+2029; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\"CORP\\Users\"] } } }\n"),
     "f:3:41: error: this is not YAML: did not find expected hexdecimal number while parsing a quoted scalar; in double quotes a backslash is written twice, in single quotes once\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\"CORP\\xray\"] } } }\n"),
     "f:3:41: error: this is not YAML: did not find expected hexdecimal number while parsing a quoted scalar; in double quotes a backslash is written twice, in single quotes once\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\"CORP\\udead\"] } } }\n"),
     "f:3:41: error: this is not YAML: found invalid Unicode character escape code while parsing a quoted scalar; in double quotes a backslash is written twice, in single quotes once\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\"CORP\\Nick\", \"CORP\\Lisa\", \"CORP\\eve\"] } } }\n"),
     "f:3:34: error: mutexes.M.access.read[0]: the account contains U+0085, a control character, between 'CORP' and 'ick'; remove it (in double quotes \\N is U+0085; write the backslash twice, or use single quotes)\n"
     "f:3:47: error: mutexes.M.access.read[1]: the account contains U+2028, a line separator, between 'CORP' and 'isa'; remove it (in double quotes \\L is U+2028; write the backslash twice, or use single quotes)\n"
     "f:3:60: error: mutexes.M.access.read[2]: the account contains U+001B, a control character, between 'CORP' and 've'; remove it (in double quotes \\e is U+001B; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\"CORP\\\"] } } }\n"),
     "f:4:1: error: this is not YAML: found unexpected end of stream while scanning a quoted scalar that starts at line 3; the closing quote is missing (in double quotes, \\\" does not end the text: write \\\\ for a backslash, or use single quotes)\n"},
    {TEXT(DEFAULTS "include: [\"C:\\new\\a.yaml\", \"C:\\Program Files\\a.yaml\"]\n"),
     "f:3:11: error: include[0]: the path contains U+000A, a control character, between 'C:' and 'ew?.yaml'; remove it (in double quotes \\n is U+000A; write the backslash twice, or use single quotes)\n"
     "f:3:28: error: include[1]: the path contains U+2029, a paragraph separator, between 'C:' and 'rogram'; remove it (in double quotes \\P is U+2029; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { text: \"a\\e\" } } }\n"),
     "f:3:44: error: segments.A.initial.text: the text contains a control character; write the content as hex (in double quotes \\e is U+001B; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, initial: { file: \"C:\\bin\\a\" } } }\n"),
     "f:3:44: error: segments.A.initial.file: the path contains U+0008, a control character, between 'C:' and 'in?'; remove it (in double quotes \\b is U+0008; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, sddl: \"D:(A;;GA;;;\xE2\x80\x8E" "BU)\" } }\n"),
     "f:3:33: error: segments.A.sddl: the text contains U+200E, an invisible mark of direction, between 'D:(A;;GA;;;' and 'BU)'; remove it\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 9, lock: { name: \"Global\\Lock\" } } }\n"),
     "f:3:41: error: segments.A.lock.name: the name contains U+2028, a line separator, between 'Global' and 'ock'; remove it (in double quotes \\L is U+2028; write the backslash twice, or use single quotes)\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\"a\\u0009b\", \"a\xE2\x80\x8B" "b\\u2029\"] } } }\n"),
     "f:3:34: error: mutexes.M.access.read[0]: the account contains U+0009, a tab, between 'a' and 'b'; remove it\n"
     "f:3:46: error: mutexes.M.access.read[1]: the account contains U+200B, a space without width, between 'a' and 'b?'; remove it\n"},
    {TEXT(DEFAULTS "mutexes: { \xC3\xA9: { access: { read: \"\\t\" } }, &b \"\\P\": }\n"),
     "f:3:12: warning: mutexes.\xC3\xA9: the name '\xC3\xA9' is not plain ASCII; FoxPro, VB6 and other programs that call the A functions may be unable to write it\n"
     "f:3:33: error: mutexes.\xC3\xA9.access.read: the account contains U+0009, a tab; remove it (in double quotes \\t is U+0009; write the backslash twice, or use single quotes)\n"
     "f:3:43: error: mutexes.?: the name contains U+2029, a paragraph separator; remove it (in double quotes \\P is U+2029; write the backslash twice, or use single quotes)\n"},
};

/* Characters that nobody sees, or that look like others. */
static const struct bad rows_characters[] = {
    {TEXT(DEFAULTS "segments: { A: { size: 64\xC2\xA0KiB } }\n"),
     "f:3:24: error: segments.A.size: '64\xC2\xA0KiB' (with U+00A0, a no-break space, between '64' and 'KiB'); write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 64\x09KiB } }\n"),
     "f:3:24: error: segments.A.size: '64?KiB' (with U+0009, a tab, between '64' and 'KiB'); write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"},
    {TEXT(DEFAULTS "segments:\n  A:\n    size\xEF\xBC\x9A 64 KiB\n"),
     "f:5:5: error: segments.A: expected a mapping with size, access, integrity, sddl, audit, lock, initial, notify, snapshots, sessions, keep or save_every, found 'size\xEF\xBC\x9A 64 KiB' (with U+FF1A, a colon that is not the plain :, between 'size' and '64')\n"},
    {TEXT(DEFAULTS "segments:\n  A:\n\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0size: 64 KiB\n"),
     "f:4:3: error: segments.A: a segment needs a size, such as size: 64 KiB\n"
     "f:5:1: error: unknown key '\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0size' (with U+00A0, a no-break space, before '\xC2\xA0\xC2\xA0\xC2\xA0size'); known here: version, include, directory, limits, watch, hold_for, metrics, log, defaults, segments, mutexes, events, semaphores, queues and requests\n"},
    {TEXT(DEFAULTS "segments:\n  A: { size: 64 KiB\xEF\xBC\x8C lock: none }\n"),
     "f:4:26: error: this is not YAML: did not find expected ',' or '}' while parsing a flow mapping; line 4 has U+FF0C, a comma that is not the plain ,, between 'KiB' and 'lock:'\n"},
    {TEXT(DEFAULTS "mutexes: { M\xE2\x80\x8B: }\n"),
     "f:3:12: error: mutexes.M?: the name contains U+200B, a space without width, behind 'M'; remove it\n"},
    {TEXT(DEFAULTS "mutexes: { \xE2\x80\xAEM: }\n"),
     "f:3:12: error: mutexes.?M: the name contains U+202E, an invisible mark of direction, before 'M'; remove it\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: [\xE2\x80\x8ES-1-5-11] } } }\n"),
     "f:3:34: error: mutexes.M.access.read[0]: the account contains U+200E, an invisible mark of direction, before 'S-1-5-11'; remove it\n"},
    {TEXT(DEFAULTS "watch: \xE2\x80\x9Ctrue\xE2\x80\x9D\nmutexes: { M: }\n"),
     "f:3:8: error: watch: '\xE2\x80\x9Ctrue\xE2\x80\x9D' (with U+201C, a typographic quote, before 'true\xE2\x80\x9D'); write true or false, without quotes\n"},
    {TEXT(DEFAULTS "mutexes: { M: }\n\xEF\xBB\xBFversion: 1\ndefaults: { access: { read: Users } }\nmutexes: { N: }\n"),
     "f:4:1: error: there is a byte order mark here, U+FEFF, as where files were joined; remove it, or list the files in include\n"},
    {TEXT(DEFAULTS "mutexes: { M: }\n# a\xE2\x80\xA8" "b: c\n"),
     "f:4:4: error: there is a line separator here, U+2028; remove it\n"},
    {TEXT("v\x00" "e\x00r\x00"),
     "f:1:2: error: there is U+0000 here, as in text that is saved as UTF-16; save the file as UTF-8\n"},
    {TEXT(DEFAULTS "m\x00u\x00"),
     "f:3:2: error: there is U+0000 here, as in text that is saved as UTF-16; save the file as UTF-8\n"},
    {TEXT(DEFAULTS "mutexes: { M: { acce\xC2\xADss: } }\n"),
     "f:3:17: error: mutexes.M: unknown key 'acce?ss' (with U+00AD, an invisible hyphen, between 'acce' and 'ss'); did you mean 'access'?\n"},
};

/* What YAML reads as something else. */
static const struct bad rows_names_that_are_something_else[] = {
    {TEXT(DEFAULTS "segments: { A: { size:64, lock: none } }\n"),
     "f:3:18: error: segments.A: unknown key 'size:64'; write a space behind the colon\n"},
    {TEXT(DEFAULTS "mutexes:\n  M:\n    access:{}\n"),
     "f:5:5: error: mutexes.M: expected a mapping with access, integrity, sddl, audit or sessions, found 'access:{}'; write a space behind the colon\n"},
    {TEXT(DEFAULTS "mutexes: { Globl\\X: , Gl\xD0\xBE" "bal\\Y: , 'Global\\\\Z': }\n"),
     "f:3:12: error: mutexes.Globl\\X: the name contains a backslash, which is reserved for the object manager; remove it; did you mean 'Global\\'?\n"
     "f:3:23: error: mutexes.Gl\xD0\xBE" "bal\\Y: the name contains a backslash, which is reserved for the object manager; remove it; did you mean 'Global\\'?\n"
     "f:3:35: error: mutexes.Global\\\\Z: the name contains a backslash, which is reserved for the object manager; remove it; did you mean 'Global\\', with one backslash?\n"},
    {TEXT(DEFAULTS "mutexes:\n  {3F2504E0-4F89-11D3-9A0C-0305E82C3301}: { access: { read: Users } }\n"),
     "f:4:3: error: a key must be a text, not a list or mapping; put a name that starts with { or [ in quotes\n"},
    {TEXT(DEFAULTS "mutexes: { {GUID}: {} }\n"),
     "f:3:12: error: a key must be a text, not a list or mapping; put a name that starts with { or [ in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n  [x]y: {}\n"),
     "f:4:3: error: a key must be a text, not a list or mapping; put a name that starts with { or [ in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n  \"A\"B: {}\n"),
     "f:4:6: error: this is not YAML: did not find expected key while parsing a block mapping; put quotes around the whole name\n"},
    {TEXT(DEFAULTS "mutexes:\n  *x: {}\n"),
     "f:4:3: error: this alias has no anchor before it; write &name at the value it refers to, or put a text that starts with * in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n  *: {}\n"),
     "f:4:4: error: this is not YAML: did not find expected alphabetic or numeric character while scanning an alias; put a text that starts with & or * in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n  &A: {}\n"),
     "f:4:3: error: mutexes: the name is empty; write 1 to 200 characters; put a name that starts with & in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n  &: {}\n"),
     "f:4:4: error: this is not YAML: did not find expected alphabetic or numeric character while scanning an anchor; put a text that starts with & or * in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n  !A: {}\n"),
     "f:4:3: error: tags are not supported; remove what starts with !, or put the text in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n%A: {}\n"),
     "f:4:3: error: this is not YAML: found unexpected non-alphabetical character while scanning a directive; put a text that starts with % in quotes\n"},
    {TEXT(DEFAULTS "mutexes:\n  `A: {}\n"),
     "f:4:3: error: this is not YAML: found character that cannot start any token while scanning for the next token; put the text in quotes\n"},
    {TEXT(DEFAULTS "mutexes: { M: { access: { read: * } } }\n"),
     "f:3:34: error: this is not YAML: did not find expected alphabetic or numeric character while scanning an alias; put a text that starts with & or * in quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: sync_A } }\n"),
     "f:3:33: error: segments.A.lock: 'sync_A'; write mutex, fast or none, or for a mutex of this name: lock: { name: sync_A }\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: { name: {GUID} } } }\n"),
     "f:3:41: error: segments.A.lock.name: expected the name of the lock, found a mapping; put a name that starts with { or [ in quotes\n"},
    {TEXT(DEFAULTS "segments: { A: { size: 1, lock: no } }\n"),
     "f:3:33: error: segments.A.lock: 'no'; write mutex, fast or none\n"},
    {TEXT("version: 1\nsegments: { A: { <<: {}, lock: none } }\n"),
     "f:2:18: error: segments.A: merge keys (<<) are not supported; an anchor may stand for a whole value: access: &a { ... }, then access: *a\n"},
    {TEXT(DEFAULTS "mutexes: { <<: {} , M: }\n"),
     "f:3:12: error: mutexes: merge keys (<<) are not supported; an anchor may stand for a whole value: access: &a { ... }, then access: *a\n"},
    {TEXT(DEFAULTS "<<: {}\nmutexes: { M: }\n"),
     "f:3:1: error: merge keys (<<) are not supported; an anchor may stand for a whole value: access: &a { ... }, then access: *a\n"},
    {TEXT(DEFAULTS "watch: on\nlimits: { objects: 1_000, memory: 1e3 }\nhold_for: 12:30\nmutexes: { M: }\n"),
     "f:3:8: error: watch: 'on'; write true or false, without quotes\n"
     "f:4:20: error: limits.objects: '1_000'; write a whole number from 1 to 100000\n"
     "f:4:35: error: limits.memory: '1e3'; write a size such as 512, 64 KiB, 4 MiB or 1 GiB\n"
     "f:5:11: error: hold_for: '12:30'; write a time with its unit, such as 500 ms, 30 s, 10 min or 1 h\n"},
};

/* Everything at once, in the order of the file. */
static const struct bad rows_everything_at_once[] = {
    {TEXT("version: 1\nsegments:\n  A: { size: 64 KB, access: { read: Users } }\n  a: { sise: 1, access: { read: Users } }\nmutexes:\n  M: { access: { deny: X } }\nfoo: bar\ndefaults: { access: { read: [] } }\n"),
     "f:3:14: error: segments.A.size: '64 KB'; did you mean KiB (KiB, MiB and GiB count in 1024)?\n"
     "f:4:3: error: segments.a: the name 'a' clashes with segments.A at f:3:3; names are compared without case, and all kinds share them\n"
     "f:4:8: error: segments.a: unknown key 'sise'; did you mean 'size'?\n"
     "f:6:16: error: mutexes.M.access: deny alone leaves nobody who may use the object; add read, write or full\n"
     "f:7:1: error: unknown key 'foo'; known here: version, include, directory, limits, watch, hold_for, metrics, log, defaults, segments, mutexes, events, semaphores, queues and requests\n"
     "f:8:29: error: defaults.access.read: expected a trustee or a list of trustees, found an empty list or mapping\n"},
};

/* clang-format on */

static void check(const struct bad *rows, size_t count)
{
    static struct loaded loaded;
    size_t i;

    for (i = 0; i < count; i++) {
        load(&loaded, rows[i].text, rows[i].length);
        assert_string_equal(loaded.lines, rows[i].lines);
        assert_int_equal(loaded.result, CFG_INVALID);
        assert_null(loaded.configuration);
        assert_int_equal(loaded.messages.errors + loaded.messages.warnings, loaded.messages.count);
        unload(&loaded);
    }
}

#define BAD(name)                                                                                  \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check(rows_##name, COUNT(rows_##name));                                                    \
    }

BAD(the_file_and_its_version)
BAD(not_yaml)
BAD(keys_written_twice)
BAD(access)
BAD(segments)
BAD(initial_content)
BAD(events_and_semaphores)
BAD(queues)
BAD(names)
BAD(settings)
BAD(double_quotes)
BAD(characters)
BAD(names_that_are_something_else)
BAD(everything_at_once)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_and_its_version),
        cmocka_unit_test(not_yaml),
        cmocka_unit_test(keys_written_twice),
        cmocka_unit_test(access),
        cmocka_unit_test(segments),
        cmocka_unit_test(initial_content),
        cmocka_unit_test(events_and_semaphores),
        cmocka_unit_test(queues),
        cmocka_unit_test(names),
        cmocka_unit_test(settings),
        cmocka_unit_test(double_quotes),
        cmocka_unit_test(characters),
        cmocka_unit_test(names_that_are_something_else),
        cmocka_unit_test(everything_at_once),
    };

    return cmocka_run_group_tests_name("test_load_bad", tests, NULL, NULL);
}
