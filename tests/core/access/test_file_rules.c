/* Who may change what the broker reads: owners and access lists, and the paths above a file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_rules.h"

#define ENTRIES_MAX 12
#define TEXT_MAX    256

#define SERVICE "S-1-5-80-4278917904-4027446710-1448384935-3026862272-1677383374"
#define BOB     "S-1-5-21-1-2-3-1001"

/* ---- access lists from SDDL, as the system prints them ---------------------- */

struct parsed {
    struct file_access access;
    struct file_entry entries[ENTRIES_MAX];
    char sids[ENTRIES_MAX + 1][TEXT_MAX];
};

static const char *sid_of(const char *word)
{
    static const struct {
        const char *word, *sid;
    } known[] = {
        {"SY", "S-1-5-18"},
        {"BA", "S-1-5-32-544"},
        {"BU", "S-1-5-32-545"},
        {"AU", "S-1-5-11"},
        {"WD", "S-1-1-0"},
        {"CO", "S-1-3-0"},
        {"OW", "S-1-3-4"},
        {"LS", "S-1-5-19"},
        {"AC", "S-1-15-2-1"},
        {"PU", "S-1-5-32-547"},
        {"IU", "S-1-5-4"},
        {"TI", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"},
        {"SVC", SERVICE},
        {"BOB", BOB},
    };
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(word, known[i].word) == 0)
            return known[i].sid;
    fail_msg("no such word: %s", word);
    return NULL;
}

static uint32_t mask_of(const char *word)
{
    if (strcmp(word, "FA") == 0)
        return 0x1F01FF;
    if (strcmp(word, "FR") == 0)
        return 0x120089;
    if (strcmp(word, "GA") == 0)
        return 0x10000000;
    if (strcmp(word, "GW") == 0)
        return 0x40000000;
    if (strcmp(word, "GXGWGRSD") == 0)
        return 0xE0010000;
    return (uint32_t)strtoul(word, NULL, 16);
}

static enum file_entry_kind kind_of(const char *word)
{
    if (strcmp(word, "A") == 0 || strcmp(word, "OA") == 0 || strcmp(word, "XA") == 0)
        return FILE_ENTRY_ALLOW;
    if (strcmp(word, "D") == 0 || strcmp(word, "OD") == 0)
        return FILE_ENTRY_DENY;
    return strcmp(word, "XD") == 0 ? FILE_ENTRY_DENY_IF : FILE_ENTRY_OTHER;
}

/* "O:SY" and entries "(type;flags;rights;;;who)"; "D:NONE": no list at all. */
static void parse(const char *text, struct parsed *out)
{
    const char *at = text;

    memset(out, 0, sizeof(*out));
    if (strncmp(at, "O:", 2) == 0) {
        snprintf(out->sids[ENTRIES_MAX], TEXT_MAX, "%.*s", (int)strcspn(at + 2, "D") - 0, at + 2);
        at = strstr(at, "D:");
        out->sids[ENTRIES_MAX][strcspn(out->sids[ENTRIES_MAX], " ")] = '\0';
        out->access.owner = sid_of(out->sids[ENTRIES_MAX]);
    }
    assert_non_null(at);
    out->access.entries = out->entries;
    out->access.has_list = strcmp(at, "D:NONE") != 0;
    for (at = strchr(at, '('); at != NULL; at = strchr(at + 1, '(')) {
        char type[8], flags[16] = "", rights[16], who[16];
        struct file_entry *entry = &out->entries[out->access.count++];

        assert_true(out->access.count <= ENTRIES_MAX);
        if (sscanf(at, "(%7[A-Z];%15[A-Z];%15[0-9A-Fa-fxGRSDXW];;;%15[A-Z])", type, flags, rights,
                   who) != 4)
            assert_int_equal(
                sscanf(at, "(%7[A-Z];;%15[0-9A-Fa-fxGRSDXW];;;%15[A-Z])", type, rights, who), 3);
        entry->kind = kind_of(type);
        entry->inherit_only = strstr(flags, "IO") != NULL;
        entry->mask = mask_of(rights);
        entry->sid = sid_of(who);
    }
}

/* ---- tests ------------------------------------------------------------------ */

/* As Windows 10 and 11 ship them. */
#define ROOT                                                                                       \
    "O:TI D:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)"                             \
    "(A;OICIIO;GXGWGRSD;;;AU)(A;;0x4;;;AU)"
#define PROGRAM_DATA                                                                               \
    "O:SY D:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;0x116;;;BU)"                \
    "(A;OICI;0x1200a9;;;BU)"
#define PROGRAM_FILES                                                                              \
    "O:TI D:PAI(A;;FA;;;TI)(A;CIIO;GA;;;TI)(A;;0x1301bf;;;SY)(A;OICIIO;GA;;;SY)"                   \
    "(A;;0x1301bf;;;BA)(A;OICIIO;GA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;0xa0000000;;;BU)"             \
    "(A;OICIIO;GA;;;CO)(A;;0x1200a9;;;AC)"
/* What `install` makes, and what a user has planted or an administrator made by hand. */
#define OURS "O:BA D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;OICI;0x1200a9;;;SVC)"
#define PLANTED                                                                                    \
    "O:BOB D:AI(A;ID;FA;;;BOB)(A;OICIIOID;GA;;;CO)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)"            \
    "(A;CIID;0x116;;;BU)(A;OICIID;0x1200a9;;;BU)"
#define BY_HAND                                                                                    \
    "O:BA D:AI(A;ID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)"              \
    "(A;CIID;0x116;;;BU)(A;OICIID;0x1200a9;;;BU)"
#define PROFILE "O:SY D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;BOB)"

static const struct {
    const char *what;
    enum file_role role;
    const char *sddl;
    enum file_fault_kind kind;
    const char *sid; /* where there is a fault of somebody */
    uint32_t mask;
} table[] = {
    {"C:\\ above", FILE_ROLE_ABOVE, ROOT, FILE_FAULT_NONE, NULL, 0},
    {"C:\\ itself", FILE_ROLE_FOLDER, ROOT, FILE_FAULT_RIGHTS, "AU", 0x4},
    {"ProgramData above", FILE_ROLE_ABOVE, PROGRAM_DATA, FILE_FAULT_NONE, NULL, 0},
    {"ProgramData itself", FILE_ROLE_FOLDER, PROGRAM_DATA, FILE_FAULT_RIGHTS, "BU", 0x116},
    {"Program Files above", FILE_ROLE_ABOVE, PROGRAM_FILES, FILE_FAULT_NONE, NULL, 0},
    {"Program Files itself", FILE_ROLE_FOLDER, PROGRAM_FILES, FILE_FAULT_NONE, NULL, 0},
    {"our folder", FILE_ROLE_FOLDER, OURS, FILE_FAULT_NONE, NULL, 0},
    {"a file in it", FILE_ROLE_FILE, OURS, FILE_FAULT_NONE, NULL, 0},
    {"a planted folder", FILE_ROLE_FOLDER, PLANTED, FILE_FAULT_OWNER, "BOB", 0},
    {"a planted folder above", FILE_ROLE_ABOVE, PLANTED, FILE_FAULT_OWNER, "BOB", 0},
    {"an administrator's mkdir", FILE_ROLE_FOLDER, BY_HAND, FILE_FAULT_RIGHTS, "BU", 0x116},
    {"an administrator's mkdir above", FILE_ROLE_ABOVE, BY_HAND, FILE_FAULT_NONE, NULL, 0},
    {"a user's profile above", FILE_ROLE_ABOVE, PROFILE, FILE_FAULT_RIGHTS, "BOB", 0xD0040},

    {"no owner", FILE_ROLE_FILE, "D:(A;;FA;;;SY)", FILE_FAULT_OWNER, NULL, 0},
    {"the service as owner", FILE_ROLE_FILE, "O:SVC D:(A;;FA;;;SY)", FILE_FAULT_OWNER, "SVC", 0},
    {"another service as owner", FILE_ROLE_FILE, "O:LS D:(A;;FA;;;SY)", FILE_FAULT_OWNER, "LS", 0},
    {"TrustedInstaller as owner", FILE_ROLE_FILE, "O:TI D:(A;;FA;;;TI)", FILE_FAULT_NONE, NULL, 0},
    {"no list", FILE_ROLE_FILE, "O:BA D:NONE", FILE_FAULT_NO_LIST, NULL, 0},
    {"no list above", FILE_ROLE_ABOVE, "O:BA D:NONE", FILE_FAULT_NO_LIST, NULL, 0},
    {"an empty list", FILE_ROLE_FILE, "O:BA D:", FILE_FAULT_NONE, NULL, 0},

    {"the service may write", FILE_ROLE_FILE, "O:BA D:(A;;0x12019f;;;SVC)", FILE_FAULT_RIGHTS,
     "SVC", 0x116},
    {"everybody may read", FILE_ROLE_FILE, "O:BA D:(A;;FR;;;WD)", FILE_FAULT_NONE, NULL, 0},
    {"write alone", FILE_ROLE_FILE, "O:BA D:(A;;0x2;;;IU)", FILE_FAULT_RIGHTS, "IU", 0x2},
    {"append alone", FILE_ROLE_FILE, "O:BA D:(A;;0x4;;;IU)", FILE_FAULT_RIGHTS, "IU", 0x4},
    {"attributes: a link can be made", FILE_ROLE_FILE, "O:BA D:(A;;0x100;;;IU)", FILE_FAULT_RIGHTS,
     "IU", 0x100},
    {"delete alone", FILE_ROLE_FILE, "O:BA D:(A;;0x10000;;;IU)", FILE_FAULT_RIGHTS, "IU", 0x10000},
    {"write the list", FILE_ROLE_FILE, "O:BA D:(A;;0x40000;;;IU)", FILE_FAULT_RIGHTS, "IU",
     0x40000},
    {"write the owner", FILE_ROLE_FILE, "O:BA D:(A;;0x80000;;;IU)", FILE_FAULT_RIGHTS, "IU",
     0x80000},
    {"delete a child, of a file", FILE_ROLE_FILE, "O:BA D:(A;;0x40;;;IU)", FILE_FAULT_NONE, NULL,
     0},
    {"delete a child", FILE_ROLE_FOLDER, "O:BA D:(A;;0x40;;;IU)", FILE_FAULT_RIGHTS, "IU", 0x40},
    {"delete a child above", FILE_ROLE_ABOVE, "O:BA D:(A;;0x40;;;IU)", FILE_FAULT_RIGHTS, "IU",
     0x40},
    {"add above", FILE_ROLE_ABOVE, "O:BA D:(A;;0x116;;;WD)", FILE_FAULT_NONE, NULL, 0},
    {"modify above", FILE_ROLE_ABOVE, "O:BA D:(A;;0x1301bf;;;PU)", FILE_FAULT_RIGHTS, "PU",
     0x10000},

    {"generic all", FILE_ROLE_ABOVE, "O:BA D:(A;;GA;;;WD)", FILE_FAULT_RIGHTS, "WD", 0xD0040},
    {"generic write", FILE_ROLE_FILE, "O:BA D:(A;;GW;;;WD)", FILE_FAULT_RIGHTS, "WD", 0x116},
    {"generic write above", FILE_ROLE_ABOVE, "O:BA D:(A;;GW;;;WD)", FILE_FAULT_NONE, NULL, 0},
    {"only to be inherited", FILE_ROLE_FOLDER, "O:BA D:(A;OICIIO;GA;;;WD)", FILE_FAULT_NONE, NULL,
     0},
    {"CREATOR OWNER in force", FILE_ROLE_FOLDER, "O:BA D:(A;OICI;FA;;;CO)", FILE_FAULT_NONE, NULL,
     0},
    {"OWNER RIGHTS of a trusted owner", FILE_ROLE_FILE, "O:BA D:(A;;FA;;;OW)", FILE_FAULT_NONE,
     NULL, 0},
    {"an object entry", FILE_ROLE_FILE, "O:BA D:(OA;;0x2;;;BU)", FILE_FAULT_RIGHTS, "BU", 0x2},
    {"a conditional entry", FILE_ROLE_FILE, "O:BA D:(XA;;0x2;;;BU)", FILE_FAULT_RIGHTS, "BU", 0x2},
    {"an unknown entry", FILE_ROLE_FILE, "O:BA D:(ZZ;;0x1;;;BU)", FILE_FAULT_ENTRY, "BU", 0},

    {"denied first", FILE_ROLE_FOLDER, "O:BA D:(D;;0x116;;;BU)(A;;0x116;;;BU)", FILE_FAULT_NONE,
     NULL, 0},
    {"denied to everybody first", FILE_ROLE_FOLDER, "O:BA D:(D;;GW;;;WD)(A;;0x116;;;BU)",
     FILE_FAULT_NONE, NULL, 0},
    {"denied in part", FILE_ROLE_FOLDER, "O:BA D:(D;;0x2;;;BU)(A;;0x116;;;BU)", FILE_FAULT_RIGHTS,
     "BU", 0x114},
    {"denied too late", FILE_ROLE_FOLDER, "O:BA D:(A;;0x116;;;BU)(D;;0x116;;;BU)",
     FILE_FAULT_RIGHTS, "BU", 0x116},
    {"denied to others", FILE_ROLE_FOLDER, "O:BA D:(D;;0x116;;;PU)(A;;0x116;;;BU)",
     FILE_FAULT_RIGHTS, "BU", 0x116},
    {"denied under a condition", FILE_ROLE_FOLDER, "O:BA D:(XD;;0x116;;;BU)(A;;0x116;;;BU)",
     FILE_FAULT_RIGHTS, "BU", 0x116},
    {"denied for what is inside", FILE_ROLE_FOLDER, "O:BA D:(D;OIIO;0x116;;;BU)(A;;0x116;;;BU)",
     FILE_FAULT_RIGHTS, "BU", 0x116},
    {"denied to administrators", FILE_ROLE_FILE, "O:BA D:(D;;FA;;;BA)(A;;FA;;;SY)", FILE_FAULT_NONE,
     NULL, 0},
};

static void lists_are_judged(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct parsed parsed;
        struct file_fault fault;
        const char *wanted = table[i].sid != NULL ? sid_of(table[i].sid) : NULL;

        parse(table[i].sddl, &parsed);
        fault = file_rules_judge(table[i].role, &parsed.access);
        if (fault.kind != table[i].kind || fault.mask != table[i].mask ||
            (fault.sid == NULL) != (wanted == NULL) ||
            (wanted != NULL && strcmp(fault.sid, wanted) != 0))
            fail_msg("%s: kind %d, %s, 0x%x", table[i].what, (int)fault.kind,
                     fault.sid != NULL ? fault.sid : "nobody", (unsigned)fault.mask);
    }
}

static void the_first_fault_is_told(void **state)
{
    struct parsed parsed;

    (void)state;
    parse("O:BA D:(A;;FR;;;WD)(A;;0x2;;;IU)(A;;FA;;;BOB)", &parsed);
    assert_string_equal(file_rules_judge(FILE_ROLE_FILE, &parsed.access).sid, "S-1-5-4");
}

static void says(enum file_role role, const char *sddl, const char *account, const char *expected)
{
    struct parsed parsed;
    struct file_fault fault;
    char text[512];

    parse(sddl, &parsed);
    fault = file_rules_judge(role, &parsed.access);
    file_rules_text(role, &fault, "C:\\x y", account, text, sizeof(text));
    assert_string_equal(text, expected);
}

static void a_fault_names_entry_path_and_remedy(void **state)
{
    (void)state;
    says(FILE_ROLE_FILE, "O:BOB D:", "CORP\\bob",
         "\"C:\\x y\" belongs to CORP\\bob (" BOB "), who may not decide what the broker does; "
         "look at it, then: icacls \"C:\\x y\" /setowner *S-1-5-32-544");
    says(FILE_ROLE_FOLDER, "O:BA D:(A;;0x116;;;BU)", "BUILTIN\\Users",
         "BUILTIN\\Users (S-1-5-32-545) may change the folder \"C:\\x y\" (0x116); take that away: "
         "icacls \"C:\\x y\" /inheritance:d /remove:g *S-1-5-32-545");
    says(FILE_ROLE_FILE, "O:BA D:(A;;0x2;;;BU)", NULL,
         "S-1-5-32-545 may change the file \"C:\\x y\" (0x2); take that away: icacls \"C:\\x y\" "
         "/inheritance:d /remove:g *S-1-5-32-545");
    says(FILE_ROLE_ABOVE, "O:BA D:(A;;0x40;;;BU)", "",
         "S-1-5-32-545 may replace the folder \"C:\\x y\" (0x40); keep the file where only "
         "administrators may change the folders above it, as in %ProgramData%\\ShmBroker");
    says(FILE_ROLE_ABOVE, "O:BOB D:", "CORP\\bob",
         "the folder \"C:\\x y\" belongs to CORP\\bob (" BOB "); keep the file where only "
         "administrators may change the folders above it, as in %ProgramData%\\ShmBroker");
    says(FILE_ROLE_FILE, "O:BA D:NONE", NULL,
         "\"C:\\x y\" has no access list, so that everybody may change it; give it one: icacls "
         "\"C:\\x y\" /reset");
    says(FILE_ROLE_FILE, "O:BA D:(ZZ;;0x1;;;BU)", NULL,
         "\"C:\\x y\" has an access entry of an unknown kind; give it a plain list: icacls "
         "\"C:\\x y\" /reset");
    says(FILE_ROLE_FILE, "D:", NULL,
         "\"C:\\x y\" belongs to nobody, who may not decide what the broker does; look at it, "
         "then: icacls \"C:\\x y\" /setowner *S-1-5-32-544");
}

static void roots_are_found(void **state)
{
    static const struct {
        const char *path;
        size_t root;
    } roots[] = {
        {"C:\\", 3},
        {"c:\\x\\y", 3},
        {"C:/x", 3},
        {"\\\\server\\share\\x", 15},
        {"\\\\server\\share\\", 15},
        {"\\\\?\\C:\\x", 7},
        {"\\\\?\\UNC\\server\\share\\x", 21},
        {"\\\\?\\Volume{1-2}\\x", 16},
        /* none */
        {"", 0},
        {"C:", 0},
        {"C:x", 0},
        {"1:\\x", 0},
        {"\\x", 0},
        {"x", 0},
        {"\\\\server\\share", 0},
        {"\\\\server", 0},
        {"\\\\\\share\\x", 0},
        {"\\\\.\\CON", 0},
        {"\\\\.\\C:\\x", 0},
        {"\\\\.\\pipe\\x\\y", 0},
        {"\\\\?\\UNC\\server\\", 0},
        {"\\\\?\\GLOBALROOT\\Device\\x\\y", 0},
        {"\\\\?\\pipe\\x", 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
        if (file_rules_root(roots[i].path) != roots[i].root)
            fail_msg("%s: %zu", roots[i].path, file_rules_root(roots[i].path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_judged),
        cmocka_unit_test(the_first_fault_is_told),
        cmocka_unit_test(a_fault_names_entry_path_and_remedy),
        cmocka_unit_test(roots_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
