/*
 * One text for each verb, with all its actions. verbs.c has the table of what the verbs take;
 * a change there needs one here. No text may reach OUT_TEXT_MAX, or out_text cuts it.
 */
#include "help.h"

#include <stddef.h>
#include <string.h>

#include "out.h"

static const char general[] =
    "shmb shows and uses the shared memory and the locks that ShmBroker holds.\n"
    "\n"
    "  shmb list                         all objects\n"
    "  shmb info NAME                    one object, and your rights to it\n"
    "  shmb holders NAME                 who has an object open, and who has the lock\n"
    "  shmb doctor NAME                  why a program cannot open an object, and the remedy\n"
    "  shmb scan [PATTERN]               objects that exist now, and a configuration for them\n"
    "  shmb read NAME                    write the bytes of a segment, or the text (--text)\n"
    "  shmb dump NAME                    the same in hex and text\n"
    "  shmb watch NAME...                show each change of segments when it happens\n"
    "  shmb wait NAME                    wait until a segment changes, an event is set, ...\n"
    "  shmb top                          segments by their changes per second\n"
    "  shmb write NAME                   write a text or the standard input to a segment\n"
    "  shmb lock NAME -- COMMAND         run COMMAND under the lock of a segment\n"
    "  shmb repair NAME                  declare the content of a segment consistent\n"
    "  shmb mutex lock NAME -- COMMAND   run COMMAND under a mutex\n"
    "  shmb event set|reset|wait NAME\n"
    "  shmb semaphore take NAME -- COMMAND\n"
    "  shmb semaphore release|info NAME\n"
    "  shmb queue put|get|peek NAME      put a message into a queue, get one, look at it\n"
    "  shmb queue info|clear NAME\n"
    "  shmb request NAME                 ask the broker for an object that no configuration names\n"
    "  shmb release NAME                 give such an object back\n"
    "  shmb completion powershell|clink  completion of verbs, options and names in a shell\n"
    "  shmb VERB --help                  options and examples\n"
    "  shmb help [VERB] | version        also --help, -h, /?; --version, -V\n"
    "\n"
    "Names are as in the configuration, with or without Global\\. Options can stand anywhere\n"
    "after the verb; -- ends them. Numbers are decimal, or hexadecimal with 0x. Redirected\n"
    "output is UTF-8. With --json a verb prints a JSON document for programs, also if it\n"
    "fails; client/json.md in the package describes each.\n"
    "\n"
    "--quiet with list, info, holders, doctor, watch, wait, write, lock, repair, mutex, event, "
    "semaphore,\n"
    "queue put, queue info, queue clear, request or release:\n"
    "only errors are written. Colours: on a console only, and not where NO_COLOR is set.\n"
    "\n"
    "Exit codes: 0 done, 1 not so (not found, beyond the end, cut, inconsistent), 2 usage,\n"
    "3 access denied, 4 timed out, 5 no broker runs, 6 wrong kind, or not the broker's object,\n"
    "7 system error. Verbs with COMMAND: its exit code; failures of shmb itself: 120 more.\n";

static const char help_list[] =
    "shmb list [--requested] [--names | --json]\n"
    "\n"
    "Lists all objects the broker publishes: kind, state, size of a segment or queue in bytes,\n"
    "name; of an object that a program has asked for also the account and the rule.\n"
    "State: held; conflict: an object that is not the broker's has the name; failed: the\n"
    "system could not create it.\n"
    "\n"
    "--requested  only objects that programs have asked for\n"
    "--names      only the names, one a line\n"
    "--json       as a JSON document, with all that shmb info knows of each but your rights\n"
    "\n"
    "  shmb list\n"
    "  shmb list --requested\n"
    "  shmb list --json > objects.json\n";

static const char help_info[] =
    "shmb info NAME [--json]\n"
    "\n"
    "Shows what the broker publishes about an object; your rights, tested by opening it; and\n"
    "who may do what, from its access list; who has it open and who has the lock, as shmb\n"
    "holders. If you may not read the broker's directory, it shows what the object itself\n"
    "reveals.\n"
    "\n"
    "--json   as a JSON document\n"
    "\n"
    "  shmb info Prices\n"
    "  shmb info Global\\Prices --json\n";

static const char help_holders[] =
    "shmb holders NAME [--json]\n"
    "\n"
    "Shows the programs that have an object open, and those of its lock, events and snapshots:\n"
    "path, process id, session, account, rights. For a lock or a mutex also who owns it and\n"
    "since when, and whether an owner died; for a segment the longest view. Takes any name\n"
    "under Global\\, also one that the broker does not hold. Changes nothing. As an ordinary\n"
    "user it may not examine the programs of others and says how many; an elevated prompt sees\n"
    "all but protected ones. A program that closed its handle and kept the memory mapped is\n"
    "not seen. The time is what the owner wrote into shared memory; only owners that use the\n"
    "library do.\n"
    "\n"
    "--json   as a JSON document\n"
    "\n"
    "Exit codes: 0 done, 1 no object has this name.\n"
    "\n"
    "  shmb holders Prices\n"
    "  shmb holders Global\\Prices.lock --json\n";

static const char help_doctor[] =
    "shmb doctor NAME [--as read|write|full] [--dll PATH] [--size S] [--json]\n"
    "\n"
    "Opens an object with plain Win32 calls, as a program does, and names each problem with\n"
    "a sentence and a remedy. The exit code is 1 if one of them stops the program (stops);\n"
    "the others are hints (note). It then shows who has the object open. Run it as the user\n"
    "and in the session of the program. It changes nothing.\n"
    "\n"
    "--as     the level to test; without it read, for a mutex write\n"
    "--size   of a segment that is not there: whether a rule would let the program request one of\n"
    "         this size; without it, of 1 byte\n"
    "--dll    also checks the shmbclient.dll that a program loads: bitness and version\n"
    "--json   as a JSON document; the ids are for programs\n"
    "\n"
    "  shmb doctor Prices\n"
    "  shmb doctor Prices --as full --dll C:\\App\\shmbclient.dll\n";

static const char help_scan[] =
    "shmb scan [PATTERN] [--yaml | --json] [--all]\n"
    "\n"
    "Lists the sections, mutexes, events and semaphores that exist now under Global\\ and in\n"
    "this session, no matter who created them: kind, place, whether the broker holds it, size\n"
    "of a section, name. <= marks a size that is rounded up to pages: the system has no exact\n"
    "one. In PATTERN, * stands for any text and ? for a character. Objects that Windows and its\n"
    "runtimes make, known by their names, are left out; the last line says how many.\n"
    "\n"
    "--yaml   a first configuration with the objects that the broker does not hold yet. A\n"
    "         mutex becomes the lock of a section if the name fits: X.lock, sync_X, XMutex\n"
    "         and so on. Check it: other programs have objects, too.\n"
    "--json   as a JSON document\n"
    "--all    also the objects of Windows\n"
    "\n"
    "  shmb scan\n"
    "  shmb scan \"MyApp*\" --yaml > start.yaml\n";

static const char help_read[] =
    "shmb read NAME [--offset N] [--count N] [--raw] [--output FILE]\n"
    "shmb read NAME --text [--encoding E] [--offset N] [--count N] [--raw] [--output FILE]\n"
    "\n"
    "Writes bytes of a segment to the standard output, unchanged. A range that extends beyond\n"
    "the end is cut; a start beyond the end is an error. Up to 16 MiB are read at one moment:\n"
    "they contain no half of a write by the library. More is read in pieces. Needs only the\n"
    "right to read, and no lock.\n"
    "\n"
    "--text          writes the text up to the first zero, and a line end, as UTF-8; what a\n"
    "                screen would obey becomes ?; of a text without a zero in the first 16 MiB,\n"
    "                only these, which the exit code says (1)\n"
    "--encoding E    how the text is stored: utf-8 (without the option), utf-16le, or ansi,\n"
    "                the code page of Windows\n"
    "--raw           also during a write, and after a writer died in the middle of one\n"
    "--output FILE   writes to FILE; replaces an existing file when all is written. Use it in\n"
    "                PowerShell, which changes bytes in a pipe and behind >\n"
    "\n"
    "  shmb read Prices --text\n"
    "  shmb read Prices --output prices.bin\n"
    "  shmb read Prices --offset 0x100 --count 64\n";

static const char help_dump[] =
    "shmb dump NAME [--offset N] [--count N] [--raw] [--output FILE]\n"
    "\n"
    "As shmb read, in hex and text, 16 bytes a line. * stands for lines that are equal to the\n"
    "one above; the last line is the offset of the end.\n"
    "\n"
    "  shmb dump Prices --count 256\n";

static const char help_watch[] =
    "shmb watch NAME... [--offset N] [--count N] [--times N] [--timeout MS] [--json]\n"
    "\n"
    "Shows each change of segments when it happens: time, change number, and what changed:\n"
    "offset, length, the first new bytes. At most 16 MiB of each. With notify: true it shows\n"
    "writes of the library at once. It compares the bytes ten times a second to find other\n"
    "writes, also those of programs without the library, which have no change number. All\n"
    "writes between two comparisons are one change. Where several are watched, each line begins\n"
    "with the name. Needs only the right to read. Ctrl+C ends it; so does a segment that the\n"
    "broker recreates or lets go of, with code 1.\n"
    "\n"
    "--times N      ends after N changes of all together\n"
    "--timeout MS   ends with code 4 if none of them changes for this time\n"
    "--json         a JSON document a line: one at the beginning, one for each change\n"
    "\n"
    "  shmb watch Prices\n"
    "  shmb watch Prices Orders\n"
    "  shmb watch Prices --offset 64 --count 16 --times 1\n";

static const char help_wait[] =
    "shmb wait NAME [--timeout MS] [--json]\n"
    "\n"
    "Waits until a segment changes, an event is set, a mutex is free, or the count of a\n"
    "semaphore is above 0; gives a mutex or a count back at once. Changes are found as by\n"
    "shmb watch; an event is waited for as by shmb event wait. A message of a queue: shmb queue\n"
    "get.\n"
    "\n"
    "--timeout MS   how long to wait, in milliseconds; without it, no limit\n"
    "\n"
    "  shmb wait Prices --timeout 60000\n";

static const char help_top[] =
    "shmb top [--every MS] [--times N] [--json]\n"
    "\n"
    "Shows a table of the segments every second, those with the most changes per second\n"
    "first. A console shows the last one, cut at its width, and gets its content back at the\n"
    "end; in redirected output the tables follow each other.\n"
    "Changes are writes of the library; - stands for what you may not read. Ctrl+C ends it.\n"
    "\n"
    "--every MS   time between two tables, in milliseconds\n"
    "--times N    ends after N tables\n"
    "--json       a JSON document a line, in place of each table\n"
    "\n"
    "  shmb top\n"
    "  shmb top --times 2 > rates.txt\n";

static const char help_completion[] =
    "shmb completion powershell\n"
    "shmb completion clink\n"
    "\n"
    "Writes a script that makes the shell complete verbs, options and names of objects.\n"
    "\n"
    "  shmb completion powershell | Out-String | Invoke-Expression\n"
    "  shmb completion clink > \"%LOCALAPPDATA%\\clink\\shmb.lua\"\n";

static const char help_write[] =
    "shmb write NAME [--offset N] [--text T [--encoding E] | --input FILE] [--zero | --pad N]\n"
    "                [--timeout MS] [--json]\n"
    "\n"
    "Writes a text without a terminator, or all of a file or the standard input, unchanged,\n"
    "under the lock of the segment. What was there beyond it stays, unless --zero or --pad is\n"
    "given. If the segment is too small, the rest is left out: the exit code is then 1, and\n"
    "shmb reports how many bytes it wrote.\n"
    "\n"
    "--encoding E   how the text is stored: utf-8 (without the option), utf-16le, or ansi, the\n"
    "               code page of Windows\n"
    "--zero         fills the rest of the segment with zeros, in the same write\n"
    "--pad N        fills with zeros up to N bytes, for a field of N bytes; what is longer is\n"
    "               not written: exit code 1\n"
    "--timeout MS   how long to wait for the lock, in milliseconds; without it, no limit\n"
    "\n"
    "  shmb write Prices --text 1.25 --zero\n"
    "  shmb write Prices --text 1.25 --offset 16 --pad 16\n"
    "  shmb write Prices --offset 64 --input prices.bin\n";

static const char help_lock[] =
    "shmb lock NAME [--timeout MS] -- COMMAND [ARGUMENTS]\n"
    "\n"
    "Takes the lock of a segment, or a mutex, runs COMMAND with the input and output of\n"
    "shmb, releases the lock when COMMAND ends, and returns its exit code. If shmb is killed,\n"
    "COMMAND is killed, too. COMMAND handles Ctrl+C. The text after -- is passed on unchanged;\n"
    "for redirection and built-in commands use cmd /c.\n"
    "If an owner died while it held the lock, shmb prints a warning and runs COMMAND; it\n"
    "does so each time until shmb repair.\n"
    "\n"
    "--timeout MS   how long to wait for the lock, in milliseconds; without it, no limit\n"
    "\n"
    "Exit codes of shmb itself: 121 not so (not found, no lock), 122 usage, 123 access\n"
    "denied, 124 timed out, 125 no broker runs, 126 wrong kind, or not the broker's object,\n"
    "127 system error, COMMAND cannot be started.\n"
    "\n"
    "  shmb lock Prices -- import.exe today.csv\n"
    "  shmb lock Prices --timeout 5000 -- cmd /c \"shmb read Copy > copy.bin\"\n";

static const char help_repair[] =
    "shmb repair NAME [--restore] [--timeout MS] [--json]\n"
    "\n"
    "Takes the lock of a segment and declares its content consistent after an owner or a\n"
    "writer died: the warnings end, and snapshots work again. Check the content first, with\n"
    "shmb dump --raw. Damage that a program has done to the control section is the broker's to\n"
    "repair: within a minute, or at once with shmbroker reload.\n"
    "\n"
    "--restore      puts the last published value back first: of a segment with snapshots: double\n"
    "--timeout MS   how long to wait for the lock, in milliseconds; without it, no limit\n"
    "\n"
    "  shmb repair Prices\n";

static const char help_mutex[] =
    "shmb mutex lock NAME [--timeout MS] -- COMMAND [ARGUMENTS]\n"
    "\n"
    "As shmb lock, for a single mutex. Only the next owner is warned that an owner died.\n"
    "\n"
    "  shmb mutex lock ImportRun --timeout 0 -- app.exe\n";

static const char help_event[] =
    "shmb event set NAME [--json]\n"
    "shmb event reset NAME [--json]\n"
    "shmb event wait NAME [--timeout MS] [--json]\n"
    "\n"
    "Sets an event, resets it, or waits until it is set. Waiting on an auto-reset event\n"
    "resets it, and needs the right to write.\n"
    "\n"
    "--timeout MS   how long to wait, in milliseconds; without it, no limit\n"
    "\n"
    "  shmb event set ShutDownNow\n"
    "  shmb event wait ShutDownNow --timeout 60000\n";

static const char help_semaphore[] =
    "shmb semaphore take NAME [--timeout MS] -- COMMAND [ARGUMENTS]\n"
    "shmb semaphore release NAME [--count N] [--json]\n"
    "shmb semaphore info NAME [--json]\n"
    "\n"
    "take      takes a count of 1, runs COMMAND, and releases it; otherwise as shmb lock. The\n"
    "          system does not release what a killed process took.\n"
    "release   releases a count that was lost this way: N, or 1\n"
    "info      as shmb info, only for a semaphore\n"
    "\n"
    "--timeout MS   how long to wait, in milliseconds; without it, no limit\n"
    "\n"
    "  shmb semaphore take Licences --timeout 1000 -- editor.exe\n"
    "  shmb semaphore release Licences --count 2\n";

static const char help_queue[] =
    "shmb queue put NAME [--text T [--encoding E] | --hex BYTES | --input FILE] [--timeout MS]\n"
    "shmb queue get NAME [--text [--encoding E] | --hex] [--count N | --follow] [--timeout MS]\n"
    "shmb queue peek NAME [--text [--encoding E] | --hex]\n"
    "shmb queue info NAME\n"
    "shmb queue clear NAME\n"
    "\n"
    "put     puts one message: a text without a terminator, bytes in hex, or all of a file or\n"
    "        the standard input\n"
    "get     gets the oldest message, and writes its bytes unchanged, without a line end\n"
    "peek    writes the oldest message and leaves it in the queue; needs only the right to read\n"
    "info    as shmb info, only for a queue\n"
    "clear   removes all messages, and repairs a queue that a program has damaged\n"
    "\n"
    "--text         get, peek: writes the text up to the first zero, and a line end\n"
    "--hex          get, peek: writes the bytes in hex, and a line end\n"
    "--encoding E   utf-8 (without the option), utf-16le or ansi\n"
    "--count N      gets N messages\n"
    "--follow       gets messages until Ctrl+C\n"
    "--timeout MS   how long to wait for room or for a message, in milliseconds; without it, no\n"
    "               limit. A queue that refuses messages when it is full does not wait\n"
    "--json         a JSON document; with get a line for each message\n"
    "\n"
    "Exit codes: 4 timed out: the queue is full or empty, or another thread has an end that is\n"
    "configured for one; 1 the message is longer than a slot, or the queue is damaged.\n"
    "\n"
    "  shmb queue put Orders --text \"buy 5\"\n"
    "  shmb queue get Orders --text --follow\n";

static const char help_request[] =
    "shmb request NAME --size S [--ask] [--timeout MS] [--json]\n"
    "shmb request NAME --kind mutex [--ask] [--timeout MS] [--json]\n"
    "shmb request NAME --kind event [--manual-reset] [--set] [--ask] [--timeout MS] [--json]\n"
    "shmb request NAME --kind semaphore --maximum N [--initial N] [--ask] [--timeout MS] [--json]\n"
    "\n"
    "Asks the broker to hold an object that no configuration names. A rule that an administrator\n"
    "has written (requests) allows it, or not. The object is then as any other one, all zero. One\n"
    "that exists already is left as it is. Under a rule with lives: while open, it ends some\n"
    "seconds after no program has it open.\n"
    "\n"
    "--size S         bytes of a segment, also with KiB, MiB or GiB\n"
    "--kind K         segment (without the option), mutex, event or semaphore\n"
    "--manual-reset   an event that stays set; --set: it is set at first\n"
    "--initial N      the first count of a semaphore; --maximum N: the greatest\n"
    "--ask            only says what would come of it\n"
    "--timeout MS     how long to wait for the broker, in milliseconds; without it, 5000\n"
    "\n"
    "Exit codes: 0 the object is there, 1 refused, 3 it exists and you may not open it, 4 no\n"
    "answer in time, or you ask too often, 6 another program has the name or the broker's pipe,\n"
    "or it exists and is of another kind.\n"
    "\n"
    "  shmb request MyApp.4711 --size 64KiB\n"
    "  shmb request MyApp.Ready --kind event --manual-reset\n";

static const char help_release[] =
    "shmb release NAME [--timeout MS] [--json]\n"
    "\n"
    "Gives back an object that your account has requested; administrators may give back those of\n"
    "others. Programs that have it open keep the memory.\n"
    "\n"
    "--timeout MS   how long to wait for the broker, in milliseconds; without it, 5000\n"
    "\n"
    "Exit codes: 0 done, 1 nobody has requested it, or its rule lets it live as long as the\n"
    "broker, 3 another account has requested it.\n"
    "\n"
    "  shmb release MyApp.4711\n";

static const struct {
    const char *verb, *text;
} table[] = {
    {"list", help_list},
    {"info", help_info},
    {"holders", help_holders},
    {"doctor", help_doctor},
    {"scan", help_scan},
    {"watch", help_watch},
    {"wait", help_wait},
    {"top", help_top},
    {"completion", help_completion},
    {"read", help_read},
    {"dump", help_dump},
    {"write", help_write},
    {"lock", help_lock},
    {"repair", help_repair},
    {"mutex", help_mutex},
    {"event", help_event},
    {"semaphore", help_semaphore},
    {"queue", help_queue},
    {"request", help_request},
    {"release", help_release},
};

void help_print(void)
{
    out_text("%s", general);
}

void help_print_verb(const char *verb)
{
    size_t i;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strcmp(table[i].verb, verb) == 0)
            out_text("%s", table[i].text);
}
