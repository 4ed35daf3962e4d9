/* From trustees to SIDs: words, SIDs, and names that are asked for once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fake_system.h"
#include "trustees.h"

static struct fake *fake;
static struct trustees *known;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    known = trustees_new(fake_system(fake));
    return known == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    trustees_free(known);
    fake_free(fake);
    return 0;
}

static const char *resolved(const char *name)
{
    struct sys_failure why;
    const char *sid;

    assert_int_equal(trustees_resolve(known, name, &sid, &why), SYS_OK);
    return sid;
}

static void words_need_no_look_up(void **state)
{
    (void)state;
    assert_string_equal(resolved("Everyone"), "S-1-1-0");
    assert_string_equal(resolved("USERS"), "S-1-5-32-545");
    assert_string_equal(resolved("authenticatedusers"), "S-1-5-11");
    assert_string_equal(resolved("Interactive"), "S-1-5-4");
    assert_string_equal(resolved("RemoteInteractive"), "S-1-5-14");
    assert_string_equal(resolved("Administrators"), "S-1-5-32-544");
    assert_string_equal(resolved("System"), "S-1-5-18");
    assert_string_equal(resolved("LocalService"), "S-1-5-19");
    assert_string_equal(resolved("NetworkService"), "S-1-5-20");
    assert_string_equal(resolved("s-1-5-0021-7"), "S-1-5-21-7");
    assert_int_equal(fake_calls(fake, FAKE_RESOLVE), 0);
    assert_null(trustee_word_sid("User"));
    assert_null(trustee_word_sid("Users2"));
    assert_null(trustee_word_sid(""));
    assert_null(trustee_word_sid("BUILTIN\\Users"));
}

static void a_name_is_asked_for_once(void **state)
{
    const char *first;

    (void)state;
    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_account(fake, "corp\\traders", "S-1-5-21-1-2-3-2002");
    first = resolved("CORP\\Traders");
    assert_string_equal(first, "S-1-5-21-1-2-3-1001");
    assert_ptr_equal(resolved("CORP\\Traders"), first);
    assert_int_equal(fake_calls(fake, FAKE_RESOLVE), 1);
    /* Never one account for another, however alike they look. */
    assert_string_equal(resolved("corp\\traders"), "S-1-5-21-1-2-3-2002");
    /* The start is kept visibly alive before each. */
    assert_int_equal(fake_calls(fake, FAKE_PROGRESS), 2);
}

static void failures_are_remembered(void **state)
{
    static const enum sys_status kinds[] = {SYS_NOT_FOUND, SYS_LATER, SYS_FAILED, SYS_DENIED};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct sys_failure first, second;
        const char *sid = "set";
        char name[16];

        (void)snprintf(name, sizeof(name), "n%u", (unsigned)i);
        fake_fail(fake, FAKE_RESOLVE, NULL, kinds[i]);
        assert_int_equal(trustees_resolve(known, name, &sid, &first), kinds[i]);
        assert_null(sid);
        fake_mend(fake);
        fake_account(fake, name, "S-1-5-21-1");
        assert_int_equal(trustees_resolve(known, name, &sid, &second), kinds[i]);
        assert_null(sid);
        assert_memory_equal(&first, &second, sizeof(first));
        assert_int_equal(first.code, FAKE_CODE);
        assert_int_equal(fake_calls(fake, FAKE_RESOLVE), i + 1);
    }
}

static void no_memory_is_not_remembered(void **state)
{
    struct sys_failure why;
    const char *sid;

    (void)state;
    fake_account(fake, "bob", "S-1-5-21-9");
    fake_fail(fake, FAKE_RESOLVE, "bob", SYS_NO_MEMORY);
    assert_int_equal(trustees_resolve(known, "bob", &sid, &why), SYS_NO_MEMORY);
    fake_mend(fake);
    assert_string_equal(resolved("bob"), "S-1-5-21-9");
}

static void a_bad_sid_is_not_asked_for(void **state)
{
    struct sys_failure why;
    const char *sid = "set";

    (void)state;
    assert_int_equal(trustees_resolve(known, "S-1-5-32-x", &sid, &why), SYS_NOT_FOUND);
    assert_null(sid);
    assert_string_equal(why.text, "not a valid SID");
    assert_int_equal(fake_calls(fake, FAKE_RESOLVE), 0);
}

/* Two texts with one and the same FNV-1a value, the hash of the table. */
static void names_of_one_hash_stay_apart(void **state)
{
    (void)state;
    fake_account(fake, "costarring", "S-1-5-21-1");
    fake_account(fake, "liquid", "S-1-5-21-2");
    assert_string_equal(resolved("costarring"), "S-1-5-21-1");
    assert_string_equal(resolved("liquid"), "S-1-5-21-2");
}

static void many_names_stay_apart(void **state)
{
    char name[32], sid[32];
    unsigned i;

    (void)state;
    for (i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "account%u", i);
        (void)snprintf(sid, sizeof(sid), "S-1-5-21-%u", i);
        fake_account(fake, name, sid);
        assert_string_equal(resolved(name), sid);
    }
    for (i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "account%u", i);
        (void)snprintf(sid, sizeof(sid), "S-1-5-21-%u", i);
        assert_string_equal(resolved(name), sid);
    }
    assert_int_equal(fake_calls(fake, FAKE_RESOLVE), 1000);
}

static const char *remembered(void *context, const char *account)
{
    (void)context;
    return strcmp(account, "CORP\\Ops") == 0 ? "S-1-5-21-1-2-3-1111" : NULL;
}

/* Rules borrow the text of a SID: what they were built with is compared with the new one. */
static void a_borrowed_sid_lives_on_beside_the_new_one(void **state)
{
    struct trustee_answer news;
    const char *former;
    size_t at = 0;

    (void)state;
    trustees_allow_pending(known, remembered, NULL, false);
    former = resolved("CORP\\Ops");
    assert_false(trustees_retry(known, &at, &news));
    fake_account(fake, "CORP\\Ops", "S-1-5-21-1-2-3-2222");
    assert_true(trustees_retry(known, &at, &news));
    assert_false(news.pending);
    assert_string_equal(news.name, "CORP\\Ops");
    assert_string_equal(news.sid, "S-1-5-21-1-2-3-2222");
    assert_string_equal(resolved("CORP\\Ops"), "S-1-5-21-1-2-3-2222");
    assert_string_equal(former, "S-1-5-21-1-2-3-1111");
    assert_int_equal(trustees_pending(known), 0);
    assert_false(trustees_retry(known, &at, &news));
}

static void one_that_may_not_be_denied_stays_pending(void **state)
{
    struct trustee_answer news;
    size_t at = 0;

    (void)state;
    trustees_allow_pending(known, remembered, NULL, false);
    (void)resolved("CORP\\Ops");
    trustees_deny(known, "CORP\\Ops");
    fake_account(fake, "CORP\\Ops", "S-1-5-32-544");
    assert_true(trustees_retry(known, &at, &news));
    assert_true(news.pending);
    assert_string_equal(news.sid, "S-1-5-21-1-2-3-1111");
    assert_non_null(strstr(news.why->text, "it is S-1-5-32-544, and a denial for it would lock"));
    assert_false(trustees_retry(known, &at, &news)); /* it has been said */
    assert_string_equal(resolved("CORP\\Ops"), "S-1-5-21-1-2-3-1111");
    trustees_allow_pending(known, remembered, NULL, false); /* another try, which denies nothing */
    assert_true(trustees_retry(known, &at, &news));
    assert_string_equal(resolved("CORP\\Ops"), "S-1-5-32-544");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_borrowed_sid_lives_on_beside_the_new_one),
        TEST(one_that_may_not_be_denied_stays_pending),
        TEST(words_need_no_look_up),
        TEST(a_name_is_asked_for_once),
        TEST(failures_are_remembered),
        TEST(no_memory_is_not_remembered),
        TEST(a_bad_sid_is_not_asked_for),
        TEST(many_names_stay_apart),
        TEST(names_of_one_hash_stay_apart),
    };

    return cmocka_run_group_tests_name("test_trustees", tests, NULL, NULL);
}
