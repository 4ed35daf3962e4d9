/*
 * Links of the object manager in Global\: what is created or opened there is never what a link
 * leads to, whether the system refuses links itself or each object is asked for its name.
 */
#include "support.h"

#include <winternl.h>

#include <string.h>
#include <wchar.h>

#include "access.h"
#include "global_object.h"
#include "listing.h"
#include "named_object.h"
#include "objects.h"

#define PLACE  L"Global\\ShmbTest.Place"
#define TARGET L"Global\\ShmbTest.Target"

#define DONT_REPARSE 0x1000u /* OBJ_DONT_REPARSE */
#define ENCOUNTERED  ((NTSTATUS)0xC000050B)

typedef NTSTATUS(NTAPI *link_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, UNICODE_STRING *);
typedef NTSTATUS(NTAPI *open_call)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);

static struct sys_spec spec_of(int kind, const char *name)
{
    return (struct sys_spec){
        .name = name, .kind = (enum shmb_kind)kind, .size = 4096, .initial = 1, .maximum = 3};
}

/* A link at PLACE to the path `to`. */
static HANDLE make_link(const wchar_t *to)
{
    UNICODE_STRING name, target;
    OBJECT_ATTRIBUTES attributes, unused;
    HANDLE link = NULL;
    link_call make;

    listing_attributes(to, &target, &unused);
    listing_attributes(L"\\BaseNamedObjects\\ShmbTest.Place", &name, &attributes);
    assert_true(listing_ntdll("NtCreateSymbolicLinkObject", &make, sizeof(make)));
    assert_true(make(&link, 0xF0001u, &attributes, &target) >= 0);
    return link;
}

static HANDLE create(int kind, const wchar_t *name, DWORD *code)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, FALSE};
    const struct sys_spec spec = spec_of(kind, "");
    const char *call = NULL;
    HANDLE object = global_object_create(&spec, &attributes, name, &call);

    *code = GetLastError();
    assert_non_null(call);
    return object;
}

static HANDLE open_all(int kind, const wchar_t *name)
{
    return global_object_open((enum shmb_kind)kind, name,
                              shmb_access_mask((enum shmb_kind)kind, SHMB_LEVEL_FULL));
}

static void assert_nothing_at(const wchar_t *name)
{
    enum shmb_kind kind;
    DWORD code;

    assert_null(named_object_find(name, &kind, &code));
    assert_int_equal(code, ERROR_FILE_NOT_FOUND);
}

static uint32_t count_probes(void *context, const UNICODE_STRING *name, const UNICODE_STRING *type)
{
    static const wchar_t probe[] = L"ShmBroker.Probe.";
    const size_t bytes = sizeof(probe) - sizeof(probe[0]);

    (void)type;
    *(size_t *)context += name->Length >= bytes && memcmp(name->Buffer, probe, bytes) == 0;
    return 0;
}

/* Win32 finds it, with all rights; a second one is refused, of whatever kind. */
static void each_kind_is_created_in_global(void **state)
{
    int kind, other;

    (void)state;
    for (kind = 0; kind < SHMB_KERNEL_KINDS; kind++) {
        HANDLE found, again;
        DWORD code;
        HANDLE made = create(kind, PLACE, &code);

        assert_non_null(made);
        found = named_object_open((enum shmb_kind)kind, PLACE,
                                  shmb_access_mask((enum shmb_kind)kind, SHMB_LEVEL_FULL));
        assert_non_null(found);
        again = open_all(kind, PLACE);
        assert_non_null(again);
        for (other = 0; other < SHMB_KERNEL_KINDS; other++) {
            assert_null(create(other, PLACE, &code));
            assert_true(code == ERROR_ALREADY_EXISTS || code == ERROR_INVALID_HANDLE);
            if (other == kind)
                continue;
            assert_null(open_all(other, PLACE));
            assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
        }
        CloseHandle(again);
        CloseHandle(found);
        CloseHandle(made);
        assert_nothing_at(PLACE);
    }
}

static void nothing_is_created_through_a_link(void **state)
{
    HANDLE link = make_link(L"\\BaseNamedObjects\\ShmbTest.Target");
    int kind;

    (void)state;
    for (kind = 0; kind < SHMB_KERNEL_KINDS; kind++) {
        HANDLE target;
        DWORD code;

        assert_null(create(kind, PLACE, &code));
        assert_nothing_at(TARGET);
        assert_null(open_all(kind, PLACE));
        /* Nor is what the link leads to taken. */
        target = create(kind, TARGET, &code);
        assert_non_null(target);
        assert_null(create(kind, PLACE, &code));
        assert_true(code == ERROR_ALREADY_EXISTS || code == GLOBAL_OBJECT_LINK);
        assert_null(open_all(kind, PLACE));
        assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
        CloseHandle(target);
    }
    CloseHandle(link);
}

static void the_probe_leaves_nothing(void **state)
{
    size_t count = 0;

    (void)state;
    assert_int_equal(listing_walk(LISTING_GLOBAL, count_probes, &count), 0);
    assert_int_equal(count, 0);
}

/* The probe has found out that it does; so the creation itself says that a link is in the way. */
static void the_system_refuses_links_itself(void **state)
{
    HANDLE link = make_link(L"\\BaseNamedObjects\\ShmbTest.Target"), target, object = NULL;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    open_call open;
    NTSTATUS status;
    DWORD code;
    int kind;

    (void)state;
    target = create(SHMB_EVENT, TARGET, &code);
    assert_non_null(target);
    listing_attributes(L"\\BaseNamedObjects\\ShmbTest.Place", &name, &attributes);
    attributes.Attributes = DONT_REPARSE;
    assert_true(listing_ntdll("NtOpenEvent", &open, sizeof(open)));
    status = open(&object, READ_CONTROL, &attributes);
    if (status >= 0)
        CloseHandle(object);
    for (kind = 0; status == ENCOUNTERED && kind < SHMB_KERNEL_KINDS; kind++) {
        assert_null(create(kind, PLACE, &code));
        assert_int_equal(code, GLOBAL_OBJECT_LINK);
    }
    CloseHandle(target);
    CloseHandle(link);
    if (status != ENCOUNTERED)
        skip(); /* Windows before 10, and Wine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_probe_leaves_nothing),
        cmocka_unit_test(each_kind_is_created_in_global),
        cmocka_unit_test(nothing_is_created_through_a_link),
        cmocka_unit_test(the_system_refuses_links_itself),
    };

    global_object_probe();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
