/*
 * old_kb - the two programs of Microsoft's article Q188535, which pass a text
 * from one FoxPro program to another: their calls, in their order, with their
 * arguments. Knows nothing of ShmBroker.
 *
 *   old_kb write NAME TEXT   "written"; keeps everything open until its input ends
 *   old_kb read NAME         "String I read was: TEXT"
 *
 * https://jeffpar.github.io/kbarchive/kb/188/Q188535
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#define MAPPING_SIZE  4096
#define FOXPRO_BUFFER 254

static int failed(const char *call)
{
    printf("%s: error %lu\n", call, (unsigned long)GetLastError());
    return 1;
}

/* Where the article shows a message box. */
static void until_the_user_is_done(void)
{
    char byte;
    DWORD got;

    fflush(stdout);
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &got, NULL) && got > 0)
        ;
}

static void write_text(char *view, const char *text)
{
    lstrcpyA(view, text);
    puts("written");
    until_the_user_is_done();
}

static void read_text(const char *view)
{
    char text[FOXPRO_BUFFER];

    memset(text, ' ', sizeof(text));
    lstrcpyA(text, view);
    printf("String I read was: %s\n", text);
}

int main(int argc, char **argv)
{
    BOOL write = argc == 4 && strcmp(argv[1], "write") == 0;
    HANDLE mapping;
    char *view;

    if (!write && (argc != 3 || strcmp(argv[1], "read") != 0)) {
        fputs("usage: old_kb write NAME TEXT | old_kb read NAME\n", stderr);
        return 2;
    }
    mapping =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, MAPPING_SIZE, argv[2]);
    if (mapping == NULL)
        return failed("CreateFileMapping");
    view = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    if (view == NULL)
        return failed("MapViewOfFile");
    if (write)
        write_text(view, argv[3]);
    else
        read_text(view);
    UnmapViewOfFile(view);
    CloseHandle(mapping);
    return 0;
}
