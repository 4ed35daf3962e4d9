/*
 * One general text, and one for each verb. verbs.c has the table of what the verbs take; a
 * change there needs one here, in both.
 */
#include "help.h"

#include <stddef.h>
#include <string.h>

#include "console.h"

static const char general[] =
    "ShmBroker creates the named objects of its configuration under Global\\ and holds them.\n"
    "\n"
    "  shmbroker run --config FILE [--state FOLDER] [--release] [--audit]\n"
    "                                      run the broker in this console until Ctrl+C;\n"
    "                                      Ctrl+Break reloads the configuration; FOLDER: where\n"
    "                                      it stores its state; --release: as for stop;\n"
    "                                      --audit: audit objects with audit: true\n"
    "  shmbroker check [--merged] [--json] FILE...\n"
    "                                      show the errors of a configuration, or what it would\n"
    "                                      create; --merged: all files as one, the first includes\n"
    "                                      the others\n"
    "  shmbroker plan [FILE]               show what a reload with this configuration would do;\n"
    "                                      without FILE, with the service's; change nothing\n"
    "  shmbroker apply FILE [--config PATH] [--dry-run]\n"
    "                                      roll out a configuration: check it, put it into place,\n"
    "                                      reload, and put the former one back if it is refused\n"
    "  shmbroker install [--config FILE] [--account virtual|LocalService|NAME] [--to FOLDER]\n"
    "                    [--start-type TYPE] [--audit | --no-audit] [--path | --no-path]\n"
    "                                      copy this program to %ProgramFiles%\\ShmBroker, with\n"
    "                                      shmb and the library, and register it as a service;\n"
    "                                      repair its registration; or replace another version,\n"
    "                                      even a running one\n"
    "  shmbroker uninstall                 stop the service and remove it\n"
    "  shmbroker start [--if-auto]         start the service and wait until it runs; --if-auto:\n"
    "                                      only if Windows starts it by itself, too\n"
    "  shmbroker stop [--release]          stop the service and wait until it has stopped; its\n"
    "                                      objects are held for the next start (hold_for in the\n"
    "                                      configuration); --release: release them at once\n"
    "  shmbroker reload [--recreate NAME...]\n"
    "                                      have the service reload its configuration, and show\n"
    "                                      the result; --recreate: recreate these objects, even\n"
    "                                      if programs must then open them again\n"
    "  shmbroker status [--all] [--json] [NAME...]\n"
    "                                      show the service and each object; NAME: only objects\n"
    "                                      of these names, * and ? as wildcards; --all: also the\n"
    "                                      locks, events and snapshots that belong to them\n"
    "  shmbroker status --verify [--json]  compare the installed service, point by point, with\n"
    "                                      what it should be\n"
    "  shmbroker metrics                   print figures for monitoring, in the text format of\n"
    "                                      Prometheus\n"
    "  shmbroker audit [--json | --csv]    list who may do what, by account over all objects\n"
    "                                      that are held\n"
    "  shmbroker VERB --help               options of one verb, and examples\n"
    "  shmbroker help [VERB] | version     also --help, -h, /?; --version, -V";

/* Apart, since C promises no longer literal. */
static const char general_rest[] =
    "\n"
    "As a service: shmbroker [--config FILE] [--audit]; the default is\n"
    "%ProgramData%\\ShmBroker\\shmbroker.yaml.\n"
    "\n"
    "Configuration files that others than administrators can change are refused; install also\n"
    "refuses such a place for the program. For trials, give --allow-unsafe-config to run, check,\n"
    "plan, apply or install.\n"
    "\n"
    "--quiet with check, plan, apply, install, uninstall, start, stop, reload or status: only\n"
    "errors are written, and what a degraded service lacks. Colours: on a console only, and not\n"
    "where NO_COLOR is set.\n"
    "\n"
    "With --json every verb but run and metrics prints a JSON document for programs, also if it\n"
    "fails; client/json.md in the package describes each.\n"
    "\n"
    "Exit codes: 0 done, 1 not so (errors, not found, incomplete), 2 usage, 3 access denied,\n"
    "4 timeout, 5 not running or not installed, 6 conflict, second broker, 7 system error.";

static const char help_run[] =
    "shmbroker run --config FILE [--state FOLDER] [--release] [--audit]\n"
    "              [--allow-unsafe-config]\n"
    "\n"
    "Runs the broker in this console until Ctrl+C, the same as the service. Ctrl+Break reloads\n"
    "the configuration. Needs an elevated prompt: only there may a program create Global\\\n"
    "sections.\n"
    "\n"
    "--config FILE          the configuration\n"
    "--state FOLDER         where the broker stores what it must know at the next start\n"
    "--release              releases all objects at the end; without it a keeper holds them for\n"
    "                       the next start (hold_for in the configuration)\n"
    "--audit                audits objects with audit: true (SeSecurityPrivilege)\n"
    "--allow-unsafe-config  accepts files that others than administrators can change\n"
    "\n"
    "  shmbroker run --allow-unsafe-config --config prices.yaml";

static const char help_check[] =
    "shmbroker check [--merged] [--json] [--allow-unsafe-config] FILE...\n"
    "\n"
    "Shows the errors of a configuration, each with file, line and column, or what it would\n"
    "create. Changes nothing. Exit code 1: there are errors, or there is no such file.\n"
    "\n"
    "--merged               takes all files as one configuration; the first includes the others\n"
    "--json                 as a JSON document\n"
    "--allow-unsafe-config  accepts files that others than administrators can change\n"
    "\n"
    "  shmbroker check shmbroker.yaml\n"
    "  shmbroker check --merged main.yaml app.yaml";

static const char help_plan[] =
    "shmbroker plan [--allow-unsafe-config] [--json] [FILE]\n"
    "\n"
    "Shows what a reload with this configuration would do to the running broker; without\n"
    "FILE, with the configuration of the service. Changes nothing.\n"
    "\n"
    "--allow-unsafe-config  accepts files that others than administrators can change\n"
    "\n"
    "  shmbroker plan new.yaml";

static const char help_apply[] =
    "shmbroker apply FILE [--config PATH] [--dry-run] [--timeout MS] [--allow-unsafe-config]\n"
    "                [--json]\n"
    "\n"
    "Rolls out a configuration on this machine, for scripts: checks FILE, puts a copy of it to "
    "the\n"
    "place of the configuration, has the service reload, and waits until the service serves "
    "exactly\n"
    "this. Needs an elevated prompt. Can be repeated: if the service serves it already, it says\n"
    "\"unchanged\" and does nothing.\n"
    "\n"
    "FILE is checked as if it stood in its place: relative paths in it start from there; a file "
    "that\n"
    "the configuration includes, or will include, is checked together with all others. It is put\n"
    "there as a whole, owned by Administrators; the former content goes to NAME.former beside it, "
    "in\n"
    "place of an older one. If the service refuses it or ends, the former is put back and "
    "reloaded.\n"
    "If the service is not running, FILE is put into place and counts from the next start.\n"
    "\n"
    "--config PATH          the place; without it the configuration of the installed service, or\n"
    "                       %ProgramData%\\ShmBroker\\shmbroker.yaml. While the service is\n"
    "                       installed: that file, or one that its include leads to\n"
    "--dry-run              checks FILE and shows what a reload would do, as plan; changes "
    "nothing\n"
    "--timeout MS           how long to wait for the service, in milliseconds; without it, a "
    "minute\n"
    "--allow-unsafe-config  accepts a place and files that others than administrators can change\n"
    "\n"
    "Exit codes: 0 done, or unchanged; 1 FILE has errors, is refused or not applied as a whole, "
    "or\n"
    "the service runs degraded; 3 access denied; 4 a program holds a file, or no result in\n"
    "time; 5 the service has ended; 6 another apply is at work; 7 system error.\n"
    "\n"
    "  shmbroker apply \\\\server\\deploy\\shmbroker.yaml\n"
    "  shmbroker apply app.yaml --config %ProgramData%\\ShmBroker\\conf.d\\app.yaml\n"
    "  shmbroker apply new.yaml --dry-run";

static const char help_install[] =
    "shmbroker install [--config FILE] [--account virtual|LocalService|NAME] [--to FOLDER]\n"
    "                  [--start-type auto|delayed-auto|demand|disabled] [--audit | --no-audit]\n"
    "                  [--path | --no-path] [--allow-unsafe-config] [--json]\n"
    "\n"
    "Copies this program and registers it as a service; repairs its registration; or replaces\n"
    "another version, even a running one. Copies also shmb.exe and shmbclient.dll, which are\n"
    "beside it in a package, and those for 32-bit programs, into its folder x86. Needs an\n"
    "elevated prompt. What is not given stays as it is.\n"
    "\n"
    "--config FILE          the configuration; without it\n"
    "                       %ProgramData%\\ShmBroker\\shmbroker.yaml\n"
    "--account NAME         the account of the service; virtual: NT SERVICE\\ShmBroker\n"
    "--to FOLDER            where the program goes; without it %ProgramFiles%\\ShmBroker\n"
    "--start-type TYPE      when Windows starts the service: auto, delayed-auto (after the other\n"
    "                       automatic ones), demand (never by itself) or disabled; auto at a "
    "first\n"
    "                       installation\n"
    "--audit, --no-audit    allow it to audit objects with audit: true (SeSecurityPrivilege),\n"
    "                       or forbid it\n"
    "--path, --no-path      put the folder of shmb.exe at the end of the path of this machine, or\n"
    "                       take out what --path has put there\n"
    "--allow-unsafe-config  accepts files and a place that others than administrators can change\n"
    "\n"
    "  shmbroker install\n"
    "  shmbroker install --config D:\\Config\\shmbroker.yaml";

static const char help_uninstall[] =
    "shmbroker uninstall [--json]\n"
    "\n"
    "Stops the service, which releases all objects, and removes it, with the files that install\n"
    "has copied and what it has put on the path. A configuration that was\n"
    "changed stays, and so does what the service remembers. Needs an elevated prompt.\n"
    "\n"
    "  shmbroker uninstall";

static const char help_start[] =
    "shmbroker start [--if-auto] [--json]\n"
    "\n"
    "Starts the service and waits until it runs. Names the cause if it does not.\n"
    "\n"
    "--if-auto  does nothing if Windows does not start the service by itself (its start type is\n"
    "           demand or disabled)\n"
    "\n"
    "  shmbroker start";

static const char help_stop[] =
    "shmbroker stop [--release] [--json]\n"
    "\n"
    "Stops the service and waits until it has stopped. A keeper holds its objects for the next\n"
    "start (hold_for in the configuration).\n"
    "\n"
    "--release  releases all objects at once, also those that a keeper holds\n"
    "\n"
    "  shmbroker stop\n"
    "  shmbroker stop --release";

static const char help_reload[] =
    "shmbroker reload [--json] [--recreate NAME...]\n"
    "\n"
    "Has the service reload its configuration, and shows the result. Exit code 1: it was\n"
    "refused, or applied in part; 4: no result within a minute.\n"
    "\n"
    "--recreate NAME...  recreates these objects, even if programs must then open them again\n"
    "\n"
    "  shmbroker reload\n"
    "  shmbroker reload --recreate Prices";

static const char help_status[] =
    "shmbroker status [--all] [--json] [NAME...]\n"
    "shmbroker status --verify [--json]\n"
    "\n"
    "Shows the service, or a broker that runs in a console, and each object. Exit code 1: less\n"
    "is held than is configured; 5: no broker runs.\n"
    "\n"
    "NAME      only objects of these names; * and ? are wildcards\n"
    "--all     also the locks, events and snapshots of segments and queues\n"
    "--verify  compares the installed service, point by point, with what it should be\n"
    "--json    the same as a JSON document\n"
    "\n"
    "  shmbroker status\n"
    "  shmbroker status --verify";

static const char help_metrics[] = "shmbroker metrics\n"
                                   "\n"
                                   "Prints the figures of the running broker in the text format of "
                                   "Prometheus, as the key metrics\n"
                                   "of the configuration writes them into a file: objects by kind "
                                   "and state, what the broker lacks,\n"
                                   "events and reloads, copies, and for each segment its lock and "
                                   "its writes. Without an elevated\n"
                                   "prompt it prints what the directory has, and exits with 1.\n"
                                   "\n"
                                   "  shmbroker metrics > shmbroker.prom";

static const char help_audit[] =
    "shmbroker audit [--json | --csv]\n"
    "\n"
    "Lists who may do what, by account over all objects that are held, read from the objects;\n"
    "and who may ask for objects, by the rules of the configuration.\n"
    "\n"
    "--json  as a JSON document\n"
    "--csv   as a table for a spreadsheet\n"
    "\n"
    "  shmbroker audit --csv > access.csv";

static const struct {
    const char *verb, *text;
} table[] = {
    {"run", help_run},       {"check", help_check},     {"plan", help_plan},
    {"apply", help_apply},   {"install", help_install}, {"uninstall", help_uninstall},
    {"start", help_start},   {"stop", help_stop},       {"reload", help_reload},
    {"status", help_status}, {"metrics", help_metrics}, {"audit", help_audit},
};

void help_print(void)
{
    console_line("%s\n%s", general, general_rest);
}

void help_print_verb(const char *verb)
{
    size_t i;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strcmp(table[i].verb, verb) == 0)
            console_line("%s", table[i].text);
}
