/* The DLL as programs find it that link nothing: by name, at run time. */
#include "stage.h"

#include <string.h>

#define SHMB_STATIC /* only for the types: nothing of it is linked here */
#include "shmb.h"

/* The names never change, in any bitness. */
static const char *const names[] = {
    "shmb_open",
    "shmb_openW",
    "shmb_open_with",
    "shmb_open_withW",
    "shmb_close",
    "shmb_name",
    "shmb_nameW",
    "shmb_size",
    "shmb_data",
    "shmb_read",
    "shmb_write",
    "shmb_update",
    "shmb_write_begin",
    "shmb_write_end",
    "shmb_lock",
    "shmb_unlock",
    "shmb_mark_consistent",
    "shmb_restore",
    "shmb_lock_state",
    "shmb_fast_begin",
    "shmb_fast_end",
    "shmb_snapshot",
    "shmb_snapshot_wait",
    "shmb_read_begin",
    "shmb_read_published",
    "shmb_read_valid",
    "shmb_wait_changed",
    "shmb_change_number",
    "shmb_change_event",
    "shmb_first",
    "shmb_init_done",
    "shmb_private_create",
    "shmb_private_createW",
    "shmb_describe",
    "shmb_describeW",
    "shmb_describe_broker",
    "shmb_list_open",
    "shmb_list_next",
    "shmb_list_close",
    "shmb_state",
    "shmb_open_object",
    "shmb_open_objectW",
    "shmb_request",
    "shmb_requestW",
    "shmb_request_ask",
    "shmb_request_askW",
    "shmb_release",
    "shmb_releaseW",
    "shmb_request_text",
    "shmb_request_textW",
    "shmb_result_text",
    "shmb_result_textW",
    "shmb_last_failure",
    "shmb_version",
    "shmbf_open",
    "shmbf_openW",
    "shmbf_private",
    "shmbf_privateW",
    "shmbf_close",
    "shmbf_name",
    "shmbf_nameW",
    "shmbf_size",
    "shmbf_read",
    "shmbf_write",
    "shmbf_update",
    "shmbf_snapshot",
    "shmbf_snapshot_wait",
    "shmbf_lock",
    "shmbf_unlock",
    "shmbf_mark_consistent",
    "shmbf_restore",
    "shmbf_abandoned",
    "shmbf_first",
    "shmbf_init_done",
    "shmbf_wait_changed",
    "shmbf_subscribe",
    "shmbf_unsubscribe",
    "shmbf_state",
    "shmbf_request",
    "shmbf_requestW",
    "shmbf_request_ask",
    "shmbf_request_askW",
    "shmbf_request_event",
    "shmbf_request_eventW",
    "shmbf_request_semaphore",
    "shmbf_request_semaphoreW",
    "shmbf_request_reason",
    "shmbf_release",
    "shmbf_releaseW",
    "shmbf_result_text",
    "shmbf_result_textW",
    "shmbf_system_code",
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static HMODULE load(void)
{
    HMODULE library = LoadLibraryW(support_wide(support_sibling("shmbclient.dll")));

    assert_non_null(library);
    return library;
}

static bool loaded(void)
{
    return GetModuleHandleW(L"shmbclient.dll") != NULL;
}

static void every_name_is_exported_as_it_is_written(void **state)
{
    HMODULE library = load();
    size_t i;

    (void)state;
    for (i = 0; i < NAMES; i++)
        if (GetProcAddress(library, names[i]) == NULL)
            fail_msg("%s is not exported", names[i]);
    FreeLibrary(library);
}

/* Before: unloading it does what one expects. After: nothing. */
static void it_stays_from_its_first_use_on(void **state)
{
    int32_t(SHMB_CALL * describe)(const char *name, shmb_info *info);
    HMODULE library = load();
    FARPROC found = GetProcAddress(library, "shmb_describe");
    shmb_info info = {.size = sizeof(info)};

    (void)state;
    memcpy(&describe, &found, sizeof(describe));
    FreeLibrary(library);
    assert_false(loaded());
    library = load();
    found = GetProcAddress(library, "shmb_describe");
    memcpy(&describe, &found, sizeof(describe));
    assert_int_equal(describe("None", &info), SHMB_NO_BROKER);
    FreeLibrary(library);
    FreeLibrary(library);
    assert_true(loaded());
    assert_int_equal(describe("None", &info), SHMB_NO_BROKER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_exported_as_it_is_written),
        cmocka_unit_test(it_stays_from_its_first_use_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
