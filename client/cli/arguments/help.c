#include "help.h"

#include <stddef.h>
#include <string.h>

#include "out.h"

static const char general[] =
    "shmb looks at the shared memory and the locks that ShmBroker holds, and uses them.\n"
    "\n"
    "  shmb list                         all objects\n"
    "  shmb info NAME                    one object, and your rights on it\n"
    "  shmb doctor NAME                  what keeps a program from an object, and the remedy\n"
    "  shmb scan [PATTERN]               objects that exist now, and a configuration for them\n"
    "  shmb read NAME                    bytes of a segment to the standard output\n"
    "  shmb dump NAME                    the same in hex and text\n"
    "  shmb watch NAME                   each change of a segment, as it comes\n"
    "  shmb wait NAME                    until a segment changes, an event is set, ...\n"
    "  shmb top                          segments by their changes per second\n"
    "  shmb write NAME                   a text or the standard input into a segment\n"
    "  shmb lock NAME -- COMMAND         run COMMAND under the lock of a segment\n"
    "  shmb repair NAME                  declare the content of a segment consistent\n"
    "  shmb mutex lock NAME -- COMMAND   run COMMAND under a mutex\n"
    "  shmb event set|reset|wait NAME\n"
    "  shmb semaphore take NAME -- COMMAND\n"
    "  shmb semaphore release|info NAME\n"
    "  shmb completion powershell|clink  words for the shell to complete\n"
    "  shmb VERB --help                  options and examples\n"
    "  shmb --help | --version\n"
    "\n"
    "Names as in the configuration, with Global\\ or without. Options stand anywhere behind\n"
    "the verb; -- ends them. Numbers are decimal, or hexadecimal with 0x. Output is UTF-8\n"
    "when it is redirected.\n"
    "\n"
    "Exit codes: 0 done, 1 not so (not found, beyond the end, cut, inconsistent), 2 usage,\n"
    "3 access denied, 4 timeout, 5 no broker runs, 6 wrong kind, or not the broker's object,\n"
    "7 system error. Verbs with COMMAND: its own code; failures of shmb are 120 more.\n";

static const char help_list[] =
    "shmb list [--json]\n"
    "\n"
    "All objects the broker publishes: kind, state, size of a segment in bytes, name.\n"
    "State: held; conflict, the name is held by something that is not the broker's;\n"
    "failed, the system refused to make it.\n"
    "\n"
    "--json   {\"objects\":[...]}, for each object\n"
    "         name, kind (segment, mutex, event, semaphore), state,\n"
    "         generation (a decimal number as text: it has more than 53 bits),\n"
    "         companion (true: belongs to a segment, as its lock does)\n"
    "         segment: bytes, rounded (true: bytes is rounded up to pages), lock (name of\n"
    "           its mutex or null), readers_may_wait, initial_content\n"
    "         event: manual_reset\n"
    "         semaphore: initial, maximum\n"
    "\n"
    "  shmb list\n"
    "  shmb list --json > objects.json\n";

static const char help_info[] =
    "shmb info NAME [--json]\n"
    "\n"
    "What the broker says of one object; which rights you have, found out by opening it; and\n"
    "who may do what, from its access list. Who may not read the broker's directory is told\n"
    "what the object itself shows.\n"
    "\n"
    "--json   one object with the members that shmb list --help names (null: not known) and\n"
    "         rights: a list of \"read\" and \"write\"\n"
    "         may: all your rights, in words\n"
    "         access: a list of account, sid, may and denied (in words, one of them null), without\n"
    "           those who may do everything anyway; null: you may not read it\n"
    "         semaphore: count (what can be taken now; null: you may not look)\n"
    "\n"
    "  shmb info Prices\n"
    "  shmb info Global\\Prices --json\n";

static const char help_doctor[] =
    "shmb doctor NAME [--as read|write|full] [--dll PATH] [--json]\n"
    "\n"
    "Opens an object as a program of yours would, with plain Win32 calls, and names what\n"
    "stands in the way: one sentence and one remedy for each thing. What stops it makes the\n"
    "exit code 1; the rest is good to know. Ask as the user and in the session in question.\n"
    "Changes nothing.\n"
    "\n"
    "--as     the level to ask for; without it read, for a mutex write\n"
    "--dll    also looks at the shmbclient.dll a program loads: bitness and version\n"
    "--json   {\"name\":, \"level\":, \"opens\":true|false, \"findings\":[{\"id\":, \"stops\":,\n"
    "         \"says\":, \"remedy\":}, ...]}\n"
    "\n"
    "  shmb doctor Prices\n"
    "  shmb doctor Prices --as full --dll C:\\App\\shmbclient.dll\n";

static const char help_scan[] =
    "shmb scan [PATTERN] [--yaml | --json]\n"
    "\n"
    "The sections, mutexes, events and semaphores that exist now under Global\\, and those of\n"
    "this session alone, whoever made them: kind, where, whether the broker holds it, size\n"
    "of a section, name. <= stands before a size that is rounded up to pages: the system\n"
    "keeps no other. In PATTERN * stands for any text and ? for a character.\n"
    "\n"
    "--yaml   a first configuration with those the broker does not hold yet. Mutexes are\n"
    "         taken for the lock of a section by their names: X.lock, sync_X, XMutex and\n"
    "         the like. Look it through: Windows and others have objects, too.\n"
    "--json   {\"objects\":[{\"name\":, \"kind\":, \"held\":, \"session\":null|N,\n"
    "         section: \"bytes\":, \"rounded\":}, ...]}; null: you may not look\n"
    "\n"
    "  shmb scan\n"
    "  shmb scan \"MyApp*\" --yaml > start.yaml\n";

static const char help_read[] =
    "shmb read NAME [--offset N] [--count N] [--raw]\n"
    "\n"
    "Bytes of a segment, as they are, to the standard output. A range over the end is cut;\n"
    "a start beyond it is an error. Up to 16 MiB are of one moment: no write of the library\n"
    "is seen by half. More is read in pieces. Needs the right to read only, and no lock.\n"
    "\n"
    "--raw    even while somebody writes, and what a dead writer has left half done\n"
    "\n"
    "  shmb read Prices > prices.bin\n"
    "  shmb read Prices --offset 0x100 --count 64\n";

static const char help_dump[] =
    "shmb dump NAME [--offset N] [--count N] [--raw]\n"
    "\n"
    "As shmb read, in hex and text, 16 bytes a line. * stands for lines that are the same\n"
    "as the one above; the last line is the offset of the end.\n"
    "\n"
    "  shmb dump Prices --count 256\n";

static const char help_watch[] =
    "shmb watch NAME [--offset N] [--count N] [--times N] [--timeout MS]\n"
    "\n"
    "Each change of a segment as it comes: time, change number, and what changed: offset,\n"
    "length, the first bytes as they are now. At most 16 MiB. With notify: true a write of the\n"
    "library is seen at once; all else is found by looking, ten times a second, also writes\n"
    "of programs without the library, which have no change number. What changes in between\n"
    "is one change. Needs the right to read only. Ends with Ctrl+C.\n"
    "\n"
    "--times N      ends after N changes\n"
    "--timeout MS   ends with code 4 when nothing has changed for so long\n"
    "\n"
    "  shmb watch Prices\n"
    "  shmb watch Prices --offset 64 --count 16 --times 1\n";

static const char help_wait[] =
    "shmb wait NAME [--timeout MS]\n"
    "\n"
    "Waits until a segment changes, an event is set, a mutex is free, or something can be\n"
    "taken from a semaphore, which is then given back. A segment as with shmb watch, an\n"
    "event as with shmb event wait.\n"
    "\n"
    "--timeout MS   how long to wait, in milliseconds; without it for ever\n"
    "\n"
    "  shmb wait Prices --timeout 60000\n";

static const char help_top[] =
    "shmb top [--every MS] [--times N]\n"
    "\n"
    "A table of the segments, those with the most changes per second first, shown anew each\n"
    "second; on a console in place, redirected one below the other. Changes are writes of the\n"
    "library; - stands for what you may not read. Ends with Ctrl+C.\n"
    "\n"
    "--every MS   another time between two tables\n"
    "--times N    ends after N tables\n"
    "\n"
    "  shmb top\n"
    "  shmb top --times 2 > rates.txt\n";

static const char help_completion[] =
    "shmb completion powershell\n"
    "shmb completion clink\n"
    "\n"
    "Writes what makes the shell complete verbs, options and names of objects.\n"
    "\n"
    "  shmb completion powershell | Out-String | Invoke-Expression\n"
    "  shmb completion clink > \"%LOCALAPPDATA%\\clink\\shmb.lua\"\n";

static const char help_write[] =
    "shmb write NAME [--offset N] [--text T] [--timeout MS]\n"
    "\n"
    "Writes a text as UTF-8 without a terminator, or the standard input to its end, as it\n"
    "is, under the lock of the segment. What does not fit is left out: then the exit code\n"
    "is 1, and how many bytes were written is said.\n"
    "\n"
    "--timeout MS   how long to wait for the lock, in milliseconds; without it for ever\n"
    "\n"
    "  shmb write Prices --text 1.25\n"
    "  shmb write Prices --offset 64 < prices.bin\n";

static const char help_lock[] =
    "shmb lock NAME [--timeout MS] -- COMMAND [ARGUMENTS]\n"
    "\n"
    "Takes the lock of a segment, or a mutex, runs COMMAND with the input and output of\n"
    "shmb, gives the lock back when COMMAND ends, and ends with its exit code. If shmb is\n"
    "killed, COMMAND is killed, too. Ctrl+C is left to COMMAND. What stands behind -- is\n"
    "passed on as it is; for redirection and built-in commands use cmd /c.\n"
    "If an owner died while it held the lock, that is said, and COMMAND runs; it is said\n"
    "each time until shmb repair.\n"
    "\n"
    "--timeout MS   how long to wait for the lock, in milliseconds; without it for ever\n"
    "\n"
    "Exit codes of shmb itself: 121 not so (not found, no lock), 122 usage, 123 access\n"
    "denied, 124 timeout, 125 no broker runs, 126 wrong kind, or not the broker's object,\n"
    "127 system error, COMMAND cannot be started.\n"
    "\n"
    "  shmb lock Prices -- import.exe today.csv\n"
    "  shmb lock Prices --timeout 5000 -- cmd /c \"shmb read Copy > copy.bin\"\n";

static const char help_repair[] =
    "shmb repair NAME [--timeout MS]\n"
    "\n"
    "Takes the lock of a segment and declares its content consistent, after an owner or a\n"
    "writer has died: nobody is warned any more, and snapshots work again. Look at the\n"
    "content first, with shmb dump --raw.\n"
    "\n"
    "--timeout MS   how long to wait for the lock, in milliseconds; without it for ever\n"
    "\n"
    "  shmb repair Prices\n";

static const char help_mutex[] =
    "shmb mutex lock NAME [--timeout MS] -- COMMAND [ARGUMENTS]\n"
    "\n"
    "As shmb lock, for a mutex alone. That an owner died is said once: to the next one.\n"
    "\n"
    "  shmb mutex lock AppSingleton --timeout 0 -- app.exe\n";

static const char help_event[] =
    "shmb event set NAME\n"
    "shmb event reset NAME\n"
    "shmb event wait NAME [--timeout MS]\n"
    "\n"
    "Sets an event, resets it, or waits until it is set. A wait on an event that resets\n"
    "itself takes the signal, and needs the right to write.\n"
    "\n"
    "--timeout MS   how long to wait, in milliseconds; without it for ever\n"
    "\n"
    "  shmb event set ShutDownNow\n"
    "  shmb event wait ShutDownNow --timeout 60000\n";

static const char help_semaphore[] =
    "shmb semaphore take NAME [--timeout MS] -- COMMAND [ARGUMENTS]\n"
    "shmb semaphore release NAME [--count N]\n"
    "shmb semaphore info NAME [--json]\n"
    "\n"
    "take      takes one, runs COMMAND, gives it back; all else as shmb lock. What a killed\n"
    "          process has taken does not come back by itself.\n"
    "release   gives back what got lost that way: N, or 1\n"
    "info      as shmb info, for a semaphore only\n"
    "\n"
    "--timeout MS   how long to wait, in milliseconds; without it for ever\n"
    "\n"
    "  shmb semaphore take Licences --timeout 1000 -- editor.exe\n"
    "  shmb semaphore release Licences --count 2\n";

static const struct {
    const char *verb, *text;
} table[] = {
    {"list", help_list},     {"info", help_info},
    {"doctor", help_doctor}, {"scan", help_scan},
    {"watch", help_watch},   {"wait", help_wait},
    {"top", help_top},       {"completion", help_completion},
    {"read", help_read},     {"dump", help_dump},
    {"write", help_write},   {"lock", help_lock},
    {"repair", help_repair}, {"mutex", help_mutex},
    {"event", help_event},   {"semaphore", help_semaphore},
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
