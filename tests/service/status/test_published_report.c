/* The report, read while the broker is in the middle of writing it. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "published.h"
#include "squatter.h"
#include "status_report.h"

static struct shmb_report *report;

/* The broker, which was held up for a moment. */
static DWORD WINAPI end_the_write(void *unused)
{
    (void)unused;
    Sleep(30); /* long for a reader that does not wait; no bound of the test */
    InterlockedIncrement((volatile LONG *)&report->sequence);
    return 0;
}

static void a_report_that_is_being_written_is_waited_for(void **state)
{
    HANDLE section = squatter_make("section", "Global\\" SHMB_REPORT_NAME, "O:BAD:(A;;GA;;;BA)",
                                   SHMB_REPORT_SIZE, SQUATTER_BYTES);
    HANDLE writer;
    struct shmb_report found;
    char *text;

    (void)state;
    assert_non_null(section);
    report = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, SHMB_REPORT_SIZE);
    assert_non_null(report);
    memset(report, 0, sizeof(*report));
    report->magic = SHMB_REPORT_MAGIC;
    report->abi_version = SHMB_ABI_VERSION;
    report->header_size = sizeof(*report);
    report->total_size = SHMB_REPORT_SIZE;
    report->result = SHMB_REPORT_COMPLETE;
    report->revision = 7;
    report->sequence = 1; /* odd: half written */
    writer = CreateThread(NULL, 0, end_the_write, NULL, 0, NULL);
    assert_non_null(writer);
    text = published_report(&found);
    assert_non_null(text);
    assert_int_equal(found.revision, 7);
    free(text);
    assert_int_equal(WaitForSingleObject(writer, INFINITE), WAIT_OBJECT_0);
    CloseHandle(writer);
    UnmapViewOfFile(report);
    CloseHandle(section);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_that_is_being_written_is_waited_for),
    };

    return cmocka_run_group_tests_name("test_published_report", tests, NULL, NULL);
}
