/*
 * What a program that may only read a section can lose for all others, with the calls by which
 * a program tells Windows that it no longer needs the content of memory.
 */
#include "support.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VICTIM "Global\\ShmbTest.Victim"
#define PAGES  256u
#define PAGE   4096u
#define BYTES  (PAGES * PAGE)
#define CHUNK  ((SIZE_T)64 << 20)

/* Everybody may read it, and only we may write it: as a segment with level read for others. */
static const wchar_t access_list[] = L"D:P(A;;0xF001F;;;OW)(A;;0xF001F;;;BA)(A;;0x20005;;;WD)";

typedef DWORD(WINAPI *discard_call)(PVOID address, SIZE_T size);
typedef DWORD(WINAPI *offer_call)(PVOID address, SIZE_T size, int priority);

/* Not in the headers or libraries of every toolchain. */
static void *find_call(const char *name)
{
    FARPROC found = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), name);
    void *call;

    memcpy(&call, &found, sizeof(call));
    return call;
}

/* Tries each call on a view, and adds what each returned. */
static void give_up(void *view, const char *name, char *said, size_t size)
{
    discard_call discard;
    offer_call offer;
    void *call;
    DWORD code;

    code = VirtualAlloc(view, BYTES, MEM_RESET, PAGE_READONLY) != NULL ? 0 : GetLastError();
    snprintf(said + strlen(said), size - strlen(said), " %s: reset %lu", name, code);
    code = VirtualAlloc(view, BYTES, MEM_RESET, PAGE_READWRITE) != NULL ? 0 : GetLastError();
    snprintf(said + strlen(said), size - strlen(said), " %lu", code);
    call = find_call("DiscardVirtualMemory");
    memcpy(&discard, &call, sizeof(discard));
    if (call != NULL)
        snprintf(said + strlen(said), size - strlen(said), " discard %lu", discard(view, BYTES));
    call = find_call("OfferVirtualMemory");
    memcpy(&offer, &call, sizeof(offer));
    if (call != NULL)
        snprintf(said + strlen(said), size - strlen(said), " offer %lu", offer(view, BYTES, 1));
    (void)SetProcessWorkingSetSize(GetCurrentProcess(), (SIZE_T)-1, (SIZE_T)-1);
}

/* give-up: with all views that a reader can have; says what Windows answered; waits. */
static int reader_gives_up(int argc, char **argv)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, support_wide(VICTIM));
    void *readable = section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;
    void *copied = section != NULL ? MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0) : NULL;
    volatile unsigned char *byte = readable;
    char said[400] = "gave up";
    size_t i;

    (void)argc;
    (void)argv;
    for (i = 0; byte != NULL && i < BYTES; i += PAGE)
        (void)byte[i];
    if (readable != NULL)
        give_up(readable, "readable", said, sizeof(said));
    if (copied != NULL)
        give_up(copied, "copied", said, sizeof(said));
    client_say("%s", readable != NULL ? said : "not opened");
    client_wait_for_end();
    return 0;
}

static HANDLE make_section(const wchar_t *name, unsigned char **view)
{
    SECURITY_ATTRIBUTES security = {sizeof(security), NULL, FALSE};
    HANDLE section;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        access_list, SDDL_REVISION_1, &security.lpSecurityDescriptor, NULL));
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0, BYTES, name);
    LocalFree(security.lpSecurityDescriptor);
    assert_non_null(section);
    *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    assert_non_null(*view);
    memset(*view, 0xA5, BYTES);
    return section;
}

/* How many pages are not as make_section wrote them. */
static unsigned lost_pages(const unsigned char *view)
{
    unsigned lost = 0, page, i;

    for (page = 0; page < PAGES; page++) {
        for (i = 0; i < PAGE && view[page * PAGE + i] == 0xA5; i++)
            continue;
        lost += i < PAGE;
    }
    return lost;
}

/* Takes all free memory and writes to it, so that Windows gives pages without content away. */
static void press(void)
{
    MEMORYSTATUSEX memory = {.dwLength = sizeof(memory)};
    void **chunks = NULL;
    size_t count = 0, wanted, i;

    assert_true(GlobalMemoryStatusEx(&memory));
    wanted = (size_t)((memory.ullAvailPhys + memory.ullTotalPhys / 8) / CHUNK) + 1;
    chunks = calloc(wanted, sizeof(*chunks));
    assert_non_null(chunks);
    while (count < wanted) {
        /* A page file that is full hurts the other programs of the machine. */
        assert_true(GlobalMemoryStatusEx(&memory));
        if (memory.ullAvailPageFile < 8 * (ULONGLONG)CHUNK)
            break;
        chunks[count] = VirtualAlloc(NULL, CHUNK, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        if (chunks[count] == NULL)
            break;
        for (i = 0; i < CHUNK; i += PAGE)
            ((volatile unsigned char *)chunks[count])[i] = (unsigned char)(i / PAGE + 1);
        count++;
    }
    for (i = 0; i < count; i++)
        VirtualFree(chunks[i], 0, MEM_RELEASE);
    free(chunks);
}

static void a_reader_loses_nothing_of_a_section(void **state)
{
    static const struct launch user = {.standard_user = true};
    unsigned char *view, *own;
    HANDLE section, control;
    struct child *reader;
    const char *said;
    unsigned lost, control_lost;

    (void)state;
    if (support_wine())
        skip(); /* its MEM_RESET loses nothing, whoever calls it */
    section = make_section(support_wide(VICTIM), &view);
    control = make_section(NULL, &own);
    reader = client_start(&user, "give-up");
    said = child_line(reader);
    assert_non_null(said);
    print_message("    %s\n", said);
    assert_int_equal(strncmp(said, "gave up", 7), 0);
    /* What its writer gives up shows that the pressure would lose it. */
    assert_non_null(VirtualAlloc(own, BYTES, MEM_RESET, PAGE_READWRITE));
    (void)SetProcessWorkingSetSize(GetCurrentProcess(), (SIZE_T)-1, (SIZE_T)-1);
    press();
    control_lost = lost_pages(own);
    lost = lost_pages(view);
    print_message("    pages lost: %u; of a section that its writer gave up: %u\n", lost,
                  control_lost);
    child_end(reader);
    UnmapViewOfFile(view);
    UnmapViewOfFile(own);
    CloseHandle(section);
    CloseHandle(control);
    assert_int_equal(lost, 0);
    if (control_lost == 0)
        skip(); /* too little pressure: that nothing was lost proves nothing */
}

static const struct verb verbs[] = {{"give-up", 0, reader_gives_up}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_reader_loses_nothing_of_a_section, support_teardown),
    };

    support_client(verbs, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
