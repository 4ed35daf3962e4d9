/*
 * The table "who asks for what": each row's system calls, as the program or the
 * run-time library makes them, on a name held at each level. Sources:
 * https://learn.microsoft.com/windows/win32/memory/creating-named-shared-memory
 * https://github.com/dotnet/runtime (MemoryMappedFile.Windows.cs, Mutex.Windows.cs)
 * https://github.com/microsoft/referencesource (MemoryMappedFile.cs, mutex.cs)
 * https://github.com/python/cpython (mmapmodule.c, shared_memory.py)
 * https://github.com/qt/qtbase (qsharedmemory_win.cpp)
 */
#include "support.h"

#include <string.h>

#define SIZE 64u

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.none:  { size: 64, access: { full: [LocalService] } }\n"
    "  ShmbTest.read:  { size: 64, access: { read: [Interactive] } }\n"
    "  ShmbTest.write: { size: 64, access: { write: [Interactive] } }\n"
    "  ShmbTest.full:  { size: 64, access: { full: [Interactive] } }\n";

/* ---- the calls; 0, or the error code of the one that failed ---- */

static DWORD mapped(HANDLE section, DWORD access, SIZE_T size)
{
    void *view;
    DWORD code;

    if (section == NULL)
        return GetLastError();
    view = MapViewOfFile(section, access, 0, 0, size);
    code = view != NULL ? 0 : GetLastError();
    if (view != NULL)
        UnmapViewOfFile(view);
    CloseHandle(section);
    return code;
}

static DWORD opened_mapping(const wchar_t *name, DWORD rights, DWORD access)
{
    return mapped(OpenFileMappingW(rights, FALSE, name), access, 0);
}

static DWORD created_mapping(const wchar_t *name, DWORD page, DWORD access)
{
    return mapped(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, page, 0, SIZE, name), access,
                  SIZE);
}

/* Waits, releases, closes. */
static DWORD used_mutex(HANDLE mutex)
{
    DWORD code = 0;

    if (mutex == NULL)
        return GetLastError();
    if (WaitForSingleObject(mutex, 0) != WAIT_OBJECT_0 || !ReleaseMutex(mutex))
        code = GetLastError();
    CloseHandle(mutex);
    return code;
}

static DWORD open_to_read(const wchar_t *name)
{
    return opened_mapping(name, FILE_MAP_READ, FILE_MAP_READ);
}

static DWORD open_to_write(const wchar_t *name)
{
    return opened_mapping(name, FILE_MAP_WRITE, FILE_MAP_WRITE);
}

static DWORD open_mutex(const wchar_t *name)
{
    return used_mutex(OpenMutexW(SYNCHRONIZE, FALSE, name));
}

static DWORD open_all_access(const wchar_t *name)
{
    return opened_mapping(name, FILE_MAP_ALL_ACCESS, FILE_MAP_ALL_ACCESS);
}

/* Whatever is done with the view: asking for the section is what fails. */
static DWORD create_mapping_to_read(const wchar_t *name)
{
    return created_mapping(name, PAGE_READONLY, FILE_MAP_READ);
}

static DWORD create_mapping(const wchar_t *name)
{
    return created_mapping(name, PAGE_READWRITE, FILE_MAP_ALL_ACCESS);
}

static DWORD create_mutex(const wchar_t *name)
{
    return used_mutex(CreateMutexW(NULL, FALSE, name));
}

static DWORD net_open_read(const wchar_t *name)
{
    return opened_mapping(name, FILE_MAP_READ, FILE_MAP_READ);
}

static DWORD net_open(const wchar_t *name)
{
    return opened_mapping(name, FILE_MAP_READ | FILE_MAP_WRITE, FILE_MAP_READ | FILE_MAP_WRITE);
}

/* What may not be created is opened. */
static DWORD net_create_or_open(const wchar_t *name)
{
    DWORD code = created_mapping(name, PAGE_READWRITE, FILE_MAP_READ | FILE_MAP_WRITE);

    return code == ERROR_ACCESS_DENIED ? net_open(name) : code;
}

#define NET_MUTEX (MAXIMUM_ALLOWED | SYNCHRONIZE | MUTEX_MODIFY_STATE)

static DWORD net_mutex_open(const wchar_t *name)
{
    return used_mutex(OpenMutexW(NET_MUTEX, FALSE, name));
}

static DWORD net_mutex_new(const wchar_t *name)
{
    return used_mutex(CreateMutexExW(NULL, name, 0, NET_MUTEX));
}

static DWORD net_framework_mutex_new(const wchar_t *name)
{
    DWORD code = create_mutex(name);

    if (code != ERROR_ACCESS_DENIED)
        return code;
    return used_mutex(OpenMutexW(MUTEX_MODIFY_STATE | SYNCHRONIZE, FALSE, name));
}

static DWORD python_mmap(const wchar_t *name)
{
    return created_mapping(name, PAGE_READWRITE, FILE_MAP_WRITE);
}

/* Opens it to learn its size, and then as mmap does. */
static DWORD python_shared_memory(const wchar_t *name)
{
    DWORD code = open_to_read(name);

    return code == 0 ? python_mmap(name) : code;
}

static DWORD qt_attach_read_only(const wchar_t *name)
{
    return opened_mapping(name, FILE_MAP_ALL_ACCESS, FILE_MAP_READ);
}

/* ---- the table ---- */

enum level { NONE, READ, WRITE, FULL, LEVELS };

static const char *const levels[LEVELS] = {"none", "read", "write", "full"};

static const struct row {
    const char *program;
    enum level least;
    bool lock; /* the segment's lock is asked for, else the segment */
    DWORD (*ask)(const wchar_t *name);
} table[] = {
    {"OpenFileMapping(FILE_MAP_READ)", READ, false, open_to_read},
    {".NET MemoryMappedFile.OpenExisting(Read)", READ, false, net_open_read},
    {"OpenFileMapping(FILE_MAP_WRITE)", WRITE, false, open_to_write},
    {"OpenMutex(SYNCHRONIZE)", WRITE, true, open_mutex},
    {".NET MemoryMappedFile.OpenExisting", WRITE, false, net_open},
    {".NET MemoryMappedFile.CreateOrOpen", WRITE, false, net_create_or_open},
    {".NET Mutex.OpenExisting", WRITE, true, net_mutex_open},
    {".NET new Mutex", WRITE, true, net_mutex_new},
    {".NET Framework new Mutex", WRITE, true, net_framework_mutex_new},
    {"MSDN's sample, QSharedMemory.attach", FULL, false, open_all_access},
    {"QSharedMemory.attach(ReadOnly)", FULL, false, qt_attach_read_only},
    {"CreateFileMapping on an existing name", FULL, false, create_mapping},
    {"CreateFileMapping, only to read", FULL, false, create_mapping_to_read},
    {"Python mmap(tagname)", FULL, false, python_mmap},
    {"Python SharedMemory(name)", FULL, false, python_shared_memory},
    {"CreateMutex on an existing name", FULL, true, create_mutex},
};
#define ROWS (sizeof(table) / sizeof(table[0]))

/* ask LEVEL: one error code for each row. */
static int ask_each(int argc, char **argv)
{
    size_t i;

    (void)argc;
    for (i = 0; i < ROWS; i++) {
        char name[64] = "Global\\ShmbTest.";

        strcat(name, argv[0]);
        strcat(name, table[i].lock ? ".lock" : "");
        client_say("%lu", table[i].ask(support_wide(name)));
    }
    return 0;
}

static void each_row_is_so(void **state)
{
    const struct launch user = {.standard_user = true, .session = support_wine() ? "2" : NULL};
    struct child *broker = broker_run_session0(configuration);
    int level, wrong = 0;
    size_t i;

    (void)state;
    (void)broker;
    for (level = NONE; level < LEVELS; level++) {
        struct child *client = client_start(&user, "ask %s", levels[level]);

        for (i = 0; i < ROWS; i++) {
            const char *expected = level >= (int)table[i].least ? "0" : "5";
            const char *got = child_line(client);

            if (got == NULL || strcmp(got, expected) != 0) {
                print_error("%s, level %s: %s instead of %s\n", table[i].program, levels[level],
                            got != NULL ? got : "nothing", expected);
                wrong++;
            }
        }
        assert_int_equal(child_end(client), 0);
    }
    assert_int_equal(wrong, 0);
}

static const struct verb verbs[] = {{"ask", 1, ask_each}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_row_is_so, support_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
