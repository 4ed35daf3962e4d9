/*
 * plain - an ordinary Win32 program that knows an object's name and nothing
 * else: no header, no library and no code of ShmBroker. What it can do, any
 * program can.
 *
 *   plain write NAME TEXT       OpenFileMapping for writing; TEXT as UTF-16
 *   plain read NAME             OpenFileMapping for reading; prints the text
 *   plain write-msdn NAME TEXT  CreateFileMapping and all access, as Microsoft's
 *   plain read-msdn NAME        sample "Creating Named Shared Memory" does it
 *   plain hold-mutex NAME       takes it, prints "holding", waits to be killed
 *   plain take-mutex NAME       waits up to 5 s, prints "taken" or "abandoned",
 *                               gives it back
 *   plain exists KIND NAME      section, mutex, event or semaphore
 *   plain squat KIND NAME       section or mutex: creates it without asking
 *                               anybody, prints "holding", waits to be killed
 *
 * Exit codes: 0 done, 1 not so (not there, refused, no room, not in time),
 * 2 usage.
 */
#include <windows.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define DONE        0
#define NOT_SO      1
#define USAGE       2
#define MUTEX_WAIT  5000
#define MSDN_BUFFER 256 /* BUF_SIZE of the sample */

static int failed(const char *call, const wchar_t *name)
{
    DWORD code = GetLastError();

    fprintf(stderr, "%s(%ls): error %lu\n", call, name, (unsigned long)code);
    return NOT_SO;
}

/* Says a word that another program waits for, at once. */
static void say(const char *word)
{
    puts(word);
    fflush(stdout);
}

static int wait_to_be_killed(void)
{
    say("holding");
    Sleep(INFINITE);
    return DONE;
}

/* The UTF-16 text at the start of a view, up to its zero or the view's end, as UTF-8. */
static int print_text(const wchar_t *text, size_t limit)
{
    char utf8[4096];
    size_t length = 0;
    int bytes = 0;

    if (limit > sizeof(utf8) / 4)
        limit = sizeof(utf8) / 4;
    while (length < limit && text[length] != L'\0')
        length++;
    if (length > 0)
        bytes =
            WideCharToMultiByte(CP_UTF8, 0, text, (int)length, utf8, (int)sizeof(utf8), NULL, NULL);
    if (length > 0 && bytes == 0)
        return failed("WideCharToMultiByte", L"text");
    printf("%.*s\n", bytes, utf8);
    return DONE;
}

static size_t view_size(const void *view)
{
    MEMORY_BASIC_INFORMATION info;

    return VirtualQuery(view, &info, sizeof(info)) != 0 ? info.RegionSize : 0;
}

static int put_text(void *view, size_t room, const wchar_t *text)
{
    size_t bytes = (wcslen(text) + 1) * sizeof(*text);

    if (bytes > room) {
        fprintf(stderr, "the text needs %lu bytes, there are %lu\n", (unsigned long)bytes,
                (unsigned long)room);
        return NOT_SO;
    }
    memcpy(view, text, bytes);
    return DONE;
}

/* text NULL: print what is there. */
static int use_mapping(HANDLE mapping, DWORD access, size_t size, const wchar_t *name,
                       const wchar_t *text)
{
    void *view = MapViewOfFile(mapping, access, 0, 0, size);
    int result;

    if (view == NULL)
        return failed("MapViewOfFile", name);
    if (size == 0)
        size = view_size(view);
    if (text != NULL)
        result = put_text(view, size, text);
    else
        result = print_text(view, size / sizeof(*text));
    UnmapViewOfFile(view);
    return result;
}

static int open_and_use(DWORD access, size_t size, const wchar_t *name, const wchar_t *text)
{
    HANDLE mapping = OpenFileMappingW(access, FALSE, name);
    int result;

    if (mapping == NULL)
        return failed("OpenFileMapping", name);
    result = use_mapping(mapping, access, size, name, text);
    CloseHandle(mapping);
    return result;
}

static int write_msdn(const wchar_t *name, const wchar_t *text)
{
    HANDLE mapping;
    int result;

    mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, MSDN_BUFFER, name);
    if (mapping == NULL)
        return failed("CreateFileMapping", name);
    say(GetLastError() == ERROR_ALREADY_EXISTS ? "was there" : "created");
    result = use_mapping(mapping, FILE_MAP_ALL_ACCESS, MSDN_BUFFER, name, text);
    CloseHandle(mapping);
    return result;
}

static int hold_mutex(const wchar_t *name)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, name);
    DWORD wait;

    if (mutex == NULL)
        return failed("OpenMutex", name);
    wait = WaitForSingleObject(mutex, MUTEX_WAIT);
    if (wait == WAIT_OBJECT_0 || wait == WAIT_ABANDONED)
        return wait_to_be_killed();
    fprintf(stderr, "the mutex was not free\n");
    CloseHandle(mutex);
    return NOT_SO;
}

static int take_mutex(const wchar_t *name)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, name);
    int result = DONE;
    DWORD wait;

    if (mutex == NULL)
        return failed("OpenMutex", name);
    wait = WaitForSingleObject(mutex, MUTEX_WAIT);
    if (wait == WAIT_OBJECT_0 || wait == WAIT_ABANDONED) {
        say(wait == WAIT_OBJECT_0 ? "taken" : "abandoned");
        if (!ReleaseMutex(mutex))
            result = failed("ReleaseMutex", name);
    } else {
        fprintf(stderr, "not free after %d ms\n", MUTEX_WAIT);
        result = NOT_SO;
    }
    CloseHandle(mutex);
    return result;
}

static HANDLE open_kind(const wchar_t *kind, const wchar_t *name)
{
    if (wcscmp(kind, L"section") == 0)
        return OpenFileMappingW(READ_CONTROL, FALSE, name);
    if (wcscmp(kind, L"mutex") == 0)
        return OpenMutexW(READ_CONTROL, FALSE, name);
    if (wcscmp(kind, L"event") == 0)
        return OpenEventW(READ_CONTROL, FALSE, name);
    if (wcscmp(kind, L"semaphore") == 0)
        return OpenSemaphoreW(READ_CONTROL, FALSE, name);
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
}

static int report_existence(const wchar_t *kind, const wchar_t *name)
{
    HANDLE object = open_kind(kind, name);
    DWORD code = GetLastError();

    if (object != NULL) {
        CloseHandle(object);
        say("exists");
        return DONE;
    }
    switch (code) {
    case ERROR_ACCESS_DENIED:
        say("exists, access denied");
        return DONE;
    case ERROR_FILE_NOT_FOUND:
        say("not there");
        return NOT_SO;
    case ERROR_INVALID_HANDLE:
        say("the name belongs to another kind of object");
        return NOT_SO;
    case ERROR_INVALID_PARAMETER:
        fprintf(stderr, "the kind is section, mutex, event or semaphore\n");
        return USAGE;
    default:
        fprintf(stderr, "error %lu\n", (unsigned long)code);
        return NOT_SO;
    }
}

static int squat(const wchar_t *kind, const wchar_t *name)
{
    HANDLE object;

    if (wcscmp(kind, L"section") == 0) {
        object =
            CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, MSDN_BUFFER, name);
    } else if (wcscmp(kind, L"mutex") == 0) {
        object = CreateMutexW(NULL, FALSE, name);
    } else {
        fprintf(stderr, "the kind is section or mutex\n");
        return USAGE;
    }
    if (object == NULL)
        return failed("Create", name);
    return wait_to_be_killed();
}

static int usage(void)
{
    fputs("usage: plain write NAME TEXT | read NAME | write-msdn NAME TEXT | read-msdn NAME |\n"
          "       hold-mutex NAME | take-mutex NAME | exists KIND NAME | squat KIND NAME\n",
          stderr);
    return USAGE;
}

int wmain(int argc, wchar_t **argv)
{
    const wchar_t *verb = argc > 1 ? argv[1] : L"";

    if (argc == 3 && wcscmp(verb, L"read") == 0)
        return open_and_use(FILE_MAP_READ, 0, argv[2], NULL);
    if (argc == 3 && wcscmp(verb, L"read-msdn") == 0)
        return open_and_use(FILE_MAP_ALL_ACCESS, MSDN_BUFFER, argv[2], NULL);
    if (argc == 3 && wcscmp(verb, L"hold-mutex") == 0)
        return hold_mutex(argv[2]);
    if (argc == 3 && wcscmp(verb, L"take-mutex") == 0)
        return take_mutex(argv[2]);
    if (argc == 4 && wcscmp(verb, L"write") == 0)
        return open_and_use(FILE_MAP_WRITE, 0, argv[2], argv[3]);
    if (argc == 4 && wcscmp(verb, L"write-msdn") == 0)
        return write_msdn(argv[2], argv[3]);
    if (argc == 4 && wcscmp(verb, L"exists") == 0)
        return report_existence(argv[2], argv[3]);
    if (argc == 4 && wcscmp(verb, L"squat") == 0)
        return squat(argv[2], argv[3]);
    return usage();
}
