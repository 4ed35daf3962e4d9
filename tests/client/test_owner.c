/* Whose objects are trusted: the SIDs that owner.c holds as numbers are those of the texts. */
#include "support.h"

#include <sddl.h>
#include <stdio.h>

#include "names.h"
#include "owner.h"

static PSID sid_of(const char *text)
{
    PSID sid;

    assert_true(ConvertStringSidToSidW(support_wide(text), &sid));
    return sid;
}

static void check(const char *text, bool expected)
{
    PSID sid = sid_of(text);

    assert_int_equal(owner_sid_trusted(sid), expected);
    assert_int_equal(owner_trusted(text), expected);
    LocalFree(sid);
}

static void three_owners_are_trusted(void **state)
{
    (void)state;
    check(SHMB_SERVICE_SID, true);
    check("S-1-5-18", true);
    check("S-1-5-32-544", true);
    check("S-1-5-19", false);
    check("S-1-5-32-545", false);
    check("S-1-5-32", false);
    check("S-1-5-80-0", false);
    check("S-1-5-80-4278917904-4027446710-1448384935-3026862272-1677383375", false);
    check("S-1-5-80-4278917904-4027446710-1448384935-3026862272", false);
    check("S-1-1-0", false);
}

/* The longest SID that Windows has fits. */
static void the_owner_of_an_object_is_read(void **state)
{
    static const char *const owners[] = {"S-1-5-32-544",
                                         "S-1-5-21-1-2-3-4-5-6-7-8-9-10-11-12-13-4294967295"};
    char text[OWNER_SID_MAX], sddl[2 * OWNER_SID_MAX];
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};
    struct owner_descriptor owner;
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        HANDLE object;

        snprintf(sddl, sizeof(sddl), "O:%sD:(A;;0x1f0003;;;WD)", owners[i]);
        assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
            support_wide(sddl), SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
        object = CreateEventW(&attributes, TRUE, FALSE, NULL);
        LocalFree(attributes.lpSecurityDescriptor);
        if (object == NULL && GetLastError() == ERROR_INVALID_OWNER)
            continue; /* only who restores files may give an object to others */
        assert_non_null(object);
        assert_int_equal(owner_get(object, &owner), 0);
        assert_int_equal(owner_sid_trusted(owner.sid), i == 0);
        assert_int_equal(owner_read(object, text), 0);
        assert_string_equal(text, owners[i]);
        CloseHandle(object);
    }
    assert_int_equal(owner_read(NULL, text), ERROR_INVALID_HANDLE);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_owners_are_trusted),
        cmocka_unit_test(the_owner_of_an_object_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
