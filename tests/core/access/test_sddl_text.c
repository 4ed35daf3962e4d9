/* SDDL as text: what is taken, what is refused and where, and what is written for it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "names.h"
#include "sddl_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SERVICE      SHMB_SERVICE_SID

/* What is taken, and what the object then has where the service owns it. */
static const struct good {
    const char *text;
    enum shmb_kind kind;
    const char *becomes;
} good[] = {
    {"D:(A;;0x20005;;;BU)", SHMB_SECTION,
     "O:" SERVICE "G:S-1-5-18D:P(A;;0xf001f;;;" SERVICE ")(A;;0x20005;;;S-1-5-32-545)"},
    {"O:BAG:SYD:PAI(D;;GA;;;BG)(A;;GA;;;BA)(A;;GA;;;SY)", SHMB_MUTEX,
     "O:S-1-5-32-544G:S-1-5-18D:P(D;;0x1f0001;;;S-1-5-32-546)(A;;0x1f0001;;;" SERVICE
     ")(A;;0x1f0001;;;S-1-5-32-544)(A;;0x1f0001;;;S-1-5-18)"},
    /* The broker's entry is not written twice, and only a whole one counts. */
    {"D:(A;;0x1f0003;;;" SERVICE ")", SHMB_EVENT,
     "O:" SERVICE "G:S-1-5-18D:P(A;;0x1f0003;;;" SERVICE ")"},
    {"D:(A;;0x120003;;;" SERVICE ")", SHMB_EVENT,
     "O:" SERVICE "G:S-1-5-18D:P(A;;0x1f0003;;;" SERVICE ")(A;;0x120003;;;" SERVICE ")"},
    {"O:S-1-5-18D:(A;;RCCCLC;;;S-1-5-4)S:(ML;;NW;;;LW)", SHMB_SECTION,
     "O:S-1-5-18G:S-1-5-18D:P(A;;0xf001f;;;" SERVICE
     ")(A;;0x20005;;;S-1-5-4)S:(ML;;NW;;;S-1-16-4096)"},
    {"S:(ML;;NRNWNX;;;HI)D:(A;;131077;;;WD)", SHMB_SECTION,
     "O:" SERVICE "G:S-1-5-18D:P(A;;0xf001f;;;" SERVICE
     ")(A;;0x20005;;;S-1-1-0)S:(ML;;NWNRNX;;;S-1-16-12288)"},
    /* Medium is what holds without a label. */
    {"D:(A;;0x20005;;;WD)S:(ML;;NW;;;ME)", SHMB_SECTION,
     "O:" SERVICE "G:S-1-5-18D:P(A;;0xf001f;;;" SERVICE ")(A;;0x20005;;;S-1-1-0)"},
};

static void what_is_taken_becomes_a_descriptor(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(good); i++) {
        struct sys_failure why;
        struct sddl sddl;
        char *text;

        if (sddl_read(good[i].text, good[i].kind, &sddl, &why) != SYS_OK)
            fail_msg("%s: %s", good[i].text, why.text);
        text = descriptor_exact(SERVICE, good[i].kind, &sddl);
        assert_string_equal(text, good[i].becomes);
        free(text);
        sddl_free(&sddl);
    }
}

/* What is refused, and the beginning of why. */
static const struct bad {
    const char *text, *why;
} bad[] = {
    {"", "at character 1: without an access list"},
    {"O:BA", "at character 5: without an access list"},
    {"D:NO_ACCESS_CONTROL", "at character 3: without an access list"},
    {"D:PNO_ACCESS_CONTROL", "at character 4: expected O:, G:, D: or S:"},
    {"D:", "at character 3: no entry allows anything"},
    {"D:(D;;GA;;;BG)", "at character 15: no entry allows anything"},
    {"D:(A;;GA;;;BA)(D;;GA;;;BG)", "at character 16: entries that deny must come before"},
    {"X:(A;;GA;;;BA)", "at character 1: expected O:, G:, D: or S:"},
    {"D:(A;;GA;;;BA)D:(A;;GA;;;BA)", "at character 15: this part appears twice"},
    {"O:XXD:(A;;GA;;;BA)", "at character 3: this is neither a SID nor an abbreviation"},
    {"O:DAD:(A;;GA;;;BA)", "at character 3: this is neither a SID nor an abbreviation"},
    {"O:B", "at character 3: expected a SID or an abbreviation such as BA"},
    {"O:S-1-5-D:(A;;GA;;;BA)", "at character 3: this is neither"},
    {"D:(A;;GA;;;BA", "at character 3: this entry has no closing parenthesis"},
    {"D:(A;;GA;;BA)", "at character 4: an entry has six fields"},
    {"D:(XA;;GA;;;BA;(x==1))", "at character 16: an entry has six fields; conditions"},
    {"D:(OA;;GA;;;BA)", "at character 4: the type of an entry is A"},
    {"D:(ML;;NW;;;LW)", "at character 4: the type of an entry is A"},
    {"D:(A;OICI;GA;;;BA)", "at character 6: nothing inherits from such an object"},
    {"D:(A;;GA;x;;BA)", "at character 10: object GUIDs are not supported"},
    {"D:(A;;;;;BA)", "at character 7: an entry without a right"},
    {"D:(A;;0x0;;;BA)", "at character 7: an entry without a right"},
    {"D:(A;;GR;;;BA)", "at character 7: a generic right does not give the usual access to a mutex"},
    {"D:(A;;0x80000000;;;BA)",
     "at character 7: a generic right does not give the usual access to a mutex"},
    {"D:(A;;0x2000000;;;BA)", "at character 7: objects have no such right"},
    {"D:(A;;0x100000000;;;BA)", "at character 7: these rights are not known"},
    {"D:(A;;FA;;;BA)", "at character 7: these rights are not known"},
    {"D:(A;;G;;;BA)", "at character 7: these rights are not known"},
    {"D:(A;;0x12000g;;;BA)", "at character 7: these rights are not known"},
    {"D:(A;;GA;;;CORP\\Traders)", "at character 12: this is neither a SID nor an abbreviation"},
    {"D:(A;;GA;;;BA)S:(AU;SA;GA;;;WD)", "at character 21: nothing inherits"},
    {"D:(A;;GA;;;BA)S:(AU;;GA;;;WD)", "at character 18: S: may contain only an integrity label"},
    {"D:(A;;GA;;;BA)S:(ML;;GA;;;LW)", "at character 22: the rights of a label are NW, NR, NX"},
    {"D:(A;;GA;;;BA)S:(ML;;NW;;;BA)", "at character 27: the level of a label is"},
    {"D:(A;;GA;;;BA)S:(ML;;NW;;;S-1-16)", "at character 27: the level of a label is"},
    {"D:(A;;GA;;;BA)S:(ML;;NW;;;S-1-16-1-2)", "at character 27: the level of a label is"},
    {"D:(A;;GA;;;BA)S:(ML;;NW;;;S-1-16-16385)", "at character 27: no service may set a level"},
    {"D:(A;;GA;;;BA)S:(ML;;NW;;;S-1-16-20480)", "at character 27: no service may set a level"},
    {"D:(A;;GA;;;BA)S:(ML;;0x8;;;LW)", "at character 22: the rights of a label are NW, NR, NX"},
    {"D:(A;;GA;;;BA)S:(RA;;;;;WD)", "at character 18: S: may contain only an integrity label"},
    {"D:(A;;GA;;;BA)S:(TL;;0x1;;;WD)", "at character 18: S: may contain only"},
    {"D:(A;;GA;;;BA)S:(ML;;NW;;;LW)(ML;;NW;;;LW)", "at character 31: only one integrity"},
    {"D:(A;;GA;;;BA) ", "at character 15: expected O:, G:, D: or S:"},
};

static void what_is_refused_is_said_with_its_place(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad); i++) {
        struct sys_failure why;
        struct sddl sddl = {.count = 7};

        if (sddl_read(bad[i].text, SHMB_MUTEX, &sddl, &why) != SYS_FAILED)
            fail_msg("%s is taken", bad[i].text);
        if (strncmp(why.text, bad[i].why, strlen(bad[i].why)) != 0)
            fail_msg("%s: %s", bad[i].text, why.text);
        assert_null(sddl.entries);
        assert_int_equal(sddl.count, 0);
    }
}

static void there_are_bounds(void **state)
{
    static char text[2 * SDDL_TEXT_MAX];
    struct sys_failure why;
    struct sddl sddl;
    size_t i, used = 2;

    (void)state;
    memcpy(text, "D:", 3);
    for (i = 0; i < SDDL_ENTRIES_MAX; i++, used += 13)
        memcpy(text + used, "(A;;0x1;;;BU)", 14);
    assert_int_equal(sddl_read(text, SHMB_SECTION, &sddl, &why), SYS_OK);
    assert_int_equal(sddl.count, SDDL_ENTRIES_MAX);
    sddl_free(&sddl);
    memcpy(text + used, "(A;;0x1;;;BU)", 14);
    assert_int_equal(sddl_read(text, SHMB_SECTION, &sddl, &why), SYS_FAILED);
    memset(text, 'D', SDDL_TEXT_MAX + 1);
    text[SDDL_TEXT_MAX + 1] = '\0';
    assert_int_equal(sddl_read(text, SHMB_SECTION, &sddl, &why), SYS_FAILED);
    assert_non_null(strstr(why.text, "too long"));
}

/* What objects have is read even where nobody should write it. */
static void what_an_object_has_is_read(void **state)
{
    struct sys_failure why;
    struct sddl sddl;

    (void)state;
    assert_int_equal(sddl_read_live("O:S-1-5-21-1-2-3-4D:", SHMB_SECTION, &sddl, &why), SYS_OK);
    assert_string_equal(sddl.owner, "S-1-5-21-1-2-3-4");
    assert_int_equal(sddl.count, 0);
    sddl_free(&sddl);
    assert_int_equal(
        sddl_read_live("D:(A;;0x4;;;S-1-5-4)(D;OI;0x80000000;;;WD)", SHMB_SECTION, &sddl, &why),
        SYS_OK);
    assert_int_equal(sddl.count, 2);
    assert_true(sddl.entries[1].deny);
    assert_int_equal(sddl.entries[1].mask, 0x80000000u);
    sddl_free(&sddl);
    assert_int_equal(sddl_read_live("D:NO_ACCESS_CONTROL", SHMB_SECTION, &sddl, &why), SYS_FAILED);
}

static void equal_ones_are_the_same(void **state)
{
    static const char *const texts[] = {"D:(A;;0x20005;;;BU)",
                                        "D:(A;;0x20007;;;BU)",
                                        "D:(A;;0x20005;;;IU)",
                                        "O:BAD:(A;;0x20005;;;BU)",
                                        "D:(A;;0x20005;;;BU)(A;;0x1;;;IU)",
                                        "D:(A;;0x20005;;;BU)S:(ML;;NW;;;LW)"};
    size_t i, k;

    (void)state;
    for (i = 0; i < COUNT(texts); i++)
        for (k = 0; k < COUNT(texts); k++) {
            struct sys_failure why;
            struct sddl a, b;

            assert_int_equal(sddl_read(texts[i], SHMB_SECTION, &a, &why), SYS_OK);
            assert_int_equal(sddl_read(texts[k], SHMB_SECTION, &b, &why), SYS_OK);
            assert_int_equal(sddl_same(&a, &b), i == k);
            sddl_free(&a);
            sddl_free(&b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_becomes_a_descriptor),
        cmocka_unit_test(what_is_refused_is_said_with_its_place),
        cmocka_unit_test(there_are_bounds),
        cmocka_unit_test(what_an_object_has_is_read),
        cmocka_unit_test(equal_ones_are_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
