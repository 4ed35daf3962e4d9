/*
 * section.h - maps sections and queries their size.
 */
#ifndef SHMB_SECTION_H
#define SHMB_SECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

/* The rights a client asks for: to map, to query the size, to read the owner. */
#define SECTION_READ_ACCESS  (SECTION_QUERY | SECTION_MAP_READ | READ_CONTROL)
#define SECTION_WRITE_ACCESS (SECTION_READ_ACCESS | SECTION_MAP_WRITE)

/* A mapped part of a section. All zero: nothing is mapped. */
struct section_view {
    void *base;    /* start of the system's mapping */
    uint8_t *data; /* the first requested byte */
};

/*
 * Maps `length` bytes at `offset`; any offset will do. `access` as for MapViewOfFile.
 * Returns 0, or the Win32 code with nothing mapped.
 */
uint32_t section_map(HANDLE section, DWORD access, uint64_t offset, uint64_t length,
                     struct section_view *out);

/* Unmaps a view. Does nothing if nothing is mapped. */
void section_unmap(struct section_view *view);

/*
 * Queries the size of a section, in whole pages: the system has no exact size. Needs
 * SECTION_QUERY. Returns 0, or the Win32 code with `*bytes` 0.
 */
uint32_t section_size(HANDLE section, uint64_t *bytes);

/* Does the section map a file or a program? Needs SECTION_QUERY. */
bool section_backed(HANDLE section);

#endif
