/*
 * section.h - sections as a client has them: opened by name, mapped, measured.
 */
#ifndef SHMB_SECTION_H
#define SHMB_SECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

/* What a client asks for: to map, to ask for the size, to read the owner. */
#define SECTION_READ_ACCESS  (SECTION_QUERY | SECTION_MAP_READ | READ_CONTROL)
#define SECTION_WRITE_ACCESS (SECTION_READ_ACCESS | SECTION_MAP_WRITE)

/* A mapped part of a section. All zero: nothing is mapped. */
struct section_view {
    void *base;    /* where the system has mapped it */
    uint8_t *data; /* the first byte that was asked for */
};

/*
 * Maps `length` bytes from `offset` on, for reading or for writing. Returns 0 or
 * the Win32 code.
 */
uint32_t section_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                     struct section_view *out);

/* Unmaps; nothing mapped is fine. */
void section_unmap(struct section_view *view);

/*
 * The size of a section, in whole pages: the system keeps no other. Needs
 * SECTION_QUERY. Returns 0, or the Win32 code with `*bytes` 0.
 */
uint32_t section_size(HANDLE section, uint64_t *bytes);

/* Does it show a file or a program, and is not memory alone? Needs SECTION_QUERY. */
bool section_backed(HANDLE section);

#endif
